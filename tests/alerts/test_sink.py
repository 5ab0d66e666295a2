from pathlib import Path

import pytest

from alerts.deliver import deliver
from alerts.outbox import Letter, Queued
from alerts.sink import MailSink, list_mails, read_mail


async def test_keeps_and_shows_mails(tmp_path: Path) -> None:
    """Mails sent to the sink's URL are listed newest first, and can be read with their images inside the HTML."""
    sink = MailSink(tmp_path / "mail")
    await sink.start()
    for number in (1, 2):
        letter = Letter("d@example.org", f"Budget n°{number}", '<p>é<img src="cid:chart.png"></p>', "été\n", b"\x89PNG")
        await deliver(sink.url, Queued(number, f"key {number}", 1_795_000_000_000, 0, letter))
    await sink.stop()

    heads = list_mails(sink.folder)
    assert ["Budget n°2", "Budget n°1"] == [head.subject for head in heads]
    mail = read_mail(sink.folder, heads[0].id)
    assert ("d@example.org", 1_795_000_000_000, "été") == (mail.head.to, mail.head.at_ms, mail.text.strip())
    assert {"chart.png": ("image/png", b"\x89PNG")} == mail.images
    assert '<p>é<img src="data:image/png;base64,iVBORw=="></p>' == mail.standalone_html().strip()


@pytest.mark.parametrize("name", ["../secret", "0" * 20, ""])
def test_unknown_mail(tmp_path: Path, name: str) -> None:
    """An id that names no mail, or reaches outside the folder, finds nothing."""
    (tmp_path / "secret.eml").write_text("x")
    (tmp_path / "mail").mkdir()

    with pytest.raises(KeyError):
        read_mail(tmp_path / "mail", name)


def test_empty(tmp_path: Path) -> None:
    """Before the first mail the list is empty, even without a folder."""
    assert [] == list_mails(tmp_path / "none")
