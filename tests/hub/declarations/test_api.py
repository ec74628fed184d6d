"""PUT, GET, DELETE, declare and the document, as dealer software calls them."""

import json

import pytest

from jupiter.contracts.sale_state import SaleStateV1
from jupiter.hub.declarations import actions, rules
from jupiter.hub.declarations.models import Correction, Cover, Sale, State
from jupiter.kit.transmissions.models import Transmission
from tests.hub import make


class Caller:
    def __init__(self, client, api_client):
        self.http, self.client, self.token = client, api_client, make.bearer(api_client)

    def put(self, reference, words, **headers):
        return self.raw_put(reference, json.dumps(words), **headers)

    def raw_put(self, reference, body, content_type="application/json", **headers):
        return self.http.put(f"/api/v1/sales/{reference}", body, content_type, **self.token, **headers)

    def get(self, reference, tail=""):
        return self.http.get(f"/api/v1/sales/{reference}{tail}", **self.token)

    def delete(self, reference):
        return self.http.delete(f"/api/v1/sales/{reference}", **self.token)

    def declare(self, reference, key="k1", body="{}"):
        headers = {"HTTP_IDEMPOTENCY_KEY": key} if key is not None else {}
        return self.http.post(f"/api/v1/sales/{reference}/declare", body, "application/json", **self.token, **headers)


@pytest.fixture
def caller(client, api_client):
    return Caller(client, api_client)


@pytest.fixture
def stranger(client, db):
    point = make.a_point("812345B", group=make.a_group("Groupe B"), network_code="FR90001", producer="712345K")
    return Caller(client, make.a_client(point.group, name="Autre logiciel"))


def code_of(answer):
    assert answer["content-type"] == "application/problem+json"
    return answer.json()["title"]


def test_our_own_fault_is_said_to_a_program_as_a_problem(caller, client, monkeypatch):
    def fails(*_words, **_named):
        raise ZeroDivisionError

    monkeypatch.setattr("jupiter.hub.declarations.actions.receiving.insert_unless_there", fails)
    client.raise_request_exception = False
    answer = caller.put("746210", make.words())
    assert (answer.status_code, code_of(answer)) == (500, "internal-error")
    assert not Sale.objects.exists()


def test_a_new_sale_is_kept_and_says_what_is_missing(caller):
    answer = caller.put("746210", make.words())
    state = SaleStateV1.model_validate(answer.json())
    assert answer.status_code == 201
    assert (state.state, state.sequence, state.point_of_sale) == ("received", 1, "953617Z")
    assert [(one.pointer, one.message) for one in state.missing] == [
        ("/consent", "Le champ consentement du client (FOCUS) est obligatoire"),
        ("/sale_origin", "Le champ origine de la vente est obligatoire"),
    ]
    assert state.declaration_number == ""
    assert "fuel_and_engine_disagree" in [warning.code for warning in state.warnings]


def test_the_same_body_twice_gives_the_same_answer(caller):
    first, second = caller.put("746210", make.words()), caller.put("746210", make.words())
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


def test_another_body_replaces_the_sale_before_it_is_declared(caller):
    caller.put("746210", make.words())
    answer = caller.put("746210", make.words(price_gross="16000.00"))
    assert (answer.status_code, answer.json()["sequence"]) == (200, 2)
    assert Sale.objects.get().values["price"] == "16000.00"


def test_a_point_of_sale_of_another_group_is_unknown(caller, stranger):
    answer = caller.put("746210", make.words(network_code="FR90001"))
    unknown = caller.put("746210", make.words(network_code="FR99999"))
    assert (answer.status_code, code_of(answer)) == (422, "unknown-point-of-sale")
    assert answer.content.replace(b"FR90001", b"") == unknown.content.replace(b"FR99999", b"")
    assert not Sale.objects.exists()


def test_a_reference_belongs_to_its_caller(caller, stranger):
    caller.put("746210", make.words())
    theirs = stranger.put("746210", make.words(network_code="FR90001"))
    assert theirs.status_code == 201
    assert Sale.objects.count() == 2
    assert stranger.get("746210").json()["point_of_sale"] == "812345B"


