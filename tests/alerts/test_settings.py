import pytest
from pydantic import ValidationError

from alerts.settings import MailSettings


def test_url() -> None:
    """apprise's mail URLs are taken; the password does not show."""
    settings = MailSettings(url="mailtos://user:secret@mail.example.org?from=a@example.org")

    assert settings.url is not None
    assert "secret" not in repr(settings)


@pytest.mark.parametrize("wrong", [{"url": "smtp://mail.example.org"}, {"server": "mail.example.org"}])
def test_refused(wrong: dict[str, str]) -> None:
    """Another scheme or an unknown key is refused."""
    with pytest.raises(ValidationError):
        MailSettings.model_validate(wrong)
