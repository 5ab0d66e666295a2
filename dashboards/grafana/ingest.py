"""Ingest: law 1's accounting, rates, latency, spool, and whether broker and store can be reached."""

from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from dashboards.grafana import words as say
from dashboards.grafana.asked import readings, unit
from dashboards.grafana.frame import Row, frame
from dashboards.grafana.kit import Kit
from dashboards.grafana.names import Column, Name
from dashboards.grafana.query import InfluxQuery, Marked, Marks
from dashboards.grafana.said import REASONS_SAID, YES_NO
from dashboards.grafana.scale import ACT, GOOD, GREY, PLAIN, WATCH, Scale
from dashboards.grafana.words import Pair, Words
from store.base import How
from store.influxql_readings import panel_points, panel_reading, panel_series
from store.influxql_shown import AT_END
from store.own import STORED

TITLE = (
    ("Ingestion", "Ingest"),
    (
        "Chaque message reçu est enregistré, mis en quarantaine, ignoré, en cours ou en attente : la différence "
        "est zéro.",
        "Every message received is stored, quarantined, ignored, in flight or spooled: the difference is zero.",
    ),
)

OUTCOMES = {"stored": GOOD, "quarantined": ACT, "ignored": GREY}

_DIFFERENCE = Words(
    ("Différence", "Difference"),
    (
        "Messages reçus − (enregistrés + en quarantaine + ignorés + en cours + en attente) : toujours zéro.",
        "Messages received − (stored + quarantined + ignored + in flight + spooled): always zero.",
    ),
    say.STATES,
    (
        "autre que zéro est une erreur de programme : garder l'état (state.sqlite) et le journal, et la signaler. ",
        "anything but zero is a fault of the program: keep the state (state.sqlite) and the log, and report it. ",
    ),
)
_RECEIVED = Words(
    ("Messages reçus", "Messages received"),
    ("Messages reçus du courtier sur la période.", "Messages received from the broker in the time shown."),
    say.COUNTED,
    say.INGEST_WRONG,
)
_STORED = Words(
    ("Enregistrés", "Messages stored"),
    ("Messages dont toutes les mesures sont dans la base.", "Messages all readings of which are in the store."),
    say.COUNTED,
    say.INGEST_WRONG,
)
_REFUSED = Words(
    ("Mis en quarantaine", "Quarantined"),
    (
        "Messages gardés avec leur motif, à rejouer ou supprimer (page /quarantine).",
        "Messages kept with their reason, to be released or purged (page /quarantine).",
    ),
    say.COUNTED,
    say.INGEST_WRONG,
)
_SPOOL = Words(
    ("File d'attente", "Spool"),
    (
        "Part de la file d'attente sur disque qui est pleine ; pleine, rien n'est plus acquitté, rien n'est perdu.",
        "How full the spool on disk is; when it is full nothing more is acknowledged, and nothing is lost.",
    ),
    say.STATES,
    say.INGEST_WRONG,
)
_LATENCY_NOW = Words(
    ("Délai d'écriture", "Time until stored"),
    (
        "Délai moyen entre la réception et l'enregistrement, dernier intervalle.",
        "Mean time from receipt until stored, last window.",
    ),
    say.STATES,
    say.INGEST_WRONG,
)
_RATE = Words(
    ("Messages par minute, selon leur sort", "Messages per minute, by outcome"),
    (
        "Ce qu'il est advenu des messages : enregistrés, en quarantaine, ignorés ; la ligne est ce qui a été reçu.",
        "What became of messages: stored, quarantined, ignored; the line is what was received.",
    ),
    say.COUNTED,
    say.INGEST_WRONG,
)
_WAITING = Words(
    ("En cours et en attente", "In flight and spooled"),
    (
        "Messages qui n'ont pas encore de sort : en cours, ou sur disque tant que la base ne répond pas.",
        "Messages without an outcome yet: in flight, or on disk as long as the store does not answer.",
    ),
    say.STATES,
    say.INGEST_WRONG,
)
_LATENCY = Words(
    ("Délai d'écriture, moyen et plus long", "Time until stored, mean and longest"),
    (
        "Délai entre la réception et l'enregistrement : moyenne, et le plus long de l'intervalle.",
        "Time from receipt until stored: mean, and the longest of the window.",
    ),
    say.STATES,
    say.INGEST_WRONG,
)
_AWAY = Words(
    ("Courtier et base injoignables", "Broker and store away"),
    (
        "Quand le courtier MQTT ou la base ne répondaient pas ; rien d'acquitté n'est perdu pendant ce temps.",
        "When the MQTT broker or the store did not answer; nothing acknowledged is lost meanwhile.",
    ),
    say.STATES,
    say.INGEST_WRONG,
)
_REASONS = Words(
    ("En quarantaine, par motif", "Quarantined, by reason"),
    ("Messages mis en quarantaine, par motif.", "Messages quarantined, by reason."),
    say.COUNTED,
    say.INGEST_WRONG,
)
_IGNORED = Words(
    ("Ignorés, par motif", "Ignored, by reason"),
    (
        "Messages qui ne disent aucune mesure (états, naissances) ou n'en devaient pas dire, par motif.",
        "Messages that say no reading (states, births), or were not to say any, by reason.",
    ),
    say.COUNTED,
    say.INGEST_WRONG,
)
_FILL = Words(
    ("Remplissage : file d'attente, quarantaine", "Fill: spool, quarantine"),
    ("Part de leur place sur disque qui est prise.", "How much of their room on disk is taken."),
    say.STATES,
    say.INGEST_WRONG,
)

