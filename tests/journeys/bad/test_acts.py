"""An act done twice, too late, by nobody, or with somebody else's word: a clear answer, and no second effect; each counted in the stores."""

import json
import secrets as random_secrets
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from tests.journeys.running import is_there, wait_for

from .calls import problem
from .forms import BUYER, MANDATORY_AT_HUB
from .pages import Page
from .place import Line
from .rows import TABLE, plain, row
from .trying import Window

HUB_PASSWORD = {"username": "hakim", "password": "ce n’est pas le bon"}


def together(*acts):
    with ThreadPoolExecutor(len(acts)) as crowd:
        return [done.result() for done in [crowd.submit(act) for act in acts]]


def count(suite, service, table, condition="true", *values):
    return suite.rows(service, f"SELECT count(*) FROM {table} WHERE {condition}", *values)[0]["count"]  # noqa: S608


# --- who one is -------------------------------------------------------------------------------------------------------


def test_a_wrong_log_in_at_the_hub_is_refused_and_gives_no_access(place, suite):
    window, sale = place.window("dealer", "pierre"), place.a_sale()
    before = [
        count(suite, "dealer", "declarations_hubgrant"),
        count(suite, "hub", "dealers_grant"),
        count(suite, "hub", "declarations_launch"),
    ]
    page = window.open(f"{sale.order}garantir/")
    form = page.form("username")
    for word in ("ce n’est pas le bon", "ni celui-ci"):
        answer = window.post(form.action, form.sent() | {"username": "pierre-d-ailleurs", "password": word}, at=page.address)
        said = Page(page.address, answer.text)
        assert answer.status_code == 422
        assert ("", "Le Centralisateur ne reconnaît pas cet identifiant ou ce mot de passe.") in said.complaints
        assert said.form("username").controls["username"].value == "pierre-d-ailleurs"
        assert word not in answer.text
    after = [
        count(suite, "dealer", "declarations_hubgrant"),
        count(suite, "hub", "dealers_grant"),
        count(suite, "hub", "declarations_launch"),
    ]
    assert after == before


def test_the_sixth_wrong_log_in_at_the_hub_waits_a_quarter_of_an_hour(place):
    line = Line(place, "hub", "sales")
    words = {"username": f"personne-{uuid4().hex[:8]}", "password": "x"}
    answers = [line.say("POST", "/api/v1/grants", words) for _ in range(6)]
    assert [answer.status_code for answer in answers][:4] == [422] * 4
    assert (answers[-1].status_code, answers[-1].headers["retry-after"]) == (429, "900")
    assert problem(answers[-1]) == []


@pytest.mark.parametrize("service", ["dealer", "hub", "insurer"])
def test_wrong_log_ins_are_counted_over_all_web_servers(suite, service):
    """Three at one and two at another shut the name at both."""
    with suite.another_web(service) as second:
        doors = [Window(service, base) for base in (suite.url(service), second)]
        wait_for(lambda: is_there(second), 60, "no second web server")
        name, said = f"personne-{uuid4().hex[:8]}", []
        for window in (*doors, *doors, doors[0], *doors):
            page = window.open("/connexion/")
            said.append(window.post("/connexion/", page.form("password").sent() | {"username": name, "password": "faux"}, at=page.address))
        assert [answer.status_code for answer in said] == [422] * 4 + [429] * 3
        for window in doors:
            window.http.close()


@pytest.mark.parametrize("service", ["hub", "insurer"])
def test_a_token_that_is_none_is_refused(place, suite, service):
    """B376 and B377."""
    scope, path = {"hub": ("sales", "/api/v1/sales/some"), "insurer": ("jobs", "/rest/job/v1/jobs/0001006185")}[service]
    line = Line(place, service, scope)

    def ask(token):
        return line.http.get(path, headers={"authorization": f"Bearer {token}", "accept": "application/problem+json"})

    def part(words):
        return b64encode(json.dumps(words).encode()).decode().rstrip("=")

    assert ask(line.token).status_code in (200, 404)
    suite.do(
        service,
        "UPDATE oauth2_provider_accesstoken SET expires = now() - interval '1 second' WHERE token_checksum = encode(sha256(%s), 'hex')",
        line.token.encode(),
    )
    nobody = part({"alg": "none", "typ": "JWT"}) + "." + part({"sub": "dealer-a", "scope": scope}) + "."
    for token in (line.token, nobody, "x" * 10_000, "%00"):
        answer = ask(token)
        assert answer.status_code == 401
        assert problem(answer) == []


