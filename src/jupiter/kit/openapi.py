"""What an API's document says beyond the signatures of its functions: refusals by name, answers, signed bodies, the scope of a token."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.conf import settings
from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation
from ninja.schema import NinjaGenerateJsonSchema
from pydantic import TypeAdapter

PROBLEM = "application/problem+json"
MARK = "x-told"
SIGNATURE_HEADERS = {
    "webhook-id": "Of the notice, the same at each attempt: one that came before has no second effect.",
    "webhook-timestamp": "Seconds since 1970, within five minutes of now.",
    "webhook-signature": "`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64; several, with a space between, during a rotation.",
}

PROBLEM_WORDS: dict[str, Any] = {
    "title": "Problem",
    "description": "Why it was refused (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "A name, not an address that answers; it ends in the code."},
        "title": {"type": "string", "description": "The code alone: stable, English, for programs."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "A French sentence, for a person."},
        "errors": {
            "type": "array",
            "description": "The fields that stand in the way, where there are any.",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into what was sent."},
                    "code": {"type": "string", "description": "Stable, English."},
                    "message": {"type": "string", "description": "A French sentence."},
                },
            },
        },
    },
}
PROBLEM_ALONE: Mapping[str, dict[str, Any]] = {PROBLEM: PROBLEM_WORDS}
Refusals = Mapping[int, Mapping[str, str]]  # by status, by code: what it means


@dataclass(frozen=True)
class Told:
    refuses: Refusals = field(default_factory=dict)
    answers: Mapping[int, Any] = field(default_factory=dict)  # a type, where the function returns what it has built itself
    files: Mapping[int, str] = field(default_factory=dict)  # a media type, where bytes are the answer
    signed: Any = None  # the type of a body that is read raw, because its signature is of its bytes
    makes: bool = False  # what its address names, where there is none: it is never unknown
    headers: Mapping[str, tuple[bool, str]] = field(default_factory=dict)  # of the request: is it required, what it says


def told(**what: Any) -> dict[str, Any]:
    """For `openapi_extra` of an operation."""
    return {MARK: Told(**what)}


KEY_HEADER = "1 to 255 ASCII characters, bare or quoted: the same key with the same words is given the first answer again."
RUNNING = "The first request with this key has not ended: ask again after `Retry-After` seconds."
ANSWERED_ONCE: Refusals = {
    409: {"still-running": RUNNING},
    422: {"idempotency-key-reused": "The key has served other words."},
}
KEY_REQUIRED: Refusals = {400: {"idempotency-key-required": "The header is absent or unusable."}}


def and_also(*several: Refusals) -> Refusals:
    together: dict[int, dict[str, str]] = {}
    for refusals in several:
        for status, codes in refusals.items():
            together.setdefault(status, {}).update(codes)
    return together


class Document(OpenAPISchema):
    """Ninja's, completed: each operation says what it refuses, under which names, in which envelopes."""

    def __init__(self, api: NinjaAPI, path_prefix: str, envelopes: Mapping[str, dict[str, Any]]) -> None:
        self.envelopes = envelopes
        super().__init__(api, path_prefix)

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        details = super().operation_details(operation)
        said: Told = details.pop(MARK, None) or Told()
        for status, kind in said.answers.items():
            details["responses"][status] = self._answer(status, "application/json", self.schema_of(kind, "serialization"))
        for status, media in said.files.items():
            details["responses"][status] = self._answer(status, media, {"type": "string", "format": "binary"})
        if said.signed is not None:
            details["requestBody"] = {"required": True, "content": {"application/json": {"schema": self.schema_of(said.signed)}}}
            headers = {name: (True, text) for name, text in SIGNATURE_HEADERS.items()}
        else:
            headers = dict(said.headers)
        for name, (required, text) in headers.items():
            details["parameters"].append(
                {"in": "header", "name": name, "required": required, "description": text, "schema": {"type": "string"}}
            )
        refusals = and_also(self._usual(details, said), said.refuses)
        for status in sorted(refusals):
            details["responses"][status] = self._refusal(status, refusals[status])
        return details

    def _usual(self, details: Mapping[str, Any], said: Told) -> Refusals:
        """What any operation of its kind refuses."""
        usual: list[Refusals] = []
        if details.get("security"):
            usual.append({401: {"not-authenticated": "The token is absent, expired, or has not the scope."}})
        if said.signed is not None:
            usual.append({401: {"not-signed": "No known secret signed this very body within the last five minutes."}})
            usual.append(
                {400: {"unreadable-json": "It is signed and no JSON.", "unreadable-notice": "It is signed and says something else."}}
            )
        elif "requestBody" in details:
            usual.append({
                400: {"unreadable-json": "The body is no strict JSON: a name twice, NaN, a text cut short."},
                413: {"body-too-large": "The body is too large, or too deep."},
                415: {"unsupported-media-type": "The body is to be `application/json`."},
                422: {"words-refused": "Fields are missing, unknown, or of another type; `errors` names each."},
            })  # fmt: skip
        if not said.makes and any(parameter["in"] == "path" for parameter in details["parameters"]):
            usual.append({404: {"not-found": "There is none, or it is another's: one answer."}})
        return and_also(*usual)

    def _answer(self, status: int, media: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {"description": HTTPStatus(status).phrase, "content": {media: {"schema": schema}}}

    def _refusal(self, status: int, codes: Mapping[str, str]) -> dict[str, Any]:
        said = "\n".join(f"- `{code}`: {meaning}" for code, meaning in codes.items())
        content = {media: {"schema": {"$ref": REF_TEMPLATE.format(model=schema["title"])}} for media, schema in self.envelopes.items()}
        return {"description": said, "content": content}

    def schema_of(self, kind: Any, mode: Any = "validation") -> dict[str, Any]:
        schema = TypeAdapter(kind).json_schema(ref_template=REF_TEMPLATE, schema_generator=NinjaGenerateJsonSchema, mode=mode)
        self.add_schema_definitions(schema.pop("$defs", {}))
        if "title" not in schema or "properties" not in schema:
            return schema
        self.add_schema_definitions({schema["title"]: schema})
        return {"$ref": REF_TEMPLATE.format(model=schema["title"])}

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        """Ninja's bearer, said as what it is: client credentials, and the scopes of which one is enough."""
        doors = [door for door in operation.auth_callbacks if hasattr(door, "scopes")]
        return [{"OAuth2": [scope]} for door in doors for scope in sorted(door.scopes)] or None

    def get_components(self) -> dict[str, Any]:
        schemas = {**self.schemas, **{schema["title"]: schema for schema in self.envelopes.values()}}
        components: dict[str, Any] = {"schemas": dict(sorted(schemas.items()))}
        if scopes := settings.OAUTH2_PROVIDER["SCOPES"]:
            flow = {"tokenUrl": "/oauth/token/", "scopes": scopes}
            components["securitySchemes"] = {"OAuth2": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
        return components


class DocumentedAPI(NinjaAPI):
    """Operations are named as their functions are, wherever these stand; the document is ours."""

    envelopes: Mapping[str, dict[str, Any]] = PROBLEM_ALONE

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        return Document(self, prefix, self.envelopes)
