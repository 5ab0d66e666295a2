"""A row more in devices.csv: written as the file is written, and only into an estate that loads with it."""

import csv
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from threading import Lock

from estate.calendar import midnight
from estate.load import EstateWrong, examine, load
from estate.model import FOREVER_MS, Estate, Placement
from estate.problems import Problem
from estate.profiles import PROFILES
from estate.tables import is_content, separator_of

DEVICES = "devices.csv"
_BOM = b"\xef\xbb\xbf"
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f]")

_writing = Lock()


class NotAdded(Exception):
    """The row cannot be added, and nothing was changed; the message says so, why, and what to do."""

    def __init__(self, why: str) -> None:
        super().__init__(f"nothing was changed: {why}")


def add_device(folder: Path, cells: Mapping[str, str]) -> int:
    """Add a row, by column name, to the folder's devices.csv; its line. Raises NotAdded."""
    with _writing:
        estate = _loaded(folder)
        if standing := _placed(estate, cells["device"], cells.get("from", "")):
            raise NotAdded(_how_to_move(estate, cells["device"], standing))
        file = (folder / DEVICES).resolve()
        before = file.read_bytes()
        after = with_row(before, cells)
        if problems := _with_devices(folder, after):
            raise NotAdded("\n".join(["with this row the estate is wrong:", *map(str, problems)]))
        if file.read_bytes() != before:
            raise NotAdded(f"{DEVICES} was changed by somebody else meanwhile: try again")
        try:
            _replace(file, after)
        except OSError as error:
            step = "make it, and its folder, writable for the user Microville runs as"
            raise NotAdded(f"{file} cannot be written ({error.strerror}): {step}") from error
        return len(_lines(after.decode()))


def with_row(content: bytes, cells: Mapping[str, str]) -> bytes:
    """The file with one row more, written as it is: its columns, separator, byte-order mark and line ends.

    Columns that its header lacks are added to it. Cells are texts of one line.
    """
    text = content.decode("utf-8-sig")
    filled = {name: " ".join(_NO_TEXT.sub(" ", cell).split()) for name, cell in cells.items() if cell}
    separator, lines = separator_of(text), _lines(text)
    at = next(index for index, line in enumerate(lines) if is_content(line))
    end = lines[at][len(lines[at].rstrip("\r\n")) :] or "\n"
    header = lines[at].rstrip().rstrip(separator + " \t")
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator))]
    lacking = [name for name in filled if name not in names]
    if lacking:
        lines[at] = separator.join([header, *lacking]) + end
    if not lines[-1].endswith(("\n", "\r")):
        lines[-1] += end
    row = _row([filled.get(name, "") for name in (*names, *lacking)], separator, end)
    return content[: len(_BOM) if content.startswith(_BOM) else 0] + "".join([*lines, row]).encode()


def _lines(text: str) -> list[str]:
    return StringIO(text, newline="").readlines()


def _row(cells: list[str], separator: str, end: str) -> str:
    written = StringIO()
    csv.writer(written, delimiter=separator, lineterminator=end).writerow(cells)
    row = written.getvalue()
    return row if is_content(row) else f'"{cells[0]}"{row[len(cells[0]) :]}'  # it would be a comment


def _loaded(folder: Path) -> Estate:
    try:
        return load(folder)
    except EstateWrong as error:
        raise NotAdded(f"the estate is wrong already, correct that first:\n{error}") from error


def _placed(estate: Estate, device: str, first: str) -> Placement | None:
    """Where the estate has the device on that day, or later."""
    try:
        start_ms = midnight(date.fromisoformat(first), estate.site.zone) if first else 0
    except ValueError:  # said with the row
        return None
    return next((place for place in estate.placements.get(device, ()) if place.end_ms > start_ms), None)


def _how_to_move(estate: Estate, device: str, place: Placement) -> str:
    where = f"building {place.building!r}" + (f", zone {place.zone!r}" if place.zone else "")
    if place.end_ms < FOREVER_MS:
        where += f", until {_day(estate, place.end_ms) - timedelta(days=1)}"
    step = "write its last day there into `until` of that row, then add it with the day after as `from`"
    return f"{device!r} is in {DEVICES} already ({where}); if it has moved, {step}"


def _day(estate: Estate, at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms / 1000, estate.site.zone).date()


def _with_devices(folder: Path, devices: bytes) -> list[Problem]:
    """What would be wrong with the estate if its devices.csv were this."""
    with tempfile.TemporaryDirectory(prefix="microville-estate-") as name:
        copy = Path(name)
        (copy / PROFILES).mkdir()
        for path in (*folder.glob("*.csv"), *folder.glob("*.toml"), *folder.glob(f"{PROFILES}/*.toml")):
            shutil.copyfile(path, copy / path.relative_to(folder))
        (copy / DEVICES).write_bytes(devices)
        return examine(copy)


def _replace(file: Path, content: bytes) -> None:
    """Whoever reads the file meanwhile, or after a power cut, has the former one or this one, whole."""
    descriptor, name = tempfile.mkstemp(prefix=f".{DEVICES}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as new:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
        shutil.copymode(file, name)
        with suppress(PermissionError):  # the owner stays the same where we may say so
            os.chown(name, file.stat().st_uid, file.stat().st_gid)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
