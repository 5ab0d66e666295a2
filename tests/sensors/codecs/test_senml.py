"""SenML: how names are split, and what hostile packs cost."""

import re
import time
from zoneinfo import ZoneInfo

import cbor2
import pytest

from sensors.codecs.senml import CODEC, split
from sensors.model import Context, Decoded, Message, Reason, Rejected


def decode(payload: bytes) -> Decoded:
    return CODEC.decode(Message("senml/x", payload, 1_790_000_000_000, 1, False), Context(ZoneInfo("Europe/Paris")))


@pytest.mark.parametrize(
    ("base", "name", "device", "measurement"),
    [
        ("urn:dev:ow:10e2073a01080063", "", "urn:dev:ow:10e2073a01080063", ""),
        ("", "urn:dev:ow:10e2073a01080063", "urn:dev:ow:10e2073a01080063", ""),
        ("", "urn:dev:ow:10e2073a01080063:temp", "urn:dev:ow:10e2073a01080063", "temp"),
        ("urn:dev:ow:10e2073a01080063:", "door", "urn:dev:ow:10e2073a01080063", "door"),
        ("urn:dev:ow:10e2073a01080063", "door", "urn:dev:ow:10e2073a01080063", "door"),
        ("2001:db8::2/", "temperature", "2001:db8::2", "temperature"),
        ("site/", "hall/north", "site/hall", "north"),
        ("hall/", "", "hall", ""),
        ("", "temperature", "temperature", ""),
    ],
)
def test_split_of_a_name(base: str, name: str, device: str, measurement: str) -> None:
    """A name is the device up to the last separator, then the measurement."""
    assert (device, measurement) == split(base, name)


@pytest.mark.parametrize(
    "payload",
    [
        bytes.fromhex("9b1000000000000000"),  # 2**60 records
        bytes.fromhex("9affffffff"),
        b"\x81" * 60_000,  # nested
        b"\x9f" * 60_000,
        b"\xa1" * 60_000,
        b"\xc1" * 60_000,
        cbor2.dumps([re.compile("(a|b[c-z]){2,9}" * 4_000)]),
        cbor2.dumps([2**500_000]),
        b"\x81\xd8\x1c\x81\xd8\x1d\x00",  # holds itself
        cbor2.dumps([[]] * 60_000),
        cbor2.dumps([{}] * 4_001),
        b"[" * 200_000,
        b"[" + b"{}," * 80_000 + b"{}]",
        b'[{"n":"a","v":1' + b"0" * 200_000 + b',"t":1e999}]',
        b"{}",
        b"",
    ],
    ids=lambda payload: payload[:4].hex(),
)
def test_bombs(payload: bytes) -> None:
    """A pack that claims or nests more than it holds is malformed, soon."""
    began = time.process_time()
    problem = decode(payload).problem

    assert isinstance(problem, Rejected)
    assert problem.reason == Reason.MALFORMED
    assert time.process_time() - began < 0.5  # far above what is promised: the machine may be busy
