"""The order (bon de commande): what was agreed, with whom, about which car, and the papers issued from it."""

import uuid
from collections.abc import Iterable
from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jupiter.dealer.customers.models import Customer, Party, Title
from jupiter.dealer.sites.models import Group, Site
from jupiter.dealer.vehicles.models import VatRegime, Vehicle
from jupiter.kit.compiled import Compiled
from jupiter.kit.history import kept
from jupiter.kit.lines import with_lines
from jupiter.kit.searching import plain, squeezed
from jupiter.kit.walls import holds
from jupiter.kit.workflow import Workflow

from . import rules


class State(models.TextChoices):
    OPEN = "open", _("En cours")
    CLOSED = "closed", _("Clôturé")
    CANCELLED = "cancelled", _("Annulé")


LIFE = Workflow(
    save=({State.OPEN}, State.OPEN),
    close=({State.OPEN}, State.CLOSED),
    reopen=({State.CLOSED}, State.OPEN),
    cancel=({State.OPEN, State.CLOSED}, State.CANCELLED),
    delete=({State.OPEN}, State.OPEN),  # the row is hidden, its state stays what it was
)


class Kind(models.TextChoices):
    PRIVATE = "BDC", _("BDC")  # bon de commande, offre à particulier


class Level(models.TextChoices):
    """The label's level, in the words of the declaration."""

    SPOTICAR_PREMIUM = "SPOTICAR_PREMIUM", _("SPOTICAR PREMIUM")
    SPOTICAR_ADVANCED = "SPOTICAR_ADVANCED", _("SPOTICAR ADVANCED")
    SPOTICAR_ESSENTIAL = "SPOTICAR_ESSENTIAL", _("SPOTICAR ESSENTIAL")
    DS_CERTIFIED = "DS_CERTIFIED", _("DS CERTIFIED")


@kept()
class WarrantyChoice(models.Model):
    """A line of the list *Garantie*. The limits inform the seller; they are the label's public ones, to be verified with the network."""

    label = models.CharField(_("Libellé"), max_length=60, unique=True)
    level = models.CharField(_("Niveau"), max_length=20, choices=Level)
    months = models.PositiveSmallIntegerField(_("Durée (mois)"))
    max_age_months = models.PositiveSmallIntegerField(_("Âge maximal (mois)"), null=True, blank=True)
    max_mileage_km = models.PositiveIntegerField(_("Kilométrage maximal"), null=True, blank=True)
    limits_verified = models.BooleanField(_("Limites vérifiées"), default=False)
    is_offered = models.BooleanField(_("Proposée"), default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "months"], name="warranty_choice_once"),
            models.CheckConstraint(condition=Q(months__gt=0), name="warranty_choice_lasts"),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label


OFFERED = Compiled(lambda: WarrantyChoice.objects.filter(is_offered=True))


class OrderSet(models.QuerySet["Order"]):
    """Whose they are is the caller's question: Member.own, or `.of(sites)`."""

    def visible(self) -> "OrderSet":
        return self.filter(deleted_at=None)

    def of(self, site_ids: Iterable[int]) -> "OrderSet":
        return self.filter(site__in=list(site_ids))

    def live(self) -> "OrderSet":
        """Those that hold their car."""
        return self.visible().exclude(state=State.CANCELLED)

    def to_close(self) -> "OrderSet":
        return self.visible().filter(state=State.OPEN)

    def closed(self) -> "OrderSet":
        return self.visible().filter(state=State.CLOSED)

    def about(self, vehicle: Vehicle) -> "OrderSet":
        return self.visible().filter(vehicle=vehicle).order_by("-number")

    def matching(self, typed: str) -> "OrderSet":
        """A number, a buyer, a plate, a VIN or a N° police, however it is typed."""
        words, number = plain(typed), squeezed(typed)
        if not number:
            return self.none()
        return self.filter(holds(Order, (words, number)))

    def for_list(self) -> "OrderSet":
        return self.select_related("site", "vehicle", "trade_in_vehicle", "buyer", "warranty")

    def for_page(self) -> "OrderSet":
        return with_lines(self.for_list().select_related("group", "vehicle__site", "customer"), "fees", "deposits")


