"""Dealer software → hub: a sale as the order form knows it (PUT /api/v1/sales/{reference}).

The reference is the caller's own, for ever, unique per caller: 1 to 64 of A-Z a-z 0-9 . _ -
Everything but the point of sale may be missing: the hub keeps an incomplete draft and answers what is missing.
Values are codes of this module; screens show French words for them.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from .base import BY_NAME, Day, Kilometres, Money, Months, ShortText, Text, Words

REFERENCE = r"^[A-Za-z0-9._-]{1,64}$"
NETWORK_CODE = r"^FR\d{5}$"  # RRD1


class Title(StrEnum):
    """MR: Monsieur. MRS: Madame. COMPANY: Société."""

    MR = "MR"  # Monsieur
    MRS = "MRS"  # Madame
    COMPANY = "COMPANY"  # Société


class VehicleKind(StrEnum):
    """VP: voiture particulière. VU: véhicule utilitaire, 3,5 t at most."""

    CAR = "VP"  # voiture particulière
    VAN = "VU"  # véhicule utilitaire, 3,5 t at most


class Fuel(StrEnum):
    """What the car runs on (P.3 of the registration certificate), in the insurer's list."""

    PETROL = "PETROL"
    DIESEL = "DIESEL"
    ELECTRIC = "ELECTRIC"
    HYBRID = "HYBRID"
    PLUGIN_HYBRID = "PLUGIN_HYBRID"
    LPG = "LPG"
    CNG = "CNG"


class Consent(StrEnum):
    """The buyer's answer to being written to, one channel at a time (FOCUS): NO, or by EMAIL, SMS, PHONE or POST.
    Never a condition of the sale."""

    NO = "NO"
    EMAIL = "EMAIL"
    SMS = "SMS"
    PHONE = "PHONE"
    POST = "POST"


class SaleOrigin(StrEnum):
    """Where the car came from. TRADE_IN_ON_NEW: reprise VO sur VN. TRADE_IN_ON_USED: reprise VO sur VO. DIRECT_PURCHASE: achat direct.
    MANUFACTURER: constructeur. RENTAL: loueur. DEMONSTRATOR: véhicule de démonstration. OTHER: autre."""

    TRADE_IN_ON_NEW = "TRADE_IN_ON_NEW"  # Reprise VO sur VN
    TRADE_IN_ON_USED = "TRADE_IN_ON_USED"  # Reprise VO sur VO
    DIRECT_PURCHASE = "DIRECT_PURCHASE"  # Achat direct
    MANUFACTURER = "MANUFACTURER"  # Constructeur
    RENTAL = "RENTAL"  # Loueur
    DEMONSTRATOR = "DEMONSTRATOR"  # Véhicule de démonstration
    OTHER = "OTHER"


class WarrantyLevel(StrEnum):
    """The label's level, as the declaration says it; the guarantor's product follows from it and the duration."""

    SPOTICAR_PREMIUM = "SPOTICAR_PREMIUM"
    SPOTICAR_ADVANCED = "SPOTICAR_ADVANCED"
    SPOTICAR_ESSENTIAL = "SPOTICAR_ESSENTIAL"
    DS_CERTIFIED = "DS_CERTIFIED"


class GuarantorKey(StrEnum):
    """Garantie Stellantis Assurance, Auto Garantie, Garantie Cirano, Garantie Icare. Only `stellantis` can receive declarations so far."""

    STELLANTIS = "stellantis"
    AUTOGARANTIE = "autogarantie"
    CIRANO = "cirano"
    ICARE = "icare"


