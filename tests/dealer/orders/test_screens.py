"""The order's form and pages as people use them, over HTTP."""

from datetime import date
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup

from jupiter.dealer.customers.models import Customer
from jupiter.dealer.orders.models import Order, OrderPaper, State
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit.journal.models import Entry
from tests.statements import statements

from . import make
from .make import TODAY, WHO
from .paper import controls, sentences

BOOK = "/bons-de-commande/"
NEW = f"{BOOK}nouveau/"


def a_full_form(client, car, **changes):
    """The tutorial's order, typed on the form that the car has filled."""
    told = controls(client.get(f"{NEW}?vehicle={car.pk}").content)
    told |= {
        "warranty": str(make.a_warranty().pk), "title": "MR", "last_name": "DUPONT", "first_name": "DURANT", "address": "RUE SPOTICAR",
        "postcode": "75010", "city": "PARIS", "email": "durant.dupont@example.org", "phone": "01 99 00 12 34", "delivery_on": "07/12/2021",
    }  # fmt: skip
    return told | changes


@pytest.fixture
def car(site):
    return make.a_vehicle(site)


def test_the_tutorials_order_is_saved_then_closed(client, seller, car):
    saved = client.post(NEW, a_full_form(client, car), follow=True)
    order = Order.objects.get()
    assert (order.number, order.state, order.agreed_net, order.agreed_gross) == (
        746210,
        State.OPEN,
        Decimal("13708.33"),
        Decimal("16450.00"),
    )
    assert order.buyer.phone == "+33199001234"
    assert "Bon 746210 enregistré" in saved.content.decode()

    closed = client.post("/bons-de-commande/746210/enregistrer/", controls(saved.content) | {"act": "close"}, follow=True)
    order.refresh_from_db()
    assert (order.state, order.closed_by, order.closed_on) == (State.CLOSED, WHO, TODAY)
    assert "Clôturé" in closed.content.decode()


def test_a_new_order_is_closed_in_one_press(client, seller, car):
    client.post(NEW, a_full_form(client, car, act="close"))
    assert Order.objects.get().state == State.CLOSED


def test_what_closing_lacks_is_said_and_nothing_is_kept(client, seller, car):
    answer = client.post(NEW, a_full_form(client, car, last_name="", delivery_on="", warranty="", act="close"))

    assert answer.status_code == 422
    assert sentences(answer) == [
        "Choisissez une garantie, ou «\u00a0Sans garantie label\u00a0»", "Le champ nom est obligatoire",
        "Le champ date de livraison est obligatoire",
    ]  # fmt: skip
    assert 'value="RUE SPOTICAR"' in answer.content.decode()
    assert not Order.objects.exists()


def test_an_explicit_refusal_of_the_label_is_an_answer(client, seller, car):
    client.post(NEW, a_full_form(client, car, warranty="none", act="close"))
    assert Order.objects.get().without_label


def test_a_site_without_network_code_is_named_with_the_field(client, seller, site, car):
    site.network_code = ""
    site.save()
    answer = client.post(NEW, a_full_form(client, car, act="close"))
    assert "Le champ Code RRD1 du site DEMO CDDS SPOTICAR est vide" in sentences(answer)[0]


@pytest.mark.parametrize(("facts", "words"), [({"plate": "1234 AB 75"}, "1234 AB 75"), ({"vin": "VF123456"}, "VIN de 17 caractères")])
def test_what_the_hub_never_takes_is_said_before_sending(client, seller, site, facts, words):
    answer = client.post(NEW, a_full_form(client, make.a_vehicle(site, **facts), act="close"))
    assert answer.status_code == 422
    assert words in sentences(answer)[0]


def test_the_side_panel_says_what_is_left_and_whether_the_label_takes_the_car(client, seller, car):
    page = client.get(f"{NEW}?vehicle={car.pk}").content.decode()
    assert "Avant de clôturer" in page
    order = make.an_order(car.site, vehicle=car)
    page = " ".join(BeautifulSoup(client.get(f"/bons-de-commande/{order.number}/").content, "html.parser").get_text(" ").split())
    assert "Spoticar Premium 12 mois Éligible" in page
    assert "Âge : 3 ans 2 mois (7 ans au plus)" in page.replace("\u00a0", " ")


