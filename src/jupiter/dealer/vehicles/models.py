"""A used car in stock: its certificate, its prices, its dated steps."""

from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Replace
from django.utils.translation import gettext_lazy as _

from jupiter.dealer.customers.models import Customer
from jupiter.dealer.sites.models import Site
from jupiter.kit import searching
from jupiter.kit.history import kept
from jupiter.kit.walls import LookedUp, holds, look_up
from jupiter.kit.workflow import Workflow

from . import rules


class State(models.TextChoices):
    IN_STOCK = "in_stock", _("En stock")
    ORDERED = "ordered", _("Commandé")  # in an open order
    AWAITING_DELIVERY = "awaiting_delivery", _("Cours Livraison")  # its order is closed
    SOLD = "sold", _("Vendu")


LIFE = Workflow(
    reserve=({State.IN_STOCK}, State.ORDERED),
    release=({State.ORDERED, State.AWAITING_DELIVERY}, State.IN_STOCK),
    close_sale=({State.IN_STOCK, State.ORDERED}, State.AWAITING_DELIVERY),
    reopen_sale=({State.AWAITING_DELIVERY}, State.ORDERED),
    deliver=({State.AWAITING_DELIVERY}, State.SOLD),
)


class Kind(models.TextChoices):
    """J.1 of the registration certificate (genre national)."""

    VP = "VP", _("VP – voiture particulière")
    CTTE = "CTTE", _("CTTE – camionnette")
    DERIV_VP = "DERIV-VP", _("DERIV-VP – dérivé VP")
    VASP = "VASP", _("VASP – véhicule spécialisé")


class Fuel(models.TextChoices):
    PETROL = "PETROL", _("Essence")
    DIESEL = "DIESEL", _("Diesel")
    ELECTRIC = "ELECTRIC", _("Électrique")
    HYBRID = "HYBRID", _("Hybride")
    PLUGIN_HYBRID = "PLUGIN_HYBRID", _("Hybride rechargeable")
    LPG = "LPG", _("GPL")
    CNG = "CNG", _("GNV")


class VatRegime(models.TextChoices):
    """How the sale bears VAT. It follows from the purchase (CGI 297 A); evidence is kept beside it."""

    STANDARD = "standard", _("TVA sur le prix")
    MARGIN = "margin", _("TVA sur la marge")


class Origin(models.TextChoices):
    """Where the car came from: Origine on the lists."""

    DIRECT = "direct", _("Achat Direct")
    MANUFACTURER = "manufacturer", _("Constructeur")
    TRADE_IN_ON_NEW = "trade_in_on_new", _("Reprise VO sur VN")
    TRADE_IN_ON_USED = "trade_in_on_used", _("Reprise VO sur VO")
    RENTAL = "rental", _("Loueur")
    DEMONSTRATOR = "demonstrator", _("Véhicule de démonstration")


class VehicleSet(models.QuerySet["Vehicle"]):
    def for_sale(self) -> "VehicleSet":
        return self.filter(state=State.IN_STOCK)

    def for_list(self) -> "VehicleSet":
        return self.select_related("site").defer("search_text")

    def for_sheet(self) -> "VehicleSet":
        return self.select_related("site", "buyer").prefetch_related("costs")

    def matching(self, typed: str, found: LookedUp | None = None) -> "VehicleSet":
        """One of its numbers whatever stands between their characters, or every word of what was typed."""
        wanted = searching.as_number_or_words(typed)
        return self.filter(holds(Vehicle, *wanted, found=found)) if wanted else self.none()

    def numbered(self, typed: str, found: LookedUp | None = None) -> "VehicleSet":
        """Those whose plate, VIN or stock number is exactly this."""
        number, stock_number = searching.squeezed(typed), typed.replace("\x00", "").strip()
        if not number:
            return self.none()
        if found is None or not found.is_all:  # the words of a plate may stand in very many; all of it does not
            found = look_up(Vehicle, number)
        if not found.is_all:  # « 208 »: no plate is so short
            return self.filter(Q(vin=number) | Q(stock_number__in=(stock_number, stock_number.upper())))
        return (
            self.filter(found.at())
            .annotate(bare_plate=Replace(Replace("plate", Value("-"), Value("")), Value(" "), Value("")))
            .filter(Q(bare_plate=number) | Q(vin=number) | Q(stock_number__iexact=stock_number))
        )


def looked_up(typed: str) -> LookedUp:
    """For what asks both."""
    return look_up(Vehicle, *wanted) if (wanted := searching.as_number_or_words(typed)) else LookedUp([])


