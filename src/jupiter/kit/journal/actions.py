"""Write a line of the journal, and read those of one thing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import QuerySet

from jupiter.kit.writing import insert, insert_all

from .models import Entry

_waiting: ContextVar[list[Entry] | None] = ContextVar("lines to be written together", default=None)


def note(what: str, thing: str, thing_key: object, *, who: str, owner_id: int, sentence: str = "", **facts: Any) -> None:
    """`who` is a user's name as screens show it, or `service:hub` for another service. `sentence` is French, for the screen."""
    line = Entry(what=what, thing=thing, thing_key=str(thing_key), who=who, owner_id=owner_id, sentence=sentence, facts=_plain(facts))
    waiting = _waiting.get()
    if waiting is None:
        insert(line)
    else:
        waiting.append(line)


@contextmanager
def together() -> Iterator[None]:
    """What is noted inside is written at its end, in one statement. Inside a transaction: what fails in between leaves no line, as ever."""
    if _waiting.get() is not None:  # the one around writes them
        yield
        return
    lines: list[Entry] = []
    token = _waiting.set(lines)
    try:
        yield
    finally:
        _waiting.reset(token)
    insert_all(lines)


def entries_of(thing: str, thing_key: object) -> QuerySet[Entry]:
    return Entry.objects.filter(thing=thing, thing_key=str(thing_key)).order_by("-id")


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Dates and amounts as text, so that the row reads the same in a hundred years."""
    return {name: value if isinstance(value, (bool, int, list, dict, type(None))) else str(value) for name, value in facts.items()}
