"""Many hands on one thing at one moment: one effect, and a clear answer for the others."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from jupiter.dealer.orders.actions import OrderChangedMeanwhile, VehicleTaken, close_order, create_order, print_order, save_order
from jupiter.dealer.orders.models import Order, OrderPaper
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit.numbers.models import Counter
from jupiter.kit.transmissions.models import Transmission

from . import make
from .make import NOON, TODAY, WHO
from .paper import controls

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


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


def a_full_form(client, query=""):
    told = controls(client.get(f"/bons-de-commande/nouveau/{query}").content)
    buyer = {"title": "MR", "last_name": "DUPONT", "first_name": "DURANT", "postcode": "75010", "city": "PARIS"}
    return told | buyer | {"warranty": str(make.a_warranty().pk), "delivery_on": "07/12/2021"}


def test_many_posts_of_one_rendered_form_make_one_order_and_all_answer_with_it():
    site = make.a_site()
    user = make.a_member(site)
    car = make.a_vehicle(site)
    told = a_full_form(logged_in(user), f"?vehicle={car.pk}")
    assert told["creation_key"]

    def post(index):
        answer = logged_in(user).post("/bons-de-commande/nouveau/", told | {"act": "close" if index % 2 else "save"})
        return answer.status_code, answer.headers.get("location")

    order_before = Counter.objects.get(series=f"orders:{site.group_id}").last
    got = at_once(post)
    order = Order.objects.get()
    assert got == [(302, f"/bons-de-commande/{order.number}/")] * HANDS
    assert Counter.objects.get(series=f"orders:{site.group_id}").last == order_before + 1
    assert (order.is_closed, order.closings) == (True, 1)


def test_other_words_another_person_and_another_rendering_make_another_order():
    site = make.a_site()
    user, colleague = make.a_member(site), make.a_member(site)
    told = a_full_form(logged_in(user)) | {"stock_number": ""}
    posts = [(user, {}), (user, {}), (user, {"last_name": "MARTIN"}), (colleague, {}), (user, {"creation_key": str(uuid4())})]
    numbers = [logged_in(who).post("/bons-de-commande/nouveau/", told | more).headers["location"] for who, more in posts]
    assert numbers[0] == numbers[1]
    assert len(set(numbers)) == 4
    for nonsense in ("", "x", "\x00", "é" * 500):
        logged_in(user).post("/bons-de-commande/nouveau/", told | {"creation_key": nonsense})
    assert Order.objects.count() == 8


def test_a_refused_form_keeps_its_key_and_a_button_that_fills_it_too():
    site = make.a_site()
    client = logged_in(make.a_member(site))
    told = a_full_form(client)
    for more in ({"act": "fees"}, {"act": "close", "delivery_on": "hier"}):
        answer = client.post("/bons-de-commande/nouveau/", told | more)
        assert controls(answer.content)["creation_key"] == told["creation_key"]


def test_of_an_order_that_was_deleted_the_same_form_makes_a_new_one():
    site = make.a_site()
    client = logged_in(make.a_member(site))
    told = a_full_form(client) | {"stock_number": ""}
    first = client.post("/bons-de-commande/nouveau/", told).headers["location"]
    client.post(f"{first}supprimer/")
    second = client.post("/bons-de-commande/nouveau/", told).headers["location"]
    assert second != first
    assert client.get(second).status_code == 200


def test_many_posts_of_one_rendered_form_make_one_car():
    site = make.a_site()
    user = make.a_member(site)
    told = controls(logged_in(user).get("/vehicules/nouveau/").content, "vehicle")
    told |= {"plate": "AB-123-CD", "make": "PEUGEOT", "model": "208", "vin": "12345678901233333"}

    def post(index):
        return logged_in(user).post("/vehicules/nouveau/", told).headers["location"]

    got = at_once(post)
    car = Vehicle.objects.get()
    assert set(got) == {f"/vehicules/{car.pk}/"}
    assert car.stock_number == str(Counter.objects.get(series=f"stock:{site.pk}").last)