@pytest.mark.parametrize("tail", ["", "/documents/policy"])
def test_a_foreign_reference_answers_like_an_unknown_one(caller, stranger, tail):
    caller.put("746210", make.words())
    foreign, unknown = stranger.get("746210", tail), stranger.get("nothing", tail)
    assert (foreign.status_code, foreign.content) == (404, unknown.content)


def test_foreign_verbs_answer_like_unknown_ones(caller, stranger):
    caller.put("746210", make.full_words())
    for verb in (stranger.delete, stranger.declare):
        assert (verb("746210").status_code, verb("746210").content) == (404, verb("nothing").content)
    assert Sale.objects.get().state == State.RECEIVED


def test_a_withdrawn_sale_may_come_again(caller):
    caller.put("746210", make.words())
    assert caller.delete("746210").status_code == 204
    assert caller.delete("746210").status_code == 204
    assert caller.get("746210").json()["state"] == "withdrawn"
    assert caller.declare("746210").status_code == 409
    again = caller.put("746210", make.words())
    assert (again.status_code, again.json()["state"]) == (200, "received")


def test_a_complete_sale_is_declared_without_the_form(caller):
    caller.put("746210", make.full_words())
    state = caller.declare("746210").json()
    assert (state["state"], state["cover"], state["declaration_number"]) == ("declared", "sending", "SP953617Z100034312")
    assert [message["tone"] for message in state["messages"]] == ["ok", "wait"]
    assert state["messages"][0]["text"] == "La sauvegarde dans le centralisateur a été effectuée avec succès"
    assert Transmission.objects.filter(kind="cover.request", subject="SP953617Z100034312").count() == 1


def test_declared_again_under_any_key_nothing_happens_twice(caller):
    caller.put("746210", make.full_words())
    first = caller.declare("746210", "k1")
    assert caller.declare("746210", "k1").json() == first.json()
    assert caller.declare("746210", "k2").json() == first.json()
    assert Transmission.objects.filter(kind="cover.request").count() == 1


def test_after_declaring_the_same_words_are_answered_and_others_refused(caller):
    caller.put("746210", make.full_words())
    declared = caller.declare("746210").json()
    same = caller.put("746210", make.full_words())
    assert (same.status_code, same.json()) == (200, declared)
    other = caller.put("746210", make.full_words(price_gross="1.00"))
    assert (other.status_code, code_of(other)) == (409, "already-declared")
    assert (caller.delete("746210").status_code, code_of(caller.delete("746210"))) == (409, "already-declared")


def test_after_declaring_an_order_that_says_less_of_what_the_hub_asks_itself_says_the_same(caller):
    """A dealer's software that was restored knows the order, no more what was answered for it."""
    caller.put("746210", make.full_words())
    declared = caller.declare("746210").json()
    less = caller.put("746210", make.full_words(consent=None, sale_origin=None))
    assert (less.status_code, less.json()) == (200, declared)
    other = caller.put("746210", make.full_words(consent="POST"))
    assert (other.status_code, code_of(other)) == (409, "already-declared")


def test_missing_fields_are_named_and_no_number_is_drawn(caller):
    caller.put("746210", make.full_words(vehicle__plate=None, vehicle__kind=None))
    answer = caller.declare("746210")
    assert (answer.status_code, code_of(answer)) == (422, "missing-fields")
    assert [error["message"] for error in answer.json()["errors"]] == [
        "Le champ type véhicule est obligatoire",
        "Le champ immatriculation est obligatoire",
    ]
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/vehicle/kind", "/vehicle/plate"]
    assert not Transmission.objects.exists()
    caller.put("746210", make.full_words())
    assert caller.declare("746210").json()["declaration_number"] == "SP953617Z100034312", "the refused key may be used again"


