"""What the hub asks of any guarantor, in plain values: no guarantor knows our tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from jupiter.kit.partners import Answer


@dataclass(frozen=True)
class AccountRules:
    """What a point of sale must say to be known by this guarantor, and where it looks it up."""

    needs_identifier: bool = False
    identifier_shape: str = ""  # a pattern, where the guarantor's identifiers have one
    identifier_example: str = ""
    needs_handling: bool = False


@dataclass(frozen=True)
class Sale:
    """A declared sale, as a guarantor is told of it. `values` are the fields of declarations/rules.py."""

    declaration_number: str
    account_identifier: str
    account_handling: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Quote:
    """A quote as the guarantor made it from our declaration."""

    number: str
    link: str
    expires_on: date | None = None


class Guarantor(Protocol):
    key: str
    label: str  # as the profile and step 2 list it
    account: AccountRules
    transmits: bool  # can it receive a declaration from us yet?
    source: str  # as its message is headed: « Stellantis GuideWire »
    partner: str  # the name of its line: queue, lock and trouble of what we send it; empty without transport

    def words(self, sale: Sale) -> dict[str, Any]:
        """What will be sent, frozen when the sale is declared."""
        ...

    def ask(self, words: dict[str, Any], *, key: str) -> Answer:
        """Carry the words. Raises TryAgain or GiveUp."""
        ...

    def quote_in(self, answer: Answer) -> Quote:
        """What the answer of `ask` says."""
        ...

    def refused_fields(self, body: str) -> dict[str, str]:
        """Which of our fields a refusal names, with its words."""
        ...

    def fetch(self, href: str) -> Answer:
        """The bytes of a document that a notice announced."""
        ...

    def as_kept(self, words: Mapping[str, Any]) -> dict[str, Any]:
        """Of what was sent, that which the guarantor keeps word for word: both sides compare its digest."""
        ...

    def as_sent(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """The other way round."""
        ...

    def days(self, first: date, last: date) -> Answer:
        """What it holds of ours, as a digest per day (contracts/reconciliation.py). Raises TryAgain or GiveUp, as all below."""
        ...

    def lines(self, first: date, last: date, *, owner: str = "", references: Sequence[str] = (), cursor: str = "") -> Answer:
        """The same, line by line."""
        ...

    def held(self, reference: str) -> Answer | None:
        """One quote, words and all; None when it has none."""
        ...

    def withdraw(self, quote_number: str) -> Answer:
        """Take back a quote that no declaration of ours asked for."""
        ...


class CannotTransmit:
    """For a guarantor without transport: nothing is ever sent to it."""

    key: str
    label: str
    account: AccountRules
    transmits = False
    source: str
    partner = ""

    def words(self, sale: Sale) -> dict[str, Any]:
        raise NotImplementedError(f"{self.label} cannot receive a declaration yet")

    def ask(self, words: dict[str, Any], *, key: str) -> Answer:
        raise NotImplementedError(f"{self.label} cannot receive a declaration yet")

    def quote_in(self, answer: Answer) -> Quote:
        raise NotImplementedError(f"{self.label} gives no quotes")

    def refused_fields(self, body: str) -> dict[str, str]:
        return {}

    def fetch(self, href: str) -> Answer:
        raise NotImplementedError(f"{self.label} sends no documents")

    def as_kept(self, words: Mapping[str, Any]) -> dict[str, Any]:
        return dict(words)

    def as_sent(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        return dict(kept)

    def days(self, first: date, last: date) -> Answer:
        raise NotImplementedError(f"{self.label} holds nothing of ours")

    def lines(self, first: date, last: date, *, owner: str = "", references: Sequence[str] = (), cursor: str = "") -> Answer:
        raise NotImplementedError(f"{self.label} holds nothing of ours")

    def held(self, reference: str) -> Answer | None:
        raise NotImplementedError(f"{self.label} holds nothing of ours")

    def withdraw(self, quote_number: str) -> Answer:
        raise NotImplementedError(f"{self.label} holds nothing of ours")
