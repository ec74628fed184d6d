"""Lists stay flat: their plans over tables that have grown. How flat in milliseconds: bin/bench --only scale."""

from datetime import date, timedelta

import pytest
from django.db.models.functions import Now, Random

from jupiter.dealer.customers.models import Customer
from jupiter.dealer.declarations.models import SaleAtHub
from jupiter.dealer.orders.models import Order
from jupiter.dealer.reconciliation.actions import OwnSales
from jupiter.kit.walls import walled_for_group
from tests.dealer import make
from tests.plans import analyze, assert_served, many_like, planned

MANY = 8000


@pytest.fixture
def manager(client, transactional_db):
    """Of a group that has sold and covered very many cars."""
    site = make.a_site(code="PE64", network_code="FR10350")
    make.a_link(site.group)
    make.a_closed_order(site)
    order = make.an_order(site)
    first = many_like(
        order, MANY, number="number + n", sale_reference="gen_random_uuid()", creation_key="NULL", vehicle_id="NULL", version="1",
        state="CASE n % 20 WHEN 0 THEN 'open' ELSE 'cancelled' END", cancelled_on="CASE WHEN n % 20 > 0 THEN current_date END",
        cancelled_at="CASE WHEN n % 20 > 0 THEN now() END",
    )[0]  # fmt: skip
    many_like(order.buyer, MANY, order_id=f"{first} - 1 + n")
    many_like(
        SaleAtHub.objects.get(), MANY, order_id=f"{first} - 1 + n", reference="gen_random_uuid()", state="'declared'", cover_state="'issued'",
        declaration_number="'SP' || n", policy_number="'P' || n", quote_number="'Q' || n",
    )  # fmt: skip
    analyze()
    client.force_login(make.a_member(site, role="manager"))
    return client


def test_pages_are_read_from_an_index(manager):
    for address in ("/bons-de-commande/?seller=", "/bons-de-commande/?seller=&state=open", "/bons-de-commande/?seller=&apres=101500~1"):
        with planned() as plans:
            assert manager.get(address).status_code == 200
        assert_served(plans, Order._meta.db_table)
    with planned() as plans:
        assert manager.get("/").status_code == 200
    waiting = [(sql, plan) for sql, plan in plans if 'FROM "declarations_saleathub"' in sql]
    assert len(waiting) >= 3
    assert all("LIMIT" in sql for sql, _ in waiting)  # counts too: up to a ceiling
    to_close = [plan for sql, plan in plans if 'FROM "orders_order"' in sql and "ORDER BY" in sql]
    assert to_close
    for plan in to_close:
        assert "order_to_close" in plan, plan
    for sql, plan in waiting:
        assert any(name in plan for name in ("sale_to_declare", "sale_quote_to_complete", "sale_to_check")), f"{sql}\n{plan}"
    with planned() as plans:
        manager.get("/recherche/?q=SP4711")
    (numbered,) = [plan for sql, plan in plans if 'FROM "declarations_saleathub"' in sql]
    assert "BitmapOr" in numbered, numbered


def test_a_name_that_very_many_bear_is_read_in_the_lists_own_order(manager):
    for address in (
        "/recherche/?q=dupont",
        "/bons-de-commande/?seller=&buyer=dupont",
        "/bons-de-commande/?seller=&buyer=dupont&state=open",
    ):
        with planned() as plans:
            assert "DUPONT" in manager.get(address).content.decode()
        assert_served(plans, Order._meta.db_table)


def test_a_name_that_few_bear_is_found_by_the_index_on_text(manager):
    customer = Customer.objects.get()
    many_like(customer, 20_000, search_text="'MARQUEUR' || n || ' NUMERO'")
    analyze()
    with planned() as plans:
        manager.get("/recherche/?q=marqueur14711")
    (lookup,) = [plan for sql, plan in plans if "customers_customer_search" in sql]
    assert "customer_search" in lookup
    (people,) = [plan for sql, plan in plans if 'FROM "customers_customer"' in sql and "TABLESAMPLE" not in sql]
    assert "customers_customer_pkey" in people, people


def test_the_sales_of_a_day_are_compared_by_an_index(manager):
    """As PostgreSQL plans for a cursor, which hopes to be asked for the first rows only."""
    group = Order.objects.first().group_id
    SaleAtHub.objects.update(created_at=Now() - timedelta(days=1) * Random() * 700)
    analyze()
    today = date.today()
    with walled_for_group(group), planned(as_cursor=True) as plans:
        OwnSales(group, today - timedelta(days=2), today).days()
    (sales,) = [plan for sql, plan in plans if 'FROM "declarations_saleathub"' in sql]
    assert "sale_by_arrival" in sales, sales
