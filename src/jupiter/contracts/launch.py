"""Dealer software → hub: a seller's grant, and the single-use address that opens the hub's form in the browser."""

from typing import Annotated

from pydantic import Field, StringConstraints

from .base import Answer, Instant, Words


class GrantRequestV1(Words):
    """The seller's own log-in at the hub, checked there and then forgotten. POST /api/v1/grants"""

    username: Annotated[str, StringConstraints(min_length=1, max_length=150)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    network_code: Annotated[str, StringConstraints(pattern=r"^FR\d{5}$")] | None = None  # the point of sale it is meant for


class GrantV1(Answer):
    """Revocable (DELETE /api/v1/grants/{grant}); ends when the seller's hub password changes."""

    grant: str
    username: str
    full_name: str


class LaunchRequestV1(Words):
    grant: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class LaunchV1(Answer):
    """The address works once, until it expires, for the grant's user."""

    url: str
    expires_at: Instant


class DeclareRequestV1(Words):
    """POST /api/v1/sales/{reference}/declare, with Idempotency-Key. Nothing to say: the sale was PUT before."""

    confirm_warnings: Annotated[bool, Field()] = True
