"""Keep what the table of sites says of one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop as _

from jupiter.kit.accounts.models import User
from jupiter.kit.journal.actions import note

from . import rules
from .models import Group, HubLink, Membership, Site, SiteFee

FACTS = (
    "code", "name", "legal_name", "bic_code", "address", "postcode", "city", "country", "phone", "network_code", "fixed_fees",
    "trade_fixed_fees", "dms_code", "manufacturer_code", "brands", "is_blocked",
)  # fmt: skip


class SavedMeanwhile(Exception):
    """Someone else saved this site since the form was opened."""

    def __init__(self, theirs: Site) -> None:
        super().__init__(f"{theirs} was saved by {theirs.updated_by}")
        self.theirs = theirs


class NetworkCodeCleared(Exception):
    """The network knows the site by this code: it may be corrected, not taken away."""


class TakenInGroup(Exception):
    """Another site of the group has this code: `field` says which one."""

    def __init__(self, field: str, other: Site) -> None:
        super().__init__(f"{field} belongs to {other}")
        self.field, self.other = field, other


@dataclass(frozen=True)
class FeeLine:
    label: str
    amount: Decimal
    kind: str


@transaction.atomic
def save_site(site: Site, facts: Mapping[str, Any], *, fees: Sequence[FeeLine], version: int, by: str) -> Site:
    """Modifier une localisation: the facts and the default fees together."""
    site = Site.objects.select_for_update().get(pk=site.pk)
    if site.version != version:
        raise SavedMeanwhile(site)
    if rules.clears_network_code(site.network_code, facts["network_code"]):
        raise NetworkCodeCleared
    _refuse_taken(site, facts)
    changes = {name: [str(getattr(site, name)), str(facts[name])] for name in FACTS if getattr(site, name) != facts[name]}
    for name in FACTS:
        setattr(site, name, facts[name])
    if _write_fees(site, fees):
        changes["default_fees"] = ["", _("modifiés")]
    if changes:
        site.version, site.updated_by = F("version") + 1, by
        site.save(update_fields=[*FACTS, "version", "updated_by", "updated_at"])
        site.refresh_from_db(fields=["version"])
        note(
            "edit",
            "site",
            site.pk,
            who=by,
            owner_id=site.pk,
            sentence=_("Localisation {code} modifiée").format(code=site.code),
            changes=changes,
        )
    return site


def _refuse_taken(site: Site, facts: Mapping[str, Any]) -> None:
    others = Site.objects.filter(group=site.group_id).exclude(pk=site.pk)
    for field in ("code", "network_code"):
        if facts[field] and facts[field] != getattr(site, field) and (other := others.filter(**{field: facts[field]}).first()):
            raise TakenInGroup(field, other)


def _write_fees(site: Site, fees: Sequence[FeeLine]) -> bool:
    """Whether anything changed."""
    if [(fee.label, fee.amount, fee.kind) for fee in fees] == list(site.default_fees.values_list("label", "amount", "kind")):
        return False
    site.default_fees.all().delete()
    SiteFee.objects.bulk_create(
        SiteFee(site=site, position=position, label=fee.label, amount=fee.amount, kind=fee.kind)
        for position, fee in enumerate(fees, start=1)
    )
    return True


@transaction.atomic
def create_group(name: str, *, site_code: str, site_name: str, administrator: User) -> Group:
    """A dealer group begins with one site and the person who may set up the rest."""
    group = Group.objects.create(name=name)
    site = Site.objects.create(group=group, legacy_id=1, code=site_code, name=site_name)
    Membership.objects.create(user=administrator, site=site, role=rules.ADMIN)
    note("create", "group", group.pk, who="installation", owner_id=site.pk, sentence=_("Groupe {name} créé").format(name=name))
    return group


@transaction.atomic
def link_to_hub(group: Group, *, client_id: str, client_secret: str, notice_secret: str) -> HubLink:
    """The credentials that the hub gave to this group; the former secret of notices is still taken for a while."""
    link = HubLink.objects.select_for_update().filter(group=group).first() or HubLink(group=group)
    if link.notice_secret and link.notice_secret != notice_secret:
        link.former_notice_secret = link.notice_secret
    link.client_id, link.client_secret, link.notice_secret = client_id, client_secret, notice_secret
    link.save()
    return link
