"""What the addresses of a job share: the caller, the job, one answer per key."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Router, Status

from jupiter.insurer.producers.access import caller_of, for_the_caller
from jupiter.insurer.producers.models import Caller, CompiledWithin
from jupiter.insurer.quotes.models import Job, JobSet
from jupiter.kit.api import Problem, idempotency_key, is_key, not_found
from jupiter.kit.compiled import Given
from jupiter.kit.inbox.actions import Answer, KeyUsedForOtherWords, StillRunning, always, answer_once
from jupiter.kit.openapi import ANSWERED_ONCE, KEY_HEADER, Refusals, and_also

router = Router(tags=["jobs"])
router.add_decorator(for_the_caller)

JOBS = "/rest/job/v1/jobs"
Act = Callable[[], Answer]

JobId = Annotated[str, Path(description="`pc:…` as the composite answered it, or the ten digits of the devis")]


TRANSACTION_ID = "GW-DBTransaction-ID"
KEYS = {
    "Idempotency-Key": (False, f"{KEY_HEADER} This header or GW-DBTransaction-ID."),
    TRANSACTION_ID: (False, "Guidewire's name for the same: 1 to 128 ASCII characters; both may be sent."),
}
ONE_ANSWER: Refusals = and_also(
    ANSWERED_ONCE, {400: {"transaction-id-reused": "The id has served other words.", "transaction-id-unusable": "The id is too long."}}
)


def once(
    request: HttpRequest, route: str, words: object, act: Act, *, required: bool = True, stands: Callable[[], bool] = always
) -> Status[Mapping[str, Any]]:
    """One answer per Idempotency-Key, and one per GW-DBTransaction-ID: whichever comes again is given the first answer."""
    keys = _keys(request, required=required)
    for key, header in keys.items():
        act = partial(_under, key, header, caller_of(request), route, words, act, stands)
    status, body = act()
    return Status(status, body)


def _keys(request: HttpRequest, *, required: bool) -> dict[str, str]:
    """Innermost first; both headers with one value are one key."""
    found = {}
    if given := request.headers.get(TRANSACTION_ID, "").strip():
        if not is_key(given, most=128):
            raise Problem(400, "transaction-id-unusable", _("L’en-tête GW-DBTransaction-ID porte 1 à 128 caractères ASCII."))
        found[given] = TRANSACTION_ID
    if "Idempotency-Key" in request.headers or (required and not found):
        found[idempotency_key(request)] = "Idempotency-Key"
    return found


def _under(key: str, header: str, caller: Caller, route: str, words: object, act: Act, stands: Callable[[], bool]) -> Answer:
    try:
        return answer_once(caller.key, key, route, words, act, stands=stands)
    except KeyUsedForOtherWords:
        if header == TRANSACTION_ID:
            raise Problem(400, "transaction-id-reused", _("Ce GW-DBTransaction-ID a déjà servi pour autre chose.")) from None
        raise Problem(422, "idempotency-key-reused", _("Cette Idempotency-Key a déjà servi pour autre chose.")) from None
    except StillRunning:
        raise Problem(
            409, "still-running", _("La même demande est en cours\u00a0: réessayez dans un instant."), headers={"Retry-After": "1"}
        ) from None


def _by_either_name(make: Callable[[], JobSet]) -> dict[str, CompiledWithin[Job]]:
    return {name: CompiledWithin(lambda name=name: make().filter(**{name: Given(name)})) for name in ("uid", "number")}  # type: ignore[misc]


TO_SHOW = _by_either_name(lambda: Job.objects.with_names().select_related("offer__offering"))
TO_ACT = _by_either_name(lambda: Job.objects.only("number", "version"))  # a verb reads the rest once it holds the row


def job_of(request: HttpRequest, job_id: str, *, asked: Mapping[str, CompiledWithin[Job]] = TO_ACT) -> Job:
    """By its id or its number; another's is as unknown as one that never was."""
    caller, job = caller_of(request), None
    if re.fullmatch(r"pc:[0-9a-f]{32}", job_id):
        job = asked["uid"].first(caller, uid=UUID(job_id.removeprefix("pc:")))
    elif re.fullmatch(r"[0-9]{10}", job_id):
        job = asked["number"].first(caller, number=job_id)
    if job is None:
        raise not_found()
    return job


def refuse_stale(request: HttpRequest, job: Job, given: str | None = None) -> None:
    """A checksum is optional; given, in the body or as GW-Checksum or If-Match, it must be the current one."""
    said = given or request.headers.get("GW-Checksum") or request.headers.get("If-Match", "").strip('"')
    if said and said != str(job.version):
        raise Problem(
            409,
            "stale-checksum",
            _("La version fournie (%(said)s) n’est pas la version actuelle (%(version)s).") % {"said": said, "version": job.version},
        )
