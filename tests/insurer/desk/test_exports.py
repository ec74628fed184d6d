"""Each list as a file: the rows it shows, filtered as it is, in its order, and no one else's."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from jupiter.insurer.claims.models import Claim
from tests.insurer import make


def rows_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return [line.split(";") for line in text.splitlines()]


@pytest.fixture
def ours(producer, product):
    policy = make.a_bought_quote(producer, product, vin="12345678901233333").policy
    Claim.objects.create(
        number="0000000001", producer=producer, policy=policy, broke_down_on=date(2021, 12, 8), mileage_km=4600, cause="Turbo"
    )
    draft, quote = make.a_draft(producer, product), make.a_quote(producer, product)
    return policy, draft, quote


@pytest.fixture
def theirs(product):
    other = make.a_producer("111111B")
    job = make.a_bought_quote(other, product, plate="ZZ-999-ZZ", holder={"last_name": "ETRANGER"})
    make.a_quote(other, product, plate="ZZ-998-ZZ", holder={"last_name": "ETRANGER"})
    return job


def test_the_open_quotes(inside, ours, theirs):
    _, draft, quote = ours
    head, *rows = rows_of(inside, "/devis/?_export=csv")
    assert head == ["Créé", "Produit", "Numéro de la transaction", "Compte client", "Véhicule", "Prime", "Statut"]
    assert rows == [
        ["07/12/2021", "GVO France", quote.number, "M. DUPONT DURANT", "Peugeot 2008 · ER-452-AS", "187,56", "Devis établi"],
        ["07/12/2021", "GVO France", draft.number, "M. DUPONT DURANT", "Peugeot 2008 · ER-452-AS", "", "Devis en ébauche"],
    ]


def test_they_come_in_the_order_that_was_asked_for(inside, ours, theirs):
    numbers = [row[2] for row in rows_of(inside, "/devis/?_export=csv&sort=number&page=2")[1:]]
    assert numbers == sorted(numbers)
    assert len(numbers) == 2, "all pages"


@pytest.mark.parametrize("address", ["/polices/emises/", "/polices/", "/polices/?q=dupont"])
def test_the_policies(inside, ours, theirs, address):
    head, *rows = rows_of(inside, f"{address}{'&' if '?' in address else '?'}_export=csv")
    assert head[:4] == ["Produit", "Type de couverture", "Statut", "Numéro de police"]
    assert [row[1:4] + row[6:] for row in rows] == [
        ["GVO Premium 7 / 150", "En vigueur", ours[0].number, "07/12/2021 - 07/12/2022", "187,56"]
    ]


def test_a_filter_that_finds_nothing_gives_the_head_alone(inside, ours):
    assert len(rows_of(inside, "/polices/?q=personne&_export=csv")) == 1
    assert len(rows_of(inside, "/comptes/?q=personne&_export=csv")) == 1


def test_the_accounts_claims_and_activities(inside, ours, theirs):
    policy, draft, quote = ours
    assert [row[1] for row in rows_of(inside, "/comptes/?_export=csv")] == ["Compte client", "M. DUPONT DURANT"]
    assert [row[1:5] for row in rows_of(inside, "/sinistres/?_export=csv")][1:] == [
        [policy.number, "M. DUPONT DURANT", "08/12/2021", "Turbo"]
    ]
    assert [row[:2] + row[-2:] for row in rows_of(inside, "/activites/?_export=csv")[1:]] == [
        ["Devis à compléter", draft.number, "", "21/12/2021"],
        ["Devis établis, à acheter", quote.number, "187,56", "21/12/2021"],
    ]


def test_in_excel_amounts_and_dates_are_what_they_are(inside, ours):
    answer = inside.get("/devis/?_export=xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    first = [cell.value for cell in list(sheet.rows)[1]]
    assert (first[0].date(), first[5]) == (date(2021, 12, 7), float(Decimal("187.56")))


@pytest.mark.parametrize("address", ["/devis/", "/polices/", "/polices/emises/", "/comptes/", "/sinistres/", "/activites/"])
def test_each_list_offers_both_and_keeps_its_question(inside, ours, address):
    page = BeautifulSoup(inside.get(address, {"q": "dupont", "page": "1"}).content, "html.parser")
    assert [link["href"] for link in page.select("#export a")] == ["?q=dupont&_export=csv", "?q=dupont&_export=xlsx"]


def test_another_kind_of_file_is_no_question(inside, ours):
    assert inside.get("/devis/?_export=pdf")["content-type"].startswith("text/html")
