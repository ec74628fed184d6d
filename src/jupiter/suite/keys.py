"""Secrets of one data folder, made once: keys of each service, words shared by two of them, passwords of the demonstration."""

import base64
import secrets
from typing import Any

from .folder import Folder, read_json, write_json

SERVICES = ("dealer", "hub", "insurer")
EASY = "abcdefghjkmnpqrstuvwxyz23456789"  # no l and 1, no o and 0, no i


def of(folder: Folder) -> dict[str, Any]:
    kept = read_json(folder.secrets)
    if kept is None:
        kept = _made()
        write_json(folder.secrets, kept)
    return dict(kept)


def _made() -> dict[str, Any]:
    return {
        "services": {service: {"secret_key": secrets.token_urlsafe(48), "encryption_keys": _fernet_key()} for service in SERVICES},
        "passwords": {service: f"jupiter-{''.join(secrets.choice(EASY) for _ in range(6))}" for service in SERVICES},
        "links": {
            "dealer_hub": {group: _client(f"dealer-{group.lower()}") | {"notice_secret": _notice_secret()} for group in "AB"},
            "hub_insurer": _client("hub") | {"notice_secret": _notice_secret()},
            "producers": {group: _client(f"producer-{group.lower()}") for group in "AB"},
        },
    }


def _client(name: str) -> dict[str, str]:
    return {"client_id": f"{name}-{secrets.token_hex(4)}", "client_secret": secrets.token_urlsafe(32)}


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _notice_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
