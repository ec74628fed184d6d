"""A posted form is read as Django reads it."""

from io import BytesIO

import pytest
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict, RawPostDataException
from hypothesis import example, given
from hypothesis import strategies as st

from jupiter.kit.web.posted import Request, posted

FORM = "application/x-www-form-urlencoded"


def request(kind, body, content_type=FORM, **more):
    named = {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": content_type}
    return kind({"REQUEST_METHOD": "POST", "PATH_INFO": "/", **named, **more})


@given(
    st.lists(st.sampled_from([b"a", b"b=", b"=", b"&", b"+", b"%C3%A9", b"%00", b"%", b"%F", b"%ff", b"\xe9", b"\xff", b";", b"=c"])).map(
        b"".join
    )
)
@example(b"name=Lef%C3%A8vre+%26+fils&name=&plate=GA-383-KA&x")
def test_every_body_is_read_as_by_django(body):
    ours, theirs = posted(body), QueryDict(body, encoding="utf-8")
    assert list(ours.lists()) == list(theirs.lists())
    assert (ours.encoding, ours._mutable) == (theirs.encoding, theirs._mutable)


def test_what_is_posted_is_not_changed_and_its_copy_may_be():
    read = posted(b"a=1&a=2&b=")
    assert (read["a"], read.getlist("a"), read["b"]) == ("2", ["1", "2"], "")
    with pytest.raises(AttributeError, match="immutable"):
        read["a"] = "3"
    changed = read.copy()
    changed["a"] = "3"
    assert (read["a"], changed["a"]) == ("2", "3")


def test_too_many_fields_and_too_much_of_it_are_refused(settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS, settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2, 20
    for body, refusal in ((b"a=1&b=2&c=3", TooManyFieldsSent), (b"a=" + b"1" * 20, RequestDataTooBig)):
        for kind in (WSGIRequest, Request):
            with pytest.raises(refusal):
                _ = request(kind, body).POST


def test_another_alphabet_is_refused_as_by_django():
    for kind in (WSGIRequest, Request):
        with pytest.raises(BadRequest):
            _ = request(kind, b"a=1", f"{FORM}; charset=iso-8859-1").POST


def test_a_request_gives_what_django_s_gives():
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
    for body, content_type in (
        (b"a=1&a=2", FORM),
        (b"a=1", f"{FORM}; charset=utf-8"),
        (part, "multipart/form-data; boundary=x"),
        (b'{"a": 1}', "application/json"),
    ):
        ours, theirs = (request(kind, body, content_type) for kind in (Request, WSGIRequest))
        assert (ours.POST, ours.FILES) == (theirs.POST, theirs.FILES)
    assert request(Request, b"a=1", REQUEST_METHOD="PUT").POST == {}


def test_a_body_that_was_read_before_is_told_apart():
    told = request(Request, b"a=1")
    assert (told.body, told.POST["a"]) == (b"a=1", "1")
    taken = request(Request, b"a=1")
    assert taken.read() == b"a=1"
    assert not taken.POST
    with pytest.raises(RawPostDataException):
        _ = taken.body
