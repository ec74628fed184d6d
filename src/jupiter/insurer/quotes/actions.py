"""The verbs of a quote: one button, one function. Only these write a Job or its offers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from jupiter.insurer.customers.actions import keep_account
from jupiter.insurer.policies.actions import Purchase, issue_policy
from jupiter.insurer.policies.models import Document, Policy
from jupiter.insurer.producers.models import ApiClient, NoticeSubscriber, Producer
from jupiter.insurer.products.models import (
    Edition,
    Parameter,
    Product,
    RateRow,
    TaxRate,
    Term,
    number_in,
)
from jupiter.insurer.products.rules import Refusal, Worksheet, cover_period, delivery_refusal, in_order, price, refusals
from jupiter.kit import notices, numbers
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.french import printed_date
from jupiter.kit.journal.actions import note, together
from jupiter.kit.transmissions.actions import transmit_latest
from jupiter.kit.walls import everywhere, walled
from jupiter.kit.words import in_french
from jupiter.kit.writing import insert, insert_all, rewrite

from . import rules, wording
from .models import LIFE, Job, Offer, State
from .rules import (
    EditedMeanwhile,
    FactsRefused,
    NothingChosen,
    OfferRefused,
    ProducerSuspended,
    QuoteClosed,
    QuoteOverdue,
)

SERIES = "quotes"
VALIDITY, DAYS_PAST, MAX_POWER = "quote_validity_days", "delivery_max_days_past", "max_power_hp"


@dataclass(frozen=True)
class Submission:
    """What a client asks to be quoted; `words` are what it said, kept to recognise a repetition."""

    external_reference: str
    holder: dict[str, str]
    facts: dict[str, Any]
    declared_level: str
    declared_months: int
    seller: str
    notify: bool
    words: dict[str, Any]


def submit_job(
    producer: Producer, product: Product, asked: Submission, *, client: ApiClient | None, by: str, today: date, now: datetime
) -> tuple[Job, bool]:
    """One job per producer and reference, for ever: the same words find it, other words change it while it is open."""
    try:
        with transaction.atomic(), together():
            held = _held_by_reference(producer, asked.external_reference)
            if held is None:
                return _new_job(producer, product, asked, client=client, by=by, today=today, now=now), True
    except IntegrityError as error:
        if "one_job_per_reference" not in str(error):
            raise
    with transaction.atomic():
        job = _held_by_reference(producer, asked.external_reference)
        if job is None:
            raise RuntimeError(f"{asked.external_reference} was there and is not")
        if job.words != asked.words:
            _resubmit(job, asked, by=by, today=today, now=now)
        return job, False


def _held_by_reference(producer: Producer, reference: str) -> Job | None:
    found = LOCKED_BY_REFERENCE.first(producer=producer.pk, reference=reference)
    return _read(found) if found else None


def _new_job(
    producer: Producer, product: Product, asked: Submission, *, client: ApiClient | None, by: str, today: date, now: datetime
) -> Job:
    _refuse_impossible(asked.facts)
    account = keep_account(producer, asked.holder, by=by)
    job = Job(
        account=account, producer=producer, product=product, client=client, external_reference=asked.external_reference,
        notify=asked.notify, words=asked.words, declared_level=asked.declared_level, declared_months=asked.declared_months,
        seller=asked.seller, created_on=today, expires_on=rules.expiry(today, Parameter.numbers_on(today).get(VALIDITY, 0)),
        changed_at=now, happened=_("Devis créé"), **asked.facts,
    )  # fmt: skip
    number, job.created_at = numbers.take_dated(SERIES)
    job.number = f"{number:010d}"
    job.search_text = job.words_to_search()
    insert(job)
    _note(job, "create_quote", by, _("Devis %(number)s créé") % {"number": job.number})
    return job


def _resubmit(job: Job, asked: Submission, *, by: str, today: date, now: datetime) -> None:
    """The declaration was corrected before it was bought: the same quote, back to draft."""
    _refuse_closed(job, today)
    _refuse_impossible(asked.facts)
    job.account = keep_account(job.producer, asked.holder, by=by)
    job.words, job.notify, job.seller = asked.words, asked.notify, asked.seller
    job.declared_level, job.declared_months = asked.declared_level, asked.declared_months
    for name, value in asked.facts.items():
        setattr(job, name, value)
    _back_to_draft(job)
    _keep(job, [*ASKED, *asked.facts, *DRAFTED], "resubmit_quote", by, _("Devis corrigé par la déclaration"), now)


@transaction.atomic
def edit_job(job: Job, facts: Mapping[str, Any], *, by: str, today: date, now: datetime, version: int | None = None) -> Job:
    """Suivant: keeps what was typed. A changed fact takes the price away; the same facts again take nothing."""
    job = _held(job)
    _refuse_closed(job, today)
    before = job.facts()
    changes = rules.changed(before, dict(facts))
    if not changes:
        return job
    if version is not None and version != job.version:
        raise EditedMeanwhile(job.number, job.happened)
    after = {**before, **facts}
    _refuse_impossible(after)
    if "delivery_on" in changes:
        _refuse_late(after["delivery_on"], today, max_days_past=Parameter.numbers_on(today).get(DAYS_PAST, 0))
    for name in changes:
        setattr(job, name, facts[name])
    _back_to_draft(job)
    said = ", ".join(f"{_label(name)}\u00a0: {_shown(before[name])} → {_shown(facts[name])}" for name in changes)
    _keep(job, [*changes, *DRAFTED], "edit_quote", by, _("Devis modifié sur le portail (%(said)s)") % {"said": said}, now)
    return job


@transaction.atomic
def price_job(job: Job, *, by: str, today: date, now: datetime) -> Job:
    """Rates every term of the edition for this car. The declared one is chosen when it fits."""
    job = _held(job)
    _refuse_closed(job, today)
    state = LIFE.after(job.state, "quote")
    limits = Parameter.numbers_on(today)
    _refuse_late(job.delivery_on, today, max_days_past=limits.get(DAYS_PAST, 0))
    edition = Edition.for_sale(job.product, delivery_on=job.delivery_on, today=today)
    if edition is None:
        raise FactsRefused({"delivery_on": Refusal("no_tariff", job.delivery_on.isoformat())})
    if job.state != State.DRAFT:  # a draft has none
        job.offers.all().delete()
    job.all_offers = _offers(job, edition, today, max_power=limits.get(MAX_POWER, 0))
    insert_all(job.all_offers)
    job.state, job.edition = state, edition
    job.offer = next((offer for offer in job.all_offers if offer.is_declared and offer.is_eligible), None)
    _keep(job, ["state", "edition", "offer"], "price_quote", by, _("Devis établi"), now)
    return job


def _offers(job: Job, edition: Edition, today: date, *, max_power: int) -> list[Offer]:
    percents = TaxRate.percents_on(today)
    lines_of = RateRow.for_power(edition, job.din_power_hp)
    offers = []
    for term in Term.of(edition, declared_level=job.declared_level, declared_months=job.declared_months):
        start, end = cover_period(job.delivery_on, job.manufacturer_warranty_until, term.months)
        offer = Offer(
            job=job, offering=term.offering, name=term.offering.name, months=term.months, rank=0,
            waiting_months=term.waiting_months, starts_on=start, ends_on=end,
            is_declared=term.is_declared,  # type: ignore[attr-defined]  # annotated by Term.of
        )  # fmt: skip
        reasons = refusals(job.car, term.offering.limits, delivery_on=job.delivery_on, max_power_hp=max_power)
        lines = lines_of.get((term.offering_id, term.months), [])
        if not reasons and not lines:
            reasons = [Refusal("no_rate", str(job.din_power_hp))]
        if reasons:
            offer.refusals = [{"rule": reason.rule, "value": reason.value, "limit": reason.limit} for reason in reasons]
        else:
            _put_price(offer, price(lines, percents))
        offers.append(offer)
    order = in_order((offer.is_declared, offer.is_eligible, offer.offering.rank, offer.months) for offer in offers)
    for rank, index in enumerate(order):
        offers[index].rank = rank
    return [offers[index] for index in order]


def _put_price(offer: Offer, worksheet: Worksheet) -> None:
    offer.net, offer.tax, offer.gross = worksheet.net, worksheet.tax, worksheet.gross
    offer.worksheet = worksheet.as_facts()


@transaction.atomic
def choose_offer(job: Job, *, offering: str, months: int, by: str, today: date, now: datetime) -> Job:
    """Sélectionner."""
    job = _held(job)
    _refuse_closed(job, today)
    LIFE.after(job.state, "choose")
    offer = job.offers.filter(offering__code=offering, months=months).first()
    if offer is None:
        raise OfferRefused(f"{offering} {months}", [])
    if not offer.is_eligible:
        raise OfferRefused(_("{offer} {months} mois").format(offer=offer.name, months=months), refusals_of(offer))
    if job.offer_id == offer.pk:
        return job
    job.offer = offer
    said = {"offer": offer.name, "months": months}
    _keep(job, ["offer"], "choose_offer", by, _("Offre choisie\u00a0: %(offer)s, %(months)s\u00a0mois") % said, now)
    return job


@transaction.atomic
def buy_job(job: Job, *, by: str, today: date, now: datetime) -> Policy:
    """Acheter maintenant, Oui. From two windows: one policy, and both are shown it."""
    return _bought(bind_job(job, by=by, today=today, now=now))


def _bought(job: Job) -> Policy:
    if job.policy is None:
        raise RuntimeError(f"{job.number} is bound and has no policy")
    return job.policy


@transaction.atomic
def bind_job(job: Job, *, by: str, today: date, now: datetime) -> Job:
    """The same, and the quote as it now stands."""
    job = _held(job)
    if job.policy:
        return job
    _refuse_closed(job, today)
    if job.offer is None:
        raise NothingChosen
    state = LIFE.after(job.state, "bind")
    if not job.producer.is_active:
        raise ProducerSuspended
    known = Parameter.on(today)
    _refuse_late(job.delivery_on, today, max_days_past=number_in(known, DAYS_PAST))
    with together():
        paper = issue_policy(_purchase(job, job.offer), mentions=known, by=by, today=today)
        job.state, job.policy = state, paper.policy
        said = {"number": paper.policy.number}
        _keep(job, ["state", "policy"], "buy_quote", by, _("Police %(number)s souscrite") % said, now, document=paper)
    return job


@in_french
def _purchase(job: Job, offer: Offer) -> Purchase:
    if job.edition is None or offer.net is None or offer.tax is None or offer.gross is None or offer.worksheet is None:
        raise NothingChosen
    facts = {name: value.isoformat() if isinstance(value, date) else value for name, value in job.facts().items()}
    return Purchase(
        account=job.account, producer=job.producer, product=job.product, offering=offer.offering, edition=job.edition,
        product_name=offer.name, months=offer.months, waiting_months=offer.waiting_months, starts_on=offer.starts_on,
        ends_on=offer.ends_on, net=offer.net, tax=offer.tax, gross=offer.gross, worksheet=offer.worksheet,
        facts={**facts, "seller": job.seller, "external_reference": job.external_reference}, job_number=job.number,
        kind=job.get_kind_display(), fuel=job.get_fuel_display(),
    )  # fmt: skip


@transaction.atomic
def withdraw_job(job: Job, *, by: str, now: datetime) -> Job:
    """Supprimer le devis: it stays readable, as Retiré. Twice is once."""
    job = _held(job)
    if job.state == State.WITHDRAWN:
        return job
    if not job.allows("withdraw"):
        raise QuoteClosed(job.number, job.state)
    job.state = LIFE.after(job.state, "withdraw")
    _keep(job, ["state"], "withdraw_quote", by, _("Devis supprimé par %(who)s") % {"who": by}, now)
    return job


def expire_overdue(*, today: date, now: datetime) -> int:
    """The scheduled job: each quote in a transaction of its own. Again does nothing."""
    done = 0
    with everywhere():
        overdue = list(Job.objects.overdue(today).values_list("pk", "producer_id"))
    for number, producer_id in overdue:
        with walled([producer_id]):
            free = Job.objects.select_for_update(skip_locked=True).filter(pk=number).first()
            if free is None or not free.is_open:
                continue
            job = Job.objects.with_names().get(pk=number)
            job.state = LIFE.after(job.state, "expire")
            said = {"day": printed_date(job.expires_on)}
            _keep(job, ["state"], "expire_quote", "service:portail", _("Devis expiré le %(day)s") % said, now)
            done += 1
    return done


def refusals_of(offer: Offer) -> list[Refusal]:
    return [Refusal(row["rule"], row["value"], row["limit"]) for row in offer.refusals]


def _held(job: Job) -> Job:
    """Locked first and read afterwards: what joins a row that was waited for is as old as the wait."""
    LOCKED.rows(job=job.pk)
    return _read(job)


def _read(job: Job) -> Job:
    return WITH_ALL.get(job=job.pk)


LOCKED = Compiled(lambda: Job.objects.select_for_update().only("pk").filter(pk=Given("job")))
LOCKED_BY_REFERENCE = Compiled(
    lambda: Job.objects.select_for_update().only("pk").filter(producer=Given("producer"), external_reference=Given("reference"))
)
SECRETS = ("client__subscriber__secret", "client__subscriber__former_secret")  # nobody unseals them here
WITH_ALL = Compiled(
    lambda: (
        Job.objects.select_related("account", "producer", "product", "offer__offering", "edition", "policy", "client__subscriber")
        .defer(*SECRETS)
        .filter(pk=Given("job"))
    )
)


def _refuse_closed(job: Job, today: date) -> None:
    if not job.is_open:
        raise QuoteClosed(job.number, job.state)
    if rules.has_expired(job.expires_on, today):
        raise QuoteOverdue(job.number, job.expires_on)


def _refuse_impossible(facts: Mapping[str, Any]) -> None:
    registered, delivered = facts["first_registered_on"], facts["delivery_on"]
    if registered > delivered:
        refusal = Refusal("registered_after_delivery", registered.isoformat(), delivered.isoformat())
        raise FactsRefused({"first_registered_on": refusal})


def _refuse_late(delivery_on: date, today: date, *, max_days_past: int) -> None:
    refusal = delivery_refusal(delivery_on, today=today, max_days_past=max_days_past)
    if refusal:
        raise FactsRefused({"delivery_on": refusal})


ASKED = ("account", "words", "notify", "seller", "declared_level", "declared_months")
DRAFTED = ("state", "edition", "offer", "search_text")


def _back_to_draft(job: Job) -> None:
    job.state = LIFE.after(job.state, "make_draft")
    job.edition, job.offer = None, None
    job.offers.all().delete()
    job.search_text = job.words_to_search()


def _keep(job: Job, changed: Iterable[str], what: str, by: str, happened: str, now: datetime, *, document: Document | None = None) -> None:
    job.happened, job.changed_at, job.version = happened[:200], now, job.version + 1
    subscriber: NoticeSubscriber | None = getattr(job.client, "subscriber", None) if job.notify else None
    if subscriber:
        job.sequence += 1
    rewrite(job, *changed, "happened", "changed_at", "version", "sequence")
    _note(job, what, by, happened)
    if subscriber:
        words = wording.notice(job, happened=job.happened, at=now, document=document).model_dump(mode="json")
        transmit_latest(
            "notice.job", partner=subscriber.partner, subject=job.number, owner_id=job.producer_id, words=words, together=notices.in_one
        )


def _note(job: Job, what: str, by: str, sentence: str) -> None:
    note(what, "quote", job.number, who=by, owner_id=job.producer_id, sentence=sentence, state=job.state, premium=job.premium)


@in_french
def _label(name: str) -> str:
    return str(Job._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "4x4" if value else _("Non 4x4")
    return printed_date(value) if isinstance(value, date) else str(value)
