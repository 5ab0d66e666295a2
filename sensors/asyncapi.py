"""The contract for integrators: ``python -m sensors.asyncapi`` writes it, ``--check`` exits 1 when it differs.

`asyncapi.json` is an AsyncAPI 3.0.0 document of all that is received; `native.schema.json` the JSON Schema of a native
payload by itself. Examples are the accepted messages of tests/corpus.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sensors import contract
from sensors.contract import Schema
from sensors.generated import keep
from sensors.model import Codec
from sensors.registry import CODECS

HERE = Path(__file__).parent
CORPUS = HERE.parent / "tests" / "corpus"

VERSION = "1.0.0"
"""Of the contract: the first number rises when something that was taken no longer is."""

SCHEMAS = "#/components/schemas/"

JSON = ("application/json",)
TEXT = ("text/plain",)

CONTENT_TYPES: Mapping[str, tuple[str, ...]] = {
    "senml_rfc8428": ("application/senml+json", "application/senml+cbor"),
    "sparkplug_b": ("application/octet-stream",),
    "zigbee2mqtt": (*JSON, *TEXT),
    "shelly_gen1": (*TEXT, *JSON),
    "tasmota": (*JSON, *TEXT),
    "esphome": (*TEXT, *JSON),
    "plain": TEXT,
    "dsmr_p1": TEXT,
    "linky_tic_raw": TEXT,
    "homie_5": (*TEXT, *JSON),
}
"""Of formats whose payloads are not all JSON."""

NATIVE = {  # leaf of the topic: title, what it is for, and the corpus its examples are of
    "readings": ("Readings", "Values of one device, as they are measured.", "native"),
    "history": ("History", "Values of one device, however old; each with its time.", "native_history"),
    "status": ("Status", "Whether the device is connected; `offline` is its last will. No reading.", ""),
}

EXAMPLES = ("object", "array", "channels", "time_with_offset", "time_missing", "old")
"""Cases of the corpus that are shown."""


def document() -> Schema:
    """The AsyncAPI document."""
    others = {name: codec for name, codec in CODECS.items() if not codec.lorawan and not name.startswith("native")}
    channels = {f"native_{leaf}": _native_channel(leaf) for leaf in NATIVE}
    channels |= {name: _channel(codec) for name, codec in others.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Microville: what is received",
            "version": VERSION,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": JSON[0],
        "servers": {"site": _SERVER},
        "channels": channels,
        "operations": {f"receive_{name}": _operation(name, channel) for name, channel in channels.items()},
        "components": {
            "messages": {f"native_{leaf}": _native_message(leaf) for leaf in NATIVE},
            "schemas": {
                "readings": contract.payload(SCHEMAS),
                "history": contract.history(SCHEMAS),
                "status": {"title": "Status", "type": "string", "enum": ["online", "offline"]},
                **contract.parts(SCHEMAS),
            },
            "securitySchemes": {"password": {"type": "userPassword", "description": "If the broker asks for one."}},
        },
    }


_DESCRIPTION = (
    "Devices publish in the format of their own, or in the native one, at QoS 1. Every message ends in exactly one of "
    "stored, quarantined (with its reason) or ignored (with its reason). The codecs named here, what each takes and "
    "what it leaves, stand in sensors/README.md; topics that the estate gives its devices, and profiles, come on top."
)

_SERVER = {
    "host": "{host}:{port}",
    "protocol": "mqtt",
    "protocolVersion": "5.0",
    "description": "The site's broker. The ingester speaks MQTT 5; devices may speak MQTT 3.1.1.",
    "variables": {
        "host": {"default": "localhost", "description": "Where the broker is."},
        "port": {"default": "1883", "description": "1883, or 8883 with TLS."},
    },
    "security": [{"$ref": "#/components/securitySchemes/password"}],
}

_PARAMETERS = {
    "building": {"description": "A building of the estate, or its site. A claim: the estate decides."},
    "device": {"description": "The device's id in the estate."},
}


def _native_channel(leaf: str) -> Schema:
    title, about, _ = NATIVE[leaf]
    return {
        "address": f"microville/{{building}}/{{device}}/{leaf}",
        "title": f"Native: {title.lower()}",
        "description": about,
        "parameters": _PARAMETERS,
        "messages": {leaf: {"$ref": f"#/components/messages/native_{leaf}"}},
    }


def _native_message(leaf: str) -> Schema:
    title, about, corpus = NATIVE[leaf]
    message = {
        "name": leaf,
        "title": title,
        "summary": about,
        "contentType": JSON[0] if corpus else TEXT[0],
        "payload": {"$ref": f"{SCHEMAS}{leaf}"},
    }
    if leaf == "status":
        return {**message, "examples": [{"name": state, "payload": state} for state in ("online", "offline")]}
    cases = [CORPUS / corpus / name for name in EXAMPLES if (CORPUS / corpus / name).is_dir()]
    examples = [{"name": case.name, "payload": json.loads((case / "payload").read_bytes())} for case in cases]
    return {**message, "examples": examples}


def _channel(codec: Codec) -> Schema:
    """A format of others: its topics, and where to read what is taken of it."""
    filters = list(codec.topics)
    address, parameters = _address(filters[0]) if len(filters) == 1 else (None, {})
    kinds = CONTENT_TYPES.get(codec.name, JSON)
    names = [codec.name] if len(kinds) == 1 else [f"{codec.name}_{index}" for index in range(1, len(kinds) + 1)]
    channel: Schema = {
        "address": address,
        "title": codec.title,
        "description": _about(codec),
        "messages": {
            name: {"name": codec.name, "title": codec.title, "contentType": kind}
            for name, kind in zip(names, kinds, strict=True)
        },
        "x-topic-filters": filters,
    }
    return {**channel, "parameters": parameters} if parameters else channel


def _about(codec: Codec) -> str:
    topics = "" if codec.topics else " On topics that the estate names for the device."
    return f"{codec.families}.{topics} What is taken and what is left: sensors/README.md, Formats, `{codec.name}`."


def _address(pattern: str) -> tuple[str, Schema]:
    """A topic filter as an address: a parameter for each wildcard."""
    levels: list[str] = []
    parameters: Schema = {}
    for number, level in enumerate(pattern.split("/"), start=1):
        name = {"+": f"level{number}", "#": "rest"}.get(level, "")
        if name:
            one = "Any one level." if level == "+" else "Any levels, with the slashes between them."
            parameters[name] = {"description": one}
        levels.append(f"{{{name}}}" if name else level)
    return "/".join(levels), parameters


def _operation(name: str, channel: Schema) -> Schema:
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{name}"},
        "title": channel["title"],
        "messages": [{"$ref": f"#/channels/{name}/messages/{message}"} for message in channel["messages"]],
        "bindings": {"mqtt": {"qos": 1, "bindingVersion": "0.2.0"}},
    }


def files() -> dict[Path, str]:
    """What is written, by file."""
    made: dict[str, Any] = {"asyncapi.json": document(), "native.schema.json": contract.schema()}
    return {HERE / name: json.dumps(value, ensure_ascii=False, indent=2) + "\n" for name, value in made.items()}


if __name__ == "__main__":
    sys.exit(keep(files(), "sensors.asyncapi"))