def test_a_point_of_sale_without_profile_declares_nothing(client, db):
    point = make.a_point(configured=False)
    caller = Caller(client, make.a_client(point.group))
    caller.put("746210", make.full_words())
    answer = caller.declare("746210")
    assert (answer.status_code, code_of(answer), answer.json()["network_code"]) == (422, "profile-not-configured", "FR10350")
    body = json.dumps({"guarantors": [{"key": "stellantis", "identifier": "865268J"}]})
    saved = client.put("/api/v1/points-of-sale/FR10350/profile", body, "application/json", **caller.token)
    assert saved.json()["guarantors"] == [{"key": "stellantis", "identifier": "865268J", "handling": ""}]
    assert caller.declare("746210").status_code == 200


def test_a_guarantor_that_cannot_receive_yet_is_refused_in_a_sentence(caller, point):
    make.configure(point, cirano=actions_choice("C123"))
    caller.put("746210", make.full_words(guarantor="cirano"))
    answer = caller.declare("746210")
    assert (answer.status_code, code_of(answer)) == (422, "guarantor-cannot")
    assert answer.json()["detail"] == "Garantie Cirano ne peut pas encore recevoir de déclaration par le Centralisateur."


def actions_choice(identifier):
    return make.Choice(True, identifier)


def test_a_sale_without_commercial_warranty_asks_no_guarantor(caller):
    caller.put("746210", make.full_words(without_commercial_warranty=True, warranty={}))
    state = caller.declare("746210").json()
    assert (state["cover"], len(state["messages"])) == ("not_wanted", 1)
    assert not Transmission.objects.filter(kind="cover.request").exists()


def test_what_was_changed_on_the_hub_survives_a_later_put_and_is_shown(caller, seller, point):
    caller.put("746210", make.words())
    sale = Sale.objects.get()
    sale = actions.begin_declaration(sale, guarantor="stellantis", with_warranty=True, by=seller, now=make.NOON)
    reading = rules.read(sale.values | {"price": "16000,00", "consent": "EMAIL"}, ordered_on=None, today=make.DAY, with_warranty=True)
    actions.complete_sale(sale, reading, seen=sale.sequence, by=seller, now=make.NOON)

    state = caller.put("746210", make.words(price_gross="15000.00", vehicle__mileage_km=4600, consent="SMS")).json()

    held = Sale.objects.get().values
    assert (held["price"], held["mileage"], held["consent"]) == ("16000.00", 4600, "EMAIL")
    shown = {(one["pointer"], one["order"], one["theirs"], one["where"]) for one in state["differences"]}
    assert shown == {
        ("/price_gross", "15\u202f000,00", "16\u202f000,00", "hub"),
        ("/consent", "Oui SMS", "Oui Email", "hub"),
    }
    assert Correction.objects.count() == 2


def test_idempotency_on_put_is_honoured_where_given(caller):
    first = caller.put("746210", make.words(), HTTP_IDEMPOTENCY_KEY="abc")
    again = caller.put("746210", make.words(), HTTP_IDEMPOTENCY_KEY='"abc"')
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    other = caller.put("746210", make.words(price_gross="1.00"), HTTP_IDEMPOTENCY_KEY="abc")
    assert (other.status_code, code_of(other)) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("key", [None, "", "clé-é".encode().decode("latin-1")])
def test_declaring_needs_a_usable_key(caller, key):
    caller.put("746210", make.full_words())
    answer = caller.declare("746210", key)
    assert (answer.status_code, code_of(answer)) == (400, "idempotency-key-required")
    assert Sale.objects.get().state == State.RECEIVED


