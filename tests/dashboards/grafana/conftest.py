"""One InfluxDB with the sample estate for all tests of the dashboards; asked as Grafana asks."""

import json
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.dashboards.grafana.sample import Filled, fill
from tests.servers import influxd

Ask = Callable[[str], list[dict[str, Any]]]
"""The series of one statement's answer."""


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with influxd() as server:
        yield fill(server.port, tmp_path_factory.mktemp("grafana"))


@pytest.fixture
def ask(filled: Filled) -> Iterator[Ask]:
    """Asks InfluxDB as Grafana's server does, by POST, with times in ms; an answer that is an error fails."""
    connection = HTTPConnection("127.0.0.1", filled.port, timeout=30)

    def asked(query: str) -> list[dict[str, Any]]:
        form = urlencode({"db": "microville", "epoch": "ms", "q": query})
        connection.request("POST", "/query", form, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = json.loads(connection.getresponse().read())
        assert "error" not in answer, (answer, query)
        (result,) = answer["results"]
        assert "error" not in result, (result, query)
        return list(result.get("series", []))

    yield asked
    connection.close()
