"""What makes an order true: its sums, what it needs before it is closed, what a label takes, what looks doubtful."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from jupiter.kit import french
from jupiter.kit.money import Price, cents
from jupiter.kit.months import full_months_between

PARIS = ZoneInfo("Europe/Paris")
VIN_LENGTH = 17
NET, GROSS = "net", "gross"
ZERO = Decimal(0)


# Prices


def price_as_typed(net: Decimal | None, gross: Decimal | None, *, master: str, vat_percent: Decimal) -> Price | None:
    """Both ways: what was typed last decides, the other follows in exact cents. Without either there is no price.

    A pair that reconciles at this rate is kept as it is: 13 708,34 net and 16 450,01 gross are both true.
    """
    if net is None and gross is None:
        return None
    if gross is None:
        return Price.from_net(net or ZERO, vat_percent)
    if net is None:
        return Price.from_gross(gross, vat_percent)
    by_gross, by_net = Price.from_gross(gross, vat_percent), Price.from_net(net, vat_percent)
    if net == by_gross.net or gross == by_net.gross:
        return Price(net=net, tax=gross - net, gross=gross)
    return by_net if master == NET else by_gross


def discount(asking: Decimal | None, agreed: Decimal | None) -> Decimal | None:
    """The remise commerciale: asked less agreed, gross. A supplement is not a negative discount."""
    if asking is None or agreed is None:
        return None
    return max(asking - agreed, ZERO)


@dataclass(frozen=True)
class Sums:
    total: Decimal  # agreed + fees
    fees: Decimal
    trade_in: Decimal
    deposits: Decimal

    @property
    def left_to_pay(self) -> Decimal:
        return self.total - self.trade_in - self.deposits


def sums(agreed: Decimal | None, *, fees: list[Decimal], trade_in: Decimal | None, deposits: list[Decimal]) -> Sums:
    """Total = agreed + fees; left to pay = total - trade-in - deposits. Financing is shown apart: it pays nothing off."""
    charged = sum(fees, ZERO)
    return Sums(
        total=cents((agreed or ZERO) + charged), fees=cents(charged), trade_in=cents(trade_in or ZERO), deposits=cents(sum(deposits, ZERO))
    )


# Closing


class Facts(Protocol):
    """What closing looks at."""

    @property
    def created_on(self) -> date: ...
    @property
    def delivery_on(self) -> date | None: ...
    @property
    def agreed_gross(self) -> Decimal | None: ...
    @property
    def without_label(self) -> bool: ...
    @property
    def buyer_is_company(self) -> bool: ...
    @property
    def buyer_last_name(self) -> str: ...
    @property
    def buyer_first_name(self) -> str: ...
    @property
    def has_vehicle(self) -> bool: ...
    @property
    def has_label(self) -> bool: ...
    @property
    def site_network_code(self) -> str: ...
    @property
    def vehicle_plate(self) -> str: ...
    @property
    def vehicle_plate_country(self) -> str: ...
    @property
    def vehicle_vin(self) -> str: ...


def obstacles_to_closing(order: Facts) -> list[str]:
    """What forbids to close, in screen order, as words that screens put into sentences."""
    found = []
    if not order.has_vehicle:
        found.append("vehicle")
    if not order.has_label and not order.without_label:
        found.append("warranty")
    if not order.buyer_last_name:
        found.append("last_name")
    if not order.buyer_first_name and not order.buyer_is_company:
        found.append("first_name")
    if order.delivery_on is None:
        found.append("delivery_on")
    elif order.delivery_on < order.created_on:
        found.append("delivery_before_order")
    if not order.agreed_gross or order.agreed_gross <= 0:
        found.append("agreed_gross")
    if order.has_label:
        found += obstacles_to_the_label(order)
    return found


def obstacles_to_the_label(order: Facts) -> list[str]:
    """What the hub can never take is said here, and nothing is sent."""
    found = []
    if not order.site_network_code:
        found.append("network_code")
    if order.has_vehicle:
        if not order.vehicle_plate:
            found.append("plate")
        elif order.vehicle_plate_country != "FR" or not takes_plate(order.vehicle_plate):
            found.append("plate_not_siv")
        if not order.vehicle_vin:
            found.append("vin")
        elif len(order.vehicle_vin) != VIN_LENGTH:
            found.append("vin_not_17")
    return found


def takes_plate(plate: str) -> bool:
    """The network knows the plates issued since 2009, the provisional ones too."""
    return french.plate_kind(plate) in (french.PlateKind.SIV, french.PlateKind.WW)


# The label's limits


@dataclass(frozen=True)
class Check:
    """One line of the verdict: `ok` is None while it cannot be known."""

    what: str  # age, mileage
    ok: bool | None
    found: int | None
    limit: int | None


def eligibility(
    *, first_registered_on: date | None, mileage_km: int | None, on: date, max_age_months: int | None, max_mileage_km: int | None
) -> list[Check]:
    """Age in completed months on the day, and kilometres, against the label's limits. It informs; the guarantor decides."""
    age = full_months_between(first_registered_on, on) if first_registered_on else None
    run = mileage_km or None
    return [
        Check("age", None if age is None or max_age_months is None else age <= max_age_months, age, max_age_months),
        Check("mileage", None if run is None or max_mileage_km is None else run <= max_mileage_km, run, max_mileage_km),
    ]


# Delivery


class NoSuchHour(Exception):
    """That night the clocks jump over this hour."""


def delivery_instant(day: date, hour: time) -> tuple[datetime, bool]:
    """The instant, with its offset kept; and whether that hour comes twice that night, in which case the first one is meant."""
    first = datetime.combine(day, hour, PARIS)
    if first.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None) != first.replace(tzinfo=None):
        raise NoSuchHour
    return first, first.utcoffset() != first.replace(fold=1).utcoffset()


EARLIEST_BIRTH = timedelta(days=130 * 366)


# Doubts: to be looked at and confirmed, never refused


@dataclass(frozen=True)
class Doubt:
    """`key` holds the values that are doubted: once confirmed it is not asked again, until they change."""

    code: str  # town, mileage
    field: str
    key: str
    seen: str = ""
    expected: str = ""


def doubts(*, postcode: str, city: str, country: str, mileage_km: int | None, known_mileage_km: int | None) -> list[Doubt]:
    found = []
    if country == "FR" and postcode and city and french.doubtful_town(postcode, city):
        found.append(Doubt("town", "city", f"town:{postcode} {city}", seen=f"{postcode} {city}"))
    if mileage_km and known_mileage_km and mileage_km < known_mileage_km:
        found.append(
            Doubt("mileage", "mileage_km", f"mileage:{mileage_km}<{known_mileage_km}", seen=str(mileage_km), expected=str(known_mileage_km))
        )
    return found
