"""« Information garantisseur »: whom to declare to, and the seller's log-in there, asked once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jupiter.kit.transmissions.models import State as Parcel
from jupiter.kit.web.forms import KitForm, LineField, PickField

from .models import GUARANTORS, STELLANTIS


class GuarantorForm(KitForm):
    guarantor = PickField(label=_("Garantisseur"), choices=GUARANTORS, initial=STELLANTIS)
    username = LineField(label=_("Identifiant"), most=150)
    password = forms.CharField(label=_("Mot de passe"), max_length=500, strip=False, widget=forms.PasswordInput)

    def __init__(self, *args: Any, asks_login: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not asks_login:
            del self.fields["username"], self.fields["password"]
        else:
            self.fields["password"].widget.attrs["autocomplete"] = "off"


class AskedFor(KitForm):
    """The filters of Envoyer / Recevoir."""

    state = PickField(label=_("État"), choices=[("", _("État")), *Parcel.choices], required=False)
    kind = PickField(label=_("Message"), required=False)
    site = PickField(label=_("Site"), required=False)
    number = LineField(label=_("N° de bon"), most=20, required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], sites: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [("", _("Message")), *kinds]  # type: ignore[attr-defined]
        self.fields["site"].choices = [("", _("Site")), *sites]  # type: ignore[attr-defined]
        self.fields["number"].widget.attrs |= {"placeholder": _("N° de bon"), "aria-label": _("N° de bon")}
        for name in ("state", "kind", "site"):
            self.fields[name].widget.attrs["aria-label"] = str(self.fields[name].label)
