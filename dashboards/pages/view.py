"""One look at a place over a period: what the address asks, in words and in addresses beside it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from dashboards.api.params import check_ids
from dashboards.api.problems import Problem
from dashboards.api.wrong import Words
from dashboards.language import Speaker
from dashboards.pages.figures import Figure, Scope, energy_change, signed
from dashboards.pages.figures_money import Sums
from dashboards.pages.period import Length, beside, period
from dashboards.pages.render import Lang
from energy.derived.indicator_query import Kind
from estate.model import COMMON, FOREVER_MS, Estate, Note
from estate.vocabulary import CARRIERS, NOTES


class ViewParams(BaseModel):
    """Over which period a place is looked at."""

    model_config = ConfigDict(extra="forbid")

    period: Length = "month"
    day: Annotated[date | None, Field(ge=date(1972, 1, 1), le=date(2199, 1, 1))] = None
    lang: Lang = None

    @property
    def here(self) -> str:
        """What the address asks besides the language, ending in `&`."""
        given = self.model_dump(mode="json", exclude={"lang", "of"}, exclude_defaults=True)
        return urlencode(given) + "&" if given else ""


SECTIONS = {"site": "/energy", "building": "/buildings", "zone": "/zones", "tenant": "/tenants"}
"""Under what the pages' navigation finds each kind of place."""


UNKNOWN = {
    "building": "il n’y a pas de bâtiment « {} » dans l’inventaire",
    "zone": "il n’y a pas de zone « {} » dans l’inventaire",
    "tenant": "il n’y a pas de locataire « {} » dans l’inventaire",
}


def check_place(estate: Estate, scope: Scope) -> None:
    """Raises Problem, as not found, at a place that is not in the estate."""
    if scope.kind == "site":
        return
    try:
        check_ids(estate, {scope.kind: [scope.id]})
    except Problem as error:
        listed = SECTIONS[scope.kind]
        fr = Words(UNKNOWN[scope.kind].format(scope.id), f"la page {listed} donne la liste de ceux qu’il y a")
        raise Problem(
            scope.kind, error.fault.words.detail, f"the page {listed} lists those there are", fr, 404
        ) from error


def name(estate: Estate, scope: Scope, speaker: Speaker) -> str:
    """What people call the site, a building, a zone or a tenant."""
    if scope.kind == "site" or scope.id == estate.site.id:
        return speaker.say("Tout le site", "Whole site")
    if scope.id == COMMON:
        return speaker.say("Parties communes", "Common parts")
    kinds: Mapping[str, Mapping[str, Any]] = {
        "building": estate.buildings,
        "zone": estate.zones,
        "tenant": estate.tenants,
    }
    known = kinds[scope.kind]
    return str(known[scope.id].name) if scope.id in known else scope.id


def told(estate: Estate, notes: Iterable[Note], speaker: Speaker) -> list[tuple[int, str]]:
    """When each note began, and all of it in words."""
    return [(note.start_ms, _told(estate, note, speaker)) for note in sorted(notes)]


def _told(estate: Estate, note: Note, speaker: Speaker) -> str:
    if note.end_ms >= FOREVER_MS:
        days = [speaker.say("depuis le {}", "since {}").format(speaker.date(note.start_ms))]
    else:
        days = list(dict.fromkeys(speaker.date(at_ms) for at_ms in (note.start_ms, note.end_ms - 1)))
    kind, place = speaker.say(*NOTES[note.kind]), name(estate, Scope("building", note.building), speaker)
    return f"{' – '.join(days)} · {kind} · {place}{speaker.say(' :', ':')} {note.text}"


