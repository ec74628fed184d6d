"""Lists stay flat: their plans over tables that have grown. How flat in milliseconds: bin/bench --only scale."""

import pytest

from jupiter.dealer.declarations.models import SaleAtHub
from jupiter.dealer.orders.models import Order
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
        order, MANY, number="number + n", sale_reference="gen_random_uuid()", creation_key="NULL", vehicle_id="NULL", version="1"
    )[0]
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
    for sql, plan in waiting:
        assert any(name in plan for name in ("sale_to_declare", "sale_quote_to_complete", "sale_to_check")), f"{sql}\n{plan}"
    with planned() as plans:
        manager.get("/recherche/?q=SP4711")
    (numbered,) = [plan for sql, plan in plans if 'FROM "declarations_saleathub"' in sql]
    assert "BitmapOr" in numbered, numbered
