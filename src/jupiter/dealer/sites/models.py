"""Groups, their sites, and the people who work there."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jupiter.kit.crypto import SealedField
from jupiter.kit.history import kept

from . import rules


@kept()
class Group(models.Model):
    """A dealer group: the company or companies whose sites share orders' numbers and one line to the hub."""

    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


@kept()
class Site(models.Model):
    """A point of sale. `network_code` (RRD1) is what the network knows it by."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="sites")
    legacy_id = models.PositiveIntegerField(_("ID"))  # the number that the table of sites shows
    code = models.CharField(_("Code"), max_length=10)
    name = models.CharField(_("Libellé"), max_length=80)
    legal_name = models.CharField(_("Raison sociale"), max_length=120, blank=True)
    bic_code = models.CharField(_("Code BIC Argus"), max_length=20, blank=True)
    address = models.CharField(_("Adresse"), max_length=200, blank=True)
    postcode = models.CharField(_("Code postal"), max_length=10, blank=True)
    city = models.CharField(_("Ville"), max_length=100, blank=True)
    country = models.CharField(_("Pays"), max_length=2, default="FR")  # ISO 3166-1 alpha-2
    phone = models.CharField(_("Téléphone 1"), max_length=20, blank=True)
    network_code = models.CharField(_("Code RRD1"), max_length=7, blank=True, validators=[RegexValidator(r"^FR\d{5}$")])
    fixed_fees = models.DecimalField(_("Frais fixes"), max_digits=10, decimal_places=2, default=Decimal(0))  # euros TTC
    trade_fixed_fees = models.DecimalField(_("Frais fixes marchand"), max_digits=10, decimal_places=2, default=Decimal(0))
    dms_code = models.CharField(_("Code DMS"), max_length=20, blank=True)
    manufacturer_code = models.CharField(_("Code Constructeur"), max_length=20, blank=True)
    brands = models.CharField(_("Marques représentées"), max_length=200, blank=True)  # separated by commas
    is_blocked = models.BooleanField(_("Site bloqué"), default=False)
    version = models.PositiveIntegerField(default=1)
    updated_by = models.CharField(max_length=150, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "code"], name="site_code_once_per_group"),
            models.UniqueConstraint(
                fields=["group", "network_code"], condition=~models.Q(network_code=""), name="network_code_once_per_group"
            ),
        ]
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def print_name(self) -> str:
        return self.legal_name or self.name


@kept()
class SiteFee(models.Model):
    """A default fee of the site: *Recopier les frais par défaut* copies these lines into an order."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("Prestation")
        DISBURSEMENT = "disbursement", _("Débours")  # paid for the buyer at cost, outside VAT (CGI 267 II 2°)

    site = models.ForeignKey(Site, models.CASCADE, related_name="default_fees")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(_("Libellé"), max_length=80)
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)  # euros TTC
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.SERVICE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "position"], name="site_fee_position_once")]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.label} {self.amount}"


@kept()
class Membership(models.Model):
    class Role(models.TextChoices):
        SELLER = rules.SELLER, _("Vendeur")
        MANAGER = rules.MANAGER, _("Responsable VO")
        ADMIN = rules.ADMIN, _("Administrateur")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    site = models.ForeignKey(Site, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "site"], name="one_role_per_site")]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.site}"


@kept(besides=("client_secret", "notice_secret", "former_notice_secret"))
class HubLink(models.Model):
    """A group's line to the hub: its OAuth client there, and the secrets that sign the hub's notices to us."""

    group = models.OneToOneField(Group, models.CASCADE, related_name="hub_link")
    client_id = models.CharField(max_length=100, unique=True)
    client_secret = SealedField()
    notice_secret = SealedField()
    former_notice_secret = SealedField(blank=True, default="")  # still accepted while a rotation lasts

    def __str__(self) -> str:
        return f"{self.group} → hub"
