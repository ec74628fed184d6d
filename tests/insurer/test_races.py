"""Sixteen at once, round after round: one quote per declaration, one policy per quote and car, numbers without gap or double."""

from collections import Counter

import pytest
from django.test import Client
from django.utils import timezone

from jupiter.insurer.customers.models import Account
from jupiter.insurer.policies.models import Document, Policy, PolicyTransaction, StatementLine
from jupiter.insurer.policies.rules import VinAlreadyCovered
from jupiter.insurer.quotes import actions
from jupiter.insurer.quotes.models import Job
from jupiter.kit import numbers
from jupiter.kit.journal.models import Entry
from tests.insurer import make
from tests.races import HANDS, done_under_one_key, hands, in_order_of_issue, rounds, tell

pytestmark = pytest.mark.django_db(transaction=True)
FIRST_QUOTE, FIRST_POLICY, FIRST_ACCOUNT = 1_006_185, 1_003_079, 500_001


@pytest.fixture
def world():
    return make.a_producer(), make.a_tariff()


@pytest.fixture
def token(world):
    return make.bearer(make.a_client(world[0]))


@pytest.fixture
def browsers(world):
    """Each hand is a person of its own."""
    found = [Client() for _ in range(HANDS)]
    for index, browser in enumerate(found):
        browser.force_login(make.a_person(world[0], f"main-{index}"))
    return found


def say(path, words, token, *, key):
    """As a program: the status, and what was answered or why it was refused."""
    answer = make.post(Client(), path, words, key=key, token=token, HTTP_ACCEPT="application/problem+json")
    return answer.status_code, answer.json()["title"] if answer.status_code >= 400 else answer.content


def bind(job, token, *, key):
    return say(f"/rest/job/v1/jobs/{job.number}/bind-and-issue", None, token, key=key)


def bought_once(job):
    """The policy, of which everything is there once."""
    policy = Policy.objects.get(job_number=job.number)
    of_it = {"policy": policy}
    assert [kind.objects.filter(**of_it).count() for kind in (Document, StatementLine, PolicyTransaction)] == [1, 1, 1]
    assert Entry.objects.filter(thing="quote", thing_key=job.number, what="buy_quote").count() == 1
    return policy


@rounds
def test_one_quote_is_bought_once_in_two_windows_and_under_many_keys(world, token, browsers, rounds):
    outcomes = Counter()
    with hands() as at_once:
        for _ in range(rounds):
            job = make.a_quote(*world)

            def buy(index, job=job):
                if index % 2:
                    return bind(job, token, key=f"{job.number} {index}")
                answer = browsers[index].post(f"/devis/{job.number}/acheter/")
                return answer.status_code, answer.headers.get("location")

            got = at_once(buy)
            assert set(got[::2]) == {(302, f"/devis/{job.number}/confirmation/")}, got
            assert {status for status, _ in got[1::2]} == {200}, got
            assert len({said for _, said in got[1::2]}) == 1, "one answer"
            outcomes.update(status for status, _ in got)
            bought_once(job)
    assert Policy.objects.count() == rounds
    tell("buying one quote", rounds, outcomes)


@rounds
@pytest.mark.parametrize("quotes", [1, 2])
def test_one_key_buys_one_quote(world, token, rounds, quotes):
    """The same quote is answered with the same bytes, another is refused; what comes too early is asked to come back."""
    outcomes = Counter()
    with hands() as at_once:
        for number in range(rounds):
            jobs = [make.a_quote(*world) for _ in range(quotes)]

            def buy(index, jobs=jobs, number=number):
                return bind(jobs[index % quotes], token, key=f"key {number}")

            first, _ = done_under_one_key(at_once(buy), quotes, outcomes)
            bought_once(jobs[first])
    assert Policy.objects.count() == rounds
    tell(f"one key to buy, {quotes} quotes", rounds, outcomes)


@rounds
@pytest.mark.parametrize("bodies", [1, 2])
def test_one_key_declares_one_quote(world, token, rounds, bodies):
    outcomes = Counter()
    with hands() as at_once:
        for number in range(rounds):
            reference = f"SP953617Z{number:09d}"
            said = [make.a_composite(submission={"external_reference": reference}, vehicle={"mileage_km": 4500 + i}) for i in range(bodies)]

            def declare(index, said=said, number=number):
                return say(make.COMPOSITE, said[index % bodies], token, key=f"key {number}")

            first, _ = done_under_one_key(at_once(declare), bodies, outcomes)
            assert Job.objects.get(external_reference=reference).mileage_km == 4500 + first
    assert Job.objects.count() == rounds
    tell(f"one key to declare, {bodies} bodies", rounds, outcomes)


