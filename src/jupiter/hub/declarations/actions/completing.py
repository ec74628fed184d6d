"""Completed on the hub’s screens: the choice of guarantor, the form."""

from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from jupiter.hub.dealers.models import PointOfSale
from jupiter.hub.declarations import rules
from jupiter.hub.declarations.models import LIFE, Correction, Sale
from jupiter.kit.accounts.models import User
from jupiter.kit.journal.actions import note

from .covering import account_of
from .keeping import held, keep_change, take_number, together
from .refusals import AlreadyDeclared, ChangedMeanwhile, SaleRefused


@transaction.atomic
def start_blank_sale(point: PointOfSale, *, guarantor: str, with_warranty: bool, by: User, today: date, now: datetime) -> Sale:
    """Déclarer Vente without an order: the hub makes the reference, and Page Suivante its number."""
    sale = Sale.objects.create(
        reference=str(uuid4()), point_of_sale=point, received_on=today, values={"country": "FR", "four_wheel_drive": False}
    )
    return begin_declaration(sale, guarantor=guarantor, with_warranty=with_warranty, by=by, now=now)


@transaction.atomic
def begin_declaration(sale: Sale, *, guarantor: str, with_warranty: bool, by: User, now: datetime) -> Sale:
    """Page Suivante: the choice of block 2, and the declaration number if there is none yet."""
    sale = held(sale.pk)
    if sale.is_declared:
        return sale
    LIFE.after(sale.state, "complete")
    if with_warranty:
        account_of(sale, guarantor)
    chosen = guarantor if with_warranty else ""
    if sale.declaration_number and (sale.guarantor, sale.with_warranty) == (chosen, with_warranty):
        return sale
    sale.guarantor, sale.with_warranty = chosen, with_warranty
    sale.values = together(sale.values, sale)
    is_new = not sale.declaration_number
    if is_new:
        take_number(sale)
    happened = (
        _("Déclaration %(declaration_number)s commencée") % {"declaration_number": sale.declaration_number}
        if is_new
        else _("Choix du garantisseur modifié")
    )
    keep_change(sale, happened, who=by.get_full_name(), now=now)
    note("begin_declaration", "sale", sale.pk, who=by.get_full_name(), owner_id=sale.point_of_sale_id, sentence=happened, guarantor=chosen)
    return sale


@transaction.atomic
def complete_sale(sale: Sale, reading: rules.Reading, *, seen: int, by: User, now: datetime) -> Sale:
    """Enregistrer: what was typed, blanks allowed. Each value that the order said otherwise is a correction."""
    sale = held(sale.pk)
    refuse_stale(sale, seen, reading.values)
    if not sale.can_be_completed:
        raise AlreadyDeclared
    if reading.refused:
        raise SaleRefused(reading.refused)
    if correct(sale, reading.values, by=by):
        keep_change(sale, _("Déclaration complétée"), who=by.get_full_name(), now=now)
    return sale


def refuse_stale(sale: Sale, seen: int, typed: rules.Values) -> None:
    """Nothing typed over what someone else saved meanwhile, unless it is the same."""
    if seen != sale.sequence and sale.can_be_completed and rules.in_order(sale.values) != rules.in_order(typed):
        raise ChangedMeanwhile(sale)


def correct(sale: Sale, values: rules.Values, *, by: User) -> list[str]:
    values = together(values, sale)
    who = by.get_full_name()
    changed = [name for name in rules.TYPED if values.get(name) != sale.values.get(name)]
    if changed:
        Correction.objects.bulk_create(
            Correction(sale=sale, field=name, old=sale.values.get(name), new=values.get(name), who=who) for name in changed
        )
        sale.values = values
        labels = [rules.FIELDS[name].label for name in changed]
        note(
            "complete_sale", "sale", sale.pk, who=who, owner_id=sale.point_of_sale_id, sentence=_("Complété\u00a0: %(labels)s") % {"labels": ", ".join(labels)},
            fields=changed,
        )  # fmt: skip
    return changed
