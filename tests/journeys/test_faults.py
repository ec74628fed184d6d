"""Partners away, deaf or rude, processes killed in mid-work: each sale ends with one policy, and no number is lost or given twice."""

import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import pytest

from . import stand_in
from .running import SERVICES, Suite, is_alive, seller_script, wait_for
from .stand_in import BABBLES, HOPS, LOSES, REFUSES, SILENT

sell = seller_script()
POINT = "953617Z"  # whose declarations are counted: SP953617Z…
lines = []  # to the services, to be closed at the end


@pytest.fixture(scope="module")
def suite(tmp_path_factory, prepared):
    suite = Suite(tmp_path_factory.mktemp("faults"), "--tutorial-day").begin_from(prepared).start()
    yield suite
    for line in lines:
        line.close()
    suite.stop()


@pytest.fixture(scope="module")
def seller(suite):
    """At work for a while: logged in, known at the hub, its point of sale configured by a first sale."""
    seller = a_seller(suite)
    seller.sell()
    return seller


def a_seller(suite):
    seller = sell.Seller(sell.Suite(suite.data), suite.data / "sold")
    lines.extend(line.http for line in (seller.dealer, seller.hub, seller.insurer))
    seller.log_in()
    return seller


def a_window(suite, service):
    window = sell.Browser(suite.url(service))
    lines.append(window.http)
    return window


def browser(suite, service, username):
    """A person of whichever service, logged in."""
    window, login = a_window(suite, service), suite.login(service, username)
    page = window.open("/connexion/")
    window.submit(page, "Connexion", {"Nom d’utilisateur": login["username"], "Mot de passe": login["password"]})
    return window


@dataclass
class Sale:
    """bin/sell's steps, taken one by one."""

    seller: "sell.Seller"
    car: "sell.Car"
    vehicle: str = ""
    order: str = ""
    reference: str = ""
    number: str = ""  # SP…
    job: str = ""
    policy: str = ""
    answer: dict = field(default_factory=dict)

    @classmethod
    def of(cls, seller):
        return cls(seller, seller.new_car())

    def close(self):
        self.seller.started = time.monotonic()
        self.vehicle = self.seller.vehicle(self.car)
        self.order = self.seller.order(self.car)
        self.seller.close(self.order)
        self.reference = self.seller.reference_of(self.order)
        return self

    def arrive(self):
        wait_for(lambda: self.seller.state(self.reference), 60, "the sale does not reach the hub")
        self.seller.complete(self.reference, self.car, self.order)
        return self

    def declare(self):
        self.answer = self.seller.declare(self.reference)
        self.number = self.answer["declaration_number"]
        return self

    def buy(self):
        self.job = wait_for(lambda: self.seller.job(self.number), 60, "the insurer has no devis")["id"]
        self.seller.quote(self.job)
        self.policy = self.seller.buy(self.job)
        return self

    def see_it_home(self, patience=60):
        file = self.seller.document(self.policy)
        wait_for(lambda: self.seller.shown(self.order, self.policy, file), patience, f"Jupiter does not show police {self.policy}")
        return self


# --- what all stores say together ---------------------------------------------------------------------------------------


STORES = {
    "dealer": """SELECT sale.reference::text, declaration_number, quote_number, policy_number, premium, document_sha256,
        encode(sha256(content), 'hex') AS kept
        FROM declarations_saleathub sale LEFT JOIN declarations_keptdocument kept ON kept.sale_id = sale.id
        WHERE declaration_number LIKE %s""",
    "hub": """SELECT reference, declaration_number, quote_number, policy_number, (quote ->> 'premium')::numeric AS premium,
        sha256 AS document_sha256, encode(sha256(content), 'hex') AS kept
        FROM declarations_sale sale LEFT JOIN declarations_policydocument kept ON kept.sale_id = sale.id
        WHERE declaration_number LIKE %s""",
    "insurer": """SELECT external_reference AS declaration_number, job.number AS quote_number, policy.number AS policy_number,
        policy.gross AS premium, sha256 AS document_sha256, encode(sha256(content), 'hex') AS kept
        FROM quotes_job job LEFT JOIN policies_policy policy ON policy.job_number = job.number
        LEFT JOIN policies_document kept ON kept.policy_id = policy.id WHERE external_reference LIKE %s""",
}
AGREED = ("declaration_number", "quote_number", "policy_number", "premium", "document_sha256", "kept")


