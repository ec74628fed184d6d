"""What the insurer holds of a caller's quotes, to be compared with what the caller holds: it only reads."""

from datetime import date
from functools import partial
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router

from jupiter.contracts.base import Day
from jupiter.contracts.insurance_job import PRODUCER_CODE
from jupiter.contracts.reconciliation import CURSOR, MOST_NAMED, DaysV1, JobLinesV1, KeptJobV1
from jupiter.insurer.producers.access import CallerMay, caller_of, for_the_caller
from jupiter.insurer.quotes.models import Job, JobSet
from jupiter.kit.api import not_found
from jupiter.kit.differences.rules import AT_ONCE
from jupiter.kit.differences.windows import REFUSED, between
from jupiter.kit.openapi import told

from . import wording

router = Router(tags=["reconciliation"])
router.add_decorator(partial(for_the_caller, asks_by_key=False))  # days, and all of their rows

REFERENCE = r"^SP\d{6}[A-Z]\d{9}$"
FromDay = Annotated[Day, Query(alias="from", description="First day on which they came, in Paris")]
ToDay = Annotated[Day, Query(alias="to", description="Last day; at most 400 days after the first")]


def _jobs(request: HttpRequest) -> JobSet:
    """Those that this caller made: what others made is not its to compare."""
    caller = caller_of(request)
    return Job.within(caller).filter(client=caller.client)


def _came(jobs: JobSet, first: date, last: date) -> JobSet:
    start, end = between(first, last)
    return jobs.filter(created_at__gte=start, created_at__lt=end)


@router.get(
    "/api/v1/reconciliation",
    auth=CallerMay("reconcile"),
    response=DaysV1,
    summary="A digest per day and producer",
    openapi_extra=told(refuses=REFUSED),
)
def compare_days(request: HttpRequest, first: FromDay, last: ToDay) -> DaysV1:
    """Of the quotes that the caller made. Where a digest differs from the caller's own, ask for the lines of that day."""
    return wording.days_of(_came(_jobs(request), first, last))


@router.get(
    "/api/v1/reconciliation/jobs",
    auth=CallerMay("reconcile"),
    response=JobLinesV1,
    summary="A line per quote",
    openapi_extra=told(refuses=REFUSED),
)
def compare_jobs(
    request: HttpRequest,
    first: FromDay,
    last: ToDay,
    owner: Annotated[str | None, Query(pattern=PRODUCER_CODE, description="Producer code; without it all of the caller's")] = None,
    cursor: Annotated[str | None, Query(pattern=CURSOR, description="As the last answer gave it")] = None,
    reference: Annotated[
        list[Annotated[str, Query(pattern=REFERENCE)]] | None,
        Query(max_length=MOST_NAMED, description="`SP…`, up to 50: these quotes, whatever their day"),
    ] = None,
) -> JobLinesV1:
    """Of some days, or of the quotes that `reference` names. What is another's is not there."""
    jobs = _jobs(request)
    jobs = jobs.filter(external_reference__in=reference) if reference else _came(jobs, first, last)
    if owner:
        jobs = jobs.filter(producer__code=owner)
    keys = list(jobs.filter(pk__gt=int(cursor or 0)).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    more = str(keys[-1]) if len(keys) == AT_ONCE else None
    return JobLinesV1(lines=list(wording.lines_of(Job.objects.filter(pk__in=keys))), cursor=more)


@router.get(
    "/api/v1/reconciliation/jobs/{external_reference}",
    auth=CallerMay("reconcile"),
    response=KeptJobV1,
    summary="One quote, words and all",
)
def compare_job(request: HttpRequest, external_reference: Annotated[str, Path(description="`SP…`, as the caller said it")]) -> KeptJobV1:
    """What was declared and what stands now, as the next notice would say it."""
    job = _jobs(request).with_names().filter(external_reference=external_reference.replace("\x00", "")).first()
    if job is None:
        raise not_found()
    return wording.kept(job)
