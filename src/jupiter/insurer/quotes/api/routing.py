"""What the addresses of a job share: the caller, the job, one answer per key."""

import re
from collections.abc import Callable
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Path, Router, Status

from jupiter.insurer.producers.access import for_the_caller
from jupiter.insurer.producers.models import Caller
from jupiter.insurer.quotes.models import Job
from jupiter.kit.api import Problem, not_found
from jupiter.kit.inbox.actions import KeyUsedForOtherWords, StillRunning, answer_once

router = Router(tags=["jobs"])
router.add_decorator(for_the_caller)

JOBS = "/rest/job/v1/jobs"

JobId = Annotated[str, Path(description="`pc:…` as the composite answered it, or the ten digits of the devis")]


def caller_of(request: HttpRequest) -> Caller:
    return cast(Caller, request.auth)  # type: ignore[attr-defined]


def once(caller: Caller, key: str, route: str, words: object, act: Callable[[], tuple[int, dict[str, Any]]]) -> Any:
    try:
        status, body = answer_once(caller.key, key, route, words, act)
    except KeyUsedForOtherWords:
        raise Problem(422, "idempotency-key-reused", "Cette Idempotency-Key a déjà servi pour autre chose.") from None
    except StillRunning:
        raise Problem(
            409, "still-running", "La même demande est en cours\u00a0: réessayez dans un instant.", headers={"Retry-After": "1"}
        ) from None
    return Status(status, body)


def job_of(request: HttpRequest, job_id: str) -> Job:
    """By its id or its number; another's is as unknown as one that never was."""
    jobs = Job.within(caller_of(request)).with_names()
    if re.fullmatch(r"pc:[0-9a-f]{32}", job_id):
        job = jobs.filter(uid=job_id.removeprefix("pc:")).first()
    elif re.fullmatch(r"[0-9]{10}", job_id):
        job = jobs.filter(number=job_id).first()
    else:
        job = None
    if job is None:
        raise not_found()
    return job


def refuse_stale(request: HttpRequest, job: Job, given: str | None = None) -> None:
    """A checksum is optional; given, in the body or as GW-Checksum or If-Match, it must be the current one."""
    said = given or request.headers.get("GW-Checksum") or request.headers.get("If-Match", "").strip('"')
    if said and said != str(job.version):
        raise Problem(409, "stale-checksum", f"La version fournie ({said}) n’est pas la version actuelle ({job.version}).")