@pytest.mark.parametrize("link", ["pk", "plate", "stock_number"])
def test_a_link_names_the_car_in_any_way(client, seller, car, link):
    told = controls(client.get(f"{NEW}?vehicle={getattr(car, link)}").content)
    assert (told["stock_number"], told["plate"], told["model"]) == ("60227", "ER-452-AS", "PEUGEOT 2008 1.2 PureTech 110")
    assert told["asking_net"] == "13\u202f708,33"


def test_choosing_car_customer_and_fees_fills_the_form_and_writes_nothing(client, seller, site, car):
    before = client.get(NEW)
    told = controls(before.content) | {"first_name": "Typed <b>", "act": f"vehicle:{car.pk}"}
    with_car = client.post(NEW, told)
    assert with_car.status_code == 200
    told = controls(with_car.content)
    assert (told["stock_number"], told["first_name"], told["agreed_gross"]) == ("60227", "Typed <b>", "16\u202f450,00")

    told = controls(client.post(NEW, told | {"act": "fees"}).content)
    assert (told["fee_label_1"], told["fee_amount_1"]) == ("Frais fixes", "250,00")

    known = make.a_closed_order(site, vehicle=make.a_vehicle(site)).customer
    told = controls(client.post(NEW, told | {"act": f"customer:{known.pk}"}).content)
    assert (told["last_name"], told["city"], told["customer"]) == ("DUPONT", "PARIS", str(known.pk))
    assert Order.objects.count() == 1


def test_the_sites_default_fees_are_copied_with_their_kind(client, seller, site, car):
    site.default_fees.create(position=1, label="Carte grise", amount=Decimal("215.76"), kind="disbursement")
    told = controls(client.post(NEW, a_full_form(client, car, act="fees")).content)
    client.post(NEW, told)
    fee = Order.objects.get().fees.get()
    assert (fee.label, fee.amount, fee.kind) == ("Carte grise", Decimal("215.76"), "disbursement")


def test_a_trade_in_is_chosen_or_typed_and_taken_off_again(client, seller, site, car):
    other = make.a_vehicle(site, plate="AB-123-CD", vin="VF3CUHMZ6HY012345")
    told = controls(client.post(NEW, a_full_form(client, car, act=f"trade_in:{other.pk}")).content)
    assert (told["trade_in_plate"], told["trade_in_vehicle"]) == ("AB-123-CD", str(other.pk))
    client.post(NEW, told | {"trade_in_value": "2 000,00"})
    order = Order.objects.get()
    assert (order.trade_in_vehicle, order.sums().left_to_pay) == (other, Decimal("14450.00"))

    page = client.get(f"/bons-de-commande/{order.number}/")
    told = controls(client.post(f"/bons-de-commande/{order.number}/enregistrer/", controls(page.content) | {"act": "no_trade_in"}).content)
    assert (told["trade_in_plate"], told["trade_in_vehicle"]) == ("", "")


def test_the_searches_find_ones_own_cars_in_stock_and_customers(client, seller, site, car):
    foreign = make.a_vehicle(make.a_site(), plate="ER-452-ZZ")
    found = client.get("/bons-de-commande/chercher/vehicules/?stock_number=er452").content.decode()
    assert f'value="vehicle:{car.pk}"' in found
    assert f"vehicle:{foreign.pk}" not in found
    customer = make.a_closed_order(site, vehicle=car).customer
    assert f"vehicle:{car.pk}" not in client.get("/bons-de-commande/chercher/vehicules/?stock_number=er452").content.decode()
    assert f'value="customer:{customer.pk}"' in client.get("/bons-de-commande/chercher/clients/?last_name=dup").content.decode()


def test_keys_above_a_thousand_are_keys_and_no_amounts(client, seller, site, car):
    Vehicle.objects.filter(pk=car.pk).update(id=1234567)
    other = Customer.objects.create(pk=7654321, group=site.group, last_name="MARTIN", search_text="MARTIN")
    found = client.get("/bons-de-commande/chercher/vehicules/?stock_number=er452").content.decode()
    assert 'value="vehicle:1234567"' in found
    assert 'value="customer:7654321"' in client.get("/bons-de-commande/chercher/clients/?last_name=mar").content.decode()
    told = controls(client.post(NEW, controls(client.get(NEW).content) | {"act": "vehicle:1234567"}).content)
    told = controls(client.post(NEW, told | {"act": f"customer:{other.pk}"}).content)
    client.post(NEW, told)
    order = Order.objects.get(buyer__last_name="MARTIN")
    assert (order.vehicle_id, order.customer_id) == (1234567, 7654321)
    told = controls(client.get(f"/bons-de-commande/{order.number}/").content)
    assert (told["vehicle"], told["customer"]) == ("1234567", "7654321")


