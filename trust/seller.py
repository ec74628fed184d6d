"""Sellers of two dealers at work: each sale goes step by step, each step is asked again with the same keys until its outcome is known."""

import json
import random
import re
import threading
import time
import urllib.parse
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.journeys.running import Suite, seller_script
from tests.journeys.stock import copy_car

from .proxy import PATIENCE_OF_CLIENTS

sell = seller_script()

OPEN_SALES = 11  # each seller keeps so many going: most of them wait, for a process that died or a message that was lost
LOOK_AGAIN, LONGEST_LOOK = 6.0, 12.0  # seconds between two looks at what must come by itself, more each time
ASK_AGAIN, LONGEST, REST, NO_ROOM = 0.8, 4.0, 0.1, 0.3  # seconds
AT_ONCE = 6  # sellers at one service, which answers eight at once; the others go on elsewhere meanwhile, also while it is frozen
LOOK_AROUND = 16  # sales between two looks at lists
SLOWLY = 16  # and between two of which each step is a seller's: their car is entered by its form, they are opened at the hub by Garantir
REFERENCE = """SELECT sale_reference::text AS reference FROM orders_order JOIN sites_site AS site ON site.id = site_id
    WHERE number = %s::bigint AND network_code = %s"""
STOCKED = "S"  # how the stock numbers begin of cars that are there before the first sale
LETTERS = "ABCDEFGHJKLMNPQRTVXYZ"
GROUPS: dict[str, dict[str, str]] = {
    "A": {
        "user": "hakim", "site": "DEMO CDDS SPOTICAR", "network_code": "FR10350", "producer": "865268J", "buyer": "ZZACHETEURDEA",
        "vin": "VR3TRUSTAA", "hub_seller": "HAKIM AB", "hub_user": "hakim",
    },
    "B": {
        "user": "b-vendeur", "site": "MARQUEUR-B SITE 1", "network_code": "FR90001", "producer": "712345K", "buyer": "ZZACHETEURDEB",
        "vin": "VR3TRUSTBB", "hub_seller": "VENDEUR DU GROUPE B", "hub_user": "vendeur-b",
    },
}  # fmt: skip


class Unknown(Exception):
    """It may have been done, or not."""


class NotYet(Exception):
    """What is waited for is not there."""


class Refused(Exception):
    """A definite no."""


