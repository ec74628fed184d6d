"""The insurer dies after each statement and around each commit: nothing or everything, and the sale goes on to one policy."""

from hashlib import sha256

import httpx
import pytest
import respx
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from jupiter.insurer.policies.models import Document, Policy, PolicyTransaction, StatementLine
from jupiter.insurer.quotes import tasks
from jupiter.insurer.quotes.models import Job
from jupiter.kit import numbers
from jupiter.kit.journal.models import Entry
from jupiter.kit.numbers.models import Counter
from jupiter.kit.transmissions.models import State, Transmission
from tests.crash import a_few, outside, papers_printed_elsewhere, troubles_of
from tests.insurer import make
from tests.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module", autouse=True)
def the_printer():
    with papers_printed_elsewhere():
        yield


@pytest.fixture(autouse=True)
def the_hub_listens():
    tasks._line.cache_clear()
    with respx.mock(assert_all_called=False) as router:
        yield router.post(make.NOTICES).mock(return_value=httpx.Response(204))


class World:
    """The hub, which asks for the quote, and the dealer's software, which buys it: each message under its own key, however often."""

    def __init__(self):
        producer = make.a_producer()
        make.a_tariff()
        self.hub = make.bearer(make.a_client(name="Centralisateur", scopes="jobs", notices=True), "jobs")
        self.dealer = make.bearer(make.a_client(producer))

    def declare(self):
        return self._ask(self.hub, make.COMPOSITE, make.a_composite(), key="cover-once")

    def price(self):
        return self._ask(self.dealer, f"/rest/job/v1/jobs/{Job.objects.get().number}/quote", key="price-once")

    def buy(self):
        return self._ask(self.dealer, f"/rest/job/v1/jobs/{Job.objects.get().number}/bind-and-issue", {}, key="buy-once")

    def _ask(self, token, path, words=None, *, key):
        answer = make.post(Client(), path, words, key=key, token=token)
        assert answer.status_code in (200, 201), answer.content
        return answer.json()


def sold(world):
    """From wherever it is to the one policy, its paper and its premium; and the hub knows it."""
    world.declare()
    if Job.objects.get().state == "draft":
        world.price()
    said = world.buy()["data"]["attributes"]
    Worker().rescue()

    job, policy, paper = Job.objects.get(), Policy.objects.get(), Document.objects.get()
    assert (job.number, job.state, policy.number, said["policyNumber"]) == ("0001006185", "bound", "0001003079", "0001003079")
    assert sha256(bytes(paper.content)).hexdigest() == paper.sha256
    assert (StatementLine.objects.count(), PolicyTransaction.objects.count()) == (1, 1)
    assert [Counter.objects.get(series=series).last for series in ("quotes", "policies")] == [1006185, 1003079]
    assert set(Transmission.objects.values_list("state", flat=True)) == {State.DELIVERED}
    assert not ProcrastinateJob.objects.filter(task_name="carry").exclude(status="succeeded").exists()
    for what in ("create_quote", "price_quote", "buy_quote", "issue_policy"):
        assert Entry.objects.filter(what=what).count() == 1
    said = [one.words["data"] for one in Transmission.objects.order_by("pk")]
    sequences = [one["sequence"] for one in said]
    assert sequences == sorted(set(sequences)), "none twice, none after a later one"
    assert sequences[-1] == job.sequence, "the hub knows the last state"
    assert (said[-1]["policy"]["number"], said[-1]["document"]["sha256"]) == (policy.number, paper.sha256)


def receive_the_composite():
    """Account, submission and vehicle in one, repeated under its key."""
    world = World()
    yield world.declare
    sold(world)


def price_the_quote():
    """Priced, repeated under its key."""
    world = World()
    world.declare()
    yield world.price
    sold(world)


def buy_and_issue():
    """Bought: policy, number, premium, paper and the notice; repeated under its key."""
    world = World()
    world.declare()
    world.price()
    yield world.buy
    sold(world)


def tell_the_hub():
    """The worker tells the hub what became of the quote, and takes its answer."""
    world = World()
    world.declare()
    world.price()
    Worker().run()
    world.buy()
    yield Worker().run
    sold(world)


STORIES = (receive_the_composite, price_the_quote, buy_and_issue, tell_the_hub)
each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)


@each_story
def test_slice_of_crash_points(story):
    assert troubles_of(story, only=a_few) == []


@pytest.mark.whole
@each_story
def test_every_crash_point(story):
    assert troubles_of(story) == []


# The instrument is tested


def test_a_number_kept_by_a_transaction_of_its_own_is_seen(monkeypatch):
    """Drawn on another connection, it is gone when the sale is not there to bear it."""
    monkeypatch.setattr(numbers, "take_dated", drawn_elsewhere)
    troubles = troubles_of(buy_and_issue, only=a_few)
    assert any("half done" in trouble and "numbers_counter" in trouble for trouble in troubles), troubles


def drawn_elsewhere(series):
    with outside() as other:
        return other.execute(
            "UPDATE numbers_counter SET last = last + 1 WHERE series = %s RETURNING last, clock_timestamp()", [series]
        ).fetchone()