class View:
    """One look at the page: what is asked, by whom, and the addresses beside it."""

    def __init__(
        self, estate: Estate, scope: Scope, asked: ViewParams, speaker: Speaker, now_ms: int, first_ms: int
    ) -> None:
        self.estate, self.asked, self.speaker, self.scope = estate, asked, speaker, scope
        self.path, self.section = scope.path, SECTIONS[scope.kind]
        zone = estate.site.zone
        self.today = datetime.fromtimestamp(now_ms / 1000, zone).date()
        self.day = asked.day or self.today
        self.period = period(asked.period, self.day, now_ms, first_ms, zone)

    @property
    def lengths(self) -> list[tuple[Length, str]]:
        """The periods to choose from."""
        say = self.speaker.say
        return [
            ("day", say("Jour", "Day") if self.asked.day else say("Aujourd’hui", "Today")),
            ("week", say("Semaine", "Week")),
            ("month", say("Mois", "Month")),
            ("year", say("Année", "Year")),
            ("all", say("Tout", "All")),
        ]

    def link(self, path: str = "", **other: str) -> str:
        """The address of this view with something else in it; "" leaves it out."""
        now = {"period": self.asked.period, "day": str(self.asked.day or "")}
        given = {name: value for name, value in {**now, **other}.items() if value}
        return f"{path or self.path}?{urlencode({**given, 'lang': self.speaker.language})}"

    @property
    def before(self) -> str:
        return self.link(day=str(beside(self.asked.period, self.day, -1)))

    @property
    def after(self) -> str:
        """The next period; "" where that has not begun."""
        following = beside(self.asked.period, self.day, 1)
        return self.link(day=str(following)) if following <= self.today else ""

    @property
    def notes(self) -> list[tuple[int, str]]:
        """What happened here in the period and may show in its figures: when it began, and all of it in words."""
        estate, span, scope = self.estate, self.period.span, self.scope
        zone = estate.zones.get(scope.id)
        buildings = {"building": [scope.id], "zone": [zone.building] if zone else [], "tenant": [estate.site.id]}
        held = estate.noted(*span, buildings.get(scope.kind, []))
        return told(estate, held, self.speaker)

    @property
    def month(self) -> str:
        """The month that holds the last of the period so far, like 2026-11."""
        last_ms = max(self.period.span.start_ms, self.period.so_far.end_ms - 1)
        return datetime.fromtimestamp(last_ms / 1000, self.estate.site.zone).strftime("%Y-%m")

    @property
    def explained(self) -> str:
        """The address of how that month's figures came about."""
        of: dict[str, str] = {} if self.scope.kind == "site" else {self.scope.kind: self.scope.id}
        return f"/explain?{urlencode({**of, 'month': self.month, 'lang': self.speaker.language})}"

    @property
    def title(self) -> str:
        """The period in words."""
        say, span = self.speaker.say, self.period.span
        if self.asked.period == "day":
            return self.speaker.date(span.start_ms)
        if self.asked.period == "week":
            return f"{self.speaker.date(span.start_ms)} – {self.speaker.date(span.end_ms - 1)}"
        if self.asked.period == "month":
            return self.speaker.month(span.start_ms, with_year=True)
        year = datetime.fromtimestamp(span.start_ms / 1000, self.estate.site.zone).year
        return str(year) if self.asked.period == "year" else say(f"depuis {year}", f"since {year}")

    def name(self, scope: Scope) -> str:
        """What people call the site, a building or a tenant."""
        return name(self.estate, scope, self.speaker)

    def at(self, kind: Kind, id_: str) -> Scope:
        """A place to lead to."""
        return Scope(kind, id_)

    def zone_of(self, meter: str) -> Scope | None:
        """The zone a meter stands in at the period's end; None where it serves a whole building."""
        known = self.estate.meters.get(meter)
        place = self.estate.place(known.device, self.period.so_far.end_ms - 1) if known else None
        return Scope("zone", place.zone) if place and place.zone else None

    def stands_in(self, meter: str) -> bool:
        """Whether the meter is in the building that is looked at."""
        known = self.estate.meters.get(meter)
        places = self.estate.placements[known.device] if known else ()
        virtual = self.estate.virtuals.get(meter)
        made = virtual is not None and virtual.building == self.scope.id
        return made or any(place.building == self.scope.id for place in places)

    def part(self, id_: str) -> Scope:
        """The scope of a part of this one: of the site or a tenant a building, of a building a tenant."""
        return Scope("tenant" if self.scope.kind == "building" else "building", id_)


class Tile(NamedTuple):
    """One figure at a glance."""

    name: str
    value: str
    note: str
    href: str = ""  # to how it came about


def tiles(
    view: View, *, figures: Sequence[Figure], costs: Sums, carbon: Sums, carbon_change: float | None, **_: Any
) -> list[Tile]:
    """The figures at a glance; energy is what was drawn and produced less what was fed in."""
    speaker, say = view.speaker, view.speaker.say
    energy = [figure for figure in figures if CARRIERS[figure.carrier].unit == "Wh"]
    total = sum(signed(figure.carrier, figure.amount) for figure in energy)
    amount = sum(figure.amount for figure in energy)
    nothing = max((figure.estimated for figure in energy), default=0.0)
    guessed = sum(figure.guessed for figure in energy) / amount if amount else nothing
    without = len(costs.unknown)
    unknown = f"{without} " + (
        say("point sans contrat", "point without contract")
        if without == 1
        else say("points sans contrat", "points without contract")
    )
    own_prices = say(
        "prix de tariffs.toml ; répartition, pas facture", "prices of tariffs.toml; allocation, no invoice"
    )
    why = view.explained
    return [
        Tile(
            say("Énergie utilisée", "Energy used"), speaker.energy(total) if energy else "–", _beside(energy, view), why
        ),
        Tile(
            say("Coût", "Cost"),
            speaker.euros(costs.bill) if costs.parts else "–",
            unknown if costs.unknown else own_prices,
            why,
        ),
        Tile(
            say("Carbone", "Carbon"),
            speaker.carbon(carbon.total) if carbon.parts else "–",
            say("{} sur les mêmes jours de l’an dernier", "{} on the same days of last year").format(
                speaker.change(carbon_change)
            )
            if carbon_change is not None
            else say("facteurs moyens, avec leurs sources", "mean factors, with their sources"),
            why,
        ),
        Tile(
            say("Dont estimé", "Of it estimated"),
            speaker.share(guessed) if energy else "–",
            say("de l’énergie, faute de relevés", "of the energy, for want of readings"),
            "#gaps",
        ),
    ]


def _beside(energy: Sequence[Figure], view: View) -> str:
    """The change from the former period, where all of that is known."""
    change = energy_change(energy)
    if change is None:
        return view.speaker.say("toutes énergies", "all carriers")
    return view.speaker.say("{} sur la période précédente", "{} on the former period").format(
        view.speaker.change(change)
    )


def table(rows: Sequence[Figure], view: View) -> list[tuple[Scope, dict[str, Figure]]]:
    """Who used what, the greatest energy first."""
    found: dict[str, dict[str, Figure]] = {}
    for row in rows:
        found.setdefault(row.id, {})[row.carrier] = row

    def energy(id_: str) -> int:
        parts = [part for part in found[id_].values() if CARRIERS[part.carrier].unit == "Wh"]
        return sum(signed(part.carrier, part.amount) for part in parts)

    return [(view.part(id_), found[id_]) for id_ in sorted(found, key=energy, reverse=True)]
