"""What a person may type in the wizard. French typing in, facts out; nothing is saved here."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from jupiter.kit.web.forms import FrenchDateField, Group, KilometreField, KitForm, LineField, PickField, PlateField, VinField, WholeField

from .models import Fuel, Job, Kind

MAKES = (
    "ABARTH", "ALFA ROMEO", "AUDI", "BMW", "CITROEN", "CUPRA", "DACIA", "DS", "FIAT", "FORD", "HONDA", "HYUNDAI", "JAGUAR", "JEEP",
    "KIA", "LANCIA", "LAND ROVER", "LEXUS", "MAZDA", "MERCEDES-BENZ", "MG", "MINI", "MITSUBISHI", "NISSAN", "OPEL", "PEUGEOT",
    "PORSCHE", "RENAULT", "SEAT", "SKODA", "SMART", "SUZUKI", "TESLA", "TOYOTA", "VOLKSWAGEN", "VOLVO",
)  # fmt: skip
AS_WRITTEN = {"BMW", "DS", "MG", "MINI"}
SPELT = {"CITROEN": "Citroën", "SKODA": "Škoda", "SMART": "smart"}


def shown_make(make: str) -> str:
    """The code is kept, its usual spelling shown: PEUGEOT, Peugeot."""
    code = make.upper()
    return SPELT.get(code) or (code if code in AS_WRITTEN else make.title() if code in MAKES else make)


class ContractForm(KitForm):
    GROUPS: ClassVar = {"contract": Group(_("Contrat"), "delivery_on:3")}  # type: ignore[arg-type]  # lazy
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    delivery_on = FrenchDateField(label=_("Date de livraison"))

    @classmethod
    def of(cls, job: Job, data: Any = None) -> "ContractForm":
        return cls(data, initial={"version": job.version, "delivery_on": job.delivery_on})


class VehicleForm(KitForm):
    GROUPS: ClassVar = {
        "identity": Group(_("Véhicule"), "vin:4 plate:3 kind:5 make:4 model:3 first_registered_on:5 fuel:4 din_power_hp:3 mileage_km:5"),  # type: ignore[arg-type]
        "warranty": Group(
            _("Garantie constructeur et spécificités"),  # type: ignore[arg-type]
            "manufacturer_warranty_until:4 manufacturer_warranty_km:3 four_wheel_drive:5",
        ),
    }
    UNITS: ClassVar = {"din_power_hp": "ch", "mileage_km": "km", "manufacturer_warranty_km": "km"}

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    vin = VinField(label=_("VIN"), help_text=_("17 caractères alphanumériques en majuscules"))
    plate = PlateField(label=_("Immatriculation"), help_text=_("9 caractères, par exemple AB-123-CD"))
    kind = PickField(label=_("Type de véhicule"), choices=Kind.choices)
    first_registered_on = FrenchDateField(label=_("Première date d’immatriculation"))
    make = PickField(label=_("Marque"))
    model = LineField(label=_("Modèle"), most=80)
    fuel = PickField(label=_("Type d’énergie"), choices=Fuel.choices)
    din_power_hp = WholeField(label=_("Puissance de la voiture"), unit="ch|cv", min_value=1, max_value=2000)
    mileage_km = KilometreField(label=_("Kilométrage"))
    manufacturer_warranty_until = FrenchDateField(label=_("Garantie constructeur - date de fin"))
    manufacturer_warranty_km = KilometreField(label=_("Garantie constructeur - kilomètres"), max_value=9_999_999_999)
    four_wheel_drive = PickField(label=_("Spécificités du véhicule"), choices=[("no", _("Non 4x4")), ("yes", "4x4")])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        own = str(self.initial.get("make") or "")
        makes = MAKES if own in MAKES or not own else (own, *MAKES)
        self.fields["make"].choices = [(make, shown_make(make)) for make in makes]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, job: Job, data: Any = None) -> "VehicleForm":
        facts = job.facts() | {"version": job.version, "four_wheel_drive": "yes" if job.four_wheel_drive else "no"}
        return cls(data, initial=facts)

    def clean_plate(self) -> str:
        plate = str(self.cleaned_data["plate"])
        if " " in plate or plate.startswith("W-"):
            raise forms.ValidationError(_("Immatriculation\u00a0: format AB-123-CD uniquement, une ancienne plaque ne passe pas"))
        return plate

    def facts(self) -> dict[str, Any]:
        said = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return {**said, "four_wheel_drive": said["four_wheel_drive"] == "yes"}
