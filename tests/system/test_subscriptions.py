"""What is subscribed follows the configuration, also where the broker has kept a session of a former one."""

from pathlib import Path

from tests.servers import mosquitto
from tests.system.running import configure, publish, until, up


def test_dropped_topic_is_left(tmp_path: Path) -> None:
    """A topic that left the configuration while nothing ran is not heard after the start, the others are."""
    with mosquitto() as server:
        url, store = f"mqtt://127.0.0.1:{server.port}", f"duckdb:///{tmp_path}/store.duckdb"
        for topics, expected in (('["microville/#", "plant/#"]', 2), ('["microville/#"]', 1)):
            configure(tmp_path, url, store, more_broker=f"topics = {topics}")
            with up(tmp_path) as service:
                until(service.ready, "it is connected")
                publish(server.port, "{}", topic="plant/x")
                publish(server.port, '{"electricity.power": 1}')
                until(lambda: service.metrics()["stored"] == 1, "the reading is stored")

                assert expected == service.metrics()["received"]
                service.stop()
