"""Cars that stand in a dealer's stock already, where entering each by its form is not what is looked at."""

from collections.abc import Sequence
from typing import Any

from .running import Suite

COLUMNS = """SELECT attname AS name FROM pg_attribute
    WHERE attrelid = 'vehicles_vehicle'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'id'"""
AS_NEW = {
    "state": "'in_stock'", "buyer_id": "NULL", "agreed_gross": "NULL", "ordered_on": "NULL", "delivery_on": "NULL", "warranty_label": "''",
    "creation_key": "gen_random_uuid()",
}  # fmt: skip


def copy_car(suite: Suite, model: str, numbers: Sequence[int], **own: str) -> list[dict[str, Any]]:
    """Into the stock of the car that has the plate `model`, as it, one for each `n` of these; `own` gives columns as SQL of `n`."""
    names = [row["name"] for row in suite.rows("dealer", COLUMNS)]
    numbers_of_it = " || ' ' || ".join(f"upper(replace({own[name]}, '-', ''))" for name in ("plate", "vin", "stock_number"))
    own = AS_NEW | {"search_text": numbers_of_it} | own
    values = ", ".join(own.get(name, f'"{name}"') for name in names)
    return suite.rows(
        "dealer",
        f"INSERT INTO vehicles_vehicle ({', '.join(names)}) SELECT {values} FROM vehicles_vehicle, unnest(%s::bigint[]) AS n"  # noqa: S608
        " WHERE plate = %s RETURNING id, stock_number, plate, vin, creation_key::text",
        list(numbers), model,
    )  # fmt: skip
