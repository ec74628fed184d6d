"""A transmission and its attempts: what screens show, what a support call can read."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jupiter.kit.workflow import Workflow


class State(models.TextChoices):
    SENDING = "sending", _("Transmission en cours")
    DELIVERED = "delivered", _("Transmis")
    ASIDE = "aside", _("À reprendre")
    DROPPED = "dropped", _("Abandonné")


LIFE = Workflow(
    deliver=({State.SENDING, State.ASIDE}, State.DELIVERED),  # aside: a person was told, and the partner had it all the same
    set_aside=({State.SENDING}, State.ASIDE),
    send_again=({State.ASIDE}, State.SENDING),
    say_again=({State.DELIVERED, State.ASIDE}, State.SENDING),
    drop=({State.SENDING, State.ASIDE}, State.DROPPED),
)


class TransmissionSet(models.QuerySet["Transmission"]):
    def of(self, owner_ids: list[int]) -> "TransmissionSet":
        return self.filter(owner_id__in=owner_ids)

    def aside(self) -> "TransmissionSet":
        return self.filter(state=State.ASIDE)

    def with_breaker(self) -> "TransmissionSet":
        """Each with `breaker_is_open`: its partner is not called but by a probe."""
        return self.annotate(breaker_is_open=Exists(PartnerTrouble.objects.with_open_breaker().filter(partner=OuterRef("partner"))))

    def about(self, subject: object) -> "TransmissionSet":
        return self.filter(subject=str(subject)).order_by("-id")


# As lists begin: what is aside, then what is on its way, then the rest. An index has it.
URGENCY = Case(
    When(state=State.ASIDE, then=Value(0)), When(state=State.SENDING, then=Value(1)), default=Value(2), output_field=IntegerField()
)


class Transmission(models.Model):
    """The same words keep their key, so a partner that did hear them answers the same."""

    kind = models.CharField(max_length=40)  # picks the carrier
    partner = models.CharField(max_length=60)  # also the queue
    owner_id = models.BigIntegerField()  # whose it is: a site, a point of sale, a producer
    subject = models.CharField(max_length=80)  # the natural key of what it is about
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    words = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.SENDING)
    trouble = models.TextField(blank=True)
    tries = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    sending_since = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)
    trace = models.CharField(max_length=32, blank=True, db_default="")  # of the request that it goes back to

    objects = TransmissionSet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.SENDING, settled_at=None) | ~Q(state=State.SENDING) & Q(settled_at__isnull=False),
                name="transmission_settled_has_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "id"], name="transmission_by_subject"),
            models.Index(fields=["owner_id", "state", "-id"], name="transmission_by_owner"),
            models.Index(URGENCY, F("id").desc(), name="transmission_by_urgency"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} → {self.partner} ({self.state})"

    @property
    def can_be_sent_again(self) -> bool:
        return LIFE.allows(self.state, "send_again")

    def seconds_sending(self, now: datetime) -> float:
        return (now - self.sending_since).total_seconds()


class Outcome(models.TextChoices):
    ANSWERED = "answered", _("Répondu")
    TRY_AGAIN = "try_again", _("Sans réponse utile, nouvel essai")
    REFUSED = "refused", _("Refusé")
    BROKEN = "broken", _("Erreur interne")


class Attempt(models.Model):
    """When, to whom, what came back. What was said stands on the transmission."""

    transmission = models.ForeignKey(Transmission, models.CASCADE, related_name="attempts")
    at = models.DateTimeField(db_default=Now())
    milliseconds = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    status = models.PositiveSmallIntegerField(null=True)  # HTTP, when an answer came
    answer = models.TextField(blank=True)  # its first 4 000 characters

    def __str__(self) -> str:
        return f"{self.at} {self.outcome} {self.status or ''}"


OPENS_AFTER = 5  # failures in a row: then it is not called until a probe is answered
# At least, between two probes: a partner that is only started anew is soon found again, one that stays away is asked ever more seldom. Where
# nothing else is due, the clock brings one forward every 15 s.
SOONEST_PROBE_SECONDS, PROBE_SECONDS = 2, 12


class PartnerTroubleSet(models.QuerySet["PartnerTrouble"]):
    def with_open_breaker(self) -> "PartnerTroubleSet":
        return self.filter(failures__gte=OPENS_AFTER)


class PartnerTrouble(models.Model):
    """A partner that does not answer, since when: the breaker, shared by all workers. No row: it is well."""

    partner = models.CharField(max_length=60, primary_key=True)
    since = models.DateTimeField(db_default=Now())
    failures = models.PositiveIntegerField(default=1)
    reason = models.TextField(blank=True)
    probed_at = models.DateTimeField(db_default=Now())

    objects = PartnerTroubleSet.as_manager()

    def __str__(self) -> str:
        return f"{self.partner} since {self.since}"

    @property
    def is_open(self) -> bool:
        return self.failures >= OPENS_AFTER
