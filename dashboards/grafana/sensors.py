"""Sensors: when each was last heard, which are silent, battery, signal, clocks, what was refused, completeness."""

from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from dashboards.devices import LOW_BATTERY, WEAK_SIGNAL
from dashboards.grafana import words as say
from dashboards.grafana.asked import BUILDING, building_variable, ratio, ratio_steps, readings, unit
from dashboards.grafana.frame import Row, frame
from dashboards.grafana.kit import Kit
from dashboards.grafana.names import Column
from dashboards.grafana.query import InfluxQuery
from dashboards.grafana.said import YES_NO, reasons
from dashboards.grafana.scale import ACT, GOOD, WATCH, Scale
from dashboards.grafana.words import Words
from store.base import Latest
from store.influxql_readings import panel_last_seen, panel_reading, panel_series
from store.influxql_shown import AT_END, STANDING

TITLE = (
    ("Capteurs", "Sensors"),
    (
        "Dernières nouvelles, appareils muets, piles, signal, horloges, quarantaine par motif, complétude.",
        "Last seen, silent devices, batteries, signal, clocks, quarantine by reason, completeness.",
    ),
)

BATTERY = Scale(ACT, ((LOW_BATTERY, WATCH), (40, GOOD)))
SIGNAL = Scale(ACT, ((WEAK_SIGNAL, WATCH), (-100, GOOD)))
WHOLE = Scale(ACT, ((50, WATCH), (95, GOOD)))

_SILENT = Words(
    ("Appareils muets", "Silent devices"),
    (
        "Appareils sans nouvelle depuis plus de trois fois leur intervalle, à la fin de la période.",
        "Devices not heard for more than three times their interval, at the end of the time shown.",
    ),
    say.STATES,
    say.SENSOR_WRONG,
)
_COMPLETE = Words(
    ("Complétude des relevés", "Data completeness"),
    (
        "Relevés de compteurs reçus, de ceux qui étaient attendus selon leur intervalle, sur la période.",
        "Readings of meters received, of those expected by their interval, in the time shown.",
    ),
    say.FACTS,
    say.SENSOR_WRONG,
)
_REFUSED = Words(
    ("Messages mis en quarantaine", "Messages quarantined"),
    ("Messages refusés sur la période, tous motifs.", "Messages refused in the time shown, whatever the reason."),
    say.COUNTED,
    say.SENSOR_WRONG,
)
_LOWEST = Words(
    ("Pile la plus faible", "Lowest battery"),
    ("La plus faible charge de pile parmi les appareils choisis.", "The lowest battery among the devices chosen."),
    ("dernière valeur de chaque appareil dans la période.", "last value of each device in the time shown."),
    say.SENSOR_WRONG,
)
_SEEN = Words(
    ("Dernières nouvelles", "Last seen"),
    (
        "Heure de la dernière mesure de chaque appareil, les plus anciennes d'abord.",
        "When each device last sent a reading, the oldest first.",
    ),
    say.SEEN,
    say.SENSOR_WRONG,
)
_WHEN_SILENT = Words(
    ("Quand ils se sont tus", "When they fell silent"),
    (
        "Quand chaque appareil était muet ; seuls y sont ceux qui l'ont été pendant la période.",
        "When each device was silent; only those that were so in the time shown are there.",
    ),
    say.STATES,
    say.SENSOR_WRONG,
)
_BATTERY = Words(
    ("Piles", "Batteries"),
    (
        "Dernière charge de pile de chaque appareil sur pile, en % ; sous 20 % : remplacer.",
        "Last charge of each battery, in %; below 20 %: replace.",
    ),
    ("dernière valeur de chaque appareil dans la période.", "last value of each device in the time shown."),
    say.SENSOR_WRONG,
)
_SIGNAL = Words(
    ("Signal", "Signal"),
    (
        "Puissance du signal de chaque appareil radio ; sous −120 dBm, des messages se perdent.",
        "Signal strength of each radio device; below −120 dBm messages get lost.",
    ),
    say.READINGS,
    say.SENSOR_WRONG,
)
_CLOCK = Words(
    ("Horloges en retard", "Clocks behind"),
    (
        "Retard de l'horloge de chaque appareil à la fin de la période ; l'énergie d'un pas dépend d'elle.",
        "How far each device's clock is behind at the end of the time shown; the energy of a step depends on it.",
    ),
    say.STATES,
    say.SENSOR_WRONG,
)
_REASONS = Words(
    ("Quarantaine par motif", "Quarantine by reason"),
    (
        "Messages refusés par minute, par motif ; la page /quarantine les montre et les rejoue.",
        "Messages refused per minute, by reason; the page /quarantine shows and releases them.",
    ),
    say.COUNTED,
    say.SENSOR_WRONG,
)
_MAP = Words(
    ("Complétude par bâtiment et jour", "Completeness by building and day"),
    (
        "Une case par bâtiment et jour local : relevés reçus, de ceux qui étaient attendus. Une case absente : aucun "
        "n'était attendu.",
        "A cell per building and local day: readings received of those expected. A cell that is absent: none was due.",
    ),
    say.FACTS,
    say.SENSOR_WRONG,
)


