# ruff: noqa: S608  # what is taken away by hand is named by the test itself
"""Rows are taken away by hand in three stores; comparing finds each, by its name, and what was said before makes it good again."""

import re
import time

import pytest

from .running import SERVICES, Suite, seller_script, wait_for

sell = seller_script()
lines = []  # to the services, to be closed at the end
REPLICA = "SET session_replication_role = replica; "  # a hand at the database: no trigger, no foreign key
BUSY = "SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND queue_name <> 'upkeep'"
SENDING = "SELECT kind FROM transmissions_transmission WHERE state = 'sending'"
OPEN = "SELECT id, subject, verdict, state, repaired_by, repair FROM differences_difference WHERE state <> 'settled' ORDER BY id"


@pytest.fixture(scope="module")
def suite(tmp_path_factory, prepared):
    suite = Suite(tmp_path_factory.mktemp("reconciliation"), "--tutorial-day", JUPITER_COMPARISON_GRACE="0")
    suite.begin_from(prepared).start()
    yield suite
    for line in lines:
        line.close()
    suite.stop()


def a_window(suite, service):
    window = sell.Browser(suite.url(service))
    lines.append(window.http)
    return window


class Desk:
    """Somebody at a service who may compare and repair."""

    def __init__(self, suite, service, username):
        self.suite, self.service = suite, service
        self.window = a_window(suite, service)
        login = suite.login(service, username)
        page = self.window.open("/connexion/")
        self.window.submit(page, "Connexion", {"Nom d’utilisateur": login["username"], "Mot de passe": login["password"]})

    def compare(self):
        """Comparer maintenant; what is not settled then: verdicts by subject."""
        before = self.comparisons()
        self.window.submit(self.window.open("/rapprochement/"), "Comparer maintenant", {})
        wait_for(lambda: self.comparisons() > before, 60, f"{self.service} does not compare")
        self.settle()
        trouble = self.suite.rows(self.service, "SELECT neighbour, trouble FROM differences_comparison WHERE trouble <> ''")
        assert trouble == []
        return {row["subject"]: row["verdict"] for row in self.open()}

    def comparisons(self):
        return self.suite.rows(self.service, "SELECT count(*) FROM differences_comparison")[0]["count"]

    def open(self):
        return self.suite.rows(self.service, OPEN)

    def repair(self, *subjects):
        """Réparer, of each that has the button."""
        for row in self.open():
            if not subjects or row["subject"] in subjects:
                page = self.window.open(f"/rapprochement/{row['id']}/")
                if can_repair(page):
                    self.window.submit(page, "Réparer", {})
        self.settle()

    def settle(self):
        wait_for(lambda: not busy(self.suite), 90, lambda: f"still at work: {busy(self.suite)}", pause=0.3)


def busy(suite):
    return [(service, *row.values()) for service in SERVICES for question in (BUSY, SENDING) for row in suite.rows(service, question)]


@pytest.fixture(scope="module")
def desks(suite):
    return Desk(suite, "dealer", "responsable"), Desk(suite, "hub", "reseau")


class Sold:
    """One sale, as far as it is wanted."""

    def __init__(self, seller, until):
        seller.started = time.monotonic()
        self.car = seller.new_car()
        seller.vehicle(self.car)
        self.order = seller.order(self.car)
        seller.close(self.order)
        self.reference = seller.reference_of(self.order)
        wait_for(lambda: seller.state(self.reference), 60, "the sale does not reach the hub")
        self.number = self.job = self.policy = ""
        if until == "received":
            return
        seller.complete(self.reference, self.car, self.order)
        self.number = seller.declare(self.reference)["declaration_number"]
        self.job = wait_for(lambda: seller.job(self.number), 60, "no devis")["id"]
        if until == "issued":
            seller.quote(self.job)
            self.policy = seller.buy(self.job)


@pytest.fixture(scope="module")
def seller(suite):
    seller = sell.Seller(sell.Suite(suite.data), suite.data / "sold")
    lines.extend(line.http for line in (seller.dealer, seller.hub, seller.insurer))
    seller.log_in()
    return seller


