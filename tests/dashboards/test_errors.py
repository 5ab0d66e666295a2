"""What a page says when it cannot be shown: in the reader's language, with cause, next step and the right status."""

from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from dashboards.parts import Parts
from dashboards.settings import WebSettings
from tests.dashboards.conftest import client_of

PEOPLE = {"Accept": "text/html"}

ASKED = {
    "/energy?period=decade": (400, "period=decade : il y a 'day', 'week'", "Input should be &#39;day&#39;"),
    "/energy?day=soon": (400, "ce n’est pas une date comme 2026-11-23", "Input should be a valid date"),
    "/energy?day=1066-10-14": (400, "le plus petit possible est 1972-01-01", "greater than or equal to 1972-01-01"),
    "/energy?day=2026-11-23T10:00": (400, "ce n’est pas une date sans heure", "zero time"),
    "/explain?month=2026-13": (400, "« 2026-13 » n’est pas un mois", "month &#39;2026-13&#39; is no month"),
    "/explain?month=2027-01": (400, "le mois 2027-01 est à venir", "lies in the future"),
    "/explain?meter=b9": (400, "« b9 » n’est pas dans l’inventaire", "meter &#39;b9&#39; is not in the estate"),
    "/energy?of=mars": (400, "cela n’a pas la forme", "should match pattern"),
    "/energy?bulding=b01": (400, "il n’y a pas de paramètre « bulding » ici", "there is no parameter"),
    "/quarantine?reason=bad": (400, "reason=bad : il y a", "reason=&#39;bad&#39;"),
    "/quarantine/many": (400, "ce n’est pas un nombre entier", "valid integer"),
    "/quarantine/0": (400, "le plus petit possible est 1", "greater than or equal to 1"),
    "/quarantine/99999999999999999999": (400, "il faut moins de", "less than"),
    "/buildings/b99": (404, "il n’y a pas de bâtiment « b99 »", "building &#39;b99&#39; is not in the estate"),
    "/zones/nowhere": (404, "il n’y a pas de zone « nowhere »", "is not in the estate"),
    "/tenants/nobody": (404, "il n’y a pas de locataire « nobody »", "is not in the estate"),
    "/mail": (404, "partent pour de bon", "goes out for real"),
    "/nothing": (404, "il n’y a rien à /nothing", "Not Found"),
}


@pytest.mark.parametrize("path", ASKED)
async def test_in_the_readers_language(client: httpx.AsyncClient, path: str) -> None:
    """Thing and cause in the page's language, which its heading and its attribute tell; and a next step."""
    status, french, english = ASKED[path]
    asked = path + ("&" if "?" in path else "?")
    fr, en = [await client.get(f"{asked}lang={lang}", headers=PEOPLE) for lang in ("fr", "en")]

    assert [status] * 2 == [fr.status_code, en.status_code]
    assert french in fr.text.replace("&#39;", "'")
    assert english in en.text
    assert 'role="alert" lang="fr"' in fr.text
    assert ("Que faire :" in fr.text, "Next step:" in en.text) == (True, True)


async def test_an_unknown_language(client: httpx.AsyncClient) -> None:
    """It is refused in the language of the browser."""
    answer = await client.get("/?lang=de", headers=PEOPLE | {"Accept-Language": "fr"})

    assert 400 == answer.status_code
    assert "lang=de : cela n’a pas la forme ^(fr|en)$" in answer.text


async def test_the_store_is_away(filled: Parts) -> None:
    """A page that needs it says so and when to come back; the address stays."""
    await filled.store.close()
    async with client_of(filled) as client:
        answer = await client.get("/readings?lang=fr", headers=PEOPLE)
        chart = await client.get("/charts/load.json?lang=fr")

    assert 200 == answer.status_code
    assert "Le stockage ne répond pas" in answer.text
    assert (503, "le stockage ne répond pas") == (chart.status_code, chart.json()["detail"].partition(" :")[0])


@pytest.mark.parametrize(("lang", "words"), [("fr", "Le jeton est celui du service"), ("en", "The token is the")])
async def test_not_signed_in(filled: Parts, lang: str, words: str) -> None:
    """Who may not look is asked for the token in their language."""
    async with client_of(replace(filled, web=WebSettings(token=SecretStr("x" * 20)))) as client:
        answer = await client.get("/energy", headers=PEOPLE | {"Accept-Language": lang})

    assert 401 == answer.status_code
    assert words in answer.text
