"""The profile as a person fills it in: one row a guarantor, its questions as the guarantor's rules say."""

from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext_lazy as lazy

from jupiter.hub.guarantors.port import Guarantor
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit.web.forms import KitForm, LineField, PickField
from jupiter.kit.words import spoken

from .actions import Choice, troubles_of
from .models import GuarantorAccount


class Row(NamedTuple):
    guarantor: Guarantor
    chosen: BoundField
    identifier: BoundField | None  # none: the network has set it, or there is none
    preset: str
    handling: BoundField | None


class ProfileForm(KitForm):
    """`accounts` are the rows kept so far; an identifier the network has preset is shown, not asked."""

    def __init__(self, *args: Any, accounts: dict[str, GuarantorAccount], fixed: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.accounts = accounts
        for key, guarantor in GUARANTORS.items():
            account = accounts.get(key)
            self.fields[f"{key}_chosen"] = forms.BooleanField(
                label=guarantor.label, required=False, initial=bool(account and account.chosen), disabled=fixed
            )
            if guarantor.account.needs_identifier and not self._preset(key):
                self.fields[f"{key}_identifier"] = self._asked(
                    LineField(
                        label=lazy("Identifiant"), most=40, required=False, initial=account.identifier if account else "", disabled=fixed
                    )
                )
            if guarantor.account.needs_handling:
                choices = [("", lazy("Choisir…")), *GuarantorAccount.Handling.choices]
                self.fields[f"{key}_handling"] = self._asked(
                    PickField(
                        label=lazy("Type de gestion"),
                        choices=choices,
                        required=False,
                        initial=account.handling if account else "",
                        disabled=fixed,
                    )
                )

    @staticmethod
    def _asked(field: forms.Field) -> forms.Field:
        """Marked with a star; needed only when its guarantor is ticked."""
        field.required = True
        field.validate = lambda value: None  # type: ignore[method-assign]
        return field

    def _preset(self, key: str) -> str:
        account = self.accounts.get(key)
        return account.identifier if account and GUARANTORS[key].account.identifier_shape else ""

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        self.choices = {
            key: Choice(
                chosen=bool(typed.get(f"{key}_chosen")),
                identifier=self._preset(key) or typed.get(f"{key}_identifier") or "",
                handling=typed.get(f"{key}_handling") or "",
            )
            for key in GUARANTORS
        }
        self.refuse(troubles_of(self.choices))
        return typed

    def refuse(self, errors: dict[tuple[str, str], str]) -> None:
        for (key, name), sentence in errors.items():
            field = f"{key}_{name}"
            self.add_error(field if field in self.fields else f"{key}_chosen", ValidationError(spoken(sentence)))

    def rows(self) -> list[Row]:
        return [
            Row(
                guarantor=guarantor,
                chosen=self[f"{key}_chosen"],
                identifier=self[f"{key}_identifier"] if f"{key}_identifier" in self.fields else None,
                preset=self._preset(key),
                handling=self[f"{key}_handling"] if f"{key}_handling" in self.fields else None,
            )
            for key, guarantor in GUARANTORS.items()
        ]
