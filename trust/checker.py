"""The promise as plain functions: a history and what the stores hold in, what is wrong out. T1 to T10 of docs/trust.md."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rows = Sequence[Mapping[str, Any]]
Stores = Mapping[str, Rows]

LOST, DOUBLED, PHANTOM, HALF, NUMBERS, LEAKED, WORDS = "lost", "doubled", "phantom", "half done", "numbers", "leaked", "words"
COLUMNS = (LOST, DOUBLED, PHANTOM, HALF, NUMBERS, LEAKED, WORDS)

# How each thing may move, verb by verb as its journal names them: state before, verb, state after.
MOVES: dict[str, dict[tuple[str, str], str]] = {
    "order": {("", "create"): "open", ("open", "save"): "open", ("open", "close"): "closed", ("closed", "reopen"): "open",
        ("open", "cancel"): "cancelled", ("closed", "cancel"): "cancelled", ("open", "close_again"): "closed", ("closed", "print"): "closed"},
    "sale": {("", "receive_sale"): "received", ("received", "receive_sale"): "received", ("received", "complete_sale"): "received",
        ("received", "begin_declaration"): "received", ("received", "withdraw_sale"): "withdrawn", ("withdrawn", "receive_sale"): "received",
        ("received", "declare_sale"): "declared", ("declared", "record_quote"): "declared"},
    "quote": {("", "create_quote"): "draft", ("draft", "resubmit_quote"): "draft", ("quoted", "resubmit_quote"): "draft",
        ("draft", "price_quote"): "quoted", ("quoted", "price_quote"): "quoted", ("quoted", "choose_offer"): "quoted",
        ("quoted", "buy_quote"): "bound", ("draft", "edit_quote"): "draft", ("quoted", "edit_quote"): "draft",
        ("draft", "expire_quote"): "expired", ("quoted", "expire_quote"): "expired"},
    "policy": {("", "issue_policy"): "issued"},
}  # fmt: skip
VERBS = {thing: {verb for _, verb in moves} for thing, moves in MOVES.items()}  # others tell, they do not move
PRODUCERS = {"FR10350": "865268J", "FR90001": "712345K"}  # one dealer, as the hub and as the insurer know it
OWNERS = {"A": "FR10350", "B": "FR90001"}


@dataclass(frozen=True)
class Wrong:
    rule: str
    column: str
    thing: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.rule} {self.column}: {self.thing}: {self.sentence}"


def check(history: Rows, stores: Stores) -> list[Wrong]:
    return [wrong for rule in RULES for wrong in rule(history, stores)]


def lost(history: Rows, stores: Stores) -> Iterator[Wrong]:
    """T1: what was acknowledged is there, wherever it had come to."""
    cars, orders, sales = _by(stores["cars"], "vin"), _by(stores["orders"], "vin"), _by(stores["sales"], "vin")
    quotes, policies = _by(stores["quotes"], "vin"), _by(stores["policies"], "vin")
    for vin, said in _acknowledged(history).items():
        missing = []
        if "car" in said and vin not in cars:
            missing.append("its car at the dealer")
        if "order" in said and not any(one["state"] == "closed" for one in orders.get(vin, ())):
            missing.append("its closed order at the dealer")
        if "reference" in said and said["reference"]["reference"] not in {one["reference"] for one in orders.get(vin, ())}:
            missing.append("its reference at the dealer")
        if "declare" in said and said["declare"]["declaration"] not in {one["declaration_number"] for one in sales.get(vin, ())}:
            missing.append("its declaration at the hub")
        if "quote" in said and said["quote"]["quote"] not in {one["number"] for one in quotes.get(vin, ())}:
            missing.append("its quote at the insurer")
        if "buy" in said:
            number = said["buy"]["policy"]
            missing += [
                f"its policy at the {where}"
                for where, rows, name in (("insurer", policies, "number"), ("hub", sales, "policy_number"), ("dealer", orders, "policy_number"))
                if number not in {one[name] for one in rows.get(vin, ())}
            ]  # fmt: skip
        if missing:
            yield Wrong("T1", LOST, vin, ", ".join(missing))


def doubled(history: Rows, stores: Stores) -> Iterator[Wrong]:
    """T2: one live row per name and store, one premium and one purchase per policy."""
    keys = (
        ("cars", "vin"), ("orders", "reference"), ("sales", "reference"), ("sales", "declaration_number"), ("sales", "vin"),
        ("quotes", "declaration_number"), ("quotes", "vin"), ("policies", "job_number"),
    )  # fmt: skip
    for store, key in keys:
        counted = Counter(row[key] for row in stores[store] if row[key] and row.get("state") not in ("cancelled", "withdrawn", "expired"))
        for name, times in counted.items():
            if times > 1:
                yield Wrong("T2", DOUBLED, str(name), f"{times} {store} with this {key}")
    for row in stores["policies"]:
        for what in ("premiums", "purchases"):
            if row[what] > 1:
                yield Wrong("T2", DOUBLED, row["vin"], f"{row[what]} {what} of one policy")
    for row in stores["sales"]:
        if row["versions"] > 1:
            yield Wrong("T2", DOUBLED, row["vin"], f"declared {row['versions']} times")
    covers: dict[str, list[Mapping[str, Any]]] = _by(stores["policies"], "vin")
    for vin, theirs in covers.items():
        spans = sorted((one["starts_on"], one["ends_on"]) for one in theirs)
        if any(later[0] < earlier[1] for earlier, later in zip(spans, spans[1:], strict=False)):
            yield Wrong("T2", DOUBLED, vin, "covered twice on one day")


def phantom(history: Rows, stores: Stores) -> Iterator[Wrong]:
    """T3: nothing that nobody asked for, nothing downstream without what it follows from."""
    invoked = {(line["sale"], line["step"]) for line in history if line["event"] == "invoke"}
    for store, step in (("cars", "car"), ("orders", "order"), ("policies", "buy")):
        for row in stores[store]:
            if (row["vin"], step) not in invoked:
                yield Wrong("T3", PHANTOM, row["vin"], f"in {store}, and nobody asked for it")
    references = {row["reference"] for row in stores["orders"]}
    declared = {row["declaration_number"] for row in stores["sales"] if row["state"] == "declared"}
    bought = {row["number"] for row in stores["quotes"] if row["state"] == "bound"}
    for row in stores["sales"]:
        if row["reference"] not in references:
            yield Wrong("T3", PHANTOM, row["vin"], "at the hub without an order")
        if row["state"] == "declared" and (row["vin"], "declare") not in invoked:
            yield Wrong("T3", PHANTOM, row["vin"], "declared, and nobody asked for it")
    for row in stores["quotes"]:
        if row["declaration_number"] not in declared:
            yield Wrong("T3", PHANTOM, row["vin"], "a quote without a declaration")
    for row in stores["policies"]:
        if row["job_number"] not in bought:
            yield Wrong("T3", PHANTOM, row["vin"], "a policy without a bought quote")


def half_done(history: Rows, stores: Stores) -> Iterator[Wrong]:
    """T4: in all stores or in none; inside each, whole."""
    at_hub = {row["reference"] for row in stores["sales"]}
    quoted = {row["declaration_number"] for row in stores["quotes"]}
    issued = {row["job_number"]: row for row in stores["policies"]}
    for row in stores["orders"]:
        if row["state"] == "closed" and row["reference"] not in at_hub:
            yield Wrong("T4", HALF, row["vin"], "closed, and not at the hub")
        if row["cover_state"] == "issued" and not (row["document_sha256"] and row["kept_sha256"] == row["document_sha256"]):
            yield Wrong("T4", HALF, row["vin"], "the dealer has the policy without its paper")
    for row in stores["sales"]:
        if row["state"] == "declared" and row["cover"] != "not_wanted" and row["declaration_number"] not in quoted:
            yield Wrong("T4", HALF, row["vin"], "declared, and not at the insurer")
        if row["cover"] == "issued" and not (row["document_sha256"] and row["kept_sha256"] == row["document_sha256"]):
            yield Wrong("T4", HALF, row["vin"], "the hub has the policy without its paper")
    for row in stores["quotes"]:
        if row["state"] == "bound" and row["number"] not in issued:
            yield Wrong("T4", HALF, row["vin"], "bought, and no policy")
    for row in stores["policies"]:
        if not row["kept_sha256"] or row["kept_sha256"] != row["document_sha256"] or row["premiums"] != 1 or row["purchases"] != 1:
            yield Wrong("T4", HALF, row["vin"], "a policy without paper, premium or purchase")
    for row in stores["transmissions"]:
        if row["state"] == "sending" and not row["has_job"]:
            yield Wrong("T4", HALF, f"{row['service']} {row['kind']} {row['subject']}", "sending, and no job carries it")
        elif row["state"] in ("sending", "aside"):
            yield Wrong("T4", HALF, f"{row['service']} {row['kind']} {row['subject']}", f"{row['state']}: {row['trouble']}")
    for row in stores["failed"]:
        yield Wrong("T4", HALF, f"{row['service']} {row['task_name']} {row['args']}", "the job failed for good")


def numbers(history: Rows, stores: Stores) -> Iterator[Wrong]:
    """T5: each series is what its counter counted meanwhile, without gap or double, ascending with the time of issue."""
    series: dict[tuple[str, str], list[tuple[int, Any]]] = defaultdict(list)
    for row in stores["numbers"]:
        series[row["service"], row["series"]].append((row["number"], row["issued_at"]))
    counted = {(row["service"], row["series"]): range(row["before"] + 1, row["after"] + 1) for row in stores["counters"]}
    for service, name in sorted(series.keys() | counted.keys()):
        given, wanted = series[service, name], counted.get((service, name), range(0))
        values = [number for number, _ in given]
        for number, times in sorted(Counter(values).items()):
            if times > 1:
                yield Wrong("T5", NUMBERS, f"{service} {name}", f"{number} given {times} times")
        for numbers_wrong, what in ((set(wanted) - set(values), "missing"), (set(values) - set(wanted), "not of its counter")):
            if numbers_wrong:
                yield Wrong("T5", NUMBERS, f"{service} {name}", f"{len(numbers_wrong)} numbers {what}, the first is {min(numbers_wrong)}")
        ordered = sorted(given, key=lambda one: one[0])
        crossed = sum(1 for one, other in zip(ordered, ordered[1:], strict=False) if other[1] < one[1])
        if crossed:
            yield Wrong("T5", NUMBERS, f"{service} {name}", f"{crossed} times a higher number is of an earlier instant")


def one_sale_per_car(history: Rows, stores: Stores) -> Iterator[Wrong]:
    """T6: a car is in one live order."""
    counted = Counter(row["vin"] for row in stores["orders"] if row["state"] != "cancelled")
    for vin, times in counted.items():
        if times > 1:
            yield Wrong("T6", DOUBLED, vin, f"in {times} live orders")


def leaked(history: Rows, stores: Stores) -> Iterator[Wrong]:
    """T7: the same owner at every hop, and nothing of one dealer in an answer to another, or of anybody in a log."""
    for line in history:
        if line["event"] == "leak":
            yield Wrong("T7", LEAKED, str(line["of"]), f"seen by {line['group']} at {line['where']}")
    for row in stores["logged"]:
        yield Wrong("T7", LEAKED, row["mark"], f"written in {row['where']}")
    groups = {line["sale"]: line["group"] for line in history if line["event"] == "invoke"}
    for store, names in (("orders", OWNERS), ("sales", OWNERS), ("quotes", PRODUCERS), ("policies", PRODUCERS)):
        for row in stores[store]:
            group = groups.get(row["vin"], "")
            owner = OWNERS.get(group, "")
            wanted = owner if names is OWNERS else PRODUCERS.get(owner, "")
            if group and row["owner"] != wanted:
                yield Wrong("T7", LEAKED, row["vin"], f"of {group}, belongs to {row['owner']} in {store}")


def words(history: Rows, stores: Stores) -> Iterator[Wrong]:
    """T8: the insurer was told what the order says, or a correction says why not."""
    corrected = {row["vin"] for row in stores["sales"] if row["corrections"]}
    said = {row["vin"]: row["words"] for row in stores["orders"]}
    for row in stores["quotes"]:
        if row["vin"] in said and row["words"] != said[row["vin"]] and row["vin"] not in corrected:
            yield Wrong("T8", WORDS, row["vin"], "the insurer was told other words than the order's")


def told(history: Rows, stores: Stores) -> Iterator[Wrong]:
    """T9: the insurer's last word is the one shown on the order."""
    shown = {row["reference"]: row for row in stores["orders"]}
    hub = {row["declaration_number"]: row for row in stores["sales"] if row["declaration_number"]}
    policies = {row["job_number"]: row for row in stores["policies"]}
    cover = {"draft": "quote_draft", "quoted": "quoted", "bound": "issued", "withdrawn": "quote_withdrawn", "expired": "quote_expired"}
    for row in stores["quotes"]:
        sale = hub.get(row["declaration_number"])
        order = shown.get(sale["reference"]) if sale else None
        if sale is None or order is None:
            continue  # T3 says so
        policy = policies.get(row["number"])
        truth = (cover[row["state"]], row["number"], policy["number"] if policy else "")
        for where, facts in (
            ("hub", (sale["cover"], sale["quote_number"], sale["policy_number"])),
            ("dealer", (order["cover_state"], order["quote_number"], order["policy_number"])),
        ):
            if facts != truth:
                yield Wrong("T9", HALF, row["vin"], f"the insurer says {truth}, the {where} shows {facts}")
        if policy and order["premium"] != policy["gross"]:
            yield Wrong("T9", HALF, row["vin"], f"a premium of {policy['gross']}, shown as {order['premium']}")


def lawful_moves(history: Rows, stores: Stores) -> Iterator[Wrong]:
    """T10: replayed from the journal, each thing moved only as its life cycle lets it."""
    lives: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in stores["journal"]:
        if row["what"] in VERBS.get(row["thing"], ()):
            lives[row["service"], row["thing"], row["thing_key"]].append(row["what"])
    for (service, thing, key), verbs in lives.items():
        state = ""
        for verb in verbs:
            after = MOVES[thing].get((state, verb))
            if after is None:
                yield Wrong("T10", HALF, f"{service} {thing} {key}", f"{verb!r} from {state or 'nothing'!r}: {', '.join(verbs)}")
                break
            state = after


RULES: tuple[Callable[[Rows, Stores], Iterable[Wrong]], ...] = (
    lost, doubled, phantom, half_done, numbers, one_sale_per_car, leaked, words, told, lawful_moves,
)  # fmt: skip


def _acknowledged(history: Rows) -> dict[str, dict[str, Mapping[str, Any]]]:
    """By sale, the steps that were answered with a yes, and what was said."""
    said: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for line in history:
        if line["event"] == "ok":
            said[line["sale"]][line["step"]] = line
    return said


def _by(rows: Rows, name: str) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found
