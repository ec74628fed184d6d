"""Received from dealer software: a sale said, said again, taken back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from jupiter.contracts.reconciliation import ASKED_AT_THE_HUB
from jupiter.contracts.sale import SaleV1
from jupiter.hub.dealers.models import ApiClient, PointOfSale
from jupiter.hub.declarations import rules
from jupiter.hub.declarations.models import LIFE, Correction, Sale, State
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.journal.actions import note
from jupiter.kit.writing import insert_unless_there

from .keeping import held, keep_change, locked, show_change, together
from .refusals import AlreadyDeclared, PointOfSaleFixed, SaleRefused, UnknownPointOfSale

POINT = Compiled(lambda: PointOfSale.objects.filter(group=Given("group"), network_code=Given("network_code")))
CORRECTED = Compiled(lambda: Correction.objects.filter(sale=Given("sale")).only("field"))
SAID = Compiled(lambda: locked().filter(client=Given("client"), reference=Given("reference")))


@transaction.atomic(savepoint=False)  # of the wall's transaction, which ends with it
def receive_sale(client: ApiClient, reference: str, said: SaleV1, *, today: date, now: datetime) -> tuple[Sale, bool]:
    """PUT: the order as it stands. What was changed on the hub stays, and both are shown. True when the sale is new."""
    point = POINT.first(group=client.group_id, network_code=said.network_code)
    if point is None:
        raise UnknownPointOfSale
    words = said.model_dump(mode="json", exclude_none=True)
    sale = SAID.first(client=client.pk, reference=reference)
    if sale is None:
        sale = Sale(client=client, reference=reference, point_of_sale=point, received_on=today)
        _fill(sale, said, words, point, today=today)
        show_change(sale, _("Vente reçue"), who=client.name, now=now)
        if insert_unless_there(sale):  # held by this transaction: nobody else sees it yet
            _note(sale, _("Vente reçue"), client)
            return sale, True
        sale = locked().get(client=client, reference=reference)  # another call made it meanwhile
    if sale.is_declared:
        if sale.words == _asked_here(sale.words) | words:
            return sale, False
        raise AlreadyDeclared
    if sale.is_received and sale.words == words:
        return sale, False
    _fill(sale, said, words, point, today=today)
    happened = _("Vente mise à jour par le bon de commande")
    keep_change(sale, happened, who=client.name, now=now, is_answered=True)
    _note(sale, happened, client)
    return sale, False


def _asked_here(words: Mapping[str, Any]) -> dict[str, Any]:
    """What an order form that was restored need not know any more."""
    return {name: said for name, said in words.items() if name in ASKED_AT_THE_HUB}


def _fill(sale: Sale, said: SaleV1, words: Mapping[str, Any], point: PointOfSale, *, today: date) -> None:
    """With what the order says now."""
    if sale.point_of_sale_id != point.pk:
        if sale.declaration_number:
            raise PointOfSaleFixed
        sale.point_of_sale = point
    with_warranty = not said.without_commercial_warranty
    reading = rules.read(rules.from_words(words), ordered_on=said.ordered_on, today=today, with_warranty=with_warranty)
    if reading.refused:
        raise SaleRefused(reading.refused)
    if not sale.declaration_number:  # once step 1 is passed, the hub's choice stands
        sale.with_warranty = with_warranty
        sale.guarantor = said.guarantor.value if said.guarantor and with_warranty else ""
    corrected = {one.field for one in CORRECTED.rows(sale=sale.pk)} if sale.pk else set()
    kept = {name: value for name, value in sale.values.items() if name in corrected}
    emptied = {name for name in corrected if name not in kept}
    sale.values = together({name: value for name, value in reading.values.items() if name not in emptied} | kept, sale)
    sale.words, sale.order_number = dict(words), said.order_number or ""
    sale.state = LIFE.after(sale.state, "receive")


def _note(sale: Sale, happened: str, client: ApiClient) -> None:
    note(
        "receive_sale", "sale", sale.pk, who=client.name, owner_id=sale.point_of_sale_id, sentence=happened,
        sequence=sale.sequence,
    )  # fmt: skip


@transaction.atomic
def withdraw_sale(sale: Sale, *, who: str, now: datetime) -> Sale:
    """DELETE: the order was reopened or cancelled. It may come again under the same reference."""
    sale = held(sale.pk)
    if sale.is_declared:
        raise AlreadyDeclared
    if sale.state == State.WITHDRAWN:
        return sale
    sale.state = LIFE.after(sale.state, "withdraw")
    keep_change(sale, _("Vente retirée par le point de vente"), who=who, now=now)
    note("withdraw_sale", "sale", sale.pk, who=who, owner_id=sale.point_of_sale_id, sentence=_("Vente retirée"))
    return sale
