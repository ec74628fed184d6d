"""What each service says of its sales when they are compared: a digest per day and owner, then a line per sale of the days that differ.

Of one sale both sides say the same line, or there is a difference. A day is the one (in Paris) on which the sale came to whoever says it.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints

from .base import Answer, Day, Instant, Money, Sha256, Words
from .job_notice import JobStateV1
from .sale import NETWORK_CODE, REFERENCE
from .sale_state import SaleStateV1

LARGEST_WINDOW_DAYS = 400
MOST_NAMED = 50
CURSOR = r"^[0-9]{1,18}$"
KnownSha256 = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]


def sha256_of(words: Any) -> str:
    """Of JSON in its one written form: names in order, no blanks, UTF-8."""
    return hashlib.sha256(json.dumps(words, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


ASKED_AT_THE_HUB = frozenset({"consent", "sale_origin", "guarantor"})  # the order form says nothing of them, or less


def sale_words_sha256(words: dict[str, Any]) -> str:
    """Of a SaleV1 as it was said, without what is unknown and what the hub asks itself; empty for no words."""
    return sha256_of({name: said for name, said in words.items() if name not in ASKED_AT_THE_HUB}) if words else ""


class SaleLineV1(Answer):
    """One sale, as the dealer's software and the hub each hold it. A withdrawn one is not there."""

    reference: str
    """The dealer software's own name of the sale."""
    owner: str
    """RRD1 code of the point of sale."""
    at: Instant
    """When it came to whoever says this line."""
    changed_at: Instant
    """When it last changed here: what is younger than the grace time is not judged yet."""
    under_way: bool
    """Whether a message about it is still on its way from here, or set aside: it is not judged."""
    state: str
    """`received` or `declared`; `sending` or `aside` while the dealer's software has not heard the answer."""
    cover: str
    """Of the guarantor’s part, as in the sale’s state."""
    declaration_number: str
    """`SP…`; empty before it is drawn."""
    quote_number: str
    """Numéro de devis; empty before there is one."""
    policy_number: str
    """Numéro de police; empty before there is one."""
    sequence: int
    """Of the newest state that is known here."""
    words_sha256: KnownSha256
    """Of the words last said and heard: SaleV1 without what is unknown and without `consent`, `sale_origin` and `guarantor`, which the hub
    asks itself; as JSON with its names in order. Empty when they are not known."""
    document_sha256: KnownSha256
    """Of the policy’s PDF that is kept here; empty without one."""

    @property
    def text(self) -> str:
        """What must be equal."""
        return json.dumps([
            self.reference, self.owner, self.state, self.cover, self.declaration_number, self.quote_number, self.policy_number,
            self.sequence, self.words_sha256, self.document_sha256,
        ])  # fmt: skip


class JobLineV1(Answer):
    """One quote with its policy, as the hub and the insurer each hold it."""

    external_reference: str
    """The hub’s declaration number, `SP…`."""
    owner: str
    """Producer code of the point of sale."""
    at: Instant
    """When it was declared (hub), or made (insurer)."""
    changed_at: Instant
    """When it last changed here."""
    under_way: bool
    """Whether a message about it is still on its way from here, or set aside: it is not judged."""
    state: str
    """`draft`, `quoted`, `withdrawn`, `expired` or `bound`."""
    quote_number: str
    """Numéro de devis: ten digits."""
    policy_number: str
    """Numéro de police; empty before there is one."""
    premium: Money | None = None
    """Prime TTC of the chosen offer."""
    sequence: int
    """Of the newest notice of this quote."""
    words_sha256: Sha256
    """Of what the hub declared: `{"account", "submission", "vehicle"}`, without `account_id`, as JSON with its names in order."""
    facts_sha256: Sha256
    """Of the car and the date as they now stand: the insurer’s users may change them."""
    document_sha256: KnownSha256
    """Of the policy’s PDF; empty without one."""

    @property
    def text(self) -> str:
        """What must be equal."""
        premium = f"{self.premium:.2f}" if self.premium is not None else ""
        return json.dumps([
            self.external_reference, self.owner, self.state, self.quote_number, self.policy_number, premium, self.sequence,
            self.words_sha256, self.facts_sha256, self.document_sha256,
        ])  # fmt: skip


FACTS = ("vin", "plate", "delivery_on", "mileage_km", "din_power_hp", "first_registered_on", "make", "model")


def facts_sha256(facts: dict[str, Any]) -> str:
    """Of FACTS as text; what is blank or absent is empty."""
    return sha256_of({name: str(facts.get(name) or "") for name in FACTS})


class DayDigestV1(Answer):
    """All that one owner's sales of one day say, in one number."""

    day: Day
    """Of their coming."""
    owner: str
    """RRD1 code (dealer, hub), or producer code (insurer)."""
    count: int
    """How many lines."""
    sha256: Sha256
    """Of the lines' texts, sorted, each followed by a line feed."""

    @classmethod
    def of(cls, day: Any, owner: str, lines: Iterable[SaleLineV1 | JobLineV1]) -> Self:
        texts = sorted(line.text for line in lines)
        digest = hashlib.sha256("".join(f"{text}\n" for text in texts).encode()).hexdigest()
        return cls(day=day, owner=owner, count=len(texts), sha256=digest)


class DaysV1(Answer):
    """A day and owner without any sale is left out."""

    days: list[DayDigestV1]
    """In order of day and owner."""


class SaleLinesV1(Answer):
    """The lines of some days, or of some named sales."""

    lines: list[SaleLineV1]
    """Up to 500."""
    cursor: str | None = None
    """For the next ones; none at the end."""


class JobLinesV1(Answer):
    """The lines of some days, or of some named quotes."""

    lines: list[JobLineV1]
    """Up to 500."""
    cursor: str | None = None
    """For the next ones; none at the end."""


class KeptSaleV1(Answer):
    """One sale as the hub holds it, words and all: to be taken over, or laid beside what the caller holds."""

    line: SaleLineV1
    """As it is compared."""
    words: dict[str, Any]
    """SaleV1 as it was last received, without what is unknown."""
    state: SaleStateV1
    """The whole state."""


class KeptJobV1(Answer):
    """One quote as the insurer holds it, words and all."""

    line: JobLineV1
    """As it is compared."""
    words: dict[str, Any]
    """`{"account", "submission", "vehicle"}` as they were last declared, without `account_id`."""
    state: JobStateV1
    """The whole state, as a notice would say it now."""


class ReconciliationAskedV1(Words):
    """Hub → dealer software: say what you hold. Signed as notices are; it changes nothing."""

    from_on: Day
    """First day."""
    to_on: Day
    """Last day; at most 400 days after the first."""
    owner: Annotated[str, StringConstraints(pattern=NETWORK_CODE)] | None = None
    """RRD1 code of one point of sale; without it all of the group's."""
    cursor: Annotated[str, StringConstraints(pattern=CURSOR)] | None = None
    """As the last answer gave it."""
    references: Annotated[list[Annotated[str, StringConstraints(pattern=REFERENCE)]], Field(max_length=MOST_NAMED)] = []
    """These sales, whatever their day; then the days say nothing."""
