"""The line to the insurer's portal: one kept connection, one cached token."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_noop as _

from jupiter.hub.guarantors.models import GuarantorLink
from jupiter.kit.compiled import Compiled
from jupiter.kit.partners import Answer, GiveUp, Line, TryAgain

from . import wording

PARTNER = "insurer"
NAME = "Stellantis GuideWire"
COMPOSITE = "/rest/composite/v1/composite"
RECONCILIATION = "/api/v1/reconciliation"
WORKING, READING = "jobs policies", "reconciliation"  # scopes
FOUND_OR_NOT = frozenset({200, 404})
LINK = Compiled(lambda: GuarantorLink.objects.filter(guarantor="stellantis"))


def post_composite(words: dict[str, Any], *, key: str) -> Answer:
    """Account, submission, vehicle: all or nothing. The same key gets the same answer."""
    answer = _line().ask("POST", COMPOSITE, words=words, headers={"Idempotency-Key": key, "GW-DBTransaction-ID": key})
    try:
        wording.composite_answer(answer.words)
    except wording.NotACompositeAnswer as error:
        raise TryAgain(
            _("La réponse de %(name)s est illisible (%(error)s)") % {"name": NAME, "error": error},
            status=answer.status,
            answer=answer.shown,
        ) from error
    return answer


def get_document(href: str) -> Answer:
    if not href.startswith("/") or href.startswith("//"):
        raise GiveUp(_("%(name)s annonce un document à une adresse qui n’est pas la sienne") % {"name": NAME})
    return _line().ask("GET", href, accept="application/pdf")


def compare(what: str, asked: Mapping[str, object]) -> Answer:
    """What it holds of our quotes: the digests of days, or lines."""
    return _line(READING).ask(
        "GET", f"{RECONCILIATION}{what}?{urlencode({name: said for name, said in asked.items() if said}, doseq=True)}"
    )


def kept_job(reference: str) -> Answer | None:
    answer = _line(READING).ask("GET", f"{RECONCILIATION}/jobs/{quote(reference)}", expect=FOUND_OR_NOT.__contains__)
    return answer if answer.status == httpx.codes.OK else None


def withdraw_job(number: str) -> Answer:
    return _line().ask("POST", f"/rest/job/v1/jobs/{quote(number)}/withdraw")


def _line(scopes: str = WORKING) -> Line:
    link = LINK.first()
    if link is None:
        raise GiveUp(_("La liaison avec %(name)s n’est pas configurée") % {"name": NAME})
    connection.close()  # a slow partner holds a thread, not a database connection
    return _kept_line(settings.NEIGHBOURS["insurer"], link.client_id, link.client_secret, scopes)


@cache
def _kept_line(base_url: str, client_id: str, secret: str, scopes: str) -> Line:
    return Line(NAME, base_url, (client_id, secret), scopes=scopes)
