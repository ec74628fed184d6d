"""The verbs of a policy. Only these functions write one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from jupiter.insurer.customers.models import Account
from jupiter.insurer.producers.models import Producer
from jupiter.insurer.products.models import Edition, Offering, Parameter, Product
from jupiter.kit import numbers
from jupiter.kit.journal.actions import note
from jupiter.kit.walls import asking_all
from jupiter.kit.writing import insert

from . import pdf, rules
from .models import RING, Document, Policy, PolicyTransaction, StatementLine, Viewing
from .rules import VinAlreadyCovered

SERIES = "policies"
COUNTRY = "FR"


@dataclass(frozen=True)
class Purchase:
    """What a quote hands over when it is bought."""

    account: Account
    producer: Producer
    product: Product
    offering: Offering
    edition: Edition
    product_name: str
    months: int
    waiting_months: int
    starts_on: date
    ends_on: date
    net: Decimal
    tax: Decimal
    gross: Decimal
    worksheet: dict[str, Any]
    facts: dict[str, Any]
    job_number: str
    kind: str  # as papers write it
    fuel: str


def refuse_covered_vin(vin: str, start: date, end: date) -> None:
    with asking_all():  # a car has one cover, whoever sold it
        is_covered = Policy.objects.covering(vin, start, end).exists()
    if is_covered:
        raise VinAlreadyCovered(vin)


def issue_policy(purchase: Purchase, *, mentions: Mapping[str, Parameter], by: str, today: date) -> Document:
    """Inside the transaction that binds the quote, and that a refusal ends: number, policy, its paper and its statement line, or none.

    The paper."""
    facts = purchase.facts
    policy = Policy(
        account=purchase.account, producer=purchase.producer, product=purchase.product, offering=purchase.offering,
        edition=purchase.edition, product_name=purchase.product_name, months=purchase.months,
        waiting_months=purchase.waiting_months, starts_on=purchase.starts_on, ends_on=purchase.ends_on,
        net=purchase.net, tax=purchase.tax, gross=purchase.gross, worksheet=purchase.worksheet, facts=facts,
        vin=facts["vin"], plate=facts["plate"], make=facts["make"], model=facts["model"],
        job_number=purchase.job_number, issued_on=today, issued_by=by,
    )  # fmt: skip
    number, policy.issued_at = numbers.take_dated(SERIES)
    policy.number = f"{number:010d}"
    policy.search_text = policy.words_to_search()
    try:
        insert(policy)
    except IntegrityError as error:
        if "one_policy_per_car_and_day" in str(error):
            raise VinAlreadyCovered(policy.vin) from error
        raise
    submission = PolicyTransaction(
        policy=policy, sequence=1, kind=PolicyTransaction.Kind.SUBMISSION, job_number=purchase.job_number,
        effective_on=policy.starts_on, gross=policy.gross, snapshot=facts, by=by,
    )  # fmt: skip
    insert(submission)
    line = StatementLine(
        producer=policy.producer, policy=policy, booked_on=today, gross=policy.gross,
        label=_("Souscription %(number)s %(product_name)s") % {"number": policy.number, "product_name": policy.product_name},
    )  # fmt: skip
    insert(line)
    paper = _issue_paper(policy, mentions=mentions, kind=purchase.kind, fuel=purchase.fuel)
    note(
        "issue_policy", "policy", policy.number, who=by, owner_id=policy.producer_id,
        sentence=_("Police %(number)s souscrite") % {"number": policy.number}, gross=policy.gross, job=purchase.job_number,
    )  # fmt: skip
    return paper


def _issue_paper(policy: Policy, *, mentions: Mapping[str, Parameter], kind: str, fuel: str) -> Document:
    content = pdf.policy_paper(policy, mentions=mentions, kind=kind, fuel=fuel)
    name = rules.document_name(country=COUNTRY, producer_code=policy.producer.code, number=policy.number, issued_on=policy.issued_on)
    paper = Document(
        policy=policy, sequence=1, name=name, label=_("Conditions particulières"), content=content,
        sha256=sha256(content).hexdigest(), size=len(content), issued_on=policy.issued_on, template=pdf.VERSION,
    )  # fmt: skip
    insert(paper)
    return paper


@transaction.atomic
def remember_viewing(policy: Policy, *, user_id: int, now: datetime) -> None:
    """« Consultées récemment » of this user: the RING latest."""
    Viewing.objects.update_or_create(user_id=user_id, policy=policy, defaults={"at": now})
    kept = Viewing.objects.filter(user=user_id).order_by("-at")[:RING].values("pk")
    Viewing.objects.filter(user=user_id).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
