"""What the service says of itself: one row per quantity, beside those that sensors measure.

Points like any other, but nobody outside can write them: decoders and imports know `sensors.quantities` alone. They
are no devices' readings: no `latest` row, no inventory, no watch speaks of them.

| family | device | channel | building and zone |
|---|---|---|---|
| `ingest` | the ingester's MQTT client id | of `quarantined` and `ignored` the reason | none |
| `alerts` | the tenant | the carrier of the budget | none |
| `health` | the device it is about | none | where that device is |
"""

from sensors.quantities import QUANTITIES, Across, Kind, Quantity


def _row(name: str, unit: str, ucum: str, kind: Kind, across: Across, grafana: str, fr: str, en: str) -> Quantity:
    low, high = (0.0, 1.0) if kind == "state" else (-1e13, 1e13)
    return Quantity(name, unit, ucum, kind, low, high, 0.0, across, "", "", grafana, fr, en)


def _messages(name: str, kind: Kind, fr: str, en: str) -> Quantity:
    return _row(f"ingest.{name}", "messages", "{message}", kind, "sum", "short", fr, en)


def _share(name: str, fr: str, en: str) -> Quantity:
    return _row(name, "%", "%", "gauge", "max", "percent", fr, en)


def _yes(name: str, fr: str, en: str) -> Quantity:
    return _row(name, "", "1", "state", "max", "bool", fr, en)


_ROWS = (
    _messages("received", "amount", "Messages reçus", "Messages received"),
    _messages("stored", "amount", "Messages enregistrés", "Messages stored"),
    _messages("quarantined", "amount", "Messages mis en quarantaine", "Messages quarantined"),
    _messages("ignored", "amount", "Messages ignorés", "Messages ignored"),
    _messages("released", "amount", "Messages sortis de quarantaine", "Messages released from the quarantine"),
    _messages("purged", "amount", "Messages supprimés de la quarantaine", "Messages purged from the quarantine"),
    _row("ingest.readings", "readings", "{reading}", "amount", "sum", "short",
         "Relevés enregistrés", "Readings stored"),
    _row("ingest.starts", "starts", "{start}", "amount", "sum", "short", "Démarrages", "Starts"),
    _messages("in_flight", "gauge", "Messages en cours", "Messages in flight"),
    _messages("spooled", "gauge", "Messages en attente de la base", "Messages waiting for the store"),
    _messages("difference", "gauge", "Messages non comptés (0 attendu)", "Messages unaccounted for (0 expected)"),
    _share("ingest.spool_fill", "Remplissage de la file d'attente", "Spool fill"),
    _share("ingest.quarantine_fill", "Remplissage de la quarantaine", "Quarantine fill"),
    _row("ingest.latency", "ms", "ms", "gauge", "mean", "ms",
         "Délai moyen jusqu'à l'enregistrement", "Mean time until safe"),
    _row("ingest.latency_max", "ms", "ms", "gauge", "max", "ms",
         "Délai le plus long jusqu'à l'enregistrement", "Longest time until safe"),
    _yes("ingest.broker_away", "Courtier MQTT injoignable", "MQTT broker away"),
    _yes("ingest.store_away", "Base de données injoignable", "Store away"),
    _share("alerts.level", "Niveau d'alerte du budget", "Alert level of the budget"),
    _share("alerts.share", "Part du budget consommée", "Share of the budget used"),
    _share("alerts.forecast", "Part du budget prévue en fin de mois", "Share of the budget expected by month's end"),
    _row("health.silent", "", "1", "state", "sum", "bool", "Appareil muet", "Device silent"),
    _row("health.clock", "s", "s", "gauge", "max", "s",
         "Retard de l'horloge (négatif : avance)", "Clock behind by (negative: ahead)"),
)  # fmt: skip
# `amount`: since the point before, so that windows, ingesters and restarts simply add up. `gauge` and `state`: then.

OWN: dict[str, Quantity] = {row.name: row for row in _ROWS}

STORED: dict[str, Quantity] = {**QUANTITIES, **OWN}
"""Every quantity that a store may hold."""
