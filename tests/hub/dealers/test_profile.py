"""C2: the profile, before the first declaration and after it."""

import pytest
from bs4 import BeautifulSoup

from jupiter.hub.dealers.models import GuarantorAccount, Profile
from tests.hub import make

BANNER = "Afin de déclarer et garantir, veuillez configurer les garantisseurs qui correspondent à votre activité."


@pytest.fixture
def new_point(db):
    return make.a_point(configured=False)


@pytest.fixture
def new_seller(new_point, client):
    user = make.a_person(new_point)
    client.force_login(user)
    return user


def page_of(answer):
    return BeautifulSoup(answer.content, "html.parser")


def test_the_first_log_in_leads_to_the_profile(client, new_seller):
    assert client.get("/")["location"] == "/profil/953617Z/"
    page = page_of(client.get("/profil/953617Z/"))
    said = page.get_text(" ", strip=True)
    assert "PROFIL" in said
    assert "Configuration des garanties commerciales" in said
    assert BANNER in said
    labels = [box.find_parent("label").get_text(strip=True) for box in page.select("[type=checkbox][name$=_chosen]")]
    assert labels == ["Garantie Stellantis Assurance", "Auto Garantie", "Garantie Cirano", "Garantie Icare"]
    assert not page.select("[type=checkbox][checked]"), "unticked until the user ticks"
    assert page.select_one("input[readonly]")["value"] == "865268J"
    assert page.select_one("button[form=profile]").get_text(strip=True) == "Modifier"


def test_modifier_keeps_the_choice_and_accueil_opens(client, new_seller):
    client.post("/profil/953617Z/", {"stellantis_chosen": "on"})
    assert Profile.objects.get().is_saved
    assert GuarantorAccount.objects.get(guarantor="stellantis").chosen
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"cirano_chosen": "on"}, "Garantie Cirano\u00a0: le champ identifiant est obligatoire"),
        ({"icare_chosen": "on", "icare_handling": "flat_fee"}, "Garantie Icare\u00a0: le champ identifiant est obligatoire"),
        ({"icare_chosen": "on", "icare_identifier": "I1"}, "Garantie Icare\u00a0: choisissez le type de gestion (Forfait ou Gestion)"),
    ],
)
def test_a_ticked_guarantor_must_know_the_point_of_sale(client, new_seller, typed, sentence):
    answer = client.post("/profil/953617Z/", {"stellantis_chosen": "on"} | typed)
    assert answer.status_code == 422
    assert sentence in page_of(answer).select_one(".error-summary").get_text(" ")
    assert not Profile.objects.get().is_saved


def test_the_three_others_can_be_set_and_say_that_they_cannot_receive_yet(client, new_seller):
    typed = {"autogarantie_chosen": "on", "cirano_chosen": "on", "cirano_identifier": "C1"}
    typed |= {"icare_chosen": "on", "icare_identifier": "I1", "icare_handling": "managed"}
    assert client.post("/profil/953617Z/", typed).status_code == 302
    said = page_of(client.get("/profil/953617Z/")).get_text(" ", strip=True)
    for name in ("Auto Garantie", "Garantie Cirano", "Garantie Icare"):
        assert f"{name} ne peut pas encore recevoir de déclaration par le Centralisateur." in said


def test_once_saved_only_the_manager_changes_it(client, new_seller, new_point):
    client.post("/profil/953617Z/", {"stellantis_chosen": "on"})
    assert client.post("/profil/953617Z/", {}).status_code == 403
    assert page_of(client.get("/profil/953617Z/")).select_one("button[form=profile]") is None
    client.force_login(make.a_person(new_point, role="manager"))
    assert client.post("/profil/953617Z/", {"stellantis_chosen": "on", "autogarantie_chosen": "on"}).status_code == 302
    assert GuarantorAccount.objects.get(guarantor="autogarantie").chosen


def test_unticking_keeps_the_identifier_for_the_day_it_is_ticked_again(client, new_seller, new_point):
    client.force_login(make.a_person(new_point, role="manager"))
    client.post("/profil/953617Z/", {"cirano_chosen": "on", "cirano_identifier": "C1"})
    client.post("/profil/953617Z/", {"cirano_identifier": ""})
    account = GuarantorAccount.objects.get(guarantor="cirano")
    assert (account.chosen, account.identifier) == (False, "C1")


def test_a_person_of_several_points_sees_the_list(client, new_point, db):
    other = make.a_point("953618A", network_code="FR10351", name="CHARTRES")
    client.force_login(make.a_person(other, new_point))
    said = page_of(client.get("/profil/")).get_text(" ", strip=True)
    assert "CHARTRES" in said
    assert "À configurer" in said


def test_a_network_administrator_sees_every_point_of_sale(client, new_point, db):
    make.a_point("812345B", group=make.a_group("B"), network_code="FR90001", name="GARAGE B")
    client.force_login(make.a_person(role="network_admin"))
    said = page_of(client.get("/profil/")).get_text(" ", strip=True)
    assert "GARAGE B" in said
    assert "DEMO CDDS SPOTICAR" in said


def test_the_banner_is_the_tutorials_and_nothing_else(client, new_seller):
    assert page_of(client.get("/profil/953617Z/")).select_one(".notice").get_text(" ", strip=True) == BANNER
