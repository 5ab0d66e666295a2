"""Small estates for tests: a folder from texts."""

from pathlib import Path

SMALL = {
    "estate.toml": '[site]\nid = "s"\nname = "Small"\ntime_zone = "Europe/Paris"\n',
    "buildings.csv": "building,name,use,area_m2\nb1,One,office,100\nb2,Two,storage,50\n",
    "devices.csv": "device,name,building,zone,from,until,interval\nd1,Meter,b1,,,,60\n",
}


def write(folder: Path, **changed: str) -> Path:
    """A small estate in the folder; `zones="…"` replaces or adds zones.csv, `site="…"` estate.toml."""
    texts = SMALL | {"estate.toml" if name == "site" else f"{name}.csv": text for name, text in changed.items()}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
