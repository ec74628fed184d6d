"""What a person may type about a site."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from jupiter.kit.web.forms import (
    Group,
    KitForm,
    LineField,
    MoneyField,
    NameField,
    PhoneField,
    PickField,
    PostcodeField,
    Rrd1Field,
    WholeField,
)
from jupiter.kit.words import COUNTRIES

from .actions import FACTS, FeeLine
from .models import Site, SiteFee

FEE_LINES = range(1, 6)


class SiteForm(KitForm):
    GROUPS: ClassVar = {
        "identity": Group(_("Identité"), "bic_code code name:6 legal_name:6 brands:6"),  # type: ignore[arg-type]
        "place": Group(_("Adresse"), "address:8 phone:4 postcode:2 city:6 country:4"),  # type: ignore[arg-type]
        "codes": Group(_("Codes et frais"), "network_code dms_code manufacturer_code is_blocked fixed_fees trade_fixed_fees"),  # type: ignore[arg-type]
    }
    UNITS: ClassVar = {"fixed_fees": "€", "trade_fixed_fees": "€", **{f"fee_amount_{line}": "€" for line in FEE_LINES}}

    bic_code = LineField(label=_("Code BIC Argus"), most=20, required=False)
    code = LineField(label=_("Code"), most=10)
    name = NameField(label=_("Libellé"), most=80)
    legal_name = NameField(label=_("Raison sociale"), most=120, required=False)
    address = LineField(label=_("Adresse"), most=200, required=False)
    postcode = PostcodeField(label=_("Code postal"), country_from="country", required=False)
    city = NameField(label=_("Ville"), most=100, required=False)
    country = PickField(label=_("Pays"), choices=COUNTRIES)
    phone = PhoneField(label=_("Téléphone 1"), required=False)
    network_code = Rrd1Field(label=_("Code RRD1"), required=False)
    fixed_fees = MoneyField(label=_("Frais fixes"), required=False)
    trade_fixed_fees = MoneyField(label=_("Frais fixes marchand"), required=False)
    dms_code = LineField(label=_("Code DMS"), most=20, required=False)
    manufacturer_code = LineField(label=_("Code Constructeur"), most=20, required=False)
    brands = LineField(label=_("Marques représentées"), most=200, required=False)
    is_blocked = forms.BooleanField(label=_("Site bloqué"), required=False)
    version = WholeField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for line in FEE_LINES:
            self.fields[f"fee_label_{line}"] = LineField(label=said("Frais {line}").format(line=line), most=80, required=False)
            self.fields[f"fee_amount_{line}"] = MoneyField(label=said("Montant {line}").format(line=line), required=False)
            self.fields[f"fee_kind_{line}"] = PickField(
                label=said("Nature {line}").format(line=line), choices=SiteFee.Kind.choices, required=False, initial=SiteFee.Kind.SERVICE
            )

    @property
    def fee_lines(self) -> Iterator[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        for line in FEE_LINES:
            yield self[f"fee_label_{line}"], self[f"fee_amount_{line}"], self[f"fee_kind_{line}"]

    def clean_code(self) -> str:
        """It is part of an address."""
        code: str = self.cleaned_data["code"]
        if not re.fullmatch(r"[A-Za-z0-9._-]+", code):
            raise forms.ValidationError(said("Un code de site n’a que des lettres, des chiffres, des points et des tirets"))
        return code

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        for line in FEE_LINES:
            label, amount = typed.get(f"fee_label_{line}"), typed.get(f"fee_amount_{line}")
            if label and amount is None and not self.errors.get(f"fee_amount_{line}"):
                self.add_error(f"fee_amount_{line}", said("Saisissez le montant de ce frais"))
            if amount and not label and not self.errors.get(f"fee_label_{line}"):
                self.add_error(f"fee_label_{line}", said("Saisissez le libellé de ce frais"))
        return typed

    @property
    def facts(self) -> dict[str, Any]:
        typed = {name: self.cleaned_data[name] for name in FACTS}
        return typed | {name: typed[name] or Decimal(0) for name in ("fixed_fees", "trade_fixed_fees")}

    @property
    def fees(self) -> list[FeeLine]:
        typed = self.cleaned_data
        return [
            FeeLine(typed[f"fee_label_{line}"], typed[f"fee_amount_{line}"], typed[f"fee_kind_{line}"] or SiteFee.Kind.SERVICE)
            for line in FEE_LINES
            if typed[f"fee_label_{line}"]
        ]


def as_typed(site: Site) -> Mapping[str, Any]:
    """A site as its form begins."""
    values: dict[str, Any] = {name: getattr(site, name) for name in (*FACTS, "version")}
    for line, fee in zip(FEE_LINES, site.default_fees.all(), strict=False):
        values |= {f"fee_label_{line}": fee.label, f"fee_amount_{line}": fee.amount, f"fee_kind_{line}": fee.kind}
    return values
