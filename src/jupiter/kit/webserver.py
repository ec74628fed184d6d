"""One service's web server: granian with what a stop, a crash and a supervisor's death ask of it."""

import argparse
import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from granian import Granian
from granian.constants import Interfaces

from .collector import search_seldom

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

KILL_AFTER_SECONDS = 30  # a running request may end; granian's own patience would be endless
UNREAD_MOST = 2**20  # bytes of a request's body that are read though nobody asked for them
UNREAD_AT_ONCE = 2**16
PR_SET_PDEATHSIG = 1


def serve(application: str, arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="jupiter SERVICE web")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1, help="processes; each has its own threads")
    parser.add_argument("--threads", type=int, default=8, help="requests at once in each process")
    told = parser.parse_args(arguments)
    server = Granian(
        application,
        address=told.host,
        port=told.port,
        interface=Interfaces.WSGI,
        workers=told.workers,
        blocking_threads=told.threads,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=KILL_AFTER_SECONDS,
        log_access=False,
    )
    server.serve(target_loader=partial(_load, application, os.getpid()), wrap_loader=False)


def _load(application: str, main: int) -> "WSGIApplication":
    """In each worker: granian's own death must not leave it behind, holding the port."""
    die_with(main)
    module, _, name = application.partition(":")
    loaded = getattr(import_module(module), name)
    search_seldom()
    return reading_whole_requests(loaded)


def reading_whole_requests(application: "WSGIApplication") -> "WSGIApplication":
    """Read what an answer did not wait for, a refusal's body for one.

    Granian answers such a request and then cuts the connection, which its client keeps and sends the next request on: that one would be
    lost. Of more than `UNREAD_MOST` bytes the answer says that the connection closes."""

    def answered(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH", "0") in ("", "0") and "HTTP_TRANSFER_ENCODING" not in environ:
            return application(environ, start_response)
        said: list[Any] = []
        content = application(environ, lambda *words: said.extend(words))  # type: ignore[arg-type]
        status, headers, *_ = said
        start_response(status, headers if _read_out(environ["wsgi.input"]) else [*headers, ("Connection", "close")])
        return content

    return answered


def _read_out(body: Any) -> bool:
    """Is nothing left of it?"""
    count = 0
    while read := len(body.read(UNREAD_AT_ONCE)):
        count += read
        if count >= UNREAD_MOST:
            return False
    return True


def die_with_the_supervisor() -> None:
    """Started by a supervisor, a process must not outlive it: it would hold its port against the next one."""
    if supervisor := os.environ.get("JUPITER_SUPERVISOR"):
        die_with(int(supervisor))


def die_with(parent: int) -> None:
    """Only Linux can promise it; elsewhere the next start clears up."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