def test_two_callers_may_use_one_key(caller, stranger):
    caller.put("746210", make.full_words())
    stranger.put("746210", make.full_words(network_code="FR90001"))
    assert caller.declare("746210", "same").json()["point_of_sale"] == "953617Z"
    assert stranger.declare("746210", "same").json()["point_of_sale"] == "812345B"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[]", 422),
        ("null", 422),
        ('{"network_code":"FR10350","network_code":"FR90001"}', 400),
        ('{"network_code":"FR10350","price_gross":NaN}', 400),
        ('{"network_code":"FR10350","dealer_id":"OTHER"}', 422),
        ("[" * 100_000, 400),
        ('{"network_code":"FR10350","seller":"\\u0000"}', 400),
        ('{"network_code":"FR10350","seller":"\\ud800"}', 400),
        ('{"network_code":"FR10350","vehicle":{"mileage_km":4500.0}}', 422),
        ('{"network_code":"FR10350","vehicle":{"mileage_km":true}}', 422),
        ('{"network_code":"FR10350","price_gross":16450}', 422),
        ('{"network_code":"FR10350","price_gross":"1e5"}', 422),
        ('{"network_code":"FR10350","delivery_on":"07/12/2021"}', 422),
        ('{"network_code":"FR1035"}', 422),
        ("{}", 422),
    ],
)
def test_json_is_read_strictly(caller, body, status):
    answer = caller.raw_put("746210", body)
    assert answer.status_code == status
    code_of(answer)
    assert not Sale.objects.exists()


def test_other_than_json_is_refused(caller):
    assert caller.raw_put("746210", "x=1", "text/plain").status_code == 415


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"vehicle__plate": "1234 AB 75"}, "/vehicle/plate"),
        ({"vehicle__vin": "12345"}, "/vehicle/vin"),
        ({"vehicle__din_power_hp": 20000}, "/vehicle/din_power_hp"),
        ({"vehicle__din_power_hp": 0}, "/vehicle/din_power_hp"),
        ({"price_gross": "0.00"}, "/price_gross"),
        ({"delivery_on": "2021-12-06"}, "/delivery_on"),
        ({"buyer__phone": "00112233445"}, "/buyer/phone"),
        ({"warranty__months": 18}, "/warranty/months"),
        ({"buyer__last_name": "<script>alert(1)</script>"}, "/buyer/last_name"),
    ],
)
def test_values_the_hub_never_takes_are_refused_by_name(caller, changes, pointer):
    answer = caller.put("746210", make.words(**changes))
    assert (answer.status_code, code_of(answer)) == (422, "words-refused")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not Sale.objects.exists()


@pytest.mark.parametrize("reference", ["a b", "x" * 65, "é"])
def test_a_reference_is_plain(caller, reference):
    assert caller.put(reference, make.words()).status_code == 422


def test_without_a_living_token_nothing_is_answered(client, api_client):
    for header in ({}, {"HTTP_AUTHORIZATION": "Bearer nothing"}, make.bearer(api_client, scope="other")):
        answer = client.get("/api/v1/sales/746210", **header)
        assert (answer.status_code, code_of(answer)) == (401, "not-authenticated")


def test_the_state_is_whole_once_the_policy_exists(caller, api_client):
    make.a_link()
    sale = make.an_issued_sale(api_client, reference="746210")
    state = SaleStateV1.model_validate(caller.get("746210").json())
    assert (state.cover, state.quote.number, state.policy.number) == (Cover.ISSUED, "0001006185", "0001003079")
    assert state.messages[1].text == "La création a été effectuée avec succès (numéro devis\u00a0: 0001006185)"
    assert state.document is None, "not before its bytes are here"
    assert caller.get("746210", "/documents/policy").status_code == 404
    assert sale.sequence == state.sequence


def test_the_openapi_document_names_every_address(client, db):
    paths = client.get("/api/openapi.json").json()["paths"]
    assert set(paths) == {
        "/api/v1/sales/{reference}",
        "/api/v1/sales/{reference}/launch",
        "/api/v1/sales/{reference}/declare",
        "/api/v1/sales/{reference}/documents/policy",
        "/api/v1/grants",
        "/api/v1/grants/{grant}",
        "/api/v1/points-of-sale/{network_code}/profile",
        "/api/v1/notices/insurer",
        "/api/v1/reconciliation",
        "/api/v1/reconciliation/sales",
        "/api/v1/reconciliation/sales/{reference}",
    }
    assert client.get("/api/docs").status_code == 200
