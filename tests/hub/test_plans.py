"""The network's lists and searches stay flat: their plans over sales that have become very many."""

from datetime import date, timedelta

import pytest

from jupiter.hub.declarations.models import Sale
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.hub.reconciliation.actions import OwnDeclarations, OwnSales
from jupiter.kit.walls import everywhere
from tests.hub import make
from tests.plans import analyze, assert_served, many_like, planned

MANY = 8000


@pytest.fixture
def ours(client, transactional_db):
    """The caller's software, of very many sales: some declared, with a cover to come, some not."""
    group = make.a_group()
    make.a_point(group=group)
    ours = make.a_client(group)
    received, declared = make.a_received_sale(ours), make.a_declared_sale(ours)
    ago = "now() - interval '1 hour' * (n % 17000)"
    new = {"reference": "gen_random_uuid()::text", "received_at": ago, "changed_at": ago}
    many_like(received, MANY, declaration_number="NULL", search_text="'DUPONT ' || n", **new)
    many_like(
        declared, MANY, declaration_number="'SP953617Z' || lpad((900000 + n)::text, 9, '0')", declared_at=ago,
        cover="(ARRAY['issued', 'quoted', 'aside'])[1 + n % 3]", **new,
    )  # fmt: skip
    analyze()
    client.force_login(make.a_person(role="network_admin"))
    return ours


def test_what_waits_is_cut_from_an_index_in_its_order(client, ours):
    with planned() as plans:
        assert client.get("/").status_code == 200
    assert_served(plans, Sale._meta.db_table)
    assert all("LIMIT" in sql for sql, _ in plans if 'FROM "declarations_sale"' in sql)


def test_a_name_that_very_many_bear_is_read_in_the_lists_own_order(client, ours):
    with planned() as plans:
        assert "SP953617Z" in client.get("/ventes/?q=dupont").content.decode()
    assert_served(plans, Sale._meta.db_table)


def test_the_sales_of_a_day_are_compared_by_an_index(ours):
    today = date.today()
    first = today - timedelta(days=2)
    guarantor = GUARANTORS["stellantis"]
    for side, index in (
        (OwnSales(ours, first, today), "sale_by_arrival"),
        (OwnDeclarations(guarantor, first, today), "sale_by_declaration"),
    ):
        with everywhere(), planned(as_cursor=True) as plans:
            side.days()
        (sales,) = [plan for sql, plan in plans if 'FROM "declarations_sale"' in sql]
        assert index in sales, sales
