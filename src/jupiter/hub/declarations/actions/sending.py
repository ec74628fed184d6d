"""Renvoyer: what was set aside, sent again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from jupiter.hub.declarations import rules
from jupiter.hub.declarations.models import Cover, Sale
from jupiter.kit.accounts.models import User
from jupiter.kit.journal.actions import note
from jupiter.kit.transmissions.actions import send_all_again
from jupiter.kit.transmissions.models import State as ParcelState
from jupiter.kit.transmissions.models import Transmission

from .completing import correct
from .covering import COVER, account_of, freeze
from .keeping import held, keep_change, locked


@transaction.atomic
def send_cover_again(sale: Sale, *, by: User, now: datetime) -> Sale:
    """Renvoyer: the same words keep their key, so a guarantor that did hear them answers the same."""
    sale = held(sale.pk)
    if not sale.can_be_sent_again:
        return sale  # someone was faster
    return _send_again(sale, words=None, by=by, now=now)


def correct_and_send_again(sale: Sale, values: rules.Values, *, by: User, now: datetime) -> Sale:
    """Other words are another message with another key; the declaration number stays."""
    words = None
    if correct(sale, values, by=by):
        account = account_of(sale, sale.guarantor)
        words = freeze(sale, account, number=sale.versions.count() + 1, who=by.get_full_name()).words
    return _send_again(sale, words=words, by=by, now=now)


def _send_again(sale: Sale, *, words: Mapping[str, Any] | None, by: User, now: datetime) -> Sale:
    parcel = Transmission.objects.about(sale.declaration_number).filter(kind=COVER, state=ParcelState.ASIDE).first()
    if parcel is None:
        return sale
    send_all_again(parcel, words_of=lambda one: words if one.pk == parcel.pk else None)
    _cover_goes_again(sale, by=by, now=now)
    return sale


def _cover_goes_again(sale: Sale, *, by: User, now: datetime) -> None:
    sale.cover, sale.trouble, sale.refused_fields = Cover.SENDING, "", {}
    keep_change(sale, _("Demande de devis renvoyée"), who=by.get_full_name(), now=now)
    note("send_again", "sale", sale.pk, who=by.get_full_name(), owner_id=sale.point_of_sale_id, sentence=_("Demande de devis renvoyée"))


@transaction.atomic
def send_transmission_again(parcel: Transmission, *, by: User, now: datetime) -> int:
    """Renvoyer on the screen of transmissions: with it goes all that is aside about the same sale for the same partner. How many went."""
    sale = locked().filter(declaration_number=parcel.subject).first()
    sent = send_all_again(parcel)
    for one in sent:
        note("send_again", "transmission", one.pk, who=by.get_full_name(), owner_id=one.owner_id, sentence=_("Renvoyé"), kind=one.kind)
    if sale and sale.can_be_sent_again and any(one.kind == COVER for one in sent):
        _cover_goes_again(sale, by=by, now=now)
    return len(sent)
