"""Many hands on one thing at one moment: one effect, and a clear answer for the others."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from jupiter.dealer.orders.actions import OrderChangedMeanwhile, VehicleTaken, close_order, create_order, print_order, save_order
from jupiter.dealer.orders.models import Order, OrderPaper
from jupiter.kit.numbers.models import Counter
from jupiter.kit.transmissions.models import Transmission

from . import make
from .make import NOON, TODAY, WHO

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 16


def at_once(act):
    """Each hand's outcome: what it got, or the exception that it met."""
    start = Barrier(HANDS)

    def hand(index):
        try:
            start.wait()
            return act(index)
        except Exception as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as hands:
        return list(hands.map(hand, range(HANDS)))


def test_sixteen_sellers_take_one_car_into_one_order():
    site = make.a_site()
    told = make.typed(site, vehicle=make.a_vehicle(site))
    got = at_once(lambda index: create_order(site.group, site, told, by=WHO, today=TODAY))

    assert [type(one) for one in got].count(Order) == 1
    assert [type(one) for one in got].count(VehicleTaken) == HANDS - 1
    assert Counter.objects.get(series=f"orders:{site.group_id}").last == 746210, "the refused ones cost no number"


def test_sixteen_presses_close_once():
    order = make.an_order()
    got = at_once(lambda index: close_order(order, by=f"Main {index}", today=TODAY, now=NOON))

    assert len({one.closed_by for one in got}) == 1
    assert Transmission.objects.count() == 1
    assert Order.objects.get().closings == 1


def test_of_sixteen_savers_one_saves_and_the_others_are_told():
    site = make.a_site()
    order = make.an_order(site)
    towns = [make.typed(site, vehicle=order.vehicle, buyer={"city": f"VILLE {index}"}) for index in range(HANDS)]
    got = at_once(lambda index: save_order(order, site, towns[index], version=1, by=f"Main {index}", today=TODAY))

    assert [type(one) for one in got].count(Order) == 1
    assert [type(one) for one in got].count(OrderChangedMeanwhile) == HANDS - 1
    assert Order.objects.get().version == 2


def test_sixteen_orders_get_sixteen_numbers_without_a_gap():
    site = make.a_site()
    told = [make.typed(site, vehicle=make.a_vehicle(site)) for _ in range(HANDS)]
    got = at_once(lambda index: create_order(site.group, site, told[index], by=WHO, today=TODAY))
    assert sorted(order.number for order in got) == list(range(746210, 746210 + HANDS))


def test_sixteen_prints_issue_one_paper():
    order = make.a_closed_order()
    got = at_once(lambda index: print_order(order, by=WHO, today=TODAY))
    assert len(set(got)) == 1
    assert OrderPaper.objects.count() == 1
