"""The messages of Sparkplug B, described by the field numbers of its published schema, for the protobuf library.

Numbers after the Sparkplug 3.0.0 specification (eclipse-sparkplug/sparkplug, chapter 6, "Google Protocol Buffer
Schema"). Only what is read or written here is described; datasets and templates stay bytes, unread.
"""

import zlib
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from sensors.draft import Malformed

MOST_METRICS = 1_000
"""Of one message: more of them take longer to read than a message may."""

MOST_INFLATED = 256 * 1024
"""Bytes of a payload once decompressed: as many as one that came plain may have."""

COMPRESSED = "SPBV1.0_COMPRESSED"
"""The payload's uuid when its body is another payload, compressed with zlib or gzip."""

VALUES = ("int_value", "long_value", "float_value", "double_value", "boolean_value", "string_value")

_BYTES, _TEXT = FieldDescriptorProto.TYPE_BYTES, FieldDescriptorProto.TYPE_STRING
_UINT32, _UINT64 = FieldDescriptorProto.TYPE_UINT32, FieldDescriptorProto.TYPE_UINT64
_FLOAT, _DOUBLE, _BOOL = (
    FieldDescriptorProto.TYPE_FLOAT,
    FieldDescriptorProto.TYPE_DOUBLE,
    FieldDescriptorProto.TYPE_BOOL,
)

_SCHEMA: dict[str, tuple[tuple[str, int, Any], ...]] = {
    "Value": (("string_value", 8, _TEXT),),
    "Properties": (("keys", 1, [_TEXT]), ("values", 2, ["Value"])),
    "Metric": (
        ("name", 1, _TEXT),
        ("alias", 2, _UINT64),
        ("timestamp", 3, _UINT64),
        ("datatype", 4, _UINT32),
        ("is_null", 7, _BOOL),
        ("properties", 9, "Properties"),
        *zip(VALUES, range(10, 16), (_UINT32, _UINT64, _FLOAT, _DOUBLE, _BOOL, _TEXT), strict=True),
    ),
    "Payload": (
        ("timestamp", 1, _UINT64),
        ("metrics", 2, ["Metric"]),
        ("uuid", 4, _TEXT),
        ("body", 5, _BYTES),
    ),
}
"""By message: name, number and type of each field; the type is another message's name, or a list when repeated."""


def _payload_class() -> Any:
    file = FileDescriptorProto(name="sparkplug_b", package="sparkplug_b", syntax="proto2")
    for name, fields in _SCHEMA.items():
        _describe(file.message_type.add(name=name), fields)
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("sparkplug_b.Payload"))


def _describe(message: DescriptorProto, fields: tuple[tuple[str, int, Any], ...]) -> None:
    for name, number, told in fields:
        repeated = isinstance(told, list)
        kind = told[0] if repeated else told
        field = message.field.add(name=name, number=number)
        field.label = FieldDescriptorProto.LABEL_REPEATED if repeated else FieldDescriptorProto.LABEL_OPTIONAL
        if isinstance(kind, str):
            field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".sparkplug_b.{kind}"
        else:
            field.type = kind


PAYLOAD = _payload_class()


def parsed(payload: bytes) -> Any:
    """The payload, decompressed when it is compressed. Raises Malformed."""
    message = _message(payload)
    if message.uuid == COMPRESSED:
        message = _message(_inflated(message.body))
    if len(message.metrics) > MOST_METRICS:
        raise Malformed(f"{len(message.metrics)} metrics in one message are more than {MOST_METRICS}")
    return message


def _message(payload: bytes) -> Any:
    message = PAYLOAD()
    try:
        message.ParseFromString(payload)
    except DecodeError:
        raise Malformed("no Sparkplug payload: the protobuf message is damaged") from None
    return message


def _inflated(body: bytes) -> bytes:
    """Whatever of the two it is compressed with: the header tells. Never more than is allowed."""
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        inflated = inflater.decompress(body, MOST_INFLATED + 1)
    except zlib.error as error:
        raise Malformed(f"the compressed body is damaged: {error}") from None
    if len(inflated) > MOST_INFLATED or not inflater.eof:
        raise Malformed(f"the compressed body is cut short, or holds more than {MOST_INFLATED} bytes")
    return inflated


def rebirth(at_ms: int) -> bytes:
    """The command by which an edge node is asked for its births."""
    message = PAYLOAD(timestamp=at_ms)
    message.metrics.add(name="Node Control/Rebirth", timestamp=at_ms, datatype=11, boolean_value=True)
    return bytes(message.SerializeToString())
