"""What machines ask of the service."""

from dataclasses import replace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from dashboards.health import Readiness
from dashboards.parts import Parts
from sensors.model import Reason, Unused
from tests.dashboards.conftest import client_of


async def test_alive(client: httpx.AsyncClient) -> None:
    """The process answers."""
    assert 200 == (await client.get("/healthz")).status_code


@pytest.mark.parametrize(
    ("readiness", "status"),
    [
        (Readiness("ready", ""), 200),
        (Readiness("degraded", "the store is down; readings wait in the spool"), 200),
        (Readiness("failing", "the disk is full: free some space"), 503),
    ],
)
async def test_readiness(empty: Parts, readiness: Readiness, status: int) -> None:
    """Degraded is still ready, with its cause; only unsafe readings make it fail."""
    async with client_of(replace(empty, readiness=lambda: readiness)) as client:
        answer = await client.get("/readyz")

    assert (status, {"status": readiness.status, "cause": readiness.cause}) == (answer.status_code, answer.json())


async def test_metrics_balance(client: httpx.AsyncClient) -> None:
    """Law 1 holds on /metrics, with every reason present."""
    text = (await client.get("/metrics")).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    total = {sample.name: 0.0 for sample in samples}
    for sample in samples:
        total[sample.name] += sample.value
    outcomes = ("stored_total", "quarantined_total", "ignored_total", "in_flight", "spooled")

    assert 100 == total["microville_messages_received_total"]
    assert 100 == sum(total[f"microville_messages_{outcome}"] for outcome in outcomes)
    assert 240 == total["microville_readings_stored_total"]
    assert {*Reason, *Unused} == {sample.labels["reason"] for sample in samples if sample.labels}


async def test_metrics_elsewhere(empty: Parts) -> None:
    """A process that does not ingest has nothing to account for."""
    async with client_of(replace(empty, ledger=None)) as client:
        answer = await client.get("/metrics")

    assert (200, "") == (answer.status_code, answer.text)
