"""Accueil counts what it lists; the search finds what is ours, and goes straight to the one thing that bears a number."""

import pytest
from bs4 import BeautifulSoup

from jupiter.dealer.desk.views import WORK
from jupiter.dealer.sites.models import Membership
from jupiter.kit import walls
from jupiter.kit.web import paging
from tests.dealer import make


@pytest.fixture
def site(db):
    return make.a_site(code="PE64")


@pytest.fixture
def seller(client, site):
    user = make.a_member(site)
    client.force_login(user)
    return user


def tiles(client):
    return {tile["url"]: tile["figure"] for tile in client.get("/").context["tiles"]}


def test_each_figure_is_the_length_of_its_list(client, seller, site):
    make.an_order(site)
    make.an_order(site)
    make.a_closed_order(site)
    shown = tiles(client)
    assert list(shown.values()) == [2, 1, 0, 0]
    for address, figure in shown.items():
        page = client.get(address)
        assert (page.status_code, len(page.context["items"])) == (200, figure)


def test_what_waits_elsewhere_is_not_counted(client, seller, site):
    make.an_order(make.a_site(site.group))
    make.an_order(make.a_site())
    assert set(tiles(client).values()) == {0}
    assert "Rien n’attend" in client.get("/").content.decode()


def test_a_cancelled_kind_of_work_is_no_address(client, seller):
    assert client.get("/a-faire/rien/").status_code == 404


def test_the_home_page_costs_few_statements_however_much_waits(client, seller, site, django_assert_max_num_queries):
    for _ in range(8):
        make.an_order(site)
        make.a_closed_order(site)
    with django_assert_max_num_queries(15):
        client.get("/")
    for kind in WORK:
        with django_assert_max_num_queries(15):
            client.get(f"/a-faire/{kind.key}/")


def search(client, typed):
    return client.get("/recherche/", {"q": typed})


@pytest.mark.parametrize("typed", ["ER-452-AS", "er452as", "er 452 as", "12345678901233333", "60227"])
def test_one_exact_number_goes_straight_to_the_car(client, seller, site, typed):
    car = make.a_vehicle(site)
    answer = search(client, typed)
    assert (answer.status_code, answer.headers.get("location")) == (302, f"/vehicules/{car.pk}/")


def test_an_order_number_goes_straight_to_the_order(client, seller, site):
    order = make.an_order(site)
    answer = search(client, str(order.number))
    assert answer.status_code == 302
    assert str(order.number) in answer.headers["location"] or str(order.pk) in answer.headers["location"]


def test_two_cars_with_one_vin_are_listed(client, seller, site):
    make.a_vehicle(site)
    make.a_vehicle(site, plate="EG-702-HQ")
    answer = search(client, "12345678901233333")
    assert (answer.status_code, len(answer.context["cars"])) == (200, 2)


def test_words_are_found_in_their_groups(client, seller, site):
    order = make.a_closed_order(site)
    answer = search(client, "Dupont durant")
    assert [found.pk for found in answer.context["orders"]] == [order.pk]
    assert [one.last_name for one in answer.context["people"]] == ["DUPONT"]
    assert [car.pk for car in search(client, "peugeot 2008").context["cars"]] == [order.vehicle_id]
    assert [car.pk for car in search(client, "01233333").context["cars"]] == [order.vehicle_id]  # the end of a VIN


@pytest.mark.parametrize(("made", "counted", "says_more"), [(10, "10", False), (11, "10+", True)])
def test_what_is_not_shown_is_told(client, seller, site, made, counted, says_more):
    for at in range(made):
        make.a_vehicle(site, plate=f"EG-{100 + at}-HQ", vin=f"VR3F1CT38327498{at:02}")
    answer = search(client, "peugeot")
    page = answer.content.decode()
    assert len(answer.context["cars"]) == 10
    assert f"<small>{counted}</small>" in page
    assert ("D’autres résultats existent" in page) == says_more


def test_a_customer_is_found_by_phone_and_without_accents(client, seller, site):
    person = make.a_customer(site.group, last_name="LEFÈVRE", first_name="Élise", mobile="+33612345678")
    for typed in ("lefevre elise", "06 12 34 56 78", "Élise"):
        assert [one.pk for one in search(client, typed).context["people"]] == [person.pk], typed


def test_words_of_one_or_two_letters_are_found_where_a_word_begins(client, seller, site):
    person = make.a_customer(site.group, last_name="LE GOFF", first_name="Yann")
    other = make.a_customer(site.group, last_name="MOLEGOFF", first_name="Yann")
    for typed, found in (("le", {person.pk}), ("goff y", {person.pk, other.pk}), ("goff an", set())):
        assert {one.pk for one in search(client, typed).context["people"]} == found, typed
    car = make.a_vehicle(site, plate="GA-123-XB")
    for typed in ("ga-1", "ga 123", "123-x", "peugeot 20"):
        assert car.pk in {one.pk for one in search(client, typed).context["cars"]}, typed


