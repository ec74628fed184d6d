"""A log line says what happened and where, never about whom, and is one line whatever it was told."""

import logging
import sys

import pytest

from jupiter.kit import tracing
from jupiter.kit.logs import AllowedLine

SECRETS = ("ER-452-AS", "DUPONT", "12345678901233333", "06 12 34 56 78", "nom@exemple.fr")


def line(message, *arguments, logger="jupiter.kit", **more):
    record = logging.makeLogRecord({"name": logger, "levelname": "ERROR", "msg": message, "args": arguments} | more)
    return AllowedLine().format(record)


@pytest.mark.parametrize("secret", SECRETS)
def test_texts_that_a_message_is_given_are_left_out(secret):
    for said in (
        line("order %s of %r", secret, secret),
        line("Not Found: %s", f"/{secret}", logger="django.request"),
        line("%s", {secret}),
    ):
        assert secret not in said


@pytest.mark.parametrize("secret", SECRETS)
def test_of_an_error_its_kind_and_places_are_told_not_its_words(secret):
    def break_on(value):
        raise ValueError(value)

    try:
        break_on(secret)
    except ValueError:
        said = line("broken", exc_info=sys.exc_info())
    assert 'error="ValueError"' in said
    assert "break_on" in said
    assert secret not in said


def test_what_others_compose_themselves_is_cut_at_its_colon():
    assert "DUPONT" not in line("refused: DUPONT", logger="django.security")


def test_numbers_stay_and_a_break_makes_no_second_line():
    assert "stalled job 7 " in line("stalled job %s could not be brought back", 7)
    assert "\n" not in line("a\r\nlevel=INFO forged")
    assert "\n" not in line("%s", "a\nb")


def test_a_request_is_its_route_and_the_trace_is_told(rf):
    request = rf.get("/vehicules/DUPONT/?q=DUPONT")
    request.resolver_match = type("Match", (), {"route": "vehicules/<str:plate>/"})
    with tracing.following("a" * 32):
        said = line("Not Found: %s", request.path, logger="django.request", status_code=404, request=request)
    assert 'route="vehicules/<str:plate>/"' in said
    assert "status=404" in said
    assert f'trace="{"a" * 32}"' in said
    assert "DUPONT" not in said
