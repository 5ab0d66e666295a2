"""The native format's times; what else it takes and refuses is in the corpus."""

import pytest

from sensors.codecs.native import NoTime, instant


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2026-11-23T08:15:00Z", 1_795_421_700_000),
        ("2026-11-23t09:15:00.1239+01:00", 1_795_421_700_124),
        ("2026-11-23 08:15Z", 1_795_421_700_000),
        ("1969-12-31T23:59:59.999-00:00", -1),
    ],
)
def test_time(text: str, at_ms: int) -> None:
    """RFC 3339 and what is usual beside it, to the nearest millisecond."""
    assert at_ms == instant(text)


@pytest.mark.parametrize(
    "text",
    ["", "2026-11-23T08:15:00", "2026-02-30T08:15:00Z", "0000-01-01T00:00:00Z", "1795421700", "20261123T081500Z",
     "2026-11-23T08:15:00+24:00", "2026-11-23T08:15:00Z" + "0" * 1_000_000],
)  # fmt: skip
def test_no_time(text: str) -> None:
    """A day that never was, a time without its offset, a number: each is named."""
    with pytest.raises(NoTime, match="offset from UTC"):
        instant(text)
