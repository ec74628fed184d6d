"""The hub dies after each statement and around each commit: nothing or everything, and the sale goes on to one policy."""

import json

import httpx
import pytest
import respx
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from jupiter.hub.declarations import actions, client
from jupiter.hub.declarations.models import Cover, DeclarationVersion, PolicyDocument, Sale
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.hub.guarantors.stellantis import client as stellantis
from jupiter.kit.journal.models import Entry
from jupiter.kit.notices import signed_headers
from jupiter.kit.numbers.models import Counter
from jupiter.kit.transmissions.models import State, Transmission
from tests.crash import a_few, troubles_of
from tests.hub import make
from tests.hub.declarations.test_form import posted
from tests.hub.declarations.test_transmission import ANNOUNCED, COMPOSITE, DOCUMENT, INSURER, PDF, accepted
from tests.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)
REFERENCE, NUMBER = "746210", "SP953617Z100034312"


@pytest.fixture(autouse=True)
def insurer():
    """It and the dealer's software: they answer by what they are told."""
    for kept in (stellantis._kept_line, client._line):
        kept.cache_clear()
    with respx.mock(assert_all_called=False) as router:
        token = {"access_token": "t", "expires_in": 900, "token_type": "Bearer"}
        router.post(f"{INSURER}/oauth/token/").mock(return_value=httpx.Response(200, json=token))
        router.post(COMPOSITE).mock(return_value=accepted())
        pdf = httpx.Response(200, content=PDF, headers={"content-type": "application/pdf"})
        router.get(f"{INSURER}{DOCUMENT['href']}").mock(return_value=pdf)
        router.post(url__regex="http://dealer.test/api/v1/notices/hub/.+").mock(return_value=httpx.Response(204))
        yield router


class Software:
    """The dealer's own: each message under its own key, however often."""

    def __init__(self):
        make.a_link()
        client = make.a_client(make.a_point().group, notices=True)
        self.token, self.queue = make.bearer(client), client.partner

    def put(self):
        said = json.dumps(make.full_words())
        answer = Client().put(f"/api/v1/sales/{REFERENCE}", said, "application/json", HTTP_IDEMPOTENCY_KEY="put-once", **self.token)
        assert answer.status_code in (200, 201), answer.content

    def declare(self):
        path = f"/api/v1/sales/{REFERENCE}/declare"
        answer = Client().post(path, "{}", "application/json", HTTP_IDEMPOTENCY_KEY="declare-once", **self.token)
        assert (answer.status_code, answer.json()["declaration_number"]) == (200, NUMBER), answer.content


def tell(sale):
    """The insurer's word, as it comes again until it is answered."""
    body = json.dumps(make.a_job_notice(sale, state="bound", document=ANNOUNCED)).encode()
    headers = signed_headers([make.SECRET], notice_id="told-once", body=body, now=timezone.now())
    meta = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items() if name != "content-type"}
    answer = Client().post("/api/v1/notices/insurer", body, "application/json", **meta)
    assert answer.status_code == 204, answer.content


def sold(software):
    """From wherever it is to the one policy: declared, quoted, told, and its paper fetched; each once, whatever was repeated."""
    Worker().rescue()
    software.put()
    software.declare()
    Worker().rescue()
    sale = Sale.objects.get()
    assert (sale.quote_number, DeclarationVersion.objects.count()) == ("0001006185", 1)
    tell(sale)
    Worker().rescue()
    sale.refresh_from_db()
    assert (sale.cover, sale.policy_number, sale.declaration_number) == (Cover.ISSUED, "0001003079", NUMBER)
    assert bytes(PolicyDocument.objects.get().content) == PDF
    assert Counter.objects.get(series="sp:953617Z").last == 100034312
    kinds = list(Transmission.objects.values_list("kind", flat=True))
    assert (kinds.count("cover.request"), kinds.count("document.fetch")) == (1, 1)
    assert set(Transmission.objects.values_list("state", flat=True)) == {State.DELIVERED}
    assert not ProcrastinateJob.objects.filter(task_name="carry").exclude(status="succeeded").exists()
    told = list(Transmission.objects.filter(kind="notice.sale").order_by("pk").values_list("words__data__sequence", flat=True))
    assert told == sorted(set(told)), "none twice, none after a later one"
    assert told[-1] == sale.sequence, "the dealer's software knows the last state"
    for what in ("receive_sale", "declare_sale", "receive_notice"):
        assert Entry.objects.filter(thing="sale", what=what).count() == 1


def receive_the_sale():
    """PUT, repeated under its key."""
    software = Software()
    yield software.put
    sold(software)


def declare_by_api():
    """Declared by the dealer's software, repeated under its key."""
    software = Software()
    software.put()
    yield software.declare
    sold(software)


def declare_on_the_form():
    """Déclarer et Garantir, pressed again."""
    software = Software()
    software.put()
    seller = make.a_person(Sale.objects.get().point_of_sale)
    sale = actions.begin_declaration(Sale.objects.get(), guarantor="stellantis", with_warranty=True, by=seller, now=make.NOON)
    browser = Client()
    browser.force_login(seller)
    words = posted(sale)

    def press():
        answer = browser.post(f"/vente/{sale.pk}/formulaire/", words)
        assert (answer.status_code, answer["location"]) == (302, f"/vente/{sale.pk}/resultat/")

    yield press
    press()
    sold(software)


def tell_the_dealer():
    """The worker tells the dealer's software, and takes its answer."""
    software = Software()
    software.put()
    yield Worker().run
    sold(software)


def take_the_quote():
    """The worker asks for the cover and takes the quote."""
    software = Software()
    software.put()
    software.declare()
    yield lambda: Worker().run_only(GUARANTORS["stellantis"].partner)
    sold(software)


def hear_of_the_policy():
    """The insurer's notice, told again until it is answered."""
    software = Software()
    software.put()
    software.declare()
    Worker().run()
    yield lambda: tell(Sale.objects.get())
    sold(software)


def fetch_the_paper():
    """The worker fetches the policy's paper and keeps it."""
    software = Software()
    software.put()
    software.declare()
    Worker().run()
    tell(Sale.objects.get())
    yield lambda: Worker().run_only(GUARANTORS["stellantis"].partner)
    sold(software)


STORIES = (receive_the_sale, declare_by_api, declare_on_the_form, tell_the_dealer, take_the_quote, hear_of_the_policy, fetch_the_paper)
each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)


@each_story
def test_slice_of_crash_points(story):
    assert troubles_of(story, only=a_few) == []


@pytest.mark.whole
@each_story
def test_every_crash_point(story):
    assert troubles_of(story) == []
