"""Hub → dealer software: what became of a sale. The body of GET /api/v1/sales/{reference} and of each notice.

The state is always whole, never a change; `sequence` grows by one with each change of this sale at the hub: of two, the higher is newer.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from .base import BY_NAME, Answer, Day, Instant, Money, Sha256


class SaleState(StrEnum):
    RECEIVED = "received"  # at the hub, not declared
    WITHDRAWN = "withdrawn"  # taken back before it was declared
    DECLARED = "declared"


class CoverState(StrEnum):
    """Where the guarantor stands with this sale."""

    NONE = "none"  # nothing asked yet
    NOT_WANTED = "not_wanted"  # declared without commercial warranty
    SENDING = "sending"  # on its way: « création du devis en cours »
    ASIDE = "aside"  # refused or silent past patience: a person must send it again
    QUOTE_DRAFT = "quote_draft"  # devis en ébauche
    QUOTED = "quoted"  # priced, to be bought
    QUOTE_WITHDRAWN = "quote_withdrawn"
    QUOTE_EXPIRED = "quote_expired"
    ISSUED = "issued"  # the policy exists
    CANCELLED = "cancelled"  # it existed


class MessageV1(Answer):
    """One of the two messages of the declaration, for the screen: « [Centralisateur] … », « [Stellantis GuideWire] … »."""

    source: str
    tone: str  # ok, wait, warn
    text: str


class MissingV1(Answer):
    pointer: str  # into the sale: /vehicle/plate
    message: str  # « Le champ immatriculation est obligatoire »


class WarningV1(Answer):
    code: str
    message: str


class DifferenceV1(Answer):
    """A value that the hub or the insurer now holds and that the order does not."""

    pointer: str
    label: str
    order: str
    theirs: str
    where: str  # hub, insurer
    at: Instant


class QuoteV1(Answer):
    number: str  # ten digits
    state: str
    expires_on: Day | None = None
    premium: Money | None = None
    product: str = ""
    link: str = ""  # of the insurer's screen


class PolicyV1(Answer):
    number: str
    product: str
    months: int
    starts_on: Day
    ends_on: Day  # half-open: cover ends as this day begins
    premium: Money
    issued_on: Day


class DocumentV1(Answer):
    name: str  # carries no right: the address asks for the caller's own token
    href: str
    sha256: Sha256
    size: Annotated[int, Field(ge=1)]


class SaleStateV1(Answer):
    reference: str
    sequence: int
    at: Instant
    state: Annotated[SaleState, BY_NAME]
    cover: Annotated[CoverState, BY_NAME]
    declaration_number: str = ""  # SP…
    guarantor: str = ""
    point_of_sale: str = ""
    messages: list[MessageV1] = []
    missing: list[MissingV1] = []
    warnings: list[WarningV1] = []
    differences: list[DifferenceV1] = []
    quote: QuoteV1 | None = None
    policy: PolicyV1 | None = None
    document: DocumentV1 | None = None
    trouble: str = ""  # why the guarantor's part is set aside
    happened: str = ""  # the last thing, in a French sentence


class SaleNoticeV1(Answer):
    """Signed (Standard Webhooks) and posted to the dealer software's address."""

    type: str = "sale.changed"
    timestamp: Instant
    data: SaleStateV1
