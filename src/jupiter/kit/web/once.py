"""A form that makes something makes it once: pressing its button twice is pressing it once.

Each rendering bears its own key, hidden. With the person and the words it becomes the key of what is made, unique in the database.
Other words on a form that was used already make another thing, as one who went back to it means.
"""

import json
from uuid import UUID, uuid4, uuid5

from django.http import QueryDict

FIELD = "creation_key"
NO_WORDS = (FIELD, "csrfmiddlewaretoken", "act")  # Enregistrer, then Clôturer, make the same thing


def form_key(data: QueryDict) -> str:
    """For the page: the one that came with the words, so that a refused form keeps it; else a new one."""
    return str(_rendering(data) or uuid4())


def creation_key(data: QueryDict, *, user_id: int) -> UUID | None:
    """None for words that no form of ours sent."""
    rendering = _rendering(data)
    if rendering is None:
        return None
    words = sorted((name, values) for name, values in data.lists() if name not in NO_WORDS)
    return uuid5(rendering, json.dumps([user_id, words]))


def _rendering(data: QueryDict) -> UUID | None:
    try:
        return UUID(data.get(FIELD, ""))
    except ValueError:
        return None
