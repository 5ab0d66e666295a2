"""Alert rules for the staff, as Grafana is given them: from a file (provisioning), or through its API (`push`).

Queries are compiled from data as everything else; limits are those of the tables that the product itself goes by. A
rule's value is one number per group, so every expression after the queries is Grafana's own arithmetic.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from energy.derived.facts import CO2_PPM
from ingest.fill import WARN_SHARE
from store.base import Series
from store.influxql_readings import alert_any, alert_how_many, alert_told_apart, panel_reading

DATASOURCE_UID = "microville-influxdb"
GROUP, FOLDER, FOLDER_UID = "microville", "Microville – alertes", "microville-alerts"
EVERY_S = 60

REFUSED_SHARE, REFUSED_LEAST = 0.01, 10
"""Of the messages of half an hour, refused: fewer are single devices, which the list of sensors shows."""

MINUTE_S = 60
AIR_S = 35 * MINUTE_S
"""How far back the air of a room and its people are looked for: sensors on batteries report every half-hour."""

HEAD = "# Alert rules for the staff, written by `microville dashboards build`.\n"

TAKEN_AS_THEY_ARE = ("data", "annotations")
"""Of a rule's fields in a file; in all others Grafana puts the environment for `$NAME`, and a literal `$` is `$$`.

In these it does so no more since September 2022 (grafana/grafana 54293 and 54975)."""


class Asked(NamedTuple):
    """A query, and over how much time until now it is asked."""

    query: str
    look_back_s: int


@dataclass(frozen=True)
class Rule:
    """One rule: what is asked, when it holds, and what people are told."""

    name: str  # its uid, after microville-
    fr: str
    en: str
    about_fr: str
    about_en: str
    queries: Mapping[str, Asked]  # by the letter that `holds` calls them
    holds: str  # Grafana's arithmetic on the queries' values: not 0 is an alert
    lasts: str  # for how long it must hold
    board: str  # the dashboard to look at
    panel: int  # and its panel that draws the state
    no_data: Literal["OK", "NoData", "Alerting"] = "OK"
    severity: Literal["warning", "critical"] = "warning"

    @property
    def uid(self) -> str:
        return f"microville-{self.name}"


def _series(quantity: str, how: Any, by: Sequence[Any] = ()) -> Series:
    return Series(quantity, 0, 0, None, how, by=by)


_INGESTERS = _series("ingest.received", "sum", ("device",))

RULES: tuple[Rule, ...] = (
    Rule(
        "silent", "Capteur muet", "Sensor silent",
        "{{ $labels.device }} (bâtiment {{ $labels.building }}) n'a rien envoyé depuis trois de ses intervalles : "
        "vérifier pile, alimentation et réseau.",
        "{{ $labels.device }} (building {{ $labels.building }}) has sent nothing for three of its intervals: check "
        "battery, power and network.",
        {"A": Asked(panel_reading(_series("health.silent", "last", ("building", "device"))), 65 * MINUTE_S)},
        "$A > 0", "10m", "sensors", 6, no_data="NoData",
    ),
    Rule(
        "behind", "Ingestion en retard", "Ingest behind",
        "Des messages attendent la base depuis dix minutes, ou le service ne dit plus rien : voir /readyz et le "
        "journal du service.",
        "Messages have waited for the store for ten minutes, or the service says nothing any more: see /readyz and "
        "the service's log.",
        {"A": Asked(panel_reading(_series("ingest.spooled", "last")), 5 * MINUTE_S)},
        "$A > 0", "10m", "ingest", 8, no_data="Alerting", severity="critical",
    ),
    Rule(
        "away", "Courtier ou base injoignable", "Broker or store away",
        "Le service ne joint plus le courtier MQTT ou la base de données, ou n'y écrit plus rien ; rien n'est perdu "
        "tant que la file d'attente a de la place.",
        "The service cannot reach the MQTT broker or the store, or writes nothing there any more; nothing is lost "
        "while the spool has room.",
        {"A": Asked(
            alert_any(_series("ingest.broker_away", "last"), _series("ingest.store_away", "last")), 5 * MINUTE_S
        )},
        "$A > 0", "5m", "ingest", 11, no_data="Alerting", severity="critical",
    ),
    Rule(
        "fewer", "Un ingesteur ne dit plus rien", "An ingester says nothing any more",
        "{{ $values.A0 }} ingesteurs écrivent leurs compteurs, {{ $values.B0 }} dans l'heure passée : la part des "
        "messages de celui qui manque attend peut-être au courtier. Arrêté exprès, l'alerte cesse au bout d'une heure.",
        "{{ $values.A0 }} ingesters write their counters, {{ $values.B0 }} did in the last hour: the share of messages "
        "of the one that is missing may wait at the broker. If it was stopped on purpose, this ends within an hour.",
        {"A": Asked(alert_how_many(_INGESTERS), 5 * MINUTE_S), "B": Asked(alert_how_many(_INGESTERS), 60 * MINUTE_S)},
        "$A < $B", "5m", "ingest", 7, severity="critical",
    ),
    Rule(
        "spool", "File d'attente qui se remplit", "Spool filling",
        "La file d'attente de {{ $labels.device }} est pleine à plus de la moitié : remettre la base en marche ; une "
        "fois pleine, le courtier garde le reste.",
        "The spool of {{ $labels.device }} is more than half full: bring the store back; once it is full the broker "
        "keeps the rest.",
        {"A": Asked(panel_reading(_series("ingest.spool_fill", "last", ("device",))), 5 * MINUTE_S)},
        f"$A > {100 * WARN_SHARE:g}", "2m", "ingest", 10, severity="critical",
    ),
    Rule(
        "quarantine", "Quarantaine en hausse", "Quarantine rising",
        "Plus d'un message sur cent est refusé depuis une demi-heure : voir `microville quarantine list`.",
        "More than one message in a hundred has been refused for half an hour: see `microville quarantine list`.",
        {"A": Asked(panel_reading(_series("ingest.quarantined", "sum")), 30 * MINUTE_S),
         "B": Asked(panel_reading(_series("ingest.received", "sum")), 30 * MINUTE_S)},
        f"$A >= {REFUSED_LEAST} && $A > $B * {REFUSED_SHARE:g}", "5m", "ingest", 12,
    ),
    Rule(
        "co2", "CO₂ trop élevé dans une pièce occupée", "CO₂ too high in an occupied room",
        f"Zone {{{{ $labels.zone }}}} (bâtiment {{{{ $labels.building }}}}) : plus de {CO2_PPM[1]} ppm en présence de "
        "personnes (arrêté du 27 décembre 2022 : agir sans attendre). Aérer, vérifier la ventilation.",
        f"Zone {{{{ $labels.zone }}}} (building {{{{ $labels.building }}}}): above {CO2_PPM[1]} ppm with people in it "
        "(French decree of 27 December 2022: act promptly). Air the room, check the ventilation.",
        {"A": Asked(alert_told_apart(_series("climate.co2", "mean", ("building", "zone"))), AIR_S),
         "B": Asked(
             alert_any(
                 _series("occupancy.count", "last", ("building", "zone")),
                 _series("occupancy.presence", "last", ("building", "zone")),
                 _series("occupancy.motion", "max", ("building", "zone")),
             ),
             AIR_S,
         )},
        f"$A > {CO2_PPM[1]} && $B > 0", "10m", "zone", 5,
    ),
)  # fmt: skip


def for_api(rule: Rule) -> dict[str, Any]:
    """The rule as `/api/v1/provisioning/alert-rules` takes it."""
    last = "Z"
    queries = [_query(letter, *asked) for letter, asked in rule.queries.items()]
    newest = [_expression(_reduced(letter), {"type": "reduce", "expression": letter, "reducer": "last"})
              for letter in rule.queries]  # fmt: skip
    holds = rule.holds
    for letter in rule.queries:
        holds = holds.replace(f"${letter}", f"${_reduced(letter)}")
    return {
        "uid": rule.uid,
        "title": f"{rule.fr} / {rule.en}",
        "condition": last,
        "data": [*queries, *newest, _expression(last, {"type": "math", "expression": holds})],
        "noDataState": rule.no_data,
        "execErrState": "Error",
        "for": rule.lasts,
        "annotations": {
            "summary": rule.about_fr,
            "description": rule.about_en,
            "__dashboardUid__": f"microville-{rule.board}-fr",
            "__panelId__": str(rule.panel),
        },
        "labels": {"service": "microville", "severity": rule.severity},
        "isPaused": False,
    }


def provisioned() -> dict[str, Any]:
    """The file that Grafana reads at its start."""
    group = {
        "orgId": 1, "name": GROUP, "folder": FOLDER, "interval": f"{EVERY_S}s",
        "rules": [_for_file(rule) for rule in RULES],
    }  # fmt: skip
    return {"apiVersion": 1, "groups": [group]}


def text() -> str:
    """The file's text: JSON, which is YAML, under a comment."""
    return HEAD + json.dumps(provisioned(), ensure_ascii=False, indent=2) + "\n"


