"""Watteco's batch reports: several series of values in few bits, each with its age.

Written after br_uncompress (Watteco/Codec-Report-Batch-Python and -C, Revised BSD): a first value and time of each
series in full, then differences, each a Huffman code of their size in bits and that many bits more. The bytes do not
name what they measure: labels, types and steps are those of the product.
"""

import math
import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sensors.draft import Malformed

BITS = {"bool": 1, "u4": 4, "i4": 4, "u8": 8, "i8": 8, "u16": 16, "i16": 16, "u24": 24, "i24": 24}
BITS |= {"u32": 32, "i32": 32, "float": 32}
"""Length of a value in full, by its type."""

_WHOLE = 15
"""The code that announces a value or time in full instead of a difference."""

_CODES = (
    ("00", "01", "11", "101", "1001", "10001", "100001", "1000001", "10000001", "1000000000", "10000000010",
     "10000000011", "10000000100", "10000000101", "10000000110", "10000000111"),
    ("1101111", "11010", "1100", "011", "111", "10", "00", "010", "110110", "110111011", "110111001", "1101110101",
     "1101110100", "1101110000", "11011100011", "11011100010"),
    ("1001", "101", "00", "01", "11", "10001", "100001", "1000001", "10000001", "1000000000", "10000000010",
     "10000000011", "10000000100", "10000000101", "10000000110", "10000000111"),
)  # fmt: skip

_TABLES = tuple({code: size for size, code in enumerate(codes)} for codes in _CODES)
_TIMES = 1  # the table of times that belong to no series
_LONGEST = 11


class Label(NamedTuple):
    """What a product reports under one tag."""

    name: str  # as the vendor names it
    kind: str  # a key of BITS
    step: float = 1  # one of a difference, in raw units
    divide: float = 1  # raw units in one of the vendor's
    channel: str = ""


class Sample(NamedTuple):
    """One value; `age_s` is how long before the report was sent it was taken."""

    label: Label
    value: float
    age_s: int


class _Series:
    """One label's values so far, as (time, raw value)."""

    def __init__(self, label: Label, at: int, value: float) -> None:
        self.label = label
        self.samples = [(at, value)]
        self.sign = self.table = 0

    def add(self, bits: "_Bits", at: int, size: int) -> None:
        """The next value, whose code has been read."""
        self.samples.append((at, self._value(bits, size)))

    def _value(self, bits: "_Bits", size: int) -> float:
        if size == _WHOLE:
            return bits.value(self.label.kind)
        last = self.samples[-1][1]
        if size == 0:
            return last
        raw, reach = bits.number(size), (1 << size) - 1
        if self.sign == 0:  # differences of both signs
            raw -= 0 if raw >> (size - 1) else reach
        elif self.sign == 1:
            raw += reach
        else:
            raw = -(raw + reach)
        return last + raw * self.label.step


class _Bits:
    """Takes numbers off a report, bit by bit, the lowest of each byte first. Raises Malformed past the end."""

    def __init__(self, data: bytes) -> None:
        self._all = int.from_bytes(data, "little")
        self._length = len(data) * 8
        self._at = 0

    @property
    def left(self) -> int:
        return self._length - self._at

    def number(self, length: int) -> int:
        """Bytes follow one another from the highest down; the first holds what does not fill one."""
        if length > self.left:
            raise Malformed(f"batch report ends within a value, at bit {self._at} of {self._length}")
        value, part = 0, length % 8 or 8
        while length:
            value = value << part | (self._all >> self._at) & ((1 << part) - 1)
            self._at += part
            length -= part
            part = 8
        return value

    def code(self, table: int) -> int:
        """The size that a Huffman code stands for."""
        code = ""
        while len(code) < min(_LONGEST, self.left + len(code)):
            code += str(self._all >> self._at & 1)
            self._at += 1
            if code in _TABLES[table]:
                return _TABLES[table][code]
        raise Malformed(f"batch report has no known code before bit {self._at} of {self._length}")

    def value(self, kind: str) -> float:
        """A value in full. One of single precision is read as its shortest decimal number: 2.344, not 2.3440001."""
        raw = self.number(BITS[kind])
        if kind == "float":
            (real,) = struct.unpack(">f", raw.to_bytes(4, "big"))
            return float(f"{real:.7g}")
        return raw - (1 << BITS[kind]) if kind[0] == "i" and raw >> (BITS[kind] - 1) else raw

    def table(self) -> int:
        number = self.number(2)
        if number >= len(_TABLES):
            raise Malformed(f"batch report names table {number}; there are {len(_TABLES)}")
        return number

    def time(self, last: int, table: int = _TIMES) -> int:
        """A time: a difference to the last one, or in full."""
        size = self.code(table)
        if size == _WHOLE:
            return self.number(32)
        return last + (self.number(size) + (1 << size) - 1 if size else 0)


