"""What an answer says beside its content."""

import gzip

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from jupiter.kit.web.headers import Compressed, SecurityPolicy

LONG = b"words and words " * 100


@pytest.fixture
def answered():
    def answered(kind, middleware=Compressed, **headers):
        request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
        return middleware(lambda _: HttpResponse(LONG, content_type=kind, headers=headers))(request)

    return answered


@pytest.mark.parametrize(
    "kind",
    ["text/html; charset=utf-8", "text/css", "application/json", "application/problem+json", "text/javascript", "image/svg+xml"],
)
def test_words_are_compressed(answered, kind):
    answer = answered(kind)
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == LONG


@pytest.mark.parametrize(
    "kind",
    [
        "application/pdf",
        "image/png",
        "font/woff2",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/zip",
        "",
    ],
)
def test_what_is_compressed_already_is_not_compressed_again(answered, kind):
    answer = answered(kind)
    assert "Content-Encoding" not in answer
    assert answer.content == LONG


def test_each_answer_bears_the_policy(answered):
    said = answered("text/html", SecurityPolicy)["Content-Security-Policy"]
    assert "default-src 'none'" in said
    assert "script-src 'self';" in f"{said};"
    assert "unsafe" not in said
    assert answered("application/json", SecurityPolicy)["Content-Security-Policy"] == said


def test_an_answer_may_bear_a_policy_of_its_own(answered):
    own = answered("text/html", SecurityPolicy, **{"Content-Security-Policy": "sandbox"})
    assert own["Content-Security-Policy"] == "sandbox"
