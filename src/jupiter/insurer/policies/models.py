"""Policies, what made and changed them, and their papers as they were issued."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jupiter.insurer.customers.models import Account
from jupiter.insurer.producers.models import OwnedSet, Producer, Reach
from jupiter.insurer.products.models import Edition, Offering, Product
from jupiter.kit.history import kept
from jupiter.kit.searching import as_number_or_words, plain, squeezed
from jupiter.kit.walls import holds

from . import rules

RECENT_DAYS = 30
RING = 10  # policies a user's « consultées récemment » holds

STATUS_WORDS = {
    rules.Status.SCHEDULED: _("Planifiée"),
    rules.Status.IN_FORCE: _("En vigueur"),
    rules.Status.EXPIRED: _("Expirée"),
}


class PolicySet(OwnedSet["Policy"]):
    def issued_since(self, day: date) -> "PolicySet":
        return self.filter(issued_on__gte=day)

    def matching(self, words: str) -> "PolicySet":
        return self.filter(holds(Policy, *as_number_or_words(words)))

    def covering(self, vin: str, start: date, end: date) -> "PolicySet":
        return self.filter(vin=vin, starts_on__lt=end, ends_on__gt=start)

    def seen_by(self, user_id: int) -> "PolicySet":
        return self.filter(viewings__user=user_id).order_by("-viewings__at")


@kept(besides=("search_text",))
class Policy(models.Model):
    """What was bought, in the words of the day it was bought. Later changes are transactions, not edits."""

    number = models.CharField(_("numéro de police"), max_length=10, unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="policies")
    producer = models.ForeignKey(Producer, models.PROTECT, related_name="policies")
    product = models.ForeignKey(Product, models.PROTECT, related_name="policies")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="policies")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="policies")
    product_name = models.CharField(max_length=80)  # of the offering, as sold
    months = models.PositiveSmallIntegerField()
    waiting_months = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    net = models.DecimalField(max_digits=12, decimal_places=2)
    tax = models.DecimalField(max_digits=12, decimal_places=2)
    gross = models.DecimalField(max_digits=12, decimal_places=2)
    worksheet = models.JSONField()
    vin = models.CharField(max_length=17)
    plate = models.CharField(max_length=12)
    make = models.CharField(max_length=200)
    model = models.CharField(max_length=200)
    facts = models.JSONField()  # the car, the delivery, the seller, the holder: frozen
    job_number = models.CharField(max_length=10)
    issued_on = models.DateField()
    issued_at = models.DateTimeField(db_default=Now())
    issued_by = models.CharField(max_length=150)
    search_text = models.TextField(blank=True)

    objects = PolicySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(net__gte=0, gross=F("net") + F("tax")), name="policy_price_adds_up"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="policy_period_has_days"),
            ExclusionConstraint(
                name="one_policy_per_car_and_day",
                expressions=[
                    ("vin", RangeOperators.EQUAL),
                    (Func(F("starts_on"), F("ends_on"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["producer", "-issued_on", "-id"], name="policy_by_producer"),
            models.Index(fields=["-issued_on", "-id"], name="policy_by_day"),  # for the insurer, who sees all
            GinIndex(fields=["producer", "search_text"], opclasses=["int8_ops", "gin_trgm_ops"], name="policy_search"),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def within(cls, reach: Reach) -> PolicySet:
        return cls.objects.within(reach)

    @classmethod
    def issued_lately(cls, reach: Reach, today: date) -> PolicySet:
        """« Polices émises récemment »: the tile counts these, the list shows them."""
        return cls.within(reach).issued_since(today - timedelta(days=RECENT_DAYS)).order_by("-issued_on", "-id")

    @classmethod
    def seen_lately(cls, reach: Reach, user_id: int) -> PolicySet:
        """« Polices consultées récemment » of one person, while they may still be seen."""
        return cls.within(reach).seen_by(user_id)

    def status_on(self, day: date) -> rules.Status:
        return rules.status_on(day, starts_on=self.starts_on, ends_on=self.ends_on)

    def words_to_search(self) -> str:
        car = (squeezed(self.plate), self.vin, plain(f"{self.make} {self.model}"))
        return " ".join((self.number, self.job_number, *car, self.account.words_to_search()))


class PolicyTransaction(models.Model):
    """One job's effect on a policy. The first is the submission that made it."""

    class Kind(models.TextChoices):
        SUBMISSION = "submission", _("Souscription")

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="transactions")
    sequence = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=Kind)
    job_number = models.CharField(max_length=10, unique=True)  # one purchase per quote, whatever is clicked
    effective_on = models.DateField()
    gross = models.DecimalField(max_digits=12, decimal_places=2)
    snapshot = models.JSONField()
    at = models.DateTimeField(db_default=Now())
    by = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "sequence"], name="one_transaction_per_step")]


class Document(models.Model):
    """The bytes that were issued; they are served unchanged for ever."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="documents")
    sequence = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    label = models.CharField(max_length=80)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    issued_on = models.DateField()
    template = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "sequence"], name="one_document_per_number")]

    def __str__(self) -> str:
        return self.name


@kept()
class StatementLine(models.Model):
    """What a producer owes for a purchase: the insurer's monthly statement adds these up."""

    producer = models.ForeignKey(Producer, models.PROTECT, related_name="statement_lines")
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="statement_lines")
    booked_on = models.DateField()
    label = models.CharField(max_length=120)
    gross = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        indexes = [models.Index(fields=["producer", "booked_on"], name="statement_by_month")]


class Viewing(models.Model):
    """A policy that a user looked at lately: a ring of RING per user."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    policy = models.ForeignKey(Policy, models.CASCADE, related_name="viewings")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "policy"], name="one_viewing_per_policy")]
        indexes = [models.Index(fields=["user", "-at"], name="viewings_of_user")]
