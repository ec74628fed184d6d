"""Pages and searches on few sales and on many: suites of both sizes run side by side and are asked in turns."""

import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

from tests.journeys.running import SERVICES, Suite

from . import processor, selling
from .figures import ROUNDS, Figure, figure
from .fill import fill
from .fill.words import COMMON, RARE
from .peers.kit import web
from .till import Counter

TIMES = 3  # so many GETs in a row make one measurement
SMALL, MIDDLE, MOST = 1000, 100_000, 1_000_000
AT_MOST = 1.5
PEOPLE = {"dealer": "administrateur", "hub": "reseau", "insurer": "assureur"}  # who sees most
LISTS = {
    "orders": ("dealer", "/bons-de-commande/?seller="),
    "orders_far": ("dealer", "/bons-de-commande/?seller=&apres={order}~{order_id}"),
    "orders_open": ("dealer", "/bons-de-commande/?seller=&state=open"),
    "vehicles": ("dealer", "/vehicules/"),
    "transmissions": ("dealer", "/transmissions/"),
    "home": ("dealer", "/"),
    "sales_to_declare": ("dealer", "/a-faire/ventes-a-declarer/"),
    "sales": ("hub", "/ventes/"),
    "sales_under_way": ("hub", "/ventes/?vue=en-cours"),
    "hub_home": ("hub", "/"),
    "hub_transmissions": ("hub", "/transmissions/"),
    "policies": ("insurer", "/polices/"),
    "quotes": ("insurer", "/devis/"),
    "activities": ("insurer", "/activites/"),
    "policies_issued": ("insurer", "/polices/emises/"),
    "accounts": ("insurer", "/comptes/"),
    "insurer_transmissions": ("insurer", "/transmissions/"),
    "insurer_home": ("insurer", "/"),
}
SEARCHES = {
    "plate": ("dealer", "/recherche/?q={plate_part}"),
    "rare_name": ("dealer", "/recherche/?q={rare}"),
    "common_name": ("dealer", "/recherche/?q={common}"),
    "orders_by_buyer": ("dealer", "/bons-de-commande/?seller=&buyer={rare}"),
    "orders_by_common_buyer": ("dealer", "/bons-de-commande/?seller=&buyer={common}"),
    "orders_by_number": ("dealer", "/bons-de-commande/?seller=&number={order}"),
    "orders_by_car": ("dealer", "/bons-de-commande/?seller=&sold={plate_part}"),
    "sales_by_name": ("hub", "/ventes/?q={rare}"),
    "sales_by_common_name": ("hub", "/ventes/?q={common}"),
    "sales_by_plate": ("hub", "/ventes/?q={plate_part}"),
    "policies_by_name": ("insurer", "/polices/?q={rare}"),
    "policies_by_common_name": ("insurer", "/polices/?q={common}"),
    "insurer_plate": ("insurer", "/recherche/?q={plate_part}"),
    "insurer_name": ("insurer", "/recherche/?q={rare}"),
    "insurer_common_name": ("insurer", "/recherche/?q={common}"),
    "accounts_by_common_name": ("insurer", "/comptes/?q={common}"),
}
AN_ORDER = """SELECT number AS order, orders_order.id AS order_id, plate FROM orders_order
    JOIN vehicles_vehicle ON vehicles_vehicle.id = vehicle_id WHERE group_id = (SELECT min(id) FROM sites_group) AND plate >= 'F'
    ORDER BY number OFFSET (SELECT count(*) / 20 FROM orders_order WHERE group_id = (SELECT min(id) FROM sites_group)) LIMIT 1"""
ALIKE = "SELECT count(*) FROM vehicles_vehicle WHERE starts_with(plate, %s) AND site_id IN (SELECT id FROM sites_site WHERE group_id = (SELECT min(id) FROM sites_group))"
A_PAGE = 25


