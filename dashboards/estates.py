"""The estate's folder, looked at again and again: a changed one is taken whole, or not at all."""

import asyncio
from pathlib import Path

import structlog

from estate.calendar import Step
from estate.load import EstateWrong, load

Signature = frozenset[tuple[str, int, int]]

log = structlog.get_logger()


class EstateFolder:
    """The estate as it was last right, and what is wrong with the folder since."""

    def __init__(self, path: Path, step: Step) -> None:
        self.path, self._step = path, step
        self._seen = _signature(path)
        self.estate = load(path, step)
        self.trouble = ""  # why the folder is not followed; "" while it is

    async def look(self) -> bool:
        """Whether the estate has changed. One that is wrong is named once, and the former one stays."""
        seen = await asyncio.to_thread(_signature, self.path)
        if seen == self._seen:
            return False
        self._seen = seen
        try:
            found = await asyncio.to_thread(load, self.path, self._step)
        except EstateWrong as error:
            first = error.problems[0]
            self.trouble = f"{first} ({len(error.problems)} problems; microville check names all)"
            log.error(
                "estate_not_taken", cause=self.trouble, next_step="correct it; the former estate stays until then"
            )
            return False
        self.trouble = ""
        changed, self.estate = found != self.estate, found
        if changed:
            log.info("estate_taken", folder=str(self.path), devices=len(found.devices))
        return changed


def _signature(path: Path) -> Signature:
    """What tells whether a file changed: name, time and size."""
    found = []
    for file in (*path.glob("*"), *path.glob("*/*.toml")):
        try:
            facts = file.stat()
        except OSError:  # gone since it was listed
            continue
        found.append((str(file), facts.st_mtime_ns, facts.st_size))
    return frozenset(found)
