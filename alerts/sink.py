"""The demo's own mail server: takes every mail on a loopback port and keeps it as a file, to be read at `/mail`.

One `.eml` file per mail, named by its time of arrival. A file appears whole or not at all.
"""

import asyncio
import base64
import re
import time
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.smtp import SMTP, Envelope, Session

SENDER = "alertes@microville.example"

_ID = re.compile(r"\d{20}")
_CID = re.compile(r"cid:([^\s\"'>)]+)")


class MailHead(NamedTuple):
    """One line of the list."""

    id: str
    subject: str
    to: str
    at_ms: int


class StoredMail(NamedTuple):
    head: MailHead
    html: str  # shows its images as cid:…
    text: str
    images: dict[str, tuple[str, bytes]]  # content id → media type, content

    def standalone_html(self) -> str:
        """The HTML with its images inside, for a page that shows it in a sandboxed frame."""
        return _CID.sub(self._data_uri, self.html)

    def _data_uri(self, found: re.Match[str]) -> str:
        if found[1] not in self.images:
            return found[0]
        media, content = self.images[found[1]]
        return f"data:{media};base64,{base64.b64encode(content).decode()}"


class MailSink:
    """An SMTP server on a free port of the loopback; only while the event loop that started it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen, and make the folder. OSError when it cannot be made."""
        self.folder.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(_Keep(self.folder), hostname="localhost", loop=loop), "127.0.0.1", 0
        )

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    @property
    def url(self) -> str:
        """What `[mail] url` is to be. Only between start and stop."""
        if self._server is None:
            raise RuntimeError("the mail sink is not running")
        port = self._server.sockets[0].getsockname()[1]
        return f"mailto://127.0.0.1:{port}?from={SENDER}&name=Microville%20112"


class _Keep:
    """aiosmtpd's handler: called once per mail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (theirs)
        await asyncio.to_thread(_keep, self.folder, envelope.original_content or b"")
        return "250 Kept"


def _keep(folder: Path, content: bytes) -> None:
    name = f"{time.time_ns():020d}"
    half = folder / f"{name}.part"
    half.write_bytes(content)
    half.rename(folder / f"{name}.eml")


def list_mails(folder: Path) -> list[MailHead]:
    """All mails kept, newest first. Reads files: call it on a thread."""
    return [read_mail(folder, path.stem).head for path in sorted(folder.glob("*.eml"), reverse=True)]


def read_mail(folder: Path, mail_id: str) -> StoredMail:
    """One mail. KeyError when there is none of this id. Reads a file: call it on a thread."""
    path = folder / f"{mail_id}.eml"
    if not _ID.fullmatch(mail_id) or not path.exists():
        raise KeyError(mail_id)
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(path.read_bytes())
    head = MailHead(mail_id, str(message["Subject"]), str(message["To"]), _date_ms(message, mail_id))
    images = {
        str(part["Content-ID"]).strip("<>"): (part.get_content_type(), part.get_content())
        for part in _parts(message)
        if part.get_content_maintype() == "image" and part["Content-ID"]
    }
    return StoredMail(head, _body(message, "html"), _body(message, "plain"), images)


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    return (part for part in message.walk() if isinstance(part, EmailMessage))


def _date_ms(message: EmailMessage, mail_id: str) -> int:
    if not message["Date"]:
        return int(mail_id) // 1_000_000
    return int(parsedate_to_datetime(str(message["Date"])).timestamp() * 1000)


def _body(message: EmailMessage, kind: str) -> str:
    part: Any = message.get_body((kind,))
    return str(part.get_content()) if part else ""