@pytest.fixture(scope="module")
def sold(seller, desks):
    wanted = {
        "lost at the hub": "received", "other words": "received", "lost at the insurer": "declared", "corrected in vain": "declared",
        "asked by nobody": "declared", "lost at the dealer": "issued", "notice to the hub": "issued", "notice to the dealer": "issued",
        "hub restored": "issued",
    }  # fmt: skip
    sales = {name: Sold(seller, until) for name, until in wanted.items()}
    desks[0].settle()
    return sales


def hub_forgets(suite, reference):
    suite.do(
        "hub",
        REPLICA + "".join(
            f"DELETE FROM {table} WHERE sale_id IN (SELECT id FROM declarations_sale WHERE reference = '{reference}'); "
            for table in ("declarations_correction", "declarations_declarationversion", "declarations_policydocument", "declarations_launch")
        ) + f"DELETE FROM declarations_sale WHERE reference = '{reference}'",
    )  # fmt: skip


def dealer_forgets(suite, reference):
    sale = f"(SELECT id FROM declarations_saleathub WHERE reference = '{reference}')"
    gone = (
        f"DELETE FROM declarations_keptdocument WHERE sale_id = {sale}; DELETE FROM declarations_saleathub WHERE reference = '{reference}'"
    )
    suite.do("dealer", REPLICA + gone)


def insurer_forgets(suite, number):
    job = f"(SELECT id FROM quotes_job WHERE external_reference = '{number}')"
    suite.do(
        "insurer", f"{REPLICA}DELETE FROM quotes_offer WHERE job_id = {job}; DELETE FROM quotes_job WHERE external_reference = '{number}'"
    )


def take_away(suite, service, rows):
    """By table and condition; what puts them back, as from a backup."""
    aside = {table: f"aside_{table}" for table in rows}
    kept = "".join(f"CREATE TABLE {aside[table]} AS SELECT * FROM {table} WHERE {which}; " for table, which in rows.items())
    gone = "".join(f"DELETE FROM {table} WHERE id IN (SELECT id FROM {aside[table]}); " for table in rows)
    suite.do(service, REPLICA + kept + gone)
    back = "".join(f"INSERT INTO {table} SELECT * FROM {aside[table]}; DROP TABLE {aside[table]}; " for table in rows)
    return lambda: suite.do(service, REPLICA + back)


def stores(suite, sale):
    """What each says of it: cover, quote, policy and the paper's digest."""
    at = {
        "dealer": "SELECT cover_state AS cover, declaration_number AS sp, quote_number, policy_number, sha256 FROM declarations_saleathub s"
        " LEFT JOIN declarations_keptdocument d ON d.sale_id = s.id WHERE reference = %s",
        "hub": "SELECT cover, declaration_number AS sp, quote_number, policy_number, sha256 FROM declarations_sale s"
        " LEFT JOIN declarations_policydocument d ON d.sale_id = s.id AND d.kept_at IS NOT NULL WHERE reference = %s",
    }
    return [tuple(row.values()) for service, question in at.items() for row in suite.rows(service, question, sale.reference)]


def keys_of(suite, service, kind, subject):
    return [
        (row["key"], row["tries"])
        for row in suite.rows(
            service, "SELECT key::text, tries FROM transmissions_transmission WHERE kind = %s AND subject = %s ORDER BY id", kind, subject
        )
    ]


def test_nothing_differs_while_nobody_meddles(desks, sold):
    dealer, hub = desks
    assert (dealer.compare(), hub.compare()) == ({}, {})
    assert "Aucun écart" in dealer.window.open("/rapprochement/").text


