"""Pours the sales into the three databases: triggers at rest, indexes made anew at the end, then ANALYZE. One process for each database."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tests.journeys.running import SERVICES, Suite

from . import models, words
from .models import OPEN, PLAIN, QUOTED, RECEIVED, SOLD, Stencil
from .places import Place, one, open_places

DELIVERED = 14  # days after which a sold car has gone
WITHOUT_LABEL = 0.18
UNDER_WAY = ((OPEN, 0.25), (RECEIVED, 0.15), (QUOTED, 0.2))  # of those; the others are through
IN_STOCK = 0.05  # cars that nobody ordered yet, for each sale
MEMORY = "768MB"  # for making an index


@dataclass
class Numbers:
    """The last number of each series, before and after."""

    orders: dict[int, int] = field(default_factory=dict)  # by group
    stock: dict[int, int] = field(default_factory=dict)  # by site
    declarations: dict[str, int] = field(default_factory=dict)  # by point of sale
    quotes: int = 0
    policies: int = 0
    accounts: int = 0


@dataclass
class Report:
    sales: int
    seconds: float
    rows: dict[str, dict[str, int]]  # service → table → rows

    def lines(self) -> Iterator[str]:
        yield f"{self.sales} sales in {self.seconds:.0f} s, {sum(sum(tables.values()) for tables in self.rows.values())} rows"
        for service, tables in self.rows.items():
            for table, count in sorted(tables.items()):
                yield f"  {service:<8} {table:<36} {count:>9}"


def fill(suite: Suite, sales: int, *, cars_at_first_site: int = 0, say: Callable[[str], None] = print) -> Report:
    """The suite runs, for the models are sold through it; what it is asked meanwhile waits at the tables that are being filled."""
    begun = time.monotonic()
    found = models.sell_models(suite)
    say(f"  models sold after {time.monotonic() - begun:.0f} s")
    with suite.inside("dealer") as dealer, suite.inside("hub") as hub, suite.inside("insurer") as insurer:
        places = open_places(dealer, hub, insurer)
        numbers = numbers_of(dealer, hub, insurer, places)
    told = (places, numbers, found, sales, cars_at_first_site)
    with at_full_speed(suite), ProcessPoolExecutor(len(SERVICES), mp_context=get_context("spawn")) as pool:
        pouring = {service: pool.submit(pour, service, suite.server.conninfo, *told) for service in SERVICES}
        rows = {service: each.result() for service, each in pouring.items()}
    return Report(sales, time.monotonic() - begun, rows)


@contextmanager
def at_full_speed(suite: Suite) -> Iterator[None]:
    """Fewer checkpoints while so much is written. Durability stays on; at the end all of it is on the disk."""
    settings = {"max_wal_size": "8GB", "checkpoint_timeout": "30min"}
    for name, value in settings.items():
        suite.do("dealer", f"ALTER SYSTEM SET {name} = '{value}'")
    suite.do("dealer", "SELECT pg_reload_conf()")
    try:
        yield
    finally:
        for name in settings:
            suite.do("dealer", f"ALTER SYSTEM RESET {name}")
        suite.do("dealer", "SELECT pg_reload_conf()")
        suite.do("dealer", "CHECKPOINT")


def numbers_of(dealer: Any, hub: Any, insurer: Any, places: list[Place]) -> Numbers:
    def last(door: Any) -> dict[str, int]:
        return {row["series"]: row["last"] for row in door.execute("SELECT * FROM numbers_counter")}

    at_dealer, at_hub, at_insurer = last(dealer), last(hub), last(insurer)
    return Numbers(
        {place.group: at_dealer.get(f"orders:{place.group}", 100_000) for place in places},
        {place.site: at_dealer.get(f"stock:{place.site}", 10_000) for place in places},
        {place.point_code: at_hub.get(f"sp:{place.point_code}", 100_000_000) for place in places},
        at_insurer["quotes"], at_insurer["policies"], at_insurer["accounts"],
    )  # fmt: skip


# One database, in a process of its own


def pour(
    service: str,
    conninfo: str,
    places: list[Place],
    numbers: Numbers,
    found: dict[str, dict[str, str]],
    sales: int,
    cars_at_first_site: int,
) -> dict[str, int]:
    with psycopg.connect(conninfo, dbname=f"jupiter_{service}", row_factory=dict_row) as door:
        stencils = stencils_of(door, service, found, places[0])
        days = {kind: words.days(stencil.days) for kind, stencil in stencils.items()}
        tables = list(models.tables_of(stencils))
        door.execute("SET session_replication_role = replica")
        door.execute(f"SET maintenance_work_mem = '{MEMORY}'")
        makers = drop_indexes(door, tables)
        after = keys_after(door, tables)
        counts: Counter[str] = Counter()
        for some in words.draw(places, sales):
            buffers: dict[str, list[str]] = {table: [] for table in tables}
            for sale in some:
                finish(sale, numbers)
                cast(service, sale, stencils, days, after, buffers)
            write(door, stencils, buffers, counts)
        if service == "dealer":
            buffers = {table: [] for table in tables}
            for car in cars_in_stock(places, sales, cars_at_first_site):
                finish(car, numbers)
                cast(service, car, stencils, days, after, buffers)
            write(door, stencils, buffers, counts)
        for table, key in after.items():
            door.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, key])
        count_on(door, service, numbers)
        for maker in makers:
            door.execute(maker)
    with psycopg.connect(conninfo, dbname=f"jupiter_{service}", autocommit=True) as door:
        door.execute("VACUUM ANALYZE")
    return dict(counts)


def stencils_of(door: Any, service: str, found: dict[str, dict[str, str]], first: Place) -> dict[str, Stencil]:
    """Of each kind; of a sale that is through, also one whose car has gone; at the dealer, a car alone."""
    links = models.links_of(door)
    place = {
        "site_name": first.site_name, "site_code": first.site_code, "network_code": first.network_code, "point_code": first.point_code,
        "producer_code": first.producer_code,
    }  # fmt: skip
    read = {kind: models.READERS[service](door, kind, facts) for kind, facts in found.items()}
    if service == "dealer":
        for kind in (SOLD, PLAIN):
            gone = deepcopy(read[kind])
            gone.kind = f"{kind} and gone"
            car = next(row for table, row in gone.rows if table == "vehicles_vehicle")
            car |= {"state": "sold", "sold_on": car["delivery_on"]}
            read[gone.kind] = gone
        alone = deepcopy(read[OPEN])
        alone.kind = "in stock"
        alone.rows = [(table, row) for table, row in alone.rows if table == "vehicles_vehicle"]
        alone.rows[0][1].update(state="in_stock", buyer_id=None, agreed_gross=None, ordered_on=None, delivery_on=None, warranty_label="")
        read[alone.kind] = alone
    return {kind: models.cut(model, service, links, place) for kind, model in read.items()}


def kind_of(sale: dict[str, Any]) -> str:
    chance = random.Random(sale["n"]).random()
    if sale["age"] < words.FRESH_DAYS:  # what is still open
        for kind, share in UNDER_WAY:
            if chance < share:
                return kind
            chance -= share
        return SOLD
    return PLAIN if chance < WITHOUT_LABEL else SOLD


def finish(sale: dict[str, Any], numbers: Numbers) -> None:
    """What follows from the place, from the number and from other words."""
    place: Place = sale["place"]
    at, last, first, bare = sale["n"], sale["last"], sale["first"], sale["plate"].replace("-", "")
    sale.update(
        kind=sale.get("kind") or kind_of(sale), group=place.group, site=place.site, point=place.point, client=place.client,
        producer=place.producer, site_name=place.site_name, site_code=place.site_code, network_code=place.network_code,
        point_code=place.point_code, producer_code=place.producer_code, bare_plate=bare, email=f"{first}.{last}".lower(),
        number=numbers.orders[place.group] + sale["nth_of_group"], stock=numbers.stock[place.site] + sale["nth_of_place"],
        declaration_number=f"SP{place.point_code}{numbers.declarations[place.point_code] + sale['nth_of_place']:09d}",
        quote_number=f"{numbers.quotes + at + 1:010d}", policy_number=f"{numbers.policies + at + 1:010d}",
        account_number=f"{numbers.accounts + at + 1:010d}",
    )  # fmt: skip


def cast(
    service: str,
    sale: dict[str, Any],
    stencils: dict[str, Stencil],
    days: dict[str, list[dict[str, str]]],
    after: dict[str, int],
    buffers: dict[str, list[str]],
) -> None:
    kind = sale["kind"]
    if service == "dealer" and sale["age"] > DELIVERED and kind in (SOLD, PLAIN):
        kind = f"{kind} and gone"
    stencil = stencils[kind]
    said = sale | days[kind][sale["age"]]
    for key, table in stencil.keys:
        after[table] += 1
        said[key] = after[table]
    spread, tail = sale["spread"], sale["tail"]
    for key, stays in stencil.uuids:
        uuid = f"{spread}-{stays.strip('-')}-{tail}"
        said[key], said[f"{key}_bare"] = uuid, (bare := uuid.replace("-", ""))
        said[f"{key}_upper"], said[f"{key}_spaced"] = bare.upper(), uuid.replace("-", " ").upper()
    for table, line in stencil.lines:
        buffers[table].append(line % said)


def cars_in_stock(places: list[Place], sales: int, at_first_site: int) -> Iterator[dict[str, Any]]:
    """Some at each place, and so many more at the first as somebody wants to sell there."""
    extra = {place.key: 0 for place in places}
    wanted = int(sales * IN_STOCK)
    number = sales
    for some in words.draw(places, wanted):
        for car in some:
            number += 1
            yield in_stock(car, number, extra, sales)
    first = [places[0]]
    for some in words.draw(first, at_first_site):
        for car in some:
            number += 1
            yield in_stock(car, number, extra, sales)


def in_stock(car: dict[str, Any], number: int, extra: dict[int, int], sales: int) -> dict[str, Any]:
    place: Place = car["place"]
    extra[place.key] += 1
    spread = number * words.PRIME % 2**32
    return car | {
        "kind": "in stock", "n": number, "age": min(car["age"] // 10, words.DAYS - 1), "spread": f"{spread:08x}", "tail": f"{number:012x}",
        "plate": words.plate(number), "vin": f"VR3F1CT{spread:010d}", "nth_of_place": STOCK_GAP + extra[place.key], "nth_of_group": 0,
    }  # fmt: skip


STOCK_GAP = 2_000_000  # the numbers of the cars in stock follow those of any sale


def write(door: Any, stencils: dict[str, Stencil], buffers: dict[str, list[str]], counts: Counter[str]) -> None:
    columns: dict[str, list[str]] = {}
    for table, lines in buffers.items():
        if not lines:
            continue
        if table not in columns:
            columns[table] = [row["name"] for row in door.execute(
                "SELECT attname AS name FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                " AND attgenerated = '' ORDER BY attnum", [table]
            )]  # fmt: skip
        names = sql.SQL(", ").join(map(sql.Identifier, columns[table]))
        with door.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)) as copy:
            copy.write("".join(lines))
        counts[table] += len(lines)


def drop_indexes(door: Any, tables: list[str]) -> list[str]:
    """Those that are no constraint, and exclusions; what makes each of them again."""
    makers = []
    for table in tables:
        for row in door.execute(
            "SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS maker FROM pg_index i"
            " WHERE i.indrelid = %s::regclass AND NOT i.indisunique AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)",
            [table],
        ).fetchall():
            door.execute(f"DROP INDEX {row['name']}")
            makers.append(row["maker"])
        for row in door.execute(
            "SELECT conname AS name, pg_get_constraintdef(oid) AS maker FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'x'",
            [table],
        ).fetchall():
            door.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{row["name"]}"')
            makers.append(f'ALTER TABLE "{table}" ADD CONSTRAINT "{row["name"]}" {row["maker"]}')
    return makers


def keys_after(door: Any, tables: list[str]) -> dict[str, int]:
    having = {row["name"] for row in door.execute("SELECT attrelid::regclass::text AS name FROM pg_attribute WHERE attname = 'id'")}
    return {table: one(door, f'SELECT coalesce(max(id), 0) AS id FROM "{table}"')["id"] for table in tables if table in having}


def count_on(door: Any, service: str, numbers: Numbers) -> None:
    """The series go on after what was filled: the next sale through the product draws the next number."""
    questions = {
        "dealer": (
            "SELECT 'orders:' || group_id AS series, max(number) AS last FROM orders_order GROUP BY group_id",
            "SELECT 'stock:' || site_id AS series, max(stock_number::bigint) AS last FROM vehicles_vehicle WHERE stock_number ~ '^[0-9]{5,8}$' GROUP BY site_id",
        ),
        "hub": (
            "SELECT 'sp:' || substr(declaration_number, 3, 7) AS series, max(substr(declaration_number, 10)::bigint) AS last"
            " FROM declarations_sale WHERE declaration_number IS NOT NULL GROUP BY 1",
        ),
        "insurer": (
            "SELECT 'quotes' AS series, max(number::bigint) AS last FROM quotes_job",
            "SELECT 'policies', max(number::bigint) FROM policies_policy",
            "SELECT 'accounts', max(number::bigint) FROM customers_account",
        ),
    }[service]
    for question in questions:
        door.execute(
            f"INSERT INTO numbers_counter (series, last) {question} ON CONFLICT (series) DO UPDATE"
            " SET last = greatest(numbers_counter.last, excluded.last)"
        )
