"""How many SQL statements each page and action of one service takes, counted in this process while sales are made and pages looked at."""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
import httpx
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.urls import Resolver404, resolve

from jupiter.kit.walls import everywhere
from jupiter.kit.web import posted
from tests.journeys.running import Suite, seller_script, wait_for

from .actions import ACTIONS, news_of
from .figures import dotted, figure

django.setup()

MOST, MOST_FOR_AN_ORDER = 15, 20
PLAIN = "order.sql"
ORDERS = {PLAIN: ("Sans garantie label",), "order.sql_with_label": ()}
NOT_COUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO")
SAMPLES = 3  # of each page
PEOPLE = {
    "dealer": ("hakim", "administrateur"),
    "hub": ("hakim", "responsable", "reseau"),
    "insurer": ("psa-865268J", "assureur"),
}


class Counted(httpx.BaseTransport):
    """This very process answers, and each answer's statements are noted."""

    def __init__(self) -> None:
        self.inner = httpx.WSGITransport(app=posted.application(), raise_app_exceptions=False)
        self.said: list[str] = []
        self.counts: dict[str, list[int]] = defaultdict(list)
        self.last: tuple[str, list[str]] = ("", [])
        self.worst: dict[str, list[str]] = {}

    def note(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(NOT_COUNTED):
            self.said.append(sql)
        return execute(sql, params, many, context)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.said = []
        with connection.execute_wrapper(self.note):
            response = self.inner.handle_request(request)
            response.read()
        name = f"{request.method} {route_of(request.url.path)}"
        if response.status_code < 400:
            self.counts[name].append(len(self.said))
            if len(self.said) >= max(self.counts[name]):
                self.worst[name] = list(self.said)
        return response


def route_of(path: str) -> str:
    try:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)", r"<\1\2>", resolve(path).route).replace("^", "").replace("$", "")
    except Resolver404:
        return path


def main(data: Path, *, only_orders: bool) -> None:
    sell = seller_script()
    counted = Counted()
    service = settings.SERVICE
    seller = sell.Seller(sell.Suite(data), data / "sold")
    lines = {"dealer": seller.dealer, "hub": seller.hub, "insurer": seller.insurer}
    mine = lines[service]
    mine.http = httpx.Client(transport=counted, base_url=mine.base, follow_redirects=service == "dealer", timeout=60)
    seller.log_in()
    if only_orders:
        for words, warranty in ORDERS.items():
            an_order(seller, counted, *warranty)  # warm
            print_order(words, an_order(seller, counted, *warranty))
        return
    orders = {}
    for _ in range(2):
        if service == "dealer":
            orders = {words: an_order(seller, counted, *warranty) for words, warranty in ORDERS.items()}
        seller.sell()
    people = [person_at(sell, data, mine.base, counted, username) for username in PEOPLE[service]]
    if service == "dealer":
        print_and_hear(seller, data, mine)
    if service == "hub":
        walk_the_form(seller, people[0])
    if service == "insurer":
        walk_the_wizard(seller, people[0])
    for window in people:
        look_around(window)
    print_figures(service, counted, orders)


def an_order(seller: Any, counted: Counted, *warranty: str) -> int:
    """Created and closed: the statements of its two posts, their redirects not followed."""
    car = seller.new_car()
    seller.vehicle(car)
    before = {name: len(values) for name, values in counted.counts.items()}
    seller.close(seller.order(car, *warranty))
    spent = {name: values[before.get(name, 0) :] for name, values in counted.counts.items() if name.startswith("POST /bons-de-commande/")}
    return sum(sum(values) for values in spent.values())


def print_and_hear(seller: Any, data: Path, mine: Any) -> None:
    """The paper of a closed order, a search, and what the hub says of its sale, newer by one than it last said."""
    car = seller.new_car()
    seller.vehicle(car)
    order = seller.order(car)
    seller.close(order)
    mine.submit(mine.open(order), "Imprimer", {})
    mine.open(f"/recherche/?q={car.plate}")
    reference = seller.reference_of(order)
    wait_for(lambda: seller.state(reference), 30, "the sale does not reach the hub")
    seller.complete(reference, car, order)
    seller.declare(reference)
    news = wait_for(lambda: news_of(Suite(data), reference), 30, "the hub says nothing of the sale")
    answer = mine.http.post(news.address, content=news.body, headers=news.headers)
    if answer.status_code != 204:
        raise SystemExit(f"{news.address}: {answer.status_code} {answer.text[:500]}")


