"""Every address × verb × role × {own, same group, foreign, unknown}: what is another's is as if it did not exist."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from jupiter.insurer.claims.models import Claim
from jupiter.insurer.customers.models import Account
from jupiter.insurer.policies.models import Policy
from jupiter.insurer.producers import rules
from jupiter.insurer.producers.models import Caller, CompiledWithin, OwnedSet, Producer
from jupiter.insurer.quotes.api import composing
from jupiter.insurer.quotes.models import Job
from jupiter.insurer.reconciliation import api as reconciliation_api
from jupiter.kit.clock import paris
from jupiter.kit.transmissions.models import Transmission, TransmissionSet
from jupiter.kit.web.export import CSV, XLSX
from tests.history import events
from tests.insurer import make
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
    red,
    shown,
    tables_without_wall,
)

MARK = "MARQUEUR"
VERBS = ("get", "head", "post", "put", "patch", "delete", "options")
ROLES = (rules.PRODUCER_USER, rules.INSURER_ADMIN)
OPEN_ACTS = {"public", "anyone"}
SCOPES = "jobs policies reconciliation"
CODES = {"own": "865268J", "neighbour": "865269K", "foreign": "712345K"}
# Ninja's addresses carry no act: what they ask of a caller is written here.
API = {
    "api/openapi.json": "public",
    "api/docs": "public",
    "rest/composite/v1/composite": "client",
    "rest/job/v1/jobs": "client",
    "rest/job/v1/jobs/<job_id>": "client",
    "rest/job/v1/jobs/<job_id>/quote": "client",
    "rest/job/v1/jobs/<job_id>/bind-and-issue": "client",
    "rest/job/v1/jobs/<job_id>/withdraw": "client",
    "rest/policy/v1/policies/<policy_id>": "client",
    "rest/policy/v1/policies/<policy_id>/documents": "client",
    "rest/policy/v1/policies/<policy_id>/documents/<sequence>/content": "client",
    "api/v1/reconciliation": "maker",  # of what the calling client made itself: see reconciliation/test_api.py
    "api/v1/reconciliation/jobs": "maker",
    "api/v1/reconciliation/jobs/<external_reference>": "maker",
}


class Address(NamedTuple):
    name: str
    route: str
    act: str

    @property
    def plain(self) -> str:
        """devis/<number>/ whether it was written as a path or as an expression."""
        bare = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", self.route)
        return re.sub(r"<\w+:(\w+)>", r"<\1>", bare).replace("^", "").replace("$", "")


def addresses(patterns: Any = None, route: str = "", space: str = "") -> Iterator[Address]:
    for one in patterns if patterns is not None else get_resolver().url_patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, here, f"{space}{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern):
            act = getattr(one.callback, "act", "") or API.get(re.sub(r"<\w+:", "<", here), "")
            yield Address(f"{space}{one.name or here}", here, act)


ALL = list(addresses())
WALLED = [address for address in ALL if address.act in rules.MAY]
BY_CLIENT = [address for address in ALL if address.act == "client"]


def test_every_address_declares_its_rule(db):  # `db` also when this file runs alone: pytest-django asks who needs one
    known = set(rules.MAY) | OPEN_ACTS | {"client", "maker"}
    # ninja's root answers 404 by itself
    assert [address.route for address in ALL if address.act not in known and not address.name.endswith("api-root")] == []
    assert {address.plain for address in BY_CLIENT} == {route for route, act in API.items() if act == "client"}


def test_the_matrix_is_not_empty():
    assert len(WALLED) >= 25
    assert len(BY_CLIENT) >= 9


def test_the_table_in_docs_is_the_table_in_the_code(db):
    assert rights_of("Portail assurance") == {act: frozenset(roles) for act, roles in rules.MAY.items()}


def test_every_act_has_its_door(db):
    assert {address.act for address in WALLED} == set(rules.MAY)


class World(NamedTuple):
    browsers: dict[str, Client]
    tokens: dict[str, dict[str, str]]
    numbers: dict[str, dict[str, str]]  # by argument, then by whose


def furnish(producer, product, marker, hub):
    """As many rows of every kind for one producer as for another."""
    holder = {"last_name": marker, "city": marker}
    facts = {"seller": f"{marker} VENDEUR", "client": hub, "holder": holder, "model": f"{marker}"}
    make.a_draft(producer, product, **facts)
    make.a_quote(producer, product, **facts)
    sold = make.a_bought_quote(producer, product, **facts)
    Claim.objects.create(
        number=f"{sold.pk:010d}", policy=sold.policy, producer=producer, broke_down_on=make.DAY, mileage_km=1, cause=f"{marker} panne"
    )
    person = make.a_person(producer, f"{marker}-{producer.code}".lower(), full_name=f"{marker} {producer.code}")
    sold.policy.viewings.create(user=person, at=make.NOON)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        settings.BUSINESS_DATE = make.DAY
        product = make.a_tariff()
        hub = make.a_client(name="Centralisateur", scopes="jobs", notices=True)
        own, neighbour = make.a_producer(), make.a_producer("865269K", "CHARTRES")
        foreign = make.a_producer("712345K", f"GARAGE {MARK}", address=MARK, city=MARK)
        for producer, marker in ((own, "DUPONT"), (neighbour, "DURAND"), (foreign, MARK)):
            furnish(producer, product, marker, hub)
        browsers = {}
        for role in (*ROLES, "nobody"):
            user = make.User.objects.create_user(f"wall-{role}", full_name=f"WALL {role}")
            if role != "nobody":
                everywhere = role == rules.INSURER_ADMIN
                make.Membership.objects.create(user=user, producer=None if everywhere else own, role=role)
            browsers[role] = Client(raise_request_exception=False)
            browsers[role].force_login(user)
        browsers["anonymous"] = Client(raise_request_exception=False)
        tokens = {
            "own": make.bearer(make.a_client(own, name="Logiciel A", scopes=SCOPES), SCOPES),
            "foreign": make.bearer(make.a_client(foreign, name=MARK)),
        }
        yield World(browsers, tokens, numbers_of())
        transaction.set_rollback(True)


def numbers_of() -> dict[str, dict[str, str]]:
    jobs, policies, accounts, parcels, ids, references = {}, {}, {}, {}, {}, {}
    for whose, code in CODES.items():
        owner = Producer.objects.get(code=code)
        quoted = Job.objects.get(producer=owner, state="quoted")
        jobs[whose], ids[whose], references[whose] = quoted.number, quoted.public_id, quoted.external_reference
        policies[whose] = Policy.objects.get(producer=owner).number
        accounts[whose] = Account.objects.get(producer=owner).number
        parcels[whose] = str(Transmission.objects.filter(owner_id=owner.pk).first().pk)
    for known in (jobs, policies, accounts):
        known["unknown"] = "0999999999"
    parcels["unknown"], ids["unknown"], references["unknown"] = "987654321", f"pc:{'0' * 32}", "SP999999Z999999999"
    named = {"pk": parcels, "job_id": ids, "policy_id": policies, "external_reference": references}
    return {"devis": jobs, "polices": policies, "comptes": accounts, **named}


def where(world: World, address: Address, whose: str) -> str:
    kind = address.plain.split("/")[0]
    values = {name: world.numbers[name][whose] for name in ("pk", "job_id", "policy_id", "external_reference")}
    values |= {"number": world.numbers.get(kind, {}).get(whose, ""), "sequence": "1"}
    return "/" + re.sub(r"<(\w+)>", lambda found: values[found[1]], address.plain)


def names_something(address: Address) -> bool:
    return "<" in address.plain


@pytest.mark.parametrize("address", WALLED, ids=lambda address: address.name)
def test_the_wall(world, django_db_blocker, address):
    with django_db_blocker.unblock():
        for verb in VERBS:
            own = where(world, address, "own")
            assert ask(world.browsers["anonymous"], verb, own).status_code in (302, 405), verb
            assert ask(world.browsers["nobody"], verb, own).status_code in (403, 405), verb
            for role in ROLES:
                check_role(world, address, verb, role)


def check_role(world: World, address: Address, verb: str, role: str) -> None:
    browser, allowed = world.browsers[role], role in rules.MAY[address.act]
    status = ask(browser, verb, where(world, address, "own")).status_code
    if status == 405:
        return
    assert status < 500, (verb, role, status)
    assert (status == 403) is not allowed, (verb, role, status)
    if not names_something(address):
        return
    at = {whose: where(world, address, whose) for whose in (*CODES, "unknown")}
    unknown = ask(browser, verb, at["unknown"])
    if not allowed:
        assert unknown.status_code == 403
        return
    assert unknown.status_code == 404, (verb, role)
    for whose in ("foreign", "neighbour"):
        answer = ask(browser, verb, at[whose])
        if role == rules.INSURER_ADMIN:  # all producers are theirs
            assert answer.status_code == status, (verb, whose)
        else:
            assert masked(answer, at[whose]) == masked(unknown, at["unknown"]), (verb, whose)


BODIES: dict[str, Callable[[str], Any]] = {
    "composite": lambda whose: make.a_composite(
        account={"producer_code": CODES.get(whose, "999999Z")}, submission={"producer_code": CODES.get(whose, "999999Z")}
    ),
    "<job_id>": lambda whose: {"data": {"attributes": {"offering": "PREMIUM_7_150", "months": 24}}},
}


SAID = [verb for verb in VERBS if verb not in ("head", "options")]


@pytest.mark.parametrize("address", BY_CLIENT, ids=lambda address: address.plain)
@pytest.mark.parametrize("verb", SAID)
def test_the_wall_between_programs(world, django_db_blocker, address, verb):
    with django_db_blocker.unblock():
        check_program(address, world, verb)


def check_program(address: Address, world: World, verb: str) -> None:
    last = address.plain.rsplit("/", 1)[-1]
    at = {whose: where(world, address, whose) for whose in (*CODES, "unknown")}

    def call(whose, **token):
        words = BODIES.get(last, lambda whose: {})(whose)
        how = {"data": json.dumps(words), "content_type": "application/json", "HTTP_IDEMPOTENCY_KEY": "wall"} if verb != "get" else {}
        query = f"?filter=jobNumber:eq:{world.numbers['devis'][whose]}" if last == "jobs" else ""
        return ask(world.browsers["anonymous"], verb, at[whose] + query, **how, **token)

    assert call("own").status_code in (401, 405)
    answers = {whose: call(whose, **world.tokens["own"]) for whose in at}
    if answers["own"].status_code == 405:
        return
    assert answers["own"].status_code == 200, answers["own"].content
    for whose in ("foreign", "neighbour"):
        one, other = (masked(answers[name], at[name]) for name in (whose, "unknown"))
        numbers = {name: world.numbers["devis"][name].encode() for name in (whose, "unknown")}
        assert (one[0], one[1].replace(numbers[whose], b"N")) == (other[0], other[1].replace(numbers["unknown"], b"N")), whose
    if names_something(address):
        assert answers["unknown"].status_code == 404


QUESTIONS = (
    *EXPORTS,
    *((PAGE, question) for question in ("", "?page=2", "?sort=account", "?edition=2021")),
    *((SEARCH, f"?q={typed}") for typed in ("marqueu", "712345K", "GARAGE")),  # part of the mark: what one typed is said again
)
OWN_MARK = "DUPONT"
IN_BRIEF = (*EXPORTS, (PAGE, ""), (SEARCH, "?q=marqueu"))  # one question of each kind, for the walls lowered
LOOKED_AT = [one for one in ALL if one in WALLED or (one.act in OPEN_ACTS and not names_something(one) and not one.name.endswith("logout"))]
LISTS = {"desk:activities", "quotes:index", "policies:index", "policies:issued", "customers:index", "claims:index"}
OWN_FILES = {CSV: LISTS, XLSX: LISTS, PDF: {"policies:document"}}


def heard_by(world: World, role: str, questions: Questions = IN_BRIEF) -> list[Heard]:
    return list(answers(world.browsers[role], {one.name: where(world, one, "own") for one in LOOKED_AT}, questions))


def heard_by_program(world: World) -> list[Heard]:
    """What the software of the producer reads; of what has no name, all."""
    today = paris(timezone.now()).date().isoformat()
    asked = {"from": today, "to": today, "filter": f"jobNumber:eq:{world.numbers['devis']['own']}"}
    read = {one.name: where(world, one, "own") for one in ALL if one.act in ("client", "maker")}
    browser, token = world.browsers["anonymous"], world.tokens["own"]
    return [Heard(name, API_READ, ask(browser, "get", place, data=asked, **token)) for name, place in read.items()]


def test_nothing_of_another_producer_shows_in_any_answer(world, django_db_blocker, caplog):
    with django_db_blocker.unblock():
        heard = heard_by(world, rules.PRODUCER_USER, QUESTIONS)
        assert sum(answer.status_code == 200 for _, _, answer in heard) > 60
        assert shown(MARK, heard) == {}
        assert files(shown(OWN_MARK, heard)) == OWN_FILES
        told = heard_by_program(world)
        assert shown(MARK, told) == shown("712345K", told) == {}
        assert shown("865268J", told)
        assert caplog.messages
        assert MARK not in caplog.text
        theirs = Client()
        theirs.force_login(make.User.objects.get(username=f"{MARK}-712345k".lower()))
        assert MARK in theirs.get("/comptes/").content.decode()  # the mark can be found where it belongs


def test_the_insurers_administrator_sees_every_producer_and_sells_nothing(world, django_db_blocker):
    with django_db_blocker.unblock():
        admin = world.browsers[rules.INSURER_ADMIN]
        assert MARK in ask(admin, "get", "/comptes/").content.decode()
        assert ask(admin, "post", f"/devis/{world.numbers['devis']['own']}/acheter/").status_code == 403


# Every table of the service, and the way from a row to its producer.
OWNERS = {
    "producers.Producer": None, "producers.Membership": "producer", "producers.ApiClient": "producers", "producers.NoticeSubscriber": None,
    "products.Product": None, "products.Coverage": None, "products.Offering": None, "products.Edition": None, "products.Term": None,
    "products.DeclaredLevel": None, "products.RateRow": None, "products.TaxRate": None, "products.Parameter": None,
    "customers.Account": "producer", "quotes.Job": "producer", "quotes.Offer": "job__producer", "policies.Policy": "producer",
    "policies.PolicyTransaction": "policy__producer", "policies.Document": "policy__producer", "policies.StatementLine": "producer",
    "policies.Viewing": "policy__producer", "claims.Claim": "producer",
}  # fmt: skip


def test_the_other_producer_has_as_many_rows_of_every_kind(world, django_db_blocker):
    nouns = ("producers", "products", "customers", "quotes", "policies", "claims", "desk")
    with django_db_blocker.unblock():
        for model in apps.get_models():
            if model._meta.app_label not in nouns or model._meta.auto_created or model in events():
                continue
            assert model._meta.label in OWNERS, f"say in OWNERS whose a {model._meta.label} is"
            if way := OWNERS[model._meta.label]:
                mine, theirs = (model._default_manager.filter(**{f"{way}__code": CODES[whose]}).count() for whose in ("own", "foreign"))
                assert mine, model._meta.label
                assert theirs >= mine or model._meta.label == "producers.Membership", model._meta.label  # the walkers are ours
                assert theirs


@pytest.mark.django_db
def test_every_table_stands_behind_the_second_wall_or_is_named():
    assert tables_without_wall() == set()


def any_producer(caller: Caller, code: str) -> Producer:
    found = Producer.objects.filter(code=code).first()
    if found is None:
        composing._refuse(1, "producer_code", "unknown", "")
    return found


def lower_first_wall(monkeypatch):
    """As if every view had forgotten to ask whose a row is, and every operation of the API too."""
    monkeypatch.setattr(OwnedSet, "within", lambda self, reach: self)
    monkeypatch.setattr(TransmissionSet, "of", lambda self, owner_ids: self)
    monkeypatch.setattr(CompiledWithin, "rows", lambda self, reach, **given: self.of_all.rows(**given))
    monkeypatch.setattr(composing, "_producer", any_producer)
    monkeypatch.setattr(reconciliation_api, "_jobs", lambda request: Job.objects.all())


@pytest.mark.django_db
@pytest.mark.parametrize("lowered", [(lower_first_wall,), (lower_second_wall,)], ids=["the second alone", "the first alone"])
def test_either_wall_holds_alone(world, django_db_blocker, monkeypatch, lowered):
    for lower in lowered:
        lower(monkeypatch)
    with django_db_blocker.unblock():
        assert red(lambda address: check_role(world, address, "get", rules.PRODUCER_USER), WALLED) == set()
        assert red(lambda address: check_role(world, address, "post", rules.PRODUCER_USER), WALLED) == set()
        assert set.union(*(red(check_program, BY_CLIENT, world, verb) for verb in SAID)) == set()
        heard, told = heard_by(world, rules.PRODUCER_USER), heard_by_program(world)
    assert shown(MARK, [*heard, *told]) == shown("712345K", told) == {}
    assert files(shown(OWN_MARK, heard)) == OWN_FILES


@pytest.mark.django_db
def test_without_both_walls_this_matrix_is_red(world, django_db_blocker, monkeypatch):
    """Or it would prove nothing."""
    lower_first_wall(monkeypatch)
    lower_second_wall(monkeypatch)
    with django_db_blocker.unblock():
        seen = red(lambda address: check_role(world, address, "get", rules.PRODUCER_USER), WALLED)
        seen |= red(lambda address: check_role(world, address, "post", rules.PRODUCER_USER), WALLED)
        programs = set.union(*(red(check_program, BY_CLIENT, world, verb) for verb in SAID))
        heard, told = heard_by(world, rules.PRODUCER_USER), heard_by_program(world)
    assert seen == {address.name for address in WALLED if names_something(address) and rules.PRODUCER_USER in rules.MAY[address.act]}
    assert programs == {address.name for address in BY_CLIENT}
    assert shown(MARK, heard) == {
        PAGE: {"desk:home"} | LISTS,
        SEARCH: {"desk:home", "desk:search"} | LISTS,
        CSV: LISTS,
        XLSX: LISTS,
    }
    assert shown("712345K", told) == {API_READ: {"api:compare_days", "api:compare_jobs"}}
