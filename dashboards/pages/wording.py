"""What a key splits by, what was found of a meter, why a closed month changed, and how a meter's amount comes about.

In French and in English.
"""

KEY_NAMES = {
    "area": ("par surface", "by area"),
    "headcount": ("par tête", "by head"),
    "occupancy": ("par heures de présence", "by hours of presence"),
    "fixed": ("par parts convenues", "by agreed parts"),
}
WHY = {
    "completed": ("complété par des relevés tardifs", "completed by late readings"),
    "corrected": ("relevés tardifs ou corrigés", "late or corrected readings"),
    "recomputed": ("recalculé", "recomputed"),
}
FINDINGS = {
    "noise": ("recul dans la résolution", "fell within its resolution"),
    "outlier": ("relevé hors de sa ligne, écarté", "off its line, set aside"),
    "reset": ("remise à zéro", "reset"),
    "rollover": ("passage par zéro", "rolled over"),
    "exchange": ("compteur remplacé", "exchanged"),
    "exchange_unclear": ("index de dépose contredit par les relevés", "final index contradicts the readings"),
    "impossible_rise": ("hausse impossible, estimée", "impossible rise, estimated"),
    "negative_power": ("puissance négative, non comptée", "negative power, not counted"),
    "negative_virtual": ("compteur virtuel négatif", "negative virtual meter"),
    "negative_remainder": ("parties communes négatives", "negative common parts"),
}

RULES = {
    "register": (
        "différence de l’index d’un relevé au suivant, répartie sur les pas entre eux",
        "the register's difference from one reading to the next, spread over the steps between them",
    ),
    "pulse": (
        "impulsions comptées d’un relevé au suivant × leur poids, réparties sur les pas entre eux",
        "pulses counted from one reading to the next × their weight, spread over the steps between them",
    ),
    "interval": (
        "chaque relevé est la quantité de l’intervalle qu’il termine",
        "each reading is the amount of the interval it ends",
    ),
    "power": (
        "puissance ou débit intégrés dans le temps, d’un relevé au suivant",
        "power or flow, integrated over the time from one reading to the next",
    ),
}