@kept(besides=("search_text", "creation_key"))
class Order(models.Model):
    """Amounts are euros. Under the margin regime there is no net price and no VAT to show: only gross."""

    class Master(models.TextChoices):
        NET = rules.NET, _("HT")
        GROSS = rules.GROSS, _("TTC")

    class MadeAt(models.TextChoices):
        SELLER = "seller", _("Chez le vendeur")
        ELSEWHERE = "elsewhere", _("Hors établissement")
        DISTANCE = "distance", _("À distance")

    class Logo(models.TextChoices):
        NONE = "", _("<Aucun>")
        NEUTRAL = "neutral", _("Marque du site")

    class Financing(models.TextChoices):
        CASH = "", _("Comptant")
        CREDIT = "credit", _("Crédit")
        LEASE_OPTION = "lease_option", _("LOA")
        LEASE = "lease", _("LLD")

    group = models.ForeignKey(Group, models.PROTECT, related_name="orders")
    site = models.ForeignKey(Site, models.PROTECT, related_name="orders")
    number = models.PositiveBigIntegerField(_("N°"))
    sale_reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # the sale's name at the hub, for ever
    kind = models.CharField(_("Type"), max_length=3, choices=Kind, default=Kind.PRIVATE)
    state = models.CharField(_("Statut"), max_length=10, choices=State, default=State.OPEN)
    seller = models.CharField(_("Vendeur"), max_length=100, blank=True)
    print_name = models.CharField(_("Nom de la société pour l’impression"), max_length=120, blank=True)

    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, blank=True, related_name="orders")
    mileage_km = models.PositiveIntegerField(_("Kilométrage"), null=True, blank=True)
    warranty = models.ForeignKey(WarrantyChoice, models.PROTECT, null=True, blank=True, related_name="+")
    without_label = models.BooleanField(_("Sans garantie label"), default=False)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="orders")

    vat_regime = models.CharField(_("Régime de TVA"), max_length=10, choices=VatRegime, default=VatRegime.STANDARD)
    vat_percent = models.DecimalField(_("Taux de TVA"), max_digits=4, decimal_places=2, default=Decimal("20.00"))
    asking_net = models.DecimalField(_("Prix de vente HT"), max_digits=10, decimal_places=2, null=True, blank=True)
    asking_vat = models.DecimalField(_("TVA"), max_digits=10, decimal_places=2, null=True, blank=True)
    asking_gross = models.DecimalField(_("Prix de vente TTC"), max_digits=10, decimal_places=2, null=True, blank=True)
    asking_master = models.CharField(max_length=5, choices=Master, default=Master.GROSS)  # which was typed last
    agreed_net = models.DecimalField(_("Prix négocié HT"), max_digits=10, decimal_places=2, null=True, blank=True)
    agreed_vat = models.DecimalField(_("TVA"), max_digits=10, decimal_places=2, null=True, blank=True)
    agreed_gross = models.DecimalField(_("Prix négocié TTC"), max_digits=10, decimal_places=2, null=True, blank=True)
    agreed_master = models.CharField(max_length=5, choices=Master, default=Master.GROSS)

    trade_in_vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, blank=True, related_name="orders_taking_it_in")
    trade_in_plate = models.CharField(_("Immatriculation"), max_length=20, blank=True)
    trade_in_model = models.CharField(_("Modèle"), max_length=120, blank=True)
    trade_in_value = models.DecimalField(_("Valeur de reprise"), max_digits=10, decimal_places=2, null=True, blank=True)

    financing = models.CharField(_("Type"), max_length=12, choices=Financing, blank=True)
    financing_from = models.DateField(_("Date de début"), null=True, blank=True)
    financing_months = models.PositiveSmallIntegerField(_("Durée (mois)"), null=True, blank=True)
    financing_reference = models.CharField(_("N° de réf."), max_length=40, blank=True)
    financing_amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2, null=True, blank=True)
    lender = models.CharField(_("Organisme"), max_length=80, blank=True)

    delivery_on = models.DateField(_("Date de livraison"), null=True, blank=True)
    delivery_at = models.DateTimeField(null=True, blank=True)  # when an hour was agreed
    delivery_place = models.CharField(_("Lieu"), max_length=120, blank=True)
    made_at = models.CharField(_("Document réalisé"), max_length=10, choices=MadeAt, default=MadeAt.SELLER)
    edited_on = models.DateField(_("Date d’édition"), null=True, blank=True)
    print_order = models.BooleanField(_("Bon de commande"), default=True)
    print_logo = models.CharField(_("Logo"), max_length=10, choices=Logo, blank=True)
    print_big_logo = models.BooleanField(_("Grand logo"), default=False)
    print_terms = models.BooleanField(_("Conditions générales"), default=True)
    print_discount = models.BooleanField(_("Afficher la remise commerciale"), default=False)
    print_export = models.BooleanField(_("À l’export"), default=False)

    confirmed_doubts = models.JSONField(default=list, blank=True)  # keys of rules.Doubt that a person ticked
    search_text = models.TextField(blank=True)  # as kit.searching compares; written by the actions
    creation_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)  # see kit.web.once
    version = models.PositiveIntegerField(default=1)
    created_on = models.DateField(_("Date de création"))
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_on = models.DateField(_("Date de modification"))
    updated_by = models.CharField(max_length=150)
    updated_at = models.DateTimeField(auto_now=True)
    closings = models.PositiveSmallIntegerField(default=0)  # how often it was closed: a reopened order is issued anew
    closed_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=150, blank=True)
    closed_frozen = models.JSONField(null=True, blank=True)  # all that the paper says, as it stood
    cancelled_on = models.DateField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(max_length=150, blank=True)
    cancel_reason = models.TextField(blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.CharField(max_length=150, blank=True)

    objects = OrderSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "number"], name="order_number_once_per_group"),
            models.UniqueConstraint(
                fields=["vehicle"],
                condition=Q(state__in=["open", "closed"], deleted_at=None),
                name="vehicle_in_one_live_order",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | Q(state="open", closed_at=None) | Q(state="cancelled"),
                name="order_closed_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_on=None, closed_frozen=None)
                | Q(closed_at__isnull=False, closed_on__isnull=False, closed_frozen__isnull=False),
                name="order_closed_is_frozen",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False, cancelled_on__isnull=False)
                | ~Q(state="cancelled") & Q(cancelled_at=None, cancelled_on=None),
                name="order_cancelled_has_instant",
            ),
            models.CheckConstraint(condition=Q(deleted_at=None) | Q(state="open"), name="order_deleted_was_open"),
            models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(vehicle__isnull=False, agreed_gross__gt=0, delivery_on__isnull=False)
                & (Q(warranty__isnull=False) | Q(without_label=True)),
                name="order_closed_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(delivery_on=None) | Q(delivery_on__gte=models.F("created_on")), name="order_delivered_after_order"
            ),
            models.CheckConstraint(
                condition=Q(agreed_net=None, agreed_vat=None) | Q(agreed_gross=models.F("agreed_net") + models.F("agreed_vat")),
                name="order_agreed_price_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(asking_net=None, asking_vat=None) | Q(asking_gross=models.F("asking_net") + models.F("asking_vat")),
                name="order_asking_price_adds_up",
            ),
            models.CheckConstraint(condition=Q(warranty=None) | Q(without_label=False), name="order_label_or_none"),
        ]
        indexes = [
            models.Index(fields=["site", "-number"], name="order_by_site"),
            models.Index(fields=["site", "state"], name="order_by_state"),
            # what waits, in the list's order
            models.Index(fields=["group", "-number"], condition=Q(state="open", deleted_at=None), include=["site"], name="order_to_close"),
            GinIndex(fields=["site", "search_text"], opclasses=["int8_ops", "gin_trgm_ops"], name="order_search"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def is_closed(self) -> bool:
        return self.state == State.CLOSED

    def allows(self, move: str) -> bool:
        """Whether the order's own state lets this button be pressed."""
        return self.deleted_at is None and LIFE.allows(self.state, move)

    @property
    def shows_vat(self) -> bool:
        return self.vat_regime == VatRegime.STANDARD

    @property
    def discount(self) -> Decimal | None:
        return rules.discount(self.asking_gross, self.agreed_gross)

    @property
    def has_label(self) -> bool:
        return self.warranty_id is not None

    @property
    def has_vehicle(self) -> bool:
        return self.vehicle_id is not None

    @property
    def buyer_last_name(self) -> str:
        return self.buyer.last_name

    @property
    def buyer_first_name(self) -> str:
        return self.buyer.first_name

    @property
    def buyer_is_company(self) -> bool:
        return self.buyer.title == Title.COMPANY

    @property
    def site_network_code(self) -> str:
        return self.site.network_code

    @property
    def vehicle_plate(self) -> str:
        return self.vehicle.plate if self.vehicle else ""

    @property
    def vehicle_plate_country(self) -> str:
        return self.vehicle.plate_country if self.vehicle else "FR"

    @property
    def vehicle_vin(self) -> str:
        return self.vehicle.vin if self.vehicle else ""

    @property
    def has_trade_in(self) -> bool:
        return bool(self.trade_in_vehicle_id or self.trade_in_plate or self.trade_in_model or self.trade_in_value)

    def sums(self) -> rules.Sums:
        """Reads the fee and deposit lines; prefetch them for a list."""
        return rules.sums(
            self.agreed_gross,
            fees=[fee.amount for fee in self.fees.all()],
            trade_in=self.trade_in_value,
            deposits=[deposit.amount for deposit in self.deposits.all()],
        )

    def obstacles_to_closing(self) -> list[str]:
        return rules.obstacles_to_closing(self)


@kept()
class OrderBuyer(Party):
    """The order's own copy of its buyer, as typed there: what is changed on the customer later does not reach it."""

    order = models.OneToOneField(Order, models.CASCADE, related_name="buyer", primary_key=True)

    def __str__(self) -> str:
        return self.list_name

    @property
    def name(self) -> str:
        """« DUPONT DURANT », as the list of orders writes it."""
        return f"{self.last_name} {self.first_name}".strip()


@kept()
class OrderFee(models.Model):
    class Kind(models.TextChoices):
        SERVICE = "service", _("Prestation")
        DISBURSEMENT = "disbursement", _("Débours")  # paid for the buyer at cost, outside VAT

    order = models.ForeignKey(Order, models.CASCADE, related_name="fees")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(_("Libellé"), max_length=80, blank=True)
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.SERVICE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_fee_position_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="order_fee_is_no_discount"),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.label} {self.amount}"

    @property
    def said(self) -> tuple[object, ...]:
        """What a person wrote in it."""
        return self.label, self.amount, self.kind


@kept()
class OrderDeposit(models.Model):
    class PaidBy(models.TextChoices):
        CARD = "card", _("Carte bancaire")
        TRANSFER = "transfer", _("Virement")
        CHEQUE = "cheque", _("Chèque")
        CASH = "cash", _("Espèces")

    order = models.ForeignKey(Order, models.CASCADE, related_name="deposits")
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)
    paid_by = models.CharField(_("Réglé par"), max_length=10, choices=PaidBy, blank=True)
    paid_on = models.DateField(_("Réglé le"), null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="order_deposit_above_zero")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.amount} {self.paid_by}"

    @property
    def said(self) -> tuple[object, ...]:
        """What a person wrote in it."""
        return self.amount, self.paid_by, self.paid_on


class OrderPaper(models.Model):
    """The bon de commande as issued: made once for each closing, the same bytes for ever."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="papers")
    closing = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    issued_on = models.DateField()
    issued_by = models.CharField(max_length=150)
    issued_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "closing"], name="one_paper_per_closing")]

    def __str__(self) -> str:
        return self.name