def stores(suite):
    return {service: suite.rows(service, question, f"SP{POINT}%") for service, question in STORES.items()}


def trouble_in(suite):
    """Whatever is wrong with all that was ever sold in this suite; empty when nothing is."""
    troubles = []
    told = stores(suite)
    for service, rows in told.items():
        for column in ("declaration_number", "quote_number", "policy_number"):
            numbers = [row[column] for row in rows if row[column]]
            troubles += [f"{service}: {column} {number} twice" for number in {each for each in numbers if numbers.count(each) > 1}]
    facts = {service: {tuple(row[name] for name in AGREED) for row in rows} for service, rows in told.items()}
    for one, other in (("dealer", "hub"), ("hub", "insurer"), ("dealer", "insurer")):
        troubles += [f"{one} says {fact}, {other} does not" for fact in facts[one] - facts[other]]
        troubles += [f"{other} says {fact}, {one} does not" for fact in facts[other] - facts[one]]
    both = {service: {(row["reference"], row["declaration_number"]) for row in told[service]} for service in ("dealer", "hub")}
    troubles += [f"dealer and hub differ on {pair}" for pair in both["dealer"] ^ both["hub"]]
    troubles += [
        f"{row['declaration_number']}: announced and kept papers differ" for row in told["dealer"] if row["kept"] != row["document_sha256"]
    ]
    return troubles + gaps(suite, told)


def gaps(suite, told):
    """Each series from its first number of this suite to its counter's last, every number once."""
    orders = [row["number"] for row in suite.rows("dealer", "SELECT number FROM orders_order WHERE number >= 746210 AND number < 900000")]
    cars = suite.rows("dealer", "SELECT stock_number FROM vehicles_vehicle WHERE stock_number ~ '^60[0-9]{3}$'")
    series = {
        ("dealer", "orders:%"): orders,
        ("dealer", "stock:%"): [int(row["stock_number"]) for row in cars if int(row["stock_number"]) > 60227],
        ("hub", f"sp:{POINT}"): [int(row["declaration_number"][-9:]) for row in told["hub"]],
        ("insurer", "quotes"): [int(row["quote_number"]) for row in told["insurer"]],
        ("insurer", "policies"): [int(row["policy_number"]) for row in told["insurer"] if row["policy_number"]],
    }
    troubles = []
    for (service, name), numbers in series.items():
        lasts = [row["last"] for row in suite.rows(service, "SELECT last FROM numbers_counter WHERE series LIKE %s", name)]
        wanted = list(range(min(numbers), min(numbers) + len(numbers)))
        if sorted(numbers) != wanted:
            troubles.append(f"{service} {name}: not each number once from {wanted[0]} to {wanted[-1]}: {sorted(numbers)}")
        if wanted[-1] not in lasts:
            troubles.append(f"{service} {name}: the counter stands at {lasts}, the last number given is {wanted[-1]}")
    return troubles


def left_over(suite):
    """Transmissions not delivered, and jobs not done, other than what a clock drives."""
    parcels = "SELECT kind, subject, state, trouble FROM transmissions_transmission WHERE state IN ('sending', 'aside')"
    jobs = "SELECT task_name, status::text, args FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND queue_name <> 'upkeep'"
    return [(service, *row.values()) for service in SERVICES for question in (parcels, jobs) for row in suite.rows(service, question)]


def settle(suite, patience=90):
    try:
        wait_for(lambda: not left_over(suite), patience, "", pause=0.5)
    except AssertionError:
        assert left_over(suite) == []


def policies(suite):
    return sum(1 for row in stores(suite)["insurer"] if row["policy_number"])


# --- the insurer goes away between declaration and devis ----------------------------------------------------------------


