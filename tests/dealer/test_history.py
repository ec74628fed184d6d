"""A row that was changed is still there as it was, whoever changed it and however."""

from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, transaction

from jupiter.dealer.orders.actions import reopen_order
from jupiter.dealer.orders.models import Order, OrderBuyer
from jupiter.kit.history import changes
from tests import history
from tests.dealer import make
from tests.statements import at_most

pytestmark = pytest.mark.django_db


def test_every_model_is_kept_or_named_as_written_once():
    assert history.models_without_history() == set()


def test_no_secret_goes_into_the_history():
    assert history.secrets_in_history() == []


def test_an_order_that_was_closed_and_reopened_has_been_both():
    order = make.a_closed_order(make.a_site())
    before = order.former_versions.count()

    reopen_order(order, by=make.WHO, reason="Erreur de prix", today=make.TODAY)

    assert order.former_versions.count() == before + 1
    assert order.former_versions.order_by("pgh_id").last().state == "closed"
    order.refresh_from_db()
    assert ("Statut", "Clôturé", "En cours") in [(change.label, change.before, change.after) for change in changes(order)]


def test_a_change_of_many_rows_at_once_is_seen_too():
    order = make.an_order(make.a_site())

    OrderBuyer.objects.filter(order=order).update(city="PAU")

    order.buyer.refresh_from_db()
    assert [(change.label, change.before, change.after) for change in changes(order.buyer)] == [("Ville", make.BUYER["city"], "PAU")]


def test_a_row_that_stays_as_it_is_leaves_no_version():
    order = make.an_order(make.a_site())
    before = order.former_versions.count()

    Order.objects.filter(pk=order.pk).update(state=order.state)

    assert order.former_versions.count() == before


def test_what_was_kept_cannot_be_rewritten():
    order = make.a_closed_order(make.a_site())

    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        order.former_versions.update(state="open")


def lines_of(answer):
    return [
        tuple(cell.text.strip() for cell in row.find_all("td")) for row in BeautifulSoup(answer.content, "html.parser").select("tbody tr")
    ]


def test_the_screen_says_what_an_order_was_with_its_buyer_and_its_lines(client):
    site = make.a_site()
    order = make.an_order(site, fees=[("Carte grise", Decimal(200)), ("Préparation", Decimal(90))])
    client.force_login(make.a_member(site))
    kept, gone = order.fees.all()
    Order.objects.filter(pk=order.pk).update(print_terms=False, updated_by=make.WHO)
    OrderBuyer.objects.filter(order=order).update(city="PAU")
    type(kept).objects.filter(pk=kept.pk).update(amount="210")
    gone.delete()

    found = [line[:4] for line in lines_of(client.get(f"/bons-de-commande/{order.number}/versions/"))]

    assert {
        ("Conditions générales", "Oui", "Non", make.WHO),
        ("Acheteur\u00a0: Ville", make.BUYER["city"], "PAU", make.WHO),
        ("Frais\u00a0: Montant", "200,00", "210,00", make.WHO),
        ("Frais\u00a0: Libellé", "Préparation", "retiré", make.WHO),
        ("Frais\u00a0: Montant", "90,00", "retiré", make.WHO),
    } <= set(found)
    assert "Frais\u00a0: Libellé" not in {label for label, _before, after, _by in found if after != "retiré"}


def test_another_car_is_named_by_its_number(client):
    site = make.a_site()
    order, second = make.an_order(site), make.a_vehicle(site)
    first = order.vehicle
    client.force_login(make.a_member(site))

    Order.objects.filter(pk=order.pk).update(vehicle=second)

    assert [line[:3] for line in lines_of(client.get(f"/bons-de-commande/{order.number}/versions/"))] == [
        ("Véhicule", str(first), str(second))
    ]


def test_a_value_that_was_emptied_is_not_a_line_that_was_removed(client):
    order = make.an_order(make.a_site())
    client.force_login(make.a_member(order.site))

    Order.objects.filter(pk=order.pk).update(mileage_km=None)

    assert [line[:3] for line in lines_of(client.get(f"/bons-de-commande/{order.number}/versions/"))] == [("Kilométrage", "4500", "—")]


def test_the_screen_says_what_a_vehicle_was(client):
    car = make.a_vehicle(make.a_site())
    client.force_login(make.a_member(car.site))
    page = client.get(f"/vehicules/{car.pk}/").content.decode()
    assert f'href="/vehicules/{car.pk}/versions/"' in page
    assert lines_of(client.get(f"/vehicules/{car.pk}/versions/"))[0][0].startswith("Aucune valeur n’a été modifiée")

    type(car).objects.filter(pk=car.pk).update(mileage_km=car.mileage_km + 10)

    assert [line[:3] for line in lines_of(client.get(f"/vehicules/{car.pk}/versions/"))] == [
        ("Kms", str(car.mileage_km), str(car.mileage_km + 10))
    ]


def test_the_screen_takes_few_statements(client):
    site = make.a_site()
    order = make.a_closed_order(site)
    client.force_login(make.a_member(site))
    reopen_order(order, by=make.WHO, reason="Erreur de prix", today=make.TODAY)

    with at_most(15):
        assert client.get(f"/bons-de-commande/{order.number}/versions/").status_code == 200
