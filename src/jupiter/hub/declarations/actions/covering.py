"""What is asked of the guarantor, frozen as it is said."""

from collections.abc import Mapping

from django.utils.translation import gettext_noop as _

from jupiter.hub.dealers.actions import chosen_accounts
from jupiter.hub.dealers.models import GuarantorAccount
from jupiter.hub.declarations.models import DeclarationVersion, Sale
from jupiter.hub.guarantors import port
from jupiter.hub.guarantors.registry import GUARANTORS, why_not
from jupiter.kit.transmissions.actions import transmit
from jupiter.kit.writing import insert

from .refusals import GuarantorCannot

COVER = "cover.request"
Accounts = Mapping[str, GuarantorAccount]  # those of the profile, in screen order


def ask_for_cover(sale: Sale, account: GuarantorAccount, *, who: str) -> DeclarationVersion:
    """Called by declaring, which happens once: these are the first words."""
    version = freeze(sale, account, number=1, who=who)
    transmit(
        COVER,
        partner=GUARANTORS[sale.guarantor].partner,
        subject=sale.declaration_number,
        owner_id=sale.point_of_sale_id,
        words=version.words,
    )
    return version


def declare_to_guarantor_anew(sale: Sale) -> None:
    """The last words declared, as a message of its own: the quote is corrected by it while it is open."""
    version = sale.versions.order_by("-number")[0]
    partner, subject = GUARANTORS[sale.guarantor].partner, sale.declaration_number or ""
    transmit(COVER, partner=partner, subject=subject, owner_id=sale.point_of_sale_id, words=version.words)


def freeze(sale: Sale, account: GuarantorAccount, *, number: int, who: str) -> DeclarationVersion:
    told = port.Sale(
        declaration_number=sale.declaration_number or "",
        account_identifier=account.identifier,
        account_handling=account.handling,
        values=sale.values,
    )
    words = GUARANTORS[sale.guarantor].words(told)
    version = DeclarationVersion(sale=sale, number=number, values=sale.values, words=words, created_by=who)
    insert(version)
    return version


def account_of(sale: Sale, guarantor: str) -> GuarantorAccount:
    return account_in(chosen_accounts(sale.point_of_sale), guarantor)


def account_in(accounts: Accounts, guarantor: str) -> GuarantorAccount:
    """How the guarantor knows this point of sale; refused in a sentence where it is not chosen or cannot receive."""
    account = accounts.get(guarantor)
    if account is None:
        raise GuarantorCannot(_("Choisissez un garantisseur du profil de ce point de vente."))
    if sentence := why_not(guarantor):
        raise GuarantorCannot(sentence)
    return account


def default_in(accounts: Accounts) -> str:
    """The first of the profile that can be declared to."""
    keys = list(accounts)
    able = [key for key in keys if not why_not(key)]
    if able:
        return able[0]
    raise GuarantorCannot(why_not(keys[0]) if keys else _("Le profil de ce point de vente n’a pas de garantisseur."))
