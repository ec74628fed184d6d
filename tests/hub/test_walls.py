"""Every address × verb × role × {own, same group, foreign, unknown}: what is another's is as if it did not exist."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import typst
from django.apps import apps
from django.db import transaction
from django.http import HttpRequest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from jupiter.hub.dealers import api as dealers_api
from jupiter.hub.dealers import rules
from jupiter.hub.dealers.models import ApiClient, Group, Member, Membership, PointOfSale
from jupiter.hub.declarations import actions
from jupiter.hub.declarations import api as sales_api
from jupiter.hub.declarations import rules as sale_rules
from jupiter.hub.declarations.models import Launch, PolicyDocument, Sale, SaleSet
from jupiter.hub.reconciliation import api as reconciliation_api
from jupiter.kit.accounts.models import User
from jupiter.kit.api import not_found
from jupiter.kit.clock import paris
from jupiter.kit.transmissions.models import Transmission, TransmissionSet
from jupiter.kit.web.export import CSV, XLSX
from tests.differences import a_difference
from tests.history import events
from tests.hub import make
from tests.rights import rights_of
from tests.walls import API as API_READ
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

MARK = "MARQUEUR"
VERBS = ("get", "head", "post", "put", "patch", "delete", "options")
ROLES = (rules.SELLER, rules.MANAGER, rules.NETWORK)
OPEN_ACTS = {"public", "anyone"}
# Ninja's addresses carry no act: what they ask of a caller is written here.
API = {
    "api/openapi.json": "public",
    "api/docs": "public",
    "api/v1/notices/insurer": "signed",
    "api/v1/grants": "client",
    "api/v1/grants/<grant>": "client",
    "api/v1/points-of-sale/<network_code>/profile": "client",
    "api/v1/sales/<reference>": "client",
    "api/v1/sales/<reference>/launch": "client",
    "api/v1/sales/<reference>/declare": "client",
    "api/v1/sales/<reference>/documents/policy": "client",
    "api/v1/reconciliation": "client",
    "api/v1/reconciliation/sales": "client",
    "api/v1/reconciliation/sales/<reference>": "client",
}


class Address(NamedTuple):
    name: str
    route: str
    act: str
    needs: tuple[str, ...]


def addresses(patterns: Any = None, route: str = "", space: str = "") -> Iterator[Address]:
    for one in patterns if patterns is not None else get_resolver().url_patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, here, f"{space}{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern):
            act = getattr(one.callback, "act", "") or API.get(re.sub(r"<\w+:", "<", here), "")
            yield Address(f"{space}{one.name or here}", here, act, tuple(one.pattern.converters))


ALL = list(addresses())
WALLED = [address for address in ALL if address.act in rules.MAY]
BY_CLIENT = [address for address in ALL if address.act == "client" and address.needs]


def test_the_table_in_docs_is_the_table_in_the_code():
    assert rights_of("Centralisateur") == rules.MAY


def test_every_address_declares_its_rule(db):  # `db` also when this file runs alone: pytest-django asks who needs one
    known = set(rules.MAY) | OPEN_ACTS | {"signed", "client"}
    # ninja's root answers 404 by itself
    assert [address.route for address in ALL if address.act not in known and not address.name.endswith("api-root")] == []


def test_the_matrix_is_not_empty():
    assert len(WALLED) >= 15
    assert len(BY_CLIENT) >= 6


class World(NamedTuple):
    browsers: dict[str, Client]
    tokens: dict[str, dict[str, str]]
    grants: dict[str, str]


UNKNOWN = 987654321
CODES = {"own": "953617Z", "neighbour": "953618A", "foreign": "812345B", "unknown": "999999Z"}
NETWORK_CODES = {"own": "FR10350", "foreign": "FR90001", "unknown": "FR99999"}
OWN_MARK = "DUPONT"


def furnish(point, marker):
    """As many rows of every kind for one point of sale as for another."""
    api_client = ApiClient.objects.filter(group=point.group).first() or make.a_client(point.group, name=f"Logiciel {marker}", notices=True)
    person = make.a_person(point, username=f"{marker}-{point.code}".lower(), full_name=f"{marker} VENDEUR")
    serial = iter(range(100, 999))

    def said(**changes):
        facts = {
            "network_code": point.network_code,
            "buyer__last_name": marker,
            "vehicle__plate": f"{'BB' if marker == MARK else 'AA'}-{next(serial)}-{point.code[-1] * 2}".replace("O", "P"),
            "seller": f"{marker} VENDEUR",
        }
        return make.full_words(**(facts | changes))

    make.a_received_sale(api_client, f"received-{point.code}", said())
    begun = make.a_received_sale(api_client, f"begun-{point.code}", said())
    begun = actions.begin_declaration(begun, guarantor="stellantis", with_warranty=True, by=person, now=make.NOON)
    reading = sale_rules.read(begun.values | {"price": "1.00"}, ordered_on=None, today=make.DAY, with_warranty=True)
    actions.complete_sale(begun, reading, seen=begun.sequence, by=person, now=make.NOON)
    grant = make.a_grant(api_client, person)
    actions.launch_sale(begun, api_client, grant, now=timezone.now())
    paper = typst.compile(marker.encode())
    facts = make.example("job_notice")["data"]["document"] | {"sha256": hashlib.sha256(paper).hexdigest(), "size": len(paper)}
    issued = make.an_issued_sale(api_client, reference=f"issued-{point.code}", said=said(), document=facts)
    PolicyDocument.objects.filter(sale=issued).update(content=paper, kept_at=make.NOON)
    return api_client, grant


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        make.a_link()
        ours, theirs = make.a_group("Groupe A"), make.a_group("Groupe B")
        here = make.a_point(group=ours)
        neighbour = make.a_point("953618A", group=ours, network_code="FR10351", name="CHARTRES")
        there = make.a_point("812345B", group=theirs, network_code="FR90001", name=f"GARAGE {MARK}", producer="712345K")
        programs = {"own": furnish(here, "DUPONT"), "neighbour": furnish(neighbour, "DURAND"), "foreign": furnish(there, MARK)}
        other = make.a_point("812346C", group=theirs, network_code="FR90002", name=f"GARAGE {MARK} DEUX", producer="712346L")
        furnish(other, MARK)
        browsers = {}
        for role in (*ROLES, "nobody"):
            user = User.objects.create_user(f"wall-{role}", full_name=f"WALL {role}")
            if role != "nobody":
                Membership.objects.create(user=user, point_of_sale=None if role == rules.NETWORK else here, role=role)
                stranger = User.objects.create_user(f"stranger-{role}", full_name=f"{MARK} {role}")
                Membership.objects.create(user=stranger, point_of_sale=there, role=rules.SELLER)
            browsers[role] = Client(raise_request_exception=False)
            browsers[role].force_login(user)
        browsers["anonymous"] = Client(raise_request_exception=False)
        tokens = {whose: make.bearer(client, "sales reconciliation") for whose, (client, _) in programs.items()}
        yield World(browsers, tokens, {whose: grant for whose, (_, grant) in programs.items()})
        transaction.set_rollback(True)


def sale_of(whose: str) -> int:
    if whose == "unknown":
        return UNKNOWN
    return Sale.objects.filter(point_of_sale__code=CODES[whose]).order_by("-pk").values_list("pk", flat=True)[0]


def transmission_of(whose: str) -> int:
    if whose == "unknown":
        return UNKNOWN
    owner = PointOfSale.objects.get(code=CODES[whose]).pk
    return Transmission.objects.filter(owner_id=owner).order_by("-pk").values_list("pk", flat=True)[0]


def difference_of(whose: str) -> int:
    if whose == "unknown":
        return UNKNOWN
    owner = PointOfSale.objects.get(code=CODES[whose]).pk
    return a_difference(owner, f"{MARK if whose == 'foreign' else 'DUPONT'} {owner}", verdict="news_lost").pk


SOURCES: dict[str, Callable[[str], Any]] = {
    "sale_id": sale_of,
    "code": CODES.__getitem__,
    "parcel_id": transmission_of,
    "difference_id": difference_of,
}


def where(address: Address, whose: str) -> str:
    return reverse(address.name, kwargs={name: SOURCES[name](whose) for name in address.needs})


@pytest.mark.parametrize("address", WALLED, ids=lambda address: address.name)
def test_the_wall(world, django_db_blocker, address):
    unknown_arguments = set(address.needs) - set(SOURCES)
    assert not unknown_arguments, f"say in SOURCES where {unknown_arguments} come from"
    with django_db_blocker.unblock():
        for verb in VERBS:
            own = where(address, "own")
            assert ask(world.browsers["anonymous"], verb, own).status_code in (302, 405), verb
            assert ask(world.browsers["nobody"], verb, own).status_code in (403, 404, 405), verb
            for role in ROLES:
                check_role(world, address, verb, role)


def check_role(world: World, address: Address, verb: str, role: str) -> None:
    browser, allowed = world.browsers[role], rules.may(role, address.act)
    status = ask(browser, verb, where(address, "own")).status_code
    if status == 405:
        return
    assert status < 500, (verb, role, status)
    further = address.name == "dealers:point_profile" and verb == "post"  # the act depends on whether it was saved before
    if not further:
        assert (status == 403) is not allowed, (verb, role, status)
    if not address.needs:
        return
    unknown_at, foreign_at, neighbour_at = (where(address, whose) for whose in ("unknown", "foreign", "neighbour"))
    unknown = ask(browser, verb, unknown_at)
    if role == rules.NETWORK:  # all points of sale are theirs
        assert unknown.status_code == (404 if allowed or "sale_id" in address.needs else 403), (verb, role)
        return
    assert unknown.status_code in (404, 403 if not allowed else 404), (verb, role, unknown.status_code)
    assert masked(ask(browser, verb, foreign_at), foreign_at) == masked(unknown, unknown_at), (verb, role)
    assert masked(ask(browser, verb, neighbour_at), neighbour_at) == masked(unknown, unknown_at), (verb, role)


BODIES = {
    "declare": ({}, {"HTTP_IDEMPOTENCY_KEY": "wall"}),
    "launch": ({"grant": "jup_grant_x"}, {}),
    "profile": ({"guarantors": []}, {}),
}


def api_at(world: World, address: Address, whose: str) -> str:
    values = {
        "reference": f"issued-{CODES[whose]}",
        "grant": world.grants.get(whose, "jup_grant_x"),
        "network_code": NETWORK_CODES[whose],
    }
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], address.route)


SAID = [verb for verb in VERBS if verb not in ("head", "options")]


@pytest.mark.parametrize("address", BY_CLIENT, ids=lambda address: address.route)
@pytest.mark.parametrize("verb", SAID)
def test_the_wall_between_programs(world, django_db_blocker, address, verb):
    with django_db_blocker.unblock():
        check_program(address, world, verb)


def check_program(address: Address, world: World, verb: str) -> None:
    """A PUT of a reference that another caller uses is the caller's own new sale: it is no look at theirs."""
    kind = next((kind for kind in BODIES if address.route.endswith(kind)), "")
    words, more = BODIES.get(kind, ({}, {}))
    at = {whose: api_at(world, address, whose) for whose in ("own", "foreign", "unknown")}
    how = {"data": json.dumps(words), "content_type": "application/json"} if verb != "get" else {}
    browser = world.browsers["anonymous"]
    assert ask(browser, verb, at["own"], **how, **more).status_code in (401, 405)
    answers = {whose: ask(browser, verb, path, **how, **more, **world.tokens["own"]) for whose, path in at.items()}
    if answers["own"].status_code == 405 or (verb == "put" and "sales" in address.route):
        return
    assert answers["unknown"].status_code == 404
    assert masked(answers["foreign"], at["foreign"]) == masked(answers["unknown"], at["unknown"])
    assert answers["own"].status_code < 500
    assert answers["own"].status_code != 404


