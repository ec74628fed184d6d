"""How contracts are read, and the small types they share."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema


class Words(BaseModel):
    """What a caller sends: strict types, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class Answer(BaseModel):
    """What comes back, and notices: unknown fields ignored."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, use_attribute_docstrings=True)


def _amount(value: Any) -> Any:
    """Money travels as text: "187.56". A JSON number could already have lost a cent."""
    if type(value) is Decimal:  # our own; a number read from JSON is a kind of Decimal
        return value
    if not isinstance(value, str) or len(value) > 14 or not value.isascii():
        raise ValueError('an amount is text with two decimals, for example "187.56"')
    whole, point, fraction = value.partition(".")
    if not whole.removeprefix("-").isdecimal() or not point or len(fraction) != 2 or not fraction.isdecimal():
        raise ValueError('an amount is text with two decimals, for example "187.56"')
    return Decimal(value)


def _day(value: Any) -> Any:
    if isinstance(value, str):
        if len(value) != 10:
            raise ValueError("a date is YYYY-MM-DD")
        return date.fromisoformat(value)
    return value


def _instant(value: Any) -> Any:
    if isinstance(value, str):
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError("an instant bears its offset, for example 2021-12-07T10:30:00+00:00")
        if not datetime.min.year < instant.year < datetime.max.year:
            raise ValueError("at the ends of time another offset's year does not exist: nobody could read it again")
        return instant
    return value


# A code word read from JSON: text that names a member of the enumeration.
BY_NAME = Field(strict=False)

MONEY_WORDS = {
    "type": "string", "pattern": r"^-?[0-9]{1,10}\.[0-9]{2}$", "examples": ["187.56"],
    "description": "Euros, as text with two decimals after a point; never a JSON number.",
}  # fmt: skip
DAY_WORDS = {
    "type": "string", "format": "date", "examples": ["2021-12-07"], "description": "YYYY-MM-DD, a date in Europe/Paris.",
}  # fmt: skip
INSTANT_WORDS = {
    "type": "string", "format": "date-time", "examples": ["2021-12-07T10:30:00+00:00"], "description": "ISO 8601, with its offset.",
}  # fmt: skip

Money = Annotated[
    Decimal,
    BeforeValidator(_amount),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    WithJsonSchema(MONEY_WORDS),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema(DAY_WORDS)]
Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema(INSTANT_WORDS)]
Text = Annotated[str, StringConstraints(max_length=200)]
ShortText = Annotated[str, StringConstraints(max_length=40)]
Kilometres = Annotated[int, Field(ge=0, le=1_000_000)]
Months = Annotated[int, Field(ge=1, le=60)]
# What is kept of another service's words is never longer than the column that keeps it.
Size = Annotated[int, Field(ge=1, le=2_147_483_647)]
Sequence = Annotated[int, Field(ge=0, le=2_147_483_647)]
TenDigits = Annotated[str, StringConstraints(max_length=10)]
Premium = Annotated[Money, Field(ge=Decimal("-99999999.99"), le=Decimal("99999999.99"))]
WebLink = Annotated[str, StringConstraints(max_length=500, pattern=r"^(https?://[!-\[\]-~]+)?$")]
ProductName = Annotated[str, StringConstraints(max_length=120)]
FileName = Annotated[str, StringConstraints(max_length=120)]
ServicePath = Annotated[str, StringConstraints(max_length=300)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
