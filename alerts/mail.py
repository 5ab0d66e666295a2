"""The mail a tenant gets: what happened, since when, the figures, what to do, whom to ask, why it came.

It is made of this tenant's own figures alone: nothing else is given to it.
"""

from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from alerts.advice import ADVICE
from alerts.budget import Figures, Rung
from alerts.chart import chart, png
from alerts.outbox import Letter
from alerts.words import SENTENCES, amount, carrier_name, carrier_of, moment, of_month, percent, say
from estate.model import Site, Tenant

MENTIONED_FROM = 0.1
"""The estimated share is spoken of from here on."""

_TEMPLATES = Environment(
    loader=PackageLoader("alerts"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Announcement(NamedTuple):
    """What is to be said to one tenant about one budget."""

    tenant: Tenant
    carrier: str
    rung: Rung
    since_ms: int
    figures: Figures


def compose(said: Announcement, site: Site) -> Letter:
    """Write the mail in the tenant's language. Draws the chart: about a second the first time."""
    figures, carrier, language = said.figures, said.carrier, said.tenant.language
    values = _values(said, site)

    def sentence(key: str) -> str:
        return say(SENTENCES[language][key], language, values)

    named = f"{said.rung.basis}.{said.rung.level}"
    content = {
        "language": language,
        "site": site.name,
        "title": sentence(f"title.{named}"),
        "what": sentence(f"what.{named}"),
        "since": sentence(f"since.{said.rung.basis}"),
        "severe": said.rung.level >= 100,
        "rows": _rows(figures, language, values),
        "estimated": sentence("estimated") if figures.estimated >= MENTIONED_FROM else "",
        "steps": [say(step, language, {}) for step in ADVICE[carrier][language]],
        "notice": site.notice_fr if language == "fr" else site.notice_en,
        "s": {key: sentence(key) for key in ("figures", "todo", "contact", "why", "chart.alt")},
    }
    return Letter(
        recipient=said.tenant.email,
        subject=sentence(f"subject.{named}"),
        html=_TEMPLATES.get_template("budget.html").render(content),
        text=_TEMPLATES.get_template("budget.txt").render(content),
        chart=png(chart(figures, carrier, site.zone, language)),
    )


def _values(said: Announcement, site: Site) -> dict[str, str]:
    figures, carrier, language = said.figures, said.carrier, said.tenant.language
    name = carrier_name(carrier, language)
    ahead = figures.forecast
    gap = figures.amount - figures.on_track
    return {
        "Carrier": name[0].upper() + name[1:],
        "of_carrier": carrier_of(carrier, language),
        "of_month": of_month(figures.start_ms, site.zone, language),
        "tenant": said.tenant.name,
        "site": site.name,
        "level": percent(said.rung.level / 100, language),
        "since": moment(said.since_ms, site.zone, language),
        "until": moment(figures.until_ms, site.zone, language),
        "amount": amount(figures.amount, carrier, language),
        "budget": amount(figures.budget, carrier, language),
        "rest": amount(figures.budget - figures.amount, carrier, language),
        "share": percent(figures.share, language),
        "on_track": amount(figures.on_track, carrier, language),
        "gap": amount(abs(gap), carrier, language),
        "pace": "over" if gap > 0 else "under",
        "expected": amount(ahead.amount, carrier, language) if ahead else "",
        "spread": amount(ahead.spread, carrier, language) if ahead else "",
        "expected_share": percent(ahead.amount / figures.budget, language) if ahead else "",
        "estimated_share": percent(figures.estimated, language),
    }


def _rows(figures: Figures, language: str, values: dict[str, str]) -> list[tuple[str, str]]:
    def row(key: str, value: str) -> tuple[str, str]:
        return say(SENTENCES[language][f"row.{key}"], language, values), value

    expected = say(SENTENCES[language]["row.expected.none"], language, values)
    if figures.forecast is not None:
        expected = "{expected} ±\u00a0{spread} ({expected_share})".format_map(values)
    rows = [
        row("amount", values["amount"]),
        row("budget", values["budget"]),
        row("share", values["share"]),
        row("expected", expected),
        row("on_track", values["on_track"]),
        row("gap", say(SENTENCES[language][f"gap.{values['pace']}"], language, values)),
    ]
    if figures.estimated >= MENTIONED_FROM:
        rows.append(row("estimated", values["estimated_share"]))
    return rows
