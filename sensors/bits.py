"""Reading binary frames: a cursor that never reads past the end."""

import struct

from sensors.draft import Malformed


class Cursor:
    """Takes numbers off the front of a frame, big-endian unless told. Raises Malformed when the frame is too short."""

    def __init__(self, data: bytes, little: bool = False) -> None:
        self._data = data
        self._order = "<" if little else ">"
        self.at = 0  # bytes taken so far

    @property
    def left(self) -> int:
        """Bytes not taken yet."""
        return len(self._data) - self.at

    def take(self, count: int) -> bytes:
        """The next bytes."""
        if count > self.left:
            raise Malformed(f"ends after {len(self._data)} bytes where at least {self.at + count} are needed")
        self.at += count
        return self._data[self.at - count : self.at]

    def peek(self, offset: int = 0) -> int | None:
        """A byte still to come, without taking it; None past the end."""
        index = self.at + offset
        return self._data[index] if index < len(self._data) else None

    def unsigned(self, count: int) -> int:
        """A whole number of `count` bytes."""
        return int.from_bytes(self.take(count), "little" if self._order == "<" else "big")

    def signed(self, count: int) -> int:
        """A whole number of `count` bytes in two's complement."""
        return int.from_bytes(self.take(count), "little" if self._order == "<" else "big", signed=True)

    def real(self) -> float:
        """An IEEE 754 number of four bytes."""
        (value,) = struct.unpack(self._order + "f", self.take(4))
        return float(value)
