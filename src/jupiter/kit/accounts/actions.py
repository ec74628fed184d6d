"""Change a password, ask for a new one, choose how screens look: the only writers of a user's own facts."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from jupiter.kit import jobs

from .models import User


@transaction.atomic
def make_person(username: str, *, full_name: str, email: str, password: str) -> User:
    """A first person, made by the operator: Django's ValidationError says why the password is none. Others are made on screens."""
    user = User(username=username.lower(), full_name=full_name, email=email)
    validate_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    return user


@transaction.atomic
def change_password(user: User, password: str, *, now: datetime) -> User:
    """Every other session of this person ends: sessions carry a digest of the password."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.set_password(password)
    user.password_changed_at = now
    user.save(update_fields=["password", "password_changed_at"])
    return user


@transaction.atomic
def ask_for_new_password(email: str) -> None:
    """The answer on the screen is the same whether someone has this address or not; a letter goes only to whoever has it."""
    for user in User.objects.filter(email__iexact=email, is_active=True):
        jobs.defer("send_password_letter", user_id=user.pk)


def choose_looks(user: User | AnonymousUser, *, theme: str = "", density: str = "") -> None:
    """What is not offered is not kept."""
    chosen = {}
    if theme in User.Theme.values:
        chosen["theme"] = theme
    if density in User.Density.values:
        chosen["density"] = density
    if chosen and user.pk:
        User.objects.filter(pk=user.pk).update(**chosen)
