"""What each action of a seller and of a dealer's software costs, and how long it takes when 1, 4 or 16 of them act at once."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from uuid import uuid4

from tests.journeys.running import Suite

from .figures import Figure, figure
from .peers.kit import web
from .selling import cost
from .till import PLAIN, Counter, Sale, Till, taken, together

CLIENTS = (1, 4, 16)
TIMES = 48  # each action, by all clients together
COSTED = 4  # with so many clients the processor time is taken

Act = Callable[[Till, Sale], object]


def see(till: Till, address: str) -> None:
    web.expect(*till.window.get(address), 200)


def put(till: Till, sale: Sale) -> None:
    sale.reference = str(uuid4())
    till.complete(sale)


# In this order: what one makes, the next one needs.
ACTIONS: dict[str, tuple[str, Act]] = {
    "order_form": ("dealer", lambda till, sale: see(till, f"/bons-de-commande/nouveau/?vehicle={sale.car['plate']}")),
    "order_create": ("dealer", lambda till, sale: till.create(sale, PLAIN)),
    "order_page": ("dealer", lambda till, sale: see(till, sale.order)),
    "order_close": ("dealer", lambda till, sale: till.close(sale, PLAIN)),
    "order_paper": ("dealer", lambda till, sale: till.print_it(sale)),
    "orders_list": ("dealer", lambda till, sale: see(till, "/bons-de-commande/?seller=")),
    "search": ("dealer", lambda till, sale: see(till, "/recherche/?q=BENCH")),
    "sale_put": ("hub", put),
    "sale_state": ("hub", lambda till, sale: till.seller.state(sale.reference)),
    "jobs_found": ("insurer", lambda till, sale: till.seller.job("SP0000000000000000")),
}


def actions(suite: Suite) -> Iterator[Figure]:
    for clients in CLIENTS:
        counter = Counter(suite, clients)
        counter.put_cars(TIMES + clients)
        sales = [Sale(counter.cars.popleft()) for _ in range(TIMES + clients)]
        for name, (service, act) in ACTIONS.items():
            latencies: list[float] = []
            run(counter, sales[:clients], act, [])  # warm
            servers = [suite.pid(f"{service}-web")]
            spent = cost(suite, servers, TIMES, partial(run, counter, sales[clients:], act, latencies))
            yield figure(f"action.{name}.ms_at_{clients}", latencies, "ms", words=f"{TIMES} times by {clients} at once, by the clock")
            if clients == COSTED:
                yield figure(f"action.{name}.cpu_python_ms", [spent.python], "ms")
                yield figure(f"action.{name}.cpu_postgresql_ms", [spent.postgresql], "ms")


def run(counter: Counter, sales: list[Sale], act: Act, latencies: list[float]) -> None:
    left = deque(sales)

    def work(till: Till) -> None:
        for sale in taken(left):
            begun = time.monotonic()
            act(till, sale)
            latencies.append((time.monotonic() - begun) * 1000)

    together([partial(work, till) for till in counter.tills])
