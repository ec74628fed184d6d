"""Sixteen sellers at once, round after round: one effect, a clear answer for the others, numbers without gap or double."""

from collections import Counter

import pytest
from django.test import Client
from django.utils import timezone

from jupiter.dealer.customers.models import Customer
from jupiter.dealer.declarations.actions import keep_grant
from jupiter.dealer.declarations.models import HubGrant, SaleAtHub
from jupiter.dealer.orders.actions import VehicleTaken, close_order, create_order, save_order
from jupiter.dealer.orders.models import Order
from jupiter.dealer.vehicles.actions import create_vehicle
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit import numbers
from jupiter.kit.journal.models import Entry
from jupiter.kit.transmissions.models import Transmission
from tests.dealer.orders import make
from tests.dealer.orders.paper import controls
from tests.races import HANDS, hands, in_order_of_issue, rounds, tell

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, FIRST_CAR = 746210, 60227


@pytest.fixture(autouse=True)
def the_tutorials_day(settings):
    settings.BUSINESS_DATE = make.TODAY


@pytest.fixture
def site(transactional_db):
    site = make.a_site()
    make.a_link(site.group)
    return site


@pytest.fixture
def browsers(site):
    """Each hand is a person of its own."""
    found = [Client() for _ in range(HANDS)]
    for browser in found:
        browser.force_login(make.a_member(site))
    return found


def test_the_instrument_sees_a_number_given_twice():
    given = [(number, number) for number in (1, 2, 2, 4)]
    with pytest.raises(AssertionError):
        in_order_of_issue(given, first=1)
    with pytest.raises(AssertionError):
        in_order_of_issue([(1, 2), (2, 1)], first=1)


@rounds
def test_one_order_is_closed_once(site, browsers, rounds):
    outcomes = Counter()
    with hands() as at_once:
        for _ in range(rounds):
            order = make.an_order(site)
            shown = controls(browsers[0].get(f"/bons-de-commande/{order.number}/").content)

            def close(index, order=order, shown=shown):
                if index % 2:
                    return close_order(order, by=f"Main {index}", today=make.TODAY, now=make.NOON).state
                return browsers[index].post(f"/bons-de-commande/{order.number}/enregistrer/", shown | {"act": "close"}).status_code

            got = at_once(close)
            assert set(got) <= {"closed", 302, 422}, got
            outcomes.update(got)
            order = Order.objects.get(pk=order.pk)
            assert (order.is_closed, order.closings) == (True, 1)
            assert Transmission.objects.filter(subject=str(order.sale_reference)).count() == 1
            assert SaleAtHub.objects.filter(order=order).count() == 1
            assert Entry.objects.filter(thing="order", thing_key=str(order.pk), what="close").count() == 1
    assert Customer.objects.count() <= rounds
    tell("closing one order", rounds, outcomes)


@rounds
def test_one_car_goes_into_one_order(site, rounds):
    outcomes = Counter()
    spare = make.an_order(site, without_vehicle=True)
    with hands() as at_once:
        for _ in range(rounds):
            car = make.a_vehicle(site)
            told = make.typed(site, vehicle=car)

            def take(index, told=told, spare=spare):
                """New orders; and one that stands without a car takes it too."""
                if index:
                    return create_order(site.group, site, told, by=f"Main {index}", today=make.TODAY)
                return save_order(spare, site, told, version=spare.version, by="Main 0", today=make.TODAY)

            got = at_once(take)
            kinds = Counter(type(one).__name__ for one in got)
            assert kinds == {"Order": 1, VehicleTaken.__name__: HANDS - 1}, got
            outcomes.update(kinds)
            assert Order.objects.filter(vehicle=car).count() == 1
            assert Entry.objects.filter(thing="vehicle", thing_key=str(car.pk), what="reserve").count() == 1
            if Order.objects.get(pk=spare.pk).vehicle_id:
                spare = make.an_order(site, without_vehicle=True)
    in_order_of_issue(list(Order.objects.values_list("number", "created_at")), first=FIRST)
    tell("one car into several orders", rounds, outcomes)