def test_another_groups_car_and_customer_cannot_be_slipped_in(client, seller, car):
    foreign_site = make.a_site()
    foreign = make.a_closed_order(foreign_site)
    told = a_full_form(client, car)
    client.post(NEW, told | {"vehicle": foreign.vehicle_id, "customer": foreign.customer_id, "trade_in_vehicle": foreign.vehicle_id})
    order = Order.objects.get(site=car.site)
    assert (order.vehicle, order.customer, order.trade_in_vehicle) == (car, None, None)


def test_the_second_saver_sees_both_values_and_saves_over_knowingly(client, seller, site, car):
    order = make.an_order(site, vehicle=car)
    address = f"/bons-de-commande/{order.number}/"
    mine = controls(client.get(address).content)
    client.post(f"{address}enregistrer/", mine | {"city": "VINCENNES", "postcode": "94300"})

    answer = client.post(f"{address}enregistrer/", mine | {"city": "PAU", "postcode": "64000"})
    page = BeautifulSoup(answer.content, "html.parser").find(class_="conflict").get_text(" ")
    assert answer.status_code == 422
    assert "PAU" in page
    assert "VINCENNES" in page
    assert WHO in page

    client.post(f"{address}enregistrer/", controls(answer.content))
    order.buyer.refresh_from_db()
    assert order.buyer.city == "PAU"


def test_a_car_taken_meanwhile_is_refused_in_words(client, seller, site, car):
    told = a_full_form(client, car)
    make.an_order(site, vehicle=car)
    answer = client.post(NEW, told)
    assert answer.status_code == 422
    assert "vient d’être pris dans un autre bon" in sentences(answer)[0]
    assert Order.objects.count() == 1


def test_a_doubt_is_ticked_once_journalled_and_asked_again_for_another_value(client, seller, car):
    told = a_full_form(client, car, city="LYON")
    asked = client.post(NEW, told)
    assert asked.status_code == 422
    assert "75010 LYON" in sentences(asked)[0]
    assert not Order.objects.exists()

    client.post(NEW, told | {"confirm": "town:75010 LYON"})
    order = Order.objects.get()
    assert "75010 LYON" in Entry.objects.get(thing="order", what="create").facts["confirmed"][0]

    address = f"/bons-de-commande/{order.number}/enregistrer/"
    again = controls(client.get(f"/bons-de-commande/{order.number}/").content)
    assert client.post(address, again | {"address": "AUTRE RUE"}).status_code == 302
    assert client.post(address, again | {"city": "MARSEILLE", "version": "2"}).status_code == 422


def test_a_mileage_that_goes_back_is_confirmed(client, seller, car):
    answer = client.post(NEW, a_full_form(client, car, mileage_km="4000"))
    assert "4\u202f000 km après 4\u202f500 km" in sentences(answer)[0]
    assert client.post(NEW, a_full_form(client, car, mileage_km="4000", confirm="mileage:4000<4500")).status_code == 302


def test_typing_net_without_a_script_derives_gross(client, seller, car):
    client.post(NEW, a_full_form(client, car))
    address = f"/bons-de-commande/{Order.objects.get().number}/"
    client.post(f"{address}enregistrer/", controls(client.get(address).content) | {"agreed_net": "10 000,00"})
    order = Order.objects.get()
    assert (order.agreed_net, order.agreed_gross, order.agreed_master) == (Decimal("10000.00"), Decimal("12000.00"), "net")


def test_under_the_margin_regime_neither_net_nor_vat_is_shown(client, seller, site):
    car = make.a_vehicle(site, vat_regime="margin")
    told = a_full_form(client, car)
    assert "agreed_net" not in told
    client.post(NEW, told | {"agreed_net": "1,00"})
    order = Order.objects.get()
    assert (order.agreed_net, order.agreed_vat, order.agreed_gross) == (None, None, Decimal("16450.00"))


def test_cancelling_reopening_and_deleting_ask_what_they_need(client, site):
    client.force_login(make.a_member(site, role="manager", name="Responsable"))
    order = make.a_closed_order(site)
    address = f"/bons-de-commande/{order.number}/"

    assert "Le champ motif est obligatoire" in client.post(f"{address}rouvrir/", {"reason": " "}, follow=True).content.decode()
    client.post(f"{address}rouvrir/", {"reason": "Erreur de prix"})
    assert Order.objects.get().state == State.OPEN
    assert "pas encore retirée du Centralisateur" in client.post(f"{address}supprimer/", follow=True).content.decode()
    assert Order.objects.visible().exists()

    never_closed = f"/bons-de-commande/{make.an_order(site).number}/"
    client.post(f"{never_closed}supprimer/")
    assert list(Order.objects.visible()) == [order]
    assert client.get(never_closed).status_code == 404


