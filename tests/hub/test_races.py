"""Sixteen at once, round after round: one declaration, one answer per key, numbers without gap or double, each launch used once."""

import json
from collections import Counter

import pytest
from django.test import Client
from django.utils import timezone

from jupiter.hub.dealers.models import Grant
from jupiter.hub.declarations import actions
from jupiter.hub.declarations.models import DeclarationVersion, Launch, Sale
from jupiter.kit import numbers
from jupiter.kit.journal.models import Entry
from jupiter.kit.numbers.models import Counter as Series
from jupiter.kit.transmissions.models import Transmission
from tests.hub import make
from tests.hub.declarations.test_form import posted
from tests.races import HANDS, done_under_one_key, hands, rounds, tell

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = 100034312


@pytest.fixture
def people(point):
    return [make.a_person(point) for _ in range(HANDS)]


@pytest.fixture
def browsers(people):
    """Each hand is a person of its own."""
    found = [Client() for _ in people]
    for browser, person in zip(found, people, strict=True):
        browser.force_login(person)
    return found


@pytest.fixture
def token(api_client):
    return make.bearer(api_client)


def say(method, reference, words, token, *, key, tail=""):
    """As a dealer's software: the status, and what was answered or why it was refused."""
    path = f"/api/v1/sales/{reference}{tail}"
    answer = Client().generic(method, path, json.dumps(words), "application/json", HTTP_IDEMPOTENCY_KEY=key, **token)
    return answer.status_code, answer.json()["title"] if answer.status_code >= 400 else answer.content


def declared_once(reference):
    """The sale, of which everything is there once."""
    sale = Sale.objects.get(reference=reference)
    assert sale.is_declared
    assert DeclarationVersion.objects.filter(sale=sale).count() == 1
    assert Transmission.objects.filter(kind="cover.request", subject=sale.declaration_number).count() == 1
    assert Entry.objects.filter(thing="sale", thing_key=str(sale.pk), what="declare_sale").count() == 1
    return sale


@rounds
def test_one_sale_is_declared_once_by_form_and_by_api(api_client, token, people, browsers, rounds):
    outcomes = Counter()
    with hands() as at_once:
        for number in range(rounds):
            sale = make.a_begun_sale(api_client, people[0], reference=f"declared-{number}", said=make.full_words())
            words = posted(sale)

            def declare(index, sale=sale, words=words):
                if index % 2:
                    return say("POST", sale.reference, {}, token, key=f"{sale.pk}-{index}", tail="/declare")[0]
                answer = browsers[index].post(f"/vente/{sale.pk}/formulaire/", words)
                return answer.status_code, answer.headers.get("location")

            got = at_once(declare)
            assert set(got) == {200, (302, f"/vente/{sale.pk}/resultat/")}, got
            outcomes.update(200 if one == 200 else 302 for one in got)
            assert declared_once(sale.reference).declaration_number == sale.declaration_number
    assert Series.objects.get(series="sp:953617Z").last == FIRST + rounds - 1
    tell("declaring one sale", rounds, outcomes)


@rounds
def test_one_sale_is_begun_once_whoever_presses_or_declares(api_client, token, browsers, rounds):
    """Page Suivante in twelve windows, and the dealer's software that declares meanwhile: one number is drawn."""
    outcomes = Counter()
    with hands() as at_once:
        for number in range(rounds):
            sale = make.a_received_sale(api_client, f"begun-{number}", make.full_words())

            def begin(index, sale=sale):
                if index % 4 == 3:
                    return say("POST", sale.reference, {}, token, key=f"{sale.pk}-{index}", tail="/declare")[0]
                return browsers[index].post(f"/vente/{sale.pk}/", {"guarantor": "stellantis"}).status_code

            got = at_once(begin)
            assert set(got) == {200, 302}, got
            outcomes.update(got)
            declared_once(sale.reference)
            begun = Entry.objects.filter(thing="sale", thing_key=str(sale.pk), what="begin_declaration").count()
            assert begun <= 1
            outcomes["begun on the screen first"] += begun
    given = sorted(int(number[-9:]) for number in Sale.objects.values_list("declaration_number", flat=True))
    assert given == list(range(FIRST, FIRST + rounds))
    tell("beginning one sale", rounds, outcomes)


@rounds
@pytest.mark.parametrize("bodies", [1, 2])
def test_one_key_says_one_sale(token, rounds, bodies):
    """The same words are answered with the same bytes, other words are refused; what comes too early is asked to come back."""
    said = [make.words(), make.words(price_gross="1.00")][:bodies]
    outcomes = Counter()
    with hands() as at_once:
        for number in range(rounds):
            reference = f"said-{number}"

            def put(index, reference=reference):
                return say("PUT", reference, said[index % bodies], token, key=f"key of {reference}")

            first, answer = done_under_one_key(at_once(put), bodies, outcomes, done=201)
            assert Sale.objects.get(reference=reference).sequence == 1
            again = say("PUT", reference, said[first], token, key=f"key of {reference}")
            assert again == answer
    tell(f"one key, {bodies} bodies", rounds, outcomes)


@rounds
def test_one_reference_said_under_many_keys_is_one_sale(token, rounds):
    outcomes = Counter()
    with hands() as at_once:
        for number in range(rounds):
            reference = f"many-{number}"

            def put(index, reference=reference):
                return say("PUT", reference, make.words(), token, key=f"{reference} {index}")

            got = Counter(status for status, _ in at_once(put))
            assert got == {201: 1, 200: HANDS - 1}
            outcomes.update(got)
            assert Sale.objects.get(reference=reference).sequence == 1
    tell("one reference, sixteen keys", rounds, outcomes)


