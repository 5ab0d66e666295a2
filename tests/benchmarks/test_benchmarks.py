"""The benchmarks themselves run, with few messages; what they print is nobody's promise here."""

from tests.benchmarks.bench_ingest import FLOOR, LINES, measured


def test_each_part_at_qos_1_gets_all_messages() -> None:
    """Every round ends with all messages done, and counted in the store where there is one."""
    lines = [line._replace(messages=200) for line in LINES if line.qos == FLOOR.qos]

    costs = measured(lines, rounds=1, warm_up=50)

    assert lines == [line for line, (cost,) in costs.items() if cost.per_s > 0]