@rounds
def test_one_declaration_under_many_keys_is_one_quote_of_one_account(world, token, rounds):
    """Its holder is new to the insurer: whoever comes first opens the account, and no other is opened."""
    outcomes = Counter()
    with hands() as at_once:
        for number in range(rounds):
            words = make.a_composite(
                submission={"external_reference": f"SP953617Z{number:09d}"}, holder={"address": f"{number} RUE SPOTICAR"}
            )

            def declare(index, words=words, number=number):
                return say(make.COMPOSITE, words, token, key=f"{number} {index}")

            got = at_once(declare)
            assert {status for status, _ in got} == {200}, got
            outcomes.update(status for status, _ in got)
            assert Job.objects.count() == Account.objects.count() == number + 1
    tell("one declaration, sixteen keys", rounds, outcomes)


@rounds
def test_quotes_policies_and_accounts_are_numbered_without_gap_or_double_in_order_of_issue(world, token, rounds):
    """Eight declare, of whom four are one new holder; seven buy, and one is refused: the car is covered. It costs no number."""
    covered = make.a_bought_quote(*world).vin
    outcomes, made = Counter(), 1
    with hands() as at_once:
        for number in range(rounds):
            words = [
                make.a_composite(
                    submission={"external_reference": f"SP953617Z{number:06d}{index:03d}"},
                    vehicle={"vin": make.another_vin()},
                    holder={"address": f"{number} RUE {max(index, 6)}"},
                )
                for index in range(0, HANDS, 2)
            ]
            jobs = [make.a_quote(*world, **({"vin": covered} if index == 7 else {})) for index in range(1, HANDS, 2)]
            made += 2 * len(jobs)

            def draw(index, words=words, jobs=jobs):
                if index % 2:
                    return bind(jobs[index // 2], token, key=jobs[index // 2].number)
                asked = words[index // 2]
                return say(make.COMPOSITE, asked, token, key=asked["requests"][1]["body"]["data"]["attributes"]["external_reference"])

            got = Counter(status if status == 200 else said for status, said in at_once(draw))
            assert got == {200: 15, "vin-already-covered": 1}
            outcomes.update(got)
    in_order_of_issue([(int(job.number), job.created_at) for job in Job.objects.all()], first=FIRST_QUOTE)
    in_order_of_issue([(int(policy.number), policy.issued_at) for policy in Policy.objects.all()], first=FIRST_POLICY)
    accounts = sorted(int(number) for number in Account.objects.values_list("number", flat=True))
    assert accounts == list(range(FIRST_ACCOUNT, FIRST_ACCOUNT + 5 * rounds + 1)), "five new holders a round, and the quotes' own"
    assert (Job.objects.count(), Policy.objects.count()) == (made, 7 * rounds + 1)
    tell("numbering quotes and policies", rounds, outcomes)


@rounds
def test_sixteen_quotes_of_one_car_give_one_policy(world, rounds):
    outcomes = Counter()
    with hands() as at_once:
        for _ in range(rounds):
            vin = make.another_vin()
            jobs = [make.a_quote(*world, vin=vin) for _ in range(HANDS)]
            got = at_once(lambda index, jobs=jobs: actions.buy_job(jobs[index], by=f"Main {index}", today=make.DAY, now=make.NOON))
            kinds = Counter(type(one).__name__ for one in got)
            assert kinds == {"Policy": 1, VinAlreadyCovered.__name__: HANDS - 1}, got
            outcomes.update(kinds)
    in_order_of_issue([(int(policy.number), policy.issued_at) for policy in Policy.objects.all()], first=FIRST_POLICY)
    tell("one car in sixteen quotes", rounds, outcomes)


def test_numbers_that_are_max_plus_one_are_seen(world, token, monkeypatch):
    """A planted wrong: what the series would be without its lock."""

    def max_plus_one(series):
        last = Job.objects.order_by("-number").values_list("number", flat=True).first()
        return int(last or FIRST_QUOTE - 1) + 1, timezone.now()

    monkeypatch.setattr(numbers, "take_dated", max_plus_one)
    with hands() as at_once:
        got = [one for _ in range(3) for one in at_once(lambda index: make.a_draft(*world, holder={"address": f"{index} RUE SPOTICAR"}))]
    assert any(isinstance(one, Exception) for one in got), "the constraint behind it refuses the doubles"
