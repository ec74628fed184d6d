"""What a used car earns, how long it has stood, and what about it deserves a second look."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from jupiter.kit import french, searching
from jupiter.kit.french import said
from jupiter.kit.money import Price, cents
from jupiter.kit.months import months_after

OLD_STOCK_DAYS = 60
VIN_LENGTH = 17
MANUFACTURER_WARRANTY_MONTHS = 24
KW_PER_HP = Decimal("0.73549875")
PETROL_NAMES = ("PURETECH", "TCE", "VTI", "THP")
DIESEL_NAMES = ("HDI", "BLUEHDI", "DCI", "TDI")


@dataclass(frozen=True)
class Margin:
    """Without VAT. The rates name their base; the tax is what the sale itself bears."""

    amount: Decimal
    percent_of_gross: Decimal
    percent_of_net: Decimal
    sale_net: Decimal
    vat_base: Decimal
    vat: Decimal


def margin_under_margin_scheme(gross: Decimal, purchase: Decimal, costs: Decimal, vat_percent: Decimal) -> Margin:
    """CGI 297 A: tax on what is left of the price once the purchase is paid; costs lower the margin, never its tax."""
    amount = _without_vat(gross - purchase - costs, vat_percent)
    taxed = max(gross - purchase, Decimal(0))
    base = _without_vat(taxed, vat_percent)
    return _margin(amount, gross, vat_percent, base=base, vat=taxed - base)


def margin_under_standard_vat(gross: Decimal, purchase_net: Decimal, costs: Decimal, vat_percent: Decimal) -> Margin:
    price = Price.from_gross(gross, vat_percent)
    return _margin(price.net - purchase_net - costs, gross, vat_percent, base=price.net, vat=price.tax)


def _margin(amount: Decimal, gross: Decimal, vat_percent: Decimal, *, base: Decimal, vat: Decimal) -> Margin:
    net = Price.from_gross(gross, vat_percent).net
    return Margin(amount, _percent(amount, gross), _percent(amount, net), net, base, vat)


def _without_vat(amount: Decimal, vat_percent: Decimal) -> Decimal:
    return cents(amount * 100 / (100 + vat_percent))


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return cents(part * 100 / whole) if whole else Decimal(0)


def days_in_stock(entered_on: date | None, *, delivery_on: date | None, today: date) -> int | None:
    """To the delivery, else to today."""
    if entered_on is None:
        return None
    return max(((delivery_on or today) - entered_on).days, 0)


def proposed_end_of_manufacturer_warranty(first_registered_on: date) -> date:
    return months_after(first_registered_on, MANUFACTURER_WARRANTY_MONTHS)


def mileage_goes_back(before_km: int, after_km: int) -> bool:
    return after_km < before_km


def swapped_powers(din_power_hp: int, power_kw: int) -> bool:
    """A kilowatt is more than a horsepower, so its figure is the smaller one."""
    return bool(din_power_hp and power_kw) and power_kw >= din_power_hp


class Described(Protocol):
    plate: str
    vin: str
    stock_number: str
    former_stock_number: str
    dms_number: str
    make: str
    model: str
    trim: str


def search_text(car: Described) -> str:
    """What a search may find it by: its numbers without what stands between their characters, then its name."""
    numbers = (car.plate, car.vin, car.stock_number, car.former_stock_number, car.dms_number)
    return " ".join(filter(None, [*map(searching.squeezed, numbers), searching.plain(f"{car.make} {car.model} {car.trim}")]))


class Facts(Protocol):
    vin: str
    trim: str
    model: str
    fuel: str
    din_power_hp: int
    power_kw: int
    first_registered_on: date | None
    registered_on: date | None


def doubts(car: Facts) -> dict[str, str]:
    """Field by field, what is more often a slip than the truth. Shown, never in the way."""
    found: dict[str, str] = {}
    if car.vin and french.doubtful_vin(car.vin):
        found["vin"] = said("Suite ou répétition\u00a0: recopiez le VIN du certificat d’immatriculation (E)")
    if car.vin and len(car.vin) != VIN_LENGTH:
        found["vin"] = said("{n} caractères\u00a0: depuis 1981 un VIN en a {most}", n=len(car.vin), most=VIN_LENGTH)
    words = searching.plain(f"{car.model} {car.trim}").split()
    if car.fuel == "DIESEL" and _any_named(words, PETROL_NAMES):
        found["fuel"] = said("{engine} est un moteur essence", engine=_any_named(words, PETROL_NAMES))
    if car.fuel == "PETROL" and _any_named(words, DIESEL_NAMES):
        found["fuel"] = said("{engine} est un moteur diesel", engine=_any_named(words, DIESEL_NAMES))
    if car.din_power_hp and car.power_kw and not swapped_powers(car.din_power_hp, car.power_kw):
        expected = car.din_power_hp * KW_PER_HP
        if abs(car.power_kw - expected) > max(Decimal(1), expected / 50):
            found["power_kw"] = said("{hp} ch font {kw} kW", hp=car.din_power_hp, kw=round(expected))
    if car.registered_on and car.first_registered_on and car.registered_on < car.first_registered_on:
        found["registered_on"] = said("La date de la carte grise précède la 1re immatriculation")
    return found


def _any_named(words: Iterable[str], names: Iterable[str]) -> str:
    spelling = {"PURETECH": "PureTech", "HDI": "HDi", "BLUEHDI": "BlueHDi", "TCE": "TCe", "VTI": "VTi", "DCI": "dCi"}
    return next((spelling.get(name, name) for name in names if name in words), "")
