"""The shared list of bad inputs, row by row, through the order's form: accepted, normalised or refused, everything kept, never a 500."""

import html
import json
from datetime import date
from pathlib import Path

import pytest

from jupiter.dealer.orders.models import Order

from . import make
from .paper import controls, sentences
from .test_screens import NEW, a_full_form

ROWS = [json.loads(line) for line in (Path(__file__).parents[2] / "data/bad_inputs.jsonl").read_text("utf-8").splitlines()]
FIELDS = {
    "plate": "trade_in_plate", "name": "last_name", "phone": "phone", "email": "email", "postal_code": "postcode", "city": "city",
    "birth_date": "born_on", "mileage": "mileage_km", "price": "agreed_gross", "siret": "siret", "duration_months": "financing_months",
    "delivery_date": "delivery_on",
}  # fmt: skip
OF_THE_BUYER = {"last_name", "phone", "email", "postcode", "city", "born_on", "siret"}
NOT_HERE = {
    "B021": "a trade-in may have no plate",
    "B254": "in words; test_screens says it in kilometres",
    "B076": "the past: an order of today is not delivered before; read below",
}


def rows():
    return [pytest.param(row, id=row["id"]) for row in ROWS if row["field"] in FIELDS and row["id"] not in NOT_HERE]


@pytest.fixture
def car(site):
    return make.a_vehicle(site, mileage_km=1)


@pytest.mark.parametrize("row", rows())
def test_each_row_is_taken_or_refused_as_it_says(client, seller, car, row):
    field, value = FIELDS[row["field"]], row["value"]
    more = {"title": "COMPANY"} if field == "siret" else {}
    if field == "postcode":
        more = {"city": "VILLE"} | ({"country": "MC"} if row["id"] == "B163" else {})
    if field == "city":
        more = {"postcode": "64000"}
    if field == "agreed_gross":
        more = {"agreed_net": "", "deposit": ""}
    told = a_full_form(client, car, **more) | {field: value, "act": "close"}

    answer = client.post(NEW, told)

    if row["expected"] == "reject":
        assert answer.status_code == 422
        (error,) = answer.context["form"].summary()
        assert error[0] == f"id_{field}"
        assert "\x00" in value or not value or f'value="{html.escape(value)}"' in answer.content.decode()
        assert not Order.objects.exists()
        return
    assert answer.status_code == 302, sentences(answer)
    order = Order.objects.get()
    if row["expected"] == "normalise":
        kept = getattr(order.buyer if field in OF_THE_BUYER else order, field)
        assert (kept.isoformat() if isinstance(kept, date) else str(kept)) == row["to"]


def test_a_delivery_before_the_order_is_refused_and_its_blank_is_not_the_reason(client, seller, car):
    answer = client.post(NEW, a_full_form(client, car, delivery_on=" 21/10/2021"))
    assert "à partir du 07/12/2021" in sentences(answer)[0]


def test_three_prices_that_reconcile_are_kept(client, seller, car):
    client.post(NEW, a_full_form(client, car, agreed_net="13708.34", agreed_gross="16450.01"))
    order = Order.objects.get()
    assert [str(amount) for amount in (order.agreed_net, order.agreed_vat, order.agreed_gross)] == ["13708.34", "2741.67", "16450.01"]


def test_a_deposit_above_the_price_is_refused(client, seller, car):
    answer = client.post(NEW, a_full_form(client, car, deposit="20000"))
    assert "dépasse le total du bon" in sentences(answer)[0]


def test_belgian_rules_follow_the_country(client, seller, car):
    client.post(NEW, a_full_form(client, car, postcode="B-1000", city="BRUXELLES", country="BE"))
    assert Order.objects.get().buyer.postcode == "1000"


def test_a_leap_second_is_no_hour(client, seller, car):
    assert client.post(NEW, a_full_form(client, car, delivery_time="23:59:60")).status_code == 422


@pytest.mark.parametrize("nonsense", ["\x00", "\ud800", "A" * 100_000, "𝔸" * 300, "'\"<>&", "-1", "9" * 30, "%00", "١", "1e5", "NaN"])
def test_whatever_stands_in_any_field_is_read_or_refused_and_never_breaks(client, seller, site, nonsense):
    typed = nonsense.encode("utf-8", "surrogatepass") if "\ud800" in nonsense else nonsense
    told = dict.fromkeys([*controls(client.get(NEW).content), "confirm"], typed)
    for act in ("save", "close", "vehicle", "customer:x", "fees", f"vehicle:{'9' * 40}", nonsense if "\ud800" not in nonsense else ""):
        assert client.post(NEW, told | {"act": act}).status_code in (200, 422)
    order = make.an_order(site)
    address = f"/bons-de-commande/{order.number}/"
    assert client.post(f"{address}enregistrer/", told | {"act": "save"}).status_code == 422
    assert client.post(f"{address}annuler/", {"reason": typed}).status_code in (302, 422)


@pytest.mark.parametrize("query", ["%00", "%ff", "A" * 5000, "%27%22%3C", "%F0%9F%9A%97", "'; DROP TABLE orders;--"])
def test_whatever_is_asked_of_list_and_searches_is_answered(client, seller, query):
    for name in ("number", "state", "buyer", "taken", "sold", "seller", "kind", "lender", "vehicle", "sort", "page"):
        assert client.get(f"/bons-de-commande/?{name}={query}").status_code == 200
    for address in (
        "chercher/vehicules/?stock_number=",
        "chercher/vehicules/?role=trade_in&trade_in_search=",
        "chercher/clients/?last_name=",
    ):
        assert client.get(f"/bons-de-commande/{address}{query}").status_code == 200
    assert client.get(f"/bons-de-commande/nouveau/?vehicle={query}").status_code == 200
