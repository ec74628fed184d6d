"""A server that stands between a service and its partner: passes on what comes, except on one hop of one sale.

Sales are known by their VIN; what else names them (reference, declaration, policy) is learnt from what passes.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

HOPS = {  # where it goes, by which verb, to which address
    "sale to the hub": ("hub", "PUT", r"/api/v1/sales/"),
    "declaration to the insurer": ("insurer", "POST", r"/rest/composite/"),
    "notice to the hub": ("hub", "POST", r"/api/v1/notices/insurer"),
    "notice to Jupiter": ("dealer", "POST", r"/api/v1/notices/hub/"),
    "policy to the hub": ("insurer", "GET", r"/rest/policy/"),
    "policy to Jupiter": ("hub", "GET", r"/api/v1/sales/.+/documents/"),
}
REFUSES, SILENT, BABBLES, LOSES = "refuses", "is silent", "babbles", "loses its answer"
NAMES = re.compile(r"VR3[A-Z0-9]{14}|SP\d{6}[A-Z]\d{9}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<!\d)0001\d{6}(?!\d)")
PASSED_ON = ("content-type", "retry-after", "etag", "cache-control")


@dataclass(frozen=True)
class Seen:
    hop: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Between:
    """The stand-ins of all three services, and what they are to do to whom."""

    targets: dict[str, str]  # service → its true address
    doors: dict[str, str] = field(default_factory=dict)  # service → where we stand for it
    spoilt: dict[tuple[str, str], str] = field(default_factory=dict)  # (hop, VIN) → manner
    names: dict[str, str] = field(default_factory=dict)  # any name of a sale → its VIN
    passed: list[Seen] = field(default_factory=list)
    harmed: set[tuple[str, str]] = field(default_factory=set)
    healed: threading.Event = field(default_factory=threading.Event)

    def spoil(self, hop: str, vin: str, manner: str) -> None:
        self.names[vin] = vin
        self.spoilt[hop, vin] = manner

    def heal(self) -> None:
        self.spoilt.clear()
        self.healed.set()

    def manner(self, service: str, method: str, path: str, body: bytes) -> tuple[str, str]:
        """The hop, and how to misbehave on it, if at all."""
        said = set(NAMES.findall(path + body.decode("utf-8", "replace")))
        vin = next((self.names[name] for name in said if name in self.names), "")
        if vin:
            self.names |= dict.fromkeys(said, vin)
        hop = next((hop for hop, (to, verb, where) in HOPS.items() if (to, verb) == (service, method) and re.match(where, path)), "")
        manner = self.spoilt.get((hop, vin), "")
        if manner:
            self.harmed.add((hop, vin))
        return hop, manner


@contextmanager
def standing(targets: dict[str, str]) -> Iterator[Between]:
    between = Between(targets)
    servers, lines = [], []
    for service, target in targets.items():
        lines.append(httpx.Client(base_url=target, timeout=20, trust_env=False))
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(between, service, lines[-1]))
        server.daemon_threads = True
        between.doors[service] = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        servers.append(server)
    try:
        yield between
    finally:
        between.heal()
        for server in servers:
            server.shutdown()
            server.server_close()
        for line in lines:
            line.close()


def _handler(between: Between, service: str, line: httpx.Client) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            hop, manner = between.manner(service, self.command, self.path, body)
            if manner == SILENT:
                between.healed.wait(60)
                self.close_connection = True
            elif manner == REFUSES:
                self.say(
                    422, b'{"type": "about:blank", "title": "Refus", "detail": "refus d\xe2\x80\x99essai"}', "application/problem+json"
                )
            elif manner == BABBLES:
                self.say(200, b"<html><body>Bienvenue sur la page d\xe2\x80\x99accueil</body></html>", "text/html")
            elif manner == LOSES:
                self.pass_on(hop, body, answers=False)
            else:
                self.pass_on(hop, body)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer

        def pass_on(self, hop: str, body: bytes, *, answers: bool = True) -> None:
            sent = {
                name.lower(): value for name, value in self.headers.items() if name.lower() not in ("host", "connection", "accept-encoding")
            }
            if hop:
                between.passed.append(Seen(hop, self.path, sent, body))
            try:
                came = line.request(self.command, self.path, content=body, headers=sent)
            except httpx.TransportError:
                self.close_connection = True  # as silent as whom we stand for
                return
            if not answers:  # the partner has heard and done it; nobody learns so
                self.close_connection = True
                return
            headers = {name: came.headers[name] for name in PASSED_ON if name in came.headers}
            self.say(came.status_code, came.content, headers.pop("content-type", ""), **headers)

        def say(self, status: int, body: bytes, kind: str, **headers: str) -> None:
            self.send_response(status)
            if kind:
                self.send_header("content-type", kind)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            if status != 204:
                self.wfile.write(body)

        def log_message(self, format: str, *told: Any) -> None:
            pass

    return Handler
