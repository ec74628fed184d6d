"""French, unless a person chose English in their menu; dates and figures are France's in both."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.utils import translation
from django.utils.formats import date_format, localize

from jupiter.kit.french import parse_text, said
from jupiter.kit.words import in_french, spoken

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]


def page_of(client, address="/form/", **headers):
    return BeautifulSoup(client.get(address, headers=headers).content, "html.parser")


def test_a_browsers_own_language_changes_nothing(inside):
    page = page_of(inside, accept_language="en-GB,en")
    assert page.html["lang"] == "fr"
    assert page.select_one("a.skip").get_text() == "Aller au contenu"


def test_a_person_chooses_english_and_goes_back(inside, client):
    answer = inside.post("/preferences/", {"language": "en", "next": "/form/?q=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/form/?q=1")
    cookie = inside.cookies["django_language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("en", True, "Lax")
    page = page_of(inside)
    assert (page.html["lang"], page.select_one("a.skip").get_text()) == ("en", "Skip to content")
    assert [button.get_text(strip=True) for button in page.select("[name=language]")] == ["Français", "English"]
    assert page.select_one("[name=language][aria-pressed]")["value"] == "en"

    inside.post("/preferences/", {"language": "fr"})
    assert page_of(inside).html["lang"] == "fr"


@pytest.mark.parametrize("chosen", ["de", "", "../fr", "en-"])
def test_a_language_that_is_none_of_ours_is_french(inside, chosen):
    inside.post("/preferences/", {"language": chosen})
    inside.cookies["django_language"] = chosen
    assert page_of(inside).html["lang"] == "fr"


def test_the_door_speaks_it_too(client):
    client.cookies["django_language"] = "en"
    page = page_of(client, "/connexion/")
    assert page.h1.get_text() == "Log-in"
    refused = client.post("/connexion/", {"username": "nobody", "password": "wrong"}).content.decode()
    assert "Wrong user name or password" in refused


def test_figures_and_dates_are_typed_and_printed_as_in_france(inside):
    inside.cookies["django_language"] = "en"
    answer = inside.post("/form/", {"net": "16.450", "mileage_km": "12 500 km", "registered_on": "13/02/2020"})
    page = BeautifulSoup(answer.content, "html.parser")
    assert "“16.450” can be read in two ways: enter 16450 or 16,450" in page.get_text(" ", strip=True)
    with translation.override("en"):
        in_english = localize(16450), date_format(date(2021, 12, 7), "SHORT_DATE_FORMAT")
    with translation.override("fr"):
        assert in_english == (localize(16450), date_format(date(2021, 12, 7), "SHORT_DATE_FORMAT")) == ("16\u00a0450", "07/12/2021")


def test_a_sentence_of_a_parser_is_french_until_somebody_reads_it_in_english():
    with pytest.raises(ValueError, match="Ce texte a") as refusal, translation.override("en"):
        parse_text("x" * 2001)
    sentence = refusal.value.sentence
    assert sentence == "Ce texte a 2\u202f001 caractères, 2\u202f000 au plus"
    assert spoken(sentence) == sentence
    with translation.override("en"):
        assert spoken(sentence) == "This text has 2\u202f001 characters, 2\u202f000 at most"
        assert spoken(said("{most} caractères au plus", most=said("Pays-Bas"))) == "Netherlands characters at most"
        assert spoken("no message") == "no message"
        assert spoken("") == ""
        assert in_french(lambda: translation.get_language())() == "fr"
        assert translation.get_language() == "en"
