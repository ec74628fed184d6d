"""The models: a few sales that were really made through the running suite, each left at another step. The filled ones are cut from them.

So a filled row holds what the product itself wrote, in the shapes that it writes today; only words, numbers, keys and days differ.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg

from tests.journeys.running import Suite, seller_script, wait_for

Row = dict[str, Any]
SOLD, PLAIN, OPEN, RECEIVED, QUOTED = "sold", "plain", "open", "received", "quoted"
PEOPLE = {
    "last": "DUPONT",
    "first": "DURANT",
    "street": "RUE SPOTICAR",
    "city": "PARIS",
    "postcode": "75010",
    "phone": "199001234",
}  # as bin/sell types
CAR = {
    "make": "PEUGEOT",
    "model": "2008",
    "version": "1.2 PureTech 110",
    "plain_version": "1 2 PURETECH 110",
    "mileage": "4500",
    "price": "16450.00",
}
PER_SALE = {  # rows of a table that has many per sale: this many are kept
    "journal_entry": 2, "transmissions_transmission": 1, "transmissions_attempt": 1, "inbox_receivednotice": 1, "inbox_keptanswer": 1,
    "quotes_offer": 2,
}  # fmt: skip
NO_BYTES = {"declarations_keptdocument": "content", "declarations_policydocument": "content", "policies_document": "content"}
KEPT = "declarations_keptdocument JOIN declarations_saleathub AS sale ON sale.id = sale_id"
EMPTY = {"inbox_keptanswer": ("body", "{}")}  # read again only when a request is repeated
DAY, STAMP = r"\d{4}-\d\d-\d\d", re.compile(r"(\d{4}-\d\d-\d\d[ T])\d\d:\d\d:\d\d")
UUID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])")


@dataclass
class Model:
    """One sale's rows in one database: what COPY would write, each column's text."""

    kind: str
    facts: dict[str, str]  # this sale's own numbers and names, by what they are
    rows: list[tuple[str, Row]] = field(default_factory=list)  # table, column → text; None is null


def sell_models(suite: Suite) -> dict[str, dict[str, str]]:
    """One sale of each kind, by the steps of bin/sell; where each can be found again."""
    sell = seller_script()
    seller = sell.Seller(sell.Suite(suite.data), suite.data / "sold")
    seller.say = lambda *_: None
    try:
        seller.log_in()
        made = {kind: one_sale(suite, seller, kind) for kind in (SOLD, PLAIN, OPEN, RECEIVED, QUOTED)}
    finally:
        for line in (seller.dealer, seller.hub, seller.insurer):
            line.http.close()
    wait_for(lambda: not waiting(suite), 30, "the models' messages do not come to an end")
    return made


def waiting(suite: Suite) -> bool:
    return any(
        suite.rows(service, "SELECT 1 AS one FROM transmissions_transmission WHERE state = 'sending' LIMIT 1")
        for service in ("dealer", "hub", "insurer")
    )


def one_sale(suite: Suite, seller: Any, kind: str) -> dict[str, str]:
    car = seller.new_car()
    seller.vehicle(car)
    order = seller.order(car)
    number = order.rstrip("/").rsplit("/", 1)[-1]
    if kind == PLAIN:
        page = seller.dealer.open(order)
        seller.dealer.submit(page, "Clôturer", {"Garantie": "Sans garantie label"})
    elif kind != OPEN:
        seller.close(order)
    if kind in (RECEIVED, QUOTED, SOLD):
        reference = seller.reference_of(order)
        wait_for(lambda: seller.state(reference), 30, "the model does not reach the hub")
        if kind != RECEIVED:
            seller.complete(reference, car, order)
            declared = seller.declare(reference)["declaration_number"]
            job = wait_for(lambda: seller.job(declared), 30, "the model gets no devis")
            seller.quote(job["id"])
            if kind == SOLD:
                seller.buy(job["id"])
                wait_for(
                    lambda: suite.rows("dealer", f"SELECT 1 AS one FROM {KEPT} WHERE reference = %s", reference),
                    30, "the model's policy does not come home",
                )  # fmt: skip
            else:
                wait_for(lambda: seller.state(reference)["cover"] == "quoted", 30, "the model's quote is not told")
    return {"number": number, "plate": car.plate, "vin": car.vin}


# Reading them back


class Reader:
    """All columns as text, as COPY writes them."""

    def __init__(self, door: psycopg.Connection[Row], kind: str, facts: dict[str, str]) -> None:
        self.door, self.model = door, Model(kind, dict(facts))

    def take(self, table: str, condition: str, *values: Any) -> list[Row]:
        columns = [row["name"] for row in self.door.execute(
            "SELECT attname AS name FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = '' ORDER BY attnum", [table]
        )]  # fmt: skip
        texts = ", ".join(f'"{name}"::text' for name in columns)
        ordered = f'SELECT {texts} FROM "{table}" WHERE {condition}'
        rows = self.door.execute(ordered, values or None).fetchall()[: PER_SALE.get(table)]
        for row in rows:
            if table in NO_BYTES and row[NO_BYTES[table]] is not None:
                row[NO_BYTES[table]] = r"\x"
            if table in EMPTY:
                row[EMPTY[table][0]] = EMPTY[table][1]
            self.model.rows.append((table, row))
        return rows

    def fact(self, name: str, value: str | None) -> None:
        if value:
            self.model.facts[name] = value


def at_dealer(door: psycopg.Connection[Row], kind: str, facts: dict[str, str]) -> Model:
    read = Reader(door, kind, facts)
    (order,) = read.take("orders_order", "number = %s AND group_id = (SELECT min(id) FROM sites_group)", facts["number"])
    read.take("orders_orderbuyer", "order_id = %s", order["id"])
    (car,) = read.take("vehicles_vehicle", "id = %s", order["vehicle_id"])
    if order["customer_id"]:
        read.take("customers_customer", "id = %s", order["customer_id"])
    read.fact("stock", car["stock_number"])
    read.fact("seller", order["seller"])
    for sale in read.take("declarations_saleathub", "order_id = %s", order["id"]):
        numbers_of_cover(read, sale)
        read.take("declarations_keptdocument", "sale_id = %s", sale["id"])
        for sent in read.take("transmissions_transmission", "subject = %s ORDER BY id", sale["reference"]):
            read.take("transmissions_attempt", "transmission_id = %s ORDER BY id", sent["id"])
        read.take("inbox_receivednotice", "received_at >= %s ORDER BY id", order["closed_at"])
    read.take(
        "journal_entry",
        "(thing, thing_key) IN (('order', %s), ('vehicle', %s)) ORDER BY what = 'close' DESC, id DESC",
        order["id"],
        car["id"],
    )
    read.take("orders_orderpaper", "order_id = %s", order["id"])
    return read.model


def at_hub(door: psycopg.Connection[Row], kind: str, facts: dict[str, str]) -> Model:
    read = Reader(door, kind, facts)
    for sale in read.take("declarations_sale", "order_number = %s AND plate = %s", facts["number"], facts["plate"]):
        numbers_of_cover(read, sale)
        read.take("declarations_declarationversion", "sale_id = %s", sale["id"])
        read.take("declarations_policydocument", "sale_id = %s", sale["id"])
        for sent in read.take("transmissions_transmission", "subject = %s ORDER BY id DESC", f"sale {sale['id']}"):
            read.take("transmissions_attempt", "transmission_id = %s ORDER BY id", sent["id"])
        read.take("inbox_keptanswer", "route LIKE '%%' || %s ORDER BY id DESC", sale["reference"])
        read.take("inbox_receivednotice", "received_at >= %s ORDER BY id", sale["received_at"])
        read.take("journal_entry", "thing = 'sale' AND thing_key = %s ORDER BY id", sale["id"])
    return read.model


def at_insurer(door: psycopg.Connection[Row], kind: str, facts: dict[str, str]) -> Model:
    read = Reader(door, kind, facts)
    for job in read.take("quotes_job", "vin = %s", facts["vin"]):
        read.fact("quote_number", job["number"])
        read.fact("declaration_number", job["external_reference"])
        (account,) = read.take("customers_account", "id = %s", job["account_id"])
        read.fact("account_number", account["number"])
        read.take("quotes_offer", "job_id = %s ORDER BY id = %s DESC, id", job["id"], job["offer_id"] or 0)
        for policy in read.take("policies_policy", "id = %s", job["policy_id"] or 0):
            read.fact("policy_number", policy["number"])
            for table in ("policies_policytransaction", "policies_document", "policies_statementline"):
                read.take(table, "policy_id = %s ORDER BY id", policy["id"])
        for sent in read.take("transmissions_transmission", "subject = %s ORDER BY id DESC", job["number"]):
            read.take("transmissions_attempt", "transmission_id = %s ORDER BY id", sent["id"])
        read.take("journal_entry", "thing_key IN (%s, %s) ORDER BY id DESC", job["number"], read.model.facts.get("policy_number", ""))
        read.take("inbox_keptanswer", "created_at >= %s AND route = 'bind-and-issue' ORDER BY id", job["created_at"])
    return read.model


def numbers_of_cover(read: Reader, sale: Row) -> None:
    for name in ("declaration_number", "quote_number", "policy_number"):
        read.fact(name, sale[name])


READERS: dict[str, Callable[[psycopg.Connection[Row], str, dict[str, str]], Model]] = {
    "dealer": at_dealer,
    "hub": at_hub,
    "insurer": at_insurer,
}


# Cutting a stencil from them


@dataclass
class Stencil:
    """Lines for COPY, in which everything that varies is a key: `line % words`."""

    kind: str
    lines: list[tuple[str, str]]  # table, line
    keys: list[tuple[str, str]]  # key of a new primary key, its table
    uuids: list[tuple[str, str]]  # key, the part of it that stays
    days: dict[str, date]


# Columns that say where, whatever the model's were.
WHERE = {
    "dealer": {"group_id": "group", "site_id": "site", "owner_id": "site"},
    "hub": {"point_of_sale_id": "point", "client_id": "client", "owner_id": "point"},
    "insurer": {"producer_id": "producer", "owner_id": "producer"},
}


def cut(model: Model, service: str, links: dict[tuple[str, str], str], place: dict[str, str]) -> Stencil:
    """`links` are the foreign keys, (table, column) → table; `place` holds the model's own site and codes, by the name of what replaces them."""
    new: dict[tuple[str, str], str] = {}
    keys = []
    for at, (table, row) in enumerate(model.rows):
        if "id" in row:
            new[table, row["id"]] = key = f"id{at}"
            keys.append((key, table))
    facts = {**PEOPLE, **CAR, **model.facts, **place}
    words = Words(facts)
    lines = []
    for table, row in model.rows:
        texts = []
        for column, text in row.items():
            target = links.get((table, column), "")
            if text is None:
                texts.append(r"\N")
            elif column == "id":
                texts.append(f"%({new[table, text]})s")
            elif column in WHERE[service] and table != "inbox_keptanswer":
                texts.append(f"%({WHERE[service][column]})s")
            elif (target, text) in new:
                texts.append(f"%({new[target, text]})s")
            elif column in ("thing_key", "subject"):
                texts.append(about(row, column, text, new) or words.put_into(text))
            elif column == "key" and table == "inbox_keptanswer":
                texts.append(words.new_uuid(text))
            else:
                texts.append(words.put_into(text))
        lines.append((table, "\t".join(texts) + "\n"))
    return Stencil(model.kind, lines, keys, [*words.uuids.items()], words.days)


