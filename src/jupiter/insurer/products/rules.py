"""What may be sold for a car, from when to when, and what it costs. Plain values in, plain values out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from jupiter.kit.money import cents
from jupiter.kit.months import full_months_between, months_after


@dataclass(frozen=True)
class Car:
    kind: str
    make: str
    fuel: str
    first_registered_on: date
    din_power_hp: int
    mileage_km: int
    manufacturer_warranty_until: date


@dataclass(frozen=True)
class Limits:
    """Maxima, not bands: a young car fits every offering whose limits it keeps."""

    max_age_months: int
    max_km: int
    kinds: frozenset[str] = frozenset()  # none named: all
    makes: frozenset[str] = frozenset()
    fuels: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Refusal:
    """A rule that says no: the value it read, and the most it takes. `wording` makes the sentence."""

    rule: str
    value: str = ""
    limit: str = ""


def refusals(car: Car, limits: Limits, *, delivery_on: date, max_power_hp: int) -> list[Refusal]:
    """Every reason why this offering is not for this car; none when it is."""
    age = full_months_between(car.first_registered_on, delivery_on)
    said = []
    if delivery_on < car.first_registered_on:
        said.append(Refusal("registered_after_delivery", car.first_registered_on.isoformat(), delivery_on.isoformat()))
    elif _is_too_old(car.first_registered_on, delivery_on, limits.max_age_months):
        said.append(Refusal("age", str(age), str(limits.max_age_months)))
    if car.mileage_km > limits.max_km:
        said.append(Refusal("mileage", str(car.mileage_km), str(limits.max_km)))
    if car.din_power_hp > max_power_hp:
        said.append(Refusal("power", str(car.din_power_hp), str(max_power_hp)))
    if limits.kinds and car.kind not in limits.kinds:
        said.append(Refusal("kind", car.kind, ", ".join(sorted(limits.kinds))))
    if limits.makes and car.make.strip().upper() not in limits.makes:
        said.append(Refusal("make", car.make, ", ".join(sorted(limits.makes))))
    if limits.fuels and car.fuel not in limits.fuels:
        said.append(Refusal("fuel", car.fuel, ", ".join(sorted(limits.fuels))))
    return said


def _is_too_old(first_registered_on: date, delivery_on: date, max_age_months: int) -> bool:
    """Age in completed months: exactly seven years is the last day that fits 7 years."""
    return delivery_on > months_after(first_registered_on, max_age_months)


def delivery_refusal(delivery_on: date, *, today: date, max_days_past: int) -> Refusal | None:
    """A car delivered too long ago is not insured any more; one delivered later is, from then on."""
    if delivery_on < today - timedelta(days=max_days_past):
        return Refusal("delivery_past", str((today - delivery_on).days), str(max_days_past))
    return None


def cover_period(delivery_on: date, manufacturer_warranty_until: date, months: int) -> tuple[date, date]:
    """Half-open. From delivery, or from the end of the maker's warranty if that comes later."""
    start = max(delivery_on, manufacturer_warranty_until)
    return start, months_after(start, months)


@dataclass(frozen=True)
class Line:
    coverage: str
    label: str
    tax_kind: str
    net: Decimal


@dataclass(frozen=True)
class Tax:
    kind: str
    percent: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Worksheet:
    """How a price was made, step by step: its costs add up to it, or it cannot exist."""

    lines: tuple[Line, ...]
    taxes: tuple[Tax, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal

    def __post_init__(self) -> None:
        costs = sum((line.net for line in self.lines), Decimal()) + sum((tax.amount for tax in self.taxes), Decimal())
        if not self.net + self.tax == self.gross == costs:
            raise ValueError(f"{self.net} + {self.tax}, {self.gross} and the costs {costs} disagree")

    def as_facts(self) -> dict[str, object]:
        """Kept with the quote as JSON; amounts as text."""
        return {
            "lines": [{"coverage": n.coverage, "label": n.label, "tax_kind": n.tax_kind, "net": f"{n.net:.2f}"} for n in self.lines],
            "taxes": [
                {"kind": tax.kind, "percent": f"{tax.percent:f}", "base": f"{tax.base:.2f}", "amount": f"{tax.amount:.2f}"}
                for tax in self.taxes
            ],
            "net": f"{self.net:.2f}",
            "tax": f"{self.tax:.2f}",
            "gross": f"{self.gross:.2f}",
        }


class NoTax(Exception):
    """The tariff has no tax of this kind on that day: nothing can be priced."""


def price(lines: Sequence[Line], percents: Mapping[str, Decimal]) -> Worksheet:
    """Tax is computed once per kind, on the sum of that kind's premiums, and rounded half up once."""
    taxes = []
    for kind in dict.fromkeys(line.tax_kind for line in lines):
        if kind not in percents:
            raise NoTax(kind)
        base = sum((line.net for line in lines if line.tax_kind == kind), Decimal())
        taxes.append(Tax(kind, percents[kind], base, cents(base * percents[kind] / 100)))
    net = sum((line.net for line in lines), Decimal())
    tax = sum((tax.amount for tax in taxes), Decimal())
    return Worksheet(tuple(lines), tuple(taxes), net, tax, net + tax)


def in_order(offers: Iterable[tuple[bool, bool, int, int]]) -> list[int]:
    """Indexes as screens show offers: the declared one, then those that fit, then the refused. (declared, fits, rank, months)"""
    rows = list(enumerate(offers))
    rows.sort(key=lambda row: (not row[1][0], not row[1][1], row[1][2], row[1][3]))
    return [index for index, _ in rows]
