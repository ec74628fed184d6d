"""Whose differences somebody may see."""

from django.db.models import QuerySet

from jupiter.dealer.sites.access import Member
from jupiter.kit.differences.models import Comparison, Difference, DifferenceSet


def differences_of(member: Member) -> DifferenceSet:
    return member.own(Difference.objects.all(), "owner_id")


def comparisons_of(member: Member) -> QuerySet[Comparison]:
    return member.own(Comparison.objects.all(), "owner_id")


def find(member: Member, difference_id: int) -> Difference:
    return member.find(Difference.objects.all(), "owner_id", pk=difference_id)
