"""The envelope of Guidewire's Cloud API, on /rest/ paths: a named subset, with our own additions (problem+json when asked for)."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as WordsRefused

from jupiter.kit.api import PROBLEM, Problem, field_errors, not_found

ERROR_CODES = {
    400: "gw.api.rest.exceptions.BadInputException",
    401: "gw.api.rest.exceptions.NotAuthenticatedException",
    404: "gw.api.rest.exceptions.NotFoundException",
    409: "gw.api.rest.exceptions.ConflictException",
    422: "gw.api.rest.exceptions.BadInputException",
}
Links = Mapping[str, tuple[str, str]]  # name: (address, method); a link is there only while it is allowed


def element(attributes: Mapping[str, Any], *, checksum: str = "", links: Links | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {"attributes": dict(attributes)}
    if checksum:
        data["checksum"] = checksum
    if links:
        data["links"] = {name: {"href": href, "methods": [method]} for name, (href, method) in links.items()}
    return {"data": data}


def collection(elements: Iterable[dict[str, Any]], *, path: str) -> dict[str, Any]:
    rows = [row["data"] for row in elements]
    return {"count": len(rows), "data": rows, "links": {"self": {"href": path, "methods": ["get"]}}}


def typekey(code: str, name: object) -> dict[str, str]:
    return {"code": code, "name": str(name)}


def euros(amount: object) -> dict[str, str] | None:
    return None if amount is None else {"amount": f"{amount:.2f}", "currency": "eur"}


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The refusal in the caller's envelope: Guidewire's on its own paths, problem+json elsewhere or when asked for."""
    if not request.path.startswith("/rest/") or PROBLEM in request.headers.get("Accept", ""):
        return problem.answer()
    details = [
        {"message": error["message"], "properties": {"pointer": error["pointer"], "code": error["code"]}} for error in problem.errors
    ]
    words = {
        "status": problem.status,
        "errorCode": ERROR_CODES.get(problem.status, "gw.api.rest.exceptions.ServiceException"),
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
    return Problem(422, "words-refused", "Des champs sont à corriger.", errors=errors)


def not_authenticated() -> Problem:
    headers = {"WWW-Authenticate": "Bearer"}
    return Problem(401, "not-authenticated", "Jeton absent, expiré ou sans le droit demandé.", headers=headers)
