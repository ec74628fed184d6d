"""A car's life: numbered late, never overwritten unseen, taken by one order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from jupiter.dealer.vehicles.actions import (
    MileageGoesBack,
    SavedMeanwhile,
    VehicleTaken,
    create_vehicle,
    deliver_vehicle,
    edit_vehicle,
    release_vehicle,
    reserve_vehicle,
    sell_vehicle,
    take_back_sale,
)
from jupiter.dealer.vehicles.models import State, Vehicle, looked_up
from jupiter.kit.journal.actions import entries_of
from jupiter.kit.walls import everywhere
from tests.dealer import make

TODAY = date(2021, 12, 7)


@pytest.fixture
def car(db):
    return make.a_vehicle(make.a_site())


def facts_of(car, **changes):
    return {name: getattr(car, name) for name in make.CAR} | changes


def sentences(car):
    return [entry.sentence for entry in entries_of("vehicle", car.pk)]


def test_each_site_numbers_its_own_register_without_gaps(db):
    here, there = make.a_site(), make.a_site()
    numbers = [make.a_vehicle(site, vin="").stock_number for site in (here, there, here)]
    assert numbers == ["60227", "60227", "60228"]


def test_a_car_that_is_not_kept_takes_no_number(db):
    site = make.a_site()
    with transaction.atomic():
        make.a_vehicle(site)
        transaction.set_rollback(True)
    assert make.a_vehicle(site).stock_number == "60227"


def test_what_is_saved_is_journalled_with_before_and_after(car):
    edit_vehicle(car, facts_of(car, trim="1.2 PureTech 130"), costs=[("Pneus", Decimal("99.00"))], version=1, by="HAKIM AB")
    entry = entries_of("vehicle", car.pk)[0]
    assert entry.facts["changes"]["trim"] == ["1.2 PureTech 110", "1.2 PureTech 130"]
    assert Vehicle.objects.get(pk=car.pk).version == 2


def test_saving_what_is_already_there_writes_nothing(car):
    edit_vehicle(car, facts_of(car), costs=[], version=1, by="HAKIM AB")
    assert Vehicle.objects.get(pk=car.pk).version == 1
    assert len(sentences(car)) == 1


def test_the_second_to_save_is_shown_the_first_and_overwrites_nothing(car):
    edit_vehicle(car, facts_of(car, trim="A"), costs=[], version=1, by="HAKIM AB")
    with pytest.raises(SavedMeanwhile) as refusal:
        edit_vehicle(car, facts_of(car, trim="B"), costs=[], version=1, by="M. PIERRE")
    assert (refusal.value.theirs.trim, refusal.value.theirs.updated_by) == ("A", "HAKIM AB")
    assert Vehicle.objects.get(pk=car.pk).trim == "A"


def test_a_mileage_that_goes_back_is_confirmed_and_journalled(car):
    with pytest.raises(MileageGoesBack):
        edit_vehicle(car, facts_of(car, mileage_km=4000), costs=[], version=1, by="HAKIM AB")
    assert Vehicle.objects.get(pk=car.pk).mileage_km == 4500

    edit_vehicle(car, facts_of(car, mileage_km=4000), costs=[], version=1, by="HAKIM AB", mileage_confirmed=True)
    assert Vehicle.objects.get(pk=car.pk).mileage_km == 4000
    assert "4500 → 4000" in sentences(car)[0]


def test_an_order_takes_its_car_and_lets_it_go(car):
    buyer = make.a_customer(car.site.group)
    reserve_vehicle(car, today=TODAY, by="HAKIM AB", order="746210")
    assert (car.state, car.ordered_on) == (State.ORDERED, TODAY)
    sell_vehicle(
        car, buyer=buyer, agreed_gross=Decimal("16450.00"), delivery_on=TODAY, warranty_label="12 mois", mileage_km=4510,
        by="HAKIM AB", order="746210",
    )  # fmt: skip
    kept = Vehicle.objects.get(pk=car.pk)
    assert (kept.state, kept.buyer, kept.delivery_on, kept.warranty_label) == (State.AWAITING_DELIVERY, buyer, TODAY, "12 mois")

    take_back_sale(car, by="HAKIM AB", order="746210")
    kept = Vehicle.objects.get(pk=car.pk)
    assert (kept.state, kept.buyer, kept.agreed_gross) == (State.ORDERED, None, None)

    release_vehicle(car, by="HAKIM AB", order="746210")
    kept = Vehicle.objects.get(pk=car.pk)
    assert (kept.state, kept.ordered_on) == (State.IN_STOCK, None)


def test_a_car_already_taken_is_refused_and_stays_as_it_was(car):
    reserve_vehicle(car, today=TODAY, by="HAKIM AB", order="746210")
    with pytest.raises(VehicleTaken):
        reserve_vehicle(car, today=date(2021, 12, 8), by="M. PIERRE", order="746211")
    assert Vehicle.objects.get(pk=car.pk).ordered_on == TODAY


def test_only_a_car_awaiting_delivery_is_delivered(car):
    with pytest.raises(VehicleTaken):
        deliver_vehicle(car, today=TODAY, by="HAKIM AB")
    assert Vehicle.objects.get(pk=car.pk).sold_on is None


def test_other_cars_of_the_group_with_the_same_vin_are_its_twins(car):
    twin = make.a_vehicle(make.a_site(car.site.group))
    make.a_vehicle(make.a_site())  # another group's
    assert list(car.twins()) == [twin]


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_orders_at_once_one_gets_the_car():
    car = make.a_vehicle(make.a_site())

    def take(number):
        try:
            with transaction.atomic():
                reserve_vehicle(Vehicle.objects.get(pk=car.pk), today=TODAY, by="HAKIM AB", order=str(number))
        except VehicleTaken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as sellers:
        taken = list(sellers.map(take, range(16)))
    assert taken.count(True) == 1


@pytest.mark.django_db(transaction=True)
def test_cars_entered_at_once_get_neighbouring_numbers():
    site = make.a_site()

    def enter(_):
        try:
            return create_vehicle(site, make.CAR, by="HAKIM AB").stock_number
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as sellers:
        numbers = sorted(sellers.map(enter, range(12)))
    assert numbers == [str(60227 + at) for at in range(12)]


def test_a_plate_names_its_car_though_its_parts_stand_in_very_many(db):
    site = make.a_site()
    cars = [make.a_vehicle(site, plate=f"AA-{number:03d}-AA", vin=f"VR3AA001{number:09d}") for number in range(1, 26)]
    with everywhere():
        assert not looked_up("AA 001 AA").is_all  # as they would be among a hundred thousand
        assert Vehicle.objects.numbered("aa 001 aa").get() == cars[0]
        assert Vehicle.objects.numbered("AA-025-AA").get() == cars[24]
        assert not Vehicle.objects.numbered("AA-026-AA")
        assert not Vehicle.objects.numbered(" - ")
