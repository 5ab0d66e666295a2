"""What a tenant reads, in French and English: sentences, and figures as each language writes them.

Sentences are written with plain spaces; French gets its no-break spaces here, in one place.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_percent
from babel.units import format_unit

from estate.vocabulary import CARRIERS

LOCALES = {"fr": "fr_FR", "en": "en_GB"}

_UNITS = {"Wh": "energy-kilowatt-hour", "L": "volume-cubic-meter"}
SHOWN = {"Wh": "kWh", "L": "m³"}
"""The unit people read for a carrier's unit: a thousand of it."""

_OF_FR = {
    "electricity": "d’électricité",
    "pv": "de photovoltaïque",
    "export": "d’électricité injectée",
    "gas": "de gaz",
    "heat": "de chaleur",
    "cooling": "de froid",
    "water": "d’eau",
}


def amount(value: int, carrier: str, language: str) -> str:
    """An amount in the carrier's unit, as kWh or m³ with its unit: one decimal below a hundred."""
    unit = CARRIERS[carrier].unit
    shown = round(value / 1000, 0 if abs(value) >= 100_000 else 1)
    text = format_unit(shown, _UNITS[unit], length="short", locale=LOCALES[language])
    return text if language == "fr" else text.replace(" ", "\u00a0")


def percent(share: float, language: str) -> str:
    return format_percent(share, locale=LOCALES[language])


def day(at_ms: int, zone: ZoneInfo, language: str) -> str:
    """`1er novembre 2026`, `1 November 2026`; the figure stays with its month."""
    text = format_date(datetime.fromtimestamp(at_ms / 1000, zone), "long", locale=LOCALES[language])
    return (re.sub(r"^1 ", "1er ", text) if language == "fr" else text).replace(" ", "\u00a0", 1)


def moment(at_ms: int, zone: ZoneInfo, language: str) -> str:
    """A day and time of day, in the site's zone."""
    time = format_time(datetime.fromtimestamp(at_ms / 1000, zone), "short", locale=LOCALES[language])
    return f"{day(at_ms, zone, language)} {'à' if language == 'fr' else 'at'} {time}"


def month(at_ms: int, zone: ZoneInfo, language: str) -> str:
    """`novembre 2026`, `November 2026`."""
    return format_date(datetime.fromtimestamp(at_ms / 1000, zone), "MMMM y", locale=LOCALES[language])


def of_month(at_ms: int, zone: ZoneInfo, language: str) -> str:
    """The same after French `de`: `de novembre 2026`, `d’octobre 2026`."""
    name = month(at_ms, zone, language)
    if language == "en":
        return name
    return f"d’{name}" if name[0] in "ao" else f"de {name}"


def carrier_of(carrier: str, language: str) -> str:
    """The carrier after `budget`: `d’électricité`, `electricity`."""
    return _OF_FR[carrier] if language == "fr" else CARRIERS[carrier].en


def carrier_name(carrier: str, language: str) -> str:
    row = CARRIERS[carrier]
    return row.fr if language == "fr" else row.en


def say(sentence: str, language: str, values: Mapping[str, str]) -> str:
    """The sentence with its values; in French with no-break spaces before two-part punctuation."""
    text = sentence.format_map(values)
    if language != "fr":
        return text
    return re.sub(r" (?=[;?!»])", "\u202f", re.sub(r" (?=:)", "\u00a0", text)).replace("« ", "«\u202f")


