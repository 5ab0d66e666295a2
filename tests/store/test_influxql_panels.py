"""Queries compile to what Grafana's panels ask; that a server answers them is tested with the dashboards."""

from store.base import Latest, Series, Usage
from store.influxql_panels import (
    Enough,
    Sum,
    panel_less,
    panel_load,
    panel_ratio,
    panel_share,
    panel_steps,
    panel_top,
    panel_total,
)
from store.influxql_readings import panel_last_seen, panel_reading, panel_series
from store.influxql_shown import tag_values

DAYS = Usage("1d", 0, 0, where={"role": ["site"]}, by=("building",))
B01 = (("building", "${building:regex}"),)
_WHERE = "WHERE $timeFilter AND (\"every\" = '1d') AND (\"role\" = 'site')"


def test_steps() -> None:
    """Rows of a step are told apart by hours; a variable is a regular expression that holds all of the tag."""
    assert panel_steps(DAYS, B01, per=1000) == (
        f'SELECT sum("amount") / 1000 AS "amount" FROM "consumption" {_WHERE} '
        'AND "building" =~ /^${building:regex}$/ GROUP BY time(1h), "building" fill(none)'
    )


def test_totals() -> None:
    """Without windows there is one figure per group; and of these the greatest."""
    total = f'SELECT sum("amount") AS "amount" FROM "consumption" {_WHERE} GROUP BY "building"'

    assert total == panel_total(DAYS)
    assert f'SELECT top("amount", 3) AS "amount", "building" FROM ({total})' == panel_top(DAYS, "building", 3)


def test_load() -> None:
    """A load is the mean of each meter; windows begin at local midnights, and a gap is null."""
    steps = Usage("15m", 0, 0, by=())
    rows = (
        'SELECT mean("amount") / 0.25 AS "load" FROM "consumption" WHERE $timeFilter AND "every" = \'${load}\' '
        'AND ("every" = \'15m\') GROUP BY time($interval), "meter" '
    )

    assert rows + "fill(null) tz('Europe/Paris')" == panel_load(Usage("15m", 0, 0, by=("meter",)), "Europe/Paris")
    assert panel_load(steps, "Europe/Paris") == (
        f'SELECT sum("load") AS "load" FROM ({rows}fill(none) tz(\'Europe/Paris\')) WHERE $timeFilter '
        "GROUP BY time($interval) fill(null) tz('Europe/Paris')"
    )


def test_series() -> None:
    """Readings are aggregated by device and channel first, then as the quantity says."""
    inner = 'SELECT last("count") AS "value" FROM "occupancy" WHERE $timeFilter '
    above = inner + 'AND "count" > 0 '
    query = Series("occupancy.count", 0, 0, None, "last", by=("zone",))

    assert panel_series(query, "UTC", fill="none", above=0) == (
        f'SELECT sum("value") AS "value" FROM ({above}GROUP BY time($interval), "zone", "device", "channel" '
        "fill(none) tz('UTC')) WHERE $timeFilter "
        "GROUP BY time($interval), \"zone\" fill(none) tz('UTC')"
    )
    assert panel_reading(query) == (
        f'SELECT sum("value") AS "value" FROM ({inner}GROUP BY "zone", "device", "channel") GROUP BY "zone"'
    )


def test_sums_of_sums() -> None:
    """What adds up is added at once: half the work."""
    received = Series("ingest.received", 0, 0, None, "sum", by=())
    found = 'SELECT sum("received") AS "value" FROM "ingest" WHERE $timeFilter'

    assert found == panel_reading(received)
    assert f"{found} GROUP BY time($interval) fill(null) tz('UTC')" == panel_series(received, "UTC")


def test_ratio() -> None:
    """Two sums side by side by step, and divided over the steps that have both."""
    above, below = Sum(Usage("1d", 0, 0, where={"carrier": ["pv"]}, by=())), Sum(Usage("1d", 0, 0, by=()))
    both = (
        'SELECT sum("above") AS "above", sum("below") AS "below" FROM (SELECT "amount" AS "above" '
        'FROM "consumption" WHERE $timeFilter AND ("every" = \'1d\') AND ("carrier" = \'pv\')), '
        '(SELECT "amount" AS "below" FROM "consumption" WHERE $timeFilter AND ("every" = \'1d\')) '
        "WHERE $timeFilter GROUP BY time(1h) fill(none)"
    )
    held = 'WHERE "above" >= 0 AND "below" >= 0 AND $timeFilter'

    assert (
        panel_ratio([above], [below], 3.6)
        == f'SELECT sum("above") / sum("below") * 3.6 + 0 * ln(sum("below")) AS "value" FROM ({both}) {held}'
    )
    assert panel_less(above, below) == f'SELECT sum("above") - sum("below") AS "value" FROM ({both}) {held}'


def test_lists() -> None:
    """What is known of devices, and what variables offer."""
    seen = 'SELECT max("at") AS "at", "building", "zone" FROM "latest" WHERE "building" =~ /^${building:regex}$/'

    assert f'{seen} GROUP BY "device"' == panel_last_seen(Latest(), B01)
    assert 'SHOW TAG VALUES FROM "latest" WITH KEY = "zone"' == tag_values("latest", "zone")


def test_share() -> None:
    """Where both terms always come together nothing is asked step by step; a group is judged over all of the time."""
    above, below = Sum(Usage("1d", 0, 0, where={"carrier": ["pv"]}, by=())), Sum(Usage("1d", 0, 0, by=()))
    whole = '(SELECT sum("amount") AS "{}" FROM "consumption" WHERE $timeFilter AND ("every" = \'1d\'){})'
    pv = " AND (\"carrier\" = 'pv')"
    sums = f"{whole.format('above', pv)}, {whole.format('below', '')}"
    reach = f"{whole.format('part', pv)}, {whole.format('whole', '')}"
    quotient = 'SELECT sum("above") / sum("below") * 100 + 0 * ln(sum("below")) AS "value"'

    assert panel_share(above, below, 100) == f"{quotient} FROM {sums} WHERE $timeFilter"
    assert panel_share(above, below, 100, Enough(above, below, 0.5)) == (
        f'SELECT max("value") AS "value" FROM ({quotient}, sum("part") - 0.5 * sum("whole") AS "reached" '
        f'FROM {sums}, {reach} WHERE $timeFilter) WHERE "reached" >= 0 AND $timeFilter'
    )
