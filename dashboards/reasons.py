"""Why messages were refused, for people: each reason's name, what it means, and what to do next."""

from collections.abc import Mapping
from typing import NamedTuple

from dashboards.language import Language
from sensors.model import Reason


class Said(NamedTuple):
    """In one language."""

    name: str
    meaning: str
    next_step: str

    @property
    def short(self) -> str:
        """The reason and what to do, in a line."""
        return f"{self.name}. {self.next_step}"


class Explained(NamedTuple):
    """In both."""

    fr: Said
    en: Said

    def said(self, language: Language) -> Said:
        return self.fr if language == "fr" else self.en


REASONS: Mapping[str, Explained] = {
    Reason.MALFORMED: Explained(
        Said("mal formé", "Le message n’est pas ce que son format promet.",
             "Comparez-le à la documentation de l’appareil ; s’il est d’un autre format, nommez-le dans "
             "la colonne codec de devices.csv, puis libérez."),
        Said("malformed", "The message is not what its format promises.",
             "Compare it with the device’s documentation; if it is of another format, say so in the codec column of "
             "devices.csv, then release."),
    ),
    Reason.UNKNOWN_TOPIC: Explained(
        Said("sujet inconnu", "Aucun format ne lit ce sujet.",
             "Inscrivez l’appareil avec ce sujet et son codec, ou écrivez un profil : tout est libéré aussitôt."),
        Said("unknown topic", "No format reads this topic.",
             "Add the device with this topic and its codec, or write a profile: it is then released at once."),
    ),
    Reason.UNKNOWN_QUANTITY: Explained(
        Said("grandeur inconnue", "Le message nomme une grandeur que la table ne connaît pas.",
             "Corrigez son nom à la source ; les grandeurs connues sont dans sensors/README.md."),
        Said("unknown quantity", "The message names a quantity that is not in the table.",
             "Correct its name at the source; the quantities there are stand in sensors/README.md."),
    ),
    Reason.IMPLAUSIBLE_VALUE: Explained(
        Said("valeur invraisemblable", "Une valeur que la grandeur ne peut pas avoir ; les autres sont stockées.",
             "Vérifiez l’unité et le capteur. Rien à libérer : la valeur resterait refusée."),
        Said("implausible value", "A value that its quantity cannot have; the others are stored.",
             "Check the unit and the sensor. There is nothing to release: the value would be refused again."),
    ),
    Reason.WRONG_TIME: Explained(
        Said("heure impossible", "L’heure du message est dans le futur, ou plus ancienne que l’horizon.",
             "Réglez l’horloge ou le fuseau de l’appareil ; une avance courte se libère une fois l’heure passée."),
        Said("wrong time", "The message’s time is in the future, or older than the horizon.",
             "Set the device’s clock or time zone; what was ahead by little can be released once that time has come."),
    ),
    Reason.NEEDS_TIME: Explained(
        Said("sans date", "Une quantité d’un intervalle que rien ne date.",
             "Faites envoyer l’heure par l’appareil ou la passerelle ; sans elle, purgez."),
        Said("needs a time", "The amount of an interval that nothing dates.",
             "Let the device or its gateway send the time; without one, purge."),
    ),
    Reason.NEEDS_CODEC: Explained(
        Said("sans codec", "Des octets LoRaWAN d’un appareil dont personne n’a dit le codec.",
             "Inscrivez l’appareil avec son codec (page Capteurs) : ses messages sont libérés aussitôt."),
        Said("needs a codec", "LoRaWAN bytes of a device whose codec nobody has named.",
             "Add the device with its codec (page Sensors): its messages are released at once."),
    ),
    Reason.NEEDS_BIRTH: Explained(
        Said("sans annonce préalable", "Son sens était dans une annonce qui n’est jamais venue ici.",
             "Redémarrez l’appareil ou demandez-lui une nouvelle annonce, puis libérez."),
        Said("needs its birth message", "Its meaning was told in an earlier message that never came here.",
             "Restart the device or ask it to announce itself again, then release."),
    ),
    Reason.AMBIGUOUS: Explained(
        Said("ambigu", "Deux valeurs pour une même mesure au même instant, ou une heure locale qui fut deux fois.",
             "Donnez des canaux distincts, ou l’heure avec son décalage, à la source ; sinon purgez."),
        Said("ambiguous", "Two values for one measurement at one time, or a local time that was twice.",
             "Give channels of their own, or times with their offset, at the source; or else purge."),
    ),
    Reason.UNKNOWN_DEVICE: Explained(
        Said("capteur inconnu", "L’appareil n’est pas dans l’inventaire.",
             "Inscrivez-le (page Capteurs) : ce qu’il a envoyé avant est alors libéré, rien n’est perdu."),
        Said("unknown device", "The device is not in the estate.",
             "Add it (page Sensors): what it sent before is then released, nothing is lost."),
    ),
    Reason.WRONG_BUILDING: Explained(
        Said("autre bâtiment", "Le sujet nomme un bâtiment, l’inventaire un autre.",
             "Corrigez devices.csv (les messages sont libérés aussitôt) ou le sujet de l’appareil."),
        Said("wrong building", "The topic names one building, the estate another.",
             "Correct devices.csv (its messages are then released at once), or the device’s topic."),
    ),
    Reason.NOT_PLACED: Explained(
        Said("sans emplacement", "L’appareil est connu, mais n’était nulle part à cette date.",
             "Corrigez ses dates dans devices.csv : ses messages sont libérés aussitôt."),
        Said("not placed", "The device is known, but was placed nowhere at that time.",
             "Correct its dates in devices.csv: its messages are then released at once."),
    ),
    Reason.TOO_MANY_CHANNELS: Explained(
        Said("trop de voies", "L’appareil a nommé plus de mille voies : chacune serait une série de plus à garder.",
             "Corrigez la source, qui met sans doute un numéro ou une date dans le nom de la voie, puis libérez."),
        Said("too many channels", "The device has named more than a thousand channels: each would be one more series.",
             "Correct the source, which probably puts a number or a date into the channel’s name, then release."),
    ),
    Reason.STORE_REFUSED: Explained(
        Said("refusé par le stockage", "Le stockage a refusé une valeur pour toujours, avec ses propres mots.",
             "Suivez ce que dit le stockage, puis libérez."),
        Said("refused by the store", "The store refused a value for good, in its own words.",
             "Do what the store’s words ask for, then release."),
    ),
}  # fmt: skip