QUESTIONS = (
    *EXPORTS,
    *((PAGE, question) for question in ("", "?vue=toutes", "?vue=en-cours", "?point=812345B", "?page=2", "?sort=buyer")),
    *((SEARCH, f"?q={typed}") for typed in ("marqueu", "BB-101", "812345B")),  # part of the mark: what one typed is said again
)
IN_BRIEF = (*EXPORTS, (PAGE, ""), (SEARCH, "?q=marqueu"))  # one question of each kind, for the walls lowered
LOOKED_AT = [one for one in ALL if one in WALLED or (one.act in OPEN_ACTS and not one.needs and not one.name.endswith("logout"))]
OWN_FILES = {CSV: {"declarations:list"}, XLSX: {"declarations:list"}, PDF: {"declarations:policy"}}


def heard_by(world: World, role: str, questions: Questions = IN_BRIEF) -> list[Heard]:
    return list(answers(world.browsers[role], {one.name: where_read(one) for one in LOOKED_AT}, questions))


def where_read(address: Address) -> str:
    """The policy is that of the sale that has one."""
    if address.name != "declarations:policy":
        return where(address, "own") if address.needs else f"/{address.route}"
    return reverse(address.name, args=[Sale.objects.get(reference=f"issued-{CODES['own']}").pk])


