"""What the web server does with a request whose body its answer did not wait for."""

import contextlib
import http.client
import socket
import subprocess
import sys
import time

import pytest

from jupiter.kit.webserver import UNREAD_MOST
from tests.journeys.running import wait_for

BODIES = {"a small one": 2, "one in several pieces": 300_000, "the longest that is read": UNREAD_MOST - 1}


def refusing(environ, start_response):
    start_response("401 Unauthorized", [("Content-Length", "2")])
    return [b"no"]


@pytest.fixture
def connection(port):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        yield connection


@pytest.fixture(scope="module")
def port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    serving = f"from jupiter.kit import webserver; webserver.serve('{__name__}:refusing', ['--port', '{port}', '--threads', '1'])"
    server = subprocess.Popen([sys.executable, "-c", serving])
    try:
        wait_for(lambda: is_listening(port), 20, "the server does not listen")
        yield port
    finally:
        server.terminate()
        server.wait(timeout=40)


def is_listening(port):
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def post(connection, length):
    """Its head first and its body later, as the network may bring them."""
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", str(length))
    connection.endheaders()
    time.sleep(0.1)
    connection.send(b"x" * length)
    return connection.getresponse()


@pytest.mark.parametrize("length", BODIES.values(), ids=BODIES)
def test_the_connection_serves_the_next_request(connection, length):
    connection.connect()
    kept = connection.sock
    for _ in range(2):
        answer = post(connection, length)
        assert (answer.status, answer.read(), answer.will_close) == (401, b"no", False)
    assert connection.sock is kept


def test_chunks_are_read_out_too(connection):
    for _ in range(2):
        connection.request("POST", "/", body=iter([b"x" * 1000] * 30), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
        answer = connection.getresponse()
        assert (answer.status, answer.read(), answer.will_close) == (401, b"no", False)


def test_of_a_body_too_long_to_be_read_the_answer_says_that_the_connection_closes(connection):
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", str(10 * UNREAD_MOST))
    connection.endheaders()
    connection.send(b"x" * UNREAD_MOST)
    answer = connection.getresponse()
    assert (answer.status, answer.will_close) == (401, True)
