"""One request of an API: each property of its schema wrong in turn, everything else right."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from . import rows
from .rows import ANY, AS_SAID, NORMALISE, REFUSE, Row
from .trying import ENGLISH

PROBLEM = "application/problem+json"
NOTHING = object()
SAMPLES: tuple[tuple[str, Any], ...] = (  # each JSON type, by its schema name
    ("string", "texte"), ("string", "x" * 5_000), ("integer", 1), ("integer", 10**15), ("integer", -1), ("number", 1.5), ("boolean", True),
    ("null", None), ("array", []), ("object", {}),
)  # fmt: skip


def _typed(*names: str) -> list[Row]:
    """As a person types it: the contract has its own form."""
    return [replace(row, expected=REFUSE) for name in names for row in rows.TABLE[name] if row.value]


KINDS: dict[str, list[Row]] = rows.KINDS | {
    "day": _typed("first_registration", "birth_date"),
    "money": [row if row.id == "B193" else replace(row, expected=REFUSE) for row in rows.TABLE["price"] if row.value],
    "number": _typed("mileage"),
    "yes or no": _typed("co2"),
    "code": [rows.NOT_IN_LIST, rows.row("B313")],
    "text": [replace(row, expected=ANY) for row in rows.TABLE["comment"]],
    "contract's text": [rows.row("B332")],
    "secret": [replace(row, expected=ANY) for row in (*rows.TABLE["comment"], *rows.TABLE["name"])],
    "identifier": [rows.row("B332"), rows.row("B031")],
    "fixed": [rows.row("B031")],
    "part": [],
    "name of a sale": [replace(row, expected=ANY) for row in (*rows.TABLE["comment"], *rows.TABLE["plate"])],
    "instant": [
        *_typed("first_registration"),
        *(Row(value, value, REFUSE) for value in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2021-12-07T10:31:04")),
    ],
}
TYPED = ("day", "instant", "money", "number", "yes or no", "code")  # the contract says what they are, whoever says them


@dataclass(frozen=True)
class Property:
    pointer: str
    types: frozenset[str]
    is_code: bool


def properties(schema: Mapping[str, Any], known: Mapping[str, Any], pointer: str = "") -> Iterator[Property]:
    """Every property, at whatever depth; of a list, those of its first element."""
    for part in _parts(schema, known):
        for name, said in part.get("properties", {}).items():
            here = f"{pointer}/{name}"
            yield Property(here, *_types(said, known))
            yield from properties(said, known, here)
        if "items" in part:
            yield from properties(part["items"], known, f"{pointer}/0")


def _parts(schema: Mapping[str, Any], known: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    options = schema.get("anyOf") or schema.get("allOf") or [schema]
    return [known[part["$ref"].rsplit("/", 1)[-1]] if "$ref" in part else part for part in options]


def _types(schema: Mapping[str, Any], known: Mapping[str, Any]) -> tuple[frozenset[str], bool]:
    parts = _parts(schema, known)
    return frozenset(part.get("type", "object") for part in parts), any("enum" in part or "const" in part for part in parts)


def changed(words: Any, pointer: str, value: Any) -> Any:
    """A copy with one value put in its place; NOTHING takes it away."""
    words = copy.deepcopy(words)
    *path, last = pointer.strip("/").split("/")
    part = words
    for step in path:
        part = part[int(step)] if isinstance(part, list) else part.setdefault(step, {})
    if value is NOTHING:
        part.pop(last, None)
    else:
        part[last] = value
    return words


@dataclass
class Call:
    """`kept` reads back what was taken of a property; without it the status is enough. `send` may put what is new for each call."""

    name: str
    send: Callable[[Any], httpx.Response]
    valid: Any
    found: list[Property]
    kinds: Mapping[str, str]
    kept: Callable[[str], Any] | None = None
    is_strict: bool = False  # takes only what is written already: what the table normalises may be refused
    exceptions: Mapping[object, Mapping[str, str]] = field(default_factory=dict)
    anonymous: bool = False
    told_by_a_service: bool = (
        False  # its own word of its own things, not a person's: kept as it was said, or refused; unknown names ignored
    )
    picture: Callable[[], object] | None = None  # of what it may change: the same after a refusal
    seen: object = None
    effects: list[str] = field(default_factory=list)

    def run(self) -> list[str]:
        troubles = [f"{self.name}: {one.pointer} has no kind: say what it is" for one in self.found if one.pointer not in self.kinds]
        troubles += [
            f"{self.name}: {pointer} is no property any more" for pointer in self.kinds if pointer not in {p.pointer for p in self.found}
        ]
        for one in self.found:
            for type_, value in SAMPLES:
                told = self._try_type(one, type_, value)
                troubles += [f"{self.name} {one.pointer} = {json.dumps(value)[:40]}: {trouble}" for trouble in told]
            if self.told_by_a_service and (status := self._say(one.pointer, NOTHING).status_code) >= 500:
                troubles.append(f"{self.name} without {one.pointer}: status {status}")
            for row in KINDS[self.kinds.get(one.pointer, "part")]:
                if self.told_by_a_service and self.kinds.get(one.pointer) not in TYPED and row.expected != ANY:
                    row = replace(row, expected=AS_SAID)
                for key in ((one.pointer, row.id), row.id):
                    row = replace(row, **self.exceptions.get(key, {}))  # type: ignore[arg-type]
                told = self._try_row(one, row)
                troubles += [f"{self.name} {one.pointer} {row.id} {row.value[:40]!a}: {trouble}" for trouble in told]
        return [*troubles, *self._try_unknown(), *self.effects]

    def _say(self, pointer: str, value: Any, *, within: Any = None) -> httpx.Response:
        if self.picture and self.seen is None:
            self.seen = self.picture()
        answer = self.send(changed(self.valid if within is None else within, pointer, value))
        before, self.seen = self.seen, None  # what is taken changes it
        if self.picture and answer.status_code >= 400:
            self.seen = self.picture()
            if self.seen != before:
                self.effects.append(f"{self.name} {pointer} = {value!a:.60}: refused ({answer.status_code}), and not without effect")
        return answer

    def _try_type(self, one: Property, type_: str, value: Any) -> list[str]:
        answer = self._say(one.pointer, value)
        fits = type_ in one.types or (type_ == "integer" and "number" in one.types)
        if fits and not (one.is_code and value == "texte"):
            return [f"status {answer.status_code}"] if answer.status_code >= 500 else []
        return self._refused(one.pointer, answer)

    def _try_row(self, one: Property, row: Row) -> list[str]:
        words = self.valid
        for name, value in row.changes.items():
            beside = f"{one.pointer.rsplit('/', 1)[0]}/{name}"
            words = changed(words, beside, value) if beside in self.kinds else words
        answer = self._say(one.pointer, row.value, within=words)
        if answer.status_code >= 500:
            return [f"status {answer.status_code}"]
        if row.expected == ANY or (row.is_blank and row.expected == REFUSE):  # a draft may leave a text out, or empty
            return []
        if row.expected == REFUSE:
            return self._refused(one.pointer, answer)
        if row.expected == AS_SAID and answer.status_code in (400, 422):
            return self._refused(one.pointer, answer)
        if answer.status_code not in (200, 201, 204):
            may_refuse = self.is_strict and row.expected == NORMALISE
            return self._refused(one.pointer, answer) if may_refuse else [f"refused, should be taken: {answer.text[:300]}"]
        wanted = row.to if row.expected == NORMALISE else row.value
        seen = self.kept(one.pointer) if self.kept else None
        return [f"kept as {seen!a}, should be {wanted!a}"] if self.kept and seen not in (wanted, NOTHING) else []

    def _try_unknown(self) -> list[str]:
        """The tenant cannot be set from outside, nor anything else that the contract does not name."""
        return [
            f"{self.name} with {name}: {trouble}"
            for name in ("dealer_id", "id", "group")
            for trouble in self._unknown(f"/{name}", self._say(f"/{name}", "OTHER"))
        ]

    def _unknown(self, pointer: str, answer: httpx.Response) -> list[str]:
        if not self.told_by_a_service:
            return self._refused(pointer, answer)
        taken = "OTHER" in str(self.picture()) if self.picture else False
        return ["it was taken"] if taken else [] if answer.status_code == 204 else [f"status {answer.status_code}, should be ignored"]

    def _refused(self, pointer: str, answer: httpx.Response) -> list[str]:
        if answer.status_code not in (400, 422):
            return [f"status {answer.status_code}, should be refused"]
        return [] if self.anonymous and answer.status_code == 422 else problem(answer, pointer)


def problem(answer: httpx.Response, pointer: str = "") -> list[str]:
    """Whether a refusal is a problem (RFC 9457) with French sentences, one of which is about this place."""
    if answer.headers["content-type"] != PROBLEM:
        return [f"answered as {answer.headers['content-type']}: {answer.text[:200]}"]
    said = answer.json()
    troubles = [f"the problem has no {name}" for name in ("type", "title", "status", "detail") if not said.get(name)]
    errors = said.get("errors", [])
    if pointer and not any(error["pointer"].startswith(pointer) for error in errors):
        troubles.append(f"no error points there: {[error['pointer'] for error in errors] or said['detail']}")
    sentences = [said["detail"], *(error["message"] for error in errors)]
    troubles += [f"not French: {words}" for words in sentences if ENGLISH.search(words.replace("«\u00a0", ""))]
    last = pointer.rsplit("/", 1)[-1]
    if pointer and not any(
        last in error["message"] or "\u00a0: " in error["message"] or "Le champ" in error["message"] for error in errors
    ):
        troubles.append(f"no sentence names it: {[error['message'] for error in errors]}")
    return troubles


BODIES: dict[str, bytes] = {
    **{row.id: row.value.encode() for row in rows.TABLE["json_body"] if row.id != "B370"},
    "B370": b"[" * 100_000,
    "nested objects": b'{"a":' * 100_000,
    "half a surrogate": b'{"seller": "\\ud800"}',
    "NUL": b'{"seller": "\\u0000"}',
    "infinity": b'{"price": -Infinity}',
    "a long number": b'{"price": ' + b"9" * 5_000 + b"}",
    "a big exponent": b'{"price": 1e999999999}',
    "not UTF-8": b'{"seller": "\xe9"}',
    "UTF-16": '{"seller": "é"}'.encode("utf-16"),
    "nothing": b"",
    "10 MB": b'{"seller": "' + b"x" * 10_000_000 + b'"}',
    "10 MB of spaces": b" " * 10_000_000,
    "two roots": b"{} {}",
    "a comment": b"{/* */}",
}