def test_the_insurer_stopped_in_mid_sale_costs_one_wait_and_no_second_policy(suite, seller):
    before = policies(suite)
    sale = Sale.of(seller).close().arrive()
    with suite.nobody_watching():
        suite.kill("insurer-web", "insurer-worker")
        begun = time.monotonic()
        sale.declare()
        assert time.monotonic() - begun < 2, "the first message waits for nobody"
        assert sale.answer["cover"] == "sending"
        first, second = (message["text"] for message in sale.answer["messages"])
        assert first == "La sauvegarde dans le centralisateur a été effectuée avec succès"
        assert second == "création du devis en cours"
        page = browser(suite, "hub", "hakim").open(f"/vente/{hub_key(suite, sale)}/resultat/")
        assert "[Centralisateur] La sauvegarde dans le centralisateur a été effectuée avec succès" in page.text
        assert "création du devis en cours" in page.text
        as_if_away_for_an_hour(suite, sale)
    suite.wait_for("insurer")
    back = time.monotonic()
    state = wait_for(lambda: quoted(seller, sale), 40, lambda: f"no devis: {left_over(suite)}")
    assert time.monotonic() - back <= 30
    assert (
        state["messages"][1]["text"].replace("\u00a0", " ")
        == f"La création a été effectuée avec succès (numéro devis : {state['quote']['number']})"
    )
    sale.buy().see_it_home()
    settle(suite)
    jobs = suite.rows(
        "insurer", "SELECT number, state FROM quotes_job WHERE external_reference = %s OR vin = %s", sale.number, sale.car.vin
    )
    assert [row["state"] for row in jobs] == ["bound"]
    assert policies(suite) == before + 1
    assert trouble_in(suite) == []


def hub_key(suite, sale):
    return suite.rows("hub", "SELECT id FROM declarations_sale WHERE reference = %s", sale.reference)[0]["id"]


def as_if_away_for_an_hour(suite, sale):
    """Once it has failed, its next own try is half an hour away: only the probe can bring it sooner."""
    question = "SELECT 1 FROM transmissions_transmission WHERE subject = %s AND tries > 0"
    wait_for(lambda: suite.rows("hub", question, sale.number), 20, "the hub never tried")
    suite.do(
        "hub", "UPDATE transmissions_transmission SET sending_since = sending_since - interval '1 hour' WHERE subject = %s", sale.number
    )
    suite.do("hub", "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' AND task_name = 'carry'")
    far = "SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND task_name = 'carry' AND scheduled_at > now() + interval '10 minutes'"
    wait_for(lambda: suite.rows("hub", far), 20, "the next try is not far away")


def quoted(seller, sale):
    state = seller.state(sale.reference)
    return state if state["quote"] else None


# --- the same thing twice, at the same moment ---------------------------------------------------------------------------


def together(*acts):
    with ThreadPoolExecutor(len(acts)) as crowd:
        return [done.result() for done in [crowd.submit(act) for act in acts]]


def test_declared_twice_at_the_same_moment_is_declared_once(suite, seller):
    """From two windows of the hub's form, and by API under another key."""
    sale = Sale.of(seller).close().arrive()
    windows = [browser(suite, "hub", "hakim") for _ in range(2)]
    address = f"/vente/{hub_key(suite, sale)}/formulaire/"
    first_step = windows[0].open(f"/vente/{hub_key(suite, sale)}/")
    windows[0].submit(first_step, "Page Suivante", {})
    forms = [window.open(address) for window in windows]
    together(
        *(
            lambda window=window, form=form: window.submit(form, "Déclarer et Garantir", {})
            for window, form in zip(windows, forms, strict=True)
        ),
        sale.declare,
    )
    sale.declare().buy().see_it_home()
    settle(suite)
    assert [row["number"] for row in suite.rows("insurer", "SELECT number FROM quotes_job WHERE vin = %s", sale.car.vin)] != []
    assert len(suite.rows("insurer", "SELECT 1 FROM quotes_job WHERE vin = %s", sale.car.vin)) == 1
    assert len(suite.rows("hub", "SELECT 1 FROM declarations_sale WHERE reference = %s", sale.reference)) == 1
    assert trouble_in(suite) == []


def test_two_windows_buying_one_quote_buy_it_once(suite, seller):
    sale = Sale.of(seller).close().arrive().declare()
    sale.job = wait_for(lambda: seller.job(sale.number), 60, "no devis")["id"]
    seller.quote(sale.job)
    before = policies(suite)

    def buy():
        answer = seller.insurer.ask(
            "POST", f"/rest/job/v1/jobs/{sale.job}/bind-and-issue", {}, key=str(uuid4()), accept=(200, 201, 400, 409)
        )
        return answer.text

    number = seller.job(sale.number)["jobNumber"]
    windows = [browser(suite, "insurer", "psa-865268J") for _ in range(2)]
    pages = [window.open(f"/devis/{number}/informations/") for window in windows]

    def press(window, page):
        try:
            return window.submit(page, "Oui", {}).text
        except sell.Refused as refusal:
            return refusal.page.text

    presses = [lambda window=window, page=page: press(window, page) for window, page in zip(windows, pages, strict=True)]
    bought = together(buy, *presses, buy)
    assert policies(suite) == before + 1
    sale.policy = suite.rows("insurer", "SELECT number FROM policies_policy WHERE vin = %s", sale.car.vin)[0]["number"]
    for answer in bought:
        assert sale.policy in answer or "est déjà souscrit" in answer, answer
    sale.see_it_home()
    settle(suite)
    assert trouble_in(suite) == []


