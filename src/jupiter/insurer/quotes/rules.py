"""What makes a quote complete, when it may be bought, until when it stands."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from jupiter.insurer.products.rules import Refusal

DRAFT, QUOTED, BOUND, WITHDRAWN, EXPIRED = "draft", "quoted", "bound", "withdrawn", "expired"
OPEN = frozenset({DRAFT, QUOTED})

FACTS = (
    "delivery_on", "vin", "plate", "kind", "first_registered_on", "make", "model", "fuel", "din_power_hp", "mileage_km",
    "manufacturer_warranty_until", "manufacturer_warranty_km", "four_wheel_drive",
)  # fmt: skip


def expiry(created_on: date, validity_days: int) -> date:
    """The last day on which it can be bought: of 07/12 and 14 days, 21/12."""
    return created_on + timedelta(days=validity_days)


def has_expired(expires_on: date, today: date) -> bool:
    return today > expires_on


def changed(before: dict[str, object], after: dict[str, object], names: Iterable[str] = FACTS) -> list[str]:
    """The facts whose value is another one now, in the order of the screens."""
    return [name for name in names if name in after and before.get(name) != after[name]]


class QuoteClosed(Exception):
    """Bought, withdrawn or expired: nothing moves any more."""

    def __init__(self, number: str, state: str) -> None:
        super().__init__(f"{number} is {state}")
        self.number, self.state = number, state


class QuoteOverdue(Exception):
    """Its last day is over, whether or not the scheduled job has been by."""

    def __init__(self, number: str, expired_on: date) -> None:
        super().__init__(f"{number} stood until {expired_on}")
        self.number, self.expired_on = number, expired_on


class EditedMeanwhile(Exception):
    """Somebody else changed it since this page was shown."""

    def __init__(self, number: str, happened: str) -> None:
        super().__init__(number)
        self.number, self.happened = number, happened


class FactsRefused(Exception):
    """Facts that no offering could take, each with the field it belongs to."""

    def __init__(self, refused: Mapping[str, Refusal]) -> None:
        super().__init__(", ".join(refused))
        self.refused = dict(refused)


class OfferRefused(Exception):
    """Not for this car, or not in this edition."""

    def __init__(self, name: str, reasons: list[Refusal]) -> None:
        super().__init__(name)
        self.name, self.reasons = name, reasons


class NothingChosen(Exception):
    """No offer was chosen: there is nothing to buy."""


class ProducerSuspended(Exception):
    """The point of sale may not sell any more."""