def heard_by_program(world: World) -> list[Heard]:
    """What the software of the group reads; of what has no name, all."""
    today = paris(timezone.now()).date().isoformat()
    read = {address: api_at(world, address, "own") for address in ALL if address.act == "client"}
    asked = {"from": today, "to": today}
    return [
        Heard(one.name, API_READ, ask(world.browsers["anonymous"], "get", place, data=asked, **world.tokens["own"]))
        for one, place in read.items()
    ]


def test_nothing_of_the_other_group_shows_in_any_answer(world, django_db_blocker, caplog):
    with django_db_blocker.unblock():
        for role in (rules.SELLER, rules.MANAGER):
            heard = heard_by(world, role, QUESTIONS)
            assert sum(answer.status_code == 200 for _, _, answer in heard) > 60
            assert shown(MARK, heard) == {}
            assert files(shown(OWN_MARK, heard)) == OWN_FILES
        told = heard_by_program(world)
        assert shown(MARK, told) == shown("FR90001", told) == {}
        assert shown("FR10350", told)
        assert caplog.messages
        assert MARK not in caplog.text
        theirs = Client()
        theirs.force_login(User.objects.get(username=f"{MARK}-812345B".lower()))
        assert MARK in theirs.get("/ventes/").content.decode()  # the mark can be found where it belongs


