"""Groups, points of sale, people, their grants, and the software that may speak for a group."""

from typing import TYPE_CHECKING

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jupiter.kit.accounts.models import User
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.crypto import SealedField
from jupiter.kit.history import kept

from .rules import MANAGER, NETWORK, SELLER, may

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


@kept()
class Group(models.Model):
    """A dealer group: its points of sale see nothing of another group's."""

    name = models.CharField(max_length=120, unique=True)

    def __str__(self) -> str:
        return self.name


@kept()
class PointOfSale(models.Model):
    """`code` is the hub's own and stands in each declaration number; `network_code` is the RRD1 that orders carry."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="points_of_sale")
    code = models.CharField(max_length=7, unique=True, validators=[RegexValidator(r"^\d{6}[A-Z]$")])
    network_code = models.CharField(max_length=7, unique=True, validators=[RegexValidator(r"^FR\d{5}$")])
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=10)
    city = models.CharField(max_length=80)

    if TYPE_CHECKING:
        profile: "Profile"
        memberships: "RelatedManager[Membership]"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^\d{6}[A-Z]$"), name="point_of_sale_code_shape"),
            models.CheckConstraint(condition=Q(network_code__regex=r"^FR\d{5}$"), name="point_of_sale_network_code_shape"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def town_line(self) -> str:
        return f"{self.postcode} {self.city}"


@kept()
class Membership(models.Model):
    """What a person is at a point of sale; a network administrator is one at all of them."""

    class Role(models.TextChoices):
        SELLER = SELLER, _("Vendeur")
        MANAGER = MANAGER, _("Responsable du point de vente")
        NETWORK = NETWORK, _("Administrateur du réseau")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    point_of_sale = models.ForeignKey(PointOfSale, models.CASCADE, related_name="memberships", null=True)
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "point_of_sale"], name="one_role_per_point_of_sale", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(role=NETWORK, point_of_sale=None) | ~Q(role=NETWORK) & Q(point_of_sale__isnull=False),
                name="network_admin_is_everywhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.point_of_sale or '*'}"


@kept()
class Profile(models.Model):
    """The guarantors a point of sale works with. Until it is saved, nothing can be declared."""

    point_of_sale = models.OneToOneField(PointOfSale, models.CASCADE, related_name="profile")
    saved_at = models.DateTimeField(null=True)
    saved_by = models.CharField(max_length=150, blank=True)

    if TYPE_CHECKING:
        accounts: "RelatedManager[GuarantorAccount]"

    def __str__(self) -> str:
        return f"profile of {self.point_of_sale}"

    @property
    def is_saved(self) -> bool:
        return self.saved_at is not None


@kept()
class GuarantorAccount(models.Model):
    """How a guarantor knows this point of sale. The network may preset an identifier; `chosen` is the user's tick."""

    class Handling(models.TextChoices):
        FLAT_FEE = "flat_fee", _("Forfait")
        MANAGED = "managed", _("Gestion")

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="accounts")
    guarantor = models.CharField(max_length=20)
    chosen = models.BooleanField(default=False)
    identifier = models.CharField(max_length=40, blank=True)
    handling = models.CharField(max_length=10, choices=Handling, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "guarantor"], name="one_account_per_guarantor")]

    def __str__(self) -> str:
        return f"{self.guarantor} {self.identifier}"


@kept(besides=("notice_secret", "next_notice_secret"))
class ApiClient(models.Model):
    """The software that may speak for one group, and where it wants to hear of its sales."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="api_clients")
    application = models.OneToOneField("oauth2_provider.Application", models.PROTECT, related_name="api_client")
    name = models.CharField(max_length=80)
    notice_url = models.URLField(blank=True)
    notice_secret = SealedField(blank=True)
    next_notice_secret = SealedField(blank=True)  # during a rotation both sign

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return f"client:{self.pk}"

    @property
    def partner(self) -> str:
        """The name of its line: queue, lock and trouble of what we send it."""
        return f"dealer:{self.pk}"

    @property
    def wants_notices(self) -> bool:
        return bool(self.notice_url and self.notice_secret)

    @property
    def notice_secrets(self) -> list[str]:
        return [secret for secret in (self.notice_secret, self.next_notice_secret) if secret]


class GrantSet(models.QuerySet["Grant"]):
    def live(self) -> "GrantSet":
        """Not revoked, its user active, and the password still the one it was given for."""
        return self.filter(revoked_at=None, user__is_active=True).exclude(user__password_changed_at__gt=models.F("created_at"))


@kept()
class Grant(models.Model):
    """A seller's leave for one software to open the hub in their name. Kept as a digest."""

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="grants")
    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    objects = GrantSet.as_manager()

    def __str__(self) -> str:
        return f"{self.user} → {self.client}"


class Member:
    """A person with their roles: everything is found through it."""

    def __init__(self, user: User, memberships: list[Membership]) -> None:
        self.user = user
        self.memberships = memberships
        self.is_network = any(membership.role == NETWORK for membership in memberships)
        self._roles = {membership.point_of_sale_id: membership.role for membership in memberships}

    @property
    def who(self) -> str:
        return self.user.get_full_name()

    @property
    def points_of_sale(self) -> models.QuerySet[PointOfSale]:
        points = PointOfSale.objects.select_related("profile").order_by("name", "code")
        if self.is_network:
            return points
        return points.filter(memberships__user=self.user)

    @property
    def point_ids(self) -> list[int]:
        return [key for key in self._roles if key is not None]

    def role_at(self, point_of_sale_id: int) -> str:
        return NETWORK if self.is_network else self._roles.get(point_of_sale_id, "")

    def may(self, act: str, point_of_sale_id: int | None = None) -> bool:
        """At this point of sale; without one, anywhere."""
        if point_of_sale_id is None:
            return any(may(membership.role, act) for membership in self.memberships)
        return may(self.role_at(point_of_sale_id), act)


MEMBERSHIPS = Compiled(
    lambda: Membership.objects.filter(user=Given("user")).select_related("user", "point_of_sale", "point_of_sale__profile").order_by("id")
)


def member_of(user_id: int) -> Member | None:
    memberships = MEMBERSHIPS.rows(user=user_id)
    return Member(memberships[0].user, memberships) if memberships else None
