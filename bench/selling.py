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
from .figures import Figure, figure
from .till import Counter, Flow, Sale, together

CLIENTS, THREADS = 4, 8  # of the load; of each web server, the floor's too
ROUNDS = 20
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


def order(suite: Suite) -> Iterator[Figure]:
    """Created and closed by two posts, sans garantie label; four clients. PostgreSQL's share holds what it does by itself meanwhile."""
    with standing(suite) as (counter, floor_of):
        counter.put_cars(ORDERS * (ROUNDS + 1))
        servers = [suite.pid("dealer-web")]
        rounds = []
        for _ in range(ROUNDS + 1):
            ours = cost(suite, servers, ORDERS, lambda: counter.orders(ORDERS))
            rounds.append((ours, floor_of(ORDERS)))
    del rounds[0]  # both warm now
    yield figure(
        "order.cpu_over_floor",
        [ours.both / floor.both for ours, floor in rounds],
        "×",
        1.4,
        words="created and closed, against bare Django",
    )
    yield from costs("order", [ours for ours, _ in rounds])
    yield from costs("floor", [floor for _, floor in rounds])
    yield figure("order.per_s", [ORDERS / ours.seconds for ours, _ in rounds], "/s", words="orders, the load on the same cores")
    yield figure("floor.per_s", [ORDERS / floor.seconds for _, floor in rounds], "/s")


def sale(suite: Suite) -> Iterator[Figure]:
    """Over the three services: order, its paper, declaration, quote, policy, its paper, and the notices back."""
    servers = servers_of(suite)
    with standing(suite) as (counter, floor_of):
        wait_for(counter.is_quiet, 60, "messages of what was sold before do not come to an end")
        idle = cost(suite, servers, 5, lambda: time.sleep(5))
        yield figure("idle.cpu_ms_per_s", [idle.both], "ms", words="all servers and PostgreSQL while nothing happens")
        counter.put_cars(SALES * (ROUNDS + 1))
        rounds = []
        for _ in range(ROUNDS + 1):
            ours = cost(suite, servers, SALES, lambda: whole(counter))
            rounds.append((ours, floor_of(SALES * 2)))
    del rounds[0]
    yield figure(
        "sale.cpu_over_floor", [ours.both / floor.both for ours, floor in rounds], "×", 8, words="whole sale against bare Django's order"
    )
    yield from costs("sale", [ours for ours, _ in rounds])
    cores = os.cpu_count() or 1
    yield figure(
        "sale.per_s",
        [cores * 1000 / ours.both for ours, _ in rounds],
        "/s",
        at_least=25,
        words="by the servers' processor time, on all cores",
    )


def sustained(suite: Suite) -> Iterator[Figure]:
    """Whole sales for two minutes, the load on the same cores; then what is still on its way after five seconds."""
    counter = Counter(suite, CLIENTS)
    wanted = SUSTAINED_SECONDS * SUSTAINED_PER_SECOND
    counter.put_cars(wanted)
    flow = Flow(counter, [Sale(counter.cars.popleft()) for _ in range(wanted)], per_second=SUSTAINED_PER_SECOND)
    selling = Thread(target=counter.each, args=(flow.work,), daemon=True)
    selling.start()
    time.sleep(SUSTAINED_SECONDS)
    done, started = len(flow.done), flow.started
    flow.close()
    time.sleep(AFTERWARDS)
    left = started - len(flow.done)
    quiet = counter.is_quiet()
    selling.join()
    wholes = sorted(each.took["whole"] for each in flow.done)
    yield figure("sale.sustained_per_s", [done / SUSTAINED_SECONDS], "/s", at_least=SUSTAINED_PER_SECOND * 0.98, words="for two minutes")
    yield figure("sale.left_after_5_s", [left + (0 if quiet else 1)], "", 0, words="sales or messages still on their way")
    yield figure("sale.whole_s", wholes, "s", words="from the order to the policy's paper at the dealer")


def whole(counter: Counter) -> None:
    counter.sales(SALES)
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
