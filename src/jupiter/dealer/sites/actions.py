"""Keep what the table of sites says of one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from jupiter.kit.journal.actions import note

from . import rules
from .models import Site, SiteFee

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
        changes["default_fees"] = ["", "modifiés"]
    if changes:
        site.version, site.updated_by = F("version") + 1, by
        site.save(update_fields=[*FACTS, "version", "updated_by", "updated_at"])
        site.refresh_from_db(fields=["version"])
        note("edit", "site", site.pk, who=by, owner_id=site.pk, sentence=f"Localisation {site.code} modifiée", changes=changes)
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
