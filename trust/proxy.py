"""What stands on each hop: passes messages on, and does to some what the schedule says."""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

from .schedule import CUT, DELAY, DROP, HTML, LATE_COPY, LOSE, REFUSE, RESET, TOO_MANY, TWO_AT_ONCE, UNAVAILABLE, network_faults

PATIENCE_OF_SERVICES, PATIENCE_OF_CLIENTS = 10.0, 4.0  # then who asked has given up
LATE_SECONDS = 1.5
SHUT_SECONDS = 0.3
UPSTREAM_SECONDS = 25.0
PAGE = b"<!doctype html><html><body>Bienvenue</body></html>"
CANNED = {
    UNAVAILABLE: (b"503 Service Unavailable", b"text/plain", b"", b"unwell"),
    TOO_MANY: (b"429 Too Many Requests", b"text/plain", b"retry-after: 1\r\n", b"slower"),
    HTML: (b"200 OK", b"text/html; charset=utf-8", b"", PAGE),
}


class Unread(Exception):
    """The connection ended before a whole message was there."""


class Door:
    """While it is shut, who connects is refused; the port stays ours."""

    def __init__(self, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
        self._serve = serve
        self._keeps_the_port = _bound(0)
        self.port: int = self._keeps_the_port.getsockname()[1]
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, sock=_bound(self.port), limit=2**20)

    def shut(self) -> bool:
        """Whether it was open."""
        was, self._server = self._server, None
        if was:
            was.close()
        return was is not None

    def close(self) -> None:
        self.shut()
        self._keeps_the_port.close()


class Proxies:
    """One loop in one thread, with a door for each destination and kind of caller."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.faults: dict[str, Iterator[str]] = {}
        self.spoils = False
        self.made: Counter[tuple[str, str]] = Counter()  # (hop, kind)
        self.passed: Counter[str] = Counter()
        self.loop = asyncio.new_event_loop()
        self._later: set[asyncio.Task[Any]] = set()
        self._doors: dict[tuple[str, str], Door] = {}
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True, name="proxies")
        self._thread.start()

    def door(self, caller: str, target: str, host: str, port: int) -> str:
        """Its address. `caller` is client or service."""
        door = self._doors[caller, target] = Door(lambda r, w: self._serve(caller, target, (host, port), r, w))
        asyncio.run_coroutine_threadsafe(door.open(), self.loop).result(10)
        return f"http://127.0.0.1:{door.port}"

    def close(self) -> None:
        self.spoils = False
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()

    async def _end(self) -> None:
        for door in self._doors.values():
            door.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, caller: str, target: str, there: tuple[str, int], r: asyncio.StreamReader, w: asyncio.StreamWriter) -> None:
        try:
            while True:
                head, body = await _message(r)
                hop = _hop(caller, target, head)
                self.passed[hop] += 1
                happens = self._fault(hop)
                if happens == REFUSE and self._doors[caller, target].shut():
                    self._soon(_open_again(self._doors[caller, target]))
                if not await self._answer(happens, caller, there, _outgoing(head, there) + body, w):
                    break
        except (Unread, OSError, asyncio.LimitOverrunError, TimeoutError, asyncio.CancelledError):
            pass  # cancelled: at the end of the run
        finally:
            with suppress(OSError, RuntimeError):
                w.close()

    def _fault(self, hop: str) -> str:
        if not self.spoils:
            return ""
        kind = next(self.faults.setdefault(hop, network_faults(self.seed, hop)))
        if kind:
            self.made[hop, kind] += 1
        return kind

    async def _answer(self, kind: str, caller: str, there: tuple[str, int], message: bytes, w: asyncio.StreamWriter) -> bool:
        """Whether the connection may be used again."""
        patience = (PATIENCE_OF_CLIENTS if caller == "client" else PATIENCE_OF_SERVICES) + 0.5
        if kind in (RESET, REFUSE):
            w.transport.abort()
            return False
        if kind == DROP:
            await asyncio.sleep(patience)
            return False
        if kind in CANNED:
            status, media, more, body = CANNED[kind]
            w.write(b"HTTP/1.1 %s\r\ncontent-type: %s\r\n%scontent-length: %d\r\n\r\n%s" % (status, media, more, len(body), body))
            await w.drain()
            return True
        twin = self._soon(_ask(there, message)) if kind == TWO_AT_ONCE else None
        answer, whole = await _ask(there, message)
        if twin:
            with suppress(OSError, TimeoutError):
                await twin
        if not answer or kind == LOSE:
            w.transport.abort()
            return False
        if kind == CUT:
            w.write(answer[: len(answer) // 2])
            await w.drain()
            return False
        if kind == DELAY:
            await asyncio.sleep(patience)
        if kind == LATE_COPY:
            self._soon(_late(there, message))
        w.write(answer)
        await w.drain()
        return whole

    def _soon(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = self.loop.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)
        return task


def _bound(port: int) -> socket.socket:
    opening = socket.socket()
    opening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    opening.bind(("127.0.0.1", port))
    return opening


async def _open_again(door: Door) -> None:
    await asyncio.sleep(SHUT_SECONDS)
    await door.open()


async def _late(there: tuple[str, int], message: bytes) -> None:
    await asyncio.sleep(LATE_SECONDS)
    with suppress(OSError, TimeoutError):
        await _ask(there, message)


async def _ask(there: tuple[str, int], message: bytes) -> tuple[bytes, bool]:
    """The answer as it came, and whether its end is known from its head."""
    try:
        r, w = await asyncio.open_connection(*there, limit=2**20)
    except OSError:
        return b"", False
    try:
        w.write(message)
        await w.drain()
        async with asyncio.timeout(UPSTREAM_SECONDS):
            came = await r.read(-1)
    except (OSError, TimeoutError):
        return b"", False
    finally:
        with suppress(OSError):
            w.close()
    head, _, body = came.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    lengths = [int(line.partition(b":")[2]) for line in lines if line.lower().startswith(b"content-length:")]
    bare = head.split(b" ", 2)[1:2] in ([b"204"], [b"304"])
    if lengths and len(body) < lengths[0] and not bare:
        return came, False  # the server died over it
    known = bool(lengths) or bare or any(line.lower().startswith(b"transfer-encoding:") for line in lines)
    if not known:
        lines.append(b"connection: close")
    return b"\r\n".join(lines) + b"\r\n\r\n" + body, known


async def _message(r: asyncio.StreamReader) -> tuple[bytes, bytes]:
    try:
        head = await r.readuntil(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        return head, await r.readexactly(length) if length else b""
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise Unread from error


def _outgoing(head: bytes, there: tuple[str, int]) -> bytes:
    lines = [line for line in head[:-4].split(b"\r\n") if not line.lower().startswith((b"connection:", b"host:"))]
    return b"\r\n".join([*lines, b"host: %s:%d" % (there[0].encode(), there[1]), b"connection: close"]) + b"\r\n\r\n"


def _hop(caller: str, target: str, head: bytes) -> str:
    if caller == "client":
        return f"client→{target}"
    path = head.split(b" ", 2)[1]
    if target == "hub":
        return "insurer→hub" if path.startswith(b"/api/v1/notices/") else "dealer→hub"
    return "hub→insurer" if target == "insurer" else "hub→dealer"
