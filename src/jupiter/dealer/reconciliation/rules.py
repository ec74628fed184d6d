"""What we and the hub say of one sale: who is behind, and what that means."""

from enum import StrEnum
from typing import Protocol


class Verdict(StrEnum):
    NOT_AT_HUB = "not_at_hub"  # here ✔ hub ✘: lost on the way, or the hub was restored
    NOT_HERE = "not_here"  # here ✘ hub ✔: we were restored; the order is here, what we know of its sale is not
    NO_ORDER = "no_order"  # the same, and no order bears this reference
    NOT_WITHDRAWN = "not_withdrawn"  # taken back here, still there
    BEHIND = "behind"  # the hub knows a newer state: a notice was lost
    HUB_BEHIND = "hub_behind"  # we know a newer one: the hub was restored
    WORDS = "words"  # other words


class Line(Protocol):
    @property
    def state(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def owner(self) -> str: ...
    @property
    def words_sha256(self) -> str: ...


def verdict_on(ours: Line | None, theirs: Line | None, *, has_order: bool, was_withdrawn: bool) -> Verdict | None:
    if theirs is None:
        return Verdict.NOT_AT_HUB if ours else None
    if ours is None:
        return Verdict.NOT_WITHDRAWN if was_withdrawn else Verdict.NOT_HERE if has_order else Verdict.NO_ORDER
    if theirs.sequence < ours.sequence:
        return Verdict.HUB_BEHIND
    if theirs.sequence > ours.sequence:
        return Verdict.BEHIND
    if theirs.owner != ours.owner or (ours.words_sha256 and theirs.words_sha256 and ours.words_sha256 != theirs.words_sha256):
        return Verdict.WORDS
    return Verdict.BEHIND
