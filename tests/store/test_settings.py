"""The store's URL: what it means, and what is said of one that means nothing."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from store.duck import DuckStore
from store.influx import InfluxStore
from store.settings import StoreSettings, open_store


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("duckdb:///data/a.duckdb", "data/a.duckdb"),
        ("duckdb:////srv/data/a.duckdb", "/srv/data/a.duckdb"),
        ("duckdb:///two%20words/%C3%A9t%C3%A9.duckdb", "two words/été.duckdb"),
    ],
)
def test_duckdb(url: str, path: str) -> None:
    """Three slashes begin a relative path, four an absolute one."""
    store = open_store(StoreSettings(url=url))

    assert isinstance(store, DuckStore)
    assert Path(path) == store.path


@pytest.mark.parametrize("url", ["influxdb://127.0.0.1:8086/?bucket=b&org=o&version=2", "influxdbs://influx.example"])
async def test_influxdb(url: str) -> None:
    """An InfluxDB is a host and a port."""
    store = open_store(StoreSettings(url=url, token=SecretStr("secret")))
    await store.close()

    assert isinstance(store, InfluxStore)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///a.db", "no store is called 'sqlite'"),
        ("data/a.duckdb", "no store is called 'data/a.duckdb'"),
        ("duckdb://data/a.duckdb", "no path of a file"),
        ("duckdb:///", "no path of a file"),
        ("duckdb:///a.duckdb?version=1", "no path of a file"),
        ("influxdb:///?bucket=b", "no host and port"),
        ("influxdb://host/bucket", "no host and port"),
        ("influxdb://host:port/", "Port could not be cast"),
        ("influxdb://user:word@host/", "MICROVILLE_STORE__TOKEN"),
        ("influxdb://host/?buket=b", "unknown in the URL: buket; known: bucket, org, version"),
        ("influxdb://host/?version=4", "version=4 is no generation of InfluxDB"),
    ],
)
def test_wrong(url: str, said: str) -> None:
    """A wrong URL is refused with its cause."""
    with pytest.raises(ValidationError, match=said):
        StoreSettings(url=url)


def test_secret() -> None:
    """The token is not shown where settings are."""

    assert "secret" not in repr(StoreSettings(url="influxdb://host", token=SecretStr("secret")))
