"""What each action of a seller and of a dealer's software costs, and how long it takes when 1, 4 or 16 of them act at once."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

from jupiter.kit.notices import signed_headers
from tests.journeys.running import Suite, wait_for

from .figures import Figure, figure
from .peers.kit import web
from .selling import Cost, cost
from .till import AT_THE_HUB, AT_THE_INSURER, ORDER, PLAIN, WITH_LABEL, Counter, Sale, Till, taken

GUARANTOR = "stellantis"
CLIENTS = (1, 4, 16)
TIMES = 48  # each action, by all clients together
COSTED, ROUNDS = 4, 6  # with so many clients the processor time is taken, so many times
NEWS = (
    "SELECT words FROM transmissions_transmission WHERE kind = 'notice.sale' AND words->'data'->>'reference' = %s ORDER BY id DESC LIMIT 1"
)


MEANWHILE = "all of it, what workers ask meanwhile too"


class Action(NamedTuple):
    services: tuple[str, ...]  # whose web servers are at work
    route: str  # as bench.statements counts it
    act: Callable[[Till, Sale], object]
    before: Callable[[Counter, Sequence[Sale]], None] | None = None  # what it needs, and is not measured


class News(NamedTuple):
    """What the hub tells the dealer of one sale, at its address there."""

    address: str
    body: bytes
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        return signed_headers([self.secret], notice_id=str(uuid4()), body=self.body, now=datetime.now(UTC))


def news_of(suite: Suite, reference: str) -> News | None:
    """As the hub said it last, if it did, and newer by one: so it is taken."""
    link = json.loads((suite.data / "secrets.json").read_text())["links"]["dealer_hub"]["A"]
    if not (said := suite.rows("hub", NEWS, reference)):
        return None
    words: dict[str, Any] = said[0]["words"]
    words["data"]["sequence"] += 1
    return News(f"/api/v1/notices/hub/{link['client_id']}", json.dumps(words).encode(), link["notice_secret"])


def see(till: Till, address: str) -> None:
    web.expect(*till.window.get(address), 200)


def put(till: Till, sale: Sale) -> None:
    sale.reference = str(uuid4())
    till.complete(sale)


def launch(till: Till, sale: Sale) -> None:
    """Garantir, by a seller whom the hub knows already."""
    till.post(f"{sale.order}garantir/", {"guarantor": GUARANTOR}, expect=303)


def hear(till: Till, sale: Sale) -> None:
    web.expect(*till.ears.request("POST", sale.news.address, sale.news.body.decode(), sale.news.headers), 204)


def known_at_the_hub(counter: Counter, sales: Sequence[Sale]) -> None:
    """Another order for each, with a label, of which the hub hears from the dealer; completed there. The seller gave his log-in once."""
    counter.put_cars(len(sales))
    for sale in sales:
        sale.car = counter.cars.popleft()
    run(counter, sales, close_with_label)
    references = {row["key"]: row["value"] for row in counter.doors["dealer"].execute(ORDER, [[each.number for each in sales]]).fetchall()}
    for sale in sales:
        sale.reference = references[sale.number]
    arrived(counter, "hub", AT_THE_HUB, list(references.values()))
    run(counter, sales, Till.complete)
    login = counter.suite.login("hub", "hakim")
    typed = {"guarantor": GUARANTOR, "username": login["username"], "password": login["password"]}
    counter.tills[0].post(f"{sales[0].order}garantir/", typed, expect=303)


def close_with_label(till: Till, sale: Sale) -> None:
    till.create(sale, WITH_LABEL)
    till.close(sale, WITH_LABEL)


def quoted(counter: Counter, sales: Sequence[Sale]) -> None:
    arrived(counter, "insurer", AT_THE_INSURER, [sale.declared for sale in sales])


def told(counter: Counter, sales: Sequence[Sale]) -> None:
    wait_for(counter.is_quiet, 60, "messages do not come to an end")
    for sale in sales:
        sale.news = news_of(counter.suite, sale.reference)


def arrived(counter: Counter, service: str, question: str, keys: list[str]) -> None:
    wait_for(lambda: len(counter.doors[service].execute(question, [keys]).fetchall()) == len(keys), 60, f"not all is at {service}")


def find_job(till: Till, sale: Sale) -> None:
    job = till.seller.job(sale.declared)
    assert job is not None
    sale.job = job["id"]


def declare(till: Till, sale: Sale) -> None:
    sale.declared = till.seller.declare(sale.reference)["declaration_number"]


# In this order: what one makes, the next one needs.
ACTIONS: dict[str, Action] = {
    "order_form": Action(
        ("dealer",),
        "GET /bons-de-commande/nouveau/",
        lambda till, sale: see(till, f"/bons-de-commande/nouveau/?vehicle={sale.car['plate']}"),
    ),
    "order_create": Action(("dealer",), "POST /bons-de-commande/nouveau/", lambda till, sale: till.create(sale, PLAIN)),
    "order_page": Action(("dealer",), "GET /bons-de-commande/<number>/", lambda till, sale: see(till, sale.order)),
    "order_close": Action(("dealer",), "POST /bons-de-commande/<number>/enregistrer/", lambda till, sale: till.close(sale, PLAIN)),
    "order_paper": Action(("dealer",), "POST /bons-de-commande/<number>/imprimer/", lambda till, sale: till.print_it(sale)),
    "orders_list": Action(("dealer",), "GET /bons-de-commande/", lambda till, sale: see(till, "/bons-de-commande/?seller=")),
    "search": Action(("dealer",), "GET /recherche/", lambda till, sale: see(till, "/recherche/?q=BENCH")),
    "sale_put": Action(("hub",), "PUT /api/v1/sales/<reference>", put),
    "sale_state": Action(("hub",), "GET /api/v1/sales/<reference>", lambda till, sale: till.seller.state(sale.reference)),
    "launch": Action(("dealer", "hub"), "POST /bons-de-commande/<number>/garantir/", launch, known_at_the_hub),
    "declare": Action(("hub",), "POST /api/v1/sales/<reference>/declare", declare),
    "jobs_found": Action(("insurer",), "GET /rest/job/v1/jobs", find_job, quoted),
    "price": Action(("insurer",), "POST /rest/job/v1/jobs/<job_id>/quote", lambda till, sale: till.seller.quote(sale.job)),
    "buy": Action(("insurer",), "POST /rest/job/v1/jobs/<job_id>/bind-and-issue", lambda till, sale: till.seller.buy(sale.job)),
    "notice": Action(("dealer",), "POST /api/v1/notices/hub/<client_id>", hear, told),
}


def actions(suite: Suite) -> Iterator[Figure]:
    for clients in CLIENTS:
        counter = Counter(suite, clients)
        counter.put_cars(TIMES + clients)
        sales = [Sale(counter.cars.popleft()) for _ in range(TIMES + clients)]
        rounds = ROUNDS if clients == COSTED else 1
        for name, action in ACTIONS.items():
            if action.before:
                action.before(counter, sales)
            latencies: list[float] = []
            run(counter, sales[:clients], action.act)  # warm
            spent = [costed(suite, counter, action, part, latencies) for part in parts_of(sales[clients:], rounds)]
            yield figure(f"action.{name}.ms_at_{clients}", latencies, "ms", words=f"{TIMES} times by {clients} at once, by the clock")
            if clients == COSTED:
                yield figure(f"action.{name}.cpu_python_ms", [each.python for each in spent], "ms")
                yield figure(f"action.{name}.cpu_postgresql_ms", [each.postgresql for each in spent], "ms", words=MEANWHILE)


def parts_of(sales: Sequence[Sale], rounds: int) -> list[Sequence[Sale]]:
    length = len(sales) // rounds
    return [sales[at * length : (at + 1) * length] for at in range(rounds)]


def costed(suite: Suite, counter: Counter, action: Action, sales: Sequence[Sale], latencies: list[float]) -> Cost:
    return cost(
        suite, [suite.pid(f"{one}-web") for one in action.services], len(sales), partial(run, counter, sales, action.act, latencies)
    )


def run(counter: Counter, sales: Sequence[Sale], act: Callable[[Till, Sale], object], latencies: list[float] | None = None) -> None:
    left = deque(sales)

    def work(till: Till) -> None:
        for sale in taken(left):
            begun = time.monotonic()
            act(till, sale)
            if latencies is not None:
                latencies.append((time.monotonic() - begun) * 1000)

    counter.each(work)
