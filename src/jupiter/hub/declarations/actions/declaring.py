"""Déclarer et Garantir."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from jupiter.hub.dealers.actions import chosen_accounts, is_configured
from jupiter.hub.dealers.models import GuarantorAccount
from jupiter.hub.declarations import rules
from jupiter.hub.declarations.models import LIFE, Cover, Sale, State
from jupiter.kit.accounts.models import User
from jupiter.kit.journal.actions import note

from .completing import correct, refuse_stale
from .covering import account_in, ask_for_cover, default_in
from .keeping import held, keep_change, take_number, together
from .refusals import FieldsMissing, ProfileNotConfigured, SaleRefused, Withdrawn
from .sending import correct_and_send_again


@transaction.atomic(savepoint=False)  # of the wall's transaction, which ends with it
def declare_sale(sale: Sale, *, who: str, today: date, now: datetime) -> Sale:
    """Déclarer et Garantir: saved here, frozen, on its way to the guarantor. Twice is once."""
    sale = held(sale.pk)
    if sale.is_declared:
        return sale
    if sale.state == State.WITHDRAWN:
        raise Withdrawn
    return _declare(sale, who=who, today=today, now=now)


def _declare(sale: Sale, *, who: str, today: date, now: datetime) -> Sale:
    state = LIFE.after(sale.state, "declare")
    accounts = _accounts_for(sale)
    if names := rules.missing(sale.values, with_warranty=sale.with_warranty):
        raise FieldsMissing(names)
    account = None
    if sale.with_warranty:
        sale.guarantor = sale.guarantor or default_in(accounts)
        account = account_in(accounts, sale.guarantor)
    confirmed = [doubt.code for doubt in rules.doubts(sale.values)]
    sale.state, sale.declared_at, sale.declared_on, sale.declared_by = state, now, today, who
    sale.cover = Cover.SENDING if account else Cover.NOT_WANTED
    if not sale.declaration_number:
        sale.declared_at = take_number(sale)
    if account:
        ask_for_cover(sale, account, who=who)
    keep_change(sale, _("Vente déclarée (%(declaration_number)s)") % {"declaration_number": sale.declaration_number}, who=who, now=now)
    note(
        "declare_sale", "sale", sale.pk, who=who, owner_id=sale.point_of_sale_id,
        sentence=_("Déclarée sous le numéro %(declaration_number)s") % {"declaration_number": sale.declaration_number}, guarantor=sale.guarantor, warnings_confirmed=confirmed,
    )  # fmt: skip
    return sale


def _accounts_for(sale: Sale) -> dict[str, GuarantorAccount]:
    """Only a profile without any is looked at twice: it may have been saved for the first time between the two questions."""
    point = sale.point_of_sale
    accounts = chosen_accounts(point) if sale.with_warranty else {}
    if accounts:
        return accounts
    if not is_configured(point):
        raise ProfileNotConfigured
    return chosen_accounts(point) if sale.with_warranty else {}


@transaction.atomic
def complete_and_declare(sale: Sale, reading: rules.Reading, *, seen: int, by: User, today: date, now: datetime) -> Sale:
    """The form's button: what was typed is saved, then declared; or corrected and sent again; or nothing happens."""
    sale = held(sale.pk)
    if sale.is_declared and not sale.can_be_sent_again:
        return sale  # the second click of a double click
    if reading.refused:
        raise SaleRefused(reading.refused)
    if sale.can_be_sent_again:
        if names := rules.missing(reading.values, with_warranty=sale.with_warranty):
            raise FieldsMissing(names)
        return correct_and_send_again(sale, reading.values, by=by, now=now)
    refuse_stale(sale, seen, reading.values)
    LIFE.after(sale.state, "declare")
    if names := rules.missing(together(reading.values, sale), with_warranty=sale.with_warranty):
        raise FieldsMissing(names)
    correct(sale, reading.values, by=by)
    return _declare(sale, who=by.get_full_name(), today=today, now=now)
