"""The pictures of energy/REPORT.md: `python -m tests.energy.pictures` writes them beside it.

Each shows what truly flowed, the damaged register, and what was accounted, the estimated part hatched.
"""

from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray
from vl_convert import vegalite_to_png

from energy.meters.steps import Steps
from estate.calendar import DAY_MS, STEP_MS
from tests.energy.real_registers import Real, real
from tests.energy.test_real import accounted

Chart = Any  # altair says less of its charts than its methods need

FOLDER = Path(__file__).parents[2] / "energy"
WIDTH, HEIGHT, SCALE = 760, 100, 1.0
TRUE, SHOWN, COUNTED, GUESSED = "#0072B2", "#666666", "#009E73", "#E69F00"
HOUR = 4 * STEP_MS
LINES = 25
"""Of a hatch, in the height of a picture."""


def house() -> Chart:
    """A real outage of 62 hours, and a register that starts again in the morning after."""
    of = real("house")
    shown = of._replace(values=of.values.copy())
    again = int(np.searchsorted(of.times, of.times[~of.doubted & (of.times > of.times[of.doubted][0])][0] + 12 * HOUR))
    shown.values[again:] -= shown.values[again - 1]
    kept = np.flatnonzero(~of.doubted)
    return _picture("Sceaux, 2007: 62 hours without a reading, and a reset", of, shown, kept)


def roof() -> Chart:
    """Photovoltaics: lone zeros, spikes beyond what can be, a third of the readings lost, a day of silence."""
    of, random = real("pv"), np.random.default_rng(7)
    shown = of._replace(values=of.values.copy())
    odd = np.arange(40, len(of.times) - 40, 61)
    shown.values[odd] = np.where(np.arange(len(odd)) % 2, 0.0, shown.values[odd] * 1.6)
    kept = random.random(len(of.times)) > 1 / 3
    kept[odd] = True
    kept[(of.times > of.times[500]) & (of.times < of.times[500] + DAY_MS)] = False
    return _picture(
        "Photovoltaics, 2016: zeros, spikes, lost readings, a day of silence", of, shown, np.flatnonzero(kept)
    )


def exchange() -> Chart:
    """A new meter that begins at zero, and two days of silence."""
    of = real("b07-electricity")
    size = 8 * 96
    of = Real(of.meter, of.times[:size], of.values[:size], of.doubted[:size])
    shown = of._replace(values=of.values.copy())
    shown.values[300:] -= shown.values[299]
    kept = np.array([*range(420), *range(612, size)])
    return _picture("Cambridge b15: another meter, then two days of silence", of, shown, kept)


PICTURES = {"report-outage.png": house, "report-spikes.png": roof, "report-exchange.png": exchange}


def _picture(title: str, of: Real, shown: Real, kept: NDArray[np.int64]) -> Chart:
    true, found = accounted(of), accounted(shown, kept)
    assert true.amounts.sum() == found.amounts.sum()
    span = [int(of.times[0]), int(of.times[-1])]
    total = f"{title}: {found.amounts.sum() / 1000:,.1f} kWh either way"
    register = {"t": shown.times[kept], "kWh": shown.values[kept] / 1000}
    rows = [
        _bars(_hours(true), "what flowed, kW", TRUE, span),
        _chart(_records(register))
        .mark_circle(size=4, color=SHOWN, opacity=1)
        .encode(x=_x(span), y=alt.Y("kWh:Q", title="register, kWh", scale=alt.Scale(zero=False))),
        _bars(_hours(found), "accounted, kW", COUNTED, span),
    ]
    return alt.vconcat(*rows, spacing=6).properties(title=total).configure_view(stroke=None)


def _hours(found: Steps) -> dict[str, NDArray[Any]]:
    """Means of hours in kW, and the part of them that was estimated."""
    hours, place = np.unique(found.starts // HOUR * HOUR, return_inverse=True)
    return {
        "t": hours,
        "kW": np.bincount(place, found.amounts) / 1000,
        "guessed": np.bincount(place, found.guessed) / 1000,
    }


def _bars(hours: dict[str, NDArray[Any]], title: str, colour: str, span: list[int]) -> Chart:
    """Bars of hours; lines in white hatch those that are estimated."""
    bars = _chart(_records(hours)).encode(x=_x(span))
    width = WIDTH * HOUR / (span[1] - span[0])
    measured = bars.mark_bar(color=colour, width=width).encode(y=alt.Y("kW:Q", title=title))
    guessed = bars.mark_bar(color=GUESSED, width=width).encode(y="guessed:Q")
    step = max(hours["kW"]) / LINES
    lines = [
        {"t": at - HOUR / 2, "until": at + HOUR / 2, "kW": place * step}
        for at, height in zip(hours["t"].tolist(), hours["guessed"].tolist(), strict=True)
        for place in range(1, int(height / step) + 1)
    ]
    hatch = _chart(lines)
    return alt.layer(measured, guessed, hatch.mark_rule(color="white").encode(x=_x(span), x2="until:T", y="kW:Q"))


def _chart(values: list[dict[str, float]]) -> Chart:
    return alt.Chart(alt.Data(values=values), width=WIDTH, height=HEIGHT)  # type: ignore[no-untyped-call]


def _x(span: list[int]) -> alt.X:
    axis = alt.Axis(format="%d %b", grid=False, tickCount="day")
    return alt.X("t:T", title=None, scale=alt.Scale(domain=span), axis=axis)


def _records(columns: dict[str, NDArray[Any]]) -> list[dict[str, float]]:
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]


if __name__ == "__main__":
    for name, draw in PICTURES.items():
        (FOLDER / name).write_bytes(vegalite_to_png(draw().to_dict(), scale=SCALE))
