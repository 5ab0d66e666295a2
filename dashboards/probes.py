"""What machines ask: is it alive, is it ready, and the accounting of every message (law 1) for Prometheus."""

from collections.abc import Iterator

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel

from dashboards.health import Readiness
from dashboards.parts import Parts
from ingest.account.ledger import Ledger
from ingest.fill import Fill
from ingest.quarantine import Size, size
from sensors.model import Reason, Unused


class ReadinessAnswer(BaseModel):
    status: str
    cause: str


def probe_router(parts: Parts) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    router = APIRouter(tags=["probes"])
    registry, kept = CollectorRegistry(), QuarantineCollector()
    if parts.ledger is not None:
        registry.register(LedgerCollector(parts.ledger))
        registry.register(kept)
        if parts.intake is not None:
            registry.register(SpoolCollector(parts.intake.spool_fill))

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Alive: this process answers."""
        return {"status": "alive"}

    @router.get("/readyz", responses={503: {"model": ReadinessAnswer}})
    async def readyz(response: Response) -> ReadinessAnswer:
        """200 `ready`, 200 `degraded` with the cause (readings are safe, but late), 503 `failing`."""
        readiness: Readiness = parts.readiness()
        response.status_code = 503 if readiness.status == "failing" else 200
        return ReadinessAnswer(status=readiness.status, cause=readiness.cause)

    @router.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """The counters of this process in Prometheus' text format."""
        kept.size = await parts.state.read(size)
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router


class QuarantineCollector(Collector):
    """How full the quarantine is, as it was last read."""

    def __init__(self) -> None:
        self.size = Size(0, 0)

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("microville_quarantine_bytes", "What the quarantine takes.", self.size.bytes)
        yield CounterMetricFamily(
            "microville_quarantine_purged", "Messages thrown away from the quarantine since ever.", self.size.purged
        )


class SpoolCollector(Collector):
    """How full the spool is."""

    def __init__(self, fill: Fill) -> None:
        self._fill = fill

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("microville_spool_bytes", "What waits in the spool.", self._fill.bytes)
        yield GaugeMetricFamily(
            "microville_spool_limit_bytes", "What it may hold; then the broker keeps the rest.", self._fill.most
        )


class LedgerCollector(Collector):
    """The ledger as metrics; read in one turn of the event loop, so that every answer balances."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def collect(self) -> Iterator[Metric]:
        ledger = self._ledger
        yield CounterMetricFamily(
            "microville_messages_received", "Messages the broker gave, those found in the spool at the start included.",
            ledger.received,
        )  # fmt: skip
        yield CounterMetricFamily("microville_messages_stored", "Messages stored whole.", ledger.stored)
        quarantined = CounterMetricFamily(
            "microville_messages_quarantined", "Messages refused and kept, by reason.", labels=["reason"]
        )
        for reason in Reason:
            quarantined.add_metric([reason], ledger.quarantined[reason])
        yield quarantined
        ignored = CounterMetricFamily(
            "microville_messages_ignored", "Messages without readings, by reason.", labels=["reason"]
        )
        for unused in Unused:
            ignored.add_metric([unused], ledger.ignored[unused])
        yield ignored
        yield GaugeMetricFamily("microville_messages_in_flight", "Messages being worked on.", ledger.in_flight)
        yield GaugeMetricFamily(
            "microville_messages_spooled", "Messages safe in the spool, waiting for the store.", ledger.spooled
        )
        yield GaugeMetricFamily(
            "microville_messages_difference", "Received, and claimed by none of these: zero.", ledger.difference
        )
        yield CounterMetricFamily(
            "microville_messages_released", "Messages out of the quarantine, received again.", ledger.released
        )
        yield CounterMetricFamily(
            "microville_messages_interrupted", "Messages over which former processes ended, ever.", ledger.interrupted
        )
        yield CounterMetricFamily("microville_readings_stored", "Readings stored.", ledger.readings_stored)
