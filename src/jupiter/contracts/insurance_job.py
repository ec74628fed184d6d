"""Hub → insurer: please quote this cover. A subset of Guidewire's Cloud API, its envelope and its paths.

POST /rest/composite/v1/composite carries three requests in one transaction: account, submission, vehicle. It stops before `quote`.
These models are the attributes of those requests; the envelope is `{"data": {"attributes": …}}`.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from .base import BY_NAME, Answer, Day, Kilometres, Money, Months, ShortText, Text, Words
from .sale import Fuel, Title, VehicleKind

PRODUCER_CODE = r"^\d{6}[A-Z]$"


class AccountHolderV1(Words):
    """Who is insured. Texts may be empty where they have a default."""

    title: Annotated[Title, BY_NAME]
    """Civilité; COMPANY for a company."""
    last_name: Text
    """Family name; the company's name when `title` is COMPANY."""
    first_name: Text = ""
    """First name."""
    email: Annotated[str, StringConstraints(max_length=254)] = ""
    """E-mail address."""
    phone: ShortText = ""
    """Landline, E.164."""
    mobile: ShortText = ""
    """Mobile phone, E.164."""
    address: Text
    """Number and street."""
    address_2: Text = ""
    """Complément 1."""
    address_3: Text = ""
    """Complément 2."""
    postcode: ShortText
    """In the form of `country`."""
    city: Text
    """Town."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    """ISO 3166-1 alpha-2."""


class AccountV1(Words):
    """Attributes of the request `account`. The same holder of the same producer is the same account."""

    producer_code: Annotated[str, StringConstraints(pattern=PRODUCER_CODE)]
    """Of the point of sale at the insurer: six digits and a letter, for example `865268J`."""
    holder: AccountHolderV1
    """Who is insured."""


class SubmissionV1(Words):
    """`external_reference` is the hub's SP number: for ever unique per producer, whatever key a retry carries."""

    account_id: str
    """The variable of the account request: `${accountId}`."""
    producer_code: Annotated[str, StringConstraints(pattern=PRODUCER_CODE)]
    """The same as the account’s."""
    product: str = "GVO_FR"
    """Only `GVO_FR` so far."""
    external_reference: Annotated[str, StringConstraints(pattern=r"^SP\d{6}[A-Z]\d{9}$")]
    """The declaration number of the hub."""
    delivery_on: Day
    """Delivery: cover begins on it, or where the maker’s warranty ends. Not more than 30 days past."""
    seller: Text = ""
    """Vendeur véhicule d’occasion."""
    declared_level: Text
    """SPOTICAR_PREMIUM, SPOTICAR_ADVANCED, SPOTICAR_ESSENTIAL or DS_CERTIFIED: chooses the offering that is shown first."""
    declared_months: Months
    """Duration asked for."""
    notify: bool = True
    """Whether the caller’s registered address is told what becomes of it."""


class InsuredVehicleV1(Words):
    """Attributes of the request `vehicle`."""

    vin: Annotated[str, StringConstraints(pattern=r"^[A-HJ-NPR-Z0-9]{17}$")]
    """17 characters without I, O and Q."""
    plate: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-\d{3}-[A-Z]{2}$")]
    """SIV, with dashes: `ER-452-AS`."""
    kind: Annotated[VehicleKind, BY_NAME]
    """Type de véhicule."""
    first_registered_on: Day
    """Première date d’immatriculation; not after the delivery."""
    make: Text
    """For example `PEUGEOT`."""
    model: Text
    """For example `2008`."""
    fuel: Annotated[Fuel, BY_NAME]
    """Type d’énergie."""
    din_power_hp: Annotated[int, Field(ge=1, le=510)]
    """Puissance DIN, in ch (horsepower)."""
    mileage_km: Kilometres
    """Kilometres on the day of the sale."""
    manufacturer_warranty_until: Day
    """The day on which the maker's warranty ends."""
    manufacturer_warranty_km: Annotated[int, Field(ge=0, le=9_999_999_999)]
    """Kilometres at which the maker's warranty ends."""
    four_wheel_drive: bool = False
    """Whether it has four-wheel drive."""


class CompositeAnswerV1(Answer):
    """What the hub needs of the composite's answer."""

    account_number: str
    """Compte client."""
    job_id: str
    """`pc:…`, for the addresses of the job."""
    job_number: str
    """Numéro de devis: ten digits."""
    link: str
    """Of the quote’s screen."""


class JobFactsV1(Answer):
    """What the insurer holds of the car, the buyer and the date: its users may change them."""

    vin: str
    """17 characters."""
    plate: str
    """SIV, with dashes."""
    delivery_on: Day
    """Date of delivery."""
    mileage_km: int
    """Kilometres."""
    din_power_hp: int
    """ch (horsepower)."""
    first_registered_on: Day
    """First registration."""
    make: str = ""
    """Marque."""
    model: str = ""
    """Modèle."""
    months: int | None = None
    """Of the chosen offer."""
    premium: Money | None = None
    """Prime TTC of the chosen offer."""
