"""What the hub holds of a caller's sales, to be compared with what the caller holds: it only reads."""

from datetime import date
from functools import partial
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router

from jupiter.contracts.base import Day
from jupiter.contracts.reconciliation import CURSOR, MOST_NAMED, DaysV1, KeptSaleV1, SaleLinesV1
from jupiter.contracts.sale import NETWORK_CODE, REFERENCE
from jupiter.hub.dealers.access import ClientDoor, for_the_client
from jupiter.hub.dealers.api import client_of
from jupiter.hub.declarations.models import Sale, SaleSet
from jupiter.kit.api import not_found
from jupiter.kit.differences.rules import AT_ONCE
from jupiter.kit.differences.windows import REFUSED, between
from jupiter.kit.openapi import told

from . import wording

router = Router(auth=ClientDoor("reconciliation"), tags=["reconciliation"])
router.add_decorator(partial(for_the_client, asks_by_key=False))  # days, and all of their rows

FromDay = Annotated[Day, Query(alias="from", description="First day on which they came, in Paris")]
ToDay = Annotated[Day, Query(alias="to", description="Last day; at most 400 days after the first")]


def _sales(request: HttpRequest) -> SaleSet:
    return Sale.objects.filter(client=client_of(request))


def _came(sales: SaleSet, first: date, last: date) -> SaleSet:
    start, end = between(first, last)
    return sales.filter(received_at__gte=start, received_at__lt=end)


@router.get("/api/v1/reconciliation", response=DaysV1, summary="A digest per day and point of sale", openapi_extra=told(refuses=REFUSED))
def compare_days(request: HttpRequest, first: FromDay, last: ToDay) -> DaysV1:
    """Of the caller's sales that were not withdrawn. Where a digest differs from the caller's own, ask for the lines of that day."""
    return wording.by_day(wording.sale_lines(_came(_sales(request), first, last)))


@router.get("/api/v1/reconciliation/sales", response=SaleLinesV1, summary="A line per sale", openapi_extra=told(refuses=REFUSED))
def compare_sales(
    request: HttpRequest,
    first: FromDay,
    last: ToDay,
    owner: Annotated[str | None, Query(pattern=NETWORK_CODE, description="RRD1 code; without it all of the group's")] = None,
    cursor: Annotated[str | None, Query(pattern=CURSOR, description="As the last answer gave it")] = None,
    reference: Annotated[
        list[Annotated[str, Query(pattern=REFERENCE)]] | None,
        Query(max_length=MOST_NAMED, description="Up to 50: these sales, whatever their day"),
    ] = None,
) -> SaleLinesV1:
    """Of some days, or of the sales that `reference` names. What is another's is not there."""
    sales = _sales(request)
    sales = sales.filter(reference__in=reference) if reference else _came(sales, first, last)
    if owner:
        sales = sales.filter(point_of_sale__network_code=owner)
    keys = list(sales.filter(pk__gt=int(cursor or 0)).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    more = str(keys[-1]) if len(keys) == AT_ONCE else None
    return SaleLinesV1(lines=list(wording.sale_lines(Sale.objects.filter(pk__in=keys))), cursor=more)


@router.get("/api/v1/reconciliation/sales/{reference}", response=KeptSaleV1, summary="One sale, words and all")
def compare_sale(request: HttpRequest, reference: Annotated[str, Path(description="The caller's own name for the sale")]) -> KeptSaleV1:
    """As it was last received, and what became of it: for a caller who was restored, or who looks at both sides."""
    sale = _sales(request).select_related("point_of_sale", "client").filter(reference=reference.replace("\x00", "")).first()
    kept = wording.kept(sale) if sale else None
    if kept is None:
        raise not_found()
    return kept
