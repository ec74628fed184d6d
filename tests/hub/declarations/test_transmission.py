"""A declaration on its way to the guarantor, and the news of a sale on their way to the dealer: a real worker, scripted answers."""

import hashlib
import json

import httpx
import pytest
import respx
from django.utils import timezone

from jupiter.contracts.job_notice import JobNoticeV1
from jupiter.hub.declarations import actions, client, rules
from jupiter.hub.declarations.actions import declaring
from jupiter.hub.declarations.models import Cover, DeclarationVersion, PolicyDocument, Sale
from jupiter.hub.guarantors.stellantis import client as stellantis
from jupiter.kit.notices import verified_id
from jupiter.kit.transmissions.models import Attempt, Transmission
from jupiter.kit.transmissions.models import State as ParcelState
from tests.hub import make

INSURER = "http://insurer.test"
COMPOSITE = f"{INSURER}/rest/composite/v1/composite"
PDF = b"%PDF-1.7 a policy"
DOCUMENT = {"name": "FR-865268J_Policy_0001003079-20211207.pdf", "href": "/rest/policy/v1/policies/0001003079/documents/1/content"}
ANNOUNCED = DOCUMENT | {"sha256": hashlib.sha256(PDF).hexdigest(), "size": len(PDF)}

pytestmark = pytest.mark.django_db(transaction=True)


def accepted(number="0001006185"):
    account = {"accountNumber": "0000500001", "id": "pc:acc1"}
    job = {
        "id": "pc:job1",
        "jobNumber": number,
        "jobStatus": {"code": "Draft", "name": "Devis en ébauche"},
        "link": f"http://i/devis/{number}/",
    }
    bodies = [{"status": 201, "body": {"data": {"attributes": attributes}}} for attributes in (account, job, {})]
    return httpx.Response(200, json={"responses": bodies})


def refused(pointer="/requests/2/body/data/attributes/vin", message="VIN : la valeur n’est pas valable"):
    said = {
        "status": 400,
        "errorCode": "gw.api.rest.exceptions.BadInputException",
        "userMessage": "Des champs sont à corriger",
        "details": [{"message": message, "properties": {"pointer": pointer}}],
    }
    return httpx.Response(400, json=said)


def test_a_profile_saved_for_the_first_time_meanwhile_counts(monkeypatch):
    point = make.a_point(configured=False)
    sale = make.a_received_sale(make.a_client(point.group), None, make.full_words())
    was_configured = declaring.is_configured

    def saved_in_between(asked):
        make.configure(point)
        return was_configured(asked)

    monkeypatch.setattr(declaring, "is_configured", saved_in_between)
    assert actions.declare_sale(sale, who="HAKIM AB", today=make.DAY, now=make.NOON).cover == Cover.SENDING


@pytest.fixture(autouse=True)
def fresh_lines():
    for kept in (stellantis._kept_line, client._line):
        kept.cache_clear()


@pytest.fixture
def insurer():
    with respx.mock(assert_all_called=False) as router:
        token = {"access_token": "t", "expires_in": 900, "token_type": "Bearer"}
        router.post(f"{INSURER}/oauth/token/").mock(return_value=httpx.Response(200, json=token))
        yield router


@pytest.fixture
def sale(transactional_db):
    make.a_link()
    point = make.a_point()
    return make.a_declared_sale(make.a_client(point.group), "746210")


@pytest.fixture
def seller(sale):
    return make.a_person(sale.point_of_sale)


def state_of(sale):
    return Sale.objects.get(pk=sale.pk).cover


def test_the_quote_arrives_by_itself(insurer, worker, sale):
    composite = insurer.post(COMPOSITE).mock(return_value=accepted())
    worker.run()
    sale.refresh_from_db()
    assert (sale.cover, sale.quote_number, sale.quote["state"]) == (Cover.QUOTE_DRAFT, "0001006185", "draft")
    request = composite.calls.last.request
    assert request.headers["idempotency-key"] == str(Transmission.objects.get(kind="cover.request").key)
    said = json.loads(request.content)["requests"]
    assert [one["uri"] for one in said] == ["/account/v1/accounts", "/job/v1/submissions", "/job/v1/jobs/${jobId}/lines/GVOLine/vehicles"]
    account, submission, vehicle = (one["body"]["data"]["attributes"] for one in said)
    assert account == make.example("account")
    assert submission == make.example("submission") | {"account_id": "${accountId}"}
    assert vehicle == make.example("insured_vehicle")


