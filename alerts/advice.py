"""What a tenant can do about it: three steps per carrier and language, the quickest first.

Sources of the figures: heating to 19 °C, 16 °C when empty, and cooling from 26 °C: Code de l'énergie R241-26, R241-27
and R241-30.
"""

_ELECTRICITY_FR = (
    "Ce soir, faites le tour des locaux : éteignez l’éclairage, les écrans, les machines à café et les appareils"
    " laissés en veille.",
    "Vérifiez les programmations de la ventilation et de la climatisation : arrêt la nuit, le week-end et dans les"
    " salles vides.",
    "Décalez ce qui peut l’être (recharge de véhicules, cuissons, machines) et signalez-nous tout appareil qui tourne"
    " sans raison.",
)
_ELECTRICITY_EN = (
    "Walk round tonight: switch off lighting, screens, coffee machines and everything left on standby.",
    "Check the ventilation and air-conditioning timers: off at night, at weekends and in empty rooms.",
    "Postpone what can wait (vehicle charging, ovens, machines) and tell us of any device that runs for no reason.",
)

ADVICE: dict[str, dict[str, tuple[str, str, str]]] = {
    "electricity": {"fr": _ELECTRICITY_FR, "en": _ELECTRICITY_EN},
    "pv": {"fr": _ELECTRICITY_FR, "en": _ELECTRICITY_EN},
    "export": {"fr": _ELECTRICITY_FR, "en": _ELECTRICITY_EN},
    "gas": {
        "fr": (
            "Ramenez la consigne à 19 °C dans les pièces occupées et à 16 °C la nuit et le week-end.",
            "Fermez portes et fenêtres quand le chauffage fonctionne ; aérez dix minutes, chauffage coupé.",
            "Dégagez les radiateurs, fermez les vannes des pièces inutilisées et signalez-nous une pièce surchauffée.",
        ),
        "en": (
            "Set occupied rooms to 19 °C, and 16 °C at night and at weekends.",
            "Keep doors and windows shut while the heating runs; air for ten minutes with the heating off.",
            "Clear the radiators, close the valves in unused rooms, and tell us of any room that overheats.",
        ),
    },
    "heat": {
        "fr": (
            "Ramenez les thermostats à 19 °C dans les pièces occupées et à 16 °C la nuit et le week-end.",
            "Fermez portes et fenêtres quand le chauffage fonctionne ; aérez dix minutes, vannes fermées.",
            "Fermez les vannes des pièces inutilisées et signalez-nous un radiateur qui chauffe vanne fermée.",
        ),
        "en": (
            "Set thermostats to 19 °C in occupied rooms, and 16 °C at night and at weekends.",
            "Keep doors and windows shut while the heating runs; air for ten minutes with the valves closed.",
            "Close the valves in unused rooms, and tell us of any radiator that stays hot with its valve closed.",
        ),
    },
    "cooling": {
        "fr": (
            "Relevez la consigne à 26 °C ou plus, et coupez le froid la nuit et dans les pièces vides.",
            "Baissez les stores dès le matin côté soleil et gardez portes et fenêtres fermées.",
            "Éteignez ce qui chauffe (écrans, éclairage, machines) et aérez la nuit quand il fait plus frais dehors.",
        ),
        "en": (
            "Raise the set point to 26 °C or more, and switch cooling off at night and in empty rooms.",
            "Lower the blinds on the sunny side from the morning on, and keep doors and windows shut.",
            "Switch off what gives off heat (screens, lighting, machines) and air at night when it is cooler outside.",
        ),
    },
    "water": {
        "fr": (
            "Cherchez une fuite : relevez le compteur le soir et le lendemain matin ; s’il a tourné sans usage, "
            "prévenez-nous aussitôt.",
            "Vérifiez les chasses d’eau et les robinets : un filet d’eau qui ne s’arrête jamais compte beaucoup.",
            "Suspendez l’arrosage et les lavages qui peuvent attendre, et lancez les machines pleines.",
        ),
        "en": (
            "Look for a leak: read the meter in the evening and next morning; if it has moved without use, tell us at"
            " once.",
            "Check toilets and taps: a trickle that never stops adds up.",
            "Put off watering and washing that can wait, and run machines only when full.",
        ),
    },
}
