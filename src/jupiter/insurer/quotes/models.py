"""Jobs (devis) and the offers they were given. A price, once given, keeps its edition and its worksheet."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jupiter.insurer.customers.models import Account
from jupiter.insurer.policies.models import Policy
from jupiter.insurer.producers.models import ApiClient, OwnedSet, Producer, Reach
from jupiter.insurer.products.models import Edition, Offering, Product
from jupiter.insurer.products.rules import Car
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.history import kept
from jupiter.kit.searching import as_number_or_words, plain, squeezed
from jupiter.kit.walls import holds
from jupiter.kit.workflow import Workflow

from . import rules

RECENT_DAYS = 30
EXPIRING_DAYS = 3  # how long before its end an open quote is called urgent


class State(models.TextChoices):
    DRAFT = rules.DRAFT, _("Devis en ébauche")
    QUOTED = rules.QUOTED, _("Devis établi")
    BOUND = rules.BOUND, _("Souscrit")
    WITHDRAWN = rules.WITHDRAWN, _("Retiré")
    EXPIRED = rules.EXPIRED, _("Devis expiré")


LIFE = Workflow(
    quote=({State.DRAFT, State.QUOTED}, State.QUOTED),
    make_draft=({State.DRAFT, State.QUOTED}, State.DRAFT),
    choose=({State.QUOTED}, State.QUOTED),
    bind=({State.QUOTED}, State.BOUND),
    withdraw=({State.DRAFT, State.QUOTED}, State.WITHDRAWN),
    expire=({State.DRAFT, State.QUOTED}, State.EXPIRED),
)
GUIDEWIRE_STATES = {
    State.DRAFT.value: "Draft",
    State.QUOTED.value: "Quoted",
    State.BOUND.value: "Bound",
    State.WITHDRAWN.value: "Withdrawn",
    State.EXPIRED.value: "Expired",
}


class Kind(models.TextChoices):
    CAR = "VP", _("Véhicule Particulier (VP)")
    VAN = "VU", _("Véhicule Utilitaire (VU)")


class Fuel(models.TextChoices):
    PETROL = "PETROL", _("Essence")
    DIESEL = "DIESEL", _("Diesel")
    ELECTRIC = "ELECTRIC", _("Électrique")
    HYBRID = "HYBRID", _("Hybride")
    PLUGIN_HYBRID = "PLUGIN_HYBRID", _("Hybride rechargeable")
    LPG = "LPG", _("GPL")
    CNG = "CNG", _("GNV")


class JobSet(OwnedSet["Job"]):
    def still_open(self) -> "JobSet":
        return self.filter(state__in=rules.OPEN)

    def created_since(self, day: date) -> "JobSet":
        return self.filter(created_on__gte=day)

    def expiring_by(self, day: date) -> "JobSet":
        return self.still_open().filter(expires_on__lte=day)

    def overdue(self, today: date) -> "JobSet":
        return self.still_open().filter(expires_on__lt=today)

    def matching(self, words: str) -> "JobSet":
        return self.filter(holds(Job, *as_number_or_words(words)))

    def with_names(self) -> "JobSet":
        return self.select_related("account", "product", "producer", "offer", "policy")


@kept(besides=("search_text",))
class Job(models.Model):
    """A submission. The unit of change: cancellations and transfers will be jobs too."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("numéro de la transaction"), max_length=10, unique=True)
    state = models.CharField(_("statut"), max_length=10, choices=State, default=State.DRAFT)
    account = models.ForeignKey(Account, models.PROTECT, related_name="jobs")
    producer = models.ForeignKey(Producer, models.PROTECT, related_name="jobs")
    product = models.ForeignKey(Product, models.PROTECT, related_name="jobs")
    client = models.ForeignKey(ApiClient, models.PROTECT, null=True, related_name="jobs")  # whose software made it
    external_reference = models.CharField(max_length=40)
    notify = models.BooleanField(default=True)
    words = models.JSONField()  # as the client last sent them
    declared_level = models.CharField(max_length=30)
    declared_months = models.PositiveSmallIntegerField()
    seller = models.CharField(_("vendeur véhicule d’occasion"), max_length=200, blank=True)

    delivery_on = models.DateField(_("date de livraison"))
    vin = models.CharField("VIN", max_length=17)
    plate = models.CharField(_("immatriculation"), max_length=12)
    kind = models.CharField(_("type de véhicule"), max_length=2, choices=Kind)
    first_registered_on = models.DateField(_("première date d’immatriculation"))
    make = models.CharField(_("marque"), max_length=200)
    model = models.CharField(_("modèle"), max_length=200)
    fuel = models.CharField(_("type d’énergie"), max_length=20, choices=Fuel)
    din_power_hp = models.PositiveIntegerField(_("puissance de la voiture"))
    mileage_km = models.PositiveIntegerField(_("kilométrage"))
    manufacturer_warranty_until = models.DateField(_("garantie constructeur - date de fin"))
    manufacturer_warranty_km = models.BigIntegerField(_("garantie constructeur - kilomètres"))
    four_wheel_drive = models.BooleanField(_("spécificités du véhicule"), default=False)

    edition = models.ForeignKey(Edition, models.PROTECT, null=True, related_name="jobs")  # that priced it
    offer = models.ForeignKey("Offer", models.SET_NULL, null=True, related_name="+")  # the chosen one
    policy = models.OneToOneField(Policy, models.PROTECT, null=True, related_name="job")
    created_on = models.DateField(_("créé"))
    expires_on = models.DateField(_("date d’expiration du devis"))
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)  # its checksum: each change adds one
    sequence = models.PositiveIntegerField(default=0)  # of its notices
    happened = models.CharField(max_length=200, blank=True)
    search_text = models.TextField(blank=True)

    objects = JobSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["producer", "external_reference"], name="one_job_per_reference"),
            models.CheckConstraint(
                condition=Q(state=State.BOUND, policy__isnull=False) | ~Q(state=State.BOUND) & Q(policy=None),
                name="job_bound_has_policy",
            ),
            models.CheckConstraint(condition=~Q(state=State.DRAFT) | Q(edition=None, offer=None), name="job_draft_has_no_price"),
            models.CheckConstraint(
                condition=~Q(state__in=[State.QUOTED, State.BOUND]) | Q(edition__isnull=False), name="job_quoted_has_edition"
            ),
            models.CheckConstraint(condition=Q(expires_on__gte=F("created_on")), name="job_expires_after_creation"),
        ]
        indexes = [
            models.Index(fields=["producer", "-created_on", "-id"], name="job_by_producer"),
            models.Index(fields=["client", "created_at"], name="job_by_arrival"),  # for reconciliation
            models.Index(fields=["expires_on", "id"], condition=Q(state__in=sorted(rules.OPEN)), name="job_open_by_expiry"),
            models.Index(fields=["-created_on", "-id"], condition=Q(state__in=sorted(rules.OPEN)), name="job_open_by_day"),
            GinIndex(fields=["producer", "search_text"], opclasses=["int8_ops", "gin_trgm_ops"], name="job_search"),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def within(cls, reach: Reach) -> JobSet:
        return cls.objects.within(reach)

    @classmethod
    def open_lately(cls, reach: Reach, today: date) -> JobSet:
        """« Devis ouverts au cours des 30 derniers jours »: the tile counts these, the list shows them."""
        return cls.within(reach).still_open().created_since(today - timedelta(days=RECENT_DAYS))

    @property
    def public_id(self) -> str:
        return f"pc:{self.uid.hex}"

    @property
    def car(self) -> Car:
        return Car(
            kind=self.kind, make=self.make, fuel=self.fuel, first_registered_on=self.first_registered_on,
            din_power_hp=self.din_power_hp, mileage_km=self.mileage_km,
            manufacturer_warranty_until=self.manufacturer_warranty_until,
        )  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self.state in rules.OPEN

    @property
    def premium(self) -> Decimal | None:
        """Of the chosen offer; nothing until there is one."""
        return self.offer.gross if self.offer else None

    @cached_property
    def all_offers(self) -> "list[Offer]":
        """With their offering, in the order of the screens."""
        return OFFERS.rows(job=self.pk)

    def allows(self, move: str) -> bool:
        return LIFE.allows(self.state, move)

    def facts(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in rules.FACTS}

    def words_to_search(self) -> str:
        return " ".join(
            (
                self.number, plain(self.external_reference), squeezed(self.plate), self.vin,
                self.account.words_to_search(), plain(f"{self.make} {self.model}"),
            )
        )  # fmt: skip


@kept()
class Offer(models.Model):
    """One offering in one duration: its price and how it was made, or why it is not for this car."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="offers")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    months = models.PositiveSmallIntegerField()
    waiting_months = models.PositiveSmallIntegerField()
    is_declared = models.BooleanField(default=False)
    rank = models.PositiveSmallIntegerField()
    net = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    tax = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    gross = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    worksheet = models.JSONField(null=True)
    refusals = models.JSONField(default=list)  # rule, value, limit
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["job", "offering", "months"], name="one_offer_per_term"),
            models.CheckConstraint(
                condition=Q(gross__isnull=False, gross=F("net") + F("tax"), worksheet__isnull=False) | Q(gross=None),
                name="offer_price_adds_up",
            ),
        ]

    @property
    def is_eligible(self) -> bool:
        return self.gross is not None


OFFERS = Compiled(lambda: Offer.objects.filter(job=Given("job")).select_related("offering").order_by("rank"))