def test_a_network_administrator_sees_all_of_them(world, django_db_blocker):
    with django_db_blocker.unblock():
        assert MARK in ask(world.browsers[rules.NETWORK], "get", "/ventes/?q=MARQUEUR").content.decode()


# Every table of the service, and the way from a row to its group.
OWNERS = {
    "dealers.Group": None, "dealers.PointOfSale": "group", "dealers.Membership": "point_of_sale__group",
    "dealers.Profile": "point_of_sale__group", "dealers.GuarantorAccount": "profile__point_of_sale__group",
    "dealers.ApiClient": "group", "dealers.Grant": "client__group", "guarantors.GuarantorLink": None,
    "declarations.Sale": "point_of_sale__group", "declarations.Correction": "sale__point_of_sale__group",
    "declarations.DeclarationVersion": "sale__point_of_sale__group", "declarations.PolicyDocument": "sale__point_of_sale__group",
    "declarations.Launch": "sale__point_of_sale__group",
}  # fmt: skip


def test_the_other_group_has_as_many_rows_of_every_kind(world, django_db_blocker):
    ours, theirs = "Groupe A", "Groupe B"
    with django_db_blocker.unblock():
        assert Launch.objects.exists()
        assert Group.objects.count() == 2
        for model in apps.get_models():
            if model._meta.app_label not in ("dealers", "guarantors", "declarations") or model in events():
                continue
            assert model._meta.label in OWNERS, f"say in OWNERS whose a {model._meta.label} is"
            if way := OWNERS[model._meta.label]:
                mine = model._default_manager.filter(**{f"{way}__name": ours}).count()
                assert mine
                assert model._default_manager.filter(**{f"{way}__name": theirs}).count() >= mine, model._meta.label