# --- the launch -------------------------------------------------------------------------------------------------------


def a_launch(place):
    place.configure()
    sale = place.a_sale()
    return sale, wait_for(lambda: place.seller.cover(sale.vehicle), 20, "no launch")


def continued(place, address):
    """Continuer, in a browser that has never been here."""
    window = place.new_window("hub")
    page = window.open(address)
    if not page.forms or page.status != 200:
        return window, page.status
    return window, window.post(address, page.form("Continuer").sent(), at=address).status_code


def test_a_launch_used_again_opens_nothing(place, suite):
    sale, address = a_launch(place)
    first, status = continued(place, address)
    assert status == 302
    assert "Se déconnecter" in first.open(f"/vente/{sale.at_hub}/").text
    late = place.new_window("hub")
    page = late.open(address)
    assert page.status == 410
    assert "n’est plus valable" in page.text
    answer = late.post(
        address, {"csrfmiddlewaretoken": late.open("/connexion/").form("username").sent()["csrfmiddlewaretoken"]}, at=address
    )
    assert answer.status_code == 410
    assert "/connexion/" in late.open(f"/vente/{sale.at_hub}/").address


def test_a_launch_that_has_expired_opens_nothing(place, suite):
    sale, address = a_launch(place)
    window = place.new_window("hub")
    page = window.open(address)
    suite.do("hub", "UPDATE declarations_launch SET expires_at = now() - interval '1 second' WHERE sale_id = %s", sale.at_hub)
    answer = window.post(address, page.form("Continuer").sent(), at=address)
    assert answer.status_code == 410
    assert "n’est plus valable" in Page(address, answer.text).text
    assert count(suite, "hub", "declarations_launch", "sale_id = %s AND used_at IS NOT NULL", sale.at_hub) == 0
    assert "/connexion/" in window.open(f"/vente/{sale.at_hub}/").address


