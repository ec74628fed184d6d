"""A person who logs in. The password is a digest; when it last changed is a fact that others may compare."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as lazy

from jupiter.kit.history import kept


class UserManager(DjangoUserManager["User"]):
    def create_user(self, username: str, email: str | None = None, password: str | None = None, **facts: Any) -> "User":
        return super().create_user(username.lower(), email, password, **facts)

    def create_superuser(self, username: str, email: str | None = None, password: str | None = None, **facts: Any) -> "User":
        return super().create_superuser(username.lower(), email, password, **facts)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Hakim and HAKIM are one person."""
        return self.get(username=(username or "").lower())


@kept(besides=("password", "last_login", "password_changed_at", "theme", "density"))
class User(AbstractUser):
    """`username` is kept in small letters."""

    class Theme(models.TextChoices):
        AUTO = "auto", lazy("Thème du système")
        LIGHT = "light", lazy("Thème clair")
        DARK = "dark", lazy("Thème sombre")

    class Density(models.TextChoices):
        COMPACT = "compact", lazy("Affichage compact")
        COMFORTABLE = "comfortable", lazy("Affichage aéré")

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField("nom", max_length=120, blank=True)
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.AUTO)
    density = models.CharField(max_length=12, choices=Density.choices, default=Density.COMPACT)
    password_changed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(username=Lower("username")), name="user_username_is_small"),
            models.CheckConstraint(condition=Q(theme__in=["auto", "light", "dark"]), name="user_theme_is_known"),
            models.CheckConstraint(condition=Q(density__in=["compact", "comfortable"]), name="user_density_is_known"),
        ]

    def get_full_name(self) -> str:
        return self.full_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name().split()[0]


class Session(AbstractBaseSession):
    """Django's row, which also says whose it is (nobody's before the log-in)."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