@rounds
def test_one_rendered_form_makes_one_order_and_other_words_another(site, browsers, rounds):
    """One person's key, with one body and with two."""
    outcomes = Counter()
    browser = browsers[0]
    told = controls(browser.get("/bons-de-commande/nouveau/").content)
    told |= {"title": "MR", "last_name": "DUPONT", "postcode": "75010", "city": "PARIS", "warranty": str(make.a_warranty().pk)}
    clones = []
    for _ in range(HANDS):
        clones.append(Client())
        clones[-1].cookies = browser.cookies
    with hands() as at_once:
        for number in range(rounds):
            words = told | {"creation_key": f"00000000-0000-4000-8000-{number:012d}"}
            bodies = [words, words | {"last_name": "MARTIN"}] if number % 2 else [words]

            def post(index, bodies=bodies):
                answer = clones[index].post("/bons-de-commande/nouveau/", bodies[index % len(bodies)])
                return answer.status_code, answer.headers.get("location")

            got = at_once(post)
            assert {status for status, _ in got} == {302}, got
            for which in range(len(bodies)):
                assert len({where for _, where in got[which :: len(bodies)]}) == 1, got
            assert len({where for _, where in got}) == len(bodies), got
            outcomes[f"{len(bodies)} bodies: {len(bodies)} orders"] += 1
    in_order_of_issue(list(Order.objects.values_list("number", "created_at")), first=FIRST)
    tell("one key", rounds, outcomes)


@rounds
def test_orders_and_cars_are_numbered_without_gap_or_double_in_order_of_issue(site, rounds):
    """Refusals among them cost no number."""
    taken = make.an_order(site).vehicle
    told, refused = make.typed(site), make.typed(site, vehicle=taken)
    outcomes = Counter()

    def draw(index):
        if index == 7:
            return create_order(site.group, site, refused, by="Main 7", today=make.TODAY)
        if index % 2:
            return create_order(site.group, site, told, by=f"Main {index}", today=make.TODAY)
        return create_vehicle(site, make.CAR, by=f"Main {index}")

    with hands() as at_once:
        for _ in range(rounds):
            got = Counter(type(one).__name__ for one in at_once(draw))
            assert got == {"Order": 7, "Vehicle": 8, "VehicleTaken": 1}
            outcomes.update(got)
    orders = list(Order.objects.values_list("number", "created_at"))
    cars = [(int(number), at) for number, at in Vehicle.objects.values_list("stock_number", "created_at")]
    assert (len(orders), len(cars)) == (7 * rounds + 1, 8 * rounds + 1)
    in_order_of_issue(orders, first=FIRST)
    in_order_of_issue(cars, first=FIRST_CAR)
    tell("numbering orders and stock", rounds, outcomes)


@rounds
def test_one_grant_lives_and_the_former_ones_are_given_back(site, rounds):
    outcomes = Counter()
    with hands() as at_once:
        for number in range(rounds):
            person = make.a_member(site)

            def keep(index, person=person, number=number):
                return keep_grant(person, site, username="h", full_name="H", grant=f"g-{number}-{index}", now=timezone.now())

            got = Counter(type(one).__name__ for one in at_once(keep))
            assert got == {"HubGrant": HANDS}, got
            outcomes.update(got)
            assert HubGrant.objects.live().filter(user=person).count() == 1
    assert Transmission.objects.filter(kind="grant.delete").count() == (HANDS - 1) * rounds
    tell("keeping a grant", rounds, outcomes)


def test_numbers_that_are_max_plus_one_are_seen(site, monkeypatch):
    """A planted wrong: what the series would be without its lock."""

    def max_plus_one(series):
        last = Vehicle.objects.order_by("-id").values_list("stock_number", flat=True).first()
        return int(last or FIRST_CAR - 1) + 1

    monkeypatch.setattr(numbers, "take", max_plus_one)
    with hands() as at_once:
        got = [one for _ in range(5) for one in at_once(lambda index: create_vehicle(site, make.CAR, by=f"Main {index}"))]
    assert any(isinstance(one, Exception) for one in got), "the constraint behind it refuses the doubles"