def test_each_difference_is_found_named_and_made_good_by_what_was_said_before(suite, desks, sold):
    dealer, hub = desks
    before = {name: stores(suite, sale) for name, sale in sold.items()}
    lost, words, at_insurer, corrected, phantom, at_dealer, to_hub, to_dealer, restored = sold.values()

    hub_forgets(suite, lost.reference)
    hub_forgets(suite, restored.reference)
    suite.do(
        "hub",
        f"{REPLICA}UPDATE declarations_sale SET words = jsonb_set(words, '{{price_gross}}', '\"1.00\"') WHERE reference = '{words.reference}'",
    )
    insurer_forgets(suite, at_insurer.number)
    other = "mileage_km = 9, words = jsonb_set(words, '{vehicle,mileage_km}', '9')"
    suite.do("insurer", f"{REPLICA}UPDATE quotes_job SET {other} WHERE external_reference = '{corrected.number}'")
    hub_forgets(suite, phantom.reference)
    dealer_forgets(suite, phantom.reference)
    dealer_forgets(suite, at_dealer.reference)
    suite.do(
        "hub",
        f"{REPLICA}UPDATE declarations_sale SET cover = 'quote_draft', job_sequence = 0, policy = NULL, policy_number = '', insurer_facts = '{{}}',"
        f' quote = quote || \'{{"state": "draft", "premium": null}}\' WHERE reference = \'{to_hub.reference}\'',
    )
    older = "cover_state = 'quote_draft', policy_number = '', sequence = 2"
    suite.do("dealer", f"{REPLICA}UPDATE declarations_saleathub SET {older} WHERE reference = '{to_dealer.reference}'")

    found = hub.compare()
    assert {found[number] for number in (to_hub.number,)} == {"news_lost"}
    assert found | {"": ""} == {
        "": "",
        lost.reference: "not_here", restored.reference: "not_here", restored.number: "lost_here", phantom.number: "phantom",
        at_insurer.number: "not_at_insurer", corrected.number: found[corrected.number], at_dealer.reference: "not_at_dealer",
        to_hub.number: "news_lost", to_hub.reference: "dealer_behind", to_dealer.reference: "dealer_behind", words.reference: "dealer_words",
    }  # fmt: skip
    assert found[corrected.number] == "insurer_words"
    assert dealer.compare() == {
        lost.reference: "not_at_hub", restored.reference: "not_at_hub", at_dealer.reference: "not_here", to_dealer.reference: "behind",
        words.reference: "words", to_hub.reference: "behind", phantom.reference: "not_at_hub",
    }  # fmt: skip
    said = keys_of(suite, "dealer", "sale.put", lost.reference), keys_of(suite, "hub", "cover.request", at_insurer.number)

    hub.repair(to_hub.number)
    dealer.repair()
    hub.repair()
    for _ in range(3):
        if hub.compare():
            hub.repair()
        if dealer.compare():
            dealer.repair()

    assert [dealer.compare() | hub.compare() for _ in range(2)] == [{}, {}], "two passes in a row at zero"
    found = suite.rows("hub", "SELECT verdict FROM differences_difference WHERE subject = %s", restored.reference)
    assert {"verdict": "hub_behind"} in found, "said again it is there, and knows less than its dealer"
    after = keys_of(suite, "dealer", "sale.put", lost.reference), keys_of(suite, "hub", "cover.request", at_insurer.number)
    assert [[key for key, _ in one] for one in after] == [[key for key, _ in one] for one in said], "the same messages, under the same keys"
    assert [one[0][1] for one in after] == [one[0][1] + 1 for one in said], "said once more"
    for name in ("lost at the dealer", "notice to the hub", "notice to the dealer", "hub restored", "lost at the hub", "other words"):
        assert stores(suite, sold[name]) == before[name], name
    assert suite.rows("insurer", "SELECT state FROM quotes_job WHERE external_reference = %s", phantom.number) == [{"state": "withdrawn"}]
    at_hub = suite.rows("hub", "SELECT state FROM declarations_sale WHERE reference = %s", phantom.reference)
    assert at_hub == [{"state": "received"}], "lost by both, its order stands: it was said again"
    assert suite.rows("insurer", "SELECT mileage_km FROM quotes_job WHERE external_reference = %s", corrected.number) == [
        {"mileage_km": 4500}
    ]
    policies = suite.rows("insurer", "SELECT count(*) FROM policies_policy WHERE number IN (%s, %s)", restored.policy, to_hub.policy)
    assert policies == [{"count": 2}]


def test_the_screen_says_who_repaired_what_and_when(suite, desks, sold):
    dealer, hub = desks
    page = dealer.window.open("/rapprochement/?vue=regles")
    assert "RESPONSABLE VO" in page.text
    assert "Absente du Centralisateur" in page.text
    page = hub.window.open("/rapprochement/?vue=regles")
    assert "ADMINISTRATEUR RÉSEAU" in page.text
    assert "Devis que personne n’a demandé" in page.text