def samples_of(data: bytes, tag_bits: int, labels: Mapping[int, Label]) -> Iterator[Sample]:
    """The values of a report, series by series. Raises Malformed."""
    bits = _Bits(data)
    flags = bits.number(8)
    bits.number(4)  # running number, and a bit that is not used
    series: dict[int, _Series] = {}
    last = 0
    for index in range(flags >> 4):
        tag = bits.number(tag_bits)
        if tag not in labels or tag in series:
            raise Malformed(f"batch report has label {tag}, not one of {list(labels)} once each; is the product right?")
        last = bits.time(last) if index else bits.number(32)
        series[tag] = _Series(labels[tag], last, bits.value(labels[tag].kind))
        if not flags & 0x04:
            series[tag].sign, series[tag].table = bits.number(2), bits.table()
    if not series:
        raise Malformed("batch report without a series")
    if not flags & 0x04:
        last = (_read_together if flags & 0x02 else _read_apart)(bits, tag_bits, series, last)
    sent = bits.time(last) if last else bits.number(32)
    if bits.left >= 8:
        raise Malformed(f"batch report has {bits.left // 8} bytes too many; is the product right?")
    return _aged(series, sent)


def _aged(series: Mapping[int, _Series], sent: int) -> Iterator[Sample]:
    for one in series.values():
        for at, value in one.samples:
            yield Sample(one.label, value / one.label.divide if math.isfinite(value) else value, sent - at)


def _read_together(bits: _Bits, tag_bits: int, series: Mapping[int, _Series], last: int) -> int:
    """Series that share their times; each says which of them are its own."""
    count = bits.number(8)
    table = bits.table()
    times: list[int] = []
    first = next(iter(series.values())).samples[0][0]
    for _ in range(count):
        times.append(bits.time(times[-1], table) if times else _first_time(bits, first, table))
    for _ in series:
        one = _series(bits, tag_bits, series)
        started = False  # its first value stands among the common times as a difference of nothing
        for at in times:
            if not bits.number(1):
                continue
            size = bits.code(one.table)
            if size or started:
                one.add(bits, at, size)
            else:
                started = True
    return times[-1] if times else last


def _first_time(bits: _Bits, first: int, table: int) -> int:
    return bits.number(32) if bits.code(table) == _WHOLE else first


def _read_apart(bits: _Bits, tag_bits: int, series: Mapping[int, _Series], last: int) -> int:
    """Series with times of their own."""
    for _ in series:
        one = _series(bits, tag_bits, series)
        count = bits.number(8)
        table = bits.table() if count else 0
        for _ in range(count):
            at = bits.time(one.samples[-1][0], table)
            one.add(bits, at, bits.code(one.table))
            last = max(last, at)
    return last


def _series(bits: _Bits, tag_bits: int, series: Mapping[int, _Series]) -> _Series:
    tag = bits.number(tag_bits)
    if tag not in series:
        raise Malformed(f"batch report has values of label {tag}, which it did not announce")
    return series[tag]
