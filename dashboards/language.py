"""The page's words, numbers and times in the reader's language, and in the site's zone."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor, log10
from typing import Literal
from zoneinfo import ZoneInfo

from babel.core import negotiate_locale
from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta
from babel.numbers import format_decimal

Language = Literal["fr", "en"]

_LOCALES = {"fr": "fr_FR", "en": "en_GB"}
SCALES = {"Wh": ("kWh", 1000), "L": ("m³", 1000), "VA·d": ("kVA·d", 1000), "VA": ("kVA", 1000), "s": ("h", 3600)}
"""Units of quantities as people read them."""

_UNITS = {
    "d": ("j", "d"),
    "day": ("jour", "day"),
    "year": ("an", "year"),
    "over": ("de dépassement", "over"),
    "EUR": ("€", "€"),
    "people": ("personnes", "people"),
    "m3": ("m³", "m³"),
}
"""Words of units, French and English; what is not here reads the same in both."""

_THIN_SPACE, _NO_BREAK = "\u202f", "\u00a0"


def choose(asked: str | None, accepted: str, otherwise: Language = "fr") -> Language:
    """The language asked for in the URL, else the first of the browser's `Accept-Language` we speak, else the last."""
    if asked in _LOCALES:
        return "en" if asked == "en" else "fr"
    weighed = []
    for part in accepted.lower().split(","):
        tag, _, quality = part.strip().partition(";q=")
        weighed.append((-float(quality) if quality.replace(".", "", 1).isdecimal() else -1.0, tag[:2]))
    preferred = [tag for _, tag in sorted(weighed, key=lambda pair: pair[0])]
    spoken: dict[str | None, Language] = {"fr": "fr", "en": "en"}
    return spoken.get(negotiate_locale(preferred, list(_LOCALES)), otherwise)


