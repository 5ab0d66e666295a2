"""The estate's notes in a real InfluxDB, as Grafana's annotations ask for them, in step with the file."""

from estate.model import FOREVER_MS, Note
from store.influx import InfluxStore
from tests.servers import influxd
from tests.store.scripted import T0
from tests.system.running import ask_influx

DAY_MS = 86_400_000
WORKS = Note(T0, T0 + DAY_MS, "b01", "works", 'Chaudière "neuve" \\ salle n° 2, aile = nord')
SAME_DAY = WORKS._replace(text="Peinture")
OPEN = Note(T0 + 5 * DAY_MS, FOREVER_MS, "site", "experiment", "19 °C")


def shown(port: int, from_ms: int, to_ms: int) -> list[list[str]]:
    """The annotations of Grafana between two times: text, kind and building."""
    rows = ask_influx(
        port,
        f'SELECT "text", "kind", "building", "until" FROM "notes" WHERE time <= {to_ms}ms AND "until" >= {from_ms}',
    )
    return sorted(row[1:4] for row in rows)


async def test_in_step_with_the_file() -> None:
    """Added, changed, removed, taken back: the database shows what the estate says, also after a restart."""
    with influxd() as server:
        store = InfluxStore("127.0.0.1", server.port)
        await store.open()
        await store.keep_notes([WORKS, SAME_DAY, OPEN])
        first = shown(server.port, T0, T0 + 9 * DAY_MS)
        await store.keep_notes([WORKS._replace(end_ms=T0 + 2 * DAY_MS), OPEN])
        changed = shown(server.port, T0 + DAY_MS + 1, T0 + 2 * DAY_MS)
        await store.close()
        await store.open()
        await store.keep_notes([])
        none = shown(server.port, T0, T0 + 9 * DAY_MS)
        await store.keep_notes([WORKS])
        again = shown(server.port, T0, T0 + 9 * DAY_MS)
        await store.close()

    assert [[WORKS.text, "works", "b01"], ["19 °C", "experiment", "site"], ["Peinture", "works", "b01"]] == sorted(
        first, key=lambda row: [WORKS.text, "19 °C", "Peinture"].index(row[0])
    )
    assert [[WORKS.text, "works", "b01"]] == changed
    assert [] == none
    assert [[WORKS.text, "works", "b01"]] == again