def test_the_night_repairs_by_itself_what_a_machine_may(suite, desks, sold):
    dealer, _ = desks
    sale = sold["notice to the dealer"]
    before = stores(suite, sale)
    suite.do(
        "dealer", f"{REPLICA}UPDATE declarations_saleathub SET cover_state = 'quoted', sequence = 1 WHERE reference = '{sale.reference}'"
    )
    begin_the_night(suite, "dealer")
    wait_for(lambda: stores(suite, sale) == before, 60, "the night does not repair it")
    dealer.settle()
    assert dealer.compare() == {}
    night = suite.rows(
        "dealer", "SELECT repaired_by FROM differences_difference WHERE subject = %s ORDER BY id DESC LIMIT 1", sale.reference
    )
    assert night == [{"repaired_by": "tâche de nuit"}]


def test_the_hubs_night_repairs_by_itself_what_a_machine_may(suite, desks, sold):
    """Two differences, one with each neighbour's part: by ordinary actions, and what is said again bears the key it bore."""
    _, hub = desks
    behind, at_insurer = sold["notice to the hub"], sold["lost at the insurer"]
    before, said = stores(suite, behind), keys_of(suite, "hub", "cover.request", at_insurer.number)
    suite.do(
        "hub",
        f"{REPLICA}UPDATE declarations_sale SET cover = 'quote_draft', job_sequence = 0, policy = NULL, policy_number = '',"
        f' quote = quote || \'{{"state": "draft", "premium": null}}\' WHERE reference = \'{behind.reference}\'',
    )
    insurer_forgets(suite, at_insurer.number)
    begin_the_night(suite, "hub")
    there = "SELECT 1 FROM quotes_job WHERE external_reference = %s"
    wait_for(
        lambda: stores(suite, behind) == before and suite.rows("insurer", there, at_insurer.number), 90, "the night does not repair them"
    )
    hub.settle()
    assert hub.compare() == {}
    after = keys_of(suite, "hub", "cover.request", at_insurer.number)
    assert [key for key, _ in after] == [key for key, _ in said], "the same messages, under the same keys"
    assert after[0][1] == said[0][1] + 1, "said once more"
    for subject, verdict in ((behind.number, "news_lost"), (at_insurer.number, "not_at_insurer")):
        night = suite.rows(
            "hub", "SELECT verdict, repaired_by FROM differences_difference WHERE subject = %s ORDER BY id DESC LIMIT 1", subject
        )
        assert night == [{"verdict": verdict, "repaired_by": "tâche de nuit"}]


def begin_the_night(suite, service):
    """What the clock does at ten past two, or at twenty to three."""
    suite.do(
        service,
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, priority, queueing_lock)"
        " VALUES ('upkeep', 'compare_at_night', '{\"timestamp\": 0}', 0, 'compare_at_night')",
    )


def test_a_person_decides_what_no_machine_may(suite, desks, sold):
    """Kept with a reason it counts no more; the gauge says so."""
    _, hub = desks
    number = sold["notice to the hub"].number
    suite.do("insurer", f"{REPLICA}UPDATE quotes_job SET mileage_km = 7 WHERE external_reference = '{number}'")
    assert hub.compare() == {number: "insurer_facts"}
    assert gauge(suite, "hub") == 1
    (row,) = hub.open()
    page = hub.window.open(f"/rapprochement/{row['id']}/")
    with pytest.raises(sell.Refused, match="Le champ motif est obligatoire"):
        hub.window.submit(page, "Garder tel quel", {"Motif": ""})
    hub.window.submit(page, "Garder tel quel", {"Motif": "vu avec l’assureur"})
    assert hub.compare() == {number: "insurer_facts"}
    assert [row["state"] for row in hub.open()] == ["accepted"]
    assert gauge(suite, "hub") == 0
    suite.do("insurer", f"{REPLICA}UPDATE quotes_job SET mileage_km = 8 WHERE external_reference = '{number}'")
    hub.compare()
    assert [row["state"] for row in hub.open()] == ["open"], "another difference is another decision"
    suite.do("insurer", f"{REPLICA}UPDATE quotes_job SET mileage_km = 4500 WHERE external_reference = '{number}'")
    assert hub.compare() == {}


