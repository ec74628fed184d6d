"""Lines read in their row's own statement."""

from datetime import date
from decimal import Decimal

import pytest

from jupiter.dealer.orders.models import Order, OrderDeposit
from jupiter.kit.lines import keep_lines, with_lines

from . import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders():
    site = make.a_site()
    first = make.an_order(site, fees=[("Mise en service", Decimal("250.10")), ("Carte grise", Decimal("0.05"))])
    second = make.an_order(site, vehicle=make.a_vehicle(site))
    OrderDeposit.objects.create(order=second, amount=Decimal("500"), paid_by="card", paid_on=date(2021, 12, 6))
    OrderDeposit.objects.create(order=second, amount=Decimal("0.01"))
    return [first, second]


def test_they_are_what_a_prefetch_reads_in_one_statement(orders, django_assert_num_queries):
    with django_assert_num_queries(1):
        rows = list(with_lines(Order.objects.order_by("pk"), "fees", "deposits"))
        ours = [[vars(line) for name in ("fees", "deposits") for line in getattr(row, name).all()] for row in rows]
    others = [
        [vars(line) for name in ("fees", "deposits") for line in getattr(row, name).all()]
        for row in Order.objects.order_by("pk").prefetch_related("fees", "deposits")
    ]
    for lines in (ours, others):
        for row in lines:
            for line in row:
                del line["_state"]
    assert ours == others
    assert ours[1][0]["paid_on"] == date(2021, 12, 6)
    assert not [name for name in vars(rows[0]) if "lines" in name]


def test_a_question_about_them_still_concerns_this_row_only(orders):
    row = with_lines(Order.objects.filter(pk=orders[0].pk), "fees", "deposits").get()
    assert row.fees.filter(label="Carte grise").count() == 1
    assert list(row.deposits.values_list("amount", flat=True)) == []


def test_what_is_kept_is_what_stands_there(orders):
    row = with_lines(Order.objects.filter(pk=orders[1].pk), "deposits").get()
    keep_lines(row, "deposits", [])
    assert list(row.deposits.all()) == []
    assert row.deposits.count() == 0  # of the kept ones, as after a prefetch
