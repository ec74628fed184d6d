"""Signed notices: what the sender writes the receiver believes, and nothing else."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jupiter.kit.notices import NotSigned, signed_headers, verified_id

SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
OTHER = "whsec_YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI="
BODY = '{"type": "sale.changed", "name": "Amélie"}'.encode()


def headers(secrets=(SECRET,), now=None, body=BODY):
    return signed_headers(secrets, notice_id="n1", body=body, now=now or datetime.now(UTC))


def test_a_signed_notice_is_believed():
    assert verified_id([SECRET], headers(), BODY) == "n1"


def test_paris_time_signs_as_well_as_utc():
    assert verified_id([SECRET], headers(now=datetime.now(ZoneInfo("Europe/Paris"))), BODY) == "n1"


def test_during_a_rotation_either_secret_is_believed():
    both = headers((SECRET, OTHER))
    assert verified_id([OTHER], both, BODY) == verified_id([SECRET], both, BODY) == "n1"
    assert verified_id([OTHER, SECRET], headers((SECRET,)), BODY) == "n1"


@pytest.mark.parametrize(
    "change",
    [
        lambda h: h | {"webhook-signature": "no comma"},
        lambda h: h | {"webhook-signature": "v1,é"},
        lambda h: h | {"webhook-signature": "v1,not base64!"},
        lambda h: h | {"webhook-signature": ""},
        lambda h: h | {"webhook-id": "n2"},
        lambda h: h | {"webhook-timestamp": "soon"},
        lambda h: h | {"webhook-timestamp": "99999999999999999999999"},
        lambda h: {},
    ],
)
def test_what_is_not_signed_as_it_should_be_is_refused(change):
    with pytest.raises(NotSigned):
        verified_id([SECRET], change(headers()), BODY)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_notice_from_another_time_is_refused(minutes):
    with pytest.raises(NotSigned):
        verified_id([SECRET], headers(now=datetime.now(UTC) + timedelta(minutes=minutes)), BODY)


def test_the_signature_of_another_body_or_another_secret_is_refused():
    with pytest.raises(NotSigned):
        verified_id([SECRET], headers(), BODY.replace(b"changed", b"deleted"))
    with pytest.raises(NotSigned):
        verified_id([OTHER], headers(), BODY)
    with pytest.raises(NotSigned):
        verified_id([SECRET], headers(), b"\xff\xfe")
