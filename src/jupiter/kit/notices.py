"""Signed notices (Standard Webhooks 1.0): written and read. The library checks; here its traps are closed."""

import base64
import binascii
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class NotSigned(Exception):
    """No signature of a secret we know, or one made more than five minutes from now, or an id that cannot be kept."""


def new_secret() -> str:
    """32 random bytes, as the standard writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def signed_headers(keys: Iterable[str], *, notice_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """Each attempt is signed anew under the same id; during a rotation both secrets sign."""
    text = body.decode()
    at = now.astimezone(UTC)
    return {
        "webhook-id": notice_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(notice_id, at, text) for secret in keys),
        "content-type": "application/json",
    }


LONGEST_ID = 255  # what the inbox keeps
LONGEST_SENTENCE = 300  # what both ends keep


def in_one(earlier: Mapping[str, Any], latest: Mapping[str, Any]) -> dict[str, Any]:
    """One notice for two of the same thing: the latest state, and in its sentence what happened before it too, where there is room."""
    both = " · ".join(notice["data"]["happened"] for notice in (earlier, latest) if notice["data"]["happened"])
    happened = both if len(both) <= LONGEST_SENTENCE else latest["data"]["happened"]
    return {**latest, "data": {**latest["data"], "happened": happened}}


def verified_id(keys: Iterable[str], headers: Mapping[str, str], body: bytes) -> str:
    """The notice's id, if one of the secrets signed this very body within the last five minutes; else NotSigned."""
    given = {name.lower(): value for name, value in headers.items()}
    for secret in keys:
        try:
            Webhook(secret).verify(body, given, json_parse=False)
        except (WebhookVerificationError, ValueError, binascii.Error):  # UnicodeDecodeError is a ValueError
            continue
        if len(given["webhook-id"]) > LONGEST_ID:
            raise NotSigned
        return given["webhook-id"]
    raise NotSigned
