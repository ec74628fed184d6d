"""Every address × verb × role × {own, another site's, another group's, unknown}: what is another's is as if it did not exist."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from pghistory.models import Event

from jupiter.dealer.customers.models import Customer
from jupiter.dealer.declarations.models import HubGrant
from jupiter.dealer.desk.management.commands import load_demo
from jupiter.dealer.orders.models import Order
from jupiter.dealer.sites import rules
from jupiter.dealer.sites.access import Member
from jupiter.dealer.sites.models import Group, Membership, Site
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit.accounts.models import User
from jupiter.kit.transmissions.models import Transmission
from jupiter.kit.walls import everywhere
from jupiter.kit.web.export import CSV, XLSX
from tests.dealer import make
from tests.differences import a_difference
from tests.rights import rights_of
from tests.walls import (
    EXPORTS,
    PAGE,
    PDF,
    SEARCH,
    Heard,
    Questions,
    answers,
    ask,
    files,
    lower_second_wall,
    masked,
    of_any,
    red,
    shown,
    tables_without_wall,
)

pytestmark = pytest.mark.django_db  # each test inside the world's own transaction, see below

MARK = load_demo.MARK
VERBS = ("get", "head", "post", "put", "patch", "delete", "options")
ROLES = (rules.SELLER, rules.MANAGER, rules.ADMIN)

# Addresses that answer without a log-in, or to anyone who has one, and are walled otherwise: each says its own `act`.
OPEN_ACTS = {"public", "anyone"}
# Ninja's addresses carry no act: what they ask of a caller is written here.
API = {
    "": "public",  # ninja's own root: Accueil stands before it
    "api/openapi.json": "public",
    "api/docs": "public",
    "api/v1/notices/hub/<client_id>": "signed",
    "api/v1/reconciliation/hub/<client_id>/days": "signed",
    "api/v1/reconciliation/hub/<client_id>/sales": "signed",
}
# Asked inside an address of another act: the form's buttons.
INSIDE = {"close_order"}
# What the sites of one group share: the table of sites, and customers.
SHARED = {"sites:show", "sites:save", "customers:show"}


class Address(NamedTuple):
    name: str  # namespace:name
    route: str
    act: str
    needs: tuple[str, ...]  # the arguments of its route


def addresses(patterns: Any = None, route: str = "", space: str = "") -> Iterator[Address]:
    for one in patterns if patterns is not None else get_resolver().url_patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, here, f"{space}{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern):
            act = getattr(one.callback, "act", "") or API.get(re.sub(r"<\w+:", "<", here), "")
            yield Address(f"{space}{one.name or here}", here, act, tuple(one.pattern.converters))


ALL = list(addresses())
RIGHTS = rights_of("Jupiter")
WALLED = [address for address in ALL if address.act in RIGHTS]


def test_the_code_and_the_documentation_know_the_same_rights():
    assert rules.MAY == RIGHTS


def test_every_address_declares_its_rule():
    assert [address.route for address in ALL if address.act not in RIGHTS and address.act not in OPEN_ACTS | {"signed"}] == []


def test_every_right_is_asked_somewhere():
    assert {address.act for address in WALLED} | INSIDE == set(RIGHTS)


class World(NamedTuple):
    clients: dict[str, Client]
    ours: Group
    theirs: Group


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The demonstration's two groups; one person of each role at PE64 only, and someone without a site."""
    with django_db_blocker.unblock(), transaction.atomic():
        make.the_demonstration(date(2026, 11, 24))
        here, there = Site.objects.get(code="PE64"), Site.objects.get(code="B01")
        clients = {}
        for role in (*ROLES, "nobody"):
            user = User.objects.create_user(f"wall-{role}", full_name=f"WALL {role}")
            if role != "nobody":
                Membership.objects.create(user=user, site=here, role=role)
                stranger = User.objects.create_user(f"stranger-{role}", full_name=f"{MARK} {role}")
                Membership.objects.create(user=stranger, site=there, role=role)
                for one, site in ((user, here), (stranger, there)):
                    HubGrant.objects.create(user=one, site=site, username=one.full_name, grant="grant", given_at=timezone.now())
            clients[role] = Client(raise_request_exception=False)
            clients[role].force_login(user)
        clients["anonymous"] = Client(raise_request_exception=False)
        colleague, next_door = User.objects.get(username="hakim"), Site.objects.get(code="FO28")
        HubGrant.objects.create(user=colleague, site=next_door, username="hakim", grant="grant", given_at=timezone.now())
        far = User.objects.get(username="b-vendeur")
        HubGrant.objects.create(user=far, site=Site.objects.get(code="B02"), username=MARK, grant="grant", given_at=timezone.now())
        twin = Vehicle.objects.filter(site=there).latest("pk")
        twin.vin, twin.stock_number = Vehicle.objects.filter(site=here).latest("pk").vin, MARK
        twin.save(update_fields=["vin", "stock_number"])
        Transmission.objects.create(
            owner_id=there.pk, kind="sale.delete", partner="hub", subject=MARK, state="aside", trouble=MARK, settled_at=timezone.now()
        )
        yield World(clients, here.group, Group.objects.get(name=load_demo.GROUP_B))
        transaction.set_rollback(True)