def test_a_launch_enters_once_and_is_not_spent_by_looking(suite, seller):
    sale = Sale.of(seller).close().arrive()
    launch = wait_for(lambda: seller.cover(sale.vehicle), 10, "no launch")
    window, second = a_window(suite, "hub"), a_window(suite, "hub")
    for _ in range(3):
        page = window.open(launch)
    other = second.open(launch)
    assert "Continuer" in page.text
    entered = window.submit(page, "Continuer", {})
    assert f"/vente/{hub_key(suite, sale)}/" in entered.address
    with pytest.raises(sell.Refused, match="410"):
        second.submit(other, "Continuer", {})
    assert "/connexion/" in second.open("/").address, "a spent launch opens no session"
    sale.declare().buy().see_it_home()


# --- a partner that refuses, and one that is silent past patience, on every hop -----------------------------------------

KINDS = {  # hop → the service that transmits, its kind, who looks after it
    "sale to the hub": ("dealer", "sale.put", "hakim"),
    "declaration to the insurer": ("hub", "cover.request", "responsable"),
    "notice to the hub": ("insurer", "notice.job", "assureur"),
    "notice to Jupiter": ("hub", "notice.sale", "responsable"),
    "policy to the hub": ("hub", "document.fetch", "responsable"),
    "policy to Jupiter": ("dealer", "document.fetch", "hakim"),
}
MISDEEDS = [(hop, manner) for hop in HOPS for manner in (REFUSES, SILENT, LOSES)] + [
    ("sale to the hub", BABBLES),
    ("declaration to the insurer", BABBLES),
]


SEEN_IN_JUPITER = ("sale to the hub", "declaration to the insurer", "policy to Jupiter")  # on the order itself, as À reprendre
REASONS = {REFUSES: "refus d’essai", SILENT: "ne répond pas à temps", BABBLES: "autre chose que prévu", LOSES: "ne répond pas ("}


@dataclass
class Aside:
    """A sale whose hop was spoilt, and the transmission that waits for a person."""

    sale: Sale
    parcel: int = 0
    listed: str = ""
    shown: str = ""
    after: str = ""


@pytest.fixture(scope="module")
def misdeeds(suite, seller):
    """All of them at once, each on a sale of its own; then the partners are well again and each person presses Renvoyer."""
    asides = {misdeed: Aside(Sale.of(seller)) for misdeed in MISDEEDS}
    truth = {service: suite.url(service) for service in SERVICES}
    with stand_in.standing(truth) as between, suite.nobody_watching(), notices_through(suite, between):
        door = between.doors
        impatient = {"JUPITER_TRANSMISSION_PAUSES": "1,1"}
        with (
            suite.worker("dealer", JUPITER_HUB_URL=door["hub"], **impatient),
            suite.worker("hub", JUPITER_INSURER_URL=door["insurer"], **impatient),
            suite.worker("insurer", **impatient),
        ):
            for (hop, manner), aside in asides.items():
                between.spoil(hop, aside.sale.car.vin, manner)
            with ThreadPoolExecutor(4) as crowd:
                for done in [crowd.submit(bring_to_its_trouble, hop, aside.sale) for (hop, _), aside in asides.items()]:
                    done.result()
            people = {(service, who): browser(suite, service, who) for service, _, who in set(KINDS.values())}
            for (hop, _), aside in asides.items():
                see_it_aside(suite, people, hop, aside)
            harmed = set(between.harmed)
            between.heal()
            for (hop, _), aside in asides.items():
                press_renvoyer(suite, people, hop, aside)
            press_all_the_others(suite, people)
            with ThreadPoolExecutor(4) as crowd:
                for done in [crowd.submit(finish, hop, aside.sale) for (hop, _), aside in asides.items()]:
                    done.result()
            press_all_the_others(suite, people)
            settle(suite)
    for service in SERVICES:
        suite.wait_for(service)
    return asides, harmed, list(between.passed)