def person_at(sell: Any, data: Path, base: str, counted: Counted, username: str) -> Any:
    """Somebody logged in, whose browser this process answers."""
    window = sell.Browser(base)
    window.http = httpx.Client(transport=counted, base_url=base, follow_redirects=False, timeout=60)
    login = sell.Suite(data).login(settings.SERVICE, username)
    window.submit(window.open("/connexion/"), "Connexion", {"Nom d’utilisateur": login["username"], "Mot de passe": login["password"]})
    return window


def walk_the_form(seller: Any, window: Any) -> None:
    """The hub's steps, pressed by a seller."""
    car = seller.new_car()
    seller.vehicle(car)
    order = seller.order(car)
    seller.close(order)
    reference = seller.reference_of(order)
    wait_for(lambda: seller.state(reference), 30, "the sale does not reach the hub")
    seller.complete(reference, car, order)
    with everywhere():
        key = apps.get_model("declarations", "Sale").objects.get(reference=reference).pk
    window.submit(window.open(f"/vente/{key}/"), "Page Suivante", {})
    window.submit(window.open(f"/vente/{key}/formulaire/"), "Déclarer et Garantir", {})
    wait_for(lambda: seller.state(reference)["quote"], 30, "no devis")
    for page in ("resultat/", "resultat/etat/", "fiche/"):
        window.open(f"/vente/{key}/{page}")


def walk_the_wizard(seller: Any, window: Any) -> None:
    """The portal's steps, pressed by a producer's user."""
    car, reference = seller.new_car(), str(uuid4())
    seller.complete(reference, car, "/0/")
    number = seller.declare(reference)["declaration_number"]
    devis = wait_for(lambda: seller.job(number), 30, "no devis")["jobNumber"]
    for step, button in (("contrat", "Suivant"), ("vehicules", "Suivant"), ("offres", "Sélectionner")):
        window.submit(window.open(f"/devis/{devis}/{step}/"), button, {})
    window.submit(window.open(f"/devis/{devis}/informations/"), "Oui", {})
    for page in ("acheter", "confirmation"):
        window.open(f"/devis/{devis}/{page}/")


def look_around(window: Any) -> None:
    """Every page that a link leads to, some of each kind."""
    waiting, known, seen = ["/"], {"/"}, defaultdict(int)
    while waiting:
        address = waiting.pop(0)
        route = route_of(address.partition("?")[0])
        if seen[route] >= SAMPLES:
            continue
        seen[route] += 1
        answer = window.http.get(address)
        if answer.status_code >= 500:
            raise SystemExit(f"{address}: {answer.status_code}")
        if "location" in answer.headers:
            found = [answer.headers["location"]]
        elif "html" in answer.headers.get("content-type", ""):
            found = re.findall(r'(?:href|hx-get)="(/[^"#]*)', answer.text)
        else:
            continue
        for link in (one.replace("&amp;", "&") for one in found):
            if link not in known and link.startswith("/") and not link.startswith(("/static/", "/api/")):
                known.add(link)
                waiting.append(link)


def print_figures(service: str, counted: Counted, orders: dict[str, int]) -> None:
    for one in lines_of(service, counted):
        print(json.dumps(asdict(one)))
    for name, spent in orders.items():
        print_order(name, spent)
    for name, said in counted.worst.items():
        if len(said) > MOST:
            print(
                f"{name}:\n  " + "\n  ".join(re.sub(r"SELECT .*? FROM", "SELECT … FROM", " ".join(sql.split()))[:160] for sql in said),
                file=sys.stderr,
            )


def print_order(name: str, spent: int) -> None:
    words = "created and closed, sans garantie label" if name == PLAIN else "with a label: its sale at the hub, message and job are in it"
    print(json.dumps(asdict(figure(name, [spent], "SQL", MOST_FOR_AN_ORDER if name == PLAIN else None, words=words))))


def lines_of(service: str, counted: Counted) -> Iterator[Any]:
    """Of each page the worst; the API's too. Actions have a budget only where they are pages."""
    for name, values in sorted(counted.counts.items(), key=lambda item: (item[0].split()[0] != "GET", item[0])):
        yield figure(f"sql.{service}.{dotted(name)}", [max(values)], "SQL", MOST if name.startswith("GET") else None, words=name)
    for action, (services, route, *_) in ACTIONS.items():
        if services[0] == service:
            if route not in counted.counts:
                raise SystemExit(f"{action}: {route} was not asked, only {', '.join(counted.counts)}")
            yield figure(f"action.{action}.sql", counted.counts[route], "SQL", words=route)


if __name__ == "__main__":
    main(Path(sys.argv[1]), only_orders="orders" in sys.argv[2:])
