"""One trace id from a click to its policy (W3C traceparent): read at the door, kept on what is sent, told to the partner."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

HEADER = "traceparent"
FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)

_trace: ContextVar[str] = ContextVar("trace", default="")


def current() -> str:
    """The id of what is being done; empty where nothing was traced to here."""
    return _trace.get()


@contextmanager
def following(trace: str) -> Iterator[None]:
    """What is done inside belongs to this trace; without one, to a new one."""
    before = _trace.set(trace or secrets.token_hex(16))
    try:
        yield
    finally:
        _trace.reset(before)


def told() -> dict[str, str]:
    """The header for a partner: the same trace, one step further."""
    return {HEADER: f"00-{current()}-{secrets.token_hex(8)}-01"} if current() else {}


def heard(header: str) -> str:
    """The trace id of a header; empty where it is none."""
    found = FORM.fullmatch(header)
    return found[1] if found else ""


class Traced:
    """Middleware, before all others: a request goes on under its caller's trace, or begins one."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with following(heard(request.headers.get(HEADER, ""))):
            return self.answer(request)
