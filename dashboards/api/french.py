"""What the parts below say in English to who fills in a form of a page, in French. Pure.

They raise their words: the estate of a row that it cannot take, the import of a reading. Each pattern is a part of such
a sentence; what no pattern knows stays as it is, ids and file names among it.
"""

import re

_PHRASES = (
    (r"nothing was changed: ", "rien n’a été changé : "),
    (r"with this row the estate is wrong:", "avec cette ligne l’inventaire serait faux :"),
    (
        r"the estate is wrong already, correct that first:",
        "l’inventaire est déjà faux ; corrigez d’abord, comme le dit `microville check` :",
    ),
    (r"devices\.csv was changed by somebody else meanwhile: try again",
     "quelqu’un d’autre vient de changer devices.csv : réessayez"),
    (r"(\S+) cannot be written \((.+)\): make it, and its folder, writable for the user Microville runs as",
     r"\1 ne peut être écrit (\2) : donnez à l’utilisateur de Microville le droit d’écrire ce fichier et son dossier"),
    (r"('[^']+') is in devices\.csv already \(building ('[^']+')(?:, zone ('[^']+'))?(?:, until ([\d-]+))?\)",
     lambda found: f"{found[1]} est déjà dans devices.csv (bâtiment {found[2]}"
     + (f", zone {found[3]}" if found[3] else "") + (f", jusqu’au {found[4]}" if found[4] else "") + ")"),
    (r"; if it has moved, write its last day there into `until` of that row, then add it with the day after as `from`",
     "; s’il a déménagé, écrivez-y son dernier jour dans `until`, puis inscrivez-le avec le lendemain dans `from`"),
    (r"device ('[^']+'): ", r"capteur \1 : "),
    (r"codec ('[^']+') is unknown", r"le codec \1 est inconnu"),
    (r": did you mean ('[^']+')\?", r" : vouliez-vous dire \1 ?"),
    (r": see the table of formats in sensors/README\.md", " : voyez la table des formats dans sensors/README.md"),
    (r"codec ('[^']*') is no codec: write its name, or codec/model",
     r"\1 n’est pas un codec : écrivez son nom, ou codec/modèle"),
    (r"building ('[^']+') is not in buildings\.csv", r"le bâtiment \1 n’est pas dans buildings.csv"),
    (r"zone ('[^']+') is not in zones\.csv", r"la zone \1 n’est pas dans zones.csv"),
    (r": correct it, or add it there", " : corrigez, ou ajoutez-le là"),
    (r"device ('[^']+') is in building ('[^']+'), but its zone ('[^']+') is in ('[^']+'): correct one of them",
     r"le capteur \1 est au bâtiment \2, mais sa zone \3 est en \4 : corrigez l’un des deux"),
    (r"device ('[^']+') is no device id: write it as its messages do, without any of @ , ; # \+ or quotes",
     r"\1 n’est pas un nom de capteur : écrivez-le comme dans ses messages, sans @ , ; # + ni guillemets"),
    (r"'([^']*)' is no time", r"« \1 » n’est pas une heure"),
    (r"local time (.+?) never was in (\S+): the clocks went forward",
     r"l’heure \1 n’a pas existé en \2 : on avançait les montres"),
    (r"local time (.+?) was twice in (\S+): the clocks went back",
     r"l’heure \1 a eu lieu deux fois en \2 : on reculait les montres"),
    (r"; write it like (\S+) or (\S+)", r" ; écrivez-la comme \1 ou \2"),
    (r"('[^']*') is no unit of (\S+): there are ", r"\1 n’est pas une unité de \2 : il y a "),
    (r"none but its own", "la sienne seule"),
)  # fmt: skip


def french(text: str) -> str:
    """The sentence with the parts that are known said in French."""
    for pattern, said in _PHRASES:
        text = re.sub(pattern, said, text)
    return text
