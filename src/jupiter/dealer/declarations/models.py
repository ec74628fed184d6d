"""What became of an order's sale at the hub, and the sellers' grants there."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jupiter.dealer.orders.models import Order
from jupiter.dealer.sites.models import Site
from jupiter.kit.crypto import SealedField
from jupiter.kit.history import kept
from jupiter.kit.writing import RemembersJson

STELLANTIS = "stellantis"
GUARANTORS = ((STELLANTIS, _("Déclaration SPOTICAR (stellantis)")),)  # the list of *Information garantisseur*


class State(models.TextChoices):
    """Where the sale stands with the hub, as far as we were told."""

    SENDING = "sending", _("Transmission en cours")
    RECEIVED = "received", _("Transmise")
    DECLARED = "declared", _("Déclarée")
    WITHDRAWN = "withdrawn", _("Retirée")
    ASIDE = "aside", _("À reprendre")  # what we said was refused, or nobody answered past patience


class CoverState(models.TextChoices):
    """Where the guarantor stands, in the hub's words."""

    NONE = "none", _("Rien de demandé")
    NOT_WANTED = "not_wanted", _("Sans garantie commerciale")
    SENDING = "sending", _("Création du devis en cours")
    ASIDE = "aside", _("À reprendre au Centralisateur")
    QUOTE_DRAFT = "quote_draft", _("Devis en ébauche")
    QUOTED = "quoted", _("Devis à acheter")
    QUOTE_WITHDRAWN = "quote_withdrawn", _("Devis retiré")
    QUOTE_EXPIRED = "quote_expired", _("Devis expiré")
    ISSUED = "issued", _("Police souscrite")
    CANCELLED = "cancelled", _("Police annulée")


SETTLED_COVER = (CoverState.NOT_WANTED, CoverState.ISSUED, CoverState.CANCELLED, CoverState.QUOTE_EXPIRED, CoverState.QUOTE_WITHDRAWN)


class SaleSet(models.QuerySet["SaleAtHub"]):
    """Whose they are is the caller's question: Member.own(…, "order__site")."""

    def of(self, site_ids: list[int]) -> "SaleSet":
        return self.filter(order__site__in=site_ids)

    def to_declare(self) -> "SaleSet":
        """Closed with a label and not declared: someone must press Garantir."""
        return self.filter(order__state="closed", order__deleted_at=None, order__warranty__isnull=False).exclude(
            state__in=(State.DECLARED, State.WITHDRAWN)
        )

    def quotes_to_complete(self) -> "SaleSet":
        """Declared, and the quote still waits to be bought."""
        return self.filter(state=State.DECLARED, cover_state__in=(CoverState.QUOTE_DRAFT, CoverState.QUOTED))

    def to_check(self) -> "SaleSet":
        """Declared there while it was undone here: someone must look."""
        return self.exclude(to_check="").filter(order__deleted_at=None)

    def covered(self) -> "SaleSet":
        return self.filter(cover_state=CoverState.ISSUED)

    def matching_policy(self, number: str) -> "SaleSet":
        return self.filter(Q(policy_number=number) | Q(declaration_number=number.upper()) | Q(quote_number=number))


@kept()
class SaleAtHub(RemembersJson):
    """One per order that was ever sent. `sequence` is the newest state we know: an older notice is recorded and ignored."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="at_hub")
    reference = models.UUIDField(unique=True)  # the order's sale_reference
    state = models.CharField(max_length=10, choices=State, default=State.SENDING)
    trouble = models.TextField(blank=True)  # why it is aside
    sequence = models.PositiveIntegerField(default=0)
    cover_state = models.CharField(max_length=16, choices=CoverState, default=CoverState.NONE)
    cover_trouble = models.TextField(blank=True)  # why the guarantor's part is set aside, at the hub
    declaration_number = models.CharField(_("N° de déclaration"), max_length=40, blank=True)
    guarantor = models.CharField(max_length=40, blank=True)
    quote_number = models.CharField(_("Devis n°"), max_length=20, blank=True)
    quote_link = models.URLField(max_length=500, blank=True)
    quote_expires_on = models.DateField(null=True, blank=True)
    premium = models.DecimalField(_("Prime"), max_digits=10, decimal_places=2, null=True, blank=True)
    product = models.CharField(max_length=120, blank=True)
    policy_number = models.CharField(_("Police n°"), max_length=20, blank=True)
    policy_starts_on = models.DateField(null=True, blank=True)
    policy_ends_on = models.DateField(null=True, blank=True)  # half-open: the last covered day is the one before
    policy_issued_on = models.DateField(null=True, blank=True)
    messages = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    differences = models.JSONField(default=list)
    happened = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)  # at the hub
    closing = models.JSONField(null=True, blank=True)  # what reopening or cancelling took from the order: see orders.closing_of
    to_check = models.TextField(blank=True)  # what a person must look at: declared there while undone here
    document_name = models.CharField(max_length=200, blank=True)
    document_sha256 = models.CharField(max_length=64, blank=True)  # as announced
    document_size = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SaleSet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(state="declared") | ~Q(declaration_number=""), name="declared_sale_has_number"),
            models.CheckConstraint(condition=~Q(cover_state="issued") | ~Q(policy_number=""), name="issued_cover_has_policy"),
        ]
        indexes = [
            models.Index(fields=["policy_number"], name="sale_by_policy"),
            models.Index(fields=["declaration_number"], name="sale_by_declaration"),
            models.Index(fields=["quote_number"], name="sale_by_quote"),
            models.Index(fields=["created_at"], name="sale_by_arrival"),  # for reconciliation
            # what waits for a person: few among very many
            models.Index(fields=["order"], condition=~Q(state__in=["declared", "withdrawn"]), name="sale_to_declare"),
            models.Index(
                fields=["quote_expires_on", "id"], condition=Q(state="declared", cover_state__in=["quote_draft", "quoted"]),
                name="sale_quote_to_complete",
            ),
            models.Index(fields=["id"], condition=~Q(to_check=""), name="sale_to_check"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.reference} {self.state}"

    @property
    def is_declared(self) -> bool:
        return self.state == State.DECLARED

    @property
    def is_settled(self) -> bool:
        """Nothing more comes by itself: the panel stops asking."""
        if self.state in (State.ASIDE, State.WITHDRAWN):
            return True
        if not self.is_declared:
            return False
        if self.cover_state == CoverState.ISSUED:
            return not self.document_name or hasattr(self, "document")
        return self.cover_state in SETTLED_COVER or self.cover_state == CoverState.ASIDE


class KeptDocument(models.Model):
    """Our own copy of the policy's paper, its digest checked against the announced one."""

    sale = models.OneToOneField(SaleAtHub, models.PROTECT, related_name="document")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    kept_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class GrantSet(models.QuerySet["HubGrant"]):
    def live(self) -> "GrantSet":
        return self.filter(revoked_at=None)

    def of_user(self, user_id: int) -> "GrantSet":
        return self.filter(user=user_id)


@kept(besides=("grant",))
class HubGrant(models.Model):
    """What the hub gave for a seller's log-in there: user × site × guarantor. No password is kept anywhere."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="hub_grants")
    site = models.ForeignKey(Site, models.CASCADE, related_name="hub_grants")
    guarantor = models.CharField(max_length=40, default=STELLANTIS)
    username = models.CharField(max_length=150)  # at the hub
    full_name = models.CharField(max_length=200, blank=True)
    grant = SealedField()
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = GrantSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "site", "guarantor"], condition=Q(revoked_at=None), name="one_live_grant_per_user_site_guarantor"
            )
        ]

    def __str__(self) -> str:
        return f"{self.username} @ {self.site}"
