"""Sixteen clients at once, round after round, each with a connection of its own on the real database."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

HANDS = 16
LATE = (409, "still-running")  # the first has not ended: the key is there to be used again
AtOnce = Callable[[Callable[[int], Any]], list[Any]]  # what each hand got, or the exception that it met

rounds = pytest.mark.parametrize("rounds", [pytest.param(3, id="slice"), pytest.param(200, id="full", marks=pytest.mark.whole)])


@contextmanager
def hands(count: int = HANDS) -> Iterator[AtOnce]:
    """All are there before any begins; they stay, with their connections, for as long as the race lasts."""
    gate = Barrier(count)

    def begin(act: Callable[[int], Any], index: int) -> Any:
        gate.wait(60)
        try:
            return act(index)
        except Exception as refusal:
            return refusal

    with room_for(count + 2), ThreadPoolExecutor(count) as pool:

        def at_once(act: Callable[[int], Any]) -> list[Any]:
            return list(pool.map(lambda index: begin(act, index), range(count)))

        yield at_once
        at_once(lambda index: connection.close())


@contextmanager
def room_for(count: int) -> Iterator[None]:
    """One process of the product borrows fewer connections than this; the clients stand for several."""
    options = connection.settings_dict["OPTIONS"]
    usual = options["pool"]
    options["pool"] = {**usual, "max_size": count, "timeout": 30}
    start_afresh()
    try:
        yield
    finally:
        options["pool"] = usual
        start_afresh()


def start_afresh() -> None:
    connection.close()
    connection.close_pool()


def tell(what: str, rounds: int, outcomes: Counter[Any]) -> None:
    """For whoever runs it with -s."""
    print(f"\n{what}: {HANDS} hands, {rounds} rounds: {dict(outcomes)}")


def done_under_one_key(got: list[tuple[int, Any]], things: int, outcomes: Counter[Any], *, done: int = 200) -> tuple[int, tuple[int, Any]]:
    """The hands asked for one of so many things in turns, all under one key. Which one was done, and the one answer to it.

    Whoever asked for the same is answered the same, another thing is refused, and what came too early is asked to come back.
    """
    heard = [(index % things, answer) for index, answer in enumerate(got) if answer != LATE]
    (first,) = {which for which, (status, _) in heard if status == done}
    answers = {answer for which, answer in heard if which == first}
    assert len(answers) == 1
    assert {answer for which, answer in heard if which != first} <= {(422, "idempotency-key-reused")}
    outcomes.update(status for _, (status, _) in heard)
    outcomes["asked to come back"] += len(got) - len(heard)
    return first, answers.pop()


def in_order_of_issue(given: list[tuple[int, Any]], *, first: int) -> None:
    """Each number once, none missing, and a higher one of no earlier instant."""
    ordered = sorted(given)
    assert [number for number, _ in ordered] == list(range(first, first + len(given)))
    instants = [at for _, at in ordered]
    assert instants == sorted(instants)
