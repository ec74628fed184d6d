"""Quotes and policies as lines to compare, and as digests of a day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from jupiter.contracts.reconciliation import DayDigestV1, DaysV1, JobLineV1, KeptJobV1, facts_sha256, sha256_of
from jupiter.insurer.policies.models import Document
from jupiter.insurer.quotes import wording as quotes
from jupiter.insurer.quotes.models import Job
from jupiter.kit.clock import paris
from jupiter.kit.differences.rules import AT_ONCE, in_batches
from jupiter.kit.transmissions.models import State, Transmission


def lines_of(jobs: QuerySet[Job]) -> Iterator[JobLineV1]:
    """In order of their coming; AT_ONCE are held in memory."""
    paper = Document.objects.filter(policy=OuterRef("policy")).order_by("-sequence").values("sha256")[:1]
    known = jobs.select_related("producer", "policy", "offer").annotate(document_sha256=Subquery(paper)).order_by("created_at", "pk")
    for some in in_batches(known.iterator(AT_ONCE)):
        telling = _being_told([job.number for job in some])
        for job in some:
            yield _line(job, under_way=job.number in telling)


def _being_told(numbers: list[str]) -> set[str]:
    rows = Transmission.objects.filter(kind="notice.job", state=State.SENDING, subject__in=numbers)
    return set(rows.values_list("subject", flat=True))


def _line(job: Any, *, under_way: bool) -> JobLineV1:
    return JobLineV1(
        external_reference=job.external_reference, owner=job.producer.code, at=job.created_at, changed_at=job.changed_at,
        under_way=under_way, state=str(job.state), quote_number=job.number, policy_number=job.policy.number if job.policy else "",
        premium=job.premium, sequence=job.sequence, words_sha256=sha256_of(job.words), facts_sha256=facts_sha256(job.facts()),
        document_sha256=job.document_sha256 or "",
    )  # fmt: skip


def days_of(jobs: QuerySet[Job]) -> DaysV1:
    found: dict[tuple[date, str], list[JobLineV1]] = defaultdict(list)
    for line in lines_of(jobs):
        found[paris(line.at).date(), line.owner].append(line)
    return DaysV1(days=digests(found.items()))


def digests(days: Iterable[tuple[tuple[date, str], list[JobLineV1]]]) -> list[DayDigestV1]:
    return [DayDigestV1.of(day, owner, lines) for (day, owner), lines in sorted(days, key=lambda one: one[0])]


def kept(job: Job) -> KeptJobV1:
    """With the policy's latest paper, as the notice of its purchase named it."""
    (line,) = lines_of(Job.objects.filter(pk=job.pk))
    paper = job.policy.documents.defer("content").order_by("-sequence").first() if job.policy else None
    state = quotes.state_of(job, happened=job.happened, at=job.changed_at, document=paper)
    return KeptJobV1(line=line, words=job.words, state=state)
