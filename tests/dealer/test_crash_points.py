"""Jupiter dies after each statement and around each commit: nothing or everything, and the sale goes on to one policy."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
import respx
from django.db import transaction
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

import jupiter.contracts
from jupiter.dealer.declarations import client
from jupiter.dealer.declarations.models import CoverState, KeptDocument, SaleAtHub, State
from jupiter.dealer.orders.models import Order
from jupiter.kit import jobs
from jupiter.kit.journal.models import Entry
from jupiter.kit.notices import signed_headers
from jupiter.kit.numbers.models import Counter
from jupiter.kit.transmissions.models import State as Parcel
from jupiter.kit.transmissions.models import Transmission
from tests.crash import a_few, troubles_of
from tests.dealer.declarations.conftest import PAPER, Hub
from tests.dealer.orders import make
from tests.dealer.orders.paper import controls
from tests.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, POLICY = 746210, "0001003079"
EXAMPLE = json.loads((Path(jupiter.contracts.__file__).parent / "examples/sale_notice.v1.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def the_tutorials_day(settings):
    settings.BUSINESS_DATE = make.TODAY


@pytest.fixture(autouse=True)
def hub():
    client._kept_line.cache_clear()
    with respx.mock(assert_all_called=False) as router:
        yield Hub(router)


def logged_in(site):
    browser = Client()
    browser.force_login(make.a_member(site))
    return browser


def a_dealer():
    site = make.a_site(network_code="FR10350")
    make.a_link(site.group)
    return site


def a_full_form(browser, car):
    told = controls(browser.get(f"/bons-de-commande/nouveau/?vehicle={car.pk}").content)
    buyer = {"title": "MR", "last_name": "DUPONT", "first_name": "DURANT", "postcode": "75010", "city": "PARIS"}
    return told | buyer | {"warranty": str(make.a_warranty().pk), "delivery_on": "07/12/2021", "act": "close"}


def issued(order):
    """The committed example, told of this order and this paper."""
    said = EXAMPLE["data"]
    paper = {"href": f"/api/v1/sales/{order.sale_reference}/documents/policy", "sha256": sha256(PAPER).hexdigest(), "size": len(PAPER)}
    return said | {"reference": str(order.sale_reference), "document": said["document"] | paper}


def tell(order, said):
    """The hub's word, as it comes again until it is answered."""
    link = order.group.hub_link
    words = {"type": "sale.changed", "timestamp": "2021-12-07T10:31:04Z", "data": said}
    body = json.dumps(words).encode()
    headers = signed_headers([link.notice_secret], notice_id="told-once", body=body, now=timezone.now())
    headers.pop("content-type")
    answer = Client().post(f"/api/v1/notices/hub/{link.client_id}", body, content_type="application/json", headers=headers)
    assert answer.status_code == 204, answer.content


def sold(order, hub):
    """From wherever it is to the one policy: carried, told, and its paper fetched; each once, whatever was repeated."""
    Worker().rescue()
    told = SaleAtHub.objects.get()
    assert told.state in (State.RECEIVED, State.DECLARED)
    tell(order, issued(order))
    Worker().rescue()
    told.refresh_from_db()
    assert (told.state, told.cover_state, told.policy_number) == (State.DECLARED, CoverState.ISSUED, POLICY)
    assert bytes(KeptDocument.objects.get().content) == PAPER
    assert {(one.kind, one.state) for one in Transmission.objects.all()} == {
        ("sale.put", Parcel.DELIVERED),
        ("document.fetch", Parcel.DELIVERED),
    }
    assert Transmission.objects.count() == 2
    assert not ProcrastinateJob.objects.filter(task_name="carry").exclude(status="succeeded").exists()
    order = Order.objects.get()
    said = [call.request for call in hub.put.calls if str(order.sale_reference) in str(call.request.url)]
    assert len({(request.headers["Idempotency-Key"], request.content) for request in said}) <= 1, "said again, it is the same message"
    assert (order.number, order.is_closed, order.closings) == (FIRST, True, 1)
    assert Counter.objects.get(series=f"orders:{order.group_id}").last == FIRST
    journal = list(Entry.objects.filter(thing="order").values_list("what", flat=True))
    assert sorted(journal) == sorted({"create", "close", "notice", "keep_document"} & set(journal)), "each told once"


def close_a_new_order(hub):
    """Clôturer on the form of a new order; pressed again with the same rendering."""
    site = a_dealer()
    browser, car = logged_in(site), make.a_vehicle(site)
    told = a_full_form(browser, car)

    def press():
        answer = browser.post("/bons-de-commande/nouveau/", told)
        assert (answer.status_code, answer.headers.get("location")) == (302, f"/bons-de-commande/{FIRST}/")

    yield press
    press()
    sold(Order.objects.get(), hub)


def close_a_saved_order(hub):
    """Clôturer on the form of a saved order."""
    site = a_dealer()
    browser, order = logged_in(site), make.an_order(site)
    told = controls(browser.get(f"/bons-de-commande/{order.number}/").content) | {"act": "close"}

    def press():
        assert browser.post(f"/bons-de-commande/{order.number}/enregistrer/", told).status_code == 302

    yield press
    press()
    sold(order, hub)


def carry_the_sale(hub):
    """The worker tells the hub and takes its answer."""
    order = make.a_closed_order(a_dealer())
    yield Worker().run
    sold(order, hub)


def hear_of_the_policy(hub):
    """The hub's notice, told again until it is answered."""
    order = make.a_closed_order(a_dealer())
    Worker().run()
    yield lambda: tell(order, issued(order))
    sold(order, hub)


def fetch_the_paper(hub):
    """The worker fetches the policy's paper and keeps it."""
    order = make.a_closed_order(a_dealer())
    Worker().run()
    tell(order, issued(order))
    yield Worker().run
    sold(order, hub)


STORIES = (close_a_new_order, close_a_saved_order, carry_the_sale, hear_of_the_policy, fetch_the_paper)
each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)


@each_story
def test_slice_of_crash_points(story, hub):
    assert troubles_of(lambda: story(hub), only=a_few) == []


@pytest.mark.whole
@each_story
def test_every_crash_point(story, hub):
    assert troubles_of(lambda: story(hub)) == []


# The instrument is tested


def test_a_job_deferred_after_the_commit_is_seen(hub, monkeypatch):
    deferred = jobs.defer
    monkeypatch.setattr(jobs, "defer", lambda *task, **ids: transaction.on_commit(lambda: later(deferred, *task, **ids)))
    troubles = troubles_of(lambda: close_a_saved_order(hub), only=a_few)
    assert any(trouble.startswith("half done after commit") for trouble in troubles), troubles
    assert any("dead after commit" in trouble for trouble in troubles), troubles


def later(defer, *task, **ids):
    with transaction.atomic():
        defer(*task, **ids)
