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


class Title(StrEnum):
    MR = "MR"  # Monsieur
    MRS = "MRS"  # Madame
    COMPANY = "COMPANY"  # Société


class VehicleKind(StrEnum):
    CAR = "VP"  # voiture particulière
    VAN = "VU"  # véhicule utilitaire, 3,5 t at most


class Fuel(StrEnum):
    """The insurer's list of energies."""

    PETROL = "PETROL"
    DIESEL = "DIESEL"
    ELECTRIC = "ELECTRIC"
    HYBRID = "HYBRID"
    PLUGIN_HYBRID = "PLUGIN_HYBRID"
    LPG = "LPG"
    CNG = "CNG"


class Consent(StrEnum):
    """The buyer's answer to being written to, one channel at a time (FOCUS). Never a condition of the sale."""

    NO = "NO"
    EMAIL = "EMAIL"
    SMS = "SMS"
    PHONE = "PHONE"
    POST = "POST"


class SaleOrigin(StrEnum):
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
    STELLANTIS = "stellantis"
    AUTOGARANTIE = "autogarantie"
    CIRANO = "cirano"
    ICARE = "icare"


class BuyerV1(Words):
    title: Annotated[Title, BY_NAME] | None = None
    last_name: Text | None = None  # the company's name when title is COMPANY
    first_name: Text | None = None
    email: Annotated[str, StringConstraints(max_length=254)] | None = None
    phone: ShortText | None = None  # E.164: +33199001234
    mobile: ShortText | None = None
    address: Text | None = None
    address_2: Text | None = None
    address_3: Text | None = None
    postcode: ShortText | None = None
    city: Text | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None  # ISO 3166-1 alpha-2
    born_on: Day | None = None
    born_in: Text | None = None
    profession: Text | None = None


class VehicleV1(Words):
    kind: Annotated[VehicleKind, BY_NAME] | None = None
    plate: ShortText | None = None  # SIV with dashes: ER-452-AS
    make: Text | None = None
    model: Text | None = None
    version: Text | None = None
    registration_type: Text | None = None
    first_registered_on: Day | None = None
    fuel: Annotated[Fuel, BY_NAME] | None = None
    displacement_cm3: Annotated[int, Field(ge=0, le=20_000)] | None = None
    tax_power_cv: Annotated[int, Field(ge=0, le=200)] | None = None
    din_power_hp: Annotated[int, Field(ge=0, le=30_000)] | None = None
    power_kw: Annotated[int, Field(ge=0, le=30_000)] | None = None
    vin: ShortText | None = None
    mileage_km: Kilometres | None = None  # on the day of the sale
    four_wheel_drive: bool | None = None
    market_value: Money | None = None
    manufacturer_warranty_until: Day | None = None
    manufacturer_warranty_km: Annotated[int, Field(ge=0, le=9_999_999_999)] | None = None


class WarrantyV1(Words):
    level: Annotated[WarrantyLevel, BY_NAME] | None = None
    months: Months | None = None


class SaleV1(Words):
    """What the order form says. `order_number` and `seller` are for people; the point of sale is found by `network_code` (RRD1)."""

    network_code: Annotated[str, StringConstraints(pattern=r"^FR\d{5}$")]
    order_number: ShortText | None = None
    seller: Text | None = None
    buyer: BuyerV1 = BuyerV1()
    vehicle: VehicleV1 = VehicleV1()
    price_gross: Money | None = None  # euros, TTC, as agreed
    trade_in_value: Money | None = None
    ordered_on: Day | None = None
    delivery_on: Day | None = None
    warranty: WarrantyV1 = WarrantyV1()
    consent: Annotated[Consent, BY_NAME] | None = None
    sale_origin: Annotated[SaleOrigin, BY_NAME] | None = None
    guarantor: Annotated[GuarantorKey, BY_NAME] | None = None
    without_commercial_warranty: bool = False  # relation client and assistance only
