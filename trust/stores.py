"""What each service holds of the sales of this run, read past the walls, in the words of the checker."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.journeys.running import SERVICES, Suite

from .seller import GROUPS, STOCKED

Rows = list[dict[str, Any]]
Stores = dict[str, Rows]

MARKS = sorted({facts[mark] for facts in GROUPS.values() for mark in ("buyer", "vin")} | {"acheteur@example.org", "RUE SPOTICAR"})
WORDS = "concat_ws('|', {vin}, {plate}, {mileage}, {last}, {first}, {delivery}, {until})"


def _words(**columns: str) -> str:
    return f"encode(sha256(convert_to({WORDS.format(**columns)}, 'UTF8')), 'hex')"


QUESTIONS = {
    "cars": ("dealer", "SELECT vehicle.vin, code AS owner, stock_number, state FROM vehicles_vehicle vehicle"
        " JOIN sites_site site ON site.id = site_id WHERE vin LIKE 'VR3TRUST%'"
        f" AND NOT (stock_number LIKE '{STOCKED}%' AND state = 'in_stock')"),
    "orders": ("dealer", "SELECT orders.id, sale_reference::text AS reference, orders.number, orders.state, vehicle.vin, network_code AS owner,"
        " orders.created_at, at_hub.state AS told_state, cover_state, declaration_number, quote_number, policy_number, premium,"
        " document_sha256, encode(sha256(kept.content), 'hex') AS kept_sha256, "
        + _words(vin="vehicle.vin", plate="replace(vehicle.plate, '-', '')", mileage="orders.mileage_km", last="buyer.last_name",
            first="buyer.first_name", delivery="orders.delivery_on", until="vehicle.manufacturer_warranty_until")
        + " AS words FROM orders_order orders JOIN vehicles_vehicle vehicle ON vehicle.id = vehicle_id JOIN sites_site site ON site.id = orders.site_id"
        " JOIN orders_orderbuyer buyer ON buyer.order_id = orders.id LEFT JOIN declarations_saleathub at_hub ON at_hub.order_id = orders.id"
        " LEFT JOIN declarations_keptdocument kept ON kept.sale_id = at_hub.id WHERE vehicle.vin LIKE 'VR3TRUST%' AND orders.deleted_at IS NULL"),
    "sales": ("hub", "SELECT sale.id, reference, point.network_code AS owner, values ->> 'vin' AS vin, state, cover, declaration_number, quote_number,"
        " policy_number, declared_at, sha256 AS document_sha256, encode(sha256(content), 'hex') AS kept_sha256,"
        " (SELECT count(*) FROM declarations_declarationversion version WHERE version.sale_id = sale.id) AS versions,"
        " (SELECT count(*) FROM declarations_correction correction WHERE correction.sale_id = sale.id) AS corrections"
        " FROM declarations_sale sale JOIN dealers_pointofsale point ON point.id = point_of_sale_id"
        " LEFT JOIN declarations_policydocument document ON document.sale_id = sale.id WHERE values ->> 'vin' LIKE 'VR3TRUST%'"),
    "quotes": ("insurer", "SELECT job.id, external_reference AS declaration_number, job.number, job.state, job.vin, producer.code AS owner,"
        " job.created_at, offer.gross AS premium, "
        + _words(vin="job.vin", plate="replace(job.plate, '-', '')", mileage="job.mileage_km", last="account.last_name",
            first="account.first_name", delivery="job.delivery_on", until="job.manufacturer_warranty_until")
        + " AS words FROM quotes_job job JOIN producers_producer producer ON producer.id = job.producer_id"
        " JOIN customers_account account ON account.id = job.account_id LEFT JOIN quotes_offer offer ON offer.id = job.offer_id"
        " WHERE job.vin LIKE 'VR3TRUST%'"),
    "policies": ("insurer", "SELECT policy.id, policy.number, policy.job_number, policy.vin, producer.code AS owner, starts_on, ends_on, policy.gross,"
        " issued_at, document.sha256 AS document_sha256, encode(sha256(content), 'hex') AS kept_sha256,"
        " (SELECT count(*) FROM policies_statementline line WHERE line.policy_id = policy.id) AS premiums,"
        " (SELECT count(*) FROM policies_policytransaction done WHERE done.policy_id = policy.id) AS purchases"
        " FROM policies_policy policy JOIN producers_producer producer ON producer.id = policy.producer_id"
        " LEFT JOIN policies_document document ON document.policy_id = policy.id WHERE policy.vin LIKE 'VR3TRUST%'"),
}  # fmt: skip

TRANSMISSIONS = """SELECT id, kind, subject, state, trouble, EXISTS (SELECT 1 FROM procrastinate_jobs job WHERE task_name = 'carry'
    AND args ->> 'transmission_id' = transmission.id::text AND status IN ('todo', 'doing')) AS has_job FROM transmissions_transmission transmission"""
JOURNAL = "SELECT thing, thing_key, what FROM journal_entry WHERE thing IN ('order', 'sale', 'quote', 'policy') ORDER BY id"
JOBS = "SELECT task_name, status::text, scheduled_at, attempts FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND queue_name <> 'upkeep'"
FAILED = "SELECT task_name, args::text FROM procrastinate_jobs WHERE status IN ('failed', 'aborted') AND queue_name <> 'upkeep'"

COUNTERS = "SELECT series, last FROM numbers_counter"
# Each series by its counter's name: the service, whose numbers, and the instant of issue. Those of the demonstration come before.
NUMBERS = (
    ("dealer", "SELECT 'orders:' || group_id AS series, number, created_at AS issued_at, created_by AS by FROM orders_order"
        " WHERE vehicle_id IN (SELECT id FROM vehicles_vehicle WHERE vin LIKE 'VR3TRUST%')"),
    ("dealer", "SELECT 'stock:' || site_id AS series, stock_number::bigint AS number, created_at AS issued_at, updated_by AS by"
        f" FROM vehicles_vehicle WHERE vin LIKE 'VR3TRUST%' AND stock_number NOT LIKE '{STOCKED}%'"),
    ("hub", "SELECT 'sp:' || code AS series, right(declaration_number, 9)::bigint AS number, declared_at AS issued_at, declared_by AS by"
        " FROM declarations_sale JOIN dealers_pointofsale point ON point.id = point_of_sale_id"
        " WHERE declared_at IS NOT NULL AND values ->> 'vin' LIKE 'VR3TRUST%'"),
    ("insurer", "SELECT 'accounts' AS series, number::bigint, created_at AS issued_at, '' AS by FROM customers_account"
        " WHERE id IN (SELECT account_id FROM quotes_job WHERE vin LIKE 'VR3TRUST%')"),
    ("insurer", "SELECT 'quotes' AS series, number::bigint, created_at AS issued_at, '' AS by FROM quotes_job WHERE vin LIKE 'VR3TRUST%'"),
    ("insurer", "SELECT 'policies' AS series, number::bigint, issued_at, '' AS by FROM policies_policy WHERE vin LIKE 'VR3TRUST%'"),
)  # fmt: skip


def counted(suite: Suite) -> dict[tuple[str, str], int]:
    """The last number given in each series of each service."""
    return {(service, row["series"]): row["last"] for service in SERVICES for row in suite.rows(service, COUNTERS)}


def read(suite: Suite, before: Mapping[tuple[str, str], int]) -> Stores:
    """`before`: what had been counted when the selling began."""
    stores: Stores = {name: suite.rows(service, question) for name, (service, question) in QUESTIONS.items()}
    stores["transmissions"] = [{"service": service, **row} for service in SERVICES for row in suite.rows(service, TRANSMISSIONS)]
    ours = {("order", str(row["id"])) for row in stores["orders"]} | {("sale", str(row["id"])) for row in stores["sales"]}
    ours |= {("quote", row["number"]) for row in stores["quotes"]} | {("policy", row["number"]) for row in stores["policies"]}
    journal = [{"service": service, **row} for service in SERVICES for row in suite.rows(service, JOURNAL)]
    stores["journal"] = [row for row in journal if (row["thing"], row["thing_key"]) in ours]
    stores["failed"] = [{"service": service, **row} for service in SERVICES for row in suite.rows(service, FAILED)]
    stores["logged"] = list(logged(suite))
    stores["numbers"] = [{"service": service, **row} for service, question in NUMBERS for row in suite.rows(service, question)]
    stores["counters"] = [
        {"service": service, "series": series, "before": before.get((service, series), 0), "after": last}
        for (service, series), last in counted(suite).items()
    ]
    return stores


def logged(suite: Suite) -> Iterator[dict[str, str]]:
    """Where a buyer, a car or an address of these sales was written down by a process that keeps a log: PostgreSQL's too."""
    for log in (*(suite.data / "log").iterdir(), suite.data / "screen.txt", *suite.server.home.glob("log*")):
        text = log.read_text(errors="replace")
        yield from ({"where": log.name, "mark": mark} for mark in MARKS if mark in text)


def unsettled(suite: Suite) -> list[str]:
    """Jobs that wait or run, future ones too, and words that nobody has taken yet."""
    sending = "SELECT kind, subject FROM transmissions_transmission WHERE state = 'sending'"
    said = [f"{service}: {row['status']} {row['task_name']}" for service in SERVICES for row in suite.rows(service, JOBS)]
    return said + [f"{service}: sending {row['kind']} {row['subject']}" for service in SERVICES for row in suite.rows(service, sending)]
