"""What the desk may look at beyond the nouns: transmissions and what the sample tariff holds."""

from django.db.models import QuerySet

from jupiter.insurer.producers.models import Reach
from jupiter.insurer.products.models import Edition, RateRow
from jupiter.kit.transmissions.models import URGENCY, State, Transmission


def parcels_of(reach: Reach) -> QuerySet[Transmission]:
    """À reprendre first, then what is on its way, then the newest."""
    found = Transmission.objects.all() if reach.everywhere else Transmission.objects.of(list(reach.producer_ids))
    return found.order_by(URGENCY, "-id")


def parcels_aside(reach: Reach) -> int:
    return parcels_of(reach).filter(state=State.ASIDE).count()


def editions() -> QuerySet[Edition]:
    return Edition.objects.select_related("product").order_by("-effective_from")


def rates_of(edition: Edition) -> QuerySet[RateRow]:
    order = ("offering__rank", "months", "coverage__rank", "power_from")
    return edition.rates.select_related("offering", "coverage").order_by(*order)
