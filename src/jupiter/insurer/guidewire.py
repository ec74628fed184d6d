"""The envelope of Guidewire's Cloud API, on /rest/ paths: a named subset, with our own additions (problem+json when asked for)."""

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as WordsRefused
from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict  # pydantic reads that one before Python 3.12

from jupiter.kit.api import Problem, field_errors, not_found
from jupiter.kit.openapi import PROBLEM, PROBLEM_WORDS, Refusals

ERROR_CODES = {
    400: "gw.api.rest.exceptions.BadInputException",
    401: "gw.api.rest.exceptions.NotAuthenticatedException",
    404: "gw.api.rest.exceptions.NotFoundException",
    409: "gw.api.rest.exceptions.ConflictException",
    422: "gw.api.rest.exceptions.BadInputException",
}
OTHERWISE = "gw.api.rest.exceptions.ServiceException"
ALREADY_EXECUTED = "gw.api.webservice.exception.AlreadyExecutedException"
Links = Mapping[str, tuple[str, str]]  # name: (address, method); a link is there only while it is allowed

# The words of the envelope, for the document of the API

DOCUMENTED = with_config(ConfigDict(use_attribute_docstrings=True, extra="forbid"))
CHECKSUM_HEADER = "The `checksum` last read (also as `If-Match`): another version than the current one is refused."
STALE: Refusals = {409: {"stale-checksum": "The job has changed: read it again."}}


@DOCUMENTED
class Link(TypedDict):
    """What may be done next; a link is there only while it is allowed."""

    href: str
    """Path on this service."""
    methods: list[str]
    """`get`, `post`."""


@DOCUMENTED
class Typekey(TypedDict):
    """A code word."""

    code: str
    """Stable, English."""
    name: str
    """In French, for a person."""


@DOCUMENTED
class Amount(TypedDict):
    """Money."""

    amount: str
    """As text with two decimals after a point: `187.56`."""
    currency: str
    """Always `eur`."""


@DOCUMENTED
class Named(TypedDict):
    """A reference to something of the insurer's."""

    id: str
    """Its id, opaque."""
    displayName: str  # noqa: N815  # Guidewire's words
    """Its name, for a person."""


@DOCUMENTED
class Collected(TypedDict):
    """The links of a collection."""

    self: Link
    """The address of this answer."""


ERROR_WORDS: dict[str, Any] = {
    "title": "GuidewireError",
    "description": "Why it was refused, in Guidewire's envelope; ask for `application/problem+json` by Accept to have it as a Problem.",
    "type": "object",
    "required": ["status", "errorCode", "userMessage", "code", "details"],
    "properties": {
        "status": {"type": "integer", "description": "The HTTP status."},
        "errorCode": {"type": "string", "description": "Guidewire's class of error."},
        "userMessage": {"type": "string", "description": "A French sentence, for a person."},
        "code": {"type": "string", "description": "Stable, English, for programs: our addition."},
        "details": {
            "type": "array",
            "description": "The fields that stand in the way, where there are any.",
            "items": {
                "type": "object",
                "properties": {
                    "message": {"type": "string", "description": "A French sentence."},
                    "properties": {
                        "type": "object",
                        "properties": {
                            "pointer": {"type": "string", "description": "JSON pointer into what was sent."},
                            "code": {"type": "string", "description": "Stable, English."},
                        },
                    },
                },
            },
        },
    },
}
ENVELOPES: Mapping[str, dict[str, Any]] = {"application/json": ERROR_WORDS, PROBLEM: PROBLEM_WORDS}


def element(attributes: Mapping[str, object], *, checksum: str = "", links: Links | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {"attributes": dict(attributes)}
    if checksum:
        data["checksum"] = checksum
    if links:
        data["links"] = {name: {"href": href, "methods": [method]} for name, (href, method) in links.items()}
    return {"data": data}


def collection(elements: Iterable[dict[str, Any]], *, path: str) -> dict[str, Any]:
    rows = [row["data"] for row in elements]
    return {"count": len(rows), "data": rows, "links": {"self": {"href": path, "methods": ["get"]}}}


def typekey(code: str, name: object) -> Typekey:
    return {"code": code, "name": str(name)}


def euros(amount: Decimal) -> Amount:
    return {"amount": f"{amount:.2f}", "currency": "eur"}


def euros_if_any(amount: Decimal | None) -> Amount | None:
    return None if amount is None else euros(amount)


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The refusal in the caller's envelope: Guidewire's on its own paths, problem+json elsewhere or when asked for."""
    if not request.path.startswith("/rest/") or PROBLEM in request.headers.get("Accept", ""):
        return problem.answer()
    details = [
        {"message": error["message"], "properties": {"pointer": error["pointer"], "code": error["code"]}} for error in problem.errors
    ]
    words = {
        "status": problem.status,
        "errorCode": ALREADY_EXECUTED if problem.code == "transaction-id-reused" else ERROR_CODES.get(problem.status, OTHERWISE),
        "userMessage": problem.detail,
        "code": problem.code,
        "details": details,
    }
    body = json.dumps(words | problem.more, ensure_ascii=False, default=str)
    return HttpResponse(body, status=problem.status, content_type="application/json", headers=problem.headers)


def speak(api: NinjaAPI, also: Mapping[type[Exception], Callable[[Any], Problem]]) -> None:
    """Let every refusal of this API pass through `answer`."""

    def refuse(kind: type[Exception], said: Callable[[Any], Problem]) -> None:
        api.add_exception_handler(kind, lambda request, error: answer(request, said(error)))

    refuse(Problem, lambda problem: problem)
    refuse(Http404, lambda error: not_found())
    refuse(WordsRefused, lambda error: words_refused(field_errors(error.errors)))
    refuse(AuthenticationError, lambda error: not_authenticated())
    refuse(HttpError, refused_by_ninja)
    for kind, said in also.items():
        refuse(kind, said)


def refused_by_ninja(error: HttpError) -> Problem:
    """Ninja wraps what our parser refuses: the reason is inside."""
    inside = error.__cause__
    return inside if isinstance(inside, Problem) else Problem(error.status_code, "refused", str(error))


def words_refused(errors: list[dict[str, str]]) -> Problem:
    return Problem(422, "words-refused", _("Des champs sont à corriger."), errors=errors)


def not_authenticated() -> Problem:
    headers = {"WWW-Authenticate": "Bearer"}
    return Problem(401, "not-authenticated", _("Jeton absent, expiré ou sans le droit demandé."), headers=headers)
