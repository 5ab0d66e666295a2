"""A measured part as a process of its own: `python -m tests.benchmarks.part NAME SETTING` (the setting as JSON).

It says `ready` when it is subscribed, and answers every line on standard input by the number of messages it is done
with: counted, stored, whatever its work is. It stops at the end of its input. What it costs is read from outside.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module

import structlog


@dataclass(frozen=True)
class Setting:
    """What a part is told."""

    broker: int  # its port
    qos: int
    client_id: str
    devices: int = 400
    store: str = ""  # its URL as in [store]; "" for none
    folder: str = ""  # for what it keeps
    share: str = ""  # the group of a shared subscription


class Part:
    """What a part tells."""

    def __init__(self) -> None:
        self.ready, self.stop = asyncio.Event(), asyncio.Event()
        self.done: Callable[[], int] = lambda: 0

    def answer(self) -> None:
        """Say how far it is, or stop when nobody asks any more."""
        if os.read(0, 1024):
            print(self.done(), flush=True)
        else:
            asyncio.get_running_loop().remove_reader(0)
            self.stop.set()


PARTS = {"bare": "bare", "session": "ours", "ingester": "ours", "probed": "probe", "reference": "reference"}
"""By name: the module of its function of this name. Each process loads its own alone."""


async def run(name: str, setting: Setting) -> None:
    part = Part()
    work: Callable[[Setting, Part], Awaitable[None]]
    work = getattr(import_module(f"tests.benchmarks.{PARTS[name]}"), name)
    working = asyncio.ensure_future(work(setting, part))
    await asyncio.wait([working, asyncio.ensure_future(part.ready.wait())], return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        print("ready", flush=True)
        asyncio.get_running_loop().add_reader(0, part.answer)
    await working


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(run(sys.argv[1], Setting(**json.loads(sys.argv[2]))))
