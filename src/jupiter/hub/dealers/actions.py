"""Save the profile; give and revoke a grant. The only writers of dealers' rows."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit.accounts.models import User
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.french import said
from jupiter.kit.journal.actions import note
from jupiter.kit.notices import new_secret
from jupiter.kit.oauth import IssuedClient, issue_client

from .models import ApiClient, Grant, Group, GuarantorAccount, Membership, PointOfSale, Profile
from .rules import MANAGER

GRANT_PREFIX = "jup_grant_"
IDENTIFIER = re.compile(r"[A-Za-z0-9 ./_-]*")


class ProfileRefused(Exception):
    """What stands in the way, by guarantor and field: {("cirano", "identifier"): sentence}."""

    def __init__(self, errors: Mapping[tuple[str, str], str]) -> None:
        super().__init__(str(dict(errors)))
        self.errors = dict(errors)


@dataclass(frozen=True)
class Choice:
    """One row of the profile, as someone filled it in."""

    chosen: bool
    identifier: str = ""
    handling: str = ""


def troubles_of(choices: Mapping[str, Choice]) -> dict[tuple[str, str], str]:
    """A ticked guarantor must know the point of sale; each sentence names guarantor and field."""
    errors: dict[tuple[str, str], str] = {}
    for key, choice in choices.items():
        guarantor = GUARANTORS[key]
        if not choice.chosen:
            continue
        if guarantor.account.needs_identifier and not choice.identifier:
            errors[key, "identifier"] = said("{label}\u00a0: le champ identifiant est obligatoire", label=guarantor.label)
        elif (
            choice.identifier
            and guarantor.account.identifier_shape
            and not re.fullmatch(guarantor.account.identifier_shape, choice.identifier)
        ):
            errors[key, "identifier"] = said(
                "{label}\u00a0: identifiant inconnu, par exemple {example}",
                label=guarantor.label,
                example=guarantor.account.identifier_example,
            )
        elif not IDENTIFIER.fullmatch(choice.identifier):
            errors[key, "identifier"] = said(
                "{label}\u00a0: un identifiant n’a que des lettres, des chiffres, et . / _ -", label=guarantor.label
            )
        if guarantor.account.needs_handling and choice.handling not in GuarantorAccount.Handling.values:
            errors[key, "handling"] = said("{label}\u00a0: choisissez le type de gestion (Forfait ou Gestion)", label=guarantor.label)
    return errors


@transaction.atomic
def save_profile(point: PointOfSale, choices: Mapping[str, Choice], *, who: str, now: datetime) -> Profile:
    """Modifier: from now on sales can be declared here. No guarantor at all is a choice too."""
    profile, _is_new = Profile.objects.get_or_create(point_of_sale=point)
    profile = Profile.objects.select_for_update().get(pk=profile.pk)
    preset = {account.guarantor: account for account in profile.accounts.all()}
    choices = {key: choice if choice.chosen else _kept(choice, preset.get(key)) for key, choice in choices.items()}
    if errors := troubles_of(choices):
        raise ProfileRefused(errors)
    for key, choice in choices.items():
        GuarantorAccount.objects.update_or_create(
            profile=profile,
            guarantor=key,
            defaults={"chosen": choice.chosen, "identifier": choice.identifier, "handling": choice.handling},
        )
    profile.saved_at, profile.saved_by = now, who
    profile.save(update_fields=["saved_at", "saved_by"])
    chosen = [GUARANTORS[key].label for key, choice in choices.items() if choice.chosen]
    note(
        "save_profile", "point_of_sale", point.code, who=who, owner_id=point.pk,
        sentence=_("Profil modifié\u00a0: %(chosen)s") % {"chosen": ", ".join(chosen) or _("aucun garantisseur")}, guarantors=chosen,
    )  # fmt: skip
    return profile


def _kept(choice: Choice, account: GuarantorAccount | None) -> Choice:
    """What a guarantor not ticked is known by stays for the day it is."""
    if account is None:
        return choice
    return Choice(False, choice.identifier or account.identifier, choice.handling or account.handling)


CHOSEN = Compiled(
    lambda: GuarantorAccount.objects.filter(profile__point_of_sale=Given("point"), profile__saved_at__isnull=False, chosen=True)
)


def chosen_accounts(point: PointOfSale) -> dict[str, GuarantorAccount]:
    """The guarantors of the profile, in the registry's order; nothing while the profile was never saved."""
    accounts = {account.guarantor: account for account in CHOSEN.rows(point=point.pk)}
    return {key: accounts[key] for key in GUARANTORS if key in accounts}