UNKNOWN = 987654321
CODES = {"own": "PE64", "neighbour": "FO28", "foreign": "B01", "unknown": "ZZ99"}


def key_of(rows: Any, site: str, key: str = "pk") -> Callable[[str], Any]:
    """The newest row of one's own site, of another site of the group, of the other group; or what nobody has."""

    def find(whose: str, role: str) -> Any:
        return UNKNOWN if whose == "unknown" else rows.filter(**{site: CODES[whose]}).order_by("-pk").values_list(key, flat=True)[0]

    return find


def transmission_of(whose: str, role: str) -> int:
    if whose == "unknown":
        return UNKNOWN
    site = Site.objects.get(code=CODES[whose])
    said = {"partner": "hub", "subject": f"{MARK} {site.pk}"}
    return Transmission.objects.get_or_create(owner_id=site.pk, kind="sale.put", defaults=said)[0].pk


def difference_of(whose: str, role: str) -> int:
    if whose == "unknown":
        return UNKNOWN
    site = Site.objects.get(code=CODES[whose])
    return a_difference(site.pk, f"{MARK if whose == 'foreign' else 'PE64'} {site.pk}").pk


def grant_of(whose: str, role: str) -> int:
    """A grant is one person's."""
    owner = {"own": f"wall-{role}", "neighbour": "hakim", "foreign": f"stranger-{role}"}.get(whose)
    return HubGrant.objects.get(user__username=owner).pk if owner else UNKNOWN


# Where each argument of a route comes from.
SOURCES: dict[str, Callable[[str, str], Any]] = {
    "vehicle_id": key_of(Vehicle.objects, "site__code"),
    "number": key_of(Order.objects, "site__code", "number"),
    "order_id": key_of(Order.objects, "site__code"),
    "customer_id": key_of(Customer.objects.distinct(), "group__sites__code"),
    "code": lambda whose, role: CODES[whose],
    "grant_id": grant_of,
    "transmission_id": transmission_of,
    "difference_id": difference_of,
    "key": lambda whose, role: {"own": "bons-a-cloturer"}.get(whose, "rien"),
}


def where(address: Address, whose: str, role: str = rules.SELLER) -> str:
    return reverse(address.name, kwargs={name: SOURCES[name](whose, role) for name in address.needs})


@pytest.mark.parametrize("address", WALLED, ids=lambda address: address.name)
def test_the_wall(world, address):
    unknown_arguments = set(address.needs) - set(SOURCES)
    assert not unknown_arguments, f"say in SOURCES where {unknown_arguments} come from"
    for verb in VERBS:
        own = where(address, "own")
        assert ask(world.clients["anonymous"], verb, own).status_code in (302, 405), verb
        assert ask(world.clients["nobody"], verb, own).status_code in (403, 405), verb
        for role in ROLES:
            check_role(world, address, verb, role)


