"""What an order's buttons do, and what they refuse."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from jupiter.dealer.orders.actions import (
    OrderChangedMeanwhile,
    OrderIncomplete,
    ReasonMissing,
    VehicleTaken,
    cancel_order,
    close_order,
    delete_order,
    reopen_order,
    save_order,
)
from jupiter.dealer.orders.models import Order, State
from jupiter.dealer.vehicles.models import State as Car
from jupiter.kit.journal.models import Entry
from jupiter.kit.numbers.models import Counter
from jupiter.kit.transmissions.models import Transmission
from jupiter.kit.workflow import MoveRefused

from . import make
from .make import NOON, TODAY, WHO

pytestmark = pytest.mark.django_db


def close(order):
    return close_order(order, by=WHO, today=TODAY, now=NOON)


def test_a_new_order_bears_the_groups_next_number_and_reserves_its_car():
    order = make.an_order()

    assert order.number == 746210
    order.vehicle.refresh_from_db()
    assert (order.vehicle.state, order.vehicle.ordered_on) == (Car.ORDERED, TODAY)


def test_closing_freezes_the_order_and_awaits_delivery():
    order = close(make.an_order(fees=[("Mise en service", Decimal("250.00"))]))

    assert (order.state, order.closed_at, order.closed_by) == (State.CLOSED, NOON, WHO)
    assert order.closed_frozen["price"]["gross"] == "16450.00"
    assert order.closed_frozen["sums"]["total"] == "16700.00"
    assert order.closed_frozen["buyer"]["last_name"] == "DUPONT"
    order.vehicle.refresh_from_db()
    assert (order.vehicle.state, order.vehicle.buyer) == (Car.AWAITING_DELIVERY, order.customer)
    assert Entry.objects.filter(thing="order", what="close", thing_key=str(order.pk)).count() == 1


def test_closing_twice_is_closing_once():
    order = close(make.an_order())
    again = close_order(order, by="M. PIERRE", today=date(2021, 12, 8), now=make.LATER)

    assert (again.closed_by, again.closed_at) == (WHO, NOON)
    assert Transmission.objects.filter(kind="sale.put").count() == 1


@pytest.mark.parametrize(
    ("told", "obstacles"),
    [
        ({"without_vehicle": True}, ["vehicle"]),
        ({"buyer": {"last_name": "", "first_name": ""}}, ["last_name", "first_name"]),
        ({"delivery_on": None}, ["delivery_on"]),
        ({"agreed_net": None, "agreed_vat": None, "agreed_gross": None}, ["agreed_gross"]),
        ({"warranty": None}, ["warranty"]),
    ],
)
def test_an_incomplete_order_stays_open_and_names_what_is_missing(told, obstacles):
    order = make.an_order(**told)

    with pytest.raises(OrderIncomplete) as refusal:
        close(order)

    assert refusal.value.obstacles == obstacles
    order.refresh_from_db()
    assert order.state == State.OPEN
    assert not Transmission.objects.exists()


def test_a_company_needs_no_first_name():
    assert close(make.an_order(buyer={"title": "COMPANY", "first_name": ""})).is_closed


def test_an_explicit_refusal_of_the_label_closes_and_sends_nothing():
    order = close(make.an_order(warranty=None, without_label=True))

    assert order.is_closed
    assert not Transmission.objects.exists()


def test_a_label_without_network_code_is_refused():
    site = make.a_site(network_code="")

    with pytest.raises(OrderIncomplete) as refusal:
        close(make.an_order(site))

    assert refusal.value.obstacles == ["network_code"]


@pytest.mark.parametrize(
    ("facts", "obstacle"),
    [
        ({"plate": "1234 AB 75"}, "plate_not_siv"),
        ({"plate": "B AB 1234", "plate_country": "DE"}, "plate_not_siv"),
        ({"plate": ""}, "plate"),
        ({"vin": "VF123456"}, "vin_not_17"),
        ({"vin": ""}, "vin"),
    ],
)
def test_what_the_hub_can_never_take_is_said_before_sending(facts, obstacle):
    site = make.a_site()
    order = make.an_order(site, vehicle=make.a_vehicle(site, **facts))

    with pytest.raises(OrderIncomplete) as refusal:
        close(order)

    assert refusal.value.obstacles == [obstacle]
    assert not Transmission.objects.exists()


def test_such_a_car_is_sold_without_label():
    site = make.a_site()
    car = make.a_vehicle(site, plate="1234 AB 75", vin="VF123456")
    assert close(make.an_order(site, vehicle=car, warranty=None, without_label=True)).is_closed


def test_a_car_is_in_one_live_order_only():
    site = make.a_site()
    first = make.an_order(site)

    with pytest.raises(VehicleTaken):
        make.an_order(site, vehicle=first.vehicle)

    assert Order.objects.count() == 1
    assert Counter.objects.get(series=f"orders:{site.group_id}").last == 746210, "a refusal costs no number"


def test_the_database_refuses_a_second_live_order_too():
    order = make.an_order()
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.create(group=order.group, site=order.site, number=1, vehicle=order.vehicle, created_on=TODAY, updated_on=TODAY)


def test_cancelling_needs_a_reason_and_frees_the_car():
    order = close(make.an_order())
    with pytest.raises(ReasonMissing):
        cancel_order(order, reason="  ", by=WHO, today=TODAY, now=NOON)

    cancelled = cancel_order(order, reason="Le client se dédit", by=WHO, today=TODAY, now=NOON)

    assert (cancelled.state, cancelled.cancel_reason) == (State.CANCELLED, "Le client se dédit")
    cancelled.vehicle.refresh_from_db()
    assert cancelled.vehicle.state == Car.IN_STOCK
    assert make.an_order(order.site, vehicle=cancelled.vehicle).number == 746211


def test_reopening_gives_the_form_back_and_keeps_the_car():
    order = reopen_order(close(make.an_order()), reason="Erreur de prix", by="Responsable", today=TODAY)

    assert (order.state, order.closed_at, order.closed_frozen) == (State.OPEN, None, None)
    order.vehicle.refresh_from_db()
    assert order.vehicle.state == Car.ORDERED
    assert close(order).closings == 2


def test_only_an_open_order_is_deleted_and_its_number_is_not_used_again():
    site = make.a_site()
    order = make.an_order(site)
    delete_order(order, by=WHO, now=NOON)

    assert not Order.objects.visible().exists()
    order.vehicle.refresh_from_db()
    assert order.vehicle.state == Car.IN_STOCK
    assert make.an_order(site, vehicle=order.vehicle).number == 746211
    with pytest.raises(MoveRefused):
        delete_order(make.a_closed_order(site), by=WHO, now=NOON)


def test_the_second_saver_is_shown_the_first_ones_order():
    site = make.a_site()
    order = make.an_order(site)
    seen = order.version
    theirs = make.typed(site, vehicle=order.vehicle, buyer={"city": "LYON"})
    save_order(order, site, theirs, version=seen, by="M. PIERRE", today=TODAY)

    with pytest.raises(OrderChangedMeanwhile) as refusal:
        save_order(order, site, make.typed(site, vehicle=order.vehicle), version=seen, by=WHO, today=TODAY)

    assert refusal.value.theirs.updated_by == "M. PIERRE"
    assert refusal.value.theirs.buyer.city == "LYON"


def test_changing_the_car_frees_the_former_one():
    site = make.a_site()
    order = make.an_order(site)
    former, other = order.vehicle, make.a_vehicle(site, plate="AB-123-CD", vin="VF3CUHMZ6HY012345")

    save_order(order, site, make.typed(site, vehicle=other), version=order.version, by=WHO, today=TODAY)

    former.refresh_from_db()
    other.refresh_from_db()
    assert (former.state, other.state) == (Car.IN_STOCK, Car.ORDERED)


def test_saving_without_a_change_writes_nothing():
    site = make.a_site()
    order = make.an_order(site)
    saved = save_order(order, site, make.typed(site, vehicle=order.vehicle), version=order.version, by="Autre", today=TODAY)
    assert (saved.version, saved.updated_by) == (1, WHO)


def test_a_known_customer_is_completed_and_another_name_is_another_customer():
    site = make.a_site()
    first = make.a_closed_order(site).customer
    second = make.a_closed_order(site, vehicle=make.a_vehicle(site), customer=first, buyer={"city": "VINCENNES"}).customer
    third = make.a_closed_order(site, vehicle=make.a_vehicle(site), customer=first, buyer={"last_name": "MARTIN"}).customer

    assert second == first
    assert second.city == "VINCENNES"
    assert third != first
