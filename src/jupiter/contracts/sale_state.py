"""Hub → dealer software: what became of a sale. The body of GET and PUT /api/v1/sales/{reference} and of each notice.

The state is always whole, never a change; `sequence` grows by one with each change of this sale at the hub: of two, the higher is newer.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from .base import (
    BY_NAME,
    Answer,
    Day,
    FileName,
    Instant,
    Premium,
    ProductName,
    Sequence,
    ServicePath,
    Sha256,
    ShortText,
    Size,
    TenDigits,
    WebLink,
)  # fmt: skip


class SaleState(StrEnum):
    """received: at the hub, not declared. withdrawn: taken back before it was declared. declared: for good."""

    RECEIVED = "received"  # at the hub, not declared
    WITHDRAWN = "withdrawn"  # taken back before it was declared
    DECLARED = "declared"


class CoverState(StrEnum):
    """Where the guarantor stands with this sale. none: nothing asked yet. not_wanted: declared without commercial warranty. sending: the quote
    is on its way. aside: refused or silent past patience, a person must send it again. quote_draft, quoted, quote_withdrawn, quote_expired:
    what became of the quote. issued: the policy exists. cancelled: it existed."""

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
    """Who says it: `Centralisateur`, or the guarantor’s system."""
    tone: str
    """`ok`, `wait` or `warn`."""
    text: str
    """The sentence, in French, as the hub’s own screen shows it."""


class MissingV1(Answer):
    """A mandatory field that is still blank."""

    pointer: str
    """JSON pointer into the sale: `/vehicle/plate`."""
    message: str
    """In French: « Le champ immatriculation est obligatoire »."""


class WarningV1(Answer):
    """A doubt that does not block; declaring confirms it."""

    code: str
    """Stable, English."""
    message: str
    """In French, for a person."""


class DifferenceV1(Answer):
    """A value that the hub or the insurer now holds and that the order does not."""

    pointer: str
    """JSON pointer into the sale."""
    label: str
    """The field’s name on French screens."""
    order: str
    """What the order says, as printed; empty when it says nothing."""
    theirs: str
    """What the other holds, as printed."""
    where: str
    """`hub` or `insurer`."""
    at: Instant
    """Since when."""


class QuoteV1(Answer):
    """The devis at the insurer."""

    number: TenDigits
    """Numéro de devis: ten digits."""
    state: str
    """`draft`, `quoted`, `withdrawn`, `expired` or `bound`."""
    expires_on: Day | None = None
    """The last day on which it can be bought."""
    premium: Premium | None = None
    """Prime TTC, once priced and chosen."""
    product: ProductName = ""
    """The chosen offering, for example `GVO Premium 7 / 150`."""
    link: WebLink = ""
    """Of the quote’s screen at the insurer; a person logs in there."""


class PolicyV1(Answer):
    """The policy, as it was issued."""

    number: TenDigits
    """Numéro de police: ten digits."""
    product: ProductName
    """The offering, for example `GVO Premium 7 / 150`."""
    months: int
    """Duration."""
    starts_on: Day
    """First covered day."""
    ends_on: Day
    """Half-open: cover ends as this day begins."""
    premium: Premium
    """Prime TTC."""
    issued_on: Day
    """When it was bought."""


class DocumentV1(Answer):
    """The policy’s PDF."""

    name: FileName
    """File name; it carries no right."""
    href: ServicePath
    """Path on the service that says it; it asks for the caller’s own token."""
    sha256: Sha256
    """SHA-256 of the bytes, in hexadecimal."""
    size: Size
    """Bytes."""


class SaleStateV1(Answer):
    """The whole state of a sale, each time."""

    reference: str
    """The caller’s own."""
    sequence: Sequence
    """Grows by one with each change of this sale at the hub: of two states the higher is newer."""
    at: Instant
    """When it last changed."""
    state: Annotated[SaleState, BY_NAME]
    """Of the sale at the hub."""
    cover: Annotated[CoverState, BY_NAME]
    """Of the guarantor’s part."""
    declaration_number: Annotated[ShortText, Field(validate_default=True)] = ""
    """`SP`, the point of sale’s hub code and nine digits, for example `SP953617Z100034312`; empty before it is drawn."""
    guarantor: ShortText = ""
    """Key of the guarantor; empty when none is chosen."""
    point_of_sale: str = ""
    """Name of the point of sale."""
    messages: list[MessageV1] = []
    """The two messages of the declaration, apart from each other."""
    missing: list[MissingV1] = []
    """What is still needed to declare, in the order of the hub’s form."""
    warnings: list[WarningV1] = []
    """Doubts, by name."""
    differences: list[DifferenceV1] = []
    """Values changed at the hub or at the insurer: never written over the order."""
    quote: QuoteV1 | None = None
    """Once it exists."""
    policy: Annotated[PolicyV1 | None, Field(validate_default=True)] = None
    """Once it is issued."""
    document: DocumentV1 | None = None
    """Once the hub holds its bytes."""
    trouble: str = ""
    """Why the guarantor’s part is set aside; empty otherwise."""
    happened: str = ""
    """The last thing that happened, in a French sentence."""

    @field_validator("declaration_number")
    @classmethod
    def _is_there_once_declared(cls, number: str, info: ValidationInfo) -> str:
        if info.data.get("state") == SaleState.DECLARED and not number:
            raise ValueError("a declared sale has its number")
        return number

    @field_validator("policy")
    @classmethod
    def _is_there_once_issued(cls, policy: PolicyV1 | None, info: ValidationInfo) -> PolicyV1 | None:
        if info.data.get("cover") == CoverState.ISSUED and (policy is None or not policy.number):
            raise ValueError("a cover that is issued has its policy")
        return policy


class SaleNoticeV1(Answer):
    """Signed (Standard Webhooks) and posted to the dealer software's address."""

    type: str = "sale.changed"
    """`sale.changed`; other types may come and are to be ignored."""
    timestamp: Instant
    """When it happened."""
    data: SaleStateV1
    """The whole state."""
