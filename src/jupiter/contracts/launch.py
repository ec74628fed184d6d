"""Dealer software → hub: a seller's grant, and the single-use address that opens the hub's form in the browser."""

from typing import Annotated

from pydantic import Field, StringConstraints

from .base import Answer, Instant, Words
from .sale import NETWORK_CODE

WEB_ADDRESS = r"^https?://[!-\[\]-~]+$"  # printable ASCII, no backslash


class GrantRequestV1(Words):
    """The seller's own log-in at the hub, checked there and then forgotten. POST /api/v1/grants"""

    username: Annotated[str, StringConstraints(min_length=1, max_length=150)]
    """The seller's user name at the hub."""
    password: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    """The seller's password at the hub: checked, never kept."""
    network_code: Annotated[str, StringConstraints(pattern=NETWORK_CODE)] | None = None
    """RRD1 code of the point of sale it is meant for; given, the seller must work there."""


class GrantV1(Answer):
    """Revocable (DELETE /api/v1/grants/{grant}); ends when the seller's hub password changes."""

    grant: str
    """A secret: keep it as one. It is said once and cannot be read again."""
    username: str
    """The seller's user name at the hub, in small letters."""
    full_name: str
    """The seller's name, for the screen that lists grants."""


class LaunchRequestV1(Words):
    """For which seller the address is made, and where the hub's last page leads back."""

    grant: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    """The seller's grant, as POST /api/v1/grants gave it."""
    return_url: Annotated[str, StringConstraints(max_length=500, pattern=WEB_ADDRESS)] | None = None
    """Address of the order's page in the calling software: linked on the page that confirms the declaration. Its origin (scheme, host and
    port) must be that of the caller's registered address for notices."""


class LaunchV1(Answer):
    """The address works once, until it expires, for the grant's user."""

    url: str
    """To be opened in the seller's browser: a page with *Continuer*, which alone uses the address up."""
    expires_at: Instant
    """Until when it may be used."""


class DeclareRequestV1(Words):
    """POST /api/v1/sales/{reference}/declare, with Idempotency-Key. Nothing to say: the sale was PUT before."""

    confirm_warnings: Annotated[bool, Field()] = True
    """Declaring confirms the `warnings` of the sale, each by name in the hub's journal."""
