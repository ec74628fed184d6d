"""What the hub is told: the whole state, in order, signed anew at each try under one id."""

import json
from datetime import date

import httpx
import pytest
import respx

from jupiter.contracts.job_notice import JobNoticeV1
from jupiter.insurer.quotes import actions
from jupiter.kit.journal.models import Entry
from jupiter.kit.notices import verified_id
from jupiter.kit.transmissions.models import State, Transmission
from tests.insurer import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    return make.a_producer(), make.a_tariff(), make.a_client(name="Centralisateur", scopes="jobs", notices=True)


@pytest.fixture
def subscriber():
    with respx.mock(assert_all_called=False) as router:
        yield router.post(make.NOTICES).mock(return_value=httpx.Response(202, json={}))


def test_each_change_tells_the_whole_state_in_order(worker, world, subscriber):
    producer, product, hub = world
    job = make.a_quote(producer, product, client=hub, vin="12345678901233333", reference="SP953617Z100034312")
    worker.run()
    actions.edit_job(job, {"plate": "FA-310-NB"}, by="essai", today=make.DAY, now=make.NOON)
    worker.run()
    actions.price_job(job, by="essai", today=make.DAY, now=make.NOON)
    worker.run()
    actions.buy_job(job, by="essai", today=make.DAY, now=make.NOON)
    worker.run()

    told = [JobNoticeV1.model_validate_json(call.request.content).data for call in subscriber.calls]
    assert [(state.sequence, state.quote.state) for state in told] == [(1, "quoted"), (2, "draft"), (3, "quoted"), (4, "bound")]
    assert {state.external_reference for state in told} == {"SP953617Z100034312"}
    assert [state.facts.plate for state in told] == ["ER-452-AS", *["FA-310-NB"] * 3]
    assert [state.quote.premium and f"{state.quote.premium:.2f}" for state in told] == ["187.56", None, "187.56", "187.56"]
    bound = told[-1]
    assert (bound.policy.number, bound.policy.ends_on) == ("0001003079", date(2022, 12, 7))
    assert bound.document.href == "/rest/policy/v1/policies/0001003079/documents/1/content"
    assert bound.document.name == "FR-865268J_Policy_0001003079-20211207.pdf"
    assert bound.happened == "Police 0001003079 souscrite"
    assert set(Transmission.objects.values_list("state", flat=True)) == {State.DELIVERED}


def test_what_happens_in_one_go_is_told_in_one(worker, world, subscriber):
    producer, product, hub = world
    make.a_bought_quote(producer, product, client=hub, vin="12345678901233333", reference="SP953617Z100034312")
    worker.run()
    told = JobNoticeV1.model_validate_json(subscriber.calls.last.request.content).data
    assert (subscriber.call_count, told.sequence, told.quote.state) == (1, 2, "bound")
    assert told.happened == "Devis établi · Police 0001003079 souscrite"


def test_a_notice_has_the_shape_of_the_contracts_example(worker, world, subscriber):
    producer, product, hub = world
    make.a_bought_quote(producer, product, client=hub, vin="12345678901233333", reference="SP953617Z100034312")
    worker.run()
    said, example = json.loads(subscriber.calls.last.request.content), make.example("job_notice")
    assert shape(said) == shape(example)
    assert said["data"]["facts"] == example["data"]["facts"]
    assert said["data"]["policy"] == example["data"]["policy"]


def shape(said):
    return {name: shape(value) for name, value in said.items()} if isinstance(said, dict) else type(said).__name__


def test_withdrawn_and_expired_are_told(worker, world, subscriber):
    producer, product, hub = world
    actions.withdraw_job(make.a_draft(producer, product, client=hub), by="HAKIM", now=make.NOON)
    make.a_draft(producer, product, client=hub)
    actions.expire_overdue(today=date(2021, 12, 22), now=make.NOON)
    worker.run()
    told = {json.loads(call.request.content)["data"]["happened"] for call in subscriber.calls}
    assert told == {"Devis supprimé par HAKIM", "Devis expiré le 21/12/2021"}


