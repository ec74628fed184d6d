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
    title: Annotated[Title, BY_NAME]
    last_name: Text
    first_name: Text = ""
    email: Annotated[str, StringConstraints(max_length=254)] = ""
    phone: ShortText = ""
    mobile: ShortText = ""
    address: Text
    address_2: Text = ""
    address_3: Text = ""
    postcode: ShortText
    city: Text
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class AccountV1(Words):
    producer_code: Annotated[str, StringConstraints(pattern=PRODUCER_CODE)]
    holder: AccountHolderV1


class SubmissionV1(Words):
    """`external_reference` is the hub's SP number: for ever unique per producer, whatever key a retry carries."""

    account_id: str
    producer_code: Annotated[str, StringConstraints(pattern=PRODUCER_CODE)]
    product: str = "GVO_FR"
    external_reference: Annotated[str, StringConstraints(pattern=r"^SP\d{6}[A-Z]\d{9}$")]
    delivery_on: Day
    seller: Text = ""
    declared_level: Text  # SPOTICAR_PREMIUM …: chooses the offering
    declared_months: Months
    notify: bool = True


class InsuredVehicleV1(Words):
    vin: Annotated[str, StringConstraints(pattern=r"^[A-HJ-NPR-Z0-9]{17}$")]
    plate: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-\d{3}-[A-Z]{2}$")]
    kind: Annotated[VehicleKind, BY_NAME]
    first_registered_on: Day
    make: Text
    model: Text
    fuel: Annotated[Fuel, BY_NAME]
    din_power_hp: Annotated[int, Field(ge=1, le=510)]
    mileage_km: Kilometres
    manufacturer_warranty_until: Day
    manufacturer_warranty_km: Annotated[int, Field(ge=0, le=9_999_999_999)]
    four_wheel_drive: bool = False


class CompositeAnswerV1(Answer):
    """What the hub needs of the composite's answer."""

    account_number: str
    job_id: str
    job_number: str  # the devis: ten digits
    link: str


class JobFactsV1(Answer):
    """What the insurer holds of the car, the buyer and the date: its users may change them."""

    vin: str
    plate: str
    delivery_on: Day
    mileage_km: int
    din_power_hp: int
    first_registered_on: Day
    make: str = ""
    model: str = ""
    months: int | None = None
    premium: Money | None = None
