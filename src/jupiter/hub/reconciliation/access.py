"""Whose differences somebody may see."""

from django.db.models import QuerySet

from jupiter.hub.dealers.models import ApiClient, Member
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit.differences.models import Comparison, Difference, DifferenceSet


def differences_of(member: Member) -> DifferenceSet:
    return Difference.objects.all() if member.is_network else Difference.objects.of(member.point_ids)


def comparisons_of(member: Member) -> QuerySet[Comparison]:
    return Comparison.objects.all() if member.is_network else Comparison.objects.filter(owner_id__in=member.point_ids)


def owners_of(member: Member) -> dict[int, str]:
    return {point.pk: point.name for point in member.points_of_sale}


def neighbours() -> dict[str, str]:
    """As screens name them."""
    names = {one.partner: one.source for one in GUARANTORS.values() if one.partner}
    return names | {one.partner: one.name for one in ApiClient.objects.all()}