FILL = Scale(GOOD, ((50, WATCH), (80, ACT)))


def ingest(kit: Kit) -> Dashboard:
    """The dashboard of ingest."""
    return frame(
        kit,
        "ingest",
        TITLE,
        [],
        [
            Row(5, [(panel, 4) for panel in _glance(kit)]),
            Row(9, [(_rate(kit), 14), (_lines(kit, _WAITING, "short", {"in_flight": PLAIN, "spooled": ACT}), 10)]),
            Row(9, [(_lines(kit, _LATENCY, "ms", {"latency": PLAIN, "latency_max": ACT}, "max"), 14),
                    (_lines(kit, _FILL, "percent", {"spool_fill": PLAIN, "quarantine_fill": ACT}, "max"), 10)]),
            Row(6, [(_away(kit), 24)]),
            Row(9, [(_by_reason(kit, _REASONS, "quarantined"), 12), (_by_reason(kit, _IGNORED, "ignored"), 12)]),
        ],
        since="now-6h",
        marks=[_starts(kit)],
    )  # fmt: skip


def _starts(kit: Kit) -> Marks:
    """A line where an ingester started, with its name: what is missing before may have waited for it."""
    starts = STORED["ingest.starts"]
    columns = Marked("device")
    return Marks(kit.say(starts.fr, starts.en), panel_points(readings("ingest.starts")), columns, ACT)


def _glance(kit: Kit) -> list[Panel]:
    def total(words: Words, name: str, scale: Scale) -> Panel:
        return kit.stat(words, panel_reading(readings(f"ingest.{name}", "sum")), "short", scale)

    last = {
        name: panel_reading(readings(f"ingest.{name}", "last"), time=AT_END)
        for name in ("difference", "spool_fill", "latency")
    }
    return [
        kit.stat(_DIFFERENCE, last["difference"], "short", Scale(ACT, ((0, GOOD), (1, ACT)))),
        total(_RECEIVED, "received", Scale()),
        total(_STORED, "stored", Scale()),
        total(_REFUSED, "quarantined", Scale(GOOD, ((1, WATCH), (1000, ACT)))),
        kit.stat(_SPOOL, last["spool_fill"], "percent", FILL, decimals=0),
        kit.stat(_LATENCY_NOW, last["latency"], "ms", Scale(GOOD, ((1000, WATCH), (60_000, ACT))), decimals=0),
    ]


def _name(kit: Kit, name: str, colour: str, *, line: bool = False) -> Name:
    row = STORED[f"ingest.{name}"]
    return Name(name, kit.say(row.fr, row.en), colour, line=line)


def _series(kit: Kit, name: str, how: How = "mean", fill: str = "null") -> InfluxQuery:
    return InfluxQuery(panel_series(readings(f"ingest.{name}", how), kit.zone, fill=fill), alias=name)


def _rate(kit: Kit) -> Panel:
    names = [*(_name(kit, name, colour) for name, colour in OUTCOMES.items()), _name(kit, "received", PLAIN, line=True)]
    panel = kit.bars(_RATE, [_series(kit, name.alias, fill="none") for name in names], "short", names)
    panel.interval = "2m"
    return panel


def _lines(kit: Kit, words: Words, unit_: str, colours: dict[str, str], how: How = "mean") -> Panel:
    names = [_name(kit, name, colour) for name, colour in colours.items()]
    queries = [_series(kit, name, how) for name in colours]
    return kit.curves(words, queries, unit_, names, interval="2m", least=0)


def _away(kit: Kit) -> Panel:
    names = ("broker_away", "store_away")
    panel = kit.timeline(_AWAY, [_series(kit, name, "max") for name in names], unit("ingest.broker_away"), YES_NO, "2m")
    return kit.named(panel, [_name(kit, name, ACT) for name in names])


def _by_reason(kit: Kit, words: Words, name: str) -> Panel:
    title: Pair = ("Messages", "Messages")
    columns = [Column("channel", ("Motif", "Reason"), texts=REASONS_SAID), Column("value", title, "short")]
    query = panel_reading(readings(f"ingest.{name}", "sum", by=["channel"]))
    return kit.table(words, query, columns, sort="value", empty=("Aucun sur la période.", "None in the time shown."))
