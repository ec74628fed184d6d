"""Comparisons as they were made, and the differences that they found."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jupiter.kit.history import kept
from jupiter.kit.workflow import Workflow


class State(models.TextChoices):
    OPEN = "open", _("À traiter")
    REPAIRING = "repairing", _("Réparation en cours")
    ACCEPTED = "accepted", _("Gardé tel quel")
    SETTLED = "settled", _("Réglé")


LIVE = (State.OPEN, State.REPAIRING, State.ACCEPTED)
LIFE = Workflow(
    repair=({State.OPEN, State.REPAIRING, State.ACCEPTED}, State.REPAIRING),
    accept=({State.OPEN, State.REPAIRING}, State.ACCEPTED),
    find_again=({State.OPEN, State.REPAIRING, State.ACCEPTED}, State.OPEN),
    settle=({State.OPEN, State.REPAIRING, State.ACCEPTED}, State.SETTLED),
)


class Comparison(models.Model):
    """One owner's things compared once with one neighbour."""

    owner_id = models.BigIntegerField()
    neighbour = models.CharField(max_length=60)
    at = models.DateTimeField(db_default=Now())
    by = models.CharField(max_length=150)  # a person, or the nightly task
    from_on = models.DateField()
    to_on = models.DateField()
    sales = models.PositiveIntegerField(default=0)  # compared
    days = models.PositiveIntegerField(default=0)  # whose digests differed
    found = models.PositiveIntegerField(default=0)
    trouble = models.TextField(blank=True)  # why it was not made

    class Meta:
        indexes = [models.Index(fields=["owner_id", "-id"], name="comparison_by_owner")]

    def __str__(self) -> str:
        return f"{self.neighbour} {self.at} {self.found}"


class DifferenceSet(models.QuerySet["Difference"]):
    def of(self, owner_ids: list[int]) -> "DifferenceSet":
        return self.filter(owner_id__in=owner_ids)

    def live(self) -> "DifferenceSet":
        return self.filter(state__in=LIVE)

    def unsettled(self) -> "DifferenceSet":
        """What counts as a difference: not what a person decided to keep."""
        return self.filter(state__in=(State.OPEN, State.REPAIRING))


@kept(besides=("seen_at",))
class Difference(models.Model):
    """Two services say one thing differently. Found again it stays one row; once settled, the next one is another."""

    owner_id = models.BigIntegerField()  # 0: nobody here is known to own it
    neighbour = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)  # the natural key of the thing
    label = models.CharField(max_length=200)
    verdict = models.CharField(max_length=30)
    sides = models.JSONField(default=dict)  # by service, what it says; null: it has none
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())  # by the last comparison
    repair = models.TextField(blank=True)  # what was done, in a sentence
    repaired_by = models.CharField(max_length=150, blank=True)
    repaired_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)  # why a person keeps it as it is
    settled_at = models.DateTimeField(null=True)

    objects = DifferenceSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["neighbour", "subject"], condition=Q(state__in=LIVE), name="one_live_difference"),
            models.CheckConstraint(
                condition=Q(state=State.SETTLED, settled_at__isnull=False) | ~Q(state=State.SETTLED) & Q(settled_at=None),
                name="difference_settled_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(repaired_by="", repaired_at=None) | ~Q(repaired_by="") & Q(repaired_at__isnull=False),
                name="difference_repaired_has_instant",
            ),
            models.CheckConstraint(condition=~Q(state=State.ACCEPTED) | ~Q(reason=""), name="difference_kept_has_reason"),
        ]
        indexes = [models.Index(fields=["owner_id", "state", "-id"], name="difference_by_owner")]

    def __str__(self) -> str:
        return f"{self.verdict} {self.subject} ({self.state})"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def can_be_kept(self) -> bool:
        return LIFE.allows(self.state, "accept")

    @property
    def can_be_repaired(self) -> bool:
        return LIFE.allows(self.state, "repair")
