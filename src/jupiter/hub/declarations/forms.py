"""The declaration as a person types it: 43 fields, all judged by rules.py, none here."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jupiter.hub.dealers.models import GuarantorAccount
from jupiter.hub.guarantors.registry import GUARANTORS, why_not
from jupiter.kit.web.forms import Group, KitForm, ParsedField
from jupiter.kit.words import spoken

from . import rules, wording
from .models import Sale


class AsTyped(ParsedField):
    """Hands on what was typed: rules.read understands it, for the form and the API alike."""

    def __init__(self, *, name: str, **options: Any) -> None:
        self.name = name
        self.is_number = rules.FIELDS[name].kind in ("whole", "amount")
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, object]:
        return dict(HABITS.get(self.name) or HABITS.get(rules.FIELDS[self.name].kind) or {})

    def parse(self, typed: str) -> str:
        return typed

    def validate(self, value: Any) -> None:
        """A blank is for rules.missing to name."""


class Picked(forms.ChoiceField):
    """A list; what is not in it is kept, shown and refused by rules.read."""

    def validate(self, value: Any) -> None:
        """Judged by the rules."""


class Computed(AsTyped):
    """Text on grey: what someone types there is not looked at."""

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial


HABITS: Mapping[str, Mapping[str, object]] = {
    "plate": {"data-plate": True, "placeholder": "AA-123-BB", "autocapitalize": "characters", "spellcheck": "false"},
    "vin": {"data-vin": True, "autocapitalize": "characters", "spellcheck": "false"},
    "starts_on": {"readonly": True, "tabindex": "-1"},
    "ends_on": {"readonly": True, "tabindex": "-1"},
    "date": {"inputmode": "numeric", "placeholder": lazy("JJ/MM/AAAA"), "data-date": True},
    "whole": {"inputmode": "numeric"},
    "amount": {"inputmode": "decimal"},
    "phone": {"inputmode": "tel"},
    "email": {"inputmode": "email", "spellcheck": "false", "autocapitalize": "none"},
}
LABELS = {  # where the paper's label is too long for its place
    "consent": lazy("Consentement du client (FOCUS)"),
}
DRAFT, DECLARE = "save", "declare"


class DeclarationForm(KitForm):
    GROUPS: ClassVar = {
        "head": Group(lazy("Déclaration"), "consent:4 sale_origin:4 seller:4"),  # type: ignore[arg-type]  # lazy
        "client": Group(
            lazy("Données client"),  # type: ignore[arg-type]
            "title:2 last_name:3 first_name:3 email:4 address:4 address_2:4 address_3:4 postcode:2 city:4 country:3 profession:3 "
            "phone:3 mobile:3 born_on:3 born_in:3",
        ),
        "vehicle": Group(
            lazy("Données véhicule"),  # type: ignore[arg-type]
            "kind:2 plate:2 vin:4 registration_type:2 four_wheel_drive:2 make:3 model:3 version:3 fuel:3 first_registered_on:3 mileage:3 "
            "delivery_on:3 price:3 manufacturer_until:3 manufacturer_km:3 trade_in_value:3 market_value:3 displacement:3 tax_power:3 "
            "din_power:3 power_kw:3",
        ),
        "warranty": Group(lazy("Garantie"), "level:4 months:2 starts_on:3 ends_on:3"),  # type: ignore[arg-type]
    }
    UNITS: ClassVar = {name: field.unit for name, field in rules.FIELDS.items() if field.unit and name != "months"}
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, sale: Sale, today: date) -> None:
        held = sale.values
        initial: dict[str, Any] = {name: rules.printed(name, held.get(name)) for name in rules.FIELDS}
        initial |= {name: held.get(name, "") for name, field in rules.FIELDS.items() if field.words or field.kind == "box"}
        initial |= {"months": held.get("months", ""), "seen": sale.sequence}
        super().__init__(data, initial=initial)
        self.sale, self.today = sale, today
        self.reading = rules.Reading({}, {})
        if not sale.with_warranty:
            self.GROUPS = {key: group for key, group in self.GROUPS.items() if key != "warranty"}  # type: ignore[misc]
        for name, field in rules.FIELDS.items():
            if sale.with_warranty or name not in rules.WARRANTY:
                self.fields[name] = self._field(name, field)
        order = wording.order_values(sale)
        self.SOURCE = {name: "bon" for name in order if order[name] == held.get(name) and name != "four_wheel_drive"}
        self.order = order
        if not self.is_bound:
            self.warn({doubt.field: doubt.message for doubt in rules.doubts(held)} | sale.refused_fields)

    def _field(self, name: str, field: rules.Field) -> forms.Field:
        told: dict[str, Any] = {"label": LABELS.get(name, spoken(field.label)), "required": field.mandatory}
        if field.kind == "box":
            return forms.BooleanField(label=spoken(field.label), required=False)
        if field.words or name == "months":
            return Picked(choices=self._choices(name, field), **told)
        if name in rules.COMPUTED:
            return Computed(name=name, label=spoken(field.label), required=True)
        return AsTyped(name=name, **told)

    def _choices(self, name: str, field: rules.Field) -> list[tuple[str, str]]:
        """With what was typed, also when it is in no list."""
        known = {code: spoken(word) for code, word in (field.words or {}).items()}
        if name == "months":
            known = {str(months): _("{months}\u00a0mois").format(months=months) for months in rules.all_months(on=self.today)}
        typed = (self.data.get(name) or "") if self.is_bound else ""
        extra = [(typed, typed)] if typed and typed not in known and len(typed) <= 200 else []
        return [("", _("Choisir…")), *known.items(), *extra]

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        self.reading = rules.read(
            {name: self._meant(name, typed.get(name)) for name in rules.TYPED},
            ordered_on=ordered_on(self.sale),
            today=self.today,
            with_warranty=self.sale.with_warranty,
        )
        for name, sentence in self.reading.refused.items():
            self.add_error(name, ValidationError(spoken(sentence)))
        values = self.reading.values
        self.initial = dict(self.initial) | {name: rules.printed(name, values.get(name)) for name in rules.COMPUTED}
        self.warn({doubt.field: doubt.message for doubt in rules.doubts(values)})
        return typed

    def _meant(self, name: str, typed: Any) -> Any:
        """A number left as it was shown stays that number, also under another country's rules."""
        if rules.FIELDS[name].kind == "phone" and typed and typed == self[name].field.prepare_value(self.initial.get(name)):
            return self.sale.values.get(name)
        return typed

    @property
    def blanks(self) -> list[str]:
        """Mandatory and blank, as far as they were not refused for another reason."""
        names = rules.missing(self.reading.values if self.is_bound else self.sale.values, with_warranty=self.sale.with_warranty)
        return [name for name in names if name not in self.reading.refused]

    def name_the_blanks(self) -> None:
        """Le champ immatriculation est obligatoire: under each field and in the summary."""
        for name in self.blanks:
            self.add_error(name, ValidationError(spoken(rules.is_mandatory_sentence(name))))

    def changed_from_order(self) -> list[tuple[str, str, str]]:
        """Pre-filled values that are no longer the order's: label, order, now."""
        values = self.reading.values if self.is_bound else self.sale.values
        return [
            (spoken(rules.FIELDS[name].label), spoken(rules.printed(name, said)), spoken(rules.printed(name, values.get(name))) or "—")
            for name, said in self.order.items()
            if name not in rules.COMPUTED and values.get(name) != said and name not in self.reading.refused
        ]

    def seen_now(self, sequence: int) -> None:
        """The next POST of this page has seen this state of the sale."""
        self.data = {**{name: self.data.get(name) for name in self.data}, "seen": str(sequence)}

    def seen_sequence(self) -> int:
        return self.cleaned_data.get("seen") or 0 if self.is_bound and hasattr(self, "cleaned_data") else self.sale.sequence


def ordered_on(sale: Sale) -> date | None:
    said = sale.words.get("ordered_on")
    return date.fromisoformat(said) if said else None


class ChoiceForm(KitForm):
    """Step 2: a guarantor of the profile, or none at all."""

    guarantor = forms.CharField(required=False, max_length=20)
    NONE: ClassVar = "none"

    def __init__(self, data: Any = None, *, accounts: Mapping[str, GuarantorAccount], chosen: str = "") -> None:
        super().__init__(data)
        self.accounts, self.chosen = accounts, chosen

    def options(self) -> list[dict[str, Any]]:
        picked = self.data.get("guarantor", "") if self.is_bound else self.chosen
        known = [{"value": key, "label": GUARANTORS[key].label, "note": why_not(key), "checked": picked == key} for key in self.accounts]
        return [
            *known,
            {
                "value": self.NONE,
                "label": _("Sans garantie commerciale"),
                "note": _("Relation Client et Assistance seulement\u00a0: aucun devis n’est créé."),
                "checked": picked == self.NONE,
            },
        ]

    @property
    def picked(self) -> str:
        """The guarantor's key; empty for none."""
        key: str = self.cleaned_data.get("guarantor") or ""
        return "" if key == self.NONE else key