class BuyerV1(Words):
    """Who buys. Mandatory to declare: title, last name, first name (of a person), address, postcode, city, country."""

    title: Annotated[Title, BY_NAME] | None = None
    """Civilité; COMPANY for a company."""
    last_name: Text | None = None
    """Family name; the company's name when `title` is COMPANY."""
    first_name: Text | None = None
    """First name; none for a company."""
    email: Annotated[str, StringConstraints(max_length=254)] | None = None
    """E-mail address. Optional; a consent to be written to by e-mail without one is a warning."""
    phone: ShortText | None = None
    """Landline in E.164, for example `+33199001234`, or as the buyer's country dials it. Optional; refused when it cannot be one."""
    mobile: ShortText | None = None
    """Mobile phone, written as `phone`."""
    address: Text | None = None
    """Number and street."""
    address_2: Text | None = None
    """Complément d’adresse 1."""
    address_3: Text | None = None
    """Complément d’adresse 2."""
    postcode: ShortText | None = None
    """In the form of `country`: five digits in France."""
    city: Text | None = None
    """Town."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    """ISO 3166-1 alpha-2, for example `FR`."""
    born_on: Day | None = None
    """Date of birth. Optional, not in the future."""
    born_in: Text | None = None
    """Town of birth. Optional."""
    profession: Text | None = None
    """Optional."""


class VehicleV1(Words):
    """The car. Mandatory to declare: kind, plate, make, model, version, first registration, fuel, DIN power, VIN, mileage, and where the
    maker's warranty ends in date and kilometres."""

    kind: Annotated[VehicleKind, BY_NAME] | None = None
    """Type véhicule."""
    plate: ShortText | None = None
    """Registration of the SIV or WW, dashes optional: `ER-452-AS`. Older and foreign plates are refused."""
    make: Text | None = None
    """For example `PEUGEOT`; capitals do not matter."""
    model: Text | None = None
    """For example `2008`."""
    version: Text | None = None
    """For example `1.2 PureTech 110`."""
    registration_type: Text | None = None
    """Type carte grise, as free text."""
    first_registered_on: Day | None = None
    """First registration anywhere (B of the certificate); not after the delivery."""
    fuel: Annotated[Fuel, BY_NAME] | None = None
    """Énergie."""
    displacement_cm3: Annotated[int, Field(ge=0, le=20_000)] | None = None
    """Cubic centimetres."""
    tax_power_cv: Annotated[int, Field(ge=0, le=200)] | None = None
    """Puissance fiscale, in CV."""
    din_power_hp: Annotated[int, Field(ge=0, le=30_000)] | None = None
    """Puissance DIN, in ch (horsepower), 1 to 510; another figure is refused."""
    power_kw: Annotated[int, Field(ge=0, le=30_000)] | None = None
    """Kilowatts; not more than the DIN horsepower."""
    vin: ShortText | None = None
    """17 characters without I, O and Q. A run of digits is a warning; 17 equal characters are refused."""
    mileage_km: Kilometres | None = None
    """Kilometres on the day of the sale."""
    four_wheel_drive: bool | None = None
    """Whether it has four-wheel drive."""
    market_value: Money | None = None
    """Cote du véhicule. Optional."""
    manufacturer_warranty_until: Day | None = None
    """The day on which the maker's warranty ends."""
    manufacturer_warranty_km: Annotated[int, Field(ge=0, le=9_999_999_999)] | None = None
    """Kilometres at which the maker's warranty ends."""


class WarrantyV1(Words):
    """The commercial warranty sold with the car. Both are mandatory to declare, unless the sale is without one."""

    level: Annotated[WarrantyLevel, BY_NAME] | None = None
    """SPOTICAR_PREMIUM, SPOTICAR_ADVANCED, SPOTICAR_ESSENTIAL or DS_CERTIFIED."""
    months: Months | None = None
    """Duration; one that the product is sold for."""


class SaleV1(Words):
    """What the order form says. `order_number` and `seller` are for people; the point of sale is found by `network_code` (RRD1)."""

    network_code: Annotated[str, StringConstraints(pattern=NETWORK_CODE)]
    """RRD1 code of the point of sale, for example `FR10350`: one of the calling group."""
    order_number: ShortText | None = None
    """Number of the order form in the calling software, for people."""
    seller: Text | None = None
    """Name of the seller, for people. Mandatory to declare."""
    buyer: BuyerV1 = BuyerV1()
    """Who buys."""
    vehicle: VehicleV1 = VehicleV1()
    """What is sold."""
    price_gross: Money | None = None
    """Agreed price, TTC."""
    trade_in_value: Money | None = None
    """Valeur de reprise, TTC. Optional."""
    ordered_on: Day | None = None
    """Date of the order."""
    delivery_on: Day | None = None
    """Date of delivery: not before the order. The warranty begins on it, or where the maker’s ends. Mandatory to declare."""
    warranty: WarrantyV1 = WarrantyV1()
    """What is promised."""
    consent: Annotated[Consent, BY_NAME] | None = None
    """Consentement du client (FOCUS). Mandatory to declare."""
    sale_origin: Annotated[SaleOrigin, BY_NAME] | None = None
    """Origine de la vente. Mandatory to declare."""
    guarantor: Annotated[GuarantorKey, BY_NAME] | None = None
    """Which guarantor of the point of sale's profile is to cover it; none: the first of the profile that can."""
    without_commercial_warranty: bool = False
    """True for « relation client » and assistance only: nothing is asked of a guarantor."""
