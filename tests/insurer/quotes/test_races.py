"""Two at the same moment: one quote, one policy. Real connections, real locks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from jupiter.insurer.policies.models import Policy
from jupiter.insurer.policies.rules import VinAlreadyCovered
from jupiter.insurer.quotes import actions
from jupiter.insurer.quotes.models import Job
from tests.insurer import make

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """All at once, each on a connection of its own; what each gave, or why it gave nothing."""
    gate = Barrier(len(acts))

    def run(act):
        gate.wait(5)
        try:
            return act()
        except Exception as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def world():
    return make.a_producer(), make.a_tariff()


def test_two_windows_buying_one_quote_get_one_policy(world):
    job = make.a_quote(*world)
    bought = together(*[lambda: actions.buy_job(job, by="essai", today=make.DAY, now=make.NOON)] * 4)

    assert len({policy.number for policy in bought}) == 1
    assert Policy.objects.count() == 1


def test_two_quotes_for_one_car_give_one_policy(world):
    jobs = [make.a_quote(*world, vin="VF3PLANTB00000001") for _ in range(2)]
    done = together(*(lambda job=job: actions.buy_job(job, by="essai", today=make.DAY, now=make.NOON) for job in jobs))

    assert sorted(type(one).__name__ for one in done) == ["Policy", "VinAlreadyCovered"]
    assert any(isinstance(one, VinAlreadyCovered) for one in done)
    assert Policy.objects.count() == 1
    assert Job.objects.filter(state="quoted").count() == 1


def test_one_declaration_sent_under_two_keys_at_once_is_one_quote(world):
    token = make.bearer(make.a_client(name="Centralisateur", scopes="jobs"), "jobs")
    calls = [lambda key=key: make.post(Client(), make.COMPOSITE, make.a_composite(), key=key, token=token) for key in "abcd"]
    answers = together(*calls)

    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.json()["responses"][1]["body"]["data"]["attributes"]["jobNumber"] for answer in answers}) == 1
    assert sorted(answer.json()["responses"][1]["status"] for answer in answers) == [200, 200, 200, 201]
    assert Job.objects.count() == 1


def test_one_key_at_once_is_one_effect_and_one_answer(world):
    token = make.bearer(make.a_client(name="Centralisateur", scopes="jobs"), "jobs")
    calls = [lambda: make.post(Client(), make.COMPOSITE, make.a_composite(), key="one", token=token)] * 4
    answers = [answer for answer in together(*calls) if answer.status_code != 409]

    assert answers
    assert len({answer.content for answer in answers}) == 1
    assert Job.objects.count() == 1


def test_numbers_are_gapless_whoever_comes_first(world):
    producer, product = world
    made = together(*(lambda: make.a_bought_quote(producer, product) for _ in range(6)))
    assert sorted(job.number for job in made) == [f"{1_006_185 + i:010d}" for i in range(6)]
    assert sorted(job.policy.number for job in made) == [f"{1_003_079 + i:010d}" for i in range(6)]
