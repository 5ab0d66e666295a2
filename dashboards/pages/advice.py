"""What staff can do when ingest is behind: one entry for each thing that may be wrong. Pure."""

from typing import NamedTuple

from dashboards.health import About, Readiness
from dashboards.language import Speaker
from ingest.account.ledger import Ledger


class Advice(NamedTuple):
    """What is wrong, and what to do about it, in one language."""

    title: str
    next_step: str
    cause: str = ""  # in the words of the part that failed, which are English


ADVICE: dict[About, tuple[tuple[str, str], tuple[str, str]]] = {
    "unsafe": (
        ("Les messages ne peuvent plus être gardés ici", "Messages can no longer be kept here"),
        (
            "Rien n’est plus acquitté : le courtier garde le reste, dans ses limites. Faites de la place sur le disque "
            "du fichier d’état ([state] file), ou rendez la base ; la collecte reprend d’elle-même.",
            "Nothing is acknowledged any more: the broker keeps the rest, within its bounds. Make room on the disk of "
            "the state file ([state] file), or bring the store back; ingest goes on by itself.",
        ),
    ),
    "store": (
        ("La base ne répond pas", "The store does not answer"),
        (
            "Rien n’est perdu : les messages attendent dans le spool, qui se vide seul quand elle revient. Vérifiez "
            "qu’elle tourne (systemctl status influxdb), son disque, et l’adresse et le jeton de [store].",
            "Nothing is lost: messages wait in the spool, which drains by itself once it is back. Check that it runs "
            "(systemctl status influxdb), its disk, and the address and token of [store].",
        ),
    ),
    "spool": (
        ("Le spool est plus qu’à moitié plein", "The spool is more than half full"),
        (
            "La base prend moins vite que les messages n’arrivent. Regardez sa charge et son disque ; si elle suit de "
            "nouveau, il n’y a qu’à attendre. [ingest] spool_mb l’agrandit.",
            "The store takes less than what comes in. Look at its load and its disk; if it keeps up again, just wait. "
            "[ingest] spool_mb makes the spool larger.",
        ),
    ),
    "broker": (
        ("Le courtier MQTT ne répond pas", "The MQTT broker does not answer"),
        (
            "Aucun message n’arrive ; le courtier, ou les capteurs, les gardent. Vérifiez qu’il tourne (systemctl "
            "status mosquitto), et l’adresse, l’utilisateur et le certificat de [broker].",
            "No message comes in; the broker, or the sensors, keep them. Check that it runs (systemctl status "
            "mosquitto), and the address, user and certificate of [broker].",
        ),
    ),
    "refused": (
        ("Le courtier refuse des sujets", "The broker refuses topics"),
        (
            "Les capteurs de ces sujets ne sont pas entendus. Donnez à l’utilisateur de [broker] le droit de les lire.",
            "The sensors on these topics are not heard. Give the user of [broker] the right to read them.",
        ),
    ),
    "state": (
        ("Le fichier d’état a été abîmé", "The state file was damaged"),
        (
            "Un neuf a pris sa place ; ce qui attendait dans l’ancien peut manquer. Examinez-le avec le journal, puis "
            "déplacez-le ou supprimez-le : cet avis disparaît.",
            "A new one took its place; what waited in the old one may be missing. Look into it with the log, then "
            "move it elsewhere or remove it: this notice goes.",
        ),
    ),
    "estate": (
        ("L’inventaire a une erreur", "The estate has an error"),
        (
            "Le précédent sert encore. Corrigez le fichier nommé ; `microville check` dit tout ce qui ne va pas.",
            "The former one is still used. Correct the file that is named; `microville check` says all that is wrong.",
        ),
    ),
}
"""Title and next step, each in French and in English."""

CATCHING_UP = (
    ("Rattrapage : {} messages attendent encore", "Catching up: {} messages still wait"),
    (
        "Rien à faire : le spool se vide de lui-même, dans l’ordre, pendant que les nouveaux messages passent.",
        "Nothing to do: the spool drains by itself, in order, while new messages go on.",
    ),
)


def advice(readiness: Readiness, ledger: Ledger | None, speaker: Speaker) -> Advice | None:
    """What to do now; None while all is well."""
    if readiness.about:
        title, next_step = ADVICE[readiness.about]
        return Advice(speaker.say(*title), speaker.say(*next_step), readiness.cause)
    if readiness.status != "ready":
        return Advice("", "", readiness.cause)
    if ledger is not None and ledger.spooled:
        title, next_step = CATCHING_UP
        return Advice(speaker.say(*title).format(speaker.number(ledger.spooled)), speaker.say(*next_step))
    return None
