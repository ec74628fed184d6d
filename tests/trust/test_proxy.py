"""Each fault of the network, seen from both ends."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from trust import proxy, schedule
from trust.proxy import Proxies

BODY = b'{"said": "' + b"x" * 400 + b'"}'


@pytest.fixture
def partner():
    heard = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            heard.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY)

        def log_message(self, *said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server.server_port, heard
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def proxies(monkeypatch):
    monkeypatch.setattr(proxy, "PATIENCE_OF_CLIENTS", 0.3)
    monkeypatch.setattr(proxy, "LATE_SECONDS", 0.05)
    proxies = Proxies(1)
    yield proxies
    proxies.close()


@pytest.fixture
def address(partner, proxies):
    return proxies.door("client", "hub", "127.0.0.1", partner[0])


@pytest.fixture
def say(partner, proxies, address):
    heard = partner[1]
    proxies.spoils = True

    def say(kind):
        proxies.faults["client→hub"] = iter([kind, ""])
        with httpx.Client(base_url=address, timeout=0.3, trust_env=False) as line:
            try:
                answer = line.post("/", content=b"words")
                return answer.status_code, answer.headers["content-type"], answer.content == BODY, heard
            except httpx.TransportError as error:
                return type(error).__name__, "", False, heard

    return say


def test_a_message_that_nothing_happens_to_is_passed_on_whole(say):
    status, kind, whole, heard = say("")
    assert (status, kind, whole, heard) == (200, "application/json", True, [b"words"])


@pytest.mark.parametrize("kind", [schedule.RESET, schedule.REFUSE, schedule.DROP])
def test_reset_refused_and_dropped_never_arrive(say, kind):
    status, _, _, heard = say(kind)
    assert status in ("ReadError", "ReadTimeout", "RemoteProtocolError")
    assert heard == []


def test_where_one_was_refused_all_are_for_a_moment_and_then_none(say, address, monkeypatch):
    monkeypatch.setattr(proxy, "SHUT_SECONDS", 0.5)
    say(schedule.REFUSE)
    there = ("127.0.0.1", int(address.rpartition(":")[2]))
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(there, timeout=0.3)
    with socket.socket() as another, pytest.raises(OSError, match="in use"):
        another.bind(there)
    for _ in range(40):
        if (said := say(""))[0] == 200:
            break
        threading.Event().wait(0.05)
    assert said[2:] == (True, [b"words"])


def test_a_reset_refuses_nobody_else(say):
    say(schedule.RESET)
    assert say("")[0] == 200


@pytest.mark.parametrize("kind", [schedule.LOSE, schedule.CUT, schedule.DELAY])
def test_a_lost_a_cut_and_a_late_answer_leave_the_deed_done(say, kind):
    status, _, _, heard = say(kind)
    assert status in ("ReadError", "ReadTimeout", "RemoteProtocolError")
    assert heard == [b"words"]


@pytest.mark.parametrize(("kind", "status"), [(schedule.UNAVAILABLE, 503), (schedule.TOO_MANY, 429), (schedule.HTML, 200)])
def test_what_the_proxy_answers_itself_never_arrives(say, kind, status):
    said, media, whole, heard = say(kind)
    assert (said, whole, heard) == (status, False, [])
    assert "json" not in media


@pytest.mark.parametrize("kind", [schedule.TWO_AT_ONCE, schedule.LATE_COPY])
def test_two_copies_arrive_and_one_answer_comes(say, kind):
    status, _, whole, heard = say(kind)
    for _ in range(50):
        if len(heard) == 2:
            break
        threading.Event().wait(0.05)
    assert (status, whole, heard) == (200, True, [b"words", b"words"])