class History:
    """One JSON line per event, on the disk before anything else happens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open(path, "a", buffering=1, encoding="utf-8")  # noqa: SIM115  # closed with the run
        self._lock = threading.Lock()
        self.counts: Counter[tuple[str, str]] = Counter()

    def say(self, event: str, step: str, sale: "Sale", **facts: Any) -> None:
        line = {"at": round(time.time(), 3), "event": event, "step": step, "sale": sale.vin, "group": sale.group, **facts}
        with self._lock:
            if self._file.closed:
                return  # a seller who still waits for an answer when all is judged
            self.counts[step, event] += 1
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()

    def leak(self, reader: str, of: str, where: str) -> None:
        with self._lock:
            if self._file.closed:
                return
            self.counts["look", "leak"] += 1
            self._file.write(json.dumps({"event": "leak", "step": "look", "group": reader, "of": of, "where": where}) + "\n")

    def close(self) -> None:
        with self._lock:
            self._file.close()


class Sale:
    """Its names and keys are chosen before the first word is said."""

    def __init__(self, group: str, number: int) -> None:
        self.group, self.number = group, number
        self.facts = GROUPS[group]
        self.vin = f"{self.facts['vin']}{number:07d}"
        rest, digits = divmod(number, 999)
        letters = "".join(LETTERS[rest // len(LETTERS) ** place % len(LETTERS)] for place in range(3))
        self.plate = f"{'T' if group == 'A' else 'V'}{letters[2]}-{digits + 1:03d}-{letters[1]}{letters[0]}"
        self.mileage = 1000 + number % 50_000
        self.first_name = "N" + "".join(chr(65 + int(digit)) for digit in str(number))
        self.keys = {step: str(uuid.uuid4()) for step in ("car", "order", "declare", "buy")}
        self.is_slow = number % SLOWLY == 0
        self.step, self.due, self.tries, self.looks = 0, 0.0, 0, 0
        self.car = self.order = self.reference = self.declaration = self.job = self.policy = ""
        self.is_over = False


class Seller(threading.Thread):
    """One person at a dealer, and that dealer's software at the hub and the insurer."""

    def __init__(self, world: "World", group: str, name: str) -> None:
        super().__init__(daemon=True, name=name)
        self.world, self.group, self.facts = world, group, GROUPS[group]
        self.chance = random.Random(f"{world.seed} {name}")  # noqa: S311
        self.dealer = world.browser("dealer")
        self.hub, self.insurer = world.api("hub", group), world.api("insurer", group)
        self.other = "B" if group == "A" else "A"
        self.forms: dict[str, tuple[str, dict[str, list[str]]]] = {}
        self.store: psycopg.Connection[dict[str, Any]] | None = None
        self.open: list[Sale] = []
        self.sold = 0
        self.steps: list[tuple[str, str, Callable[[Sale], dict[str, Any]]]] = [
            ("car", "dealer", self.enter_car), ("order", "dealer", self.close_order), ("reference", "dealer", self.read_reference),
            ("arrive", "hub", self.see_arrived), ("launch", "dealer", self.launch), ("complete", "hub", self.complete),
            ("declare", "hub", self.declare), ("quote", "insurer", self.see_quoted), ("price", "insurer", self.price),
            ("buy", "insurer", self.buy),
        ]  # fmt: skip

    def run(self) -> None:
        while not self.world.over.is_set():
            if not self.forms and not self._came_in():
                continue
            while len(self.open) < OPEN_SALES and not self.world.closing.is_set():
                self.open.append(self.world.new_sale(self.group))
            if not self.open:
                return
            now = time.monotonic()
            due = [sale for sale in self.open if sale.due <= now]
            for sale in due:
                if self.world.over.is_set():
                    return
                room = self.world.rooms[self.steps[sale.step][1]]
                if room.acquire(blocking=False):
                    try:
                        self.advance(sale)
                    finally:
                        room.release()
                else:
                    sale.due = time.monotonic() + self.chance.uniform(0.5, 1.5) * NO_ROOM
            self.open = [sale for sale in self.open if not sale.is_over]
            if not due:
                time.sleep(REST)

    def _came_in(self) -> bool:
        try:
            self.come_in()
        except (sell.NotSold, sell.Unwell, Unknown, httpx.HTTPError):
            time.sleep(ASK_AGAIN)
            return False
        return True

    def come_in(self) -> None:
        """Log-in, and the two forms as a browser would send them, once: afterwards only what differs is filled in."""
        login = self.world.login("dealer", self.facts["user"])
        page = self.dealer.open("/connexion/")
        done = self.dealer.submit(page, "Connexion", {"Nom d’utilisateur": login["username"], "Mot de passe": login["password"]})
        if "/connexion/" in done.address:
            raise sell.Unwell("not in")
        today = sell.french(self.world.today)
        first, until = date(self.world.today.year - 3, 9, 14), date(self.world.today.year - 1, 9, 14)
        car = {
            "Site": self.facts["site"], "Marque": "PEUGEOT", "Modèle": "2008", "Version": "1.2 PureTech 110", "Genre": "VP",
            "Énergie": "Diesel", "1re immatriculation": sell.french(first), "Puissance DIN": "50",
            "Fin de garantie constructeur": sell.french(until), "Km garantie constructeur": "100000", "Prix de vente TTC": "16 450,00",
        }  # fmt: skip
        order = {
            "Garantie": "Spoticar Premium 12 mois", "Civilité": "Monsieur", "Nom": self.facts["buyer"], "Adresse": "RUE SPOTICAR",
            "Code postal": "75010", "Ville": "PARIS", "E-mail": "acheteur@example.org", "Tél. fixe": "01 99 00 12 34",
            "Prix de vente TTC": "16 450,00", "Prix négocié TTC": "16 450,00", "Date de livraison": today,
        }  # fmt: skip
        car_form = self._filled("/vehicules/nouveau/", "Valider", car)
        self.forms = {"order": self._filled("/bons-de-commande/nouveau/", "Enregistrer", order), "car": car_form}

    def fill_the_stock(self, cars: int) -> None:
        """Before anything goes wrong: a car by its form, and as it those of the sales to come, which have numbers below `cars`."""
        model = Sale(self.group, 0)
        while model.step == 0:
            self.advance(model)
        head = model.plate[0]
        tail = [f"substr('{LETTERS}', (n / 999 / {len(LETTERS) ** place} %% {len(LETTERS)})::int + 1, 1)" for place in range(3)]
        copy_car(
            self.world.suite, model.plate, [number for number in range(1, cars) if number % SLOWLY], stock_number=f"'{STOCKED}{self.group}' || n",
            vin=f"'{self.facts['vin']}' || lpad(n::text, 7, '0')",
            plate=f"'{head}' || {tail[2]} || '-' || lpad((n %% 999 + 1)::text, 3, '0') || '-' || {tail[1]} || {tail[0]}",
        )  # fmt: skip

    def _filled(self, address: str, button: str, typed: dict[str, str]) -> tuple[str, dict[str, list[str]]]:
        page = self.dealer.open(address)
        form, left = page.form_with(button), dict(typed)
        data: dict[str, list[str]] = {}
        for control in form.controls:
            value = self.dealer._value(control, left)
            if control.name and value is not None:
                data.setdefault(control.name, []).append(value)
        if left:
            raise SystemExit(f"{address} has no field {list(left)}: {[control.label for control in form.controls if control.label]}")
        return form.action, data

    def advance(self, sale: Sale) -> None:
        step, _, act = self.steps[sale.step]
        self.world.history.say("invoke", step, sale)
        try:
            facts = act(sale)
        except NotYet:
            sale.due = time.monotonic() + min(LONGEST_LOOK, LOOK_AGAIN * 1.5**sale.looks)
            sale.looks += 1
        except (Unknown, httpx.HTTPError) as trouble:
            self.world.history.say("info", step, sale, why=str(trouble)[:200] or type(trouble).__name__)
            sale.due = time.monotonic() + min(LONGEST, ASK_AGAIN * 1.5**sale.tries) * self.chance.uniform(0.5, 1.5)
            sale.tries += 1
        except Refused as refusal:
            self.world.history.say("fail", step, sale, why=str(refusal)[:400])
            sale.is_over = True
        else:
            self.world.history.say("ok", step, sale, **facts)
            sale.step, sale.tries, sale.looks = sale.step + 1, 0, 0
            if sale.step == len(self.steps):
                sale.is_over = True
                self.sold += 1
                if self.sold % LOOK_AROUND == 1:
                    self.look_around()

    # The steps

    def enter_car(self, sale: Sale) -> dict[str, Any]:
        if not sale.is_slow and sale.number < self.world.stocked:
            return {}
        sale.car = self._post("car", sale, {"plate": sale.plate, "vin": sale.vin, "mileage_km": str(sale.mileage)})
        return {"car": sale.car}

    def close_order(self, sale: Sale) -> dict[str, Any]:
        more = {
            "stock_number": sale.plate, "first_name": sale.first_name, "mileage_km": str(sale.mileage), "act": "close",
            "print_name": "",
        }  # fmt: skip
        sale.order = self._post("order", sale, more)
        return {"order": sale.order.rstrip("/").rpartition("/")[2]}

    def _post(self, form: str, sale: Sale, typed: dict[str, str]) -> str:
        if not self.forms:
            raise Unknown("not logged in")
        action, data = self.forms[form]
        data = data | {name: [value] for name, value in typed.items()} | {"creation_key": [sale.keys[form]]}
        response = self.dealer.http.post(
            action, data=data, headers={"referer": self.dealer.base + "/", "origin": self.world.public["dealer"]}, follow_redirects=False
        )
        self.scan(response)
        if response.status_code in (302, 303):
            where = response.headers["location"]
            if "/connexion/" in where:
                self.forms = {}  # the round begins with another log-in
                raise Unknown("the session was gone")
            return str(where)
        if response.status_code == 422:
            said = re.search(r"error-summary.*?</div>", response.text, re.S)
            raise Refused(" ".join(re.sub(r"<[^>]+>", " ", said.group() if said else response.text[:2000]).split()))
        raise Unknown(f"{response.status_code}")

    def read_reference(self, sale: Sale) -> dict[str, Any]:
        sale.reference = self._reference_on_its_page(sale) if sale.is_slow else self._reference_in_the_store(sale)
        sale.due = time.monotonic() + LOOK_AGAIN
        return {"reference": sale.reference}

    def _reference_on_its_page(self, sale: Sale) -> str:
        response = self.dealer.http.get(sale.order)
        self.scan(response)
        said = re.search(r'data-sale-reference="([^"]+)"', response.text)
        if response.status_code == 404:
            raise Refused("an acknowledged order is unknown")
        if not said:
            raise Unknown(f"{response.status_code}")
        return said.group(1)

    def _reference_in_the_store(self, sale: Sale) -> str:
        """Past the wall, as what is compared afterwards."""
        try:
            self.store = self.store or self.world.look_into("dealer")
            row = self.store.execute(REFERENCE, [sale.order.rstrip("/").rpartition("/")[2], self.facts["network_code"]]).fetchone()
        except psycopg.Error as trouble:
            if self.store:
                self.store.close()
            self.store = None
            raise Unknown(f"the store: {trouble}") from trouble
        if row is None:
            raise Refused("an acknowledged order is unknown")
        return str(row["reference"])

    def see_arrived(self, sale: Sale) -> dict[str, Any]:
        response = self.ask(self.hub, "GET", f"/api/v1/sales/{sale.reference}", expect=(200, 404))
        if response.status_code == 404:
            raise NotYet
        return {}

    def launch(self, sale: Sale) -> dict[str, Any]:
        """Some of them are opened at the hub by Garantir, as by a seller who wants to see: an address that lets in once."""
        if not sale.is_slow:
            return {}
        try:
            page = self.dealer.open(sale.car)
            labels = {control.label for control in page.form_with("Valider et ouvrir").controls}
            login = self.world.login("hub", self.facts["hub_user"])
            typed = {"Identifiant": login["username"], "Mot de passe": login["password"]} if "Mot de passe" in labels else {}
            address = str(self.dealer.submit(page, "Valider et ouvrir", typed, follow=False).address)
        except (sell.NotSold, sell.Unwell) as trouble:
            raise Unknown(f"Garantir: {trouble}") from trouble
        if "/entree/" not in address:
            raise Unknown(f"Garantir leads to {address}")
        window = self.world.window("hub")
        try:
            entrance = window.open(urllib.parse.urlsplit(address).path)
            opened = window.submit(entrance, "Continuer", {})
        except (sell.NotSold, sell.Unwell) as trouble:
            raise Unknown(f"the launch: {trouble}") from trouble  # used up by an answer that was lost: press again
        finally:
            window.http.close()
        path = urllib.parse.urlsplit(opened.address).path
        self.scan_page(path, opened.html)
        if sale.plate not in opened.html:
            raise Unknown(f"the launch shows another page: {opened.address}")
        return {"opened": path}

    def complete(self, sale: Sale) -> dict[str, Any]:
        today = self.world.today
        words = {
            "network_code": self.facts["network_code"], "order_number": sale.order.rstrip("/").rpartition("/")[2],
            "seller": self.facts["hub_seller"],
            "buyer": {
                "title": "MR", "last_name": self.facts["buyer"], "first_name": sale.first_name, "email": "acheteur@example.org",
                "phone": "+33199001234", "address": "RUE SPOTICAR", "postcode": "75010", "city": "PARIS", "country": "FR",
            },
            "vehicle": {
                "kind": "VP", "plate": sale.plate, "make": "PEUGEOT", "model": "2008", "version": "1.2 PureTech 110",
                "first_registered_on": f"{today.year - 3}-09-14", "fuel": "DIESEL", "din_power_hp": 50, "vin": sale.vin,
                "mileage_km": sale.mileage, "four_wheel_drive": False, "manufacturer_warranty_until": f"{today.year - 1}-09-14",
                "manufacturer_warranty_km": 100000,
            },
            "price_gross": "16450.00", "ordered_on": today.isoformat(), "delivery_on": today.isoformat(),
            "warranty": {"level": "SPOTICAR_PREMIUM", "months": 12}, "consent": "EMAIL", "sale_origin": "TRADE_IN_ON_NEW",
            "guarantor": "stellantis",
        }  # fmt: skip
        said = self._json(self.ask(self.hub, "PUT", f"/api/v1/sales/{sale.reference}", words, expect=(200, 201)))
        if said.get("missing"):
            raise Refused(f"missing: {said['missing']}")
        return {}

    def declare(self, sale: Sale) -> dict[str, Any]:
        response = self.ask(self.hub, "POST", f"/api/v1/sales/{sale.reference}/declare", {}, key=sale.keys["declare"])
        sale.declaration = str(self._json(response)["declaration_number"])
        sale.due = time.monotonic() + LOOK_AGAIN
        return {"declaration": sale.declaration}

    def see_quoted(self, sale: Sale) -> dict[str, Any]:
        found = self._json(self.ask(self.insurer, "GET", f"/rest/job/v1/jobs?filter=externalReference:eq:{sale.declaration}"))["data"]
        if not found:
            raise NotYet
        sale.job = str(found[0]["attributes"]["id"])
        return {"quote": found[0]["attributes"]["jobNumber"]}

    def price(self, sale: Sale) -> dict[str, Any]:
        response = self.ask(self.insurer, "POST", f"/rest/job/v1/jobs/{sale.job}/quote")
        return {"premium": self._json(response)["data"]["attributes"]["totalPremium"]["amount"]}

    def buy(self, sale: Sale) -> dict[str, Any]:
        path = f"/rest/job/v1/jobs/{sale.job}/bind-and-issue"
        response = self.ask(self.insurer, "POST", path, {}, key=sale.keys["buy"], expect=(200, 201))
        sale.policy = str(self._json(response)["data"]["attributes"]["policyNumber"])
        return {"policy": sale.policy}

    # What the other dealer must not see of us, nor we of it

    def look_around(self) -> None:
        ours, theirs = self.world.latest(self.group), self.world.latest(self.other)
        pages = ["/bons-de-commande/?seller=", "/vehicules/", f"/recherche/?q={GROUPS[self.other]['vin']}"]
        if theirs and theirs.order:
            pages.append(theirs.order)
        try:
            for page in pages:
                response = self.dealer.http.get(page)
                self.scan(response, asked=True)
            if theirs and theirs.reference:
                self.scan(self.ask(self.hub, "GET", f"/api/v1/sales/{theirs.reference}", expect=(200, 404)), asked=True)
            if theirs and theirs.declaration:
                path = f"/rest/job/v1/jobs?filter=externalReference:eq:{theirs.declaration}"
                found = self._json(self.ask(self.insurer, "GET", path))["data"]
                if found:
                    self.world.history.leak(self.group, self.other, path)
            if ours and ours.policy and theirs and theirs.policy:
                self.scan(self.ask(self.insurer, "GET", f"/rest/policy/v1/policies/{theirs.policy}", expect=(200, 404)), asked=True)
        except (Unknown, Refused, httpx.HTTPError):
            return

    def scan(self, response: httpx.Response, *, asked: bool = False) -> None:
        self.scan_page(str(response.url.path), response.text, asked=asked)

    def scan_page(self, path: str, text: str, *, asked: bool = False) -> None:
        """The other dealer's marks stand in every buyer's name and VIN; what was asked for may be repeated, a row may not."""
        marks = [GROUPS[self.other]["buyer"]] + ([] if asked else [GROUPS[self.other]["vin"]])
        if asked:
            marks.append(GROUPS[self.other]["vin"] + "0")
        for mark in marks:
            if mark in text:
                self.world.history.leak(self.group, self.other, path)
                return

    # HTTP

    def ask(
        self, api: Any, method: str, path: str, words: Any = None, *, key: str = "", expect: tuple[int, ...] = (200,)
    ) -> httpx.Response:
        if not api.token:
            self._new_token(api)
        headers = {"authorization": f"Bearer {api.token}"} | ({"idempotency-key": key} if key else {})
        response: httpx.Response = api.http.request(method, path, json=words, headers=headers)
        self.scan(response, asked=True)
        if response.status_code == 401:
            api.token = ""
            raise Unknown("401")
        if response.status_code >= 500 or response.status_code in (408, 425, 429):
            raise Unknown(str(response.status_code))
        if response.status_code == 409 and "retry-after" in response.headers:
            raise Unknown("still running")
        if "json" not in response.headers.get("content-type", ""):
            raise Unknown(f"not JSON: {response.status_code}")
        if response.status_code not in expect:
            raise Refused(f"{method} {path}: {response.status_code} {response.text}")
        return response

    def _new_token(self, api: Any) -> None:
        data = {"grant_type": "client_credentials", "scope": api.scopes}
        response = api.http.post("/oauth/token/", data=data, auth=api.client)
        if response.status_code != 200:
            raise Unknown(f"token: {response.status_code}")
        api.token = str(self._json(response)["access_token"])

    @staticmethod
    def _json(response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError as error:
            raise Unknown("not JSON") from error


class World:
    """What all sellers share: where the services are, today, the history, the next number."""

    def __init__(
        self, seed: int, suite: Suite, true: dict[str, str], public: dict[str, str], doors: dict[str, str], history: History
    ) -> None:
        self.seed, self.demo, self.history = seed, suite.demo, history
        self.suite, self.stocked = suite, 0  # sales below this number are of cars that are there
        self.true, self.public, self.doors = true, public, doors  # where the services listen, say they are, and the sellers go
        self.today = sell.day_of(self.demo)
        self.closing, self.over = threading.Event(), threading.Event()
        self.rooms = {service: threading.Semaphore(AT_ONCE) for service in true}
        self.lines: list[httpx.Client | psycopg.Connection[dict[str, Any]]] = []  # to be closed at the end
        self._next: Counter[str] = Counter()
        self._latest: dict[str, list[Sale]] = {"A": [], "B": []}
        self._lock = threading.Lock()

    def new_sale(self, group: str) -> Sale:
        with self._lock:
            self._next[group] += 1
            sale = Sale(group, self._next[group])
            self._latest[group] = [*self._latest[group], sale][-40:]
            return sale

    def latest(self, group: str) -> Sale | None:
        """One that has had time to go far."""
        return self._latest[group][0] if self._latest[group] else None

    def login(self, service: str, username: str) -> dict[str, str]:
        return next(one for one in self.demo["logins"] if (one["service"], one["username"]) == (service, username))

    def look_into(self, service: str) -> "psycopg.Connection[dict[str, Any]]":
        store = self.suite.inside(service)
        self.lines.append(store)
        return store

    def browser(self, service: str) -> Any:
        """One that lasts as long as the run."""
        window = self.window(service)
        self.lines.append(window.http)
        return window

    def window(self, service: str) -> Any:
        window = sell.Browser(self.doors[service])
        window.http.close()
        window.http = httpx.Client(base_url=self.doors[service], follow_redirects=True, timeout=PATIENCE_OF_CLIENTS, trust_env=False)
        window.http.event_hooks = {"request": [partial(self._as_from_the_public_address, self.public[service])]}
        return window

    @staticmethod
    def _as_from_the_public_address(address: str, request: httpx.Request) -> None:
        if request.method == "POST":
            request.headers["origin"] = address
            request.headers["referer"] = address + "/"

    def api(self, service: str, group: str) -> Any:
        known = next(one for one in self.demo["api_clients"] if (one["service"], one["group"]) == (service, group))
        line = sell.Api(self.doors[service], known["client_id"], known["client_secret"], known["scopes"])
        line.http.close()
        line.http = httpx.Client(base_url=self.doors[service], timeout=PATIENCE_OF_CLIENTS, trust_env=False)
        self.lines.append(line.http)
        return line
