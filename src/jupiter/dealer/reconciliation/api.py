"""What we hold of a group's sales, for the hub to compare: asked by a signed question, only read."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Router
from pydantic import ValidationError

from jupiter.contracts.reconciliation import DaysV1, ReconciliationAskedV1, SaleLinesV1
from jupiter.dealer.declarations.models import SaleAtHub, SaleSet
from jupiter.dealer.sites.models import HubLink
from jupiter.kit import strict_json
from jupiter.kit.api import Problem, field_errors, unreadable
from jupiter.kit.differences.rules import AT_ONCE
from jupiter.kit.differences.windows import REFUSED, between
from jupiter.kit.notices import NotSigned, verified_id
from jupiter.kit.openapi import told
from jupiter.kit.walls import walled_for_group

from . import actions, wording

router = Router(tags=["reconciliation"])
ClientId = Annotated[str, Path(description="Of the group's API client at the hub: each group has its own address and its own secret")]


@router.post(
    "/reconciliation/hub/{client_id}/days",
    response=DaysV1,
    summary="A digest per day and point of sale (signed as notices are)",
    openapi_extra=told(signed=ReconciliationAskedV1, refuses=REFUSED),
)
def compare_days(request: HttpRequest, client_id: ClientId) -> DaysV1:
    """Of the group's sales that were not withdrawn. An unknown address is answered like a wrong signature."""
    link, asked = _asked(request, client_id)
    with walled_for_group(link.group_id):
        return wording.by_day(wording.lines_of(_came(link, asked.from_on, asked.to_on)))


@router.post(
    "/reconciliation/hub/{client_id}/sales",
    response=SaleLinesV1,
    summary="A line per sale (signed as notices are)",
    openapi_extra=told(signed=ReconciliationAskedV1, refuses=REFUSED),
)
def compare_sales(request: HttpRequest, client_id: ClientId) -> SaleLinesV1:
    """Of some days, or of the sales that `references` names."""
    link, asked = _asked(request, client_id)
    with walled_for_group(link.group_id):
        if asked.references:
            sales = SaleAtHub.objects.filter(order__group=link.group_id, reference__in=actions.references(asked.references))
        else:
            sales = _came(link, asked.from_on, asked.to_on)
        if asked.owner:
            sales = sales.filter(order__site__network_code=asked.owner)
        keys = list(sales.filter(pk__gt=int(asked.cursor or 0)).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        more = str(keys[-1]) if len(keys) == AT_ONCE else None
        return SaleLinesV1(lines=list(wording.lines_of(SaleAtHub.objects.filter(pk__in=keys))), cursor=more)


def _came(link: HubLink, first: date, last: date) -> SaleSet:
    start, end = between(first, last)
    return SaleAtHub.objects.filter(order__group=link.group_id, created_at__gte=start, created_at__lt=end)


def _asked(request: HttpRequest, client_id: str) -> tuple[HubLink, ReconciliationAskedV1]:
    link = HubLink.objects.filter(client_id=client_id).first()
    secrets = [secret for secret in (link.notice_secret, link.former_notice_secret) if secret] if link else []
    try:
        verified_id(secrets, request.headers, request.body)
    except NotSigned:
        link = None
    if link is None:
        raise Problem(401, "not-signed", _("Signature absente, fausse ou trop ancienne."))
    try:
        return link, ReconciliationAskedV1.model_validate(strict_json.loads(request.body))
    except strict_json.Unreadable as reason:
        raise unreadable(reason) from reason
    except ValidationError as refused:
        errors = field_errors(refused.errors())  # type: ignore[arg-type]
        raise Problem(400, "unreadable-notice", _("Cette question n’est pas lisible."), errors=errors) from refused
