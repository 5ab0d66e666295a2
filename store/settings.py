"""Which store: the section `[store]` of the configuration."""

from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from store.base import Store

_INFLUX_KEYS = {"bucket", "org", "version"}
_HELP = (
    "write duckdb:///folder/file.duckdb (relative), duckdb:////folder/file.duckdb (absolute) "
    "or influxdb://host:port/?bucket=…&org=…&version=… (influxdbs:// for TLS)"
)


class InfluxAddress(NamedTuple):
    """What the URL says of an InfluxDB."""

    host: str
    port: int
    tls: bool
    bucket: str
    org: str
    version: int | None  # None: the server is asked

    @property
    def url(self) -> str:
        """Its HTTP address."""
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"


class StoreSettings(BaseModel):
    """`url`: three slashes begin a path relative to the working directory, four an absolute one.

    `token` is InfluxDB's; it belongs in MICROVILLE_STORE__TOKEN, not in a file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = "duckdb:///microville-data/microville.duckdb"
    token: SecretStr | None = None
    raw_days: int = Field(400, ge=8, description="how long readings are kept; consumption is kept for ever")

    @field_validator("url")
    @classmethod
    def _of_a_store(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme == "duckdb":
            _check_duckdb(parts)
        elif parts.scheme in ("influxdb", "influxdbs"):
            _check_influxdb(parts)
        else:
            raise ValueError(f"no store is called {parts.scheme or url!r}: {_HELP}")
        return url

    @property
    def influx(self) -> InfluxAddress | None:
        """None where the store is no InfluxDB."""
        parts = urlsplit(self.url)
        if parts.scheme == "duckdb":
            return None
        said = dict(parse_qsl(parts.query))
        version = int(said["version"]) if "version" in said else None
        return InfluxAddress(
            host=parts.hostname or "",
            port=parts.port or 8086,
            tls=parts.scheme == "influxdbs",
            bucket=said.get("bucket", "microville"),
            org=said.get("org", ""),
            version=version,
        )


def open_store(settings: StoreSettings) -> Store:
    """The store of the URL, not connected yet: `await store.open()` is next."""
    if not (said := settings.influx):
        from store.duck import DuckStore  # each store is loaded only where it is used

        return DuckStore(Path(unquote(urlsplit(settings.url).path[1:])))

    from store.influx import InfluxStore

    return InfluxStore(
        said.host,
        said.port,
        bucket=said.bucket,
        org=said.org,
        version=said.version,
        token=settings.token.get_secret_value() if settings.token else "",
        tls=said.tls,
    )


def _check_duckdb(parts: SplitResult) -> None:
    if parts.netloc or len(parts.path) < 2 or parts.query:
        raise ValueError(f"this is no path of a file: {_HELP}")


def _check_influxdb(parts: SplitResult) -> None:
    options = dict(parse_qsl(parts.query))
    _ = parts.port  # raises where it is no port
    if not parts.hostname or parts.path not in ("", "/"):
        raise ValueError(f"this is no host and port: {_HELP}")
    if parts.username or parts.password:
        raise ValueError("secrets do not belong in the URL: set MICROVILLE_STORE__TOKEN")
    if unknown := options.keys() - _INFLUX_KEYS:
        raise ValueError(f"unknown in the URL: {', '.join(sorted(unknown))}; known: {', '.join(sorted(_INFLUX_KEYS))}")
    if options.get("version", "1") not in ("1", "2", "3"):
        raise ValueError(f"version={options['version']} is no generation of InfluxDB: 1, 2 or 3")
