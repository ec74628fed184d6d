"""Many sales at once through a running suite's public addresses, by clients that cost little themselves.

What a form sends is read from the page once; afterwards only what differs is filled in. Which sales have arrived somewhere is read from
the databases, so that nothing is asked again and again.
"""

import json
import threading
import time
import urllib.parse
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from tests.journeys.running import SERVICES, Suite, seller_script
from tests.journeys.stock import copy_car

from .peers.kit import web

sell = seller_script()
PLAIN, WITH_LABEL = "Sans garantie label", "Spoticar Premium 12 mois"
GLANCE = 0.1  # seconds between two looks at the databases
PATIENCE = 60  # seconds without any progress
FIRST_CAR = 5_000_000  # the numbers that put_cars gives begin here

# Which of these have arrived; each by an index.
ORDER = "SELECT number::text AS key, sale_reference::text AS value FROM orders_order WHERE group_id = (SELECT min(id) FROM sites_group) AND number = ANY(%s::bigint[])"
AT_THE_HUB = (
    "SELECT reference AS key FROM declarations_sale WHERE client_id = (SELECT min(id) FROM dealers_apiclient) AND reference = ANY(%s)"
)
AT_THE_INSURER = """SELECT external_reference AS key FROM quotes_job
    WHERE producer_id = (SELECT id FROM producers_producer WHERE code = '865268J') AND external_reference = ANY(%s)"""
HOME = """SELECT reference::text AS key FROM declarations_keptdocument JOIN declarations_saleathub AS sale ON sale.id = sale_id
    WHERE reference = ANY(%s::uuid[]) AND kept_at IS NOT NULL"""


class Stuck(Exception):
    """The sales do not go on."""


@dataclass
class Answer:
    status_code: int
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


class Line:
    """A program's way in as bin/sell's `Api`, over the standard library's connection: its own work counts where the load shares the cores."""

    def __init__(self, known: Any) -> None:
        self.known, self.line = known, web.Connection(urllib.parse.urlsplit(known.base).netloc)
        self.token = known._new_token()

    def ask(self, method: str, path: str, words: Any = None, *, key: str = "", accept: tuple[int, ...] = (200, 201, 204)) -> Answer:
        for fresh in (False, True):
            if fresh:
                self.token = self.known._new_token()
            headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
            headers |= {"idempotency-key": key} if key else {}
            response, content = self.line.request(method, path, None if words is None else json.dumps(words), headers)
            if response.status != 401:
                break
        if response.status not in accept:
            raise Stuck(f"{method} {path}: {response.status} {content[:600].decode(errors='replace')}")
        return Answer(response.status, content)


@dataclass
class Sale:
    car: dict[str, Any]
    order: str = ""  # its address
    reference: str = ""
    declared: str = ""
    job: str = ""
    news: Any = None  # what the dealer is to hear of it
    took: dict[str, float] = field(default_factory=dict)  # seconds, by step

    @property
    def number(self) -> str:
        return self.order.rstrip("/").rpartition("/")[2]


class Till:
    """One client: a seller's window at the dealer, and that dealer's software at the hub and the insurer."""

    def __init__(self, counter: "Counter") -> None:
        self.counter = counter
        self.window = web.BrowserSession(urllib.parse.urlsplit(counter.suite.url("dealer")).netloc)
        self.ears = web.Connection(urllib.parse.urlsplit(counter.suite.url("dealer")).netloc)  # for what the hub would say
        self.window.get("/connexion/")
        login = counter.suite.login("dealer", "hakim")
        self.token = self._token("/connexion/")
        words = {"csrfmiddlewaretoken": self.token, "username": login["username"], "password": login["password"]}
        web.expect(*self.window.post("/connexion/", words), 302)
        self.token = self._token("/bons-de-commande/nouveau/")
        self.seller = sell.Seller(counter.told, counter.suite.data / "sold")
        for line in (self.seller.dealer, self.seller.hub, self.seller.insurer):
            line.http.close()
        self.seller.hub, self.seller.insurer = (Line(counter.api(service)) for service in ("hub", "insurer"))

    def _token(self, address: str) -> str:
        _, content = self.window.get(address)
        return content.partition(b'name="csrfmiddlewaretoken" value="')[2].partition(b'"')[0].decode()

    def post(self, address: str, data: dict[str, str], *, expect: int = 302) -> str:
        """Where it leads."""
        response, content = self.window.post(address, data | {"csrfmiddlewaretoken": self.token})
        if response.status != expect:
            page = sell.Page(address, content.decode())
            raise Stuck(f"POST {address}: {response.status} {page.text[:800]}")
        return str(response.headers.get("location", ""))

    # The steps of a sale

    def create(self, sale: Sale, warranty: str) -> None:
        sale.order = self.post("/bons-de-commande/nouveau/", self.counter.form("create", warranty, sale.car))

    def close(self, sale: Sale, warranty: str) -> None:
        self.post(f"{sale.order}enregistrer/", self.counter.form("close", warranty, sale.car))

    def print_it(self, sale: Sale) -> None:
        self.post(f"{sale.order}imprimer/", {}, expect=200)

    def complete(self, sale: Sale) -> None:
        today = self.counter.told.today
        first = date(today.year - 3, 9, 14)
        car = sell.Car(sale.car["vin"], sale.car["plate"], first, first.replace(year=first.year + 2))
        self.seller.complete(sale.reference, car, sale.order)

    def declare(self, sale: Sale) -> None:
        self.complete(sale)
        sale.declared = self.seller.declare(sale.reference)["declaration_number"]

    def buy(self, sale: Sale) -> None:
        sale.job = self.seller.job(sale.declared)["id"]
        self.seller.quote(sale.job)
        self.seller.buy(sale.job)


