"""Every address × verb × role × {own, same group, foreign, unknown}: what is another's is as if it did not exist."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from jupiter.hub.dealers import rules
from jupiter.hub.dealers.models import ApiClient, Group, Member, Membership, PointOfSale
from jupiter.hub.declarations import actions
from jupiter.hub.declarations import rules as sale_rules
from jupiter.hub.declarations.models import Launch, PolicyDocument, Sale, SaleSet
from jupiter.kit.accounts.models import User
from jupiter.kit.transmissions.models import Transmission, TransmissionSet
from tests.differences import a_difference
from tests.history import events
from tests.hub import make
from tests.rights import rights_of
from tests.walls import lower_second_wall, red, tables_without_wall

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
            yield Address(f"{space}{one.name}", here, act, tuple(one.pattern.converters))


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


UNKNOWN = 987654321
CODES = {"own": "953617Z", "neighbour": "953618A", "foreign": "812345B", "unknown": "999999Z"}
NETWORK_CODES = {"own": "FR10350", "foreign": "FR90001", "unknown": "FR99999"}
PDF = b"%PDF-1.7 " + MARK.encode()


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
    facts = make.example("job_notice")["data"]["document"] | {"sha256": hashlib.sha256(PDF).hexdigest(), "size": len(PDF)}
    issued = make.an_issued_sale(api_client, reference=f"issued-{point.code}", said=said(), document=facts)
    PolicyDocument.objects.filter(sale=issued).update(content=PDF, kept_at=make.NOON)
    return api_client


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        make.a_link()
        ours, theirs = make.a_group("Groupe A"), make.a_group("Groupe B")
        here = make.a_point(group=ours)
        neighbour = make.a_point("953618A", group=ours, network_code="FR10351", name="CHARTRES")
        there = make.a_point("812345B", group=theirs, network_code="FR90001", name=f"GARAGE {MARK}", producer="712345K")
        clients = {"own": furnish(here, "DUPONT"), "neighbour": furnish(neighbour, "DURAND"), "foreign": furnish(there, MARK)}
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
        tokens = {name: make.bearer(client, "sales reconciliation") for name, client in clients.items()}
        yield World(browsers, tokens)
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


def masked(answer: Any, address: str) -> tuple[int, bytes, dict[str, str]]:
    body = re.sub(rb'(csrfmiddlewaretoken" value="|x-csrftoken": ")[^"]+', rb"\1", answer.content).replace(address.encode(), b"/HERE/")
    return answer.status_code, body, {name: value.replace(address, "/HERE/") for name, value in answer.headers.items()}


def ask(client: Client, verb: str, address: str, **how: Any) -> Any:
    """One request that leaves no trace."""
    with transaction.atomic():
        answer = getattr(client, verb)(address, **how)
        transaction.set_rollback(True)
    return answer


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


def api_at(address: Address, whose: str) -> str:
    values = {
        "reference": f"issued-{CODES[whose]}",
        "grant": f"jup_grant_of_{whose}",
        "network_code": NETWORK_CODES[whose],
    }
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], address.route)


@pytest.mark.parametrize("address", BY_CLIENT, ids=lambda address: address.route)
@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in ("head", "options")])
def test_the_wall_between_programs(world, django_db_blocker, address, verb):
    """A PUT of a reference that another caller uses is the caller's own new sale: it is no look at theirs."""
    kind = next((kind for kind in BODIES if address.route.endswith(kind)), "")
    words, more = BODIES.get(kind, ({}, {}))
    with django_db_blocker.unblock():
        at = {whose: api_at(address, whose) for whose in ("own", "foreign", "unknown")}
        how = {"data": json.dumps(words), "content_type": "application/json"} if verb != "get" else {}
        browser = world.browsers["anonymous"]
        assert ask(browser, verb, at["own"], **how, **more).status_code in (401, 405)
        answers = {whose: ask(browser, verb, path, **how, **more, **world.tokens["own"]) for whose, path in at.items()}
        if answers["own"].status_code == 405 or (verb == "put" and "sales" in address.route):
            return
        assert answers["unknown"].status_code == 404
        assert masked(answers["foreign"], at["foreign"]) == masked(answers["unknown"], at["unknown"])
        if "grants" not in address.route:
            assert answers["own"].status_code < 500
            assert answers["own"].status_code != 404


QUESTIONS = ("", "?q=MARQUEUR", "?q=BB-101", "?q=812345B", "?vue=toutes", "?vue=en-cours", "?point=812345B", "?page=2", "?sort=buyer")


def test_nothing_of_the_other_group_shows_in_any_answer(world, django_db_blocker):
    with django_db_blocker.unblock():
        looked = 0
        for role in (rules.SELLER, rules.MANAGER):
            for address in WALLED:
                for question in QUESTIONS:
                    answer = ask(world.browsers[role], "get", where(address, "own") + question)
                    looked += answer.status_code == 200
                    said = answer.content.decode("utf-8", "replace").replace("MARQUEUR", "", 0)
                    for echo in ('value="MARQUEUR"', ">MARQUEUR<", "recherche MARQUEUR"):  # what one typed oneself
                        said = said.replace(echo, "")
                    said = said.replace("q=MARQUEUR", "")
                    if address.name == "declarations:policy":
                        continue  # the same bytes for all in this world
                    assert MARK not in said, (role, address.name, question)
        assert looked > 60
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


def lower_first_wall(monkeypatch):
    """As if every view had forgotten to ask whose a row is."""
    monkeypatch.setattr(SaleSet, "of_points", lambda self, point_ids: self)
    monkeypatch.setattr(TransmissionSet, "of", lambda self, owner_ids: self)
    monkeypatch.setattr(Member, "points_of_sale", PointOfSale.objects.select_related("profile"))
    monkeypatch.setattr(Member, "role_at", lambda self, point_of_sale_id: self.memberships[0].role)


@pytest.mark.django_db
@pytest.mark.parametrize("lowered", [(lower_first_wall,), (lower_second_wall,)], ids=["the second alone", "the first alone"])
def test_either_wall_holds_alone(world, django_db_blocker, monkeypatch, lowered):
    for lower in lowered:
        lower(monkeypatch)
    with django_db_blocker.unblock():
        assert red(lambda address: check_role(world, address, "get", rules.MANAGER), WALLED) == set()
        assert red(lambda address: check_role(world, address, "post", rules.MANAGER), WALLED) == set()


@pytest.mark.django_db
def test_without_both_walls_this_matrix_is_red(world, django_db_blocker, monkeypatch):
    """Or it would prove nothing."""
    lower_first_wall(monkeypatch)
    lower_second_wall(monkeypatch)
    with django_db_blocker.unblock():
        seen = red(lambda address: check_role(world, address, "get", rules.MANAGER), WALLED)
        seen |= red(lambda address: check_role(world, address, "post", rules.MANAGER), WALLED)
    assert seen == {address.name for address in WALLED if address.needs and rules.may(rules.MANAGER, address.act)}
