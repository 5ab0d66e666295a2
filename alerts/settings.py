"""The `[mail]` section of the configuration."""

from pydantic import BaseModel, ConfigDict, Field, field_validator


class MailSettings(BaseModel):
    """Where mail goes out: apprise's own URL of an SMTP server, and nothing else.

    `mailto://host:port?from=alerts@example.org` sends in the clear, `mailtos://user:password@host?from=…` over
    STARTTLS, and with `&mode=ssl` over TLS from the first byte; `&name=` is the sender's name, `&reply=` where answers
    go. None: mails wait in the outbox, and are given up after three days.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str | None = Field(default=None, repr=False)  # it may hold a password

    @field_validator("url")
    @classmethod
    def _is_mail(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("mailto://", "mailtos://")):
            raise ValueError("must start with mailto:// or mailtos://, for example mailto://localhost:25?from=a@b.fr")
        return url