def test_what_a_restored_neighbour_no_longer_knows_is_named_and_made_good_as_far_as_a_machine_may(suite, desks, seller):
    """A policy that the insurer lost comes back from its own backup only: the hub may prepare quotes, never buy."""
    dealer, hub = desks
    gone, unbought, quoted = Sold(seller, "issued"), Sold(seller, "issued"), Sold(seller, "declared")
    seller.quote(quoted.job)
    unknown, cancelled = Sold(seller, "received"), Sold(seller, "received")
    dealer.window.submit(dealer.window.open(cancelled.order), "Annuler le bon", {"Motif": "le client renonce"})
    dealer.settle()
    assert (dealer.compare(), hub.compare()) == ({}, {})
    said = keys_of(suite, "dealer", "sale.delete", cancelled.reference)

    job, policy = f"(SELECT id FROM quotes_job WHERE external_reference = '{gone.number}')", f"number = '{gone.policy}'"
    of_policy = f"policy_id = (SELECT id FROM policies_policy WHERE {policy})"
    rows = {table: of_policy for table in ("policies_document", "policies_policytransaction", "policies_statementline")}
    rows |= {"quotes_offer": f"job_id = {job}", "quotes_job": f"id = {job}", "policies_policy": policy}
    backup = take_away(suite, "insurer", rows)
    before_purchase = "state = 'quoted', policy_id = NULL, sequence = sequence - 1"
    suite.do("insurer", f"{REPLICA}UPDATE quotes_job SET {before_purchase} WHERE external_reference = '{unbought.number}'")
    draft = "state = 'draft', edition_id = NULL, offer_id = NULL, sequence = sequence - 1"
    suite.do(
        "insurer",
        f"{REPLICA}DELETE FROM quotes_offer WHERE job_id = (SELECT id FROM quotes_job WHERE external_reference = '{quoted.number}');"
        f" UPDATE quotes_job SET {draft} WHERE external_reference = '{quoted.number}'",
    )
    dealer_forgets(suite, unknown.reference)
    suite.do(
        "dealer",
        f"{REPLICA}DELETE FROM orders_order WHERE sale_reference = '{unknown.reference}';"
        f" DELETE FROM transmissions_transmission WHERE subject = '{unknown.reference}'",
    )
    suite.do(
        "hub",
        f"{REPLICA}UPDATE declarations_sale SET state = 'received', sequence = sequence - 1 WHERE reference = '{cancelled.reference}'",
    )

    assert dealer.compare() == {unknown.reference: "no_order", cancelled.reference: "not_withdrawn"}
    assert hub.compare() == {
        gone.number: "policy_lost", unbought.number: "policy_lost", quoted.number: "insurer_behind", unknown.reference: "not_at_dealer",
        cancelled.reference: "not_at_dealer",
    }  # fmt: skip
    assert unknown.car.vin in page_of(dealer, unknown.reference).text, "all that the hub has of it, for a person to decide on"
    for number in (gone.number, unbought.number):
        assert not can_repair(page_of(hub, number))

    hub.repair()
    dealer.repair(cancelled.reference)
    seller.hub.ask("DELETE", f"/api/v1/sales/{unknown.reference}")  # its order is taken back, or not: this sale is nobody's
    dealer.settle()
    assert dealer.compare() == {}
    assert hub.compare() == {gone.number: "policy_lost", unbought.number: "policy_lost"}
    (key,), (again,) = said, keys_of(suite, "dealer", "sale.delete", cancelled.reference)
    assert again == (key[0], key[1] + 1), "the same withdrawal, under the same key"
    withdrawn = suite.rows("hub", "SELECT state FROM declarations_sale WHERE reference IN (%s, %s)", unknown.reference, cancelled.reference)
    assert withdrawn == [{"state": "withdrawn"}] * 2

    for number in (gone.number, unbought.number):
        hub.window.submit(page_of(hub, number), "Garder tel quel", {"Motif": "l’assureur rétablit sa sauvegarde"})
    hub.compare()
    assert (gauge(suite, "hub"), {row["state"] for row in hub.open()}) == (0, {"accepted"})
    backup()
    bought = "state = 'bound', sequence = sequence + 1, policy_id = (SELECT id FROM policies_policy WHERE number = '{policy}')"
    suite.do(
        "insurer",
        f"{REPLICA}UPDATE quotes_job SET {bought.format(policy=unbought.policy)} WHERE external_reference = '{unbought.number}'",
    )
    assert [dealer.compare() | hub.compare() for _ in range(2)] == [{}, {}], "two passes in a row at zero"

    seller.quote(quoted.job)
    policy = seller.buy(quoted.job)
    dealer.settle()
    assert [(cover, number) for cover, _, _, number, _ in stores(suite, quoted)] == [("issued", policy)] * 2, "and the sale goes on"
    assert (dealer.compare(), hub.compare()) == ({}, {})


