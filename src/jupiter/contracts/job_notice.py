"""Insurer → hub: what became of a quote. Signed, whole state each time, with a sequence per quote."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from .base import Answer, Instant, Sequence
from .insurance_job import JobFactsV1
from .sale_state import DocumentV1, PolicyV1, QuoteV1


class JobStateV1(Answer):
    """The whole state of a quote, each time."""

    external_reference: str
    """The hub’s declaration number, `SP…`."""
    producer_code: str
    """Of the point of sale at the insurer: six digits and a letter."""
    sequence: Sequence
    """Grows by one with each notice of this quote: an older one is ignored."""
    at: Instant
    """When it changed."""
    happened: str
    """In a French sentence: « Devis supprimé par … »."""
    quote: QuoteV1
    """The devis; its state is `draft`, `quoted`, `withdrawn`, `expired` or `bound`."""
    facts: JobFactsV1
    """What the insurer now holds of the car and the date."""
    policy: Annotated[PolicyV1 | None, Field(validate_default=True)] = None
    """Once issued."""
    document: DocumentV1 | None = None
    """Once issued."""

    @field_validator("policy")
    @classmethod
    def _is_there_once_bound(cls, policy: PolicyV1 | None, info: ValidationInfo) -> PolicyV1 | None:
        quote = info.data.get("quote")
        if quote and quote.state == "bound" and policy is None:
            raise ValueError("a quote that is bound has its policy")
        return policy


class JobNoticeV1(Answer):
    """Signed (Standard Webhooks) and posted to the hub."""

    type: str = "job.changed"
    """`job.changed`; other types may come and are to be ignored."""
    timestamp: Instant
    """When it happened."""
    data: JobStateV1
    """The whole state."""
