"""Python's search for cycles of objects, for processes that live long."""

import gc

OBJECTS_BETWEEN_SEARCHES = 10_000


def search_seldom() -> None:
    """Once everything is loaded: that stays for good, and most of what a request makes goes without a search."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES, 20, 20)
