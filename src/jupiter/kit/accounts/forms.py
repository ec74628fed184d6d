"""What a person types at the door."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jupiter.kit.web.forms import FrenchEmailField, KitForm, LineField

from .models import User


class PasswordField(forms.CharField):
    """Kept exactly as typed, spaces too, and never shown again."""

    widget = forms.PasswordInput

    def __init__(self, *, autocomplete: str, **options: Any) -> None:
        super().__init__(strip=False, max_length=1000, **options)
        self.widget.attrs = {"autocomplete": autocomplete}


class LogInForm(KitForm):
    username = LineField(
        label=lazy("Nom d’utilisateur"),
        most=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}),
    )
    password = PasswordField(label=lazy("Mot de passe"), autocomplete="current-password")


class ForgottenForm(KitForm):
    email = FrenchEmailField(label=lazy("Adresse e-mail"), widget=forms.TextInput(attrs={"autocomplete": "email", "autofocus": True}))


class NewPasswordForm(KitForm):
    """`user` is whose password it will be: it may not look like his name."""

    new_password = PasswordField(
        label=lazy("Nouveau mot de passe"),
        autocomplete="new-password",
        help_text=lazy("12 caractères ou plus. Une phrase courte convient."),
    )
    again = PasswordField(label=lazy("Nouveau mot de passe, une seconde fois"), autocomplete="new-password")

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if "new_password" in typed and typed.get("again") not in (None, typed["new_password"]):
            self.add_error("again", ValidationError(_("Les deux mots de passe sont différents")))
        return typed


class ChangePasswordForm(NewPasswordForm):
    field_order = ["old_password", "new_password", "again"]  # noqa: RUF012
    old_password = PasswordField(label=lazy("Mot de passe actuel"), autocomplete="current-password")
