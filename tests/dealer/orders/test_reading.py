"""Compiled queries make the same objects of rows as Django does, of the widest that we have."""

import pytest
from django.db.models import Model, Value
from django.db.models.signals import post_init

from jupiter.dealer.declarations.models import SaleAtHub
from jupiter.dealer.orders.models import Order
from jupiter.dealer.sites.models import Membership
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit import rows
from jupiter.kit.accounts.models import User
from jupiter.kit.compiled import Compiled
from tests.dealer.orders import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders():
    site = make.a_site()
    make.a_link(site.group)
    make.a_member(site)
    make.a_closed_order(site, fees=[("Frais", 250)], deposits=[(100, "CB")])
    make.an_order(site, without_vehicle=True)


QUERIES = {
    "an order with all that its page shows": lambda: Order.objects.for_page().order_by("pk"),
    "some columns": lambda: Order.objects.only("site_id", "state").order_by("pk"),
    "all but some": lambda: Vehicle.objects.for_list().order_by("pk"),
    "with something more": lambda: Order.objects.select_related("vehicle__site").annotate(more=Value(7)).order_by("pk"),
    "what is joined in two steps": lambda: Membership.objects.select_related("site__group").order_by("pk"),
    "what remembers its JSON": lambda: SaleAtHub.objects.select_related("order__site").order_by("pk"),
    "a row and back": lambda: Order.objects.select_related("at_hub").order_by("pk"),
    "values": lambda: User.objects.order_by("pk").values_list("pk", "username"),
    "one value": lambda: User.objects.order_by("pk").values_list("username", flat=True),
}


def seen(thing, above=()):
    """All that an object holds, and what hangs on it, to where it comes round."""
    if not isinstance(thing, Model):
        return thing
    if any(thing is one for one in above):
        return "round"
    held = {name: value for name, value in vars(thing).items() if name not in ("_state", "_prefetched_objects_cache")}
    joined = {name: seen(other, (*above, thing)) for name, other in thing._state.fields_cache.items()}
    lines = {name: [seen(line, (*above, thing)) for line in kept] for name, kept in getattr(thing, "_prefetched_objects_cache", {}).items()}
    return type(thing), list(held.items()), joined, lines, (thing._state.db, thing._state.adding)


@pytest.mark.parametrize("name", QUERIES)
def test_they_are_the_same(orders, name):
    compiled, usual = Compiled(QUERIES[name]).rows(), list(QUERIES[name]())
    assert compiled
    assert [seen(one) for one in compiled] == [seen(one) for one in usual]


def test_what_was_left_out_is_read_when_it_is_asked_for(orders):
    (first, *_) = Compiled(QUERIES["some columns"]).rows()
    assert first.get_deferred_fields()
    assert first.number == Order.objects.earliest("pk").number


@pytest.fixture
def heard():
    made = []

    def hear(instance, **_):
        made.append(instance.username)

    post_init.connect(hear, sender=User)
    rows.is_plain.cache_clear()
    yield made
    post_init.disconnect(hear, sender=User)
    rows.is_plain.cache_clear()


def test_a_model_that_others_listen_to_is_made_as_django_makes_it(orders, heard):
    compiled = Compiled(lambda: User.objects.order_by("pk"))
    assert [user.username for user in compiled.rows()] == heard != []
