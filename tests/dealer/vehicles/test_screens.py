"""Gestion véhicules as people use it: the list, a new car, the sheet."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from jupiter.dealer.vehicles import views
from jupiter.dealer.vehicles.actions import edit_vehicle
from jupiter.dealer.vehicles.forms import VehicleForm, as_typed, for_a_new_car
from jupiter.dealer.vehicles.models import State, VatRegime, Vehicle
from jupiter.kit.journal.actions import entries_of
from tests.dealer import make


@pytest.fixture
def site(db):
    return make.a_site(code="PE64")


@pytest.fixture
def seller(client, site):
    user = make.a_member(site)
    client.force_login(user)
    return user


def typed(values, **changes):
    form = VehicleForm(initial=values)
    shown = {name: form[name].field.prepare_value(form[name].value()) for name in form.fields}
    return {name: "" if value is None or value is False else value for name, value in shown.items()} | changes


def new_car(**changes):
    told = {
        "plate": "er452as", "vin": "12345678901233333", "make": "PEUGEOT", "model": "2008", "trim": "1.2 PureTech 110", "fuel": "diesel",
        "first_registered_on": "14/09/2018", "din_power_hp": "50", "mileage_km": "4500", "manufacturer_warranty_until": "14/09/2020",
        "manufacturer_warranty_km": "100 000 km", "asking_gross": "16 450,00", "purchase_net": "11890,00", "vat_regime": "standard",
    }  # fmt: skip
    return typed(for_a_new_car()) | told | changes


def save(client, car, **changes):
    return client.post(f"/vehicules/{car.pk}/valider/", typed(as_typed(car), **changes))


def test_a_new_car_is_entered_as_typed_and_gets_the_sites_next_number(client, seller, site):
    answer = client.post("/vehicules/nouveau/", new_car(site=site.pk))
    car = Vehicle.objects.get()
    assert answer.headers["location"] == f"/vehicules/{car.pk}/"
    assert (car.stock_number, car.plate, car.fuel, car.manufacturer_warranty_km) == ("60227", "ER-452-AS", "DIESEL", 100000)
    assert (car.asking_gross, car.first_registered_on, car.vat_regime) == (Decimal("16450.00"), date(2018, 9, 14), VatRegime.STANDARD)
    assert (car.co2_g_km, car.power_kw) == (0, 0)
    assert "er452as".upper() in car.search_text


def test_a_new_car_cannot_be_entered_into_another_site(client, seller, site):
    other = make.a_site(site.group)
    assert client.post("/vehicules/nouveau/", new_car(site=other.pk)).status_code == 422
    assert not Vehicle.objects.exists()


def test_what_is_missing_is_named_and_what_was_typed_is_kept(client, seller, site):
    answer = client.post("/vehicules/nouveau/", new_car(site=site.pk, vin="", make=""))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Le champ VIN est obligatoire" in page
    assert "Le champ marque est obligatoire" in page
    assert 'value="er452as"' in page
    assert not Vehicle.objects.exists()


def test_the_sheet_shows_the_tutorials_blocks_and_figures(client, seller, site):
    car = make.a_vehicle(
        site, plate="CZ-105-XR", vat_regime=VatRegime.MARGIN, purchase_net=Decimal("8626.67"), asking_gross=Decimal("43000.00"),
        dms_number="3972", entered_on=date(2015, 12, 15), purchased_on=date(2015, 12, 8),
    )  # fmt: skip
    edit_vehicle(car, {}, costs=[("Remise en état", Decimal("120.83"))], version=1, by="x")
    Vehicle.objects.filter(pk=car.pk).update(state=State.AWAITING_DELIVERY, delivery_on=date(2021, 12, 10))
    page = re.sub(r"[\u00a0\u202f]", "", client.get(f"/vehicules/{car.pk}/").content.decode())
    for words in (
        "Modifier véhicule", "N° DMS", "3972", "Marge", "28543,75 (66,38%)", "79,66%", "Jours de Stock", "2187", "Achat", "Entrée",
        "Commande", "Livraison", "Vente", "8626,67", "43000,00", "Immatriculation", "Date CG", "Genre", "Marque", "Kms", "Gar.",
        "Fournisseur", "Intermédiaire", "Acheteur", "Document", "BDC(0)", "Imprimer", "Action", "Valider", "Fermer", "Cours Livraison",
    ):  # fmt: skip
        assert words in page, words
    assert "Commerce Box" not in page


def test_a_sheet_is_saved_and_says_so(client, seller, site):
    car = make.a_vehicle(site)
    answer = save(client, car, trim="1.2 PureTech 130", cost_label_1="Pneus", cost_amount_1="240,00")
    assert answer.status_code == 302
    kept = Vehicle.objects.get(pk=car.pk)
    assert (kept.trim, kept.costs_net, kept.version) == ("1.2 PureTech 130", Decimal("240.00"), 2)
    assert "enregistré" in client.get(answer.headers["location"]).content.decode()


def test_saving_an_untouched_sheet_changes_nothing(client, seller, site):
    car = make.a_vehicle(site)
    assert save(client, car).status_code == 302
    assert Vehicle.objects.get(pk=car.pk).version == 1


def test_the_second_to_save_sees_both_versions_who_and_when(client, seller, site):
    car = make.a_vehicle(site)
    opened = typed(as_typed(car))
    client.post(f"/vehicules/{car.pk}/valider/", opened | {"trim": "VERSION A"})
    answer = client.post(f"/vehicules/{car.pk}/valider/", opened | {"trim": "VERSION B"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert all(words in page for words in ("VERSION A", "VERSION B", "HAKIM AB a enregistré cette fiche"))
    assert Vehicle.objects.get(pk=car.pk).trim == "VERSION A"

    again = opened | {"trim": "VERSION B", "version": answer.context["form"]["version"].value()}
    assert client.post(f"/vehicules/{car.pk}/valider/", again).status_code == 302
    assert Vehicle.objects.get(pk=car.pk).trim == "VERSION B"


def test_a_mileage_that_goes_back_asks_for_a_tick(client, seller, site):
    car = make.a_vehicle(site)
    answer = save(client, car, mileage_km="4000")
    assert answer.status_code == 422
    assert "Ce kilométrage en baisse est exact" in answer.content.decode()
    assert Vehicle.objects.get(pk=car.pk).mileage_km == 4500

    assert save(client, car, mileage_km="4000", mileage_confirmed="on").status_code == 302
    assert Vehicle.objects.get(pk=car.pk).mileage_km == 4000
    assert "baisse confirmé" in entries_of("vehicle", car.pk)[0].sentence


def test_the_same_vin_twice_in_the_group_is_an_amber(client, seller, site):
    make.a_vehicle(make.a_site(site.group, code="FO28"))
    car = make.a_vehicle(site)
    page = client.get(f"/vehicules/{car.pk}/").content.decode()
    assert "Ce VIN est déjà au stock" in page
    assert "FO28" in page


def test_the_same_vin_in_another_group_is_nobodys_business(client, seller, site):
    make.a_vehicle(make.a_site())
    car = make.a_vehicle(site)
    assert "Ce VIN est déjà au stock" not in client.get(f"/vehicules/{car.pk}/").content.decode()


def test_puretech_as_diesel_is_an_amber_and_does_not_block(client, seller, site):
    car = make.a_vehicle(site)
    assert "PureTech est un moteur essence" in client.get(f"/vehicules/{car.pk}/").content.decode()
    assert save(client, car, trim="1.2 PureTech 130").status_code == 302


def test_what_a_declaration_needs_and_the_sheet_lacks_is_listed(client, seller, site):
    car = make.a_vehicle(site, plate="", din_power_hp=0)
    page = client.get(f"/vehicules/{car.pk}/").context["form"]
    assert [words for _, words in page.missing] == ["Immatriculation", "Puissance DIN"]


def test_a_delivered_car_is_sold(client, seller, site):
    order = make.a_closed_order(site)
    client.post(f"/vehicules/{order.vehicle_id}/livrer/")
    assert Vehicle.objects.get(pk=order.vehicle_id).state == State.SOLD


def test_a_car_still_in_stock_is_not_delivered(client, seller, site):
    car = make.a_vehicle(site)
    answer = client.post(f"/vehicules/{car.pk}/livrer/", follow=True)
    assert "pas en cours de livraison" in answer.content.decode()
    assert Vehicle.objects.get(pk=car.pk).state == State.IN_STOCK


def test_the_sheet_is_printed_as_a_pdf(client, seller, site):
    car = make.a_vehicle(site)
    answer = client.get(f"/vehicules/{car.pk}/imprimer/")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_other_nouns_put_their_parts_on_the_sheet(client, seller, site, monkeypatch):
    part = views.Part("side", "kit/notice.html", {"title": "Une partie", "text": "d’un autre nom"})
    monkeypatch.setattr(views, "SHEET_PARTS", [lambda request, member, car: [part]])
    page = client.get(f"/vehicules/{make.a_vehicle(site).pk}/").content.decode()
    assert "Une partie" in page


def test_its_orders_are_counted_and_linked(client, seller, site):
    order = make.an_order(site)
    assert "BDC(1)" in client.get(f"/vehicules/{order.vehicle_id}/").content.decode()


@pytest.fixture
def stock(site):
    other = make.a_site(site.group, code="FO28", name="CHARTRES")
    cars = [make.a_vehicle(site, vin="VF3CUHMZ6HY012345"), make.a_vehicle(site, plate="EG-702-HQ", model="208", trim="Allure")]
    return other, cars, make.a_vehicle(other, model="508")


def found(client, **asked):
    page = client.get("/vehicules/", asked)
    assert page.status_code == 200
    return {row.record.pk for row in page.context["table"].paginated_rows}


def test_the_list_shows_the_cars_of_the_members_sites(client, seller, stock):
    _, cars, elsewhere = stock
    assert found(client) == {car.pk for car in cars}


@pytest.mark.parametrize(
    ("asked", "at"),
    [
        ({"plate": "eg 702"}, [1]),
        ({"stock_number": "60227"}, [0]),
        ({"model": "peugeot 2008"}, [0]),
        ({"model": "allure"}, [1]),
        ({"state": "in_stock"}, [0, 1]),
        ({"state": "sold"}, []),
        ({"model": "%"}, []),
    ],
)
def test_the_list_answers_its_filters(client, seller, stock, asked, at):
    _, cars, _ = stock
    assert found(client, **asked) == {cars[index].pk for index in at}


@pytest.mark.parametrize("asked", [{"state": "nothing"}, {"site": "999999"}, {"page": "9999"}, {"sort": "password"}, {"plate": "\x00"}])
def test_a_list_asked_for_nonsense_does_not_break(client, seller, stock, asked):
    assert client.get("/vehicules/", asked).status_code == 200


def test_pages_cost_few_statements(client, seller, site, django_assert_max_num_queries):
    order = make.an_order(site)
    for _ in range(30):
        make.a_vehicle(site)
    for address in ("/vehicules/", f"/vehicules/{order.vehicle_id}/", "/vehicules/nouveau/", "/parametrage/", "/"):
        with django_assert_max_num_queries(16):  # one of them only here: a test's transaction goes on around the door
            assert client.get(address).status_code == 200


def test_the_filtered_rows_are_exported(client, seller, stock):
    answer = client.get("/vehicules/exporter/", {"model": "208", "sort": "-stock_number", "_export": "csv"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].split(";")[:4] == ["N° Police", "Statut", "Immat.", "Modèle"]
    assert [line.split(";")[0] for line in lines[1:]] == ["60228"]
    assert "16450,00" in lines[1]

    answer = client.get("/vehicules/exporter/?_export=xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert {row[0].value for row in sheet.iter_rows(min_row=2)} == {"60227", "60228"}
    assert sheet["H2"].value == 16450


def test_after_a_refusal_the_address_of_valider_leads_back_to_the_sheet(client, seller, site):
    car = make.a_vehicle(site)
    assert client.get(f"/vehicules/{car.pk}/valider/").headers["location"] == f"/vehicules/{car.pk}/"