class notices_through:  # noqa: N801
    """The addresses that notices go to are rows: they lead through the stand-ins during the block."""

    def __init__(self, suite, between):
        self.suite, self.between = suite, between

    def __enter__(self):
        self.lead({service: (url, self.between.doors[service]) for service, url in self.between.targets.items()})

    def __exit__(self, *trouble):
        self.lead({service: (self.between.doors[service], url) for service, url in self.between.targets.items()})

    def lead(self, change):
        self.suite.do("hub", "UPDATE dealers_apiclient SET notice_url = replace(notice_url, %s, %s)", *change["dealer"])
        self.suite.do("insurer", "UPDATE producers_noticesubscriber SET url = replace(url, %s, %s)", *change["hub"])


def bring_to_its_trouble(hop, sale):
    sale.close()
    if hop == "sale to the hub":
        return
    sale.arrive().declare()
    if hop == "declaration to the insurer":
        return
    sale.buy()


def finish(hop, sale):
    if hop == "sale to the hub":
        sale.arrive().declare()
    if not sale.policy:
        sale.buy()
    sale.see_it_home()


def see_it_aside(suite, people, hop, aside):
    service, kind, who = KINDS[hop]
    sale = aside.sale
    names = [sale.reference, sale.number, f"sale {hub_key(suite, sale)}" if sale.number else "", job_number(suite, sale)]
    question = "SELECT id FROM transmissions_transmission WHERE kind = %s AND subject = ANY(%s) AND state = 'aside' ORDER BY id"
    subjects = [name for name in names if name]
    rows = wait_for(
        lambda: suite.rows(service, question, kind, subjects), 60, lambda: f"{hop}: nothing aside for {subjects} among {left_over(suite)}"
    )
    aside.parcel = rows[0]["id"]
    window = people[service, who]
    aside.listed = window.open("/transmissions/").html
    aside.shown = window.open(f"/transmissions/{aside.parcel}/").text
    if hop in SEEN_IN_JUPITER:
        order = lambda: people["dealer", "hakim"].open(sale.order).text  # noqa: E731
        wait_for(
            lambda: "À reprendre" in order(), 10, lambda: f"{hop}: Jupiter does not say so: {order()}", pause=0.2
        )  # news take a moment


def press_renvoyer(suite, people, hop, aside):
    service, _, who = KINDS[hop]
    window = people[service, who]
    aside.after = window.submit(window.open(f"/transmissions/{aside.parcel}/"), "Renvoyer", {}).text


def press_all_the_others(suite, people):
    """A sale whose news were refused has several that wait; what was under way when the partners recovered may join them."""
    wait_for(lambda: not any(row[3] == "sending" for row in left_over(suite) if len(row) == 5), 30, "", pause=0.3)
    for (service, _), window in people.items():
        for key in waiting_aside(suite, service):
            window.submit(window.open(f"/transmissions/{key}/"), "Renvoyer", {})
    wait_for(lambda: not left_over(suite), 30, lambda: f"still waiting: {left_over(suite)}", pause=0.3)


def job_number(suite, sale):
    rows = suite.rows("insurer", "SELECT number FROM quotes_job WHERE vin = %s", sale.car.vin)
    return rows[0]["number"] if rows else ""


def waiting_aside(suite, service):
    return [row["id"] for row in suite.rows(service, "SELECT id FROM transmissions_transmission WHERE state = 'aside' ORDER BY id")]


@pytest.mark.parametrize(("hop", "manner"), MISDEEDS)
def test_a_partner_that_refuses_or_is_silent_is_a_reprendre_and_renvoyer_ends_in_one_policy(suite, misdeeds, hop, manner):
    asides, harmed, _ = misdeeds
    aside = asides[hop, manner]
    assert (hop, aside.sale.car.vin) in harmed, "the stand-in never did its misdeed"
    assert f"/transmissions/{aside.parcel}/" in aside.listed
    assert "À reprendre" in aside.shown
    assert REASONS[manner] in aside.shown
    bought = suite.rows("insurer", "SELECT number FROM policies_policy WHERE vin = %s", aside.sale.car.vin)
    assert [row["number"] for row in bought] == [aside.sale.policy]
    assert len(suite.rows("insurer", "SELECT 1 FROM quotes_job WHERE vin = %s", aside.sale.car.vin)) == 1


def test_after_all_misdeeds_the_stores_agree_and_nothing_waits(suite, misdeeds):
    settle(suite)
    assert trouble_in(suite) == []