def test_the_words_sent_are_frozen_before_anything_is_sent(sale):
    assert DeclarationVersion.objects.get().words == Transmission.objects.get(kind="cover.request").words


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(503),
        httpx.Response(200, html="<p>maintenance</p>"),
        httpx.Response(200, content=b'{"responses": [', headers={"content-type": "application/json"}),
        httpx.Response(200, json={"responses": []}),
        httpx.Response(409, headers={"retry-after": "1"}),
    ],
)
def test_an_unwell_insurer_is_asked_again_with_the_same_key(insurer, worker, sale, trouble):
    composite = insurer.post(COMPOSITE).mock(side_effect=[trouble, accepted()])
    worker.run()
    assert state_of(sale) == Cover.SENDING
    worker.wait_for_the_next_try()
    worker.run()
    assert state_of(sale) == Cover.QUOTE_DRAFT
    assert len({call.request.headers["idempotency-key"] for call in composite.calls}) == 1
    assert Attempt.objects.filter(transmission__kind="cover.request").count() == 2


def test_while_the_insurer_is_silent_the_page_says_so_and_that_nothing_is_lost(insurer, worker, sale, seller, client):
    insurer.post(COMPOSITE).mock(side_effect=httpx.ConnectError("down"))
    worker.run()
    client.force_login(seller)
    page = client.get(f"/vente/{sale.pk}/resultat/").content.decode()
    assert "La sauvegarde dans le centralisateur a été effectuée avec succès" in page
    assert "création du devis en cours" in page
    assert "Stellantis GuideWire ne répond pas" in page
    assert "nous réessayons" in page


def test_an_answer_carried_twice_leaves_one_quote(insurer, worker, sale):
    insurer.post(COMPOSITE).mock(return_value=accepted())
    worker.run()
    sequence = Sale.objects.get().sequence
    worker.do_again()
    worker.run()
    assert Sale.objects.get().sequence == sequence


