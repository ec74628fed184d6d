"""Load a tariff. Rows that exist are left alone: an edition that was sold from is history."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from .models import Coverage, DeclaredLevel, Edition, Offering, Parameter, Product, RateRow, TaxRate, Term

SAMPLE = Path(__file__).with_name("sample_tariff.toml")


@transaction.atomic
def load_tariff(source: Path = SAMPLE) -> Product:
    """From a file in the form of sample_tariff.toml. Again does no harm."""
    said = tomllib.loads(source.read_text(encoding="utf-8"))
    product, _ = Product.objects.get_or_create(code=said["product"]["code"], defaults=said["product"])
    coverages = {}
    for rank, row in enumerate(said["coverages"]):
        coverages[row["code"]], _ = Coverage.objects.get_or_create(product=product, code=row["code"], defaults={**row, "rank": rank})
    offerings = {}
    for rank, row in enumerate(said["offerings"]):
        offerings[row["code"]], _ = Offering.objects.get_or_create(
            product=product, code=row["code"], defaults={**row, "rank": rank, "kinds": row.get("kinds", ["VP", "VU"])}
        )
    for row in said["taxes"]:
        TaxRate.objects.get_or_create(kind=row["kind"], valid_from=row["valid_from"], defaults={**row, "percent": Decimal(row["percent"])})
    for row in said["parameters"]:
        Parameter.objects.get_or_create(code=row["code"], valid_from=row["valid_from"], defaults=row)
    for row in said["editions"]:
        _load_edition(product, row, offerings, coverages)
    return product


def _load_edition(product: Product, row: dict[str, Any], offerings: dict[str, Offering], coverages: dict[str, Coverage]) -> None:
    effective_from: date = row["effective_from"]
    edition, is_new = Edition.objects.get_or_create(
        product=product,
        code=row["code"],
        defaults={"effective_from": effective_from, "activated_on": row["activated_on"], "note": row["note"]},
    )
    if not is_new:
        return
    bands: list[tuple[int, int]] = [(low, high) for low, high in row["bands"]]
    all_powers = (bands[0][0], bands[-1][1])
    rates = []
    for term in row["terms"]:
        offering, months = offerings[term["offering"]], term["months"]
        Term.objects.create(edition=edition, offering=offering, months=months, waiting_months=term["waiting"])
        prices = [
            ("ASSISTANCE", all_powers, term["assistance"]),
            ("RELATION_CLIENT", all_powers, term["relation"]),
            *(("GARANTIE", band, net) for band, net in zip(bands, term["guarantee"], strict=True)),
        ]
        rates += [
            RateRow(
                edition=edition, offering=offering, coverage=coverages[code], months=months,
                power_from=low, power_to=high, net=Decimal(net),
            )
            for code, (low, high), net in prices
        ]  # fmt: skip
    RateRow.objects.bulk_create(rates)
    DeclaredLevel.objects.bulk_create(
        DeclaredLevel(edition=edition, level=level["level"], months=level["months"], offering=offerings[level["offering"]])
        for level in row["levels"]
    )
