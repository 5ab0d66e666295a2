"""Grafana dashboards as code: built from the queries the product itself asks, kept as files, checked for drift."""

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.grafana import alert_rules as alert_rules
from dashboards.grafana.overview import LANGUAGES, overview
from estate.calendar import Step


def build(step: Step = "15m") -> dict[str, str]:
    """Every dashboard's JSON by file name, for consumption settled by this step; the same on every run."""
    encoder = JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False)
    return {
        f"overview-{language}.json": encoder.encode(overview(language, step).build()) + "\n" for language in LANGUAGES
    }


def write(folder: Path, step: Step = "15m") -> None:
    """Write the dashboards there; files of dashboards that are no more go."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = build(step)
    for path in folder.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


def check(folder: Path, step: Step = "15m") -> list[str]:
    """What in the folder is not what `build` makes, one line each; empty when all is."""
    wanted = build(step)
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(
        [f"{folder / name}: missing" for name in wanted.keys() - found.keys()]
        + [f"{folder / name}: no such dashboard" for name in found.keys() - wanted.keys()]
        + [f"{folder / name}: out of date" for name in wanted.keys() & found.keys() if wanted[name] != found[name]]
    )