def sensors(kit: Kit) -> Dashboard:
    """The dashboard of sensors."""
    found = panel_series(readings("ingest.quarantined", by=["channel"]), kit.zone, fill="none")
    refused = kit.bars(_REASONS, [InfluxQuery(found, alias="$tag_channel")], unit("ingest.quarantined"), reasons(kit))
    refused.interval = "2m"
    history = InfluxQuery(ratio_steps("building", "completeness", "1d", ["building"]), alias="$tag_building")
    return frame(
        kit,
        "sensors",
        TITLE,
        [building_variable(kit)],
        [
            Row(5, [(panel, 6) for panel in _glance(kit)]),
            Row(11, [(_seen(kit), 12), (_when_silent(kit), 12)]),
            Row(10, [(_battery(kit), 8), (_signal(kit), 8), (_clock(kit), 8)]),
            Row(8, [(refused, 24)]),
            Row(16, [(kit.history(_MAP, history, "percent", WHOLE), 24)]),
        ],
        since="now-7d/d",
    )


def _glance(kit: Kit) -> list[Panel]:
    silent = panel_reading(readings("health.silent", "last", by=["device"]), BUILDING, STANDING)
    lowest = panel_reading(readings("device.battery", "last", by=["device"]), BUILDING)
    refused = panel_reading(readings("ingest.quarantined", "sum"))
    return [
        kit.stat(
            _SILENT, f'SELECT sum("value") AS "value" FROM ({silent})', "short", Scale(GOOD, ((1, WATCH), (5, ACT)))
        ),
        kit.stat(_COMPLETE, ratio("building", "completeness"), "percent", WHOLE, decimals=1),
        kit.stat(_REFUSED, refused, "short", Scale(GOOD, ((1, WATCH), (1000, ACT)))),
        kit.stat(_LOWEST, f'SELECT min("value") AS "value" FROM ({lowest})', "percent", BATTERY),
    ]


def _seen(kit: Kit) -> Panel:
    columns = [
        Column("device", ("Appareil", "Device")),
        Column("building", ("Bâtiment", "Building")),
        Column("zone", ("Zone", "Zone")),
        Column("at", ("Dernière mesure", "Last reading"), "dateTimeFromNow"),
    ]
    return kit.table(_SEEN, panel_last_seen(Latest(), BUILDING), columns, sort="at", descending=False)


def _when_silent(kit: Kit) -> Panel:
    query = panel_series(readings("health.silent", "max", by=["device"]), kit.zone, BUILDING, above=0)
    return kit.timeline(_WHEN_SILENT, [InfluxQuery(query, alias="$tag_device")], "bool", YES_NO, "1h")


def _battery(kit: Kit) -> Panel:
    query = panel_reading(readings("device.battery", "last", by=["device"]), BUILDING)
    return kit.levels(_BATTERY, InfluxQuery(query, alias="$tag_device"), unit("device.battery"), BATTERY, most=100)


def _signal(kit: Kit) -> Panel:
    query = panel_series(readings("device.rssi", by=["device", "channel"]), kit.zone, BUILDING)
    found = InfluxQuery(query, alias="$tag_device")
    return kit.curves(_SIGNAL, [found], unit("device.rssi"), scale=SIGNAL, interval="1h")


def _clock(kit: Kit) -> Panel:
    columns = [
        Column("device", ("Appareil", "Device")),
        Column("value", ("Retard", "Behind by"), unit("health.clock")),
    ]
    query = panel_reading(readings("health.clock", "last", by=["device"]), BUILDING, AT_END)
    empty = ("Aucun retard n'est connu.", "None is known to be behind.")
    return kit.table(_CLOCK, query, columns, sort="value", empty=empty)