def check_role(world: World, address: Address, verb: str, role: str) -> None:
    client, allowed = world.clients[role], role in RIGHTS[address.act]
    status = ask(client, verb, where(address, "own", role)).status_code
    if status == 405:
        return
    assert status < 500, (verb, role, status)
    assert (status == 403) is not allowed, (verb, role, status)
    if not address.needs:
        return
    unknown_at, foreign_at = where(address, "unknown", role), where(address, "foreign", role)
    unknown, foreign = ask(client, verb, unknown_at), ask(client, verb, foreign_at)
    assert masked(foreign, foreign_at) == masked(unknown, unknown_at), (verb, role)
    assert unknown.status_code == (404 if allowed else 403), (verb, role, unknown.status_code)
    if address.needs == ("key",):
        return
    neighbour_at = where(address, "neighbour", role)
    neighbour = ask(client, verb, neighbour_at)
    if address.name in SHARED:
        assert neighbour.status_code == (200 if allowed and address.act.startswith("read") else 403), (verb, role)
    else:
        assert masked(neighbour, neighbour_at) == masked(unknown, unknown_at), (verb, role)


QUESTIONS = (
    *EXPORTS,
    *((PAGE, question) for question in ("", "?page=2", "?model=MARQUEUR", "?plate=BB", "?buyer=MARQUEUR", "?acheteur=MARQUEUR", "?site=", "?seller=")),
    *((SEARCH, f"?{name}=MARQUEUR") for name in ("q", "stock_number", "last_name")),
    *((SEARCH, f"?q={word}") for word in ("BB-101-BB", "900102", "90001", "VR3BMARKERB000001")),
)  # fmt: skip
IN_BRIEF = (*EXPORTS, (PAGE, ""), (SEARCH, "?q=MARQUEUR&stock_number=MARQUEUR&last_name=MARQUEUR"))  # one of each kind, for lowered walls
LOOKED_AT = [
    one for one in ALL if one in WALLED or (one.act in OPEN_ACTS and not one.needs and not one.name.endswith(("api-root", "logout")))
]
OWN_MARK = "7 CROSSBACK"  # a car of PE64 that is sold there
OWN_FILES = {CSV: {"vehicles:export", "orders:export"}, XLSX: {"vehicles:export", "orders:export"}, PDF: {"orders:paper"}}


def heard_by(world: World, role: str, questions: Questions = IN_BRIEF) -> list[Heard]:
    places = {one.name: where(one, "own", role) if one.needs else f"/{one.route}" for one in LOOKED_AT}
    return list(answers(world.clients[role], places, questions))


def test_nothing_of_the_other_group_shows_in_any_answer(world, caplog):
    for role in ROLES:
        heard = heard_by(world, role, QUESTIONS)
        assert sum(answer.status_code == 200 for _, _, answer in heard) > 100
        assert shown(MARK, heard) == {}
        assert files(shown(OWN_MARK, heard)) == OWN_FILES, role
    assert caplog.messages
    assert MARK not in caplog.text
    theirs = Client()
    theirs.force_login(User.objects.get(username="b-vendeur"))
    assert MARK in theirs.get("/vehicules/").content.decode()  # the mark can be found where it belongs


def test_the_other_groups_numbers_find_nothing(world):
    for typed in ("BB-101-BB", "bb101bb", "VR3BMARKERB000001", "900102", "90001", "MARQUEUR", "LYON"):
        answer = ask(world.clients[rules.ADMIN], "get", f"/recherche/?q={typed}")
        assert (answer.status_code, "Rien ne correspond" in answer.content.decode()) == (200, True), typed