class Counter:
    """What all clients share: the forms, the cars, and who waits for what."""

    def __init__(self, suite: Suite, clients: int) -> None:
        self.suite, self.told = suite, sell.Suite(suite.data)
        self.cars: deque[dict[str, Any]] = deque()
        self.forms: dict[tuple[str, str], dict[str, str]] = {}
        self._learn()
        self.doors = {service: suite.inside(service) for service in SERVICES}
        self.tills = [Till(self) for _ in range(clients)]

    def api(self, service: str) -> Any:
        return self.told.api(service, {"hub": "sales", "insurer": "policies"}[service])

    def _learn(self) -> None:
        """By making one order of each kind, as a browser would."""
        seller = sell.Seller(self.told, self.suite.data / "sold")
        seller.say = lambda *_: None
        sent: list[dict[str, str]] = []
        try:
            seller.log_in()
            ordinary = seller.dealer.http.post

            def post(address: str, **options: Any) -> Any:
                sent.append({name: values[-1] for name, values in options["data"].items()})
                return ordinary(address, **options)

            for warranty in (PLAIN, WITH_LABEL):
                car = seller.new_car()
                seller.vehicle(car)
                self.model = car.plate
                seller.dealer.http.post = post
                seller.close(seller.order(car, warranty))
                seller.dealer.http.post = ordinary
                self.forms["create", warranty], self.forms["close", warranty] = sent[-2:]
        finally:
            for line in (seller.dealer, seller.hub, seller.insurer):
                line.http.close()

    def form(self, act: str, warranty: str, car: dict[str, Any]) -> dict[str, str]:
        own = {"vehicle": str(car["id"]), "stock_number": car["stock_number"], "plate": car["plate"]}
        return self.forms[act, warranty] | own | ({"creation_key": car["creation_key"]} if act == "create" else {})

    def put_cars(self, wanted: int) -> None:
        """So many into the seller's stock, like the one that the form made; by SQL, for they are not what is measured."""
        first = (
            1
            + self.suite.rows(
                "dealer",
                "SELECT coalesce(max(stock_number::bigint), %s) AS last FROM vehicles_vehicle WHERE stock_number ~ '^5[0-9]{6}$'",
                FIRST_CAR,
            )[0]["last"]
        )
        letters = "chr(71 + (n / 999 / 400 %% 4)::int) || chr(65 + (n / 999 %% 20)::int)"
        plate = f"{letters} || '-' || lpad((n %% 999 + 1)::text, 3, '0') || '-' || 'K' || chr(65 + (n / 999 / 20 %% 20)::int)"
        vin = "'VR3BENCH' || lpad(n::text, 9, '0')"
        self.cars.extend(copy_car(self.suite, self.model, range(first, first + wanted), stock_number="n::text", plate=plate, vin=vin))

    def each(self, act: Callable[[Till], None]) -> None:
        together([partial(act, till) for till in self.tills])

    def orders(self, wanted: int) -> None:
        """Created and closed, sans garantie label: nothing leaves the dealer."""
        cars = deque(self.cars.popleft() for _ in range(wanted))

        def work(till: Till) -> None:
            for car in taken(cars):
                sale = Sale(car)
                till.create(sale, PLAIN)
                till.close(sale, PLAIN)

        self.each(work)

    def sales(self, wanted: int, *, per_second: float | None = None) -> list[Sale]:
        """Whole: order, its paper, declaration, quote, policy and its paper, until the policy's paper is back at the dealer."""
        flow = Flow(self, [Sale(self.cars.popleft()) for _ in range(wanted)], per_second)
        self.each(flow.work)
        return flow.done

    def is_quiet(self) -> bool:
        """Nothing waits, runs or is being sent anywhere."""
        return not any(
            door.execute(
                "SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name = 'carry'"
                " UNION ALL SELECT 1 FROM transmissions_transmission WHERE state = 'sending' LIMIT 1"
            ).fetchone()
            for door in self.doors.values()
        )


