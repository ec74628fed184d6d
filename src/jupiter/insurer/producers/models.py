"""Producers, the people and the software that act for them, and who wants to be told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jupiter.kit.compiled import Compiled, Given, is_one_of
from jupiter.kit.crypto import SealedField
from jupiter.kit.history import kept

from .rules import INSURER_ADMIN, MAY, PRODUCER_USER, SCOPES_MAY


class Reach(Protocol):
    """Whose rows somebody may see: those of some producers, or (the insurer's own people, the hub) of all."""

    @property
    def everywhere(self) -> bool: ...

    @property
    def producer_ids(self) -> frozenset[int]: ...


@kept()
class Producer(models.Model):
    code = models.CharField(_("code producteur"), max_length=7, unique=True)
    name = models.CharField(_("raison sociale"), max_length=120)
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    postcode = models.CharField(_("code postal"), max_length=10, blank=True)
    city = models.CharField(_("ville"), max_length=80, blank=True)
    is_active = models.BooleanField(_("actif"), default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}[A-Z]$"), name="producer_code_has_its_form"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def place(self) -> str:
        return " ".join(part for part in (self.address, self.postcode, self.city) if part)


T = TypeVar("T", bound=models.Model)


class OwnedSet(models.QuerySet[T]):
    """Rows that belong to a producer."""

    def within(self, reach: Reach) -> Self:
        return self if reach.everywhere else self.filter(producer_id__in=reach.producer_ids)


class CompiledWithin(Generic[T]):
    """The same for a query that is compiled once. `producer` leads to the column that names it; `most` rows are read."""

    def __init__(self, make: Callable[[], "models.QuerySet[T]"], *, producer: str = "producer_id", most: int | None = None) -> None:
        self.of_all = Compiled(lambda: make()[:most])
        self.of_some = Compiled(lambda: make().filter(is_one_of(producer, Given("producers")))[:most])

    def rows(self, reach: Reach, **given: Any) -> list[T]:
        return self.of_all.rows(**given) if reach.everywhere else self.of_some.rows(producers=list(reach.producer_ids), **given)

    def first(self, reach: Reach, **given: Any) -> T | None:
        return next(iter(self.rows(reach, **given)), None)


@kept()
class Membership(models.Model):
    class Role(models.TextChoices):
        PRODUCER_USER = PRODUCER_USER, _("Utilisateur du point de vente")
        INSURER_ADMIN = INSURER_ADMIN, _("Administrateur de l’assureur")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    producer = models.ForeignKey(Producer, models.CASCADE, null=True, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "producer", "role"], nulls_distinct=False, name="one_membership"),
            models.CheckConstraint(
                condition=Q(role=PRODUCER_USER, producer__isnull=False) | Q(role=INSURER_ADMIN, producer=None),
                name="only_the_insurer_is_everywhere",
            ),
        ]


@dataclass(frozen=True)
class Member:
    """A person at work: what the doors give to the views."""

    name: str
    user_id: int
    roles: frozenset[str]
    producers: tuple[Producer, ...]

    @classmethod
    def of(cls, user_id: int, name: str) -> "Member | None":
        rows = [row for row in MEMBERSHIPS.rows(user=user_id) if row.producer is None or row.producer.is_active]
        if not rows:
            return None
        producers = tuple(row.producer for row in rows if row.producer)
        return cls(name=name, user_id=user_id, roles=frozenset(row.role for row in rows), producers=producers)

    @property
    def everywhere(self) -> bool:
        return INSURER_ADMIN in self.roles

    @property
    def producer_ids(self) -> frozenset[int]:
        return frozenset(producer.pk for producer in self.producers)

    @property
    def place(self) -> str:
        return str(_("Assureur")) if self.everywhere else ", ".join(producer.name for producer in self.producers)

    def may(self, act: str) -> bool:
        return bool(self.roles & MAY[act])


MEMBERSHIPS = Compiled(lambda: Membership.objects.filter(user=Given("user")).select_related("producer").order_by("producer__code"))


@kept()
class ApiClient(models.Model):
    """Software that acts for producers. A distributor, such as the hub, acts for all of them."""

    application = models.OneToOneField("oauth2_provider.Application", models.CASCADE, related_name="api_client")
    name = models.CharField(max_length=80)
    producers = models.ManyToManyField(Producer, blank=True, related_name="api_clients")
    is_distributor = models.BooleanField(default=False)
    scopes = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Caller:
    """Software at work: what the doors give to the API."""

    client: ApiClient
    everywhere: bool
    producer_ids: frozenset[int]

    @property
    def name(self) -> str:
        return f"service:{self.client.name}"

    @property
    def key(self) -> str:
        """Under which its idempotency keys are kept."""
        return f"client:{self.client.pk}"

    def may(self, act: str, scopes: Iterable[str]) -> bool:
        """The token's scope counts only as far as the client was given it."""
        return bool(SCOPES_MAY[act] & set(scopes) & set(self.client.scopes.split()))


@kept(besides=("secret", "former_secret"))
class NoticeSubscriber(models.Model):
    """Where a client is told what became of its quotes. During a rotation two secrets sign."""

    client = models.OneToOneField(ApiClient, models.CASCADE, related_name="subscriber")
    partner = models.CharField(max_length=60, unique=True)  # its queue, and its name on the screen of transmissions
    label = models.CharField(max_length=80)
    url = models.URLField()
    secret = SealedField()
    former_secret = SealedField(blank=True)

    def __str__(self) -> str:
        return self.label

    @property
    def secrets(self) -> list[str]:
        return [secret for secret in (self.secret, self.former_secret) if secret]