@kept(besides=("search_text", "creation_key"))
class Vehicle(models.Model):
    """Amounts are euros. 0 power or CO2 means unknown: it is neither printed nor sent."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="vehicles")
    stock_number = models.CharField(_("N° Police"), max_length=20)  # of the site's register; drawn per site
    former_stock_number = models.CharField(_("Ancien n° de police"), max_length=20, blank=True)
    dms_number = models.CharField(_("N° DMS"), max_length=20, blank=True)
    plate = models.CharField(_("Immat."), max_length=20, blank=True)
    plate_country = models.CharField(_("Pays d’immatriculation"), max_length=2, default="FR")
    vin = models.CharField(_("VIN"), max_length=17, blank=True)
    make = models.CharField(_("Marque"), max_length=40)
    model = models.CharField(_("Modèle"), max_length=60)
    trim = models.CharField(_("Version"), max_length=100, blank=True)
    kind = models.CharField(_("Genre"), max_length=10, choices=Kind, default=Kind.VP)
    fuel = models.CharField(_("Énergie"), max_length=15, choices=Fuel, blank=True)
    registration_type = models.CharField(_("Type carte grise"), max_length=40, blank=True)
    first_registered_on = models.DateField(_("1re immatriculation"), null=True, blank=True)
    registered_on = models.DateField(_("Date CG"), null=True, blank=True)
    displacement_cm3 = models.PositiveIntegerField(_("Cylindrée"), default=0)
    tax_power_cv = models.PositiveSmallIntegerField(_("Puissance fiscale"), default=0)
    din_power_hp = models.PositiveSmallIntegerField(_("Puissance DIN"), default=0)
    power_kw = models.PositiveSmallIntegerField(_("Puissance kW"), default=0)
    co2_g_km = models.PositiveSmallIntegerField(_("CO₂"), default=0)
    four_wheel_drive = models.BooleanField(_("4x4"), default=False)
    mileage_km = models.PositiveIntegerField(_("Kms"), default=0)
    manufacturer_warranty_until = models.DateField(_("Fin de garantie constructeur"), null=True, blank=True)
    manufacturer_warranty_km = models.PositiveBigIntegerField(_("Km garantie constructeur"), null=True, blank=True)

    origin = models.CharField(_("Origine"), max_length=20, choices=Origin, blank=True)
    vat_regime = models.CharField(_("Régime de TVA"), max_length=10, choices=VatRegime, default=VatRegime.STANDARD)
    vat_percent = models.DecimalField(_("Taux de TVA"), max_digits=4, decimal_places=2, default=Decimal("20.00"))
    purchase_net = models.DecimalField(_("Prix d’achat HT"), max_digits=10, decimal_places=2, null=True, blank=True)
    purchase_evidence = models.CharField(_("Justificatif d’achat"), max_length=120, blank=True)
    agreed_gross = models.DecimalField(_("Prix négocié TTC"), max_digits=10, decimal_places=2, null=True, blank=True)  # of its order
    asking_gross = models.DecimalField(_("Prix de vente TTC"), max_digits=10, decimal_places=2, null=True, blank=True)
    market_value = models.DecimalField(_("Cote"), max_digits=10, decimal_places=2, null=True, blank=True)
    warranty_label = models.CharField(_("Gar."), max_length=60, blank=True)  # as the sheet shows it: « 24 mois »

    state = models.CharField(_("Statut"), max_length=20, choices=State, default=State.IN_STOCK)
    purchased_on = models.DateField(_("Achat"), null=True, blank=True)
    entered_on = models.DateField(_("Entrée"), null=True, blank=True)
    ordered_on = models.DateField(_("Commande"), null=True, blank=True)
    delivery_on = models.DateField(_("Livraison"), null=True, blank=True)
    sold_on = models.DateField(_("Vente"), null=True, blank=True)
    supplier = models.CharField(_("Fournisseur"), max_length=120, blank=True)
    intermediary = models.CharField(_("Intermédiaire"), max_length=120, blank=True)
    buyer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="vehicles_bought")

    search_text = models.TextField(blank=True)  # as kit.searching compares; written by the actions
    creation_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)  # see kit.web.once
    version = models.PositiveIntegerField(default=1)
    updated_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = VehicleSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "stock_number"], name="stock_number_once_per_site"),
            models.CheckConstraint(condition=Q(asking_gross=None) | Q(asking_gross__gt=0), name="vehicle_asking_price_above_zero"),
        ]
        indexes = [
            models.Index(fields=["site", "state", "-id"], name="vehicle_by_site"),
            models.Index(fields=["vin"], name="vehicle_by_vin"),
            GinIndex(fields=["site", "search_text"], opclasses=["int8_ops", "gin_trgm_ops"], name="vehicle_search"),
        ]

    def __str__(self) -> str:
        return f"{self.stock_number} {self.description}"

    @property
    def description(self) -> str:
        """« PEUGEOT 208 1.2 PureTech 110ch Allure S&S 5p »"""
        return " ".join(part for part in (self.make, self.model, self.trim) if part)

    @property
    def sale_gross(self) -> Decimal | None:
        """What was agreed, else what is asked."""
        return self.agreed_gross or self.asking_gross

    @property
    def costs_net(self) -> Decimal:
        return sum((cost.amount_net for cost in self.costs.all()), Decimal(0))

    @property
    def margin(self) -> rules.Margin | None:
        """None while a price is missing."""
        if self.sale_gross is None or self.purchase_net is None:
            return None
        reckon = rules.margin_under_margin_scheme if self.vat_regime == VatRegime.MARGIN else rules.margin_under_standard_vat
        return reckon(self.sale_gross, self.purchase_net, self.costs_net, self.vat_percent)

    def twins(self) -> "VehicleSet":
        """Others in the stock of this group that bear the same VIN."""
        others = Vehicle.objects.filter(site__group=self.site.group_id, vin=self.vin).exclude(pk=self.pk)
        return others.exclude(state=State.SOLD).select_related("site") if self.vin else others.none()

    @property
    def can_be_delivered(self) -> bool:
        return LIFE.allows(self.state, "deliver")

    @property
    def can_be_ordered(self) -> bool:
        return LIFE.allows(self.state, "reserve")


@kept()
class VehicleCost(models.Model):
    """A cost of preparing the car, outside the purchase price (and outside the margin scheme's base)."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="costs")
    label = models.CharField(_("Libellé"), max_length=80)
    amount_net = models.DecimalField(_("Montant HT"), max_digits=10, decimal_places=2)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.label} {self.amount_net}"
