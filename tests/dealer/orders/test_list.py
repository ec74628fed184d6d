"""The list of orders: filters, columns, foot, exports, the picked rows."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from jupiter.dealer.orders.models import Order, OrderBuyer
from jupiter.dealer.orders.tables import OrderTable
from jupiter.dealer.orders.views.finding import sellers_of
from jupiter.dealer.sites.access import member_of
from jupiter.dealer.sites.models import Membership
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit.walls import walled
from jupiter.kit.web.paging import page_of

from . import make

LIST = "/bons-de-commande/"
COLUMNS = [
    "N°", "Statut", "Type", "Date de création", "Date de modification", "Acheteur", "Vendeur", "Vo Vendu", "Modèle", "Origine Vo Vendu",
    "Vo Repris", "Prix négocié", "Site VO Vendu", "Organisme de F(inancement)",
]  # fmt: skip


def numbers(answer):
    soup = BeautifulSoup(answer.content, "html.parser")
    return [int(cell.get_text()) for cell in soup.select("td.lead a")]


def text(answer):
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


@pytest.fixture
def orders(site, seller):
    """Two of the seller's, one of a colleague's, on two sites; and one of another group."""
    chartres = make.a_site(site.group, name="CHARTRES")
    Membership.objects.create(user=seller, site=chartres, role="seller")
    pierre = make.a_member(site, name="M. PIERRE")
    own = [
        make.an_order(site, seller=seller.full_name, lender="PSA Finance", financing="credit"),
        make.a_closed_order(chartres, seller=seller.full_name, vehicle=make.a_vehicle(chartres, plate="AB-123-CD", origin="direct")),
        make.an_order(site, seller=pierre.full_name, buyer={"last_name": "MARTIN"}, trade_in_plate="GH-456-JK"),
    ]
    make.an_order(seller="MARQUEUR-B", buyer={"last_name": "MARQUEUR-B"})
    return own


def test_it_is_the_sellers_own_at_first_and_the_filter_can_be_taken_off(client, orders):
    first, second, third = (order.number for order in orders)
    answer = client.get(LIST)
    assert numbers(answer) == [second, first]
    assert "Vendeur : HAKIM AB" in text(answer)
    assert numbers(client.get(f"{LIST}?seller=")) == [third, second, first]
    assert "MARQUEUR-B" not in text(client.get(f"{LIST}?seller="))


def test_it_has_the_fourteen_columns_and_the_foot(client, orders):
    answer = client.get(f"{LIST}?seller=")
    soup = BeautifulSoup(answer.content, "html.parser")
    assert [" ".join(head.get_text(" ").split()) for head in soup.select("thead th")][1:] == COLUMNS
    assert "Bons de commande : 1 à 3 sur 3 Page 1 sur 1" in text(answer)


@pytest.fixture
def many_orders(site, seller):
    """More than are counted, with equal values and blanks in every column."""
    cars = Vehicle.objects.bulk_create(
        Vehicle(
            site=site, updated_by="x", stock_number=f"{i}", make=["PEUGEOT", "CITROEN"][i % 2], model="208", origin=["", "direct"][i % 2]
        )
        for i in range(30)
    )
    made = Order.objects.bulk_create(
        Order(
            group=site.group, site=site, number=i + 1, state="cancelled" if i % 2 else "open", cancelled_at=make.NOON if i % 2 else None,
            cancelled_on=make.TODAY if i % 2 else None, seller=["", seller.full_name][i % 2], vehicle=cars[i % 30] if i % 2 else None,
            agreed_gross=None if i % 7 == 0 else Decimal(i % 5 + 1), created_on=make.TODAY + timedelta(days=i % 3),
            updated_on=make.TODAY, lender=["", "Banque"][i % 4 > 1],
        )
        for i in range(1013)
    )  # fmt: skip
    OrderBuyer.objects.bulk_create(OrderBuyer(order=order, last_name=["", "DUPONT", "MARTIN"][order.number % 3]) for order in made)
    return {order.number for order in made}


def test_beyond_a_thousand_every_order_is_on_one_page_whatever_the_column(many_orders):
    columns = [name for name, column in OrderTable.base_columns.items() if column.orderable is not False and name != "pick"]
    assert len(columns) == 13
    for sort in [*columns, *(f"-{name}" for name in columns)]:
        rows = OrderTable(Order.objects.for_list(), order_by=sort).data.data
        seen, query = [], {}
        while query is not None:
            page = page_of(rows, query, per_page=250)
            seen += [order.number for order in page.object_list]
            query = {"apres": page.after} if page.after else None
        assert len(seen) == len(set(seen)) == len(many_orders), sort


def test_beyond_a_thousand_the_list_leads_on_with_its_filters(client, many_orders):
    seen, query, pages = [], "?seller=&state=&sort=-model", 0
    while query and pages < 3:
        answer = client.get(LIST + query)
        seen, pages = seen + numbers(answer), pages + 1
        query = BeautifulSoup(answer.content, "html.parser").select_one("a[rel=next]")["href"]
    assert len(set(seen)) == 75
    assert query.startswith("?seller=&state=&sort=-model&apres=")


def test_the_sellers_own_stays_the_question_on_the_next_page(client, many_orders, seller):
    Order.objects.update(seller=seller.full_name)
    first = BeautifulSoup(client.get(LIST).content, "html.parser")
    second = client.get(LIST + first.select_one("a[rel=next]")["href"])
    assert "Vendeur : HAKIM AB" in text(second)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("number=746210", [0]), ("number=abc", []), ("state=closed", [1]), ("state=open", [2, 0]), ("buyer=martin", [2]), ("buyer=dup dur", [1, 0]),
        ("sold=ab123cd", [1]), ("sold=60227", [2, 1, 0]), ("taken=GH-456", [2]), ("seller=M. PIERRE", [2]), ("kind=BDC", [2, 1, 0]),
        ("lender=psa", [0]), ("state=closed&buyer=martin", []), ("seller=nobody", [2, 1, 0]), ("number=%00", [2, 1, 0]), ("vehicle=60228", [2]),
    ],
)  # fmt: skip
def test_each_filter_asks_one_question(client, orders, asked, found):
    if asked == "sold=60227":
        found = [index for index in found if orders[index].vehicle.stock_number == "60227"]
    assert numbers(client.get(f"{LIST}?{asked}")) == [orders[index].number for index in found]


def test_the_export_takes_the_filtered_rows(client, orders):
    lines = b"".join(client.get(f"{LIST}exporter/?seller=&state=closed&_export=csv").streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].split(";")[:2] == ["N°", "Statut"]
    assert len(lines) == 2
    assert "16450,00" in lines[1]
    assert "Clôturé" in lines[1]

    own = b"".join(client.get(f"{LIST}exporter/?&_export=csv").streaming_content).decode("utf-8-sig").splitlines()
    assert len(own) == 3, "what the list first shows is what is exported from it"

    book = load_workbook(BytesIO(b"".join(client.get(f"{LIST}exporter/?seller=&_export=xlsx").streaming_content)))
    rows = list(book.active.values)
    assert [str(cell) for cell in rows[0]] == COLUMNS
    assert {row[11] for row in rows[1:]} == {Decimal("16450.00")} or {float(row[11]) for row in rows[1:]} == {16450.0}
    assert "MARQUEUR-B" not in str(rows)


def test_a_name_that_looks_like_a_formula_stays_text(client, orders):
    orders[0].buyer.last_name = "=1+1"
    orders[0].buyer.save()
    lines = b"".join(client.get(f"{LIST}exporter/?&_export=csv").streaming_content).decode("utf-8-sig")
    assert ";'=1+1" in lines


def test_picked_rows_are_opened_or_deleted_if_they_are_open(client, orders):
    first, second, _third = orders
    assert client.post(f"{LIST}choisis/", {"pick": [second.number], "act": "edit"}).headers["location"] == f"{LIST}{second.number}/"
    answer = client.post(f"{LIST}choisis/", {"pick": [first.number, second.number], "act": "delete"}, follow=True)
    assert f"Bon {first.number} supprimé" in text(answer)
    assert f"Seul un bon en cours peut être supprimé : {second.number}" in text(answer)
    assert not Order.objects.visible().filter(number=first.number, group=first.group).exists()
    assert "Choisissez d’abord un bon" in text(client.post(f"{LIST}choisis/", {"act": "delete", "pick": ["x", "٣"]}, follow=True))


def test_no_stranger_is_named_among_the_sellers_even_where_their_site_was_asked_for(site, seller):
    """Memberships stand behind no second wall: sites do."""
    stranger = make.a_member(make.a_site(code="B01"), name="M. STRANGER")
    member = member_of(seller, act="read_order")
    vars(member)["site_ids"] = [site.pk, stranger.memberships.get().site_id]
    with walled([site.pk]):
        assert sellers_of(member) == [seller.get_full_name()]
