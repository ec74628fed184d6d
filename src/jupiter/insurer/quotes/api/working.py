"""One job: read, priced, an offer chosen, bought or withdrawn."""

from functools import cache
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query

from jupiter.contracts.base import Months, ShortText, Words
from jupiter.insurer import guidewire
from jupiter.insurer.producers.access import CallerMay, caller_of
from jupiter.insurer.producers.models import CompiledWithin
from jupiter.insurer.quotes import actions, wording
from jupiter.insurer.quotes.models import GUIDEWIRE_STATES, Job
from jupiter.insurer.quotes.rules import (
    QuoteClosed,
)
from jupiter.kit.api import Problem
from jupiter.kit.clock import business_today
from jupiter.kit.compiled import Given
from jupiter.kit.inbox.actions import Answer
from jupiter.kit.openapi import KEY_REQUIRED, Refusals, and_also, told

from .elements import JobResponse, JobsResponse, job_element
from .refusing import problem_of
from .routing import KEYS, ONE_ANSWER, TO_SHOW, JobId, job_of, once, refuse_stale, router


class Choice(Words):
    """One of the job's offers."""

    offering: ShortText
    """Its code, as `offers` says it."""
    months: Months
    """Its duration."""


class ChoiceData(Words):
    """The element."""

    attributes: Choice
    """What is chosen."""
    checksum: ShortText | None = None
    """Of the version read; another than the current one is refused."""


class ChoiceBody(Words):
    """Guidewire's envelope."""

    data: ChoiceData
    """The choice, and the version it was made on."""


FILTER = "`externalReference:eq:SP…` or `jobNumber:eq:…`; several must all hold."
COLUMNS = {"externalReference": "external_reference", "jobNumber": "number"}
CHECKSUM = {"GW-Checksum": (False, guidewire.CHECKSUM_HEADER)}
CLOSED: Refusals = {409: {"already-bound": "It is bought.", "quote-withdrawn": "It was withdrawn.", "quote-expired": "It has expired."}}


@router.get(
    "/job/v1/jobs",
    auth=CallerMay("read_job"),
    summary="Jobs by externalReference or jobNumber",
    openapi_extra=told(
        answers={200: JobsResponse}, refuses={400: {"filter-not-supported": "Only `externalReference:eq:…` and `jobNumber:eq:…`."}}
    ),
)
def find_jobs(request: HttpRequest, filter: Annotated[list[str], Query(description=FILTER)]) -> Any:  # noqa: A002
    """Those of the caller's producers; what is another's is not there."""
    conditions = {_condition(said) for said in filter}
    asked = dict(conditions)
    is_possible = len(asked) == len(conditions)  # of two values of one column no job has both
    found = _jobs_by(*sorted(asked)).rows(caller_of(request), **asked) if is_possible else []
    return guidewire.collection([job_element(job) for job in found], path=request.get_full_path())


def _condition(said: str) -> tuple[str, str]:
    """The column and its value."""
    name, _, rest = said.partition(":")
    operator, _, value = rest.partition(":")
    if name not in COLUMNS or operator != "eq":
        raise Problem(400, "filter-not-supported", "Filtres\u00a0: externalReference:eq:… ou jobNumber:eq:…")
    return COLUMNS[name], value.replace("\x00", "")


@cache
def _jobs_by(*columns: str) -> CompiledWithin[Job]:
    wanted = {column: Given(column) for column in columns}
    return CompiledWithin(lambda: Job.objects.with_names().select_related("offer__offering").filter(**wanted).order_by("-pk"), most=100)


@router.get(
    "/job/v1/jobs/{job_id}", auth=CallerMay("read_job"), summary="One job, with its offers", openapi_extra=told(answers={200: JobResponse})
)
def read_job(request: HttpRequest, job_id: JobId) -> Any:
    """Its state, its price once quoted, what may be done next (`links`), its policy once bought."""
    return job_element(job_of(request, job_id, asked=TO_SHOW), with_offers=True)


