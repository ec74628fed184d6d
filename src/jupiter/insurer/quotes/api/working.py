"""One job: read, priced, an offer chosen, bought or withdrawn."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query

from jupiter.contracts.base import Months, ShortText, Words
from jupiter.insurer import guidewire
from jupiter.insurer.producers.access import CallerMay
from jupiter.insurer.quotes import actions, wording
from jupiter.insurer.quotes.models import GUIDEWIRE_STATES, Job
from jupiter.insurer.quotes.rules import (
    QuoteClosed,
)
from jupiter.kit.api import Problem, idempotency_key
from jupiter.kit.clock import business_today

from .elements import job_element
from .refusing import problem_of
from .routing import JobId, caller_of, job_of, once, refuse_stale, router


class Choice(Words):
    offering: ShortText
    months: Months


class ChoiceData(Words):
    attributes: Choice
    checksum: ShortText | None = None


class ChoiceBody(Words):
    data: ChoiceData


@router.get("/job/v1/jobs", auth=CallerMay("read_job"), summary="Jobs by externalReference or jobNumber")
def find_jobs(request: HttpRequest, filter: Annotated[list[str], Query(description="externalReference:eq:SP…")]) -> Any:  # noqa: A002
    found = Job.within(caller_of(request)).with_names()
    columns = {"externalReference": "external_reference", "jobNumber": "number"}
    for condition in filter:
        name, _, rest = condition.partition(":")
        operator, _, value = rest.partition(":")
        if name not in columns or operator != "eq":
            raise Problem(400, "filter-not-supported", "Filtres\u00a0: externalReference:eq:… ou jobNumber:eq:…")
        found = found.filter(**{columns[name]: value.replace("\x00", "")})
    return guidewire.collection([job_element(job) for job in found.order_by("-pk")[:100]], path=request.get_full_path())


@router.get("/job/v1/jobs/{job_id}", auth=CallerMay("read_job"), summary="One job, with its offers")
def read_job(request: HttpRequest, job_id: JobId) -> Any:
    return job_element(job_of(request, job_id), with_offers=True)


@router.post("/job/v1/jobs/{job_id}/quote", auth=CallerMay("quote_job"), summary="Price it: offers, eligibility, reasons")
def quote_job(request: HttpRequest, job_id: JobId) -> Any:
    job = job_of(request, job_id)
    refuse_stale(request, job)
    try:
        job = actions.price_job(job, by=caller_of(request).name, today=business_today(), now=timezone.now())
    except QuoteClosed as refused:  # as Guidewire says it: the action is bad input in this state
        status = GUIDEWIRE_STATES[refused.state]
        said = f"status is '{status}' but must be in one of the following statuses: Draft, Quoted."
        error = {"pointer": "/jobStatus", "code": refused.state, "message": said}
        raise Problem(400, problem_of(refused).code, wording.said_of(refused), errors=[error]) from None
    return job_element(job, with_offers=True)


@router.patch("/job/v1/jobs/{job_id}", auth=CallerMay("choose_offer"), summary="Choose one of its offers")
def choose_offer(request: HttpRequest, job_id: JobId, words: ChoiceBody) -> Any:
    job, choice = job_of(request, job_id), words.data.attributes
    refuse_stale(request, job, words.data.checksum)
    job = actions.choose_offer(
        job, offering=choice.offering, months=choice.months, by=caller_of(request).name, today=business_today(),
        now=timezone.now(),
    )  # fmt: skip
    return job_element(job, with_offers=True)


@router.post("/job/v1/jobs/{job_id}/bind-and-issue", auth=CallerMay("bind_job"), summary="Buy it: one policy, whatever is repeated")
def bind_and_issue(request: HttpRequest, job_id: JobId) -> Any:
    caller, job = caller_of(request), job_of(request, job_id)
    key = idempotency_key(request)
    refuse_stale(request, job)

    def act() -> tuple[int, dict[str, Any]]:
        actions.buy_job(job, by=caller.name, today=business_today(), now=timezone.now())
        return 200, job_element(job_of(request, job_id), with_offers=True)

    return once(caller, key, "bind-and-issue", {"job": job.number}, act)


@router.post("/job/v1/jobs/{job_id}/withdraw", auth=CallerMay("withdraw_job"), summary="Supprimer le devis")
def withdraw(request: HttpRequest, job_id: JobId) -> Any:
    job = job_of(request, job_id)
    refuse_stale(request, job)
    return job_element(actions.withdraw_job(job, by=caller_of(request).client.name, now=timezone.now()))
