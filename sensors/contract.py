"""The JSON Schema of the native payload, made of the model that reads it and of the table of quantities.

It keeps to what JSON Schema draft-07 and 2020-12 have in common, so that AsyncAPI 3.0 takes it as it is. It says what a
payload must be for every value of it to be taken; good values beside wrong ones are kept all the same.
"""

from typing import Any

from sensors.codecs.native import CHANNEL, MOST_ENTRIES, ONE
from sensors.quantities import QUANTITIES, Quantity

Schema = dict[str, Any]

OFFSET = r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})$"
"""How a time ends; one without an offset from UTC is refused."""


def payload(refer: str) -> Schema:
    """A whole payload; `refer` is what stands before the names of `parts` in a reference."""
    return _one_or_several("Native readings", {"$ref": f"{refer}native"})


def history(refer: str) -> Schema:
    """The same for what is older than the horizon: each object has its time."""
    dated = {"properties": {"time": {"type": "string"}}, "required": ["time"]}
    return _one_or_several("Native history", {"allOf": [{"$ref": f"{refer}native"}, dated]})


def parts(refer: str) -> dict[str, Schema]:
    """What a payload consists of, by name: one object, and the value of each quantity."""
    return {"native": _object(refer), **{name: _value(quantity) for name, quantity in QUANTITIES.items()}}


def schema() -> Schema:
    """The schema of a payload as a document of its own, of JSON Schema 2020-12."""
    refer = "#/$defs/"
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:microville:native"}
    return {**head, **payload(refer), "$defs": parts(refer)}


def _one_or_several(title: str, one: Schema) -> Schema:
    several = {"type": "array", "items": one, "minItems": 1, "maxItems": MOST_ENTRIES}
    return {
        "title": title,
        "description": "One object, or an array of them, all of one device.",
        "oneOf": [one, several],
    }


def _object(refer: str) -> Schema:
    model = ONE.json_schema()
    time = model["properties"]["time"]
    text, null = time["anyOf"]
    about = "RFC 3339 with an offset from UTC. Without it the time of receipt holds."
    values = {name: {"$ref": f"{refer}{name}"} for name in QUANTITIES}
    return {
        "title": model["title"],
        "description": f"{model['description']} Of several of a kind each is named quantity@channel.",
        "type": model["type"],
        "properties": {"time": {"description": about, "anyOf": [{**text, "pattern": OFFSET}, null]}, **values},
        "patternProperties": {_with_channel(name): value for name, value in values.items()},
        "additionalProperties": False,
        "minProperties": 1,
        "if": {"required": ["time"]},
        "then": {"minProperties": 2},
    }


def _with_channel(name: str) -> str:
    return f"^{name.replace('.', '[.]')}@{CHANNEL.pattern}$"


def _value(quantity: Quantity) -> Schema:
    unit = f", in {quantity.unit}" if quantity.unit not in ("", "1") else ""
    kinds = {
        "gauge": "",
        "counter": f" A register that only rises, by at most {quantity.rate:.4g} {quantity.unit} a second.",
        "state": " A state: 0 or 1.",
    }
    value: Schema = {
        "title": quantity.en,
        "description": f"{quantity.en}{unit}.{kinds[quantity.kind]}",
        "type": ONE.json_schema()["additionalProperties"]["type"],
        "minimum": quantity.low,
        "maximum": quantity.high,
        "x-kind": quantity.kind,
        "x-ucum": quantity.ucum,
    }
    return value