def test_a_seller_may_not_reopen(client, seller, site):
    order = make.a_closed_order(site)
    assert client.post(f"/bons-de-commande/{order.number}/rouvrir/", {"reason": "x"}).status_code == 403
    assert "Demandez au responsable VO" in client.get(f"/bons-de-commande/{order.number}/").content.decode()


def test_a_closed_order_does_not_move_any_more(client, seller, site, car):
    order = make.an_order(site, vehicle=car)
    address = f"/bons-de-commande/{order.number}/"
    told = controls(client.get(address).content)
    client.post(f"{address}enregistrer/", told | {"act": "close"})
    answer = client.post(f"{address}enregistrer/", told | {"last_name": "AUTRE"}, follow=True)
    order.buyer.refresh_from_db()
    assert order.buyer.last_name == "DUPONT"
    assert "n’est plus en cours" in answer.content.decode()
    assert client.post(f"{address}supprimer/", follow=True).status_code == 200
    assert Order.objects.visible().exists()


def test_the_paper_is_provisional_then_issued_once_for_ever(client, seller, site):
    order = make.an_order(site)
    address = f"/bons-de-commande/{order.number}/imprimer/"
    provisional = client.post(address)
    assert "provisoire" in provisional.headers["content-disposition"]
    assert not OrderPaper.objects.exists()

    make.close_order(order, by=WHO, today=TODAY, now=make.NOON)
    first, second = client.post(address), client.post(address)
    assert first.content == second.content == bytes(OrderPaper.objects.get().content)
    assert first.headers["x-content-type-options"] == "nosniff"
    assert client.get(address).status_code == 405, "a GET writes nothing"


def test_hours_of_the_night_when_clocks_change(client, seller, car, settings):
    refused = client.post(NEW, a_full_form(client, car, delivery_on="29/03/2026", delivery_time="2 h 30"))
    assert "n’existe pas le 29/03/2026" in sentences(refused)[0]
    kept = client.post(NEW, a_full_form(client, car, delivery_on="25/10/2026", delivery_time="02:30"), follow=True)
    assert "existe deux fois" in kept.content.decode()
    assert Order.objects.get().delivery_at.isoformat() == "2026-10-25T00:30:00+00:00"


@pytest.mark.parametrize("page", ["list", "new", "form", "closed", "vehicles", "customers"])
def test_no_page_takes_more_than_fifteen_statements(client, seller, site, page, django_assert_max_num_queries):
    order = make.an_order(site, fees=[("Mise en service", Decimal(250))], deposits=[(Decimal(500), "card")])
    closed = make.a_closed_order(site)
    address = {
        "list": "/bons-de-commande/", "new": f"{NEW}?vehicle={make.a_vehicle(site).pk}", "form": f"/bons-de-commande/{order.number}/",
        "closed": f"/bons-de-commande/{closed.number}/", "vehicles": "/bons-de-commande/chercher/vehicules/?stock_number=er",
        "customers": "/bons-de-commande/chercher/clients/?last_name=du",
    }[page]  # fmt: skip
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(("warranty", "most"), [("none", 20), ("label", 23)])  # the label adds its sale at the hub, the message, its job
def test_an_order_created_and_closed_takes_few_statements(client, seller, car, warranty, most):
    typed = a_full_form(client, car, deposit="500", paid_by="card", deposit_on="06/12/2021")
    if warranty == "none":
        typed["warranty"] = "none"
    with statements() as of_creating:
        created = client.post(NEW, typed)
    told = controls(client.get(created["Location"]).content)
    with statements() as of_closing:
        client.post(f"{created['Location']}enregistrer/", told | {"act": "close"})
    said = of_creating + of_closing
    assert Order.objects.get().is_closed
    assert len(said) <= most, "\n".join(said)


def deposits_of(order):
    return list(order.deposits.values_list("amount", "paid_by", "paid_on"))