def dealer_restored(suite, sale):
    """To before the order was begun: it is gone with all that was said of it, its car stands in stock, its number was not given yet."""
    order, number = f"(SELECT id FROM orders_order WHERE sale_reference = '{sale.reference}')", sale.order.strip("/").split("/")[-1]
    dealer_forgets(suite, sale.reference)
    suite.do(
        "dealer",
        f"{REPLICA}UPDATE vehicles_vehicle SET state = 'in_stock', buyer_id = NULL WHERE vin = '{sale.car.vin}';"
        + "".join(f"DELETE FROM orders_order{lines} WHERE order_id = {order};" for lines in ("buyer", "fee", "deposit", "paper"))
        + f"DELETE FROM orders_order WHERE sale_reference = '{sale.reference}';"
        f"DELETE FROM transmissions_transmission WHERE subject = '{sale.reference}';"
        f"UPDATE numbers_counter SET last = least(last, {number} - 1) WHERE series LIKE 'orders:%'",
    )


ORDER = "SELECT number, sale_reference::text, state, created_on, agreed_gross FROM orders_order WHERE sale_reference = %s"


def test_orders_that_the_dealer_lost_come_back_from_the_hub_under_their_numbers(suite, desks, seller):
    """The dealer's machine was restored to before the sales: the hub has them, one of them insured, and no order bears their references."""
    dealer, hub = desks
    insured, told = Sold(seller, "issued"), Sold(seller, "received")
    dealer.settle()
    assert (dealer.compare(), hub.compare()) == ({}, {})
    before = {sale.reference: suite.rows("dealer", ORDER, sale.reference) for sale in (insured, told)}
    known = stores(suite, insured), stores(suite, told)
    for sale in (told, insured):
        dealer_restored(suite, sale)

    assert dealer.compare() == {insured.reference: "no_order", told.reference: "no_order"}
    dealer.repair()
    for sale in (insured, told):
        assert suite.rows("dealer", ORDER, sale.reference) == [before[sale.reference][0] | {"state": "open"}], "the same, to be completed"
    assert (stores(suite, insured), stores(suite, told)) == known, "its policy and its paper with it"
    assert "Bon repris d’après le Centralisateur" in dealer.window.open(insured.order).text
    assert [dealer.compare() | hub.compare() for _ in range(2)] == [{}, {}], "two passes in a row at zero"

    page = dealer.window.submit(dealer.window.open(insured.order), "Annuler le bon", {"Motif": "le client renonce"})
    assert "ne peut plus être rouvert ni annulé" in page.text
    for sale in (insured, told):
        seller.close(sale.order)
        assert suite.rows("dealer", ORDER, sale.reference) == before[sale.reference], "closed again"
    dealer.settle()
    assert [dealer.compare() | hub.compare() for _ in range(2)] == [{}, {}], "two passes in a row at zero"
    assert keys_of(suite, "dealer", "sale.put", told.reference) != [], "it was said once more, and the hub knew it"
    fresh = Sold(seller, "received")
    assert suite.rows("dealer", ORDER, fresh.reference)[0]["number"] > max(rows[0]["number"] for rows in before.values())


def page_of(desk, subject):
    (row,) = (row for row in desk.open() if row["subject"] == subject)
    return desk.window.open(f"/rapprochement/{row['id']}/")


def can_repair(page):
    return any("Réparer" in button.label for form in page.forms for button in form.buttons)


def gauge(suite, service):
    said = a_window(suite, service).http.get("/metrics").text
    return float(re.search(r"^jupiter_differences (\S+)$", said, re.M)[1])