def test_a_notice_replayed_or_unsigned_has_no_effect(suite, misdeeds):
    """Over HTTP, on the running services, with the very bytes that went to and fro."""
    *_, passed = misdeeds
    for hop, service in (("notice to the hub", "hub"), ("notice to Jupiter", "dealer")):
        seen = next(each for each in reversed(passed) if each.hop == hop)
        before = picture_of(suite, service)
        address = f"{suite.url(service)}{seen.path}"
        replayed = httpx.post(address, content=seen.body, headers=seen.headers, trust_env=False)
        assert replayed.status_code in (204, 401), replayed.text  # 401 when the replay comes after five minutes
        unsigned = {name: value for name, value in seen.headers.items() if not name.startswith("webhook-")}
        for headers in (unsigned, seen.headers | {"webhook-id": "another"}, seen.headers | {"webhook-timestamp": "1"}):
            refused = httpx.post(address, content=seen.body, headers=headers, trust_env=False)
            assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
        assert picture_of(suite, service) == before


def test_what_was_said_is_not_done_again_under_another_key(suite, misdeeds):
    """A sender that has lost its key says the same words anew: what they are about is known by its own name."""
    *_, passed = misdeeds
    seen = next(each for each in reversed(passed) if each.hop == "declaration to the insurer")
    number = re.search(rf"SP{POINT}\d{{9}}", seen.body.decode()).group()
    before = stores(suite)["insurer"]
    headers = seen.headers | {"idempotency-key": str(uuid4())}
    answer = httpx.post(f"{suite.url('insurer')}{seen.path}", content=seen.body, headers=headers, trust_env=False)
    job = next(row["quote_number"] for row in before if row["declaration_number"] == number)
    assert answer.status_code in (200, 201, 409), answer.text
    assert job in answer.text
    assert sorted(map(str, stores(suite)["insurer"])) == sorted(map(str, before))


def picture_of(suite, service):
    table = {"hub": "declarations_sale", "dealer": "declarations_saleathub"}[service]
    everything = "SELECT count(*), coalesce(sum(hashtext(t::text)), 0) AS words FROM {} t"
    tables = (table, "journal_entry", "inbox_receivednotice", "transmissions_transmission")
    return [suite.rows(service, everything.format(name)) for name in tables]


# --- kill -9, in the middle of twenty sales -----------------------------------------------------------------------------


def test_every_process_killed_once_in_the_middle_of_twenty_sales_leaves_twenty_policies(suite, seller):
    before, papers = policies(suite), suite.data / "twenty"
    selling = [suite.selling(5, out=papers) for _ in range(4)]
    kills = []
    try:
        wait_for(lambda: policies(suite) > before, 120, "nobody sells")
        for service in SERVICES:
            kills.append(kill_in_an_open_request(suite, service, "child"))
            kills.append(kill_in_an_open_request(suite, service, "master"))
        kills.append(kill_the_database_in_an_open_transaction(suite))
        kills += [kill_holding_a_job(suite, service) for service in SERVICES]
        assert any(each.poll() is None for each in selling), "all was sold before the last kill"
        assert policies(suite) < before + 20
        said = [each.communicate(timeout=400)[0] for each in selling]
    finally:
        for each in selling:
            each.kill()
    print(*kills, sep="\n")
    assert [each.returncode for each in selling] == [0] * 4, "\n".join(said)
    assert len(list(Path(papers).iterdir())) == 20
    settle(suite)
    assert policies(suite) == before + 20
    assert trouble_in(suite) == []
    assert len(kills) == 10


def kill_in_an_open_request(suite, service, who):
    """Its child is stopped in mid-work, a transaction of its own open; failing that, a client's request unread. Then -9."""
    name = f"{service}-web"
    master = suite.pid(name)
    child = wait_for(lambda: serving(suite, name), 30, f"{name} has no child")
    with suite.inside(service) as door:
        try:
            shown = wait_for(lambda: freeze_in_a_transaction(door, service, child), 8, "", pause=0.01)
        except AssertionError:
            shown = wait_for(lambda: freeze_with_a_request(suite, service, child), 60, f"{name}: no open request in a minute")
    os.kill(master if who == "master" else child, signal.SIGKILL)
    wait_for(lambda: not is_alive(child), 10, f"the child of {name} survives")
    wait_for(lambda: suite.is_ready(service) and serving(suite, name) not in (0, child), 60, f"{name} does not come back")
    return f"{name}: {who} killed, {shown}"


