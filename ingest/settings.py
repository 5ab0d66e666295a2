"""The `[broker]`, `[ingest]` and `[state]` sections of the configuration."""

from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

EMBEDDED_PORT = 1883


class Address(NamedTuple):
    """Where a broker listens."""

    host: str
    port: int
    tls: bool

    def __str__(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


def address_of(url: str) -> Address:
    """The broker's address; `embedded` and `embedded://127.0.0.1:1884` listen on this machine alone."""
    parts = urlsplit("embedded:" if url == "embedded" else url)
    if parts.scheme not in ("mqtt", "mqtts", "embedded"):
        raise ValueError(f"{url!r} is no broker; write mqtt://host:port, mqtts://host:port or embedded")
    if parts.username or parts.password:
        raise ValueError("give the user and password as username and password, not in the URL")
    if parts.scheme == "embedded":
        return Address("127.0.0.1", parts.port or EMBEDDED_PORT, tls=False)
    if not parts.hostname:
        raise ValueError(f"{url!r} names no host; write mqtt://host:port")
    return Address(parts.hostname, parts.port or (8883 if parts.scheme == "mqtts" else 1883), parts.scheme == "mqtts")


def _broker_url(url: str) -> str:
    address_of(url)
    return url


class BrokerSettings(BaseModel):
    """Where messages come from."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, AfterValidator(_broker_url)] = "embedded"
    client_id: str = Field("microville-ingest", min_length=1, max_length=128)
    share: str = Field("", pattern=r"^[^/+#]*$")  # the group of a shared subscription
    username: str | None = None
    password: SecretStr | None = None
    topics: list[str] = Field(default_factory=lambda: ["microville/#"], min_length=1)

    @property
    def embedded(self) -> bool:
        """Whether the service runs the broker itself."""
        return self.url.startswith("embedded")

    @property
    def address(self) -> Address:
        return address_of(self.url)

    @property
    def filters(self) -> list[str]:
        """The topic filters to subscribe."""
        return [f"$share/{self.share}/{topic}" if self.share else topic for topic in self.topics]


class IngestSettings(BaseModel):
    """What is taken in."""

    model_config = ConfigDict(extra="forbid")

    horizon_days: int = Field(400, ge=1)  # readings older than this are quarantined as wrong_time


class StateSettings(BaseModel):
    """Where the instance keeps its own memory: spool, quarantine, alert states, outbox."""

    model_config = ConfigDict(extra="forbid")

    path: Path = Path("microville-data")

    @property
    def file(self) -> Path:
        return self.path / "state.sqlite"