def test_a_refusal_is_shown_with_its_fields_and_sent_again_corrected_under_the_same_number(insurer, worker, sale, seller):
    composite = insurer.post(COMPOSITE).mock(side_effect=[refused(), accepted()])
    worker.run()
    sale.refresh_from_db()
    assert (sale.cover, sale.refused_fields) == (Cover.ASIDE, {"vin": "VIN : la valeur n’est pas valable"})
    assert "Des champs sont à corriger" in sale.trouble

    reading = rules.read(sale.values | {"vin": "VF3CUHMZ6HY012345"}, ordered_on=None, today=make.DAY, with_warranty=True)
    actions.complete_and_declare(sale, reading, seen=sale.sequence, by=seller, today=make.DAY, now=timezone.now())
    worker.run()

    sale.refresh_from_db()
    assert (sale.cover, sale.quote_number, sale.declaration_number) == (Cover.QUOTE_DRAFT, "0001006185", "SP953617Z100034312")
    keys = [call.request.headers["idempotency-key"] for call in composite.calls]
    assert len(set(keys)) == 2
    assert list(DeclarationVersion.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert Transmission.objects.filter(kind="cover.request").count() == 1


def test_the_form_shows_what_the_guarantor_refused(insurer, worker, sale, seller, client):
    insurer.post(COMPOSITE).mock(return_value=refused())
    worker.run()
    client.force_login(seller)
    page = client.get(f"/vente/{sale.pk}/formulaire/").content.decode()
    assert "VIN : la valeur n’est pas valable" in page
    assert "Corriger et renvoyer" in page


def test_silence_past_patience_waits_for_a_person_and_renvoyer_brings_one_quote(insurer, worker, sale, seller, client, settings):
    settings.TRANSMISSION_PAUSES = [0.0]
    composite = insurer.post(COMPOSITE).mock(side_effect=[httpx.ConnectError("down"), accepted()])
    worker.run()
    assert state_of(sale) == Cover.ASIDE
    client.force_login(seller)
    page = client.get(f"/vente/{sale.pk}/resultat/").content.decode()
    assert "La sauvegarde dans le centralisateur a été effectuée avec succès" in page
    assert "Renvoyer" in page

    for _ in range(2):
        assert client.post(f"/vente/{sale.pk}/renvoyer/")["location"] == f"/vente/{sale.pk}/resultat/"
    worker.run()

    assert state_of(sale) == Cover.QUOTE_DRAFT
    assert composite.call_count == 2
    assert len({call.request.headers["idempotency-key"] for call in composite.calls}) == 1, "the same words keep their key"


def test_a_notice_that_overtakes_the_answer_is_not_undone_by_it(insurer, worker, sale):
    notice = JobNoticeV1.model_validate(make.a_job_notice(sale, sequence=2, state="quoted"))
    actions.receive_job_notice("insurer", "n1", notice, now=timezone.now())
    insurer.post(COMPOSITE).mock(return_value=accepted())
    worker.run()
    assert state_of(sale) == Cover.QUOTED


def test_a_notice_on_a_declaration_set_aside_makes_the_sending_needless(insurer, worker, sale):
    insurer.post(COMPOSITE).mock(return_value=refused())
    worker.run()
    notice = JobNoticeV1.model_validate(make.a_job_notice(sale))
    actions.receive_job_notice("insurer", "n1", notice, now=timezone.now())
    assert state_of(sale) == Cover.QUOTE_DRAFT
    assert Transmission.objects.get(kind="cover.request").state == ParcelState.DROPPED


def issue(sale):
    notice = JobNoticeV1.model_validate(make.a_job_notice(sale, sequence=5, state="bound", document=ANNOUNCED))
    actions.receive_job_notice("insurer", "bound", notice, now=timezone.now())


def test_the_policy_is_fetched_checked_and_served_byte_for_byte(insurer, worker, sale, seller, client):
    insurer.post(COMPOSITE).mock(return_value=accepted())
    insurer.get(INSURER + DOCUMENT["href"]).mock(return_value=httpx.Response(200, content=PDF, headers={"content-type": "application/pdf"}))
    issue(sale)
    worker.run()
    assert bytes(PolicyDocument.objects.get().content) == PDF
    answer = client.get("/api/v1/sales/746210/documents/policy", **make.bearer(sale.client))
    assert (answer.content, answer["content-type"]) == (PDF, "application/pdf")
    assert answer["x-content-type-options"] == "nosniff"
    client.force_login(seller)
    assert client.get(f"/vente/{sale.pk}/police/").content == PDF
    state = client.get("/api/v1/sales/746210", **make.bearer(sale.client)).json()
    assert state["document"] == DOCUMENT | {
        "href": "/api/v1/sales/746210/documents/policy", "sha256": ANNOUNCED["sha256"], "size": len(PDF),
    }  # fmt: skip


def test_another_document_than_announced_is_not_kept_and_can_be_fetched_again(insurer, worker, sale, client):
    manager = make.a_person(sale.point_of_sale, role="manager")
    insurer.post(COMPOSITE).mock(return_value=accepted())
    wrong, right = (httpx.Response(200, content=body, headers={"content-type": "application/pdf"}) for body in (b"%PDF other", PDF))
    insurer.get(INSURER + DOCUMENT["href"]).mock(side_effect=[wrong, right])
    issue(sale)
    worker.run()
    assert not PolicyDocument.objects.get().is_kept
    assert "n’est pas celui qui était annoncé" in Sale.objects.get().trouble
    parcel = Transmission.objects.get(kind="document.fetch")
    assert parcel.state == ParcelState.ASIDE

    client.force_login(manager)
    assert str(parcel.pk) in client.get("/transmissions/").content.decode()
    client.post(f"/transmissions/{parcel.pk}/renvoyer/")
    worker.run()
    assert PolicyDocument.objects.get().is_kept
    assert Sale.objects.get().trouble == ""


# News to the dealer's software


@pytest.fixture
def listening(transactional_db):
    make.a_link()
    point = make.a_point()
    return make.a_client(point.group, notices=True)


def a_told_sale(client):
    """Taken back: its own words have their answer, and no news of them is told."""
    return actions.withdraw_sale(make.a_received_sale(client), who="HAKIM AB", now=make.NOON)


def a_priced_sale(client, worker):
    """Of which it is told twice: declared, with its quote; priced."""
    sale = make.a_declared_sale(client, "746210")
    worker.run()
    quoted = JobNoticeV1.model_validate(make.a_job_notice(sale, state="quoted"))
    actions.receive_job_notice("insurer", "quoted", quoted, now=timezone.now())
    worker.run()
    return sale


def test_what_a_dealer_says_itself_has_an_answer_and_is_not_told_again(insurer, worker, listening):
    heard = insurer.post(listening.notice_url).mock(return_value=httpx.Response(204))
    make.a_received_sale(listening)
    worker.run()
    assert (heard.call_count, Transmission.objects.count()) == (0, 0)


def test_each_change_is_told_in_order_whole_and_signed(insurer, worker, listening):
    heard = insurer.post(listening.notice_url).mock(return_value=httpx.Response(204))
    insurer.post(COMPOSITE).mock(return_value=accepted())
    sale = a_priced_sale(listening, worker)
    bodies = [json.loads(call.request.content) for call in heard.calls]
    assert [body["data"]["sequence"] for body in bodies] == [3, 4], "1 was its own; what happened before anyone was told is told in one"
    assert [body["data"]["cover"] for body in bodies] == ["quote_draft", "quoted"]
    assert bodies[0]["data"]["happened"] == f"Vente déclarée ({sale.declaration_number}) · Devis 0001006185 créé"
    assert bodies[-1]["data"]["quote"]["number"] == "0001006185"
    for call in heard.calls:
        notice_id = verified_id([make.DEALER_SECRET], call.request.headers, call.request.content)
        assert Transmission.objects.get(key=notice_id).subject == sale.transmission_subject


def test_a_deaf_dealer_is_told_again_under_the_same_id_and_a_new_signature(insurer, worker, listening):
    heard = insurer.post(listening.notice_url).mock(side_effect=[httpx.Response(500), httpx.Response(204)])
    a_told_sale(listening)
    worker.run()
    worker.wait_for_the_next_try()
    worker.run()
    assert len({call.request.headers["webhook-id"] for call in heard.calls}) == 1
    assert Transmission.objects.get().state == ParcelState.DELIVERED


def test_a_dealer_that_refuses_is_set_aside_for_a_person(insurer, worker, listening):
    insurer.post(listening.notice_url).mock(return_value=httpx.Response(401))
    a_told_sale(listening)
    worker.run()
    assert Transmission.objects.get().state == ParcelState.ASIDE


def test_renvoyer_on_one_notice_sends_all_that_are_aside_about_the_sale_in_order(insurer, worker, listening, client):
    heard = insurer.post(listening.notice_url).mock(side_effect=[httpx.Response(401)] * 2 + [httpx.Response(204)] * 2)
    insurer.post(COMPOSITE).mock(return_value=accepted())
    sale = a_priced_sale(listening, worker)
    notices = Transmission.objects.filter(kind="notice.sale").order_by("pk")
    assert [parcel.state for parcel in notices] == [ParcelState.ASIDE] * 2

    client.force_login(make.a_person(sale.point_of_sale, role="manager"))
    page = client.post(f"/transmissions/{notices[1].pk}/renvoyer/", follow=True).content.decode()
    assert "2 envois renvoyés" in page
    worker.run()

    assert [json.loads(call.request.content)["data"]["sequence"] for call in heard.calls][2:] == [3, 4]
    assert {parcel.state for parcel in notices.all()} == {ParcelState.DELIVERED}


def test_during_a_rotation_both_secrets_sign(insurer, worker, listening):
    heard = insurer.post(listening.notice_url).mock(return_value=httpx.Response(204))
    listening.next_notice_secret = make.SECRET
    listening.save()
    a_told_sale(listening)
    worker.run()
    request = heard.calls.last.request
    for secret in (make.SECRET, make.DEALER_SECRET):
        assert verified_id([secret], request.headers, request.content)