def test_the_beginning_of_a_plate_finds_plates_not_its_parts_in_other_numbers(client, seller, site):
    car = make.a_vehicle(site, plate="GA-383-CG", vin="VR3F1CT1111111111")
    other = make.a_vehicle(site, plate="GA-483-AA", vin="VR3F1CT3832749890")
    for typed, found in (("ga-383-", {car.pk}), ("GA-38", {car.pk}), ("ga 383", {car.pk, other.pk})):
        assert {one.pk for one in search(client, typed).context["cars"]} == found, typed


def test_what_is_anothers_is_never_found(client, seller, site):
    foreign = make.a_closed_order()
    make.a_vehicle(make.a_site(site.group), plate="AB-123-CD", vin="VF3CUHMZ6HY012345")
    for typed in ("DUPONT", "ER-452-AS", "12345678901233333", str(foreign.number), "AB-123-CD", "VF3CUHMZ6HY012345", "PEUGEOT"):
        answer = search(client, typed)
        assert (answer.status_code, "Rien ne correspond" in answer.content.decode()) == (200, True), typed


@pytest.mark.parametrize("typed", ["", "a", "  ", "\x00", "%", "_", "'; DROP TABLE x", "9" * 5000, "٠١٢", "<script>"])
def test_whatever_is_searched_nothing_breaks(client, seller, site, typed):
    make.a_vehicle(site)
    assert search(client, typed).status_code == 200


def test_a_search_costs_few_statements(client, seller, site, django_assert_max_num_queries):
    for _ in range(12):
        make.a_closed_order(site)
    with django_assert_max_num_queries(15):
        search(client, "dupont")


def test_a_customers_card_shows_their_orders_here_and_their_cars(client, seller, site):
    order = make.a_closed_order(site)
    page = client.get(f"/clients/{order.customer_id}/").content.decode()
    for words in (f"Bon {order.number}", "PEUGEOT 2008", "RUE SPOTICAR"):
        assert words in page


def test_someone_without_a_site_is_told_so(client, db):
    client.force_login(make.User.objects.create_user("nobody"))
    assert client.get("/").status_code == 403


@pytest.mark.parametrize(
    ("address", "query"),
    [("/vehicules/", "model=208&sort=-plate"), ("/bons-de-commande/", "seller=&state=closed&vehicle=60227&sort=buyer")],
)
def test_what_is_exported_follows_what_is_filtered_also_when_only_a_part_of_the_page_is_drawn(client, seller, site, address, query):
    page = BeautifulSoup(client.get(f"{address}?{query}&page=2&apres=x").content, "html.parser")
    assert page.select_one("form.filters")["hx-select-oob"] == "#export-links"
    links = [link["href"] for link in page.select("#export-links a")]
    assert links == [f"{address}exporter/?{query}&_export={kind}" for kind in ("csv", "xlsx")]
    for link in links:
        assert client.get(link).headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(("few", "at_least"), [(2000, 20), (3, 1_000_000), (2000, 2)], ids=["looked up", "more than few", "very many"])
def test_however_many_bear_a_name_the_same_are_found(client, site, monkeypatch, few, at_least):
    monkeypatch.setattr(walls, "FEW", few)
    monkeypatch.setattr(walls, "AT_LEAST", at_least)
    client.force_login(make.a_member(site, role="manager"))
    numbers = [make.a_closed_order(site).number for _ in range(5)]
    make.a_closed_order()
    assert [order.number for order in search(client, "dupont").context["orders"]] == numbers[::-1]
    assert len(search(client, "peugeot").context["cars"]) == 5
    rows = client.get("/bons-de-commande/?seller=&buyer=dupont").context["table"].page
    assert (rows.paginator.count, [row.record.number for row in rows.object_list]) == (5, numbers[::-1])


def test_who_works_at_many_sites_finds_what_is_at_each_and_no_more(client, site):
    sites = [site, *(make.a_site(site.group) for _ in range(4))]
    user = make.a_member(site)
    for other in sites[1:]:
        Membership.objects.create(user=user, site=other, role="seller")
    client.force_login(user)
    cars = [make.a_vehicle(one, plate=f"EG-70{at}-HQ") for at, one in enumerate(sites)]
    make.a_vehicle(make.a_site(site.group), plate="EG-709-HQ")
    assert {car.pk for car in search(client, "eg-70").context["cars"]} == {car.pk for car in cars}


def test_of_very_much_that_waits_a_thousand_is_counted(client, seller, site, monkeypatch):
    monkeypatch.setattr(paging, "CEILING", 1)
    make.an_order(site)
    make.an_order(site)
    assert tiles(client)["/a-faire/bons-a-cloturer/"] == "1\u202f000+"