@router.post(
    "/job/v1/jobs/{job_id}/quote",
    auth=CallerMay("quote_job"),
    summary="Price it: offers, eligibility, reasons",
    openapi_extra=told(
        headers=KEYS | CHECKSUM,
        answers={200: JobResponse},
        refuses=and_also(
            ONE_ANSWER,
            guidewire.STALE,
            {
                400: {"already-bound": "It is bought.", "quote-withdrawn": "It was withdrawn.", "quote-expired": "It has expired."},
                422: {"facts-refused": "The delivery is too long past, or no tariff covers it."},
            },
        ),
    ),
)
def quote_job(request: HttpRequest, job_id: JobId) -> Any:
    """No body. Again it prices anew, with today's tariff; under the same key or transaction id it is given the first answer."""
    job = job_of(request, job_id)

    def act() -> Answer:
        refuse_stale(request, job)
        try:
            priced = actions.price_job(job, by=caller_of(request).name, today=business_today(), now=timezone.now())
        except QuoteClosed as refused:  # as Guidewire says it: the action is bad input in this state
            status = GUIDEWIRE_STATES[refused.state]
            said = f"status is '{status}' but must be in one of the following statuses: Draft, Quoted."
            error = {"pointer": "/jobStatus", "code": refused.state, "message": said}
            raise Problem(400, problem_of(refused).code, wording.said_of(refused), errors=[error]) from None
        return 200, job_element(priced, with_offers=True)

    return once(request, "quote", {"job": job.number}, act, required=False)


@router.patch(
    "/job/v1/jobs/{job_id}",
    auth=CallerMay("choose_offer"),
    summary="Choose one of its offers",
    openapi_extra=told(
        headers=CHECKSUM,
        answers={200: JobResponse},
        refuses=and_also(
            guidewire.STALE,
            CLOSED,
            {
                409: {"not-quoted": "It has no price yet: quote it first."},
                422: {"offer-refused": "The offer does not fit the car, or is not in this quote."},
            },
        ),
    ),
)
def choose_offer(request: HttpRequest, job_id: JobId, words: ChoiceBody) -> Any:
    """Of a quoted job. Its price and its worksheet are those that `quote` gave."""
    job, choice = job_of(request, job_id), words.data.attributes
    refuse_stale(request, job, words.data.checksum)
    job = actions.choose_offer(
        job, offering=choice.offering, months=choice.months, by=caller_of(request).name, today=business_today(),
        now=timezone.now(),
    )  # fmt: skip
    return job_element(job, with_offers=True)


@router.post(
    "/job/v1/jobs/{job_id}/bind-and-issue",
    auth=CallerMay("bind_job"),
    summary="Buy it: one policy, whatever is repeated",
    openapi_extra=told(
        headers=KEYS | CHECKSUM,
        answers={200: JobResponse},
        refuses=and_also(
            KEY_REQUIRED,
            ONE_ANSWER,
            guidewire.STALE,
            {
                409: {
                    "no-offer-chosen": "Choose an offer first.",
                    "not-quoted": "It has no price yet.",
                    "quote-withdrawn": "It was withdrawn.",
                    "quote-expired": "It has expired.",
                    "producer-suspended": "The point of sale is no longer active.",
                    "vin-already-covered": "A policy covers this car already.",
                },
                422: {"facts-refused": "The delivery is too long past."},
            },
        ),
    ),
)
def bind_and_issue(request: HttpRequest, job_id: JobId) -> Any:
    """No body. A job is bought once, for ever: under another key too it is answered with the one policy."""
    job = job_of(request, job_id)

    def act() -> Answer:
        refuse_stale(request, job)
        bound = actions.bind_job(job, by=caller_of(request).name, today=business_today(), now=timezone.now())
        return 200, job_element(bound, with_offers=True)

    return once(request, "bind-and-issue", {"job": job.number}, act)


@router.post(
    "/job/v1/jobs/{job_id}/withdraw",
    auth=CallerMay("withdraw_job"),
    summary="Supprimer le devis",
    openapi_extra=told(
        headers=CHECKSUM,
        answers={200: JobResponse},
        refuses=and_also(guidewire.STALE, {409: {"already-bound": "It is bought.", "quote-expired": "It has expired."}}),
    ),
)
def withdraw(request: HttpRequest, job_id: JobId) -> Any:
    """No body. It stays readable, as Withdrawn. Twice is once."""
    job = job_of(request, job_id)
    refuse_stale(request, job)
    return job_element(actions.withdraw_job(job, by=caller_of(request).client.name, now=timezone.now()))