def is_configured(point: PointOfSale) -> bool:
    return Profile.objects.filter(point_of_sale=point, saved_at__isnull=False).exists()


class NotAMember(Exception):
    """The password is right, but this person does not work where the grant is meant for."""


@transaction.atomic
def give_grant(client: ApiClient, user: User, *, network_code: str | None) -> str:
    """The grant's text, shown this once: only its digest is kept."""
    works_there = Membership.objects.filter(user=user, point_of_sale__group=client.group)
    if network_code:
        works_there = works_there.filter(point_of_sale__network_code=network_code)
    point_id = works_there.order_by("pk").values_list("point_of_sale_id", flat=True).first()
    if point_id is None:
        raise NotAMember
    grant = GRANT_PREFIX + secrets.token_urlsafe(32)
    row = Grant.objects.create(client=client, user=user, sha256=digest(grant))
    note(
        "give_grant",
        "grant",
        row.pk,
        who=user.get_full_name(),
        owner_id=point_id,
        sentence=_("Accès donné à %(client)s") % {"client": client.name},
        client=client.pk,
    )
    return grant


@transaction.atomic
def revoke_grant(client: ApiClient, grant: str, *, now: datetime) -> bool:
    """Whether there was one of this client; revoked twice is revoked once."""
    row = Grant.objects.select_for_update().filter(client=client, sha256=digest(grant)).select_related("user").first()
    if row is None:
        return False
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        note("revoke_grant", "grant", row.pk, who=client.name, owner_id=_workplace_of(row), sentence=_("Accès révoqué"))
    return True


def _workplace_of(grant: Grant) -> int:
    """Where the journal keeps what happens to a grant: its user's first point of sale in the client's group, else the group's first."""
    ours = PointOfSale.objects.filter(group=grant.client.group_id)
    theirs = ours.filter(memberships__user=grant.user_id)
    return (theirs.order_by("pk").first() or ours.order_by("pk")[0]).pk


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


# Set up by the operator


@transaction.atomic
def create_group(
    name: str, *, code: str, network_code: str, point_name: str, address: str, postcode: str, city: str, manager: User, producer: str
) -> PointOfSale:
    """A dealer group begins with one point of sale and the person who may configure it."""
    group = Group.objects.create(name=name)
    point = PointOfSale.objects.create(
        group=group, code=code, network_code=network_code, name=point_name, address=address, postcode=postcode, city=city
    )
    profile = Profile.objects.create(point_of_sale=point)
    GuarantorAccount.objects.create(profile=profile, guarantor="stellantis", identifier=producer)
    Membership.objects.create(user=manager, point_of_sale=point, role=MANAGER)
    note("create_group", "point_of_sale", code, who="installation", owner_id=point.pk, sentence=_("Groupe %(name)s créé") % {"name": name})
    return point


@transaction.atomic
def create_api_client(group: Group, *, name: str, dealer_url: str) -> dict[str, str]:
    """The secrets of a dealer software, shown this once."""
    issued, notice_secret = issue_client(name), new_secret()
    keep_api_client(group, issued, name=name, dealer_url=dealer_url, notice_secret=notice_secret)
    return {"client_id": issued.client_id, "client_secret": issued.client_secret, "notice_secret": notice_secret}


def keep_api_client(group: Group, issued: IssuedClient, *, name: str, dealer_url: str, notice_secret: str) -> ApiClient:
    """Its software hears of its sales at the address that bears its client id."""
    notice_url = f"{dealer_url.rstrip('/')}/api/v1/notices/hub/{issued.client_id}"
    facts = {"group": group, "name": name, "notice_url": notice_url, "notice_secret": notice_secret}
    client, _is_new = ApiClient.objects.update_or_create(application=issued.application, defaults=facts)
    return client
