"""How one service speaks to another: a kept connection, a cached token, three outcomes."""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlencode

import httpx
from django.utils.translation import gettext_noop as _

from . import strict_json, tracing

PLAIN = {"accept-encoding": "identity", "user-agent": "jupiter"}
SECONDS = 10.0, 3.0  # for each part of an exchange; to be heard at all
UNWELL = frozenset({408, 425, 429})  # and all from 500 on
SHOWN_OF_AN_ANSWER = 4000  # characters kept of what came back
TOKEN_MARGIN = 0.8  # of a token's life: then a new one is asked for


class Trouble(Exception):
    """Why there is no answer, in a French sentence for the screen, with what came back if anything did."""

    def __init__(self, reason: str, *, status: int | None = None, answer: str = "") -> None:
        super().__init__(reason)
        self.reason, self.status, self.answer = reason, status, answer[:SHOWN_OF_AN_ANSWER]


class TryAgain(Trouble):
    """The other side is unwell: the same words may pass later."""

    def __init__(self, reason: str, *, status: int | None = None, answer: str = "", wait: float | None = None) -> None:
        super().__init__(reason, status=status, answer=answer)
        self.wait = wait  # seconds, when the other side said how long


class GiveUp(Trouble):
    """The other side understood and said no: a person must look."""


@dataclass(frozen=True)
class Answer:
    status: int
    words: Any  # the JSON that came, read strictly; None when the body is empty
    body: bytes = b""

    @property
    def shown(self) -> str:
        return (
            json.dumps(self.words, ensure_ascii=False)[:SHOWN_OF_AN_ANSWER]
            if self.words is not None
            else _("{n} octets").format(n=len(self.body))
        )


@dataclass
class Line:
    """The line to one partner for one caller. Keep it: a new client costs more than the call."""

    name: str  # as screens say it: « Centralisateur »
    base_url: str
    credentials: tuple[str, str] | None = None  # OAuth2 client id and secret; None for a line that signs instead
    scopes: str = ""
    seconds: tuple[float, float] = SECONDS
    http: httpx.HTTPTransport = field(init=False)  # a client's cookies, redirects and log-ins have no use here, and cost a third of a call
    _token: str = ""
    _token_until: float = 0.0
    _asking: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.http = httpx.HTTPTransport(trust_env=False)

    def ask(
        self,
        method: str,
        path: str,
        *,
        words: object = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Callable[[int], bool] = lambda status: 200 <= status < 300,
        accept: str = "application/json",
    ) -> Answer:
        """One request. The expected status with a readable body is an Answer; all else raises TryAgain or GiveUp."""
        content = json.dumps(words, ensure_ascii=False).encode() if words is not None else body
        sent = (
            {"accept": accept}
            | ({"content-type": "application/json"} if content is not None else {})
            | tracing.told()
            | dict(headers or {})
        )
        response = self._send(method, path, content, sent)
        if response.status_code == httpx.codes.UNAUTHORIZED and self.credentials:
            self._token = ""  # revoked or expired meanwhile: once more with a new one
            response = self._send(method, path, content, sent)
        return self._judge(response, expect, accept)

    def _send(self, method: str, path: str, content: bytes | None, headers: dict[str, str]) -> httpx.Response:
        try:
            if self.credentials:
                headers = headers | {"authorization": f"Bearer {self._current_token()}"}
            return self._exchange(method, path, content, headers)
        except httpx.TimeoutException as error:
            raise TryAgain(_("%(name)s ne répond pas à temps") % {"name": self.name}) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TryAgain(_("%(name)s ne répond pas (%(error)s)") % {"name": self.name, "error": error}) from error

    def _exchange(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> httpx.Response:
        """Plain: between our services, pressing an answer costs both ends more than carrying it."""
        whole, connect = self.seconds
        time_out = {"timeout": {"connect": connect, "read": whole, "write": whole, "pool": whole}}
        address = f"{self.base_url.rstrip('/')}{path}"
        request = httpx.Request(method, address, content=content, headers={**PLAIN, **headers}, extensions=time_out)
        response = self.http.handle_request(request)
        response.request = request
        try:
            response.read()
        except BaseException:
            response.close()
            raise
        return response

    def _judge(self, response: httpx.Response, expect: Callable[[int], bool], accept: str) -> Answer:
        status = response.status_code
        still_running = status == httpx.codes.CONFLICT and "retry-after" in response.headers  # our first try under this key
        if status >= 500 or status in UNWELL or still_running:
            raise TryAgain(
                _("%(name)s a répondu %(status)s") % {"name": self.name, "status": status},
                status=status,
                answer=response.text,
                wait=_retry_after(response),
            )
        kind = response.headers.get("content-type", "")
        if not expect(status):
            raise GiveUp(_refusal(self.name, response), status=status, answer=response.text)
        if not response.content:
            return Answer(status, None)
        if accept not in kind and "json" not in kind:
            raise TryAgain(
                _("%(name)s a répondu autre chose que prévu (%(type)s)") % {"name": self.name, "type": kind or _("sans type")},
                status=status,
                answer=response.text,
            )
        if "json" not in kind:
            return Answer(status, None, response.content)
        try:
            return Answer(status, strict_json.loads(response.content), response.content)
        except strict_json.Unreadable as error:
            raise TryAgain(_("La réponse de %(name)s est illisible") % {"name": self.name}, status=status, answer=response.text) from error

    def _current_token(self) -> str:
        with self._asking:
            if not self._token or time.monotonic() >= self._token_until:
                client_id, secret = self.credentials or ("", "")
                known = b64encode(f"{client_id}:{secret}".encode()).decode()
                asked = urlencode({"grant_type": "client_credentials", "scope": self.scopes}).encode()
                named = {"authorization": f"Basic {known}", "content-type": "application/x-www-form-urlencoded"}
                response = self._exchange("POST", "/oauth/token/", asked, named)
                if response.status_code >= 500 or response.status_code in UNWELL:
                    raise TryAgain(
                        _("%(name)s a répondu %(status_code)s") % {"name": self.name, "status_code": response.status_code},
                        status=response.status_code,
                    )
                if response.status_code != httpx.codes.OK:
                    raise GiveUp(
                        _("%(name)s refuse nos identifiants d’application") % {"name": self.name},
                        status=response.status_code,
                        answer=response.text,
                    )
                try:
                    said = response.json()
                    self._token = str(said["access_token"])
                    self._token_until = time.monotonic() + TOKEN_MARGIN * float(said["expires_in"])
                except (ValueError, KeyError, TypeError) as error:
                    raise TryAgain(_("La réponse de %(name)s est illisible") % {"name": self.name}) from error
            return self._token


def _retry_after(response: httpx.Response) -> float | None:
    said = response.headers.get("retry-after", "")
    return min(float(said), 900.0) if said.isdecimal() else None


def _refusal(name: str, response: httpx.Response) -> str:
    """The partner's own words where it gave some (problem+json), else its status."""
    try:
        said = strict_json.loads(response.content)
        detail = said.get("detail") or said.get("userMessage") or said.get("title")
    except (strict_json.Unreadable, AttributeError):
        detail = None
    return (_("Refusé par %(name)s (%(status_code)s)") % {"name": name, "status_code": response.status_code}) + (
        f" : {detail}" if detail else ""
    )
