"""Every sample message under tests/corpus/<format>/<case>/, decoded as a device would be.

`topic` and `payload` are the message, `properties.json` says what else is not as usual; `expected.json` holds the
readings (device, channel, quantity, value, time) and the reason of what was refused or ignored.
"""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sensors.decode import CODECS, decode
from sensors.model import Context, Message

CORPUS = Path(__file__).parents[1] / "corpus"
CASES = sorted(path.parent for path in CORPUS.glob("*/*/expected.json"))
CONTEXT = Context(ZoneInfo("Europe/Paris"))


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


NOW_MS = ms("2026-11-23T08:15:00Z")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_message_becomes_its_readings(case: Path) -> None:
    """A message gives the readings of its case, and the reason for what is not among them."""
    extra = case / "properties.json"
    properties = json.loads(extra.read_text()) if extra.exists() else {}
    topic = (case / "topic").read_text().strip()
    message = Message(topic, (case / "payload").read_bytes(), NOW_MS, 1, properties.get("retained", False))
    expected = json.loads((case / "expected.json").read_text())
    readings = [(*rest, ms(time)) for *rest, time in expected["readings"]]

    decoded = decode(message, CONTEXT, NOW_MS)

    assert readings == [tuple(reading) for reading in decoded.readings]
    assert expected["problem"] == (decoded.problem and decoded.problem.reason)
    assert expected["building"] == decoded.building
    assert decoded.problem is None or decoded.problem.message is message


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_has_samples(codec: str) -> None:
    """A decoder without sample messages is not accepted."""
    assert any(case.parent.name == codec for case in CASES)
