"""The printed bon de commande, read back from its text."""

from datetime import date
from decimal import Decimal

import pytest

from jupiter.dealer.customers.models import Title
from jupiter.dealer.orders import pdf
from jupiter.dealer.orders.actions import close_order, print_order, reopen_order
from jupiter.dealer.orders.models import Order
from tests.pdf import text

from . import make
from .make import NOON, TODAY, WHO

pytestmark = pytest.mark.django_db


def paper(order, today=TODAY) -> str:
    return text(print_order(order, by=WHO, today=today)[1])


def test_it_says_who_sells_what_to_whom_for_how_much():
    site = make.a_site()
    told = {
        "fees": [("Mise en service", Decimal("250.00")), ("Carte grise", Decimal("215.76"), "disbursement")],
        "deposits": [(Decimal("500.00"), "card")], "trade_in_plate": "GH-456-JK", "trade_in_model": "CITROEN C3",
        "trade_in_value": Decimal("2000.00"), "delivery_place": "PAU",
    }  # fmt: skip
    said = paper(make.a_closed_order(site, **told))

    for words in (
        "Bon de commande n° 746210", "DEMO CDDS SPOTICAR", "AVENUE D’ASSAS", "64000 PAU", "M. DUPONT DURANT", "RUE SPOTICAR", "75010 PARIS",
        "M. PIERRE", "PEUGEOT 2008 1.2 PureTech 110", "ER-452-AS", "12345678901233333", "septembre 2018", "4 500 km", "60227",
        "Spoticar Premium 12 mois", "13 708,33 €", "TVA (20 %)", "2 741,67 €", "16 450,00 €", "Carte grise", "215,76 €",
        "Total TTC 16 915,76 €", "− 2 000,00 €", "Acompte (carte bancaire)", "− 500,00 €", "Reste à payer 14 415,76 €", "07/12/2021",
        "Débours", "Garantie légale de conformité", "Page 1 / 2", "Page 2 / 2", "Conditions générales de vente",
    ):  # fmt: skip
        assert words in said, words
    assert "PROVISOIRE" not in said


def test_each_deposit_is_a_line_with_how_and_when_it_was_paid():
    deposits = [(Decimal("500.00"), "card", date(2021, 12, 6)), (Decimal("1000.50"), "", date(2021, 12, 7)), (Decimal("10.00"), "cash")]
    said = paper(make.a_closed_order(deposits=deposits))
    for words in (
        "Acompte (carte bancaire, le 06/12/2021) − 500,00 €",
        "Acompte (le 07/12/2021) − 1 000,50 €",
        "Acompte (espèces) − 10,00 €",
    ):
        assert words in said
    assert "Reste à payer 14 939,50 €" in said


def test_an_order_closed_before_deposits_had_a_date_prints_as_it_did():
    order = make.a_closed_order(deposits=[(Decimal("500.00"), "card")])
    frozen = order.closed_frozen | {"deposits": [{"amount": "500.00", "paid_by": "Carte bancaire"}]}
    same = (pdf.order_form(facts, dated=TODAY, provisional=False) for facts in (order.closed_frozen, frozen))
    assert len(set(same)) == 1


def test_before_closing_it_is_provisional():
    assert "PROVISOIRE" in paper(make.an_order())


@pytest.mark.parametrize("make_one", [make.an_order, make.a_closed_order])
def test_the_narrow_row_says_all_that_the_whole_order_says(make_one, django_assert_num_queries):
    told = {"fees": [("Carte grise", Decimal("215.76"))], "deposits": [(Decimal("500.00"), "card")], "financing": "credit", "lender": "PSA"}
    order = make_one(make.a_site(legal_name="SARL"), trade_in_plate="GH-456-JK", **told)
    whole = pdf.order_form(pdf.facts_of(Order.objects.get(pk=order.pk)), dated=TODAY, provisional=True)
    with django_assert_num_queries(1):  # the row and its lines: no column is fetched one by one
        facts = pdf.facts_of(pdf.PAPER.first(group=order.group_id, sites=[order.site_id], number=order.number))
    assert pdf.order_form(facts, dated=TODAY, provisional=True) == whole


def test_imprimer_takes_few_statements(client, django_assert_max_num_queries):
    order = make.an_order()
    client.force_login(make.a_member(order.site))
    with django_assert_max_num_queries(7):  # session with its user, the wall, memberships; the row with its lines; three of a test's own
        assert client.post(f"/bons-de-commande/{order.number}/imprimer/").content.startswith(b"%PDF")


def test_the_margin_regime_shows_no_vat_and_says_why():
    site = make.a_site()
    car = make.a_vehicle(site, vat_regime="margin")
    none = {"asking_net": None, "asking_vat": None, "agreed_net": None, "agreed_vat": None, "vat_regime": "margin"}
    said = paper(make.a_closed_order(site, vehicle=car, **none))
    assert "TVA (" not in said
    assert "Prix négocié HT" not in said
    assert "297 A" in said


def test_options_of_printing():
    site = make.a_site()
    plain = paper(make.a_closed_order(site, asking_gross=Decimal("17000.00"), asking_net=None, asking_vat=None, print_terms=False))
    assert "Conditions générales" not in plain
    assert "Remise commerciale" not in plain
    assert "Page 1 / 1" in plain

    shown = {"print_discount": True, "print_export": True, "print_logo": "neutral", "print_big_logo": True}
    told = {"asking_gross": Decimal("17000.00"), "asking_net": None, "asking_vat": None, "vehicle": make.a_vehicle(site)}
    with_all = paper(make.a_closed_order(site, **told, **shown))
    assert "Remise commerciale − 550,00 €" in with_all
    assert "l’export" in with_all


def test_a_company_is_told_other_things_than_a_person():
    said = paper(
        make.a_closed_order(buyer={"title": Title.COMPANY, "last_name": "SARL MARTINET", "first_name": "", "siret": "73282932000074"})
    )
    assert "SIRET 73282932000074" in said
    assert "L217-3" not in said


def test_the_issued_paper_does_not_follow_what_changes_afterwards():
    order = make.a_closed_order()
    first = print_order(order, by=WHO, today=TODAY)[1]
    order.site.legal_name = order.site.name = "AUTRE NOM"
    order.site.save()
    order.buyer.last_name = "AUTRE"
    order.buyer.save()
    assert print_order(order, by=WHO, today=date(2022, 1, 1))[1] == first


def test_an_order_closed_again_is_issued_again_and_the_first_paper_stays():
    order = make.a_closed_order()
    print_order(order, by=WHO, today=TODAY)
    again = close_order(reopen_order(order, reason="Erreur", by=WHO, today=TODAY), by=WHO, today=TODAY, now=NOON)
    print_order(again, by=WHO, today=TODAY)
    assert again.papers.count() == 2


def test_the_same_facts_are_the_same_bytes():
    facts = pdf.facts_of(make.a_closed_order())
    papers = [pdf.order_form(facts, dated=TODAY, provisional=False) for _ in range(2)]
    assert papers[0] == papers[1]


@pytest.mark.parametrize("name", ["Nguyễn", "Ô", "D’Artagnan", "<b>remise</b>", "#let x = 1", "$a$ *b* _c_ @d", "\\u{1}"])
def test_what_was_typed_is_printed_as_typed(name):
    """Markup of the page's own language is text too."""
    said = paper(make.an_order(buyer={"last_name": name}))
    assert name in said


def test_a_script_that_no_font_of_ours_has_stops_no_paper():
    assert "Bon de commande" in paper(make.an_order(buyer={"last_name": "محمد", "first_name": "𠮷田"}))
