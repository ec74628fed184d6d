"""What a comparison with the neighbours found missing, made good by the words that were said before."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from jupiter.contracts.reconciliation import KeptJobV1
from jupiter.hub.declarations.models import LIFE, Cover, DeclarationVersion, Sale
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit import numbers
from jupiter.kit.clock import paris
from jupiter.kit.journal.actions import note
from jupiter.kit.transmissions.actions import say_again
from jupiter.kit.transmissions.models import State as ParcelState
from jupiter.kit.transmissions.models import Transmission

from .covering import COVER, declare_to_guarantor_anew
from .following import take_job_state
from .keeping import held, keep_change, tell


class NumberTaken(Exception):
    """The declaration number that the dealer knows bears another sale by now, or is not of this point of sale."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


@transaction.atomic
def ask_for_cover_anew(sale: Sale, *, who: str, now: datetime) -> None:
    """The guarantor holds nothing of it: the same declaration under the same key."""
    sale = held(sale.pk)
    if sale.policy_number or sale.cover in (Cover.NONE, Cover.NOT_WANTED):
        return
    parcel = Transmission.objects.about(sale.declaration_number).filter(kind=COVER).first()
    sale.cover, sale.quote, sale.quote_number, sale.job_sequence = Cover.SENDING, None, "", 0
    sale.insurer_facts, sale.insurer_facts_at, sale.trouble, sale.refused_fields = {}, None, "", {}
    keep_change(sale, _("Demande de devis renvoyée\u00a0: l’assureur n’en avait plus trace"), who=who, now=now)
    note("send_again", "sale", sale.pk, who=who, owner_id=sale.point_of_sale_id, sentence=_("Demande de devis renvoyée"))
    if parcel and parcel.state in (ParcelState.DELIVERED, ParcelState.ASIDE):
        say_again(parcel)
    elif parcel is None or parcel.state == ParcelState.DROPPED:
        declare_to_guarantor_anew(sale)


@transaction.atomic
def tell_anew(sale: Sale) -> None:
    """A notice was lost on the way to the dealer's software: the whole state once more."""
    sale = held(sale.pk)
    tell(sale)


@transaction.atomic
def restore_sale(sale: Sale, *, number: str, sequence: int, guarantor: str, job: KeptJobV1 | None, who: str, now: datetime) -> None:
    """The dealer knows a newer state than ours: we were restored. The number comes back, and with it what the guarantor holds under it.

    Without anything there the sale is to be declared once more, under the same number.
    """
    sale = held(sale.pk)
    point = sale.point_of_sale
    if number and number != sale.declaration_number:
        taken = Sale.objects.filter(declaration_number=number).exists()
        if sale.declaration_number or taken or not number.startswith(f"SP{point.code}"):
            raise NumberTaken(number)
        sale.declaration_number = number
        numbers.reach(f"sp:{point.code}", int(number[-9:]))
    sale.sequence = max(sale.sequence, sequence)
    if job and not sale.is_declared:
        sale.guarantor, sale.with_warranty = guarantor, True
        sale.state, sale.cover = LIFE.after(sale.state, "declare"), Cover.SENDING
        sale.declared_at, sale.declared_on, sale.declared_by = job.line.at, paris(job.line.at).date(), who
        words = GUARANTORS[guarantor].as_sent(job.words)
        DeclarationVersion.objects.create(sale=sale, number=sale.versions.count() + 1, values=sale.values, words=words, created_by=who)
    happened = _("Déclaration %(number)s rétablie") % {"number": number} if number else _("Vente rétablie")
    keep_change(sale, happened, who=who, now=now)
    note("restore_sale", "sale", sale.pk, who=who, owner_id=sale.point_of_sale_id, sentence=happened, sequence=sale.sequence)
    if job:
        take_job_state(job.state, sender=GUARANTORS[guarantor].partner, now=now)