def test_each_try_is_signed_anew_under_the_same_id(worker, world, subscriber):
    producer, product, hub = world
    subscriber.mock(side_effect=[httpx.Response(503), httpx.Response(202, json={})])
    make.a_quote(producer, product, client=hub)
    worker.run()
    assert Transmission.objects.get().state == State.SENDING
    worker.wait_for_the_next_try()
    worker.run()

    ids = {verified_id([make.SECRET], call.request.headers, call.request.content) for call in subscriber.calls}
    parcel = Transmission.objects.get()
    assert (ids, parcel.state, parcel.tries) == ({str(parcel.key)}, State.DELIVERED, 2)


def test_during_a_rotation_both_secrets_sign(worker, world, subscriber):
    producer, product, hub = world
    new = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
    hub.subscriber.former_secret, hub.subscriber.secret = hub.subscriber.secret, new
    hub.subscriber.save()
    make.a_quote(producer, product, client=hub)
    worker.run()
    call = subscriber.calls.last.request
    assert verified_id([make.SECRET], call.headers, call.content) == verified_id([new], call.headers, call.content)


@pytest.mark.parametrize("refusal", [400, 401, 404, 410])
def test_a_refusal_waits_for_a_person_and_renvoyer_passes(client, worker, world, subscriber, refusal):
    producer, product, hub = world
    subscriber.mock(side_effect=[httpx.Response(refusal, json={"detail": "pas compris"}), httpx.Response(202, json={})])
    make.a_quote(producer, product, client=hub)
    worker.run()
    worker.wait_for_the_next_try()
    worker.run()
    parcel = Transmission.objects.get()
    assert (parcel.state, subscriber.call_count) == (State.ASIDE, 1)

    client.force_login(make.a_person(None, "assureur", role="insurer_admin"))
    page = client.get(f"/transmissions/{parcel.pk}/").content.decode()
    assert "À reprendre" in page
    assert "pas compris" in page
    assert "À reprendre" in client.get("/transmissions/").content.decode()
    client.post(f"/transmissions/{parcel.pk}/renvoyer/")
    worker.run()
    again = Transmission.objects.get()
    assert (again.state, again.key, subscriber.call_count) == (State.DELIVERED, parcel.key, 2)


def test_renvoyer_on_one_notice_sends_all_that_are_aside_about_the_quote_in_order(client, worker, world, subscriber):
    producer, product, hub = world
    subscriber.mock(side_effect=[httpx.Response(404)] * 2 + [httpx.Response(202, json={})] * 2)
    job = make.a_quote(producer, product, client=hub)
    worker.run()
    actions.withdraw_job(job, by="HAKIM", now=make.NOON)
    worker.run()
    parcels = Transmission.objects.order_by("pk")
    assert [parcel.state for parcel in parcels] == [State.ASIDE] * 2

    client.force_login(make.a_person(None, "assureur", role="insurer_admin"))
    page = client.post(f"/transmissions/{parcels[1].pk}/renvoyer/", follow=True).content.decode()
    assert "2 transmissions relancées" in page
    worker.run()

    told = [json.loads(call.request.content)["data"]["sequence"] for call in subscriber.calls][2:]
    assert (told, {parcel.state for parcel in parcels.all()}) == (sorted(told), {State.DELIVERED})
    assert Entry.objects.filter(what="send_again").count() == 2


def test_silence_past_patience_waits_for_a_person(worker, world, subscriber, settings):
    settings.TRANSMISSION_PAUSES = []
    producer, product, hub = world
    subscriber.mock(side_effect=httpx.ConnectError("down"))
    job = make.a_quote(producer, product, client=hub)
    worker.run()
    assert Transmission.objects.get().state == State.ASIDE
    job.refresh_from_db()
    assert job.state == "quoted", "a deaf hub stops nobody here"


def test_what_is_rolled_back_is_never_told(world):
    producer, product, hub = world
    job = make.a_draft(producer, product, client=hub, delivery_on=date(2021, 12, 7))
    product.editions.update(effective_from=date(2030, 1, 1))
    with pytest.raises(actions.FactsRefused):
        actions.price_job(job, by="essai", today=make.DAY, now=make.NOON)
    assert not Transmission.objects.exists()
