"""Claims against a policy. Declaring one comes later; they are listed and counted already."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from jupiter.insurer.policies.models import Policy
from jupiter.insurer.producers.models import OwnedSet, Producer, Reach
from jupiter.kit.history import kept


class ClaimSet(OwnedSet["Claim"]):
    def with_names(self) -> "ClaimSet":
        return self.select_related("policy", "policy__account")


@kept()
class Claim(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("Ouvert")
        CLOSED = "closed", _("Clos")

    number = models.CharField(_("numéro de sinistre"), max_length=10, unique=True)
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="claims")
    producer = models.ForeignKey(Producer, models.PROTECT, related_name="claims")
    state = models.CharField(_("statut"), max_length=10, choices=State, default=State.OPEN)
    broke_down_on: "models.DateField[date, date]" = models.DateField(_("date de la panne"))
    mileage_km = models.PositiveIntegerField(_("kilométrage"))
    cause = models.CharField(_("cause"), max_length=200)

    objects = ClaimSet.as_manager()

    def __str__(self) -> str:
        return self.number

    @classmethod
    def within(cls, reach: Reach) -> ClaimSet:
        return cls.objects.within(reach)
