"""An order that was lost here, taken back from what the hub was told of it."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from jupiter.contracts.reconciliation import KeptSaleV1, sale_words_sha256
from jupiter.dealer.declarations.actions import take_back_order
from jupiter.dealer.declarations.models import SaleAtHub, State
from jupiter.dealer.declarations.wording import words_of
from jupiter.dealer.orders.actions import OrderDeclared, cancel_order, close_order
from jupiter.dealer.orders.models import Order
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit.transmissions.models import Transmission
from tests.dealer.orders import make

from .conftest import state

pytestmark = pytest.mark.django_db
TOMORROW = date(2021, 12, 8)


@pytest.fixture
def site():
    site = make.a_site()
    make.a_link(site.group)
    return site


def kept(order, reference=None, **more):
    """As the hub keeps it. Of an order that exists, under another reference, as if that one were lost."""
    reference, words = str(reference or uuid4()), words_of(order) | more.pop("words", {})
    told = state(reference, sequence=4) | more
    line = {
        "reference": reference, "owner": order.site.network_code, "at": "2021-12-07T10:31:04Z", "changed_at": "2021-12-07T10:31:04Z",
        "under_way": False, "state": told["state"], "cover": told["cover"], "declaration_number": told.get("declaration_number", ""),
        "quote_number": "", "policy_number": "", "sequence": 4, "words_sha256": sale_words_sha256(words), "document_sha256": "",
    }  # fmt: skip
    return KeptSaleV1(line=line, words=words, state=told)


def lost(order):
    """The restored machine knows neither the order nor its number; its car stands in stock."""
    told, number = kept(order, order.sale_reference), order.number
    Transmission.objects.all().delete()
    SaleAtHub.objects.all().delete()
    Vehicle.objects.update(state="in_stock", buyer=None)
    for lines in ("fees", "deposits", "papers"):
        getattr(order, lines).all().delete()
    order.buyer.delete()
    Order.objects.filter(pk=order.pk).delete()
    return told, number


def take_back(site, told):
    return take_back_order(site.group.hub_link, told, site, by="RESPONSABLE VO", today=TOMORROW)


def test_it_is_what_it_was_and_is_said_again(site):
    before = make.a_closed_order(site)
    told, number = lost(before)
    order = Order.objects.get(pk=take_back(site, told).pk)
    assert (order.number, order.sale_reference, order.created_on, order.state) == (number, before.sale_reference, make.TODAY, "open")
    assert words_of(order) == told.words
    assert (order.agreed_gross, order.agreed_net, order.agreed_vat) == (Decimal("16450.00"), Decimal("13708.33"), Decimal("2741.67"))
    assert order.vehicle.state == "ordered"
    sale = SaleAtHub.objects.get(order=order)
    assert (sale.sequence, sale.state, sale.created_at) == (4, State.RECEIVED, told.line.at)
    assert "complétez-le" in sale.to_check
    assert [parcel.words for parcel in Transmission.objects.filter(kind="sale.put")] == [told.words]


def test_the_series_goes_on_above_it(site):
    told, number = lost(make.a_closed_order(site))
    take_back(site, told.model_copy(update={"words": told.words | {"order_number": str(number + 5)}}))
    assert make.an_order(site).number == number + 6


@pytest.mark.parametrize("number", ["", "A-17", "-1", "0", "9" * 30, "²"])
def test_what_is_no_number_of_ours_gives_way_to_the_next(site, number):
    other = make.an_order(site)
    told = kept(make.an_order(site), words={"order_number": number} if number else {"order_number": None})
    assert take_back(site, told).number == other.number + 2
    assert not Transmission.objects.exists(), "other words than the hub has: nothing is said before a person has looked"


def test_a_number_that_another_order_took_meanwhile_stays_with_that_one(site):
    theirs = make.an_order(site)
    taken = take_back(site, kept(theirs))
    assert (taken.number, Order.objects.get(pk=theirs.pk).number) == (theirs.number + 1, theirs.number)


def test_a_car_that_is_not_in_stock_is_left_for_the_person_to_choose(site):
    sold = make.a_closed_order(site)
    order = take_back(site, kept(sold))
    assert order.vehicle is None
    assert Order.objects.get(pk=sold.pk).vehicle == sold.vehicle
    assert SaleAtHub.objects.get(order=order).to_check


def test_once_declared_it_is_not_cancelled_and_closing_it_says_it_again(site):
    told, _ = lost(make.a_closed_order(site))
    declared = {"state": "declared", "declaration_number": "SP953617Z100034312"}
    order = take_back(site, told.model_copy(update={"state": told.state.model_copy(update=declared)}))
    with pytest.raises(OrderDeclared):
        cancel_order(order, reason="le client renonce", by="RESPONSABLE VO", today=TOMORROW, now=timezone.now())
    close_order(order, by="RESPONSABLE VO", today=TOMORROW, now=timezone.now())
    assert SaleAtHub.objects.get(order=order).state == State.DECLARED
    assert [parcel.words for parcel in Transmission.objects.filter(kind="sale.put")] == [told.words] * 2
