"""The `[broker]`, `[ingest]` and `[state]` sections of the configuration."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

EMBEDDED_PORT = 1883


class Address(NamedTuple):
    """Where a broker listens."""

    host: str  # or the path of a Unix socket
    port: int  # 0: of a Unix socket
    tls: bool

    @property
    def local(self) -> bool:
        """Whether it is a Unix socket."""
        return self.port == 0

    def __str__(self) -> str:
        if self.local:
            return f"unix://{self.host}"
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


def address_of(url: str) -> Address:
    """The broker's address; `embedded` and `embedded://127.0.0.1:1884` listen on this machine alone."""
    parts = urlsplit("embedded:" if url == "embedded" else url)
    if parts.scheme not in ("mqtt", "mqtts", "unix", "embedded"):
        raise ValueError(f"{url!r} is no broker; write mqtt://host:port, mqtts://host:port, unix:///path or embedded")
    if parts.username or parts.password:
        raise ValueError("give the user and password as username and password, not in the URL")
    if parts.scheme == "embedded":
        return Address("127.0.0.1", parts.port or EMBEDDED_PORT, tls=False)
    if parts.scheme == "unix":
        if parts.netloc or not parts.path.startswith("/"):
            raise ValueError(f"{url!r} names no socket; write unix:///run/mosquitto.sock")
        return Address(parts.path, 0, tls=False)
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
    ca_file: Path | None = None  # the CA that signed the broker's certificate; None: those this machine trusts
    cert_file: Path | None = None  # our own certificate, where the broker wants one
    key_file: Path | None = None  # and its key; None: it stands in cert_file
    topics: list[str] = []  # the topic filters to subscribe; none: those of all formats and of the estate
    stateful: bool = True  # of the ingesters that share a subscription, one alone takes the formats with state

    @property
    def embedded(self) -> bool:
        """Whether the service runs the broker itself."""
        return self.url.startswith("embedded")

    @property
    def address(self) -> Address:
        return address_of(self.url)

    def filters(self, known: Mapping[str, bool]) -> list[str]:
        """What to subscribe, of the known topic filters (True: of a format with state, which is never shared)."""
        wanted = {topic: known.get(topic, False) for topic in self.topics} or known
        if not self.share:
            return list(wanted)
        shared = [f"$share/{self.share}/{topic}" for topic, stateful in wanted.items() if not stateful]
        return shared + [topic for topic, stateful in wanted.items() if stateful and self.stateful]


class IngestSettings(BaseModel):
    """What is taken in."""

    model_config = ConfigDict(extra="forbid")

    horizon_days: int = Field(400, ge=1)  # readings older than this are quarantined as wrong_time
    quarantine_mb: int = Field(1024, ge=1)  # the quarantine's bound on disk: beyond it the oldest messages go
    spool_mb: int = Field(4096, ge=1)  # the spool's bound on disk: beyond it the broker keeps the rest

    @property
    def bounds(self) -> tuple[int, int]:
        """Of quarantine and spool, in bytes."""
        return self.quarantine_mb * 2**20, self.spool_mb * 2**20


class StateSettings(BaseModel):
    """Where the instance keeps its own memory: spool, quarantine, alert states, outbox."""

    model_config = ConfigDict(extra="forbid")

    path: Path = Path("microville-data")

    @property
    def file(self) -> Path:
        return self.path / "state.sqlite"
