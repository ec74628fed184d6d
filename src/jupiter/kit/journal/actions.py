"""Write a line of the journal, and read those of one thing."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from .models import Entry


def note(what: str, thing: str, thing_key: object, *, who: str, owner_id: int, sentence: str = "", **facts: Any) -> None:
    """`who` is a user's name as screens show it, or `service:hub` for another service. `sentence` is French, for the screen."""
    Entry.objects.create(
        what=what, thing=thing, thing_key=str(thing_key), who=who, owner_id=owner_id, sentence=sentence, facts=_plain(facts)
    )


def entries_of(thing: str, thing_key: object) -> QuerySet[Entry]:
    return Entry.objects.filter(thing=thing, thing_key=str(thing_key)).order_by("-id")


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Dates and amounts as text, so that the row reads the same in a hundred years."""
    return {name: value if isinstance(value, (bool, int, list, dict, type(None))) else str(value) for name, value in facts.items()}
