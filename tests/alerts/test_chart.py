import json
from dataclasses import replace

from alerts.chart import chart, png
from tests.alerts.values import PARIS, figures


def test_same_chart_for_page_and_mail() -> None:
    """One chart gives the page's specification, in the tenant's language, and the mail's image."""
    drawn = chart(figures(0.8, 1.2, 0.05, estimated=0.3), "electricity", PARIS, "fr")

    specification = json.dumps(drawn.to_dict(), ensure_ascii=False)
    assert all(word in specification for word in ("mesuré", "estimé", "prévision", "budget 1\u202f000\u202fkWh"))
    assert b"\x89PNG\r\n" == png(drawn)[:6]


def test_measured_and_estimated_apart() -> None:
    """Each bar ends at the running total, its estimated part on top; a day without data has no bar."""
    now = figures(0.6, estimated=0.25, day=3)
    drawn = chart(replace(now, days=(now.days[0], now.days[2])), "electricity", PARIS, "en").to_dict()

    bars = next(iter(drawn["datasets"].values())) if "datasets" in drawn else drawn["layer"][0]["data"]["values"]
    assert [
        {"day": 1, "below": 0, "value": 150.0, "kind": "measured"},
        {"day": 1, "below": 150.0, "value": 200.0, "kind": "estimated"},
        {"day": 3, "below": 0, "value": 300.0, "kind": "measured"},
        {"day": 3, "below": 300.0, "value": 400.0, "kind": "estimated"},
    ] == bars


def test_without_forecast_no_band() -> None:
    """Without a forecast the chart has bars and the budget alone."""
    assert 3 == len(chart(figures(0.6), "water", PARIS, "en").to_dict()["layer"])
