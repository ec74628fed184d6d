"""JSON read strictly: what two readers could understand differently is refused, and said why."""

import json
from decimal import Decimal
from typing import Any

DEPTH = 32
SIZE = 1_000_000  # bytes


class Unreadable(Exception):
    """Not JSON as we take it; the reason is for whoever sent it."""


class TooLarge(Unreadable):
    """More than SIZE bytes."""


def loads(body: bytes) -> Any:
    """Decimals for fractions; no duplicate names, NaN, infinities, half surrogates or NUL; at most DEPTH deep."""
    if len(body) > SIZE:
        raise TooLarge(f"the body has more than {SIZE} bytes")
    if _deeper_than_allowed(body):
        raise Unreadable(f"nested deeper than {DEPTH}")
    try:
        said = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_without_twins,
            parse_constant=_refuse_constant,
            parse_float=Decimal,
            parse_int=_whole,
        )
    except Unreadable:
        raise
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from error
    _refuse_unstorable(said)
    return said


def _deeper_than_allowed(body: bytes) -> bool:
    """Counted before parsing, outside strings, so that no parser meets the depth."""
    depth, in_string, escaped = 0, False, False
    if body.count(b"[") + body.count(b"{") <= DEPTH:
        return False
    for byte in body:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > DEPTH:
                return True
        elif byte in b"]}":
            depth -= 1
    return False


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) != len(pairs):
        twins = sorted({name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1})
        raise Unreadable(f"given twice: {', '.join(twins)}")
    return said


def _refuse_constant(word: str) -> Any:
    raise Unreadable(f"{word} is not JSON")


def _whole(digits: str) -> int:
    if len(digits) > 20:
        raise Unreadable("a number of more than 20 digits")
    return int(digits)


def _refuse_unstorable(said: Any) -> None:
    if isinstance(said, str):
        if "\x00" in said:
            raise Unreadable("a text holds a NUL character")
        if any("\ud800" <= character <= "\udfff" for character in said):
            raise Unreadable("a text holds half a surrogate pair")
    elif isinstance(said, dict):
        for name, value in said.items():
            _refuse_unstorable(name)
            _refuse_unstorable(value)
    elif isinstance(said, list):
        for value in said:
            _refuse_unstorable(value)
