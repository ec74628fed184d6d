"""What an order and a whole sale cost the servers, beside the least that Django can take for an order: in turns, round by round."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Thread

from tests.journeys.running import SERVICES, Suite, wait_for

from . import floor, processor
from .figures import ROUNDS, Figure, figure
from .till import Counter, Flow, Sale, together

CLIENTS, THREADS = 4, 8  # of the load; of each web server, the floor's too
ORDERS, SALES = 40, 12  # in a round
SUSTAINED_SECONDS, SUSTAINED_PER_SECOND, AFTERWARDS = 120, 20, 5
WEBS, WORKERS = (tuple(f"{service}-{kind}" for service in SERVICES) for kind in ("web", "worker"))


@dataclass
class Cost:
    """Milliseconds of processor time for one unit of work."""

    python: float
    postgresql: float
    seconds: float  # that passed meanwhile

    @property
    def both(self) -> float:
        return self.python + self.postgresql


def servers_of(suite: Suite) -> list[int]:
    return [suite.pid(name) for name in (*WEBS, *WORKERS)]


def cost(suite: Suite, servers: list[int], units: int, work: Callable[[], object]) -> Cost:
    database = [suite.pid("postgres")]
    begun, python, postgresql = time.monotonic(), processor.seconds_of(servers), processor.seconds_of(database)
    work()
    python, postgresql = processor.seconds_of(servers) - python, processor.seconds_of(database) - postgresql
    return Cost(python / units * 1000, postgresql / units * 1000, time.monotonic() - begun)


def order(suite: Suite, *, rounds: int = ROUNDS, orders: int = ORDERS) -> Iterator[Figure]:
    """Created and closed by two posts, sans garantie label; four clients. PostgreSQL's share holds what it does by itself meanwhile."""
    with standing(suite) as (counter, floor_of):
        counter.put_cars(orders * (rounds + 1))
        servers = [suite.pid("dealer-web")]
        found = []
        for _ in range(rounds + 1):
            ours = cost(suite, servers, orders, lambda: counter.orders(orders))
            found.append((ours, floor_of(orders)))
    del found[0]  # both warm now
    yield figure(
        "order.cpu_over_floor",
        [ours.both / floor.both for ours, floor in found],
        "×",
        1.4,
        words="created and closed, against bare Django",
    )
    yield from costs("order", [ours for ours, _ in found])
    yield from costs("floor", [floor for _, floor in found])
    yield figure("order.per_s", [orders / ours.seconds for ours, _ in found], "/s", words="orders, the load on the same cores")
    yield figure("floor.per_s", [orders / floor.seconds for _, floor in found], "/s")


def sale(suite: Suite, *, rounds: int = ROUNDS, sales: int = SALES) -> Iterator[Figure]:
    """Over the three services: order, its paper, declaration, quote, policy, its paper, and the notices back."""
    servers = servers_of(suite)
    with standing(suite) as (counter, floor_of):
        wait_for(counter.is_quiet, 60, "messages of what was sold before do not come to an end")
        idle = cost(suite, servers, 5, lambda: time.sleep(5))
        yield figure("idle.cpu_ms_per_s", [idle.both], "ms", words="all servers and PostgreSQL while nothing happens")
        counter.put_cars(sales * (rounds + 1))
        found = []
        for _ in range(rounds + 1):
            ours = cost(suite, servers, sales, lambda: whole(counter, sales))
            found.append((ours, floor_of(sales * 2)))
    del found[0]
    yield figure(
        "sale.cpu_over_floor", [ours.both / floor.both for ours, floor in found], "×", 8, words="whole sale against bare Django's order"
    )
    yield from costs("sale", [ours for ours, _ in found])
    cores = os.cpu_count() or 1
    yield figure(
        "sale.per_s",
        [cores * 1000 / ours.both for ours, _ in found],
        "/s",
        at_least=25,
        words="by the servers' processor time, on all cores",
    )


def sustained(suite: Suite, *, seconds: int = SUSTAINED_SECONDS, per_second: int = SUSTAINED_PER_SECOND) -> Iterator[Figure]:
    """Whole sales for two minutes, the load on the same cores; then what is still on its way after five seconds."""
    counter = Counter(suite, CLIENTS)
    wanted = seconds * per_second
    counter.put_cars(wanted)
    flow = Flow(counter, [Sale(counter.cars.popleft()) for _ in range(wanted)], per_second=per_second)
    selling = Thread(target=counter.each, args=(flow.work,), daemon=True)
    selling.start()
    time.sleep(seconds)
    done, started = len(flow.done), flow.started
    flow.close()
    time.sleep(AFTERWARDS)
    left = started - len(flow.done)
    quiet = counter.is_quiet()
    selling.join()
    wholes = sorted(each.took["whole"] for each in flow.done)
    yield figure("sale.sustained_per_s", [done / seconds], "/s", at_least=per_second * 0.98, words=f"for {seconds} s")
    yield figure("sale.left_after_5_s", [left + (0 if quiet else 1)], "", 0, words="sales or messages still on their way")
    yield figure("sale.whole_s", wholes, "s", words="from the order to the policy's paper at the dealer")


def whole(counter: Counter, sales: int = SALES) -> None:
    counter.sales(sales)
    wait_for(counter.is_quiet, 30, "messages do not come to an end", pause=0.05)


def costs(name: str, spent: list[Cost]) -> Iterator[Figure]:
    yield figure(f"{name}.cpu_ms", [each.both for each in spent], "ms")
    yield figure(f"{name}.cpu_python_ms", [each.python for each in spent], "ms")
    yield figure(f"{name}.cpu_postgresql_ms", [each.postgresql for each in spent], "ms")


@contextmanager
def standing(suite: Suite) -> Iterator[tuple[Counter, Callable[[int], Cost]]]:
    """Clients of the suite, and the floor with as many; the second makes so many of the floor's orders."""
    with floor.standing(suite, threads=THREADS) as least:
        sellers = [least.seller() for _ in range(CLIENTS)]

        def round_of(units: int) -> Cost:
            def work(one: floor.Seller) -> None:
                for _ in range(units // CLIENTS):
                    one.order()

            return cost(suite, [least.process.pid], units, lambda: together([partial(work, one) for one in sellers]))

        yield Counter(suite, CLIENTS), round_of
