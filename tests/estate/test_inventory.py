"""A row more in devices.csv: written as the file is, or not at all."""

from pathlib import Path

import pytest

from estate.inventory import NotAdded, add_device, with_row
from estate.load import load
from tests.estate.folders import SMALL, write

NEW = {"device": "d2", "building": "b2"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("device,building\nd1,b1\n", "device,building\nd1,b1\nd2,b2\n"),
        ("building;name;device\r\nb1;One;d1\r\n", "building;name;device\r\nb1;One;d1\r\nb2;;d2\r\n"),
        ("\ufeffdevice;building\r\nd1;b1", "\ufeffdevice;building\r\nd1;b1\r\nd2;b2\r\n"),
        ("# ours\n\n Device , BUILDING ,,\nd1,b1,,\n", "# ours\n\n Device , BUILDING ,,\nd1,b1,,\nd2,b2\n"),
        ('device,building\nd1,"b\n1"\n', 'device,building\nd1,"b\n1"\nd2,b2\n'),
    ],
)
def test_as_the_file_is_written(before: str, after: str) -> None:
    """Columns, separator, byte-order mark and line ends are the file's own; nothing else of it changes."""
    assert after.encode() == with_row(before.encode(), NEW)


def test_columns_are_added() -> None:
    """Columns the header lacks are added to it, where a cell needs them; a spreadsheet's empty ones are used up."""
    before = b"device;building;;\r\nd1;b1;;\r\n"

    assert b"device;building;zone\r\nd1;b1;;\r\nd2;b2;z\r\n" == with_row(before, {**NEW, "zone": "z", "name": ""})


@pytest.mark.parametrize(
    ("name", "cell"),
    [("A, B", '"A, B"'), ('say "it"', '"say ""it"""'), (" two\r\nlines\t", "two lines"), ("# one", '"# one"')],
)
def test_cells_are_quoted(name: str, cell: str) -> None:
    """What would end a cell is quoted, what would end a line is a space, what would be a comment is none."""
    assert (
        f"name,device,building\n{cell},d2,b2\n" == with_row(b"name,device,building\n", {**NEW, "name": name}).decode()
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """The estate knows the device where the row says, from its day on; the file keeps its rights."""
    folder = write(tmp_path, zones="zone,building,name,area_m2\nz,b2,Z,10\n")
    (folder / "devices.csv").chmod(0o640)
    row = {**NEW, "zone": "z", "name": 'L\'été; "A"', "from": "2026-11-01", "codec": "airgradient", "topic": "a/+"}
    line = add_device(folder, row)
    estate = load(folder)
    (place,) = estate.placements["d2"]

    assert 3 == line
    assert ('L\'été; "A"', "airgradient", "a/+") == (estate.devices["d2"].name, *estate.devices["d2"][5:3:-1])
    assert ("b2", "z", 1_793_487_600_000) == place[:3]
    assert 0o640 == (folder / "devices.csv").stat().st_mode & 0o777
    assert {"buildings.csv", "devices.csv", "estate.toml", "zones.csv"} == {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"device": "d2", "building": "b22"}, "devices.csv:3: device 'd2': building 'b22' is not in buildings.csv"),
        ({**NEW, "zone": "z"}, "devices.csv:3: device 'd2': zone 'z' is not in zones.csv"),
        ({**NEW, "codec": "airgradiant"}, "codec 'airgradiant' is unknown: did you mean 'airgradient'?"),
        ({**NEW, "codec": "plain", "topic": "hall/t"}, "write the device's codec as plain/climate.temperature"),
        ({"device": "d#2", "building": "b2"}, "is no device id"),
        ({**NEW, "from": "yesterday"}, "from 'yesterday' is no day"),
    ],
)
def test_a_wrong_row_changes_nothing(tmp_path: Path, row: dict[str, str], said: str) -> None:
    """The estate is examined with the row first; what is wrong is said with file and line."""
    folder = write(tmp_path)

    with pytest.raises(NotAdded, match="nothing was changed") as caught:
        add_device(folder, row)

    assert said in str(caught.value)
    assert SMALL["devices.csv"] == (folder / "devices.csv").read_text()


def test_an_estate_that_is_wrong_already(tmp_path: Path) -> None:
    """It is to be corrected first: whose fault a problem is would not be clear."""
    folder = write(tmp_path, zones="zone,building,name,area_m2\nz,b9,Z,10\n")

    with pytest.raises(NotAdded, match=r"wrong already.*\nzones.csv:2"):
        add_device(folder, NEW)


def test_a_device_that_is_there(tmp_path: Path) -> None:
    """It is said where it is and how to move it; after its last day there it may be added elsewhere."""
    rows = "device,building,until\nd1,b1,2026-06-30\n"
    folder = write(tmp_path, devices=rows)

    with pytest.raises(NotAdded, match=r"building 'b1', until 2026-06-30.*if it has moved"):
        add_device(folder, {"device": "d1", "building": "b2", "from": "2026-06-30"})

    add_device(folder, {"device": "d1", "building": "b2", "from": "2026-07-01"})

    assert ["b1", "b2"] == [place.building for place in load(folder).placements["d1"]]


def test_a_link_stays_one(tmp_path: Path) -> None:
    """An inventory that is kept elsewhere is changed there."""
    folder, elsewhere = tmp_path / "estate", tmp_path / "shared.csv"
    folder.mkdir()
    write(folder)
    (folder / "devices.csv").rename(elsewhere)
    (folder / "devices.csv").symlink_to(elsewhere)
    add_device(folder, NEW)

    assert (folder / "devices.csv").is_symlink()
    assert elsewhere.read_text().endswith("d2,,b2,,,,\n")
