"""What each verb begins and ends with: the locked row, its computed columns, the notice to the dealer’s software."""

from datetime import datetime
from typing import Any

from jupiter.hub.declarations import rules, wording
from jupiter.hub.declarations.models import Sale
from jupiter.kit import notices, numbers
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.transmissions.actions import transmit_latest
from jupiter.kit.writing import rewrite_changed

NOTICE = "notice.sale"


HELD: Compiled[Sale] = Compiled(lambda: locked().filter(pk=Given("pk")))


def held(sale_id: int) -> Sale:
    return HELD.get(pk=sale_id)


def locked() -> Any:
    return Sale.objects.select_for_update(of=("self",)).select_related("point_of_sale", "client")


def together(values: rules.Values, sale: Sale) -> rules.Values:
    """With the computed dates; without the warranty where none is wanted."""
    values = {name: value for name, value in values.items() if name not in rules.COMPUTED and value not in (None, "")}
    if not sale.with_warranty:
        return rules.in_order({name: value for name, value in values.items() if name not in rules.WARRANTY})
    return rules.in_order(values | rules.warranty_dates(values))


def take_number(sale: Sale) -> datetime:
    """The sale's declaration number, and the instant when it was drawn."""
    code = sale.point_of_sale.code
    number, at = numbers.take_dated(f"sp:{code}")
    sale.declaration_number = f"SP{code}{number:09d}"
    return at


def keep_change(sale: Sale, happened: str, *, who: str, now: datetime, is_answered: bool = False) -> None:
    """One more in the sale's sequence: its columns for lists and search, and the notice to the dealer's software.

    `is_answered`: it is that software which asks, and the answer says the same.
    """
    show_change(sale, happened, who=who, now=now)
    rewrite_changed(sale)
    if not is_answered:
        tell(sale)


def show_change(sale: Sale, happened: str, *, who: str, now: datetime) -> None:
    """The columns of it alone, before they are written."""
    sale.sequence += 1
    sale.happened, sale.changed_at, sale.changed_by = happened[:300], now, who
    values = sale.values
    sale.buyer, sale.plate = rules.buyer_name(values)[:200], values.get("plate", "")
    sale.vehicle = " ".join(str(values[name]) for name in ("make", "model", "version") if values.get(name))[:200]
    sale.search_text = wording.search_text(sale)


def tell(sale: Sale) -> None:
    """The whole state, to the software that said the sale, if it wants to hear."""
    client = sale.client
    if client and client.wants_notices:
        transmit_latest(
            NOTICE,
            partner=client.partner,
            subject=sale.transmission_subject,
            owner_id=sale.point_of_sale_id,
            words=wording.notice_of(sale),
            together=notices.in_one,
        )
