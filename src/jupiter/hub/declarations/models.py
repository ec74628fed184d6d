"""A sale at the hub: the words received, the values held, what was sent to the guarantor and what became of it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jupiter.hub.dealers.models import ApiClient, Grant, PointOfSale
from jupiter.kit.accounts.models import User
from jupiter.kit.history import kept
from jupiter.kit.searching import plain, squeezed
from jupiter.kit.walls import holds
from jupiter.kit.workflow import Workflow
from jupiter.kit.writing import RemembersJson

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class State(models.TextChoices):
    """The codes are those of contracts/sale_state.py; the words are the screens'."""

    RECEIVED = "received", _("Reçue, à déclarer")
    WITHDRAWN = "withdrawn", _("Retirée")
    DECLARED = "declared", _("Déclarée")


class Cover(models.TextChoices):
    NONE = "none", _("Rien de demandé")
    NOT_WANTED = "not_wanted", _("Sans garantie commerciale")
    SENDING = "sending", _("Création du devis en cours")
    ASIDE = "aside", _("À reprendre")
    QUOTE_DRAFT = "quote_draft", _("Devis en ébauche")
    QUOTED = "quoted", _("Devis établi")
    QUOTE_WITHDRAWN = "quote_withdrawn", _("Devis supprimé")
    QUOTE_EXPIRED = "quote_expired", _("Devis expiré")
    ISSUED = "issued", _("Police émise")
    CANCELLED = "cancelled", _("Police annulée")


LIFE = Workflow(
    receive=({State.RECEIVED, State.WITHDRAWN}, State.RECEIVED),
    complete=({State.RECEIVED}, State.RECEIVED),
    withdraw=({State.RECEIVED, State.WITHDRAWN}, State.WITHDRAWN),
    declare=({State.RECEIVED}, State.DECLARED),
)
WORDS_IN_A_SEARCH = 6
WITH_A_QUOTE = (Cover.QUOTE_DRAFT, Cover.QUOTED)
UNDER_WAY = (Cover.SENDING, Cover.ASIDE, *WITH_A_QUOTE)
VIEWS = {  # the saved views of the list: a count on a tile and the rows behind it are one condition
    "a-declarer": Q(state=State.RECEIVED),
    "en-cours": Q(state=State.DECLARED, cover__in=UNDER_WAY),  # declared, and the cover is still to come
    "a-reprendre": Q(state=State.DECLARED, cover=Cover.ASIDE),
    "terminees": Q(state=State.DECLARED) & ~Q(cover__in=UNDER_WAY),
    "toutes": Q(),
}


class SaleSet(models.QuerySet["Sale"]):
    def of_points(self, point_ids: list[int]) -> "SaleSet":
        return self.filter(point_of_sale_id__in=point_ids)

    def in_view(self, key: str) -> "SaleSet":
        return self.filter(VIEWS[key])

    def matching(self, asked: str) -> "SaleSet":
        """Plate with or without dashes, VIN or its end, buyer, order, declaration, quote or policy number."""
        words = [word for word in asked.split() if plain(word)][:WORDS_IN_A_SEARCH]
        return self.filter(holds(Sale, *((plain(word), squeezed(word)) for word in words)))


