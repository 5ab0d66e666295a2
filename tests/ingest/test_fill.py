"""How full, for how long, and told once."""

import pytest

from ingest.fill import Fill

MB = 2**20


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_told_once_from_half_on() -> None:
    """Half full is said once, and again only after it was less."""
    fill = Fill("spool", 100 * MB, "mend the store", Clock())
    told = [len(fill.note(filled * MB)) for filled in (10, 50, 51, 60, 20, 55)]

    assert [0, 0, 1, 0, 0, 1] == told


@pytest.mark.parametrize(
    ("per_s", "lasts"), [(0.001, "11 hours"), (0.01, "66 minutes"), (1.0, "17 seconds"), (-1.0, "")]
)
def test_how_long_it_lasts(per_s: float, lasts: str) -> None:
    """By the rate of the last minute; nothing is said of what does not fill."""
    clock = Clock()
    fill = Fill("spool", 100 * MB, "", clock)
    for clock.now_s in range(24):
        fill.note(int((60 + per_s * clock.now_s) * MB))

    assert (f"lasts {lasts} at the present rate" in fill.words()) == bool(lasts)
    assert fill.words().startswith("spool is ")


def test_an_old_rate_is_none() -> None:
    """What has not changed for a minute does not fill."""
    clock = Clock()
    fill = Fill("spool", 100 * MB, "", clock)
    for clock.now_s in (0.0, 10.0):
        fill.note(int(clock.now_s * MB))
    clock.now_s = 100.0

    assert fill.lasts_s() is None
