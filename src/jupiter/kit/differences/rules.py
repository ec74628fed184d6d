"""Two sides in, what they say differently out: days by their digests first, then thing by thing."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Protocol, TypeVar

DayOf = tuple[date, str]  # a day and an owner
Digests = Mapping[DayOf, tuple[int, str]]  # how many lines, and the digest of them
SILENT = frozenset({"at", "changed_at", "under_way"})  # of a line: when, not what


class Line(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def changed_at(self) -> datetime: ...
    @property
    def under_way(self) -> bool: ...


L = TypeVar("L", bound=Line)
L_co = TypeVar("L_co", bound=Line, covariant=True)
T = TypeVar("T")
AT_ONCE = 500  # of a list that may be long


def in_batches(things: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some


Sides = tuple[L | None, L | None]  # ours, theirs


def leaves(words: Any, way: str = "") -> dict[str, str]:
    """{"buyer": {"city": "PAU"}} as {"/buyer/city": "PAU"}: what a person lays side by side."""
    if not isinstance(words, dict):
        return {way: str(words)}
    return {pointer: said for name, inside in words.items() for pointer, said in leaves(inside, f"{way}/{name}").items()}


def side_by_side(ours: Any, theirs: Any) -> tuple[dict[str, str], dict[str, str]]:
    """The leaves that differ, each as either side says it."""
    mine, other = leaves(ours), leaves(theirs)
    names = [name for name in mine | other if mine.get(name) != other.get(name)]
    return {name: mine.get(name, "") for name in names}, {name: other.get(name, "") for name in names}


def days_that_differ(ours: Digests, theirs: Digests) -> list[DayOf]:
    return sorted(day for day in ours.keys() | theirs.keys() if ours.get(day) != theirs.get(day))


def joined(ours: Mapping[str, L], theirs: Mapping[str, L]) -> dict[str, Sides[L]]:
    """By key, the pairs that do not say the same."""
    pairs = {key: (ours.get(key), theirs.get(key)) for key in sorted(ours.keys() | theirs.keys())}
    return {key: (mine, other) for key, (mine, other) in pairs.items() if not (mine and other and mine.text == other.text)}


def is_undecided(sides: Iterable[Line | None], *, now: datetime, grace: timedelta) -> bool:
    """Under way, or younger than the grace time: it may be told a moment later."""
    return any(side.under_way or now - side.changed_at < grace for side in sides if side)


@dataclass(frozen=True)
class Found:
    """A difference, as a comparison finds it."""

    owner_id: int  # whose it is; 0 when nobody here is known to own it
    subject: str  # the natural key
    label: str  # as a person calls it
    verdict: str
    sides: Mapping[str, Mapping[str, Any] | None]  # by service; None: it is not there

    @property
    def fingerprint(self) -> str:
        said = {name: side and {key: value for key, value in side.items() if key not in SILENT} for name, side in self.sides.items()}
        return hashlib.sha256(json.dumps([self.verdict, said], sort_keys=True, default=str).encode()).hexdigest()


@dataclass
class Compared:
    """All that one comparison with one neighbour saw."""

    neighbour: str
    from_on: date
    to_on: date
    owner_ids: Iterable[int]
    sales: dict[int, int] = field(default_factory=dict)  # by owner: compared
    days: dict[int, int] = field(default_factory=dict)  # by owner: whose digests differed
    found: list[Found] = field(default_factory=list)
    undecided: set[str] = field(default_factory=set)


class Side(Protocol[L_co]):
    """How one side is read: our own store, or a neighbour's address."""

    def days(self) -> Digests: ...
    def lines(self, day: date, owner: str) -> Mapping[str, L_co]: ...
    def named(self, keys: list[str]) -> Mapping[str, L_co]: ...


def differing(ours: Side[L], theirs: Side[L], *, also: Iterable[str]) -> tuple[dict[str, Sides[L]], Digests, list[DayOf]]:
    """The pairs that do not say the same, our digests, and the days on which they differ: only these are read line by line.

    A thing that came on two days, or outside the window on one side, is asked for by name before it is called missing. `also` are
    things to look at whatever their day.
    """
    digests = ours.days()
    days = days_that_differ(digests, theirs.days())
    mine: dict[str, L] = {}
    other: dict[str, L] = {}
    for day, owner in days:
        mine |= ours.lines(day, owner)
        other |= theirs.lines(day, owner)
    wanted = mine.keys() | other.keys() | set(also)
    for side, read in ((ours, mine), (theirs, other)):
        if missing := sorted(wanted - read.keys()):
            read |= side.named(missing)
    return joined(mine, other), digests, days
