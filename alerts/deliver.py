"""A composed mail goes out through apprise to an SMTP server.

apprise brings the URL, the providers it knows, TLS and the login. It would derive the plain text from the HTML (one
cell a line, no paragraphs) and draw a new Message-ID at every attempt; so its mail channel is taught to send the
message as composed, under a Message-ID that stays: a server or reader that has it already can tell.
"""

import asyncio
import hashlib
import logging
import re
import threading
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, formatdate
from typing import Any

import apprise
from apprise.exception import AppriseException
from apprise.plugins.email import NotifyEmail
from apprise.plugins.email.smtp import AppriseSMTPController

from alerts.outbox import Queued

CHART = "chart.png"

# Every server takes it, 8BITMIME or not. Lines as long as RFC 5322 allows: where Python folds a subject between two
# encoded words, the space between them is lost.
_ASCII = SMTP.clone(cte_type="7bit", max_line_length=998)


class NotDelivered(Exception):
    """The server did not take the mail; the message holds the reason. The same mail may be tried again."""


class MailUnusable(Exception):
    """The `[mail]` URL names no server or no sender, or a recipient is no address; the message says what to set."""


class _Composed(NotifyEmail):  # type: ignore[no-untyped-call]  # apprise is typed in part
    """apprise's mail channel, sending a message of ours."""

    message: EmailMessage

    def send(self, *_: Any, **__: Any) -> bool:
        with AppriseSMTPController(
            host=str(self.smtp_host),
            port=int(self.port or 0),
            secure_mode=str(self.secure_mode),
            user=self.user,
            password=self.password,
            verify_certificate=self.verify_certificate,
            socket_connect_timeout=self.socket_connect_timeout,
        ) as smtp:
            return smtp.sendmail(str(self.from_addr[1]), [self.targets[0][1]], self.message.as_string())


def check(url: str | None) -> None:
    """Raise MailUnusable unless apprise can make a mail channel of the URL, if there is one. Connects to nothing."""
    if url is not None:
        _channel(url, "somebody@example.org")


async def deliver(url: str | None, mail: Queued) -> None:
    """Hand the mail to the server, or raise NotDelivered.

    The blocking call is made on a thread that holds up no end of the process: a server may take its time to answer.
    """
    if url is None:
        raise NotDelivered("no mail server is configured: set [mail] url")
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[None] = loop.create_future()

    def work() -> None:
        error: Exception | None = None
        try:
            _deliver(url, mail)
        except Exception as raised:
            error = raised
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(_settle, answer, error)

    threading.Thread(target=work, name="mail", daemon=True).start()
    await answer


def _settle(answer: asyncio.Future[None], error: Exception | None) -> None:
    if answer.cancelled():
        return
    if error:
        answer.set_exception(error)
    else:
        answer.set_result(None)


def _deliver(url: str, mail: Queued) -> None:
    try:
        channel = _channel(url, mail.letter.recipient)
    except MailUnusable as error:
        raise NotDelivered(str(error)) from error
    channel.message = _message(channel, mail)
    # apprise answers yes or no and logs why: its log is the only place that has the server's words.
    with apprise.LogCapture(level=logging.DEBUG, fmt="%(message)s") as log:  # type: ignore[no-untyped-call]
        try:
            # The channel itself: an Apprise around it sends on a thread of its own, which holds up the process's end.
            accepted = channel.notify(body=mail.letter.text, title=mail.letter.subject)
        except (OSError, AppriseException) as error:
            raise NotDelivered(str(error)) from error
    if not accepted:
        reasons = re.findall(r"Exception: (.*)", log.getvalue())
        raise NotDelivered(reasons[-1] if reasons else "the server did not take the mail, and did not say why")


def _channel(url: str, recipient: str) -> _Composed:
    parsed: Any = NotifyEmail.parse_url(url)  # type: ignore[no-untyped-call]
    if not parsed or not (parsed["from_addr"] or parsed["user"]):
        raise MailUnusable("[mail] url names no sender: add ?from=alerts@example.org")
    try:
        channel = _Composed(**{**parsed, "targets": [recipient]})  # type: ignore[no-untyped-call]
    except TypeError as error:
        raise MailUnusable(f"[mail] url: {error}") from error
    if not channel.targets:
        raise MailUnusable(f"{recipient!r} is no mail address: correct the tenant's e-mail in the estate")
    return channel


def _message(channel: _Composed, mail: Queued) -> EmailMessage:
    letter = mail.letter
    name, sender = (str(part or "") for part in channel.from_addr)
    message = EmailMessage(policy=_ASCII)
    message["Subject"] = letter.subject
    message["From"] = formataddr((name, sender))
    message["To"] = letter.recipient
    if channel.reply_to:
        message["Reply-To"] = ", ".join(sorted(channel.reply_to))
    message["Date"] = formatdate(mail.queued_ms / 1000)
    message["Message-ID"] = f"<{hashlib.sha256(mail.key.encode()).hexdigest()[:32]}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    html = message.get_body(("html",))
    assert html is not None
    html.add_related(letter.chart, "image", "png", cid=f"<{CHART}>", filename=CHART, disposition="inline")
    return message
