"""Ctrl-C and its like, heard where nothing is left half done by it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_undisturbed = 0
_waiting: list[str] = []


class Asked(Exception):
    """Somebody asked to stop."""


def listen_for_signals() -> None:
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, _asked)


@contextmanager
def undisturbed() -> Iterator[None]:
    """What comes meanwhile is heard at the end: raised inside `subprocess`, it would leave a lock taken for ever."""
    global _undisturbed
    _undisturbed += 1
    try:
        yield
    finally:
        _undisturbed -= 1
    if _waiting and not _undisturbed:
        raise Asked(_waiting.pop())


def _asked(number: int, frame: FrameType | None) -> None:
    name = signal.Signals(number).name
    if _undisturbed:
        _waiting[:] = [name]
    else:
        raise Asked(name)
