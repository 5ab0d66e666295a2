"""Lines of standard input that stay where they are until they are safe.

A pipe is copied before it is emptied (tee(2), Linux), and a file is read before its offset moves: a process killed in
between leaves the lines to the next one that reads there. What is neither, such as a terminal, is simply read.
"""

import ctypes
import fcntl
import os
import select
import stat
import sys
import termios
import time
from contextlib import suppress
from typing import NamedTuple, Protocol

MOST_LINE = 256 * 1024
"""The longest line: as long as a message may be."""

_LIBC = ctypes.CDLL(None, use_errno=True)
_HALF_A_LINE_S = 0.01


class Glance(NamedTuple):
    """What stands at the front of the input."""

    lines: list[bytes]  # whole ones; one longer than is allowed comes cut
    size: int  # bytes they take
    whole: bool  # the last one ended with its line
    ended: bool  # nothing follows


class Source(Protocol):
    """What is read."""

    longest: int  # what it surely shows in one go

    def look(self, wait_ms: int) -> tuple[bytes, bool]:
        """What is there, without taking it, and whether it is all; b"" when nothing came for so long."""
        ...

    def take(self, size: int) -> None:
        """Remove so many bytes that were looked at."""
        ...


class Input:
    """The lines of a file descriptor."""

    def __init__(self, fd: int) -> None:
        mode = os.fstat(fd).st_mode
        pipe = stat.S_ISFIFO(mode) and hasattr(_LIBC, "tee")
        self._source: Source = _Pipe(fd) if pipe else _File(fd) if stat.S_ISREG(mode) else _Stream(fd)
        self._cut = False  # whether what comes is the rest of a line that was too long

    def look(self, wait_ms: int) -> Glance | None:
        """The lines that are there; None when no whole one is. Blocks no longer than that."""
        content, ended = self._source.look(wait_ms)
        end = len(content) if ended else content.rfind(b"\n") + 1
        if not end and len(content) >= min(MOST_LINE, self._source.longest):
            end = len(content)
        if not (end or ended):
            time.sleep(_HALF_A_LINE_S if content else 0)
            return None
        lines = content[:end].split(b"\n")
        whole = not lines[-1]
        return Glance(lines[self._cut : -1 if whole else None], end, whole, ended)

    def take(self, seen: Glance) -> None:
        """They are safe: remove them."""
        self._source.take(seen.size)
        self._cut = not seen.whole


class _Pipe:
    """Copied into a pipe of our own, which leaves it as it is."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._to_read, self._to_write = os.pipe()
        for each in (fd, self._to_write):
            with suppress(OSError):  # the user has large pipes enough: the usual size serves
                fcntl.fcntl(each, fcntl.F_SETPIPE_SZ, 4 * MOST_LINE)
        # Writes that do not fill its pages may leave half of a pipe empty, and it is full all the same.
        self.longest = min(fcntl.fcntl(each, fcntl.F_GETPIPE_SZ) for each in (fd, self._to_write)) // 4
        self._poll = _poll(fd)

    def look(self, wait_ms: int) -> tuple[bytes, bool]:
        events = sum(event for _, event in self._poll.poll(wait_ms))
        there = int.from_bytes(fcntl.ioctl(self._fd, termios.FIONREAD, bytes(4)), sys.byteorder)
        if not there:
            return b"", bool(events & select.POLLHUP)
        copied = _LIBC.tee(self._fd, self._to_write, there, 0)
        if copied < 0:
            raise OSError(ctypes.get_errno(), "standard input cannot be copied")
        content = _exactly(self._to_read, copied)
        return content, bool(events & select.POLLHUP) and copied == there

    def take(self, size: int) -> None:
        _exactly(self._fd, size)


class _File:
    """Read at its offset, which moves later."""

    longest = MOST_LINE

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def look(self, wait_ms: int) -> tuple[bytes, bool]:
        content = os.pread(self._fd, 4 * MOST_LINE, os.lseek(self._fd, 0, os.SEEK_CUR))
        return content, len(content) < 4 * MOST_LINE

    def take(self, size: int) -> None:
        os.lseek(self._fd, size, os.SEEK_CUR)


class _Stream:
    """What cannot be looked at without reading it."""

    longest = MOST_LINE

    def __init__(self, fd: int) -> None:
        self._fd, self._held, self._over = fd, b"", False
        self._poll = _poll(fd)

    def look(self, wait_ms: int) -> tuple[bytes, bool]:
        if not self._over and len(self._held) < MOST_LINE and self._poll.poll(wait_ms):
            content = os.read(self._fd, MOST_LINE)
            self._held, self._over = self._held + content, not content
        return self._held, self._over

    def take(self, size: int) -> None:
        self._held = self._held[size:]


def _poll(fd: int) -> select.poll:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return poll


def _exactly(fd: int, size: int) -> bytes:
    content = b""
    while len(content) < size:
        content += os.read(fd, size - len(content))
    return content
