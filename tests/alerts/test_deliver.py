from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.deliver import MailUnusable, NotDelivered, check, deliver
from alerts.outbox import Letter, Queued
from tests.alerts.values import serving

LETTER = Letter(
    "dupont@example.org", "Gaz\u00a0: dépassé", '<img src="cid:chart.png"> é', "Bonjour\u202f!\n", b"\x89PNG"
)
MAIL = Queued(1, "atelier/gas/2026-11/measured-80", 1_795_000_000_000, 0, LETTER)


class Refusing:
    """A server that knows nobody."""

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, *_: Any) -> str:  # noqa: N802
        return "550 no such user here"


class Taking:
    """A server that remembers what it took."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 OK"


async def test_mime_structure() -> None:
    """Plain text first, then HTML with its image beside it; the headers name sender, answers and announcement."""
    taking = Taking()
    async with serving(taking) as url:
        await deliver(url, MAIL)
        await deliver(url, MAIL)

    first, second = (
        message_from_bytes(each.original_content or b"", policy=policy.default) for each in taking.envelopes
    )
    assert [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ] == [part.get_content_type() for part in first.walk()]  # fmt: skip
    assert (LETTER.subject, "Microville <alerts@example.org>", "dupont@example.org", "staff@example.org") == (
        first["Subject"], first["From"], first["To"], first["Reply-To"],
    )  # fmt: skip
    image = list(first.walk())[-1]
    assert ("<chart.png>", "inline", b"\x89PNG") == (
        image["Content-ID"], image.get_content_disposition(), image.get_payload(decode=True),
    )  # fmt: skip
    assert first["Message-ID"] == second["Message-ID"]
    assert ["dupont@example.org"] == taking.envelopes[0].rcpt_tos
    assert (taking.envelopes[0].original_content or b"").isascii()


async def test_long_subject() -> None:
    """A long French subject arrives with all its spaces."""
    subject = "Électricité : le budget de novembre 2026 sera dépassé, selon la prévision, à la fin du mois de décembre"
    taking = Taking()
    async with serving(taking) as url:
        await deliver(url, MAIL._replace(letter=LETTER._replace(subject=subject)))

    message = message_from_bytes(taking.envelopes[0].original_content or b"", policy=policy.default)

    assert subject == message["Subject"]


async def test_refused() -> None:
    """The server's own words are the reason."""
    async with serving(Refusing()) as url:
        with pytest.raises(NotDelivered, match="550, b'no such user here'"):
            await deliver(url, MAIL)


async def test_server_absent() -> None:
    """A server that does not listen is named as such."""
    async with serving(Taking()) as url:
        pass

    with pytest.raises(NotDelivered, match="refused"):
        await deliver(url, MAIL)


async def test_no_server_configured() -> None:
    """Without [mail] url the reason says what to set."""
    with pytest.raises(NotDelivered, match=r"set \[mail\] url"):
        await deliver(None, MAIL)


def test_url_without_sender() -> None:
    """A URL that names no sender is refused with the remedy, one that does is good."""
    check("mailtos://user:secret@mail.example.org:587?from=alerts@example.org")
    with pytest.raises(MailUnusable, match="add \\?from="):
        check("mailto://mail.example.org:25")
    with pytest.raises(MailUnusable, match="mode"):
        check("mailtos://mail.example.org:25?from=a@example.org&mode=loud")


async def test_no_address() -> None:
    """A recipient that is no address is named, with the remedy."""
    async with serving(Taking()) as url:
        with pytest.raises(NotDelivered, match="'nobody' is no mail address: correct the tenant's e-mail"):
            await deliver(url, MAIL._replace(letter=LETTER._replace(recipient="nobody")))
