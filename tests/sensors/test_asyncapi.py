"""The contract says what AsyncAPI and JSON Schema want of it, and what the decoders really do."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from sensors import asyncapi, contract
from sensors.memory import Memory
from sensors.quantities import QUANTITIES
from sensors.registry import CODECS
from sensors.routes import matches
from tests.sensors.test_corpus import CASES, decoded, message_of, properties_of

OFFICIAL = json.loads((Path(__file__).parent / "asyncapi" / "3.0.0.json").read_text())
DOCUMENT = asyncapi.document()
NATIVE = Draft202012Validator(contract.schema())
OBJECT = Draft202012Validator({**contract.schema()["$defs"]["native"], "$defs": contract.schema()["$defs"]})
HISTORY = Draft7Validator({**DOCUMENT["components"]["schemas"]["history"], "components": DOCUMENT["components"]})

NATIVE_CASES = [case for case in CASES if case.parent.name == "native" and message_of(case).topic.endswith("/readings")]
SAID = ("malformed", "unknown_quantity", "implausible_value")
"""Reasons that a schema can give; times against the clock, and one name twice, it cannot judge."""
BEYOND = ("topic_of_another_leaf", "topic_too_short")


def strict(text: bytes) -> Any:
    """The value of a JSON text; ValueError for what only Python takes for JSON."""

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


def valid(payload: bytes) -> bool:
    try:
        return bool(NATIVE.is_valid(strict(payload)))
    except ValueError:
        return False


def resolved(reference: str) -> Any:
    found: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def test_files_are_up_to_date() -> None:
    """What is committed is what the code says."""
    assert asyncapi.files() == {file: file.read_text() for file in asyncapi.files()}


def test_the_document_is_asyncapi() -> None:
    """The official schema finds nothing wrong; and it would."""
    broken = {**DOCUMENT, "operations": {"eat": {"action": "eat", "channel": {"$ref": "#/channels/native_status"}}}}

    assert [] == [error.message for error in Draft7Validator(OFFICIAL).iter_errors(DOCUMENT)]
    assert not Draft7Validator(OFFICIAL).is_valid(broken)


def test_schemas_are_schemas() -> None:
    """Both are what their versions of JSON Schema want."""
    Draft202012Validator.check_schema(contract.schema())
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft7Validator.check_schema(schema)


def test_every_reference_leads_somewhere() -> None:
    """No reference within the document dangles."""
    references = [part.split('"')[0] for part in json.dumps(DOCUMENT).split('"$ref": "')[1:]]

    assert references
    for reference in references:
        assert resolved(reference) is not None


def test_every_format_has_its_channel() -> None:
    """Each codec that reads topics is there, with the topics it reads."""
    formats = {name: list(codec.topics) for name, codec in CODECS.items() if not codec.lorawan and "native" not in name}
    channels = {name: channel for name, channel in DOCUMENT["channels"].items() if not name.startswith("native")}

    assert formats == {name: channel["x-topic-filters"] for name, channel in channels.items()}
    assert len(DOCUMENT["operations"]) == len(DOCUMENT["channels"])


@pytest.mark.parametrize("name", [name for name, channel in DOCUMENT["channels"].items() if channel["address"]])
def test_an_address_is_its_topic_filter(name: str) -> None:
    """With its parameters filled in, an address is a topic that this codec reads."""
    channel = DOCUMENT["channels"][name]
    topic = channel["address"].format(**dict.fromkeys(channel.get("parameters", {}), "x"))
    codec = CODECS["native" if name.startswith("native") else name]

    assert any(matches(pattern, topic) for pattern in codec.topics)


@pytest.mark.parametrize("case", NATIVE_CASES, ids=lambda case: case.name)
def test_native_corpus(case: Path) -> None:
    """What is accepted whole is valid; what is refused for its form, names or values is not."""
    message = message_of(case)
    result = decoded(case, Memory())
    reason = result.problem and result.problem.reason

    if reason is None:
        assert valid(message.payload)
    if reason in SAID:
        assert not valid(message.payload)


def test_history_needs_a_time() -> None:
    """An object of history without a time is not valid, the example is."""
    (example,) = DOCUMENT["components"]["messages"]["native_history"]["examples"]

    assert HISTORY.is_valid(example["payload"])
    assert not HISTORY.is_valid({"electricity.energy": 1200})
    assert not HISTORY.is_valid({"time": None, "electricity.energy": 1200})


def test_examples_are_true() -> None:
    """Every example of readings is valid, and there are some."""
    examples = DOCUMENT["components"]["messages"]["native_readings"]["examples"]

    assert len(examples) > 3
    assert [] == [example["name"] for example in examples if not NATIVE.is_valid(example["payload"])]


def test_every_quantity_is_described() -> None:
    """Each has its label, and its unit in words."""
    described = contract.schema()["$defs"]

    for name, quantity in QUANTITIES.items():
        assert quantity.en in described[name]["description"]
        assert quantity.unit in ("", "1") or f"in {quantity.unit}." in described[name]["description"]


def test_every_quantity_is_taken_within_its_range() -> None:
    """The ends of every range are valid, with a channel and without; what is beyond is not, whichever it is."""
    lowest = {name: quantity.low for name, quantity in QUANTITIES.items()}
    highest = {f"{name}@phase/L-1": quantity.high for name, quantity in QUANTITIES.items()}
    beyond = {f"{name}@L1": quantity.high + 1 for name, quantity in QUANTITIES.items()}

    assert NATIVE.is_valid({**lowest, **highest})
    assert set(beyond) == {error.path[0] for error in OBJECT.iter_errors(beyond)}


@pytest.mark.parametrize("channel", ["", "with space", "x" * 65])
def test_a_channel_that_is_none(channel: str) -> None:
    """Names that the decoder does not take are not valid."""
    assert not NATIVE.is_valid({f"electricity.power@{channel}": 1250})


@pytest.mark.parametrize("name", [name for name in DOCUMENT["channels"] if not name.startswith("native")])
def test_content_types(name: str) -> None:
    """A format that is said to be JSON alone has no accepted message in the corpus that is none."""
    kinds = {message["contentType"] for message in DOCUMENT["channels"][name]["messages"].values()}
    accepted = [case for case in CASES if case.parent.name == name and not properties_of(case).get("codec")]
    payloads = [message_of(case).payload for case in accepted if decoded(case, Memory()).readings]

    assert payloads or name in ("plain", "linky_tic_raw")
    if kinds == {"application/json"}:
        for payload in payloads:
            assert isinstance(strict(payload), dict | list)