@kept(besides=("search_text",))
class Sale(RemembersJson):
    """`reference` is the caller's own, for ever. `words` came last from the order; `values` are what the hub holds now."""

    client = models.ForeignKey(ApiClient, models.PROTECT, related_name="sales", null=True)  # none: begun on the hub's own screen
    reference = models.CharField(max_length=64)
    point_of_sale = models.ForeignKey(PointOfSale, models.PROTECT, related_name="sales")
    words = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    with_warranty = models.BooleanField(default=True)
    guarantor = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    cover = models.CharField(max_length=16, choices=Cover, default=Cover.NONE)
    declaration_number = models.CharField(max_length=18, unique=True, null=True)  # noqa: DJ001  # none before step 1 is passed
    declared_on = models.DateField(null=True)
    declared_at = models.DateTimeField(null=True)
    declared_by = models.CharField(max_length=150, blank=True)
    received_at = models.DateTimeField(db_default=Now())
    received_on = models.DateField()
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.CharField(max_length=150, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    happened = models.CharField(max_length=300, blank=True)
    trouble = models.TextField(blank=True)
    refused_fields = models.JSONField(default=dict)  # field → what the guarantor said of it
    quote = models.JSONField(null=True)  # contracts.sale_state.QuoteV1
    quote_number = models.CharField(max_length=10, blank=True)
    policy = models.JSONField(null=True)  # contracts.sale_state.PolicyV1
    policy_number = models.CharField(max_length=10, blank=True)
    job_sequence = models.PositiveIntegerField(default=0)  # of the newest notice of the insurer
    insurer_facts = models.JSONField(default=dict)  # by our field names
    insurer_facts_at = models.DateTimeField(null=True)
    # what lists show and searches read, written with the values
    buyer = models.CharField(max_length=200, blank=True)
    plate = models.CharField(max_length=12, blank=True)
    vehicle = models.CharField(max_length=200, blank=True)
    order_number = models.CharField(max_length=40, blank=True)
    search_text = models.TextField(blank=True)

    objects = SaleSet.as_manager()

    if TYPE_CHECKING:
        corrections: "RelatedManager[Correction]"
        versions: "RelatedManager[DeclarationVersion]"
        document: "PolicyDocument"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "reference"], name="one_sale_per_reference", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(state=State.DECLARED, declared_at__isnull=False, declared_on__isnull=False, declaration_number__isnull=False)
                | ~Q(state=State.DECLARED) & Q(declared_at=None, declared_on=None),
                name="sale_declared_has_date_and_number",
            ),
            models.CheckConstraint(condition=Q(state=State.DECLARED) | Q(cover=Cover.NONE), name="sale_cover_needs_declaration"),
            models.CheckConstraint(
                condition=Q(declaration_number=None) | Q(declaration_number__regex=r"^SP\d{6}[A-Z]\d{9}$"), name="sale_number_shape"
            ),
            models.CheckConstraint(condition=Q(values__isnull=False) & ~Q(reference=""), name="sale_has_reference"),
        ]
        indexes = [
            models.Index(fields=["point_of_sale", "state", "-id"], name="sale_by_point"),
            models.Index(fields=["-changed_at", "-id"], name="sale_by_change"),
            models.Index(fields=["client", "received_at"], name="sale_by_arrival"),  # for reconciliation, as the next
            models.Index(fields=["declared_at"], condition=Q(state=State.DECLARED), name="sale_by_declaration"),
            # what waits: few among very many
            models.Index(fields=["-changed_at"], condition=Q(state=State.RECEIVED), name="sale_received"),
            models.Index(fields=["-changed_at"], condition=Q(state=State.DECLARED, cover__in=UNDER_WAY), name="sale_under_way"),
            models.Index(fields=["-changed_at"], condition=Q(state=State.DECLARED, cover=Cover.ASIDE), name="sale_set_aside"),
            GinIndex(fields=["point_of_sale", "search_text"], opclasses=["int8_ops", "gin_trgm_ops"], name="sale_search"),
        ]

    def __str__(self) -> str:
        return self.declaration_number or self.reference

    @property
    def is_received(self) -> bool:
        return self.state == State.RECEIVED

    @property
    def is_declared(self) -> bool:
        return self.state == State.DECLARED

    @property
    def can_be_completed(self) -> bool:
        """Before it is declared, and again when the guarantor's part came back."""
        return LIFE.allows(self.state, "complete") or self.can_be_sent_again

    @property
    def can_be_sent_again(self) -> bool:
        return self.is_declared and self.cover == Cover.ASIDE

    @property
    def is_settled(self) -> bool:
        """Nothing arrives by itself any more on the result page."""
        return self.is_declared and self.cover != Cover.SENDING

    @property
    def transmission_subject(self) -> str:
        return f"sale {self.pk}"

    @property
    def title(self) -> str:
        return self.buyer or self.order_number or self.reference


class Correction(models.Model):
    """A value changed on the hub's form against what the order said, or filled where it said nothing."""

    sale = models.ForeignKey(Sale, models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=30)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    who = models.CharField(max_length=150)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["sale", "id"], name="correction_by_sale")]

    def __str__(self) -> str:
        return f"{self.sale} {self.field}"


class DeclarationVersion(models.Model):
    """What the guarantor was told, word for word. Never changed: a correction is the next version."""

    sale = models.ForeignKey(Sale, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    values = models.JSONField()
    words = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sale", "number"], name="one_declaration_per_version")]

    def __str__(self) -> str:
        return f"{self.sale} v{self.number}"


@kept(besides=("content",))
class PolicyDocument(models.Model):
    """The policy's PDF: announced by the insurer with its digest, then kept here byte for byte."""

    sale = models.OneToOneField(Sale, models.PROTECT, related_name="document")
    name = models.CharField(max_length=120)
    href = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    content = models.BinaryField(null=True)
    kept_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(content=None, kept_at=None) | Q(content__isnull=False, kept_at__isnull=False), name="document_kept_has_instant"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_kept(self) -> bool:
        return self.kept_at is not None


class LaunchSet(models.QuerySet["Launch"]):
    def open_at(self, now: datetime) -> "LaunchSet":
        return self.filter(used_at=None, expires_at__gt=now, grant__revoked_at=None, user__is_active=True)


class Launch(models.Model):
    """A single-use address into one sale, for one person. Kept as a digest."""

    sale = models.ForeignKey(Sale, models.CASCADE, related_name="launches")
    user = models.ForeignKey(User, models.CASCADE, related_name="launches")
    grant = models.ForeignKey(Grant, models.CASCADE, related_name="launches")
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    return_url = models.CharField(max_length=500, blank=True)  # the order's page in the calling software

    objects = LaunchSet.as_manager()

    def __str__(self) -> str:
        return f"{self.user} → {self.sale}"
