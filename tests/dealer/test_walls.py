"""Every address × verb × role × {own, another site's, another group's, unknown}: what is another's is as if it did not exist."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from openpyxl import load_workbook
from pghistory.models import Event
from pypdf import PdfReader

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
from tests.dealer import make
from tests.differences import a_difference
from tests.rights import rights_of
from tests.walls import lower_second_wall, red, tables_without_wall

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
            yield Address(f"{space}{one.name}", here, act, tuple(one.pattern.converters))


ALL = list(addresses())
RIGHTS = rights_of("Jupiter")
WALLED = [address for address in ALL if address.act in RIGHTS]


def test_the_code_and_the_documentation_know_the_same_rights():
    assert rules.MAY == RIGHTS


def test_every_address_declares_its_rule():
    assert [address.route for address in ALL if address.act not in RIGHTS and address.act not in OPEN_ACTS | {"signed"}] == []


def test_every_right_is_asked_somewhere():
    assert {address.act for address in WALLED} | INSIDE == set(RIGHTS)


class Answer(NamedTuple):
    status_code: int
    content: bytes
    headers: dict[str, str]


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


def masked(answer: Answer, address: str) -> tuple[int, bytes, dict[str, str]]:
    """What a stranger can compare, without what differs from one request to the next anyhow."""
    body = re.sub(rb'(csrfmiddlewaretoken" value="|x-csrftoken": ")[^"]+', rb"\1", answer.content)
    body = body.replace(address.encode(), b"/HERE/")
    headers = {name: value.replace(address, "/HERE/") for name, value in answer.headers.items()}
    return answer.status_code, body, headers


def ask(client: Client, verb: str, address: str) -> Answer:
    """One request that leaves no trace."""
    with transaction.atomic():
        answer = getattr(client, verb)(address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return Answer(answer.status_code, content, dict(answer.headers))


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


def text_of(answer: Answer) -> str:
    kind = answer.headers.get("Content-Type", "")
    if "pdf" in kind:
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    if "spreadsheet" in kind or "excel" in kind:
        return xlsx_text(answer.content)
    return answer.content.decode("utf-8", "replace")


def xlsx_text(content: bytes) -> str:
    rows = load_workbook(BytesIO(content), read_only=True).active.iter_rows(values_only=True)
    return "\n".join(str(cell) for row in rows for cell in row)


QUESTIONS = (
    "", "?export=csv", "?export=xlsx", "?format=csv", "?format=xlsx", "?page=2", "?q=MARQUEUR", "?q=BB-101-BB", "?q=900102", "?q=90001",
    "?q=VR3BMARKERB000001", "?model=MARQUEUR", "?plate=BB", "?buyer=MARQUEUR", "?acheteur=MARQUEUR", "?site=",
)  # fmt: skip


def test_nothing_of_the_other_group_shows_in_any_answer(world):
    looked = 0
    for role in ROLES:
        for address in WALLED:
            for question in QUESTIONS:
                answer = ask(world.clients[role], "get", where(address, "own", role) + question)
                looked += answer.status_code == 200
                assert MARK not in text_of(answer), (role, address.name, question)
    assert looked > 100
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


@pytest.mark.parametrize("lowered", [(lower_first_wall,), (lower_second_wall,)], ids=["the second alone", "the first alone"])
def test_either_wall_holds_alone(world, monkeypatch, lowered):
    for lower in lowered:
        lower(monkeypatch)
    assert red(lambda address: check_role(world, address, "get", rules.MANAGER), WALLED) == set()
    assert red(lambda address: check_role(world, address, "post", rules.MANAGER), WALLED) == set()


def test_without_both_walls_this_matrix_is_red(world, monkeypatch):
    """Or it would prove nothing."""
    lower_first_wall(monkeypatch)
    lower_second_wall(monkeypatch)
    named = {address.name for address in WALLED if address.needs and address.name not in SHARED and address.needs != ("key",)}
    seen = red(lambda address: check_role(world, address, "get", rules.MANAGER), WALLED)
    seen |= red(lambda address: check_role(world, address, "post", rules.MANAGER), WALLED)
    assert seen == named - GUARDED_OTHERWISE