@rounds
@pytest.mark.parametrize("sales", [1, 2])
def test_one_key_declares_one_sale(api_client, token, rounds, sales):
    outcomes = Counter()
    with hands() as at_once:
        for number in range(rounds):
            known = [make.a_received_sale(api_client, f"keyed-{number}-{which}", make.full_words()) for which in range(sales)]

            def declare(index, known=known, number=number):
                return say("POST", known[index % sales].reference, {}, token, key=f"key {number}", tail="/declare")

            first, _ = done_under_one_key(at_once(declare), sales, outcomes)
            declared_once(known[first].reference)
            assert Sale.objects.filter(reference__startswith=f"keyed-{number}-", state="declared").count() == 1
    tell(f"one key to declare, {sales} sales", rounds, outcomes)


@rounds
def test_declarations_are_numbered_without_gap_or_double_in_order_of_issue(api_client, token, point, people, rounds):
    """In two series, those of two points of sale. Refusals among them, and numbers drawn on the screen, cost no number."""
    other = make.a_point("953618A", group=point.group, network_code="FR10351", name="CHARTRES")
    outcomes = Counter()
    with hands() as at_once:
        for number in range(rounds):
            sales = [
                make.a_received_sale(
                    api_client, f"{number}-{index}",
                    make.full_words(network_code=["FR10350", "FR10351"][index % 2], vehicle__vin=None if index == 15 else "12345678901233333"),
                )
                for index in range(HANDS)
            ]  # fmt: skip

            def draw(index, sales=sales):
                if index in (3, 6):
                    begun = actions.begin_declaration(
                        sales[index], guarantor="stellantis", with_warranty=True, by=people[index], now=timezone.now()
                    )
                    return bool(begun.declaration_number)
                return say("POST", sales[index].reference, {}, token, key=sales[index].reference, tail="/declare")[0]

            got = Counter(at_once(draw))
            assert got == {200: 13, True: 2, 422: 1}
            outcomes.update(got)
    for where, count in ((point, 8 * rounds), (other, 7 * rounds)):
        of_series = Sale.objects.filter(declaration_number__startswith=f"SP{where.code}")
        given = [(int(number[-9:]), at) for number, at in of_series.values_list("declaration_number", "declared_at")]
        assert sorted(number for number, _ in given) == list(range(FIRST, FIRST + count))
        declared = sorted((number, at) for number, at in given if at)
        assert [at for _, at in declared] == sorted(at for _, at in declared)
    tell("numbering declarations", rounds, outcomes)


@rounds
def test_a_launch_is_used_once(api_client, people, rounds):
    outcomes = Counter()
    grant = make.a_grant(api_client, people[0])
    sale = make.a_received_sale(api_client, "launched")
    with hands() as at_once:
        for _ in range(rounds):
            address = actions.launch_sale(sale, api_client, grant, now=timezone.now()).url.removeprefix("http://hub.test")
            got = Counter(at_once(lambda index, address=address: Client().post(address).status_code))
            assert got == {302: 1, 410: HANDS - 1}
            outcomes.update(got)
    assert Launch.objects.filter(used_at__isnull=False).count() == rounds
    assert Entry.objects.filter(what="use_launch").count() == rounds
    tell("using one launch", rounds, outcomes)


@rounds
def test_a_grant_taken_back_while_it_is_used_is_taken_back_once(api_client, token, people, rounds):
    """Eight enter by launches of one grant, each its own; eight take the grant back. Afterwards nothing opens."""
    outcomes = Counter()
    sale = make.a_received_sale(api_client, "granted")
    with hands() as at_once:
        for _ in range(rounds):
            grant = make.a_grant(api_client, people[0])
            launches = [actions.launch_sale(sale, api_client, grant, now=timezone.now()).url for _ in range(HANDS)]
            addresses = [url.removeprefix("http://hub.test") for url in launches]

            def act(index, grant=grant, addresses=addresses):
                if index % 2:
                    return Client().delete(f"/api/v1/grants/{grant}", **token).status_code
                return Client().post(addresses[index]).status_code

            got = Counter(at_once(act))
            assert got[204] == HANDS // 2
            assert set(got) <= {204, 302, 410}, got
            outcomes.update(got)
            assert [Client().post(address).status_code for address in addresses] == [410] * HANDS
    taken = Grant.objects.exclude(revoked_at=None).count(), Entry.objects.filter(what="revoke_grant").count()
    assert taken == (rounds, rounds)
    tell("taking a grant back", rounds, outcomes)


def test_numbers_that_are_max_plus_one_are_seen(api_client, token, monkeypatch):
    """A planted wrong: what the series would be without its lock."""

    def max_plus_one(series):
        last = Sale.objects.order_by("-declaration_number").values_list("declaration_number", flat=True).exclude(declaration_number=None)
        return int((last.first() or f"{FIRST - 1}")[-9:]) + 1, timezone.now()

    monkeypatch.setattr(numbers, "take_dated", max_plus_one)
    with hands() as at_once:
        for number in range(3):
            sales = [make.a_received_sale(api_client, f"{number}-{index}", make.full_words()) for index in range(HANDS)]
            got = at_once(lambda index, sales=sales: actions.declare_sale(sales[index], who="Main", today=make.DAY, now=make.NOON))
    assert any(isinstance(one, Exception) for one in got), "the constraint behind it refuses the doubles"