def serving(suite, name):
    """The child that answers: the one with a socket on the service's port."""
    try:
        children = suite.children(name)
    except (psutil.Error, StopIteration, OSError):
        return 0
    for child in children:
        try:
            if psutil.Process(child).net_connections("tcp"):
                return child
        except psutil.Error:
            continue
    return 0


def freeze_in_a_transaction(door, service, child):
    """What it was doing, and it stays frozen; or nothing, and it goes on."""
    os.kill(child, signal.SIGSTOP)
    if open_ones := transactions(door, service):
        time.sleep(0.15)  # a worker's would be over
        if still := open_ones & transactions(door, service):
            return f"with a transaction open ({', '.join(words for *_, words in still)})"
    os.kill(child, signal.SIGCONT)
    return ""


def transactions(door, service):
    question = """SELECT pid, xact_start, left(query, 60) AS query FROM pg_stat_activity
        WHERE usename = %s AND state = 'idle in transaction' AND pid <> pg_backend_pid()"""
    return {tuple(row.values()) for row in door.execute(question, [f"jupiter_{service}_app"]).fetchall()}


def freeze_with_a_request(suite, service, child):
    os.kill(child, signal.SIGSTOP)
    patience = time.monotonic() + 0.5
    while time.monotonic() < patience:
        if unread := unread_requests(suite, service):
            return f"with {unread} request(s) of clients unread"
        time.sleep(0.02)
    os.kill(child, signal.SIGCONT)
    return ""


def unread_requests(suite, service):
    """Connections to its port, established, with bytes that nobody has read."""
    port = f"{suite.port_base + 1 + SERVICES.index(service):04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(1 for line in lines if line[1].endswith(f":{port}") and line[3] == "01" and int(line[4].partition(":")[2], 16) > 0)


def kill_the_database_in_an_open_transaction(suite):
    """A backend is stopped with its transaction open; then it, the server and all its processes are killed."""
    old = suite.pid("postgres")
    with suite.inside("dealer") as door:
        backend = wait_for(lambda: freeze_a_backend(door), 60, "no open transaction in a minute", pause=0.002)
        everyone = [old, *(child.pid for child in psutil.Process(old).children(recursive=True))]
    for pid in everyone:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    wait_for(lambda: suite.has_new("postgres", old), 60, "PostgreSQL does not come back")
    for service in SERVICES:
        suite.wait_for(service)
    return f"postgres: killed, {backend}"


def freeze_a_backend(door):
    question = """SELECT pid, datname, state, xact_start, left(query, 60) AS query FROM pg_stat_activity
        WHERE usename LIKE 'jupiter_%%_app' AND state IN ('active', 'idle in transaction') AND xact_start IS NOT NULL"""
    for row in door.execute(question, []).fetchall():
        os.kill(row["pid"], signal.SIGSTOP)
        still = door.execute(f"{question} AND pid = %s AND xact_start = %s", [row["pid"], row["xact_start"]]).fetchall()
        if still:
            return f"with a transaction of {row['datname']} {row['state']} ({row['query']})"
        os.kill(row["pid"], signal.SIGCONT)
    return ""


def kill_holding_a_job(suite, service):
    """It is stopped while a job is its own, killed, and the job is still its own afterwards."""
    name = f"{service}-worker"
    with suite.inside(service) as door:
        pid, held = wait_for(lambda: freeze_with_a_job(suite, name, door), 120, f"{name} holds no job in two minutes", pause=0.003)
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not is_alive(pid), 10, f"{name} survives")
        time.sleep(0.1)
        orphans = {row["id"] for row in door.execute(DOING).fetchall()}
    assert held <= orphans, f"{name} had finished {held - orphans} before it died"
    wait_for(lambda: suite.has_new(name, pid), 60, f"{name} does not come back")
    return f"{name}: killed, holding job(s) {sorted(held)}"


DOING = "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND queue_name <> 'upkeep'"


def freeze_with_a_job(suite, name, door):
    """Who it is, and which are its own; or nothing, and it goes on."""
    if not door.execute(DOING).fetchall():
        return ()
    try:
        pid = suite.pid(name)
        os.kill(pid, signal.SIGSTOP)
    except (OSError, StopIteration, ValueError):
        return ()  # it ended with the database, and another is on its way
    time.sleep(0.05)  # what it had already told the database arrives
    held = {row["id"] for row in door.execute(DOING).fetchall()}
    if held and is_alive(pid):
        return pid, held
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
    return ()
