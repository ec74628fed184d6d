"""What makes a quote complete, when it may be bought, until when it stands."""

from collections.abc import Iterable
from datetime import date, timedelta

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
