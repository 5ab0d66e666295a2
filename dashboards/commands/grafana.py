"""`microville dashboards`: Grafana's dashboards and alert rules, from code to files, and into a Grafana that runs."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from dashboards.commands.output import Config
from dashboards.configuration import read
from estate.load import load

FOLDER = Path("deploy/grafana")
BOARDS = "dashboards"
RULES = "provisioning/alerting/rules.yaml"

app = typer.Typer(no_args_is_help=True, help="The Grafana dashboards and alert rules.")

LEFT_OUT = 3  # the exit code of a push that could not take the alert rules along

Folder = Annotated[Path, typer.Option(help="Grafana's files: dashboards/ and provisioning/ are below it.")]


@app.command()
def build(folder: Folder = FOLDER, config: Config = None) -> None:
    """Write the dashboards' JSON, for the configured site and step of consumption, and the alert rules."""
    from dashboards import grafana  # a slow import, for these commands alone

    settings = read(config)
    boards = grafana.write(folder / BOARDS, load(settings.estate_folder).site, settings.energy.step)
    grafana.alert_rules.write(folder / RULES)
    print(f"{len(boards)} dashboards in {folder / BOARDS}, the alert rules in {folder / RULES}")


@app.command()
def check(folder: Folder = FOLDER, config: Config = None) -> None:
    """Fail where dashboards and alert rules are not what the code says."""
    from dashboards import grafana

    settings = read(config)
    drift = grafana.check(folder / BOARDS, load(settings.estate_folder).site, settings.energy.step)
    drift += grafana.alert_rules.check(folder / RULES)
    print("\n".join(drift) or f"{folder}: up to date")
    raise typer.Exit(1 if drift else 0)


@app.command()
def push(
    url: Annotated[str, typer.Option(help="Where Grafana is, such as https://grafana.example.org.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be changed.")] = False,
    config: Config = None,
) -> None:
    """Bring a Grafana to what the code says: folders, data source, dashboards, alert rules.

    The token of a service account comes from MICROVILLE_GRAFANA_TOKEN; what Grafana reads with, from
    MICROVILLE_INFLUXDB_TOKEN, or _USER and _PASSWORD.

    Ends with 0 when all is there, 1 when Grafana refuses, 3 when all is there but the alert rules (before Grafana 9).
    """
    from dashboards.grafana import push as pushing
    from dashboards.grafana.client import Client
    from dashboards.grafana.wanted import source_of, wanted

    settings = read(config)
    api = Client(url, os.environ.get("MICROVILLE_GRAFANA_TOKEN", ""))
    source = source_of(settings.store.influx, os.environ)
    want = wanted(load(settings.estate_folder).site, settings.energy.step, source)
    server = pushing.hello(api)
    print(server)
    changes = pushing.push(api, server, want, print, dry=dry_run)
    if not source.url:
        print("the data source is left as it is: the store is no InfluxDB, and MICROVILLE_INFLUXDB_URL says none")
    print(f"{changes} would be changed" if dry_run else f"{changes} changed")
    if left := pushing.left_out(server, want):
        print(f"microville: {left}", file=sys.stderr)
        raise typer.Exit(LEFT_OUT)
