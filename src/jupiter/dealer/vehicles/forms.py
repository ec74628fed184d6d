"""What a person may type about a car."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from jupiter.dealer.sites.models import Site
from jupiter.kit import french
from jupiter.kit.clock import business_today
from jupiter.kit.web.forms import (
    FrenchDateField,
    Group,
    KilometreField,
    KitForm,
    LineField,
    MoneyField,
    NameField,
    PickField,
    PlateField,
    VinField,
    WholeField,
)
from jupiter.kit.words import COUNTRIES

from . import rules
from .actions import FACTS, MileageGoesBack
from .models import Fuel, Kind, Origin, VatRegime, Vehicle

COST_LINES = range(1, 6)
VAT_RATES = [("20", "20\u00a0%"), ("8.5", "8,5\u00a0%"), ("0", "0\u00a0%")]
UNKNOWN_IS_ZERO = ("displacement_cm3", "tax_power_cv", "din_power_hp", "power_kw", "co2_g_km", "mileage_km")
# What a declaration needs and a stock sheet may still lack.
TO_DECLARE = {
    "plate": _("Immatriculation"),
    "trim": _("Version"),
    "first_registered_on": _("1re immatriculation"),
    "fuel": _("Énergie"),
    "din_power_hp": _("Puissance DIN"),
    "manufacturer_warranty_until": _("Fin de garantie constructeur"),
    "manufacturer_warranty_km": _("Km garantie constructeur"),
}


class VehicleForm(KitForm):
    GROUPS: ClassVar = {
        "car": Group(
            _("Véhicule"),  # type: ignore[arg-type]
            "plate:2 plate_country:2 make:2 model:2 trim:4 vin:3 kind:3 fuel:3 four_wheel_drive:3 first_registered_on:2 registered_on:2"
            " registration_type:2 mileage_km:2 co2_g_km:2 tax_power_cv:2 din_power_hp:2 power_kw:2 displacement_cm3:2"
            " manufacturer_warranty_until:3 manufacturer_warranty_km:3",
        ),
        "sale": Group(_("Infos commerciales"), "origin:3 warranty_label:3 market_value:2 dms_number:2 former_stock_number:2"),  # type: ignore[arg-type]
        "price": Group(
            _("Statut et prix"),  # type: ignore[arg-type]
            "purchased_on:2 entered_on:2 vat_regime:3 vat_percent:2 purchase_net:3 purchase_evidence:6 asking_gross:3",
        ),
        "people": Group(_("Acteur de la vente"), "supplier:6 intermediary:6"),  # type: ignore[arg-type]
    }
    UNITS: ClassVar = {
        "mileage_km": "km", "manufacturer_warranty_km": "km", "din_power_hp": "ch", "power_kw": "kW", "tax_power_cv": "CV",
        "displacement_cm3": "cm³", "co2_g_km": "g/km", "purchase_net": "€", "asking_gross": "€", "market_value": "€",
    }  # fmt: skip

    plate = PlateField(label=_("Immatriculation"), country_from="plate_country")
    plate_country = PickField(label=_("Pays"), choices=COUNTRIES)
    make = NameField(label=_("Marque"), most=40)
    model = LineField(label=_("Modèle"), most=60)
    trim = LineField(label=_("Version"), most=100, required=False)
    vin = VinField(label=_("VIN"), short=True)
    kind = PickField(label=_("Genre"), choices=Kind.choices)
    fuel = PickField(label=_("Énergie"), choices=[("", "—"), *Fuel.choices], required=False)
    four_wheel_drive = forms.BooleanField(label=_("4x4"), required=False)
    first_registered_on = FrenchDateField(label=_("1re immatriculation"), latest=business_today, required=False)
    registered_on = FrenchDateField(label=_("Date CG"), latest=business_today, required=False)
    registration_type = LineField(label=_("Type carte grise"), most=40, required=False)
    mileage_km = KilometreField(label=_("Kms"), required=False)
    mileage_confirmed = forms.BooleanField(label=_("Ce kilométrage en baisse est exact"), required=False)
    co2_g_km = WholeField(label=_("CO₂"), max_value=999, required=False)
    tax_power_cv = WholeField(label=_("Puissance fiscale"), max_value=99, required=False)
    din_power_hp = WholeField(label=_("Puissance DIN"), unit="ch|cv", max_value=510, required=False)
    power_kw = WholeField(label=_("Puissance kW"), unit="kw", max_value=400, required=False)
    displacement_cm3 = WholeField(label=_("Cylindrée"), unit="cm3|cm³", max_value=9999, required=False)
    manufacturer_warranty_until = FrenchDateField(label=_("Fin de garantie constructeur"), required=False)
    manufacturer_warranty_km = KilometreField(label=_("Km garantie constructeur"), required=False)
    origin = PickField(label=_("Origine"), choices=[("", "—"), *Origin.choices], required=False)
    warranty_label = LineField(label=_("Gar."), most=60, required=False)
    market_value = MoneyField(label=_("Cote"), required=False)
    dms_number = LineField(label=_("N° DMS"), most=20, required=False)
    former_stock_number = LineField(label=_("Ancien N° Police"), most=20, required=False)
    purchased_on = FrenchDateField(label=_("Achat"), latest=business_today, required=False)
    entered_on = FrenchDateField(label=_("Entrée"), latest=business_today, required=False)
    vat_regime = PickField(label=_("Régime de TVA"), choices=VatRegime.choices)
    vat_percent = PickField(label=_("Taux de TVA"), choices=VAT_RATES)
    purchase_net = MoneyField(label=_("Prix d’achat HT"), required=False)
    purchase_evidence = LineField(label=_("Justificatif d’achat"), most=120, required=False)
    asking_gross = MoneyField(label=_("Prix de vente TTC"), min_value=Decimal("0.01"), required=False)
    supplier = LineField(label=_("Fournisseur"), most=120, required=False)
    intermediary = LineField(label=_("Intermédiaire"), most=120, required=False)
    version = WholeField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asks_about_mileage = False
        for line in COST_LINES:
            self.fields[f"cost_label_{line}"] = LineField(label=said("Frais {line}").format(line=line), most=80, required=False)
            self.fields[f"cost_amount_{line}"] = MoneyField(label=said("Montant HT {line}").format(line=line), required=False)

    @property
    def cost_lines(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        for line in COST_LINES:
            yield self[f"cost_label_{line}"], self[f"cost_amount_{line}"]

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if rules.swapped_powers(typed.get("din_power_hp") or 0, typed.get("power_kw") or 0):
            self.add_error("power_kw", said("La puissance en kW est plus petite que celle en chevaux\u00a0: les deux sont inversées"))
        for line in COST_LINES:
            label, amount = typed.get(f"cost_label_{line}"), typed.get(f"cost_amount_{line}")
            if label and amount is None and not self.errors.get(f"cost_amount_{line}"):
                self.add_error(f"cost_amount_{line}", said("Saisissez le montant de ce frais"))
            if amount and not label and not self.errors.get(f"cost_label_{line}"):
                self.add_error(f"cost_label_{line}", said("Saisissez le libellé de ce frais"))
        return typed

    @property
    def facts(self) -> dict[str, Any]:
        typed = {name: self.cleaned_data[name] for name in FACTS if name in self.cleaned_data}
        typed |= {name: typed[name] or 0 for name in UNKNOWN_IS_ZERO}
        return typed | {"vat_percent": Decimal(typed["vat_percent"])}

    @property
    def costs(self) -> list[tuple[str, Decimal]]:
        typed = self.cleaned_data
        return [(typed[f"cost_label_{line}"], typed[f"cost_amount_{line}"]) for line in COST_LINES if typed[f"cost_label_{line}"]]

    def ask_about_mileage(self, refusal: MileageGoesBack) -> None:
        self.asks_about_mileage = True
        words = said("La fiche dit {before}\u00a0km, vous saisissez {after}\u00a0km\u00a0: corrigez, ou cochez pour confirmer")
        self.add_error("mileage_km", words.format(before=french.grouped(refusal.before_km), after=french.grouped(refusal.after_km)))


class NewVehicleForm(VehicleForm):
    GROUPS: ClassVar = {"where": Group(_("Site"), "site:6"), **VehicleForm.GROUPS}  # type: ignore[arg-type]

    site = PickField(label=_("Site"))

    def __init__(self, *args: Any, sites: Iterable[Site], **options: Any) -> None:
        super().__init__(*args, **options)
        self.sites = {str(site.pk): site for site in sites}
        self.fields["site"].choices = [(key, f"{site.name} ({site.code})") for key, site in self.sites.items()]  # type: ignore[attr-defined]

    @property
    def chosen_site(self) -> Site:
        return self.sites[self.cleaned_data["site"]]


def as_typed(car: Vehicle) -> Mapping[str, Any]:
    """A car as its sheet begins: what is unknown is empty, not 0."""
    values: dict[str, Any] = {name: getattr(car, name) for name in (*FACTS, "version")}
    values |= {name: values[name] or None for name in UNKNOWN_IS_ZERO if name != "mileage_km"}
    values["vat_percent"] = f"{car.vat_percent.normalize():f}"
    for line, cost in zip(COST_LINES, car.costs.all(), strict=False):
        values |= {f"cost_label_{line}": cost.label, f"cost_amount_{line}": cost.amount_net}
    return values


def for_a_new_car(sites: Sequence[Site] = ()) -> Mapping[str, Any]:
    today = business_today()
    return {
        "plate_country": "FR", "kind": Kind.VP, "vat_regime": VatRegime.MARGIN, "vat_percent": "20", "purchased_on": today,
        "entered_on": today, "site": str(sites[0].pk) if sites else "",
    }  # fmt: skip
