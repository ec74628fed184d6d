"""JSON read strictly: what two readers could understand differently is refused, and said why, in French as everywhere."""

import json
import re
from decimal import Decimal
from typing import Any

DEPTH = 32
SIZE = 1_000_000  # bytes


class Unreadable(Exception):
    """Not JSON as we take it; the reason is for whoever sent it, with a pointer where one place is to blame."""

    def __init__(self, reason: str, *, pointer: str = "") -> None:
        super().__init__(reason)
        self.pointer = pointer

    @property
    def field(self) -> str:
        return self.pointer.rsplit("/", 1)[-1]


HALF = re.compile("[\ud800-\udfff]")


class Fraction(Decimal):
    """A number as JSON wrote it: to be told from an amount, which travels as text."""


class TooLarge(Unreadable):
    """More than SIZE bytes."""


def loads(body: bytes) -> Any:
    """Exact fractions; no duplicate names, NaN, infinities, half surrogates or NUL; at most DEPTH deep."""
    if len(body) > SIZE:
        raise TooLarge(f"il dépasse {SIZE} octets")
    if _deeper_than_allowed(body):
        raise Unreadable(f"plus de {DEPTH} niveaux")
    try:
        said = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_without_twins,
            parse_constant=_refuse_constant,
            parse_float=Fraction,
            parse_int=_whole,
        )
    except Unreadable:
        raise
    except json.JSONDecodeError as error:
        raise Unreadable(f"il s’arrête de l’être à la ligne {error.lineno}, colonne {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable("ce n’est pas de l’UTF-8") from error
    if b"\\u" in body:  # unescaped, neither gets this far
        _refuse_unstorable(said, "")
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
        raise Unreadable(f"donné deux fois\u00a0: {', '.join(twins)}")
    return said


def _refuse_constant(word: str) -> Any:
    raise Unreadable(f"{word} n’est pas du JSON")


def _whole(digits: str) -> int:
    if len(digits) > 20:
        raise Unreadable("un nombre de plus de 20 chiffres")
    return int(digits)


def _refuse_unstorable(said: Any, pointer: str) -> None:
    if isinstance(said, str):
        if "\x00" in said:
            raise Unreadable("ce texte contient un caractère NUL", pointer=pointer)
        if HALF.search(said):
            raise Unreadable("ce texte contient la moitié d’un caractère", pointer=pointer)
    elif isinstance(said, dict):
        for name, value in said.items():
            _refuse_unstorable(name, pointer)
            _refuse_unstorable(value, f"{pointer}/{name}")
    elif isinstance(said, list):
        for place, value in enumerate(said):
            _refuse_unstorable(value, f"{pointer}/{place}")
