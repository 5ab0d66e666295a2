"""Every sample message under tests/corpus/<codec>/<case>/, decoded as a device would be.

`topic` and `payload` (or `payload.hex`) are the message; `properties.json` says what else is not as usual: `retained`,
`codec` (default: the topic's), `device`, `fport`, `received`, `before` (other cases of the format, decoded first), and
`doubtful`, why the source itself is in doubt. `expected.json` holds the readings (device, channel, quantity, value,
time), the reason of what was refused or ignored, and the measurements that nobody mapped.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sensors.decode import decode
from sensors.memory import Memory
from sensors.model import Context, Decoded, Message
from sensors.registry import CODECS
from sensors.routes import Entry, Routes

CORPUS = Path(__file__).parents[1] / "corpus"
CASES = sorted(path.parent for path in CORPUS.glob("*/*/expected.json"))
PARIS = ZoneInfo("Europe/Paris")


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


NOW = "2026-11-23T08:15:00Z"


def properties_of(case: Path) -> dict[str, Any]:
    file = case / "properties.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}


def message_of(case: Path) -> Message:
    """The case's message, at the time it was received."""
    properties = properties_of(case)
    binary = case / "payload"
    payload = binary.read_bytes() if binary.exists() else bytes.fromhex((case / "payload.hex").read_text())
    topic = (case / "topic").read_text().strip()
    return Message(topic, payload, ms(properties.get("received", NOW)), 1, properties.get("retained", False))


def decoded(case: Path, memory: Memory, later_ms: int = 0) -> Decoded:
    """What becomes of the case's message after those that came before it, had all come so much later."""
    properties = properties_of(case)
    for earlier in properties.get("before", ()):
        decoded(case.parent / earlier, memory, later_ms)
    message = message_of(case)
    message = message._replace(received_ms=message.received_ms + later_ms)
    context = Context(PARIS, fport=properties.get("fport"), memory=memory)
    own = Entry(message.topic, properties.get("codec", ""), properties.get("device", ""))
    return decode(message, Routes(context, CODECS, [own]), message.received_ms)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_message_becomes_its_readings(case: Path) -> None:
    """A message gives the readings of its case, and the reason for what is not among them."""
    expected = json.loads((case / "expected.json").read_text())
    readings = [(*rest, ms(time)) for *rest, time in expected["readings"]]

    result = decoded(case, Memory())

    assert readings == [tuple(reading) for reading in result.readings]
    assert expected["problem"] == (result.problem and result.problem.reason)
    assert expected.get("building", "") == result.building
    assert expected.get("unmapped", []) == [name for _, name in result.unmapped]
    assert result.problem is None or result.problem.message == message_of(case)


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_has_samples(codec: str) -> None:
    """A decoder without sample messages is not accepted."""
    assert any(case.parent.name == codec for case in CASES)