@dataclass(frozen=True)
class Speaker:
    """Says things in one language. Times are ms since the epoch, shown as the site's clocks do."""

    language: Language
    zone: ZoneInfo

    def say(self, fr: str, en: str) -> str:
        return fr if self.language == "fr" else en

    def number(self, value: float, digits: int = 0) -> str:
        """The number with so many decimals, and groups of three that do not break."""
        shown = round(value, digits) + 0.0  # never -0
        text = format_decimal(shown, f"#,##0.{'0' * digits}" if digits else "#,##0", self._locale)
        return text.replace(_NO_BREAK, _THIN_SPACE)

    def power(self, watts: float) -> str:
        """W as people say it: kW with the decimals that matter."""
        return f"{self.number(watts / 1000, 0 if abs(watts) >= 100_000 else 1)}{_NO_BREAK}kW"

    def energy(self, wh: float) -> str:
        """Wh as people say it: kWh, or MWh from ten on."""
        if abs(wh) >= 10e6:
            return f"{self.number(wh / 1e6, 1)}{_NO_BREAK}MWh"
        return f"{self.number(wh / 1000, 0 if abs(wh) >= 10_000 else 1)}{_NO_BREAK}kWh"

    def volume(self, litres: float) -> str:
        """L as people say it: m³ with the decimals that matter."""
        return f"{self.number(litres / 1000, 0 if abs(litres) >= 100_000 else 1)}{_NO_BREAK}m³"

    def euros(self, nano: int) -> str:
        """1e-9 EUR as people say them: to the cent, or whole from ten thousand on."""
        cents = (nano + 5_000_000) // 10_000_000  # half up, as bills are
        return f"{self.number(cents / 100, 0 if abs(cents) >= 1_000_000 else 2)}{_NO_BREAK}€"

    def carbon(self, nano: int) -> str:
        """1e-9 kg CO₂e as people say them: kg, or t from ten on."""
        if abs(nano) >= 10_000 * 10**9:
            return f"{self.number(nano / 1e12, 1)}{_NO_BREAK}t CO₂e"
        return f"{self.number(nano / 1e9, 0 if abs(nano) >= 100 * 10**9 else 1)}{_NO_BREAK}kg CO₂e"

    def quantity(self, amount: int, unit: str) -> str:
        """An amount of a bill, exact to the last Wh: in the unit people read it in."""
        name, scale = SCALES.get(unit, (unit, 1))
        digits = 3 if amount % scale else 0
        return f"{self.number(amount / scale, digits)}{_NO_BREAK}{self._unit(name)}"

    def reading(self, value: float, unit: str) -> str:
        """What a meter showed, in the unit people read it in."""
        name, scale = SCALES.get(unit, (unit, 1))
        shown = round(value / scale, 3)
        return f"{self.number(shown, 0 if shown.is_integer() else 3)}{_NO_BREAK}{name}"

    def price(self, price: str, unit: str) -> str:
        """A price of a bill, every decimal of it."""
        whole, point, decimals = price.partition(".")
        if whole.isdecimal():
            whole = self.number(int(whole))
        return f"{whole}{self.say(',', '.') if point else ''}{decimals}{_NO_BREAK}{self._unit(unit)}"

    def _unit(self, unit: str) -> str:
        """A unit with the words in it said in the reader's language."""
        return re.sub(r"m3|[A-Za-z]+", lambda word: _UNITS.get(word[0], (word[0],) * 2)[self.language == "en"], unit)

    def indicator(self, value: float, unit: str) -> str:
        """A figure with three digits that count, and its unit; a share as percent."""
        if unit == "W":
            return self.power(value)
        if unit == "1":
            return f"{self.number(value * 100, 1)}{_NO_BREAK}%"
        digits = max(0, 2 - floor(log10(abs(value)))) if value else 0
        return f"{self.number(value, min(3, digits))}{_NO_BREAK}{unit}"

    def share(self, share: float) -> str:
        """A share of something, as percent; one that is not nothing never looks like nothing."""
        percent = share * 100
        less = "< 1" if 0 < percent < 1 else self.number(percent)
        return f"{less}{_NO_BREAK}%"

    def change(self, share: float) -> str:
        """A change as percent, with its sign."""
        percent = round(share * 100)
        sign = "+" if percent > 0 else "−" if percent < 0 else ""
        return f"{sign}{self.number(abs(percent))}{_NO_BREAK}%"

    def moment(self, at_ms: int) -> str:
        """Weekday, day, month, hour and minute."""
        return format_datetime(self._local(at_ms), "EEE d MMM, HH:mm", locale=self._locale)

    def day(self, at_ms: int) -> str:
        return format_skeleton("EEEd", self._local(at_ms), locale=self._locale)

    def month(self, at_ms: int, with_year: bool = False) -> str:
        return format_skeleton("yMMM" if with_year else "MMM", self._local(at_ms), locale=self._locale)

    def date(self, at_ms: int) -> str:
        """Day, month and year."""
        return format_datetime(self._local(at_ms), "d MMMM y", locale=self._locale)

    def calendar_day(self, text: str, weekday: bool = False) -> str:
        """A local day that the API answers, like 2026-11-23; with the weekday instead of the year."""
        skeleton = "EEE d MMM" if weekday else "d MMM y"
        return format_date(date.fromisoformat(text[:10]), skeleton, locale=self._locale)

    def hour(self, at_ms: int) -> str:
        return format_datetime(self._local(at_ms), self.say("H 'h'", "HH:mm"), locale=self._locale)

    def span(self, seconds: float) -> str:
        """A length of time in its greatest unit."""
        return format_timedelta(timedelta(seconds=seconds), threshold=1.2, locale=self._locale)

    def ago(self, at_ms: int, now_ms: int) -> str:
        return self.say("il y a {}", "{} ago").format(self.span(max(0, now_ms - at_ms) / 1000))

    @property
    def _locale(self) -> str:
        return _LOCALES[self.language]

    def _local(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, self.zone)
