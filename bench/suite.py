"""The running suite from outside: its second start, a sale's time, its memory, a list's weight."""

import re
import time
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx
import psutil

from tests.journeys.running import SERVICES, Suite, seller_script, wait_for

from .figures import Figure, dotted, figure

SALES = 7
PROCESSES = ("dealer-web", "hub-web", "insurer-web", "dealer-worker", "hub-worker", "insurer-worker", "postgres")


def second_start(suite: Suite) -> Iterator[Figure]:
    """Until all three say that they are ready."""
    times = []
    for _ in range(3):
        suite.stop(keep=True)
        begun = time.monotonic()
        suite.start()
        times.append(time.monotonic() - begun)
    yield figure("start.second_s", times, "s", 15, words="until all three services are ready")


def sales(suite: Suite) -> Iterator[Figure]:
    """By bin/sell, which prints each step's time; the first sale warms up and is not counted."""
    done = suite.sell(SALES + 1)
    if done.returncode:
        raise SystemExit(f"bin/sell failed:\n{done.stdout}")
    whole = [float(seconds) for seconds in re.findall(r"([\d.]+) s in all", done.stdout)]
    yield figure("waiting.sale_s", whole[1:], "s", 5, words="bin/sell, a whole sale, warm")
    steps: dict[str, list[float]] = {}
    for step, seconds in re.findall(r"^  ((?:Jupiter|Hub|Insurer).{26,}?)  .* ([\d.]+) s$", done.stdout, re.M):
        steps.setdefault(step.strip(), []).append(float(seconds))
    for step, times in steps.items():
        yield figure(f"waiting.sale_s.{dotted(step)}", times[1:] or times, "s")


def messages(suite: Suite) -> Iterator[Figure]:
    """On the hub's own form: from the click to both green messages, asking again when the page would."""
    sell = seller_script()
    seller = sell.Seller(sell.Suite(suite.data), suite.data / "sold")
    window = sell.Browser(suite.url("hub"))
    try:
        seller.log_in()
        login = suite.login("hub", "hakim")
        named = {"Nom d’utilisateur": login["username"], "Mot de passe": login["password"]}
        window.submit(window.open("/connexion/"), "Connexion", named)
        times = [until_both_are_green(suite, seller, window) for _ in range(SALES + 1)]
    finally:
        for line in (seller.dealer, seller.hub, seller.insurer, window):
            line.http.close()
    yield figure("waiting.declare_s", times[1:], "s", 2, words="Déclarer et Garantir, until both messages are green")


def until_both_are_green(suite: Suite, seller: "sell.Seller", window: "sell.Browser") -> float:  # type: ignore[name-defined]  # noqa: F821
    car = seller.new_car()
    seller.started = time.monotonic()
    seller.vehicle(car)
    order = seller.order(car)
    seller.close(order)
    reference = seller.reference_of(order)
    wait_for(lambda: seller.state(reference), 30, "the sale does not reach the hub")
    seller.complete(reference, car, order)
    seller.hub.ask("GET", f"/api/v1/sales/{reference}")
    key = suite.rows("hub", "SELECT id FROM declarations_sale WHERE reference = %s", reference)[0]["id"]
    window.submit(window.open(f"/vente/{key}/"), "Page Suivante", {})
    page = window.open(f"/vente/{key}/formulaire/")
    begun = time.monotonic()
    page = window.submit(page, "Déclarer et Garantir", {})
    while "La création a été effectuée avec succès" not in page.text:
        asked = re.search(r'hx-get="([^"]+)" hx-trigger="load delay:(\d+)ms"', page.html)
        if asked is None or time.monotonic() - begun > 60:
            raise SystemExit(f"no devis on the page: {page.text[:500]}")
        time.sleep(int(asked.group(2)) / 1000)
        page = window.open(asked.group(1))
    assert "La sauvegarde dans le centralisateur a été effectuée avec succès" in page.text
    return time.monotonic() - begun


def memory(suite: Suite) -> Iterator[Figure]:
    """PSS, where what is shared counts once, of every process; after the sales above."""
    assert suite.process is not None
    total = 0.0
    for name in PROCESSES:
        top = psutil.Process(suite.pid(name))
        own = sum(pss(each) for each in (top, *top.children(recursive=True)))
        yield figure(f"memory.{name.replace('-', '_')}", [own], "MiB")
        total += own
    yield figure("memory.all", [total + pss(psutil.Process(suite.process.pid))], "MiB", 1536)


def pss(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / 2**20
    except psutil.Error:
        return 0.0


def weight(suite: Suite) -> Iterator[Figure]:
    """The list of orders with a browser's empty cache: the page and all that it asks for, headers not counted."""
    login = suite.login("dealer", "hakim")
    base = suite.url("dealer")
    options = {"follow_redirects": True, "headers": {"accept-encoding": "br, gzip"}, "trust_env": False}
    with httpx.Client(base_url=base, **options) as browser:  # type: ignore[arg-type]
        page = browser.get("/connexion/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token
        data = {"csrfmiddlewaretoken": token.group(1), "username": login["username"], "password": login["password"]}
        browser.post("/connexion/", data=data, headers={"referer": f"{base}/connexion/", "origin": base})
        sizes: dict[str, int] = {}
        waiting = ["/bons-de-commande/?seller="]
        while waiting:
            address = waiting.pop(0)
            with browser.stream("GET", address) as response:
                sizes[address] = sum(len(chunk) for chunk in response.iter_raw())
            if response.status_code != 200:
                raise SystemExit(f"{address}: {response.status_code}")
            text = browser.get(address).text if address.endswith(("seller=", ".css")) else ""
            parts = re.findall(r"""(?:href|src)="(/static/[^"#]+)|url\(["']?([^"')#]+\.(?:woff2?|svg|png))""", text)
            for part in (urljoin(address, one or other) for one, other in parts):
                if part not in sizes and part not in waiting:
                    waiting.append(part)
    for address, size in sizes.items():
        yield figure(f"page.orders_kb.{dotted(address)}", [size / 1000], "kB", words=address)
    yield figure("page.orders_kb", [sum(sizes.values()) / 1000], "kB", 60, words="list of orders, cold, on the wire")


__all__ = ["SERVICES", "memory", "messages", "sales", "second_start", "weight"]