# --- the unknown ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "tail", "words"), [("GET", "", None), ("DELETE", "", None), ("POST", "/launch", {"grant": "x"}), ("POST", "/declare", {})]
)
def test_an_unknown_reference_is_not_found_in_one_way(place, method, tail, words):
    line = Line(place, "hub", "sales")
    answers = [
        line.say(method, f"/api/v1/sales/{reference}{tail}", words, key=str(uuid4())) for reference in ("nobody-s", str(uuid4()), "x" * 300)
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert problem(answers[0]) == []


@pytest.mark.parametrize(
    ("service", "address"),
    [
        ("dealer", "/orders/../../x"), ("hub", "/orders/../../x"), ("insurer", "/orders/../../x"),
        ("insurer", "/documents/FR-865268J_Policy_0001003079-20211207.pdf"), ("dealer", "/documents/FR-865268J_Policy_0001003079-20211207.pdf"),
        ("insurer", "/polices/0001003079/documents/FR-865268J_Policy_0001003079-20211207.pdf"), ("dealer", "/bons-de-commande/999999999999999999999/"),
        ("dealer", "/vehicules/99999999999999999999999/"), ("hub", "/vente/99999999999999999999999/"),
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_not_found(place, service, address):
    """B388 and B391: a file's name carries no right."""
    username = {"dealer": "hakim", "hub": "responsable", "insurer": "psa-865268J"}[service]
    assert place.window(service, username).http.get(f"{place.suite.url(service)}{address}").status_code == 404


@pytest.mark.parametrize("service", ["dealer", "hub", "insurer"])
@pytest.mark.parametrize("id_", ["B385", "B386"])
def test_a_log_in_leads_to_no_other_host(place, service, id_):
    username = {"dealer": "hakim", "hub": "responsable", "insurer": "psa-865268J"}[service]
    there = row(id_).value.removeprefix("?next=")
    window, login = place.new_window(service), place.suite.login(service, username)
    page = window.open(f"/connexion/?next={there}")
    sent = page.form("username").sent() | {"username": username, "password": login["password"], "next": there}
    answer = window.post("/connexion/", sent, at=page.address)
    assert (answer.status_code, answer.headers["location"]) == (302, "/")


# --- notices ----------------------------------------------------------------------------------------------------------


def signed(body, secret, *, id_, at=None):
    at = at or datetime.now(UTC)
    said = Webhook(secret).sign(id_, at, body.decode())
    return {"webhook-id": id_, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": said, "content-type": "application/json"}


def a_notice(place, suite, service):
    """The last that was said to this service, and by which secret."""
    priced(place)
    links = json.loads((suite.data / "secrets.json").read_text())["links"]
    if service == "dealer":
        link, kind, teller = links["dealer_hub"]["A"], "notice.sale", "hub"
        address = f"/api/v1/notices/hub/{link['client_id']}"
    else:
        link, kind, teller, address = links["hub_insurer"], "notice.job", "insurer", "/api/v1/notices/insurer"
    question = "SELECT words FROM transmissions_transmission WHERE kind = %s AND state = 'delivered' ORDER BY id DESC LIMIT 1"
    words = wait_for(lambda: suite.rows(teller, question, kind), 30, "no notice")[0]["words"]
    return f"{suite.url(service)}{address}", words, link["notice_secret"]


def picture_of(suite, service):
    tables = {"hub": "declarations_sale", "dealer": "declarations_saleathub"}[service], "journal_entry", "transmissions_transmission"
    return [suite.rows(service, f"SELECT count(*), coalesce(sum(hashtext(t::text)), 0) AS words FROM {name} t") for name in tables]  # noqa: S608


@pytest.mark.parametrize("service", ["dealer", "hub"])
def test_a_notice_that_is_not_signed_by_its_sender_is_refused_without_effect(place, suite, service):
    """B372 and B375, and a signature of long ago."""
    address, words, secret = a_notice(place, suite, service)
    body = json.dumps(words).encode()
    settled(suite)
    before = picture_of(suite, service)
    right = signed(body, secret, id_="bad-1")
    headers = {
        "another body's": signed(body + b" ", secret, id_="bad-1"),
        "an empty secret's": signed(body, "whsec_" + b64encode(b"\x00").decode(), id_="bad-1"),
        "another secret's": signed(body, "whsec_" + b64encode(random_secrets.token_bytes(32)).decode(), id_="bad-1"),
        "of long ago": signed(body, secret, id_="bad-1", at=datetime.now(UTC) - timedelta(minutes=6)),
        "of the future": signed(body, secret, id_="bad-1", at=datetime.now(UTC) + timedelta(minutes=6)),
        "another id's": right | {"webhook-id": "bad-2"},
        "none": {"content-type": "application/json"},
        "nonsense": right | {"webhook-signature": "v1,%%%"},
        "no number": right | {"webhook-timestamp": "hier"},
    }
    for name, told in headers.items():
        answer = httpx.post(address, content=body, headers=told, trust_env=False)
        assert (name, answer.status_code) == (name, 401)
        assert problem(answer) == []
    assert picture_of(suite, service) == before


@pytest.mark.parametrize("service", ["dealer", "hub"])
def test_a_notice_said_again_has_no_second_effect(place, suite, service):
    """Under the same id and under another, and with an unknown secret's signature beside (B381, a rotation)."""
    address, words, secret = a_notice(place, suite, service)
    body = json.dumps(words).encode()
    settled(suite)
    before = picture_of(suite, service)
    again = signed(body, secret, id_=f"again-{uuid4()}")
    other = signed(body, "whsec_" + b64encode(random_secrets.token_bytes(32)).decode(), id_=again["webhook-id"])
    both = again | {"webhook-signature": f"{other['webhook-signature']} {again['webhook-signature']}"}
    for headers in (again, again, both, signed(body, secret, id_=f"other-{uuid4()}")):
        assert httpx.post(address, content=body, headers=headers, trust_env=False).status_code == 204
    assert picture_of(suite, service) == before


@pytest.mark.parametrize("service", ["dealer", "hub"])
def test_a_notice_that_is_signed_and_unreadable_is_refused_without_effect(place, suite, service):
    address, words, secret = a_notice(place, suite, service)
    settled(suite)
    before = picture_of(suite, service)
    for body in (b"{", b"[]", b"null", b'{"data": 1}', json.dumps(words | {"data": None}).encode(), b"[" * 100_000, b'{"a": NaN}'):
        answer = httpx.post(address, content=body, headers=signed(body, secret, id_=str(uuid4())), trust_env=False)
        assert answer.status_code == 400
        assert problem(answer) == []
    assert picture_of(suite, service) == before


def settled(suite):
    """Nothing is on its way: what changes from here on is what the test does."""
    waiting = "SELECT 1 FROM transmissions_transmission WHERE state = 'sending'"
    jobs = "SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND queue_name <> 'upkeep'"
    wait_for(
        lambda: not any(suite.rows(service, question) for service in ("dealer", "hub", "insurer") for question in (waiting, jobs)), 60,
        "something is still on its way",
    )  # fmt: skip


# --- keys -------------------------------------------------------------------------------------------------------------


def test_a_key_that_is_none_is_refused_and_declares_nothing(place, suite):
    """B349 and B351."""
    place.configure()
    line, sale = Line(place, "hub", "sales"), place.a_sale()
    for key in (None, row("B349").value.encode(), row("B351").value.encode(), b"x" * 256, b'""'):
        headers = line.headers() | ({} if key is None else {"idempotency-key": key})
        answer = line.http.post(f"/api/v1/sales/{sale.reference}/declare", content=b"{}", headers=headers)
        assert answer.status_code == 400, key
        assert problem(answer) == []
    assert count(suite, "hub", "declarations_sale", "reference = %s AND state = 'declared'", sale.reference) == 0


def test_a_key_given_twice_declares_once_and_a_key_for_other_words_is_refused(place, suite):
    """B353, B357: another dealer's key of the same name is another key."""
    place.configure()
    line, key = Line(place, "hub", "sales"), row("B353").value
    sale, other = complete(place), complete(place)
    path = f"/api/v1/sales/{sale.reference}/declare"
    first, again = (line.say("POST", path, {}, key=key) for _ in range(2))
    assert (first.status_code, again.status_code, first.content) == (200, 200, again.content)
    refused = line.say("POST", f"/api/v1/sales/{other.reference}/declare", {}, key=key)
    assert (refused.status_code, refused.json()["title"], problem(refused)) == (422, "idempotency-key-reused", [])
    assert count(suite, "hub", "declarations_sale", "reference = %s AND state = 'declared'", other.reference) == 0
    foreign = Line(place, "hub", "sales", of=1).say("POST", path, {}, key=key)
    assert foreign.status_code == 404, "not the first one's answer"


def test_a_key_whose_first_request_still_runs_is_asked_to_come_back(place, suite):
    """B356: its row is there, and not yet committed."""
    place.configure()
    line, sale, key = Line(place, "hub", "sales"), complete(place), str(uuid4())
    assert line.say("POST", f"/api/v1/sales/{complete(place).reference}/declare", {}, key=str(uuid4())).status_code == 200
    kept = suite.rows("hub", "SELECT client_id FROM inbox_keptanswer ORDER BY id DESC LIMIT 1")
    with suite.inside("hub") as door, door.transaction(force_rollback=True):
        door.execute(
            "INSERT INTO inbox_keptanswer (client_id, key, route, words_sha256, created_at) VALUES (%s, %s, 'x', 'x', now())",
            [kept[0]["client_id"], key],
        )
        answer = line.say("POST", f"/api/v1/sales/{sale.reference}/declare", {}, key=key)
    assert (answer.status_code, answer.json()["title"], answer.headers["retry-after"]) == (409, "still-running", "1")
    assert problem(answer) == []
    assert line.say("POST", f"/api/v1/sales/{sale.reference}/declare", {}, key=key).status_code == 200


def complete(place):
    sale = place.a_sale()
    place.seller.complete(sale.reference, sale.car, sale.order)
    return sale


# --- twice, and at the same moment ------------------------------------------------------------------------------------


def test_a_double_click_on_declarer_declares_once(place, suite):
    address = place.a_declaration_form()
    window = place.window("hub", "responsable")
    page = window.open(address)
    form = page.form("consent")
    sent = form.sent() | {"consent": "EMAIL", "sale_origin": "TRADE_IN_ON_NEW", "do": "declare"}
    answers = together(*[lambda: window.post(form.action, sent, at=page.address)] * 3)
    assert [answer.status_code for answer in answers] == [302] * 3
    assert {answer.headers["location"] for answer in answers} == {address.replace("formulaire", "resultat")}
    said = suite.rows(
        "hub", "SELECT reference, declaration_number, state FROM declarations_sale WHERE id = %s", int(address.split("/")[2])
    )[0]
    assert said["state"] == "declared"
    wait_for(lambda: place.seller.job(said["declaration_number"]), 60, "no devis")
    assert count(suite, "insurer", "quotes_job", "external_reference = %s", said["declaration_number"]) == 1
    assert count(suite, "hub", "journal_entry", "what = 'declare_sale' AND thing = 'sale' AND thing_key = %s", address.split("/")[2]) == 1
    assert count(suite, "hub", "transmissions_transmission", "kind = 'cover.request' AND subject = %s", said["declaration_number"]) == 1


def priced(place):
    sale = place.a_quote()
    place.seller.quote(sale.job)
    return sale


def test_two_windows_that_buy_one_quote_buy_it_once(place, suite):
    sale = priced(place)
    windows = [place.new_window("insurer", "psa-865268J") for _ in range(2)]
    pages = [window.open(f"/devis/{sale.quote_number}/acheter/") for window in windows]
    acts = [
        lambda window=window, page=page: window.post(page.address, page.form("Oui").sent(), at=page.address)
        for window, page in zip(windows, pages, strict=True)
    ]
    answers = together(*acts)
    assert count(suite, "insurer", "policies_policy", "vin = %s", sale.car.vin) == 1
    number = suite.rows("insurer", "SELECT number FROM policies_policy WHERE vin = %s", sale.car.vin)[0]["number"]
    for answer in answers:
        there = answer.text if answer.status_code == 422 else windows[0].open(answer.headers["location"]).text
        assert number in there or "est déjà souscrit" in there
    assert count(suite, "insurer", "policies_document", "policy_id = (SELECT id FROM policies_policy WHERE number = %s)", number) == 1


def test_an_expired_quote_is_not_bought(place, suite):
    sale = priced(place)
    past = "UPDATE quotes_job SET created_on = '2021-11-22', expires_on = '2021-12-06' WHERE number = %s"
    suite.do("insurer", past, sale.quote_number)
    window = place.window("insurer", "psa-865268J")
    page = window.open(f"/devis/{sale.quote_number}/acheter/")
    answer = window.post(page.address, {"csrfmiddlewaretoken": page.form("/acheter/").sent()["csrfmiddlewaretoken"]}, at=page.address)
    assert (answer.status_code, page.address) == (422, f"{window.base}/devis/{sale.quote_number}/acheter/")
    assert f"Devis expiré : le devis {sale.quote_number} pouvait être acheté jusqu’au 06/12/2021" in plain(
        Page(page.address, answer.text).text
    )
    refused = Line(place, "insurer", "policies").say("POST", f"/rest/job/v1/jobs/{sale.job}/bind-and-issue", {}, key=str(uuid4()))
    assert (refused.status_code, refused.json()["title"], problem(refused)) == (409, "quote-expired", [])
    assert count(suite, "insurer", "policies_policy", "vin = %s", sale.car.vin) == 0


def test_two_sellers_who_take_one_car_at_the_same_moment_make_one_order(place, suite):
    car = place.seller.new_car()
    place.seller.vehicle(car)
    windows = [place.window("dealer", "hakim"), place.window("dealer", "pierre")]
    pages = [window.open(f"/bons-de-commande/nouveau/?vehicle={car.plate}") for window in windows]
    sent = [page.form("last_name").sent() | BUYER | {"act": "save", "address_2": "Bâtiment B"} for page in pages]
    before = count(suite, "dealer", "orders_order")
    answers = together(
        *(
            lambda window=window, page=page, typed=typed: window.post("/bons-de-commande/nouveau/", typed, at=page.address)
            for window, page, typed in zip(windows, pages, sent, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [302, 422]
    assert count(suite, "dealer", "orders_order") == before + 1
    late = next(answer for answer in answers if answer.status_code == 422)
    page = Page(pages[0].address, late.text)
    assert page.complaints == [
        (
            "id_stock_number",
            "N° Police\u00a0: Ce véhicule vient d’être pris dans un autre bon\u00a0: choisissez-en un autre".replace("\u00a0", " "),
        )
    ]
    assert page.form("last_name").controls["address_2"].value == "Bâtiment B"


# --- values that are wrong only together ------------------------------------------------------------------------------


def test_every_mandatory_field_left_empty_is_named_when_declaring(place, suite):
    address = place.a_declaration_form()
    window = place.window("hub", "responsable")
    page = window.open(address)
    form = page.form("consent")
    answer = window.post(form.action, form.sent() | dict.fromkeys(MANDATORY_AT_HUB, "") | {"do": "declare"}, at=page.address)
    assert answer.status_code == 422
    said = dict(Page(page.address, answer.text).complaints)
    for name in MANDATORY_AT_HUB:
        words = said[form.controls[name].id]
        assert words.startswith("Le champ "), words
        assert words.endswith(" est obligatoire"), words
        assert form.controls[name].label.casefold() in words.casefold()
    assert count(suite, "hub", "declarations_sale", "id = %s AND state = 'declared'", int(address.split("/")[2])) == 0


@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        ({"delivery_on": "29/02/2024", "months": "12"}, "28/02/2025"),  # B103
        ({"delivery_on": "07/12/2021", "months": "12", "ends_on": "01/01/1990"}, "07/12/2022"),  # B105 and B097: it is computed, not typed
    ],
)
def test_the_end_of_the_warranty_is_computed(place, changes, ends):
    address = place.a_declaration_form()
    window = place.window("hub", "responsable")
    page = window.open(address)
    sent = page.form("consent").sent() | {"consent": "EMAIL", "sale_origin": "OTHER", "do": "save"} | changes
    assert window.post(page.address, sent, at=page.address).status_code == 302
    assert window.open(address).form("consent").controls["ends_on"].value == ends


def test_three_amounts_that_agree_are_kept(place):
    """B222: 13 708,34 + 2 741,67 is 16 450,01."""
    window, sheet = place.window("dealer", "hakim"), place.a_car()
    form = window.open(sheet).form("vin")
    assert window.post(form.action, form.sent() | {"vat_regime": "standard"}, at=sheet).status_code == 302
    page = window.open(f"/bons-de-commande/nouveau/?vehicle={form.controls['plate'].value}")
    net, vat, gross = (amount.strip() for amount in row("B222").value.split("/"))
    sent = page.form("last_name").sent() | BUYER | {"act": "save", "agreed_net": net, "agreed_gross": gross, "agreed_master": "gross"}
    answer = window.post("/bons-de-commande/nouveau/", sent, at=page.address)
    kept = window.open(answer.headers["location"]).form("last_name").controls
    shown = [plain(kept[name].value).replace(" ", "").replace(",", ".") for name in ("agreed_net", "agreed_vat", "agreed_gross")]
    assert shown == [net, vat, gross]


def test_a_name_and_a_first_name_are_never_swapped(place):
    """B321."""
    last, first = (name.strip() for name in row("B321").value.split("/"))
    window, order = place.window("dealer", "hakim"), place.an_order()
    form = window.open(order).form("last_name")
    assert window.post(form.action, form.sent() | {"last_name": last, "first_name": first, "act": "save"}, at=order).status_code == 302
    kept = window.open(order).form("last_name").controls
    assert (kept["last_name"].value, kept["first_name"].value) == (last, first)


def test_kilometres_that_go_back_ask_to_be_confirmed_and_are_journalled(place, suite):
    """B254."""
    window, sheet = place.window("dealer", "hakim"), place.a_car()
    form = window.open(sheet).form("vin")
    answer = window.post(form.action, form.sent() | {"mileage_km": "4000"}, at=sheet)
    assert answer.status_code == 422
    page = Page(form.action, answer.text)
    assert "La fiche dit 4 500 km, vous saisissez 4 000 km" in plain(page.complaints[0][1])
    again = page.form("vin")
    assert again.controls["mileage_km"].value == "4000"
    assert window.post(again.action, again.sent() | {"mileage_confirmed": "on"}, at=sheet).status_code == 302
    kept = window.open(sheet)
    assert kept.form("vin").controls["mileage_km"].value == "4000" or plain(kept.form("vin").controls["mileage_km"].value) == "4 000"
    assert suite.rows("dealer", "SELECT 1 FROM journal_entry WHERE sentence LIKE %s", "%4%500%4%000%")


def test_a_redirected_search_of_percent_signs_is_answered(place):
    """B390."""
    (value,) = (each.value for each in TABLE["url"] if each.id == "B390")
    for service, username in (("dealer", "hakim"), ("hub", "responsable"), ("insurer", "psa-865268J")):
        for address in ("/", "/recherche/", "/ventes/", "/bons-de-commande/", "/vehicules/"):
            assert (service, address, place.window(service, username).http.get(f"{address}{value}").status_code < 500) == (
                service,
                address,
                True,
            )
