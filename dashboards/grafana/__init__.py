"""Grafana dashboards as code: built from the queries the product itself asks, kept as files, checked for drift."""

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.grafana import alert_rules as alert_rules
from dashboards.grafana.building import building
from dashboards.grafana.circularity import circularity
from dashboards.grafana.energy import energy
from dashboards.grafana.ingest import ingest
from dashboards.grafana.kit import Kit
from dashboards.grafana.sensors import sensors
from dashboards.grafana.site import site as whole_site
from dashboards.grafana.tenants import tenants
from dashboards.grafana.words import LANGUAGES
from dashboards.grafana.zone import zone
from estate.calendar import Step
from estate.model import Site

DASHBOARDS = {
    "site": whole_site,
    "building": building,
    "zone": zone,
    "energy": energy,
    "circularity": circularity,
    "tenants": tenants,
    "sensors": sensors,
    "ingest": ingest,
}
"""A new dashboard adds its row here; its file and uid are called after it."""


def build(site: Site, step: Step = "15m") -> dict[str, str]:
    """Every dashboard's JSON by file, a folder per language, for consumption settled by this step."""
    encoder = JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False)
    kits = [Kit(language, step, site) for language in LANGUAGES]
    return {
        f"{kit.language}/{name}.json": encoder.encode(make(kit)) + "\n"
        for kit in kits
        for name, make in DASHBOARDS.items()
    }


def write(folder: Path, site: Site, step: Step = "15m") -> list[Path]:
    """Write the dashboards there, which are the files returned; those of dashboards that are no more go."""
    wanted = {folder / name: text for name, text in build(site, step).items()}
    for path in _files(folder).values():
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(wanted)


def check(folder: Path, site: Site, step: Step = "15m") -> list[str]:
    """What in the folder is not what `build` makes, one line each; empty when all is."""
    wanted = build(site, step)
    found = {name: path.read_text(encoding="utf-8") for name, path in _files(folder).items()}
    return sorted(
        [f"{folder / name}: missing" for name in wanted.keys() - found.keys()]
        + [f"{folder / name}: no such dashboard" for name in found.keys() - wanted.keys()]
        + [f"{folder / name}: out of date" for name in wanted.keys() & found.keys() if wanted[name] != found[name]]
    )


def _files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for each in LANGUAGES for path in folder.glob(f"{each}/*.json")}
