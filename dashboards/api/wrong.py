"""What is wrong with a parameter, as pydantic found it, in English and in French. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Words(NamedTuple):
    """What is wrong, and what to do about it."""

    detail: str
    next_step: str


AT_FORM = "corrigez, et recommencez"
AT_PAGE = "corrigez l’adresse, ou partez du menu"
"""What to do about the address of a page, for who cannot read the API's description in French."""


def _expected(context: Mapping[str, Any]) -> str:
    return f"il y a {str(context['expected']).replace(' or ', ' et ')}"


FRENCH: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "literal_error": _expected,
    "enum": _expected,
    "date_from_datetime_parsing": lambda _: "ce n’est pas une date comme 2026-11-23",
    "date_parsing": lambda _: "ce n’est pas une date comme 2026-11-23",
    "date_from_datetime_inexact": lambda _: "ce n’est pas une date sans heure, comme 2026-11-23",
    "greater_than_equal": lambda context: f"le plus petit possible est {context['ge']}",
    "less_than_equal": lambda context: f"le plus grand possible est {context['le']}",
    "less_than": lambda context: f"il faut moins de {context['lt']}",
    "int_parsing": lambda _: "ce n’est pas un nombre entier",
    "int_parsing_size": lambda _: "ce nombre est trop long",
    "int_type": lambda _: "ce n’est pas un nombre entier",
    "int_from_float": lambda _: "ce n’est pas un nombre entier",
    "float_type": lambda _: "ce n’est pas un nombre",
    "float_parsing": lambda _: "ce n’est pas un nombre",
    "finite_number": lambda _: "ce n’est pas un nombre fini",
    "bool_type": lambda _: "il y a true et false",
    "bool_parsing": lambda _: "il y a true et false",
    "string_type": lambda _: "ce n’est pas un texte",
    "string_too_short": lambda _: "il ne peut être vide",
    "list_type": lambda _: "ce n’est pas une liste",
    "too_long": lambda context: f"pas plus de {context['max_length']} à la fois",
    "too_short": lambda _: "il en faut un",
    "json_invalid": lambda _: "ce n’est pas du JSON",
    "model_attributes_type": lambda _: "ce n’est pas un objet JSON",
    "model_type": lambda _: "ce n’est pas un objet JSON",
    "string_too_long": lambda context: f"pas plus de {context['max_length']} caractères",
    "string_pattern_mismatch": lambda context: f"cela n’a pas la forme {context['pattern']}",
}
"""pydantic's kinds of errors that the addresses and the forms of pages can meet."""


def english(error: Mapping[str, Any], parameter: str | None) -> Words:
    """For the API, and for pages in English."""
    if error["type"] == "extra_forbidden":
        return Words(f"there is no parameter {parameter!r} here", "see /docs for those there are")
    if error["type"] == "missing":
        return Words(f"the parameter {parameter!r} is missing", f"add {parameter}=…; see /docs")
    said = str(error["msg"]).removeprefix("Value error, ")
    return Words(f"{parameter}={error['input']!r}: {said}", "see /docs for what is allowed")


def french(error: Mapping[str, Any], parameter: str | None) -> Words | None:
    """For pages in French; None of what no page asks."""
    step = AT_FORM if error["loc"][0] == "body" else AT_PAGE
    if error["type"] == "extra_forbidden":
        return Words(f"il n’y a pas de paramètre « {parameter} » ici", step)
    if error["type"] == "missing":
        return Words(f"le paramètre « {parameter} » manque", step)
    said = in_french(error)
    return Words(f"{parameter}={error['input']} : {said}", step) if said else None


def in_french(error: Mapping[str, Any]) -> str | None:
    """What is wrong with the value alone; None of what no page asks."""
    return FRENCH[error["type"]](error.get("ctx", {})) if error["type"] in FRENCH else None
