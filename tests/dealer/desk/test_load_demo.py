"""The demonstration's data is the tutorial's, the second time like the first."""

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from jupiter.dealer.desk.management.commands import load_demo
from jupiter.dealer.orders.models import Order
from jupiter.dealer.orders.models import State as OrderState
from jupiter.dealer.sites.models import Group, HubLink, Site
from jupiter.dealer.vehicles import rules
from jupiter.dealer.vehicles.models import State, Vehicle
from jupiter.kit import numbers
from jupiter.kit.accounts.models import User
from tests.dealer.make import TOLD, the_demonstration

REAL_DAY = date(2026, 11, 24)
TUTORIAL_DAY = date(2021, 12, 7)


def rows():
    return {order.number: order for order in Order.objects.filter(group__name=load_demo.GROUP_A).for_list()}


def test_the_sites_are_the_tutorials(db):
    the_demonstration(REAL_DAY)
    ours = Site.objects.filter(group__name=load_demo.GROUP_A)
    assert ours.count() == 19
    pau = ours.get(code="PE64")
    assert (pau.legacy_id, pau.network_code, pau.fixed_fees, pau.trade_fixed_fees) == (20523, "FR10350", Decimal(250), Decimal(80))
    assert (pau.dms_code, pau.manufacturer_code, pau.brands) == ("442880F", "442880F", "CITROEN, PEUGEOT, OPEL, DS")


@pytest.mark.parametrize(("tutorial_day", "days"), [(False, (10, 9)), (True, (6, 5))])
def test_the_four_orders_are_the_tutorials(db, tutorial_day, days):
    the_demonstration(TUTORIAL_DAY if tutorial_day else REAL_DAY, tutorial_day=tutorial_day)
    orders = rows()
    listed = {
        number: (order.state, order.vehicle.stock_number, order.agreed_gross, order.buyer.last_name, order.vehicle.site.code)
        for number, order in orders.items()
    }
    assert listed == {
        746209: (OrderState.CLOSED, "VINCE03", Decimal(18500), "douant", "PE64"),
        746208: (OrderState.CLOSED, "001003972", Decimal(43000), "DUPONT", "PE64"),
        746207: (OrderState.OPEN, "VINCE02", Decimal(30000), "DUPONT", "FO28"),
        745991: (OrderState.CLOSED, "59716", Decimal(22950), "DUPONT", "PE64"),
    }
    assert {(order.created_on.day, order.updated_on.day) for number, order in orders.items() if number > 746000} == {(days[0], days[0])}
    assert (orders[745991].created_on.day, orders[745991].updated_on.day) == (days[1], days[1])
    assert {order.vehicle.state for order in orders.values() if order.is_closed} == {State.AWAITING_DELIVERY}


def test_car_b_has_the_tutorials_margin_days_and_buyer(db):
    the_demonstration(REAL_DAY)
    car = Vehicle.objects.for_sheet().get(stock_number="001003972")
    assert (car.margin.amount, car.margin.percent_of_gross) == (Decimal("28543.75"), Decimal("66.38"))
    assert rules.days_in_stock(car.entered_on, delivery_on=car.delivery_on, today=REAL_DAY) == 2187
    assert car.buyer.sheet_name == "Mme DUPONT.Stephane-68460 LUTTERBACH"
    assert car.warranty_label == "24 mois"


@pytest.mark.parametrize(
    ("today", "first", "until"),
    [(TUTORIAL_DAY, date(2018, 9, 14), date(2020, 9, 14)), (REAL_DAY, date(2023, 9, 14), date(2025, 9, 14))],
)
def test_car_c_moves_by_whole_years(db, today, first, until):
    the_demonstration(today)
    car = Vehicle.objects.get(plate="ER-452-AS")
    assert (car.stock_number, car.first_registered_on, car.manufacturer_warranty_until) == ("60227", first, until)
    assert (car.asking_gross, car.state, car.mileage_km) == (Decimal(16450), State.IN_STOCK, 4500)


def test_the_next_numbers_are_the_tutorials(db):
    the_demonstration(REAL_DAY)
    group = Group.objects.get(name=load_demo.GROUP_A)
    assert numbers.take(f"orders:{group.pk}") == 746210
    assert numbers.take(f"stock:{Site.objects.get(code='PE64').pk}") == 60228


def test_again_changes_nothing_but_the_secrets_it_is_given(db):
    the_demonstration(REAL_DAY)
    before = (Vehicle.objects.count(), Order.objects.count(), User.objects.count())
    other = json.loads(json.dumps(TOLD)) | {"passwords": {"dealer": "jupiter-querty"}}
    other["links"]["dealer_hub"]["A"]["client_secret"] = "another"
    load_demo.load(other, today=REAL_DAY)
    assert (Vehicle.objects.count(), Order.objects.count(), User.objects.count()) == before
    assert User.objects.get(username="hakim").check_password("jupiter-querty")
    assert HubLink.objects.get(client_id="client-A").client_secret == "another"


def test_the_command_reads_one_object_and_prints_one(db, monkeypatch):
    the_demonstration(REAL_DAY)
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(TOLD)))
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    said = json.loads(out.getvalue().strip().splitlines()[-1])
    assert [login["username"] for login in said["logins"]][:4] == ["hakim", "pierre", "responsable", "administrateur"]
    assert said["logins"][0] == {
        "service": "dealer", "username": "hakim", "password": "jupiter-azerty", "role": "seller", "site": "DEMO CDDS SPOTICAR"
    }  # fmt: skip
