"""A line to a partner: its token is kept, renewed when refused, and never asked for twice without need."""

import httpx
import pytest
import respx

from jupiter.kit.partners import GiveUp, Line, TryAgain

HUB = "http://hub.test"


def token(word, seconds=900):
    return httpx.Response(200, json={"access_token": word, "expires_in": seconds, "token_type": "Bearer"})


@pytest.fixture
def line():
    return Line("Le Centralisateur", HUB, ("dealer", "secret"), scopes="sales")


@respx.mock
def test_one_token_serves_many_calls(line):
    tokens = respx.post(f"{HUB}/oauth/token/").mock(return_value=token("t1"))
    sales = respx.get(f"{HUB}/sales").mock(return_value=httpx.Response(200, json=[]))
    for _ in range(3):
        assert line.ask("GET", "/sales").words == []
    assert (tokens.call_count, sales.call_count) == (1, 3)
    assert sales.calls.last.request.headers["authorization"] == "Bearer t1"


@respx.mock
def test_a_refused_token_is_renewed_once(line):
    respx.post(f"{HUB}/oauth/token/").mock(side_effect=[token("old"), token("new")])
    sales = respx.get(f"{HUB}/sales").mock(side_effect=[httpx.Response(401), httpx.Response(200, json={})])
    assert line.ask("GET", "/sales").status == 200
    assert [call.request.headers["authorization"] for call in sales.calls] == ["Bearer old", "Bearer new"]


@respx.mock
def test_wrong_credentials_are_for_a_person(line):
    respx.post(f"{HUB}/oauth/token/").mock(return_value=httpx.Response(401, json={"error": "invalid_client"}))
    with pytest.raises(GiveUp, match="refuse nos identifiants"):
        line.ask("GET", "/sales")


@respx.mock
def test_a_sick_token_address_is_tried_again(line):
    respx.post(f"{HUB}/oauth/token/").mock(return_value=httpx.Response(502))
    with pytest.raises(TryAgain):
        line.ask("GET", "/sales")


@respx.mock
def test_a_redirect_is_not_followed():
    respx.get(f"{HUB}/sales").mock(return_value=httpx.Response(302, headers={"location": "http://evil.test/"}))
    with pytest.raises(GiveUp):
        Line("Le Centralisateur", HUB).ask("GET", "/sales")


@respx.mock
def test_bytes_are_bytes():
    respx.get(f"{HUB}/doc").mock(return_value=httpx.Response(200, content=b"%PDF-1.7", headers={"content-type": "application/pdf"}))
    assert Line("Le Centralisateur", HUB).ask("GET", "/doc", accept="application/pdf").body == b"%PDF-1.7"


@respx.mock
def test_an_answer_is_asked_for_as_it_is(line):
    respx.post(f"{HUB}/oauth/token/").mock(return_value=token("t"))
    sales = respx.get(f"{HUB}/sales").mock(return_value=httpx.Response(200, json=[]))
    line.ask("GET", "/sales")
    assert sales.calls.last.request.headers["accept-encoding"] == "identity"


@respx.mock
def test_an_answer_that_breaks_off_is_asked_for_again():
    def broken():
        yield b'{"a'
        raise httpx.ReadError("cut")

    respx.get(f"{HUB}/sales").mock(return_value=httpx.Response(200, headers={"content-type": "application/json"}, content=broken()))
    with pytest.raises(TryAgain, match="ne répond pas"):
        Line("Le Centralisateur", HUB).ask("GET", "/sales")


@respx.mock
def test_patience_is_the_line_s_own():
    sales = respx.get(f"{HUB}/sales").mock(return_value=httpx.Response(200, json=[]))
    Line("Le Centralisateur", HUB, seconds=(4.0, 1.5)).ask("GET", "/sales")
    assert sales.calls.last.request.extensions["timeout"] == {"connect": 1.5, "read": 4.0, "write": 4.0, "pool": 4.0}


def test_an_address_that_is_none_is_no_call():
    with pytest.raises(TryAgain):
        Line("Le Centralisateur", "ftp://hub.test").ask("GET", "/sales")
    with pytest.raises(TryAgain):
        Line("Le Centralisateur", "http://[").ask("GET", "/sales")
