"""What panels say, in French and English: a title, and a description of three parts that every panel has.

The sentences that many panels share stand here once: how a figure is computed, and what to do when it looks wrong.
"""

from typing import Literal, NamedTuple

from energy.derived.indicators import INDICATORS

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

Pair = tuple[str, str]
"""French, English."""


def say(language: Language, pair: Pair) -> str:
    """The words in that language."""
    return pair[LANGUAGES.index(language)]


class Words(NamedTuple):
    """A panel's title, and what it shows, how that is computed, and what to do when it looks wrong."""

    title: Pair
    shows: Pair
    how: Pair
    wrong: Pair

    def description(self, language: Language) -> str:
        heads = (("Calcul", "How"), ("Si cela paraît faux", "If it looks wrong"))
        colon = "\u00a0:" if language == "fr" else ":"
        parts = [
            f"**{say(language, head)}{colon}** {say(language, text)}"
            for head, text in zip(heads, self[2:], strict=True)
        ]
        return "\n\n".join([say(language, self.shows), *parts])


LOAD: Pair = (
    "énergie réglée de chaque pas, ramenée à l'heure, des compteurs généraux seuls : rien n'est compté deux fois. "
    "Un trou de mesure y est estimé, jamais dessiné comme une pointe. Par jour (Charge) : la moyenne de "
    "chaque jour terminé dont neuf pas sur dix sont là.",
    "settled energy of each step per hour, of site meters alone: nothing counts twice. A gap in the readings is "
    "estimated there, never drawn as a spike. By day (Load): the mean of each day that is over and has "
    "nine tenths of its steps.",
)
METERED: Pair = (
    "somme des lignes de consommation réglées, au pas choisi (Pas), des compteurs généraux seuls. Les jours, mois et "
    "années commencent à minuit, heure du site ; ce qui a commencé avant la période choisie n'y est pas.",
    "sum of the settled rows of consumption, by the step chosen (Step), of site meters alone. Days, months and years "
    "begin at midnight of the site; what began before the time chosen is not in it.",
)
SHARES: Pair = (
    "somme des parts réparties entre les locataires selon leurs baux et les clés de l'inventaire, pas à pas ; avec les "
    "parties communes, elles redonnent exactement les compteurs.",
    "sum of the shares of tenants by their leases and the keys of the inventory, step by step; with the common "
    "parts they add up to the meters exactly.",
)
NOTHING: Pair = (
    "Rien ici sur cette période : aucun capteur ou compteur de ce genre, ou aucune mesure. Voir la description.",
    "Nothing here in this time: no sensor or meter of this kind, or no readings. See the description.",
)
_APART: Pair = (
    " L'eau est en points, à droite, en m³ ; la part estimée des barres est en gris.",
    " Water is the dots, right, in m³; the part of the bars that is estimated is grey.",
)
FLOWS: Pair = (METERED[0] + _APART[0], METERED[1] + _APART[1])
SHARED_FLOWS: Pair = (SHARES[0] + _APART[0], SHARES[1] + _APART[1])
READINGS: Pair = (
    "moyenne de chaque appareil dans chaque intervalle, puis de ceux du même lieu. Sans mesure, la courbe est coupée.",
    "mean of each device in each window, then of those of one place. Without a reading the curve breaks.",
)
FACTS: Pair = (
    "faits dérivés des mesures par heure et par jour local, additionnés puis divisés sur la période choisie, sur les "
    "jours qui ont les deux termes ; même formule que l'indicateur de ce nom de l'interface JSON.",
    "facts derived from readings by local hour and day, summed and then divided over the time chosen, on the days that "
    "have both terms; the formula of the indicator of that name in the JSON interface.",
)
SUMMED_FACTS: Pair = (
    "somme de faits dérivés des mesures par heure et par jour local.",
    "sum of facts derived from readings by local hour and day.",
)
MONEY: Pair = (
    "tarifs et facteurs datés du site appliqués à la consommation de chaque jour local ; un mois en cours s'arrête "
    "à la veille. C'est une répartition, pas une facture.",
    "the site's dated tariffs and factors applied to the consumption of each local day; a month under way ends the "
    "day before. It is an allocation, not an invoice.",
)
COUNTED: Pair = (
    "compteurs que l'ingestion écrit chaque minute dans la base : ce qui s'est passé depuis la minute d'avant.",
    "counters that ingest writes to the store each minute: what happened since the minute before.",
)
STATES: Pair = (
    "état que le service écrit chaque minute ; celui des budgets et des appareils, quand il change et chaque heure.",
    "state that the service writes each minute; that of budgets and devices when it changes, and each hour.",
)
SEEN: Pair = (
    "heure de la dernière mesure de chaque appareil, tenue à jour à chaque écriture ; quelle que soit la période.",
    "the time of each device's last reading, kept with every write; whatever the time chosen.",
)

METER_WRONG: Pair = (
    "voir Capteurs (compteur muet ?), puis `microville energy explain`, qui donne le calcul ligne à ligne, et les "
    "constats de la page /energy. Une relève corrigée est reprise d'elle-même.",
    "see Sensors (a silent meter?), then `microville energy explain`, which prints the computation line by line, and "
    "the findings of the page /energy. A corrected reading is taken over by itself.",
)
SENSOR_WRONG: Pair = (
    "voir Capteurs : dernière mesure, pile, signal. Un capteur déplacé se corrige dans devices.csv, avec sa "
    "date ; une mesure refusée est en quarantaine avec son motif (page /quarantine).",
    "see Sensors: last reading, battery, signal. A sensor that was moved is corrected in devices.csv, with "
    "its date; a refused reading is in the quarantine with its reason (page /quarantine).",
)
FACTS_WRONG: Pair = (
    "un indicateur sans donnée est vide, jamais nul, de même que ce qui dépend des personnes là où moins de la "
    "moitié de "
    "la surface est équipée : vérifier capteurs d'occupation et compteurs (Capteurs). /api/indicators dit ce qui "
    "manque.",
    "an indicator without data is empty, never zero, and so is what depends on people where less than half of the area "
    "has sensors: check occupancy sensors and meters (Sensors). /api/indicators says what is missing.",
)
MONEY_WRONG: Pair = (
    "vérifier le contrat et le tarif du point de livraison (contracts.csv, tariffs.toml) par `microville check`, puis "
    "`microville energy explain --tenant … --month …`.",
    "check the contract and the tariff of the delivery point (contracts.csv, tariffs.toml) with `microville check`, "
    "then `microville energy explain --tenant … --month …`.",
)
LEASE_WRONG: Pair = (
    "vérifier baux, clés et budgets (leases.csv, keys.csv, budgets.csv) par `microville check` ; un bail "
    "corrigé refait les parts passées.",
    "check leases, keys and budgets (leases.csv, keys.csv, budgets.csv) with `microville check`; a "
    "corrected lease computes past shares anew.",
)
INGEST_WRONG: Pair = (
    "`microville account` donne le grand livre depuis l'origine, /readyz l'état du courtier, de la base, de la file. "
    "Rien d'acquitté n'est perdu.",
    "`microville account` prints the ledger since ever, /readyz the state of broker, store and spool; nothing "
    "acknowledged is lost.",
)


def indicator(name: str) -> Words:
    """The words of the indicator's own row."""
    row = INDICATORS[name]
    return Words((row.fr, row.en), (row.meaning_fr, row.meaning_en), FACTS, FACTS_WRONG)
