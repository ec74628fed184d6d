"""The shape of our APIs: strict JSON in, problem+json for what is refused, OpenAPI at /api/openapi.json, readable at /api/docs."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as WordsRefused
from ninja.parser import Parser

from . import json_refusals, strict_json
from .openapi import PROBLEM, PROBLEM_ALONE, DocumentedAPI

PROBLEM_TYPES = "https://jupiter-vo.example/problems/"  # a name, not an address that answers


class Problem(Exception):
    """A refusal that the caller can act on (RFC 9457). `code` is stable English; `detail` is French, for a person.

    `errors` name fields: {"pointer": "/vehicle/vin", "code": "missing", "message": "Le champ VIN est obligatoire"}.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code, self.detail, self.errors, self.more = status, code, detail, errors or [], more
        self.headers = dict(headers or {})

    def answer(self) -> HttpResponse:
        words = {"type": PROBLEM_TYPES + self.code, "title": self.code, "status": self.status, "detail": self.detail}
        if self.errors:
            words["errors"] = self.errors
        body = json.dumps(words | self.more, ensure_ascii=False, default=str)
        return HttpResponse(body, status=self.status, content_type=PROBLEM, headers=self.headers)


class StrictParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type not in ("application/json", ""):
            raise Problem(415, "unsupported-media-type", _("Le corps doit être du JSON (application/json)."))
        try:
            return strict_json.loads(request.body)
        except strict_json.TooLarge as reason:
            raise Problem(413, "body-too-large", _("Corps trop grand\u00a0: %(reason)s.") % {"reason": reason}) from reason
        except strict_json.Unreadable as reason:
            raise unreadable(reason) from reason


def make_api(*, title: str, description: str, version: str = "1", envelopes: Mapping[str, dict[str, Any]] = PROBLEM_ALONE) -> NinjaAPI:
    """`envelopes` are the bodies of a refusal, by media type, as the document describes them."""
    api = DocumentedAPI(
        title=title,
        description=description,
        version=version,
        parser=StrictParser(),
        openapi_url="api/openapi.json",
        docs_url="api/docs",
        urls_namespace="api",
    )
    api.envelopes = envelopes
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Problem: lambda request, problem: problem.answer(),
        WordsRefused: _words_refused,
        AuthenticationError: _not_known,
        Http404: lambda request, error: not_found().answer(),
        HttpError: _refused_by_ninja,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
    return api


def not_found() -> Problem:
    """The one answer for what does not exist and for what is another's."""
    return Problem(404, "not-found", _("Introuvable."))


def unreadable(reason: strict_json.Unreadable) -> Problem:
    """Not JSON as we take it, with a pointer where one place is to blame."""
    errors = [{"pointer": reason.pointer, "code": "unreadable", "message": f"{reason.field}\u00a0: {reason}"}] if reason.pointer else []
    return Problem(400, "unreadable-json", _("Le JSON est illisible\u00a0: %(reason)s.") % {"reason": reason}, errors=errors)


def broken() -> Problem:
    """Our fault: the caller may ask again under the same key."""
    return Problem(500, "internal-error", _("Erreur de notre côté\u00a0: rien n’a été enregistré. Recommencez avec la même clé."))


def _refused_by_ninja(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja wraps what a parser raises: our parser's own refusal says more."""
    if isinstance(error.__cause__, Problem):
        return error.__cause__.answer()
    return Problem(error.status_code, "refused", str(error)).answer()


def _not_known(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return Problem(
        401, "not-authenticated", _("Jeton absent, expiré ou sans le droit demandé."), headers={"WWW-Authenticate": "Bearer"}
    ).answer()


def _words_refused(request: HttpRequest, refused: WordsRefused) -> HttpResponse:
    return Problem(422, "words-refused", _("Des champs sont à corriger."), errors=field_errors(refused.errors)).answer()


def field_errors(errors: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Pydantic's errors as pointers into what was sent."""
    said = []
    for error in errors:
        where = [str(step) for step in error.get("loc", ())]
        if where[:1] == ["body"]:  # of a request, and its one parameter: of what was sent neither is a part
            where = where[2:]
        message = json_refusals.sentence(where[-1] if where else "", error)
        said.append({"pointer": "/" + "/".join(where), "code": str(error.get("type", "")), "message": message})
    return said


def idempotency_key(request: HttpRequest) -> str:
    """The header, bare or as the quoted string of the IETF draft; a Problem when it is absent or unusable."""
    given = request.headers.get("Idempotency-Key", "").strip()
    if len(given) >= 2 and given[0] == given[-1] == '"':
        given = given[1:-1]
    if not is_key(given, most=255):
        raise Problem(400, "idempotency-key-required", _("L’en-tête Idempotency-Key est obligatoire (1 à 255 caractères ASCII)."))
    return given


def is_key(given: str, *, most: int) -> bool:
    return 0 < len(given) <= most and given.isascii() and given.isprintable()


Door = Callable[..., Any]