def test_several_deposits_are_typed_without_script_one_line_more_at_a_time(client, seller, car):
    first = a_full_form(client, car, deposit="500", paid_by="card", deposit_on="06/12/2021")
    assert "deposit_2" not in first
    second = controls(client.post(NEW, first | {"act": "deposit"}).content)
    assert (second["deposit"], second["deposit_2"], second["paid_by_2"], second["deposit_on_2"]) == ("500", "", "", "")
    third = controls(client.post(NEW, second | {"deposit_2": "1 000,50", "paid_by_2": "transfer", "act": "deposit"}).content)
    saved = client.post(NEW, third | {"deposit_3": "10"}, follow=True)
    order = Order.objects.get()
    assert deposits_of(order) == [
        (Decimal("500.00"), "card", date(2021, 12, 6)), (Decimal("1000.50"), "transfer", None), (Decimal("10.00"), "", None),
    ]  # fmt: skip
    assert order.sums().left_to_pay == Decimal("14939.50")
    assert "14\u202f939,50\u00a0€" in saved.content.decode()
    shown = controls(saved.content)
    assert (shown["deposit_2"], shown["deposit_3"], "deposit_4" in shown) == ("1\u202f000,50", "10,00", False)

    address = f"{BOOK}{order.number}/enregistrer/"
    fewer = controls(client.post(address, shown | {"act": "no_deposit:2"}).content)
    assert (fewer["deposit"], fewer["deposit_2"], "deposit_3" in fewer) == ("500,00", "10,00", False)
    assert len(deposits_of(order)) == 3, "a button that fills writes nothing"
    client.post(address, fewer | {"act": "close"})
    order.refresh_from_db()
    assert (order.is_closed, len(deposits_of(order))) == (True, 2)
    closed = " ".join(BeautifulSoup(client.get(f"{BOOK}{order.number}/").content, "html.parser").get_text(" ").split())
    assert "Acomptes Acompte 500,00 € · Carte bancaire · 06/12/2021 Acompte 10,00 €" in closed


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"deposit": "16000", "deposit_2": "500"}, "deposit_2", "Les acomptes dépassent le total du bon (16 450,00 €)"),
        ({"deposit": "17000"}, "deposit", "L’acompte dépasse le total du bon (16 450,00 €)"),
        ({"paid_by_3": "card"}, "deposit_3", "Saisissez le montant de l’acompte, ou effacez son règlement"),
        ({"deposit_on": "06/12/2021"}, "deposit", "Saisissez le montant de l’acompte, ou effacez son règlement"),
        ({"deposit_2": "abc"}, "deposit_2", "Saisissez un montant"),
        ({"deposit": "5", "deposit_on": "06/12/2099"}, "deposit_on", "jusqu’au 07/12/2021"),
    ],
)
def test_a_deposit_that_cannot_be_is_refused_at_its_line_and_kept(client, seller, car, typed, field, words):
    answer = client.post(NEW, a_full_form(client, car, **typed))
    assert answer.status_code == 422
    errors = " ".join(answer.context["form"].errors[field]).replace("\u202f", " ").replace("\u00a0", " ")
    assert words.lower() in errors.lower()
    shown = controls(answer.content)
    assert {name: shown[name] for name in typed} == typed
    assert not Order.objects.exists()


@pytest.mark.parametrize("verb", ["no_deposit:", "no_deposit:x", "no_deposit:99", "no_deposit:1", "deposit:9", "deposit"])
def test_a_nonsense_line_is_no_trouble(client, seller, car, verb):
    lines = {f"deposit_{line}": str(line) for line in range(2, 9)}
    assert client.post(NEW, a_full_form(client, car, deposit="1", **lines) | {"act": verb}).status_code == 200


def test_what_somebody_writes_down_in_english_is_kept_in_french(client, seller, site):
    car = make.a_vehicle(site, fuel="PETROL")
    client.cookies["django_language"] = "en"
    saved = client.post(NEW, a_full_form(client, car), follow=True)
    assert "Order 746210" in saved.content.decode()
    closed = client.post(f"{BOOK}746210/enregistrer/", controls(saved.content) | {"act": "close"}, follow=True)
    assert "Closed" in closed.content.decode()
    assert "Bon 746210 clôturé" in closed.content.decode()
    said = set(Entry.objects.values_list("sentence", flat=True))
    assert said == {"Véhicule 60227 entré au stock", "Pris dans le bon 746210", "Bon 746210 créé", "Bon 746210 clôturé"}
    assert Order.objects.get().closed_frozen["vehicle"]["fuel"] == "Essence"