def write(path: Path) -> None:
    """Write the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(), encoding="utf-8")


def check(path: Path) -> list[str]:
    """Whether the file is what the code says: one line if not."""
    if not path.exists():
        return [f"{path}: missing"]
    return [] if path.read_text(encoding="utf-8") == text() else [f"{path}: out of date"]


def _for_file(rule: Rule) -> dict[str, Any]:
    said = {**for_api(rule), "dashboardUid": f"microville-{rule.board}-fr", "panelId": rule.panel}
    return {key: value if key in TAKEN_AS_THEY_ARE else _doubled(value) for key, value in said.items()}


def _query(letter: str, query: str, look_back_s: int) -> dict[str, Any]:
    return {
        "refId": letter,
        "relativeTimeRange": {"from": look_back_s, "to": 0},
        "datasourceUid": DATASOURCE_UID,
        "model": {
            "refId": letter,
            "datasource": {"type": "influxdb", "uid": DATASOURCE_UID},
            "rawQuery": True,
            "query": query,
            "resultFormat": "time_series",
            "intervalMs": 60_000,
            "maxDataPoints": 1_000,
        },
    }


def _expression(letter: str, does: Mapping[str, str]) -> dict[str, Any]:
    return {
        "refId": letter,
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": "__expr__",
        "model": {"refId": letter, "datasource": {"type": "__expr__", "uid": "__expr__"}, **does},
    }


def _reduced(letter: str) -> str:
    """The name of a query's newest value."""
    return f"{letter}0"


def _doubled(value: Any) -> Any:
    """The same with every `$` of its texts doubled."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Mapping):
        return {key: _doubled(each) for key, each in value.items()}
    return [_doubled(each) for each in value] if isinstance(value, list) else value
