import pytest

from alerts.advice import ADVICE
from alerts.budget import LADDER, Rung
from alerts.mail import compose
from estate.vocabulary import CARRIERS
from tests.alerts.values import ATELIER, BAKERY, SITE, announcement, figures

NARROW, WIDE = "\u202f", "\u00a0"  # no-break spaces


def test_french() -> None:
    """The whole text in French: figures, dates and punctuation as French typography wants them."""
    text = compose(announcement(), SITE).text

    expected = """Votre budget d’électricité de novembre 2026 est consommé à 83_%

Vous avez consommé 834~kWh depuis le début du mois, sur un budget de 1~000~kWh. Il reste 166~kWh.
Le seuil de 80_% a été atteint le 14_novembre 2026 à 09:30.

LES CHIFFRES
- Consommé jusqu’au 16_novembre 2026 à 00:00_: 834~kWh
- Budget du mois_: 1~000~kWh
- Part du budget consommée_: 83_%
- Prévision à la fin du mois_: 1~200~kWh ±_40~kWh (120_%)
- À ce jour, un rythme qui tient le budget_: 500~kWh
- Écart avec ce rythme_: 334~kWh de trop

QUE FAIRE
1. Ce soir, faites le tour des locaux_: éteignez l’éclairage, les écrans, les machines à café et les appareils""" + (
        """ laissés en veille.
2. Vérifiez les programmations de la ventilation et de la climatisation_: arrêt la nuit, le week-end et dans les"""
        """ salles vides.
3. Décalez ce qui peut l’être (recharge de véhicules, cuissons, machines) et signalez-nous tout appareil qui tourne"""
        """ sans raison.

Une question, un chiffre qui vous étonne~? Répondez à ce message_: il parvient à l’équipe de Microville 112.

--\x20
Microville 112
Vous recevez ce message parce qu’un budget mensuel d’électricité est convenu pour Atelier <Dupont> & fils. Chaque"""
        """ seuil est annoncé une seule fois par mois.
Données rejouées.
"""
    )
    assert expected.replace("_", WIDE).replace("~", NARROW) == text


def test_english() -> None:
    """The whole text in English."""
    text = compose(announcement(BAKERY, "gas", Rung("forecast", 100)), SITE).text

    expected = """Your gas budget for November 2026 will be exceeded at the present rate

At the present rate you would use 1,200_kWh by the end of the month: 120% of your budget of 1,000_kWh.
The forecast, less its uncertainty, has been above the 100% mark since 14_November 2026 at 09:30.

THE FIGURES
- Used until 16_November 2026 at 00:00: 834_kWh
- Budget for the month: 1,000_kWh
- Share of the budget used: 83%
- Forecast for the end of the month: 1,200_kWh ±_40_kWh (120%)
- By now, a pace that keeps to the budget: 500_kWh
- Compared with that pace: 334_kWh more

WHAT TO DO
1. Set occupied rooms to 19 °C, and 16 °C at night and at weekends.
2. Keep doors and windows shut while the heating runs; air for ten minutes with the heating off.
3. Clear the radiators, close the valves in unused rooms, and tell us of any room that overheats.

A question, a figure that surprises you? Reply to this message: it reaches the Microville 112 team.

--\x20
Microville 112
You receive this message because a monthly gas budget has been agreed for The Bakery. Each mark is announced only"""
    expected += " once a month.\nReplayed data.\n"
    assert expected.replace("_", WIDE) == text


def test_subjects() -> None:
    """The subject alone says carrier, month and what happened, in each language."""
    found = [compose(announcement(who, rung=rung), SITE).subject for who in (ATELIER, BAKERY) for rung in LADDER]

    expected = [
        "Électricité_: 120_% du budget de novembre 2026 prévus à la fin du mois",
        "Électricité_: 83_% du budget de novembre 2026 consommés",
        "Électricité_: le budget de novembre 2026 sera dépassé selon la prévision",
        "Électricité_: le budget de novembre 2026 est dépassé",
        "Electricity: 120% of the November 2026 budget forecast by the end of the month",
        "Electricity: 83% of the November 2026 budget used",
        "Electricity: the November 2026 budget will be exceeded, by the forecast",
        "Electricity: the November 2026 budget is exceeded",
    ]
    assert [subject.replace("_", WIDE) for subject in expected] == found


def test_without_forecast() -> None:
    """Without a forecast the mail says so and shows no figure for it."""
    text = compose(announcement(now=figures(0.834)), SITE).text

    assert f"- Prévision à la fin du mois{WIDE}: indisponible{WIDE}: relevés insuffisants\n" in text


def test_estimated_share_is_told() -> None:
    """From 10 % on the estimated share is a figure of its own, with an explanation."""
    told, untold = (compose(announcement(BAKERY, now=figures(0.9, estimated=part)), SITE) for part in (0.25, 0.09))

    assert "- Estimated, not measured: 25%\n" in told.text
    assert "Part of these figures is estimated" in told.html
    assert "stimated" not in untold.text


def test_html_says_what_the_text_says() -> None:
    """The HTML holds every line of the text's figures, escaped, and the chart by its content id."""
    letter = compose(announcement(), SITE)

    for part in (f"334{NARROW}kWh de trop", f"120{WIDE}%", "Atelier &lt;Dupont&gt; &amp; fils", 'src="cid:chart.png"'):
        assert part in letter.html
    assert b"\x89PNG\r\n" == letter.chart[:6]
    assert "dupont@example.org" == letter.recipient


def test_water_is_in_cubic_metres() -> None:
    """A carrier in litres is told in m³, small amounts with a decimal."""
    text = compose(announcement(carrier="water", now=figures(0.0834)), SITE).text

    assert f"- Consommé jusqu’au 16{WIDE}novembre 2026 à 00:00{WIDE}: 83,4{NARROW}m³\n" in text


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_advice_for_every_carrier(carrier: str, language: str) -> None:
    """Every carrier has three steps in each language."""
    steps = ADVICE[carrier][language]

    assert 3 == len(set(steps))
