"""What a verb refuses, as a problem of the API."""

from jupiter.insurer.policies.rules import VinAlreadyCovered
from jupiter.insurer.products.wording import sentence
from jupiter.insurer.quotes import wording
from jupiter.insurer.quotes.rules import (
    DRAFT,
    EditedMeanwhile,
    FactsRefused,
    NothingChosen,
    OfferRefused,
    ProducerSuspended,
    QuoteClosed,
    QuoteOverdue,
)
from jupiter.kit.api import Problem
from jupiter.kit.workflow import MoveRefused


def problem_of(refused: Exception) -> Problem:
    said = wording.said_of(refused)
    match refused:
        case QuoteClosed(state="bound"):
            return Problem(409, "already-bound", said)
        case QuoteClosed(state=state):
            return Problem(409, f"quote-{state}", said)
        case QuoteOverdue():
            return Problem(409, "quote-expired", said)
        case EditedMeanwhile():
            return Problem(409, "stale-checksum", said)
        case FactsRefused(refused=facts):
            errors = [{"pointer": f"/{name}", "code": refusal.rule, "message": sentence(refusal)} for name, refusal in facts.items()]
            return Problem(422, "facts-refused", said, errors=errors)
        case OfferRefused(reasons=reasons):
            errors = [{"pointer": "/offering", "code": reason.rule, "message": sentence(reason)} for reason in reasons]
            return Problem(422, "offer-refused", said, errors=errors)
        case NothingChosen():
            return Problem(409, "no-offer-chosen", said)
        case ProducerSuspended():
            return Problem(409, "producer-suspended", said)
        case VinAlreadyCovered():
            return Problem(409, "vin-already-covered", said)
        case MoveRefused(state=state):
            return Problem(409, "not-quoted" if state == DRAFT else "quote-closed", said)
    raise TypeError(type(refused))