SENTENCES: dict[str, dict[str, str]] = {
    "fr": {
        "subject.forecast.80": "{Carrier} : {expected_share} du budget {of_month} prévus à la fin du mois",
        "subject.measured.80": "{Carrier} : {share} du budget {of_month} consommés",
        "subject.forecast.100": "{Carrier} : le budget {of_month} sera dépassé selon la prévision",
        "subject.measured.100": "{Carrier} : le budget {of_month} est dépassé",
        "title.forecast.80": "Votre budget {of_carrier} {of_month} sera presque épuisé",
        "title.measured.80": "Votre budget {of_carrier} {of_month} est consommé à {share}",
        "title.forecast.100": "Votre budget {of_carrier} {of_month} sera dépassé au rythme actuel",
        "title.measured.100": "Votre budget {of_carrier} {of_month} est dépassé",
        "what.forecast.80": "Au rythme actuel, vous consommeriez {expected} d’ici la fin du mois, soit {expected_share}"
        " de votre budget de {budget}. Il reste peu de marge.",
        "what.measured.80": "Vous avez consommé {amount} depuis le début du mois, sur un budget de {budget}."
        " Il reste {rest}.",
        "what.forecast.100": "Au rythme actuel, vous consommeriez {expected} d’ici la fin du mois, soit"
        " {expected_share} de votre budget de {budget}.",
        "what.measured.100": "Vous avez consommé {amount} depuis le début du mois, soit {share} de votre budget de"
        " {budget}.",
        "since.measured": "Le seuil de {level} a été atteint le {since}.",
        "since.forecast": "La prévision dépasse le seuil de {level}, marge d’incertitude déduite, depuis le {since}.",
        "row.amount": "Consommé jusqu’au {until}",
        "row.budget": "Budget du mois",
        "row.share": "Part du budget consommée",
        "row.expected": "Prévision à la fin du mois",
        "row.expected.none": "indisponible : relevés insuffisants",
        "row.on_track": "À ce jour, un rythme qui tient le budget",
        "row.gap": "Écart avec ce rythme",
        "gap.over": "{gap} de trop",
        "gap.under": "{gap} de moins",
        "row.estimated": "Part estimée, non mesurée",
        "estimated": "Une partie de ces chiffres est estimée, faute de relevés continus ; ils seront corrigés dès que"
        " les relevés manquants seront arrivés.",
        "figures": "Les chiffres",
        "todo": "Que faire",
        "contact": "Une question, un chiffre qui vous étonne ? Répondez à ce message : il parvient à l’équipe de"
        " {site}.",
        "why": "Vous recevez ce message parce qu’un budget mensuel {of_carrier} est convenu pour {tenant}. Chaque seuil"
        " est annoncé une seule fois par mois.",
        "chart.alt": "Consommation cumulée du mois face au budget",
        "chart.x": "Jour du mois",
        "chart.y": "Cumul en {unit}",
        "chart.measured": "mesuré",
        "chart.estimated": "estimé",
        "chart.forecast": "prévision",
        "chart.budget": "budget {budget}",
    },
    "en": {
        "subject.forecast.80": "{Carrier}: {expected_share} of the {of_month} budget forecast by the end of the month",
        "subject.measured.80": "{Carrier}: {share} of the {of_month} budget used",
        "subject.forecast.100": "{Carrier}: the {of_month} budget will be exceeded, by the forecast",
        "subject.measured.100": "{Carrier}: the {of_month} budget is exceeded",
        "title.forecast.80": "Your {of_carrier} budget for {of_month} will be almost used up",
        "title.measured.80": "{share} of your {of_carrier} budget for {of_month} is used",
        "title.forecast.100": "Your {of_carrier} budget for {of_month} will be exceeded at the present rate",
        "title.measured.100": "Your {of_carrier} budget for {of_month} is exceeded",
        "what.forecast.80": "At the present rate you would use {expected} by the end of the month: {expected_share} of"
        " your budget of {budget}. There is little margin left.",
        "what.measured.80": "You have used {amount} since the start of the month, out of a budget of {budget}."
        " {rest} is left.",
        "what.forecast.100": "At the present rate you would use {expected} by the end of the month: {expected_share} of"
        " your budget of {budget}.",
        "what.measured.100": "You have used {amount} since the start of the month: {share} of your budget of {budget}.",
        "since.measured": "The {level} mark was reached on {since}.",
        "since.forecast": "The forecast, less its uncertainty, has been above the {level} mark since {since}.",
        "row.amount": "Used until {until}",
        "row.budget": "Budget for the month",
        "row.share": "Share of the budget used",
        "row.expected": "Forecast for the end of the month",
        "row.expected.none": "not available: not enough readings",
        "row.on_track": "By now, a pace that keeps to the budget",
        "row.gap": "Compared with that pace",
        "gap.over": "{gap} more",
        "gap.under": "{gap} less",
        "row.estimated": "Estimated, not measured",
        "estimated": "Part of these figures is estimated, as readings are missing; they will be corrected as soon as"
        " the missing readings arrive.",
        "figures": "The figures",
        "todo": "What to do",
        "contact": "A question, a figure that surprises you? Reply to this message: it reaches the {site} team.",
        "why": "You receive this message because a monthly {of_carrier} budget has been agreed for {tenant}. Each mark"
        " is announced only once a month.",
        "chart.alt": "Consumption so far this month against the budget",
        "chart.x": "Day of the month",
        "chart.y": "Running total, {unit}",
        "chart.measured": "measured",
        "chart.estimated": "estimated",
        "chart.forecast": "forecast",
        "chart.budget": "budget {budget}",
    },
}
