"""The vehicle sheet on paper."""

from datetime import date
from pathlib import Path

from jupiter.kit import french, pdf
from jupiter.kit.words import in_french

from .models import Vehicle

TEMPLATE = Path(__file__).with_name("sheet.typ")


@in_french
def vehicle_sheet(car: Vehicle, *, today: date) -> bytes:
    facts = {
        "site": car.site.print_name,
        "place": " ".join(filter(None, [car.site.address, car.site.postcode, car.site.city])),
        "number": car.stock_number,
        "plate": car.plate,
        "title": car.description,
        "printed_on": french.printed_date(today),
        "rows": [
            [label, said or "—"]
            for label, said in (
                ("N° Police", car.stock_number),
                ("N° DMS", car.dms_number),
                ("Immatriculation", car.plate),
                ("VIN", car.vin),
                ("Marque", car.make),
                ("Modèle", car.model),
                ("Version", car.trim),
                ("Genre", car.kind),
                ("Énergie", car.get_fuel_display()),
                ("1re immatriculation", _day(car.first_registered_on)),
                ("Date carte grise", _day(car.registered_on)),
                ("Kilométrage", f"{french.grouped(car.mileage_km)} km"),
                ("Puissance fiscale", _known(car.tax_power_cv, "CV")),
                ("Puissance DIN", _known(car.din_power_hp, "ch")),
                ("CO₂", _known(car.co2_g_km, "g/km")),
                ("Fin de garantie constructeur", _day(car.manufacturer_warranty_until)),
                ("Garantie", car.warranty_label),
                ("Entrée au stock", _day(car.entered_on)),
                ("Statut", str(car.get_state_display())),
                ("Prix de vente TTC", f"{french.grouped(car.sale_gross, 2)} €" if car.sale_gross is not None else ""),
            )
        ],
    }
    return pdf.printed(TEMPLATE, facts, dated=today)


def _day(day: date | None) -> str:
    return french.printed_date(day) if day else ""


def _known(figure: int, unit: str) -> str:
    return f"{french.grouped(figure)} {unit}" if figure else ""