class Visitor:
    """Somebody in each service of one suite."""

    def __init__(self, suite: Suite, sales: int) -> None:
        self.suite, self.sales = suite, sales
        self.sessions = {service: self._log_in(service) for service in SERVICES}
        self.servers = {service: [suite.pid(f"{service}-web"), suite.pid("postgres")] for service in SERVICES}
        self.facts = suite.rows("dealer", AN_ORDER)[0] | {"rare": RARE, "common": COMMON}
        self.facts["plate_part"] = self._part_of(self.facts["plate"])

    def _part_of(self, plate: str) -> str:
        """As much of it as a page of cars has in common: fewer signs do among few."""
        parts = (plate[:length] for length in range(len(plate), 0, -1))
        return next(part for part in parts if self.suite.rows("dealer", ALIKE, part)[0]["count"] >= A_PAGE)

    def _log_in(self, service: str) -> web.BrowserSession:
        session = web.BrowserSession(urlsplit(self.suite.url(service)).netloc)
        _, content = session.get("/connexion/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)', content)
        login = self.suite.login(service, PEOPLE[service])
        words = {
            "csrfmiddlewaretoken": token.group(1).decode() if token else "",
            "username": login["username"],
            "password": login["password"],
        }
        web.expect(*session.post("/connexion/", words), 302)
        return session

    def look(self, service: str, page: str) -> tuple[float, float]:
        """Milliseconds of processor time and by the clock, of one GET."""
        address = page.format(**{name: quote(str(value)) for name, value in self.facts.items()})
        begun, spent = time.monotonic(), processor.seconds_of(self.servers[service])
        for _ in range(TIMES):
            web.expect(*self.sessions[service].get(address), 200, 302)
        spent = processor.seconds_of(self.servers[service]) - spent
        return spent / TIMES * 1000, (time.monotonic() - begun) / TIMES * 1000


def sizes_up_to(most: int) -> list[int]:
    return sorted({min(MIDDLE, most), most})


def measure(suite: Suite, *, sizes: Sequence[int] = (MIDDLE, MOST), rounds: int = ROUNDS) -> Iterator[Figure]:
    """The running suite gets few sales; beside it one for each of these sizes is started and filled."""
    with ExitStack() as stack:
        suites = [(suite, SMALL), *((stack.enter_context(another(suite, size)), size) for size in sizes)]
        yield from asked(suites, rounds=rounds)


def asked(suites: Sequence[tuple[Suite, int]], *, rounds: int, sales: int = selling.SALES) -> Iterator[Figure]:
    """Fewest first; each is filled, then all are asked in turns."""
    for suite, size in suites:
        report = fill(suite, size, say=lambda _: None)
        rows = sum(sum(tables.values()) for tables in report.rows.values())
        yield figure(f"fill.{size}_sales_s", [report.seconds], "s", 600 if size >= MOST else None, words=f"{rows} rows")
    for service, tables in report.rows.items():
        yield from (figure(f"fill.rows.{service}.{table}", [count], "rows") for table, count in sorted(tables.items()))
    visitors = [Visitor(suite, size) for suite, size in suites]
    for kind, pages in (("list", LISTS), ("search", SEARCHES)):
        yield from compared(kind, pages, visitors, rounds=rounds)
    yield from sold(*(suites[at] for at in (0, -1)), rounds=rounds, sales=sales)


def sold(few: tuple[Suite, int], many: tuple[Suite, int], *, rounds: int, sales: int) -> Iterator[Figure]:
    """What a whole sale costs where there are few and where there are many, in turns."""
    counters = [(suite, Counter(suite, selling.CLIENTS)) for suite in (few[0], many[0])]
    found: list[list[float]] = []
    for _, counter in counters:
        counter.put_cars(sales * (rounds + 1))
    for at in range(rounds + 1):
        in_turns = counters if at % 2 else counters[::-1]
        costs = {
            suite: selling.cost(suite, selling.servers_of(suite), sales, partial(selling.whole, one, sales)) for suite, one in in_turns
        }
        if at:
            found.append([costs[suite].both for suite, _ in counters])
    words = f"processor time of a whole sale, at {beside(many[1], few[1])}"
    yield figure("sale.large_over_small", [large / small for small, large in found], "×", 1.1, words=words)


def beside(many: int, few: int) -> str:
    return f"{many:_} sales over {few:_}".replace("_", " ")


@contextmanager
def another(suite: Suite, size: int) -> Iterator[Suite]:
    with tempfile.TemporaryDirectory(prefix=f"jupiter-bench-{size}-") as folder:
        Path(folder).chmod(0o711)
        one = Suite(Path(folder) / "data", *suite.options).start()
        try:
            yield one
        finally:
            one.stop()


def compared(kind: str, pages: dict[str, tuple[str, str]], visitors: list[Visitor], *, rounds: int) -> Iterator[Figure]:
    found: dict[str, list[list[tuple[float, float]]]] = {name: [] for name in pages}
    for at in range(rounds + 1):
        for name, (service, page) in pages.items():
            in_turns = visitors if at % 2 else visitors[::-1]
            looks = {visitor.sales: visitor.look(service, page) for visitor in in_turns}
            if at:  # all are warm now
                found[name].append([looks[visitor.sales] for visitor in visitors])
    sizes = [visitor.sales for visitor in visitors]
    for name, taken in found.items():
        yield ratio(kind, name, taken, sizes, words=pages[name][1].partition("{")[0])
        for at, size in enumerate(sizes):
            yield figure(f"{kind}.{name}.cpu_ms_at_{size}", [looks[at][0] for looks in taken], "ms")
            yield figure(f"{kind}.{name}.ms_at_{size}", [looks[at][1] for looks in taken], "ms", words="by the clock")
    yield worst(kind, [ratio(kind, name, taken, sizes) for name, taken in found.items()], sizes)


def ratio(kind: str, name: str, taken: list[list[tuple[float, float]]], sizes: Sequence[int], *, words: str = "") -> Figure:
    """Of processor time, where there are most over where there are fewest, round by round."""
    values = [looks[-1][0] / looks[0][0] for looks in taken]
    return figure(f"{kind}.{name}.large_over_small", values, "×", words=f"at {beside(sizes[-1], sizes[0])} {words}".rstrip())


def worst(kind: str, ratios: Sequence[Figure], sizes: Sequence[int]) -> Figure:
    one = max(ratios, key=lambda each: each.value)
    words = f"at {beside(sizes[-1], sizes[0])}, the worst page: {one.name}"
    return replace(one, name=f"{kind}.large_over_small", at_most=AT_MOST, words=words)