def together(works: Iterable[Callable[[], None]]) -> None:
    """At once, each in a thread; the first trouble is told."""
    troubles: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=run, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]


def taken(things: deque[Any]) -> Iterator[Any]:
    while True:
        try:
            yield things.popleft()
        except IndexError:
            return


class Flow:
    """Which sale is ready for which step. One of the clients looks at the databases now and then; all of them take what is ready."""

    def __init__(self, counter: Counter, sales: list[Sale], per_second: float | None) -> None:
        self.counter, self.per_second = counter, per_second
        self.waiting, self.wanted = deque(sales), len(sales)
        self.lock, self.begun = threading.Lock(), time.monotonic()
        self.looked = self.moved = self.begun
        self.started = 0
        self.ready: deque[tuple[Callable[[Till, Sale], None], Sale]] = deque()
        self.until: dict[str, dict[str, Sale]] = {"order": {}, "hub": {}, "insurer": {}, "home": {}}
        self.done: list[Sale] = []
        self.failed = False

    def close(self) -> None:
        """No new sale is begun; those that are under way go on."""
        with self.lock:
            self.waiting.clear()
            self.wanted = self.started

    def work(self, till: Till) -> None:
        try:
            while not self.failed and len(self.done) < self.wanted:
                step, sale = self._next()
                if step is None:
                    time.sleep(0.005)
                else:
                    step(till, sale)
        except BaseException:
            self.failed = True
            raise

    def _next(self) -> tuple[Any, Any]:
        now = time.monotonic()
        with self.lock:
            if now - self.looked > GLANCE:
                self._look()
                self.looked = time.monotonic()
            if self.ready:
                self.moved = now
                return self.ready.popleft()
            if self.waiting and (self.per_second is None or self.started < (now - self.begun) * self.per_second):
                self.started, self.moved = self.started + 1, now
                return self._order, self.waiting.popleft()
        if now - self.moved > PATIENCE:
            raise Stuck(f"{len(self.done)} of {self.wanted} sold; waiting: { {what: len(who) for what, who in self.until.items()} }")
        return None, None

    def _order(self, till: Till, sale: Sale) -> None:
        sale.took["begun"] = time.monotonic()
        till.create(sale, WITH_LABEL)
        till.close(sale, WITH_LABEL)
        till.print_it(sale)
        self.until["order"][sale.number] = sale

    def _declare(self, till: Till, sale: Sale) -> None:
        till.declare(sale)
        self.until["insurer"][sale.declared] = sale

    def _buy(self, till: Till, sale: Sale) -> None:
        till.buy(sale)
        self.until["home"][sale.reference] = sale

    def _look(self) -> None:
        self._arrived("dealer", "order", ORDER, self._known)
        self._arrived("hub", "hub", AT_THE_HUB, lambda sale, _: self.ready.append((self._declare, sale)))
        self._arrived("insurer", "insurer", AT_THE_INSURER, lambda sale, _: self.ready.append((self._buy, sale)))
        self._arrived("dealer", "home", HOME, self._home)

    def _arrived(self, service: str, what: str, question: str, act: Callable[[Sale, dict[str, Any]], None]) -> None:
        if not self.until[what]:
            return
        for row in self.counter.doors[service].execute(question, [list(self.until[what])]).fetchall():
            act(self.until[what].pop(row["key"]), row)

    def _known(self, sale: Sale, row: dict[str, Any]) -> None:
        sale.reference = row["value"]
        self.until["hub"][sale.reference] = sale

    def _home(self, sale: Sale, _: dict[str, Any]) -> None:
        sale.took["whole"] = time.monotonic() - sale.took["begun"]
        self.moved = time.monotonic()
        self.done.append(sale)
