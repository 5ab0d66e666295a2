"""Queries compile to InfluxQL."""

from store.base import Latest, Series, Usage
from store.influxql import compile_query, last_values, name, text


def test_per_series() -> None:
    """Groups as fine as a device's channel need one level."""
    query = Series("electricity.power", 1_000, 61_000, 60_000, "max", {"building": ["b01", "b02"]})

    assert compile_query(query) == (
        'SELECT max("power") AS "value" FROM "electricity" WHERE time >= 1000ms AND time < 61000ms '
        "AND (\"building\" = 'b01' OR \"building\" = 'b02') "
        'GROUP BY time(60000ms), "building", "zone", "device", "channel" fill(none)'
    )


def test_across_devices() -> None:
    """Wider groups are aggregated by device and channel first; the outer bound holds the whole first window."""
    query = Series("electricity.power", 61_000, 121_000, 60_000, by=("building",))

    assert compile_query(query) == (
        'SELECT sum("value") AS "value" FROM (SELECT mean("power") AS "value" FROM "electricity" '
        'WHERE time >= 61000ms AND time < 121000ms GROUP BY time(60000ms), "building", "device", "channel" fill(none)) '
        'WHERE time >= 60000ms AND time < 121000ms GROUP BY time(60000ms), "building" fill(none)'
    )


def test_readings() -> None:
    """Without a window the readings come as they are."""
    assert compile_query(Series("climate.co2", 0, 9, None, by=("device", "channel"))) == (
        'SELECT "co2" AS "value" FROM "climate" WHERE time >= 0ms AND time < 9ms GROUP BY "device", "channel"'
    )


def test_latest() -> None:
    """The place is not asked for: it is the reader's to decide, once the last place of a device is known."""
    assert compile_query(Latest({"quantity": ["climate.co2"], "building": ["b01"]})) == (
        'SELECT "at" FROM "latest" WHERE ("quantity" = \'climate.co2\') '
        'GROUP BY "building", "zone", "device", "channel", "quantity"'
    )


def test_last_values() -> None:
    """From a time on where it is known."""
    start, end = 'SELECT last("co2") AS "co2" FROM "climate" ', 'GROUP BY "building", "zone", "device", "channel"'

    assert f"{start}WHERE time >= 5ms AND (\"device\" = 'a') {end}" == last_values(
        "climate.co2", 5, [("device", ["a"])]
    )
    assert start + end == last_values("climate.co2", None, [])


def test_usage() -> None:
    """The step chooses rows; the tenants' shares stand apart from the meters' own."""
    assert compile_query(Usage("1d", 0, 9, "tenant", {"tenant": ["t1"]}, by=("carrier",))) == (
        'SELECT "amount", "estimated_amount" AS "estimated", "settled", "blank" FROM "allocation" '
        "WHERE time >= 0ms AND time < 9ms AND (\"every\" = '1d') AND (\"tenant\" = 't1') "
        'GROUP BY "carrier"'
    )


def test_quoting() -> None:
    """Quotes and backslashes inside names and strings cannot end them."""
    assert ('"a\\"b\\\\"', "'it\\'s \\\\ '") == (name('a"b\\'), text("it's \\ "))
