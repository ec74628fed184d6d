"""The hub's door to Jupiter: signed notices of what became of a sale."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Router
from pydantic import ValidationError

from jupiter.contracts.sale_state import SaleNoticeV1
from jupiter.dealer.sites.models import HubLink
from jupiter.kit import strict_json
from jupiter.kit.api import Problem, field_errors, make_api, not_found, unreadable
from jupiter.kit.clock import business_today
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.notices import NotSigned, verified_id
from jupiter.kit.openapi import told
from jupiter.kit.walls import walled_for_group

from .actions import UnknownSale, receive_notice

api = make_api(
    title="Jupiter",
    description="The dealer's own software: what the hub tells it, and asks of it. Both are signed; nothing else is taken here.",
)
router = Router(tags=["notices"])
ClientId = Annotated[str, Path(description="Of the group's API client at the hub: each group has its own address and its own secret")]
LINK = Compiled(lambda: HubLink.objects.filter(client_id=Given("client_id")).defer("client_secret"))


@router.post(
    "/notices/hub/{client_id}",
    response={204: None},
    summary="What became of a sale (Standard Webhooks)",
    openapi_extra=told(signed=SaleNoticeV1),
)
def hear_the_hub(request: HttpRequest, client_id: ClientId) -> HttpResponse:
    """The body is a SaleNoticeV1, signed with the group's secret. An unknown address is answered like a wrong signature."""
    link = LINK.first(client_id=client_id)
    secrets = [secret for secret in (link.notice_secret, link.former_notice_secret) if secret] if link else []
    try:
        notice_id = verified_id(secrets, request.headers, request.body)
    except NotSigned:
        raise Problem(401, "not-signed", _("Signature absente, fausse ou trop ancienne.")) from None
    try:
        notice = SaleNoticeV1.model_validate(strict_json.loads(request.body))
    except strict_json.Unreadable as reason:
        raise unreadable(reason) from reason
    except ValidationError as refused:
        raise Problem(400, "unreadable-notice", _("Cet avis n’est pas lisible."), errors=field_errors(refused.errors())) from refused  # type: ignore[arg-type]
    if link is None:
        raise not_found()
    try:
        with walled_for_group(link.group_id, asks_by_key=True):
            receive_notice(link, notice_id, notice.data, today=business_today(), now=timezone.now())
    except UnknownSale:
        raise not_found() from None
    return HttpResponse(status=204)


api.add_router("/api/v1", router)