# Every table of the service, and the way from a row to its group.
OWNERS = {
    "sites.Group": None, "sites.Site": "group", "sites.SiteFee": "site__group", "sites.Membership": "site__group",
    "sites.HubLink": "group", "customers.Customer": "group", "vehicles.Vehicle": "site__group",
    "vehicles.VehicleCost": "vehicle__site__group", "orders.WarrantyChoice": None, "orders.Order": "group",
    "orders.OrderBuyer": "order__group", "orders.OrderFee": "order__group", "orders.OrderDeposit": "order__group",
    "orders.OrderPaper": "order__group", "declarations.SaleAtHub": "order__group", "declarations.KeptDocument": "sale__order__group",
    "declarations.HubGrant": "site__group",
}  # fmt: skip


def test_the_other_group_has_as_many_rows_of_every_kind(world):
    own_apps = {"sites", "customers", "vehicles", "orders", "declarations", "desk"}
    for model in apps.get_models():
        if model._meta.app_label not in own_apps or issubclass(model, Event):  # former versions are those of the rows counted here
            continue
        assert model._meta.label in OWNERS, f"say in OWNERS whose a {model._meta.label} is"
        if way := OWNERS[model._meta.label]:
            ours = model._default_manager.filter(**{way: world.ours}).count()
            theirs = model._default_manager.filter(**{way: world.theirs}).count()
            assert theirs >= ours, model._meta.label


@pytest.mark.django_db
def test_every_table_stands_behind_the_second_wall_or_is_named():
    assert tables_without_wall() == set()


# A grant is found by its user, not by its site.
GUARDED_OTHERWISE = {"declarations:revoke"}


def lower_first_wall(monkeypatch):
    """As if every view had forgotten to ask whose a row is."""
    with everywhere():
        every = list(Site.objects.values_list("pk", flat=True))
    monkeypatch.setattr(Member, "own", lambda self, rows, site="site": rows)
    monkeypatch.setattr(Member, "site_ids", every)  # what compiled queries are given
    monkeypatch.setattr(Member, "group", property(lambda self: of_any(self.memberships[0].site.group, "group")))
    monkeypatch.setattr(Group, "customers", Customer.objects)
    monkeypatch.setattr(Group, "sites", Site.objects)
    monkeypatch.setattr(Vehicle, "twins", lambda self: Vehicle.objects.filter(vin=self.vin).exclude(pk=self.pk).select_related("site"))


@pytest.mark.parametrize("lowered", [(lower_first_wall,), (lower_second_wall,)], ids=["the second alone", "the first alone"])
def test_either_wall_holds_alone(world, monkeypatch, lowered):
    for lower in lowered:
        lower(monkeypatch)
    assert red(lambda address: check_role(world, address, "get", rules.MANAGER), WALLED) == set()
    assert red(lambda address: check_role(world, address, "post", rules.MANAGER), WALLED) == set()
    heard = heard_by(world, rules.ADMIN)
    assert shown(MARK, heard) == {}
    assert files(shown(OWN_MARK, heard)) == OWN_FILES


def test_without_both_walls_this_matrix_is_red(world, monkeypatch):
    """Or it would prove nothing."""
    lower_first_wall(monkeypatch)
    lower_second_wall(monkeypatch)
    named = {address.name for address in WALLED if address.needs and address.needs != ("key",)}
    seen = red(lambda address: check_role(world, address, "get", rules.MANAGER), WALLED)
    seen |= red(lambda address: check_role(world, address, "post", rules.MANAGER), WALLED)
    assert seen == named - GUARDED_OTHERWISE
    pages = {"desk:home", "vehicles:index", "vehicles:show", "orders:index", "orders:create", "declarations:transmissions"}
    pages |= {"desk:waiting", "reconciliation:index", "sites:index"}
    exports = {"vehicles:export", "orders:export"}
    searches = {"desk:search", "orders:search_vehicles", "orders:search_customers"}
    assert shown(MARK, heard_by(world, rules.ADMIN)) == {PAGE: pages, SEARCH: pages | searches, CSV: exports, XLSX: exports}