@pytest.mark.django_db
def test_every_table_stands_behind_the_second_wall_or_is_named():
    assert tables_without_wall() == set()


def calling_for_anybody(request: HttpRequest) -> ApiClient:
    of_any(request.auth.group, "group")
    return of_any(request.auth, "client")


def sale_of_anybody(request: HttpRequest, reference: str, **asked: Any) -> Sale:
    sale = Sale.objects.select_related("point_of_sale", "client").filter(reference=reference).first()
    if sale is None:
        raise not_found()
    return sale


def lower_first_wall(monkeypatch):
    """As if every view had forgotten to ask whose a row is, and every operation of the API too."""
    monkeypatch.setattr(SaleSet, "of_points", lambda self, point_ids: self)
    monkeypatch.setattr(TransmissionSet, "of", lambda self, owner_ids: self)
    monkeypatch.setattr(Member, "points_of_sale", PointOfSale.objects.select_related("profile"))
    monkeypatch.setattr(Member, "role_at", lambda self, point_of_sale_id: self.memberships[0].role)
    monkeypatch.setattr(sales_api, "_sale", sale_of_anybody)
    for module in (dealers_api, sales_api, reconciliation_api):
        monkeypatch.setattr(module, "client_of", calling_for_anybody)


# Found by a secret of 256 bits, of which a digest is kept: credentials stand behind no second wall (tests.walls.WITHOUT_WALL).
BY_ITS_SECRET = {"api:delete_grant"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lower", "otherwise"), [(lower_first_wall, BY_ITS_SECRET), (lower_second_wall, set())], ids=["the second alone", "the first alone"]
)
def test_either_wall_holds_alone(world, django_db_blocker, monkeypatch, lower, otherwise):
    lower(monkeypatch)
    with django_db_blocker.unblock():
        assert red(lambda address: check_role(world, address, "get", rules.MANAGER), WALLED) == set()
        assert red(lambda address: check_role(world, address, "post", rules.MANAGER), WALLED) == set()
        programs = set.union(*(red(check_program, BY_CLIENT, world, verb) for verb in SAID))
        heard = [*heard_by(world, rules.MANAGER), *heard_by_program(world)]
    assert programs == otherwise
    assert shown(MARK, heard) == shown("FR90001", heard) == {}
    assert files(shown(OWN_MARK, heard)) == OWN_FILES


@pytest.mark.django_db
def test_without_both_walls_this_matrix_is_red(world, django_db_blocker, monkeypatch):
    """Or it would prove nothing."""
    lower_first_wall(monkeypatch)
    lower_second_wall(monkeypatch)
    with django_db_blocker.unblock():
        seen = red(lambda address: check_role(world, address, "get", rules.MANAGER), WALLED)
        seen |= red(lambda address: check_role(world, address, "post", rules.MANAGER), WALLED)
        programs = set.union(*(red(check_program, BY_CLIENT, world, verb) for verb in SAID))
        heard, told = heard_by(world, rules.MANAGER), heard_by_program(world)
    assert seen == {address.name for address in WALLED if address.needs and rules.may(rules.MANAGER, address.act)}
    assert programs == {address.name for address in BY_CLIENT}
    pages = {"home", "declarations:list", "declarations:new", "dealers:profile"}
    assert shown(MARK, heard) == {PAGE: pages, SEARCH: pages, CSV: {"declarations:list"}, XLSX: {"declarations:list"}}
    assert shown("FR90001", told) == {API_READ: {"api:compare_days", "api:compare_sales"}}
