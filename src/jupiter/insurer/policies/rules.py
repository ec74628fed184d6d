"""What a policy is on a given day, and what its paper is called. Never stored: it is a matter of the day."""

from datetime import date
from enum import StrEnum


class Status(StrEnum):
    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"
    EXPIRED = "expired"


def status_on(day: date, *, starts_on: date, ends_on: date) -> Status:
    """The period is half-open: the last covered day is the one before `ends_on`."""
    if day < starts_on:
        return Status.SCHEDULED
    return Status.IN_FORCE if day < ends_on else Status.EXPIRED


def document_name(*, country: str, producer_code: str, number: str, issued_on: date) -> str:
    """A name that anybody can guess: it opens nothing by itself."""
    return f"{country}-{producer_code}_Policy_{number}-{issued_on:%Y%m%d}.pdf"


class VinAlreadyCovered(Exception):
    """A policy, of whatever producer, covers this car on a day of the period asked for."""

    def __init__(self, vin: str) -> None:
        super().__init__(vin)
        self.vin = vin
