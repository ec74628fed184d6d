"""The other screens: what waits, one sale, the list, the result; how many statements they cost; what they may not contain."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jupiter.contracts.job_notice import JobNoticeV1
from jupiter.hub.declarations import actions
from jupiter.hub.declarations.models import Sale
from jupiter.kit.transmissions.models import Transmission
from tests.hub import make

HUB = Path(__file__).parents[3] / "src/jupiter/hub"
MOST = 15


def text_of(answer):
    return BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True)


def test_accueil_shows_what_waits_and_each_number_leads_to_its_rows(inside, api_client):
    make.a_link()
    received = make.a_received_sale(api_client)
    declared = make.a_declared_sale(api_client)
    page = BeautifulSoup(inside.get("/").content, "html.parser")
    tiles = {tile.select_one(".ask").get_text(strip=True): tile for tile in page.select(".tile")}
    assert {name: tile.select_one(".figure").get_text(strip=True) for name, tile in tiles.items()} == {
        "Ventes à déclarer": "1",
        "En cours": "1",
        "À reprendre": "0",
    }
    assert f"/vente/{received.pk}/" in page.decode()
    rows = BeautifulSoup(inside.get(tiles["En cours"]["href"]).content, "html.parser").select("tbody tr")
    assert len(rows) == 1
    assert declared.declaration_number in rows[0].get_text()


def test_the_menu_has_the_tutorials_words(inside):
    page = BeautifulSoup(inside.get("/").content, "html.parser")
    bar = [entry.get_text(strip=True) for entry in page.select(".nav a, .nav button")]
    assert bar == ["Accueil", "Déclarer Vente", "Profil", "Support", "Se déconnecter"]
    assert page.select_one(".nav form")["action"] == "/deconnexion/"


def test_leaving_by_the_bar_ends_the_session(inside):
    assert inside.post("/deconnexion/").status_code == 302
    assert inside.get("/").status_code == 302


@pytest.mark.parametrize("asked", ["er452as", "ER-452-AS", "dupont", "746210", "SP953617Z100034312", "233333", "durant dupont"])
def test_a_sale_is_found_by_what_one_knows_of_it(inside, api_client, asked):
    make.a_declared_sale(api_client)
    make.a_received_sale(
        api_client, said=make.words(vehicle__plate="AB-123-CD", vehicle__vin="VF3CUHMZ6HY012345", order_number="1", buyer={})
    )
    page = BeautifulSoup(inside.get("/ventes/", {"q": asked}).content, "html.parser")
    rows = [row.get_text() for row in page.select("tbody tr")]
    assert len(rows) == 1
    assert "SP953617Z100034312" in rows[0]


def test_the_result_has_the_two_messages_of_the_tutorial(inside, api_client):
    make.a_link()
    sale = make.a_declared_sale(api_client)
    actions.receive_job_notice("insurer", "n1", JobNoticeV1.model_validate(make.a_job_notice(sale)), now=make.NOON)
    page = text_of(inside.get(f"/vente/{sale.pk}/resultat/"))
    for words in (
        "Bienvenue au garage",
        "[Centralisateur] La sauvegarde dans le centralisateur a été effectuée avec succès",
        "[Stellantis GuideWire] La création a été effectuée avec succès (numéro devis\u00a0: 0001006185)",
        "Accéder à GuideWire",
        "Ouvrir le devis n° 0001006185",
    ):
        assert words in page


def test_while_the_quote_is_on_its_way_the_page_looks_again_and_then_stops(inside, api_client):
    make.a_link()
    sale = make.a_declared_sale(api_client)
    waiting = inside.get(f"/vente/{sale.pk}/resultat/etat/")
    assert "création du devis en cours" in text_of(waiting)
    assert b"hx-get" in waiting.content
    actions.receive_job_notice("insurer", "n1", JobNoticeV1.model_validate(make.a_job_notice(sale)), now=make.NOON)
    settled = inside.get(f"/vente/{sale.pk}/resultat/etat/")
    assert b"hx-get" not in settled.content


def panel(answer):
    return " ".join(BeautifulSoup(answer.content, "html.parser").select_one("#answers").get_text(" ").split())


def test_what_htmx_swaps_in_is_what_a_reload_shows(inside, api_client):
    make.a_link()
    sale = make.a_declared_sale(api_client)
    for state in (None, "draft", "quoted", "bound"):
        if state:
            sequence = Sale.objects.get().job_sequence + 1
            notice = JobNoticeV1.model_validate(make.a_job_notice(sale, sequence=sequence, state=state))
            actions.receive_job_notice("insurer", f"n{sequence}", notice, now=make.NOON)
        assert panel(inside.get(f"/vente/{sale.pk}/resultat/etat/")) == panel(inside.get(f"/vente/{sale.pk}/resultat/"))


def test_one_sale_shows_its_differences_side_by_side(inside, api_client):
    make.a_link()
    sale = make.a_declared_sale(api_client)
    notice = make.a_job_notice(sale, state="quoted", facts__vin="VF3CUHMZ6HY012345")
    actions.receive_job_notice("insurer", "n1", JobNoticeV1.model_validate(notice), now=make.NOON)
    page = BeautifulSoup(inside.get(f"/vente/{sale.pk}/fiche/").content, "html.parser")
    row = page.select_one("#differences").find_next("tbody").select_one("tr")
    assert [cell.get_text(strip=True) for cell in row.select("th, td")] == [
        "VIN", "12345678901233333", "12345678901233333", "VF3CUHMZ6HY012345",
    ]  # fmt: skip
    assert Sale.objects.get().values["vin"] == "12345678901233333", "never overwritten silently"


def every_page(sale, parcel, point):
    return [
        "/", "/ventes/", "/ventes/?q=dupont&vue=en-cours", "/profil/", f"/profil/{point.code}/", "/support/", "/vente/nouvelle/",
        f"/vente/{sale.pk}/resultat/", f"/vente/{sale.pk}/resultat/etat/", f"/vente/{sale.pk}/fiche/", "/transmissions/",
        "/transmissions/?vue=toutes", f"/transmissions/{parcel.pk}/", f"/vente/{sale.pk}/police/",
    ]  # fmt: skip


def test_no_page_costs_more_than_fifteen_statements(client, point, api_client):
    make.a_link()
    seller = make.a_person(point, role="manager", full_name="RESPONSABLE VO")
    for i in range(30):
        make.a_received_sale(api_client, said=make.words(order_number=str(i)))
        make.a_declared_sale(api_client, said=make.full_words(order_number=str(i)))
    sale, parcel = Sale.objects.filter(state="declared").first(), Transmission.objects.first()
    begun = make.a_begun_sale(api_client, seller)
    client.force_login(seller)
    costs = {}
    for address in [*every_page(sale, parcel, point), f"/vente/{begun.pk}/", f"/vente/{begun.pk}/formulaire/"]:
        with CaptureQueriesContext(connection) as said:
            answer = client.get(address, follow=False)
        assert answer.status_code in (200, 302, 404), address
        costs[address] = len([one for one in said.captured_queries if "SAVEPOINT" not in one["sql"]])
    assert {address: cost for address, cost in costs.items() if cost > MOST} == {}


def test_no_template_has_inline_style_script_or_handler():
    for path in HUB.rglob("*.html"):
        said = path.read_text()
        assert not re.search(r"\sstyle=|<script(?![^>]*src)|\son[a-z]+=", said), path


def test_no_get_writes(inside, api_client, point):
    make.a_link()
    sale = make.a_declared_sale(api_client)
    before = Sale.objects.values().get()
    with CaptureQueriesContext(connection) as said:
        for address in every_page(sale, Transmission.objects.first(), point):
            inside.get(address)
    writes = [one["sql"] for one in said.captured_queries if re.match(r"\s*(INSERT|UPDATE|DELETE)", one["sql"])]
    assert [one for one in writes if "accounts_session" not in one] == []
    assert Sale.objects.values().get() == before


def test_a_network_administrator_is_led_to_what_they_may_open(client, point, api_client):
    make.a_received_sale(api_client)
    client.force_login(make.a_person(role="network_admin", full_name="RÉSEAU"))
    page = BeautifulSoup(client.get("/ventes/").content, "html.parser")
    assert client.get(page.select_one("td.lead a")["href"]).status_code == 200
    home = BeautifulSoup(client.get("/").content, "html.parser")
    assert client.get(home.select_one(".work .what a")["href"]).status_code == 200
    assert "Transmissions" in home.select_one(".nav").get_text()
