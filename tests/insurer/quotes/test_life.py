"""The life of a quote: what moves it, what stops it, what it leaves behind."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from jupiter.insurer.customers.models import Account
from jupiter.insurer.policies.models import Document, Policy, PolicyTransaction, StatementLine
from jupiter.insurer.policies.rules import VinAlreadyCovered
from jupiter.insurer.quotes import actions
from jupiter.insurer.quotes.models import Job, State
from jupiter.insurer.quotes.rules import (
    EditedMeanwhile,
    FactsRefused,
    NothingChosen,
    OfferRefused,
    ProducerSuspended,
    QuoteClosed,
    QuoteOverdue,
)
from jupiter.insurer.quotes.tasks import expire_quotes
from jupiter.kit import state as service_state
from jupiter.kit.jobs import UPKEEP
from jupiter.kit.journal.models import Entry
from jupiter.kit.transmissions.models import Transmission
from tests.insurer import make

LAST_DAY, TOO_LATE = date(2021, 12, 21), date(2021, 12, 22)


def edit(job, today=make.DAY, version=None, **facts):
    return actions.edit_job(job, facts, by="essai", today=today, now=make.NOON, version=version)


def price(job, today=make.DAY):
    return actions.price_job(job, by="essai", today=today, now=make.NOON)


def buy(job, today=make.DAY):
    return actions.buy_job(job, by="essai", today=today, now=make.NOON)


def choose(job, offering, months):
    return actions.choose_offer(job, offering=offering, months=months, by="essai", today=make.DAY, now=make.NOON)


# Created


def test_a_submission_is_a_draft_with_the_tutorials_numbers(producer, product):
    job = make.a_draft(producer, product)

    assert (job.number, job.state, job.premium) == ("0001006185", State.DRAFT, None)
    assert (job.created_on, job.expires_on) == (make.DAY, LAST_DAY)
    assert (job.account.number, job.account.list_name, job.account.head_name) == ("0000500001", "M. DUPONT DURANT", "DURANT DUPONT")


def test_the_same_words_under_one_reference_are_one_quote(producer, product):
    asked = make.a_submission()
    first, is_new = actions.submit_job(producer, product, asked, client=None, by="essai", today=make.DAY, now=make.NOON)
    second, is_newer = actions.submit_job(producer, product, asked, client=None, by="essai", today=make.DAY, now=make.NOON)

    assert (first.pk, is_new, is_newer) == (second.pk, True, False)
    assert second.version == 1
    assert Job.objects.count() == Account.objects.count() == 1


def test_corrected_words_take_the_price_away_and_make_no_second_quote(producer, product):
    job = make.a_quote(producer, product, reference="SP953617Z100034312")
    asked = make.a_submission(reference="SP953617Z100034312", mileage_km=9000, holder={"city": "LYON"})
    corrected, is_new = actions.submit_job(producer, product, asked, client=None, by="essai", today=make.DAY, now=make.NOON)

    assert (corrected.pk, is_new) == (job.pk, False)
    assert (corrected.state, corrected.premium, corrected.mileage_km, corrected.account.city) == (State.DRAFT, None, 9000, "LYON")
    assert not corrected.offers.exists()


def test_what_a_person_changed_here_is_not_undone_by_the_same_words(producer, product):
    asked = make.a_submission()
    job, _ = actions.submit_job(producer, product, asked, client=None, by="essai", today=make.DAY, now=make.NOON)
    edit(job, plate="FA-310-NB")
    found, _ = actions.submit_job(producer, product, asked, client=None, by="essai", today=make.DAY, now=make.NOON)
    assert found.plate == "FA-310-NB"


@pytest.mark.parametrize("ended", ["bound", "withdrawn", "expired"])
def test_corrected_words_come_too_late_for_what_has_ended(producer, product, ended):
    job = make.a_quote(producer, product, reference="SP953617Z100034312")
    if ended == "bound":
        buy(job)
    elif ended == "withdrawn":
        actions.withdraw_job(job, by="essai", now=make.NOON)
    else:
        actions.expire_overdue(today=TOO_LATE, now=make.NOON)
    asked = make.a_submission(reference="SP953617Z100034312", mileage_km=9000)

    with pytest.raises(QuoteClosed):
        actions.submit_job(producer, product, asked, client=None, by="essai", today=make.DAY, now=make.NOON)
    job.refresh_from_db()
    assert (job.state, job.mileage_km) == (ended, 4500)


def test_another_producer_may_use_the_same_reference(producer, product):
    other = make.a_producer("712345K", "B")
    asked = make.a_submission(reference="SP953617Z100034312")
    numbers = {
        actions.submit_job(owner, product, asked, client=None, by="essai", today=make.DAY, now=make.NOON)[0].number
        for owner in (producer, other)
    }
    assert len(numbers) == 2


def test_only_identical_words_are_one_account(producer, product):
    one, same = make.a_draft(producer, product), make.a_draft(producer, product)
    other = make.a_draft(producer, product, holder={"email": "autre@example.org"})
    assert one.account_id == same.account_id != other.account_id


def test_a_car_registered_after_its_delivery_is_refused_before_it_is_anything(producer, product):
    with pytest.raises(FactsRefused) as refusal:
        make.a_draft(producer, product, first_registered_on=date(2021, 12, 8))
    assert list(refusal.value.refused) == ["first_registered_on"]
    assert not Job.objects.exists()
    assert not Account.objects.exists()


# Edited


def test_any_changed_fact_sends_a_priced_quote_back_to_draft(producer, product):
    job = edit(make.a_quote(producer, product), mileage_km=12_000)
    assert (job.state, job.offer, job.edition, job.offers.count()) == (State.DRAFT, None, None, 0)
    assert "kilométrage\u00a0: 4500 → 12000" in job.happened


def test_the_same_facts_again_keep_the_price(producer, product):
    job = make.a_quote(producer, product)
    same = edit(job, mileage_km=4500, plate=job.plate)
    assert (same.state, same.premium, same.version) == (State.QUOTED, Decimal("187.56"), job.version)


def test_the_second_of_two_people_is_told_that_it_changed(producer, product):
    job = make.a_draft(producer, product)
    seen = job.version
    edit(job, mileage_km=5000, version=seen)
    with pytest.raises(EditedMeanwhile):
        edit(job, mileage_km=6000, version=seen)
    job.refresh_from_db()
    assert job.mileage_km == 5000


def test_a_delivery_of_47_days_ago_is_refused_with_the_reason(producer, product):
    job = make.a_quote(producer, product)
    with pytest.raises(FactsRefused) as refusal:
        edit(job, delivery_on=date(2021, 10, 21))
    assert refusal.value.refused["delivery_on"].value == "47"
    job.refresh_from_db()
    assert (job.state, job.delivery_on) == (State.QUOTED, make.DAY)


def test_a_new_plate_is_found_by_the_search_and_the_old_one_is_not(producer, product):
    job = edit(make.a_draft(producer, product), plate="FA-310-NB")
    assert Job.objects.matching("fa310nb").get() == job
    assert not Job.objects.matching("ER452AS").exists()


# Priced and chosen


def test_the_declared_offer_comes_first_and_the_refused_ones_say_why(producer, product):
    job = make.a_quote(producer, product, first_registered_on=date(2013, 10, 25))
    offers = list(job.offers.all())

    assert (offers[0].is_declared, offers[0].is_eligible, job.offer) == (True, False, None)
    assert offers[0].refusals == [{"rule": "age", "value": "97", "limit": "84"}]
    assert [offer.is_eligible for offer in offers[1:]] == sorted((offer.is_eligible for offer in offers[1:]), reverse=True)
    assert "GVO Advanced 10 / 200" in {offer.name for offer in offers if offer.is_eligible}


def test_another_offer_may_be_chosen(producer, product):
    job = choose(make.a_quote(producer, product), "PREMIUM_7_150", 24)
    assert (job.offer.months, job.premium) == (24, Decimal("337.29"))


@pytest.mark.parametrize(("offering", "months"), [("DS_CERTIFIED_7_150", 12), ("NOTHING", 12), ("PREMIUM_7_150", 36)])
def test_what_does_not_fit_cannot_be_chosen(producer, product, offering, months):
    job = make.a_quote(producer, product)
    with pytest.raises(OfferRefused):
        choose(job, offering, months)
    job.refresh_from_db()
    assert job.offer.months == 12


def test_a_day_without_any_tariff_is_refused(producer, product):
    product.editions.update(effective_from=date(2030, 1, 1))
    job = make.a_draft(producer, product)
    with pytest.raises(FactsRefused) as refusal:
        price(job)
    assert refusal.value.refused["delivery_on"].rule == "no_tariff"


# Bought


def test_buying_makes_the_policy_its_paper_and_its_statement_line(producer, product):
    job = make.a_bought_quote(producer, product, vin="12345678901233333")
    policy = job.policy

    assert (job.state, policy.number) == (State.BOUND, "0001003079")
    assert (policy.starts_on, policy.ends_on, policy.gross) == (make.DAY, date(2022, 12, 7), Decimal("187.56"))
    assert (policy.net + policy.tax, policy.worksheet["gross"]) == (policy.gross, "187.56")
    paper = policy.documents.get()
    assert paper.name == "FR-865268J_Policy_0001003079-20211207.pdf"
    assert StatementLine.objects.get().gross == policy.gross
    assert PolicyTransaction.objects.get().job_number == job.number
    assert Entry.objects.filter(thing="policy", thing_key=policy.number, what="issue_policy").exists()


def test_buying_twice_is_buying_once(producer, product):
    job = make.a_quote(producer, product)
    assert buy(job).pk == buy(job).pk
    assert Policy.objects.count() == Document.objects.count() == StatementLine.objects.count() == 1


def test_a_draft_has_nothing_to_buy(producer, product):
    job = make.a_draft(producer, product)
    with pytest.raises(NothingChosen):
        buy(job)
    assert not Policy.objects.exists()


def test_it_can_be_bought_on_its_last_day_and_not_on_the_next(producer, product):
    on_time, late = make.a_quote(producer, product), make.a_quote(producer, product)
    assert buy(on_time, LAST_DAY).issued_on == LAST_DAY
    with pytest.raises(QuoteOverdue):
        buy(late, TOO_LATE)
    assert Policy.objects.count() == 1


def test_a_suspended_producer_buys_nothing(producer, product):
    job = make.a_quote(producer, product)
    producer.is_active = False
    producer.save()
    with pytest.raises(ProducerSuspended):
        buy(job)
    assert not Policy.objects.exists()


def test_a_car_covered_for_some_of_these_days_is_refused_by_whomever_it_is_covered(producer, product):
    other = make.a_producer("712345K", "B")
    make.a_bought_quote(other, product, vin="VF3PLANTB00000001")
    job = make.a_quote(producer, product, vin="VF3PLANTB00000001", delivery_on=make.DAY + timedelta(days=364))
    with pytest.raises(VinAlreadyCovered):
        buy(job)
    job.refresh_from_db()
    assert job.state == State.QUOTED

    after = make.a_quote(producer, product, vin="VF3PLANTB00000001", delivery_on=date(2022, 12, 7))
    assert buy(after).starts_on == date(2022, 12, 7)


def test_a_delivery_to_come_gives_a_planned_policy(producer, product):
    policy = make.a_bought_quote(producer, product, delivery_on=date(2022, 1, 15)).policy
    assert [policy.status_on(day) for day in (make.DAY, date(2022, 1, 15), date(2023, 1, 14), date(2023, 1, 15))] == [
        "scheduled", "in_force", "in_force", "expired",
    ]  # fmt: skip


def test_a_refused_purchase_burns_no_number(producer, product):
    make.a_bought_quote(producer, product, vin="VF3PLANTB00000001")
    twin = make.a_quote(producer, product, vin="VF3PLANTB00000001")
    with pytest.raises(VinAlreadyCovered):
        buy(twin)
    assert make.a_bought_quote(producer, product).policy.number == "0001003080"


# Ended


def test_a_withdrawn_quote_stays_readable_and_moves_no_more(producer, product):
    job = actions.withdraw_job(make.a_quote(producer, product), by="HAKIM", now=make.NOON)
    assert (job.state, job.happened) == (State.WITHDRAWN, "Devis supprimé par HAKIM")
    actions.withdraw_job(job, by="HAKIM", now=make.NOON)
    for act in (lambda: edit(job, mileage_km=1), lambda: price(job), lambda: buy(job)):
        with pytest.raises(QuoteClosed):
            act()


def test_a_bought_quote_cannot_be_withdrawn(producer, product):
    job = make.a_bought_quote(producer, product)
    with pytest.raises(QuoteClosed):
        actions.withdraw_job(job, by="HAKIM", now=make.NOON)


def test_quotes_expire_once_their_last_day_is_over_and_only_once(producer, product):
    draft, quoted, bought = make.a_draft(producer, product), make.a_quote(producer, product), make.a_bought_quote(producer, product)

    assert actions.expire_overdue(today=LAST_DAY, now=make.NOON) == 0
    assert actions.expire_overdue(today=TOO_LATE, now=make.NOON) == 2
    assert actions.expire_overdue(today=TOO_LATE, now=make.NOON) == 0
    for job, state in ((draft, State.EXPIRED), (quoted, State.EXPIRED), (bought, State.BOUND)):
        job.refresh_from_db()
        assert job.state == state
    assert quoted.happened == "Devis expiré le 21/12/2021"


@pytest.mark.django_db(transaction=True)
def test_the_scheduled_job_expires_them(worker, settings):
    job = make.a_draft(make.a_producer(), make.a_tariff())
    settings.BUSINESS_DATE = TOO_LATE
    expire_quotes.defer(timestamp=0)
    worker._run([UPKEEP])  # what a clock drives, asked for by name
    job.refresh_from_db()
    assert job.state == State.EXPIRED


def test_no_quote_expires_by_a_clock_that_is_wrong(producer, product, settings, monkeypatch):
    job = make.a_draft(producer, product)
    settings.BUSINESS_DATE = TOO_LATE
    real = service_state.time.time
    monkeypatch.setattr(service_state.time, "time", lambda: real() + 400 * 86400)
    expire_quotes(timestamp=0)
    job.refresh_from_db()
    assert job.state == State.DRAFT


def test_nobody_is_told_of_what_nobody_asked_to_be_told(producer, product, hub):
    make.a_bought_quote(producer, product)
    make.a_quote(producer, product, client=hub, notify=False)
    make.a_quote(producer, product, client=make.a_client(producer))
    assert not Transmission.objects.exists()
