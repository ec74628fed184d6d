"""Insurer → hub: what became of a quote. Signed, whole state each time, with a sequence per quote."""

from .base import Answer, Instant
from .insurance_job import JobFactsV1
from .sale_state import DocumentV1, PolicyV1, QuoteV1


class JobStateV1(Answer):
    external_reference: str  # SP…
    producer_code: str
    sequence: int
    at: Instant
    happened: str  # in a French sentence: « Devis supprimé par … »
    quote: QuoteV1  # state: draft, quoted, withdrawn, expired, bound
    facts: JobFactsV1
    policy: PolicyV1 | None = None
    document: DocumentV1 | None = None


class JobNoticeV1(Answer):
    type: str = "job.changed"
    timestamp: Instant
    data: JobStateV1