def about(row: Row, column: str, text: str, new: dict[tuple[str, str], str]) -> str | None:
    """What names an object by its primary key."""
    tables = {"order": "orders_order", "vehicle": "vehicles_vehicle", "sale": "declarations_sale"}
    thing, _, key = (row.get("thing", ""), "", text) if column == "thing_key" else text.partition(" ")
    found = new.get((tables.get(thing, ""), key))
    return found and (f"%({found})s" if column == "thing_key" else f"{thing} %({found})s")


class Words:
    """Puts keys in the place of the model's own words, numbers, UUIDs and days."""

    def __init__(self, facts: dict[str, str]) -> None:
        forms = {text: f"%({name})s" for name, text in facts.items() if text}
        forms |= {f"{PEOPLE['first']}.{PEOPLE['last']}".lower(): "%(email)s", facts["plate"].replace("-", ""): "%(bare_plate)s"}
        forms |= {f"+33{PEOPLE['phone']}": "+33%(phone)s", f"0{PEOPLE['phone']}": "0%(phone)s"}
        self.forms = forms
        self.uuids: dict[str, str] = {}  # key → what stays
        self.known: dict[str, str] = {}  # UUID → key
        self.days: dict[str, date] = {}
        longest = sorted(map(re.escape, forms), key=len, reverse=True)
        self.pattern = re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(longest)})(?![0-9A-Za-z])")

    def put_into(self, text: str) -> str:
        text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r").replace("%", "%%")
        if text == r"\\x":  # no bytes
            return text
        if "FR-" in text:  # the name of a policy's file: its day stands without dashes
            text = re.sub(r"-(\d{4})(\d\d)(\d\d)\.pdf", lambda m: f"-%({self.day('-'.join(m.groups()))}c)s.pdf", text)
        text = UUID.sub(lambda m: self.new_uuid(m.group()), text)
        for uuid, key in self.known.items():
            bare, spaced = uuid.replace("-", ""), uuid.replace("-", " ").upper()
            text = text.replace(bare, f"%({key}_bare)s").replace(bare.upper(), f"%({key}_upper)s").replace(spaced, f"%({key}_spaced)s")
        text = STAMP.sub(r"\1%(clock)s", text)
        text = re.sub(rf"(?<!\d){DAY}(?!\d)", lambda m: f"%({self.day(m.group())})s", text)
        return self.pattern.sub(lambda m: self.forms[m.group()], text)

    def new_uuid(self, uuid: str) -> str:
        key = self.known.setdefault(uuid, f"uuid{len(self.known)}")
        self.uuids[key] = uuid[8:24]
        return f"%({key})s"

    def day(self, text: str) -> str:
        name = f"day_{text.replace('-', '_')}"
        self.days[name] = date.fromisoformat(text)
        return name


def links_of(door: psycopg.Connection[Row]) -> dict[tuple[str, str], str]:
    found = door.execute(
        "SELECT conrelid::regclass::text AS here, attname AS column, confrelid::regclass::text AS there FROM pg_constraint"
        " JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1] WHERE contype = 'f'"
    )
    return {(row["here"], row["column"]): row["there"] for row in found}


def tables_of(stencils: dict[str, Stencil]) -> Iterator[str]:
    yield from dict.fromkeys(table for stencil in stencils.values() for table, _ in stencil.lines)
