"""Sell cars through a running suite, as a seller and two programs would: forms at the dealer, APIs at the hub and the insurer.

It knows addresses, labels and contracts, nothing else: it imports nothing of the product and opens no database.
"""

import argparse
import hashlib
import json
import random
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import httpx

PATIENCE_SECONDS = 180  # for one sale
PAUSE_SECONDS = 0.25
LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"


class NotSold(Exception):
    """Why this sale has no policy, in a sentence."""


class Refused(NotSold):
    """A page that says no: what it says is on it."""

    def __init__(self, sentence: str, page: "Page") -> None:
        super().__init__(sentence)
        self.page = page


class Unwell(Exception):
    """The service did not answer, or said that it could not now: ask again."""


# --- a browser's essentials -------------------------------------------------------------------------------------------


@dataclass
class Control:
    name: str
    kind: str
    value: str = ""
    label: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    checked: bool = False


@dataclass
class Form:
    action: str
    method: str
    controls: list[Control] = field(default_factory=list)
    buttons: list[Control] = field(default_factory=list)


class Page(HTMLParser):
    """The forms, links and text of a page."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address, self.html = address, html
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.text = ""
        self._labels: dict[str, str] = {}
        self._ids: dict[str, Control] = {}
        self._outside: list[tuple[str, Control]] = []  # controls that name their form
        self._form_ids: dict[str, Form] = {}
        self._open: list[tuple[str, Any]] = []
        self.feed(html)
        for owner, control in self._outside:
            if owner in self._form_ids:
                (self._form_ids[owner].buttons if control.kind == "submit" else self._form_ids[owner].controls).append(control)
        for id_, control in self._ids.items():
            control.label = control.label or " ".join(self._labels.get(id_, "").replace("*", " ").split())
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(urljoin(self.address, said.get("action") or self.address), said.get("method", "get").lower()))
            self._form_ids[said.get("id", "")] = self.forms[-1]
            self._open.append(("form", self.forms[-1]))
        elif tag in ("input", "select", "textarea", "button"):
            kind = tag if tag in ("select", "textarea") else said.get("type", "submit" if tag == "button" else "text")
            control = Control(said.get("name", ""), kind, said.get("value", ""), said.get("aria-label", ""), checked="checked" in said)
            if "disabled" not in said:
                self._keep(control, said)
            if tag != "input":
                self._open.append((tag, control))
        elif tag == "option" and (select := self._inner("select")):
            select.options.append((said.get("value", ""), ""))
            if "selected" in said or len(select.options) == 1:
                select.value = said.get("value", "")
            self._open.append(("option", select))
        elif tag in ("label", "a"):
            self._open.append((tag, [said.get("for") or said.get("href", ""), ""]))

    def handle_endtag(self, tag: str) -> None:
        for i in range(len(self._open) - 1, -1, -1):
            if self._open[i][0] == tag:
                if tag == "label":
                    self._labels[self._open[i][1][0]] = self._open[i][1][1]
                elif tag == "a":
                    self.links.append((" ".join(self._open[i][1][1].split()), urljoin(self.address, self._open[i][1][0])))
                del self._open[i:]
                break

    def handle_data(self, data: str) -> None:
        self.text += data
        for tag, thing in self._open:
            if tag in ("label", "a"):
                thing[1] += data
            elif tag == "textarea":
                thing.value += data
            elif tag == "button":
                thing.label += data
            elif tag == "option":
                value, words = thing.options[-1]
                thing.options[-1] = (value, words + data)

    def _keep(self, control: Control, said: dict[str, str]) -> None:
        is_button = control.kind in ("submit", "button")
        if owner := said.get("form"):
            self._outside.append((owner, control))
        elif form := self._inner("form"):
            (form.buttons if is_button else form.controls).append(control)
        if said.get("id") and not is_button:
            self._ids[said["id"]] = control

    def _inner(self, tag: str) -> Any:
        return next((thing for kind, thing in reversed(self._open) if kind == tag), None)

    def form_with(self, button: str) -> Form:
        for form in self.forms:
            if any(button.lower() in " ".join(each.label.split()).lower() for each in form.buttons):
                return form
        raise NotSold(f"no form with a button « {button} » at {self.address}: {self.text[:300]}")

    def link(self, words: str) -> str:
        for text, address in self.links:
            if words.lower() in text.lower():
                return address
        raise NotSold(f"no link « {words} » at {self.address}")


class Browser:
    """Cookies, forms, redirects. It does not run scripts."""

    def __init__(self, base: str) -> None:
        self.http = httpx.Client(base_url=base, follow_redirects=True, timeout=30, trust_env=False)
        self.base = base

    def open(self, address: str) -> Page:
        return self._page(lambda: self.http.get(address))

    def submit(self, page: Page, button: str, typed: dict[str, str], *, follow: bool = True) -> Page:
        form = page.form_with(button)
        data: dict[str, list[str]] = {}
        left = dict(typed)
        for control in form.controls:
            value = self._value(control, left)
            if control.name and value is not None:
                data.setdefault(control.name, []).append(value)
        for each in form.buttons:
            if each.name and button.lower() in " ".join(each.label.split()).lower():
                data.setdefault(each.name, []).append(each.value)
        if left:
            raise NotSold(f"no field labelled {', '.join(left)} at {page.address}: {[c.label for c in form.controls if c.label]}")
        headers = {"referer": page.address, "origin": self.base}
        if form.method == "get":
            return self._page(lambda: self.http.get(form.action, params=data))
        return self._page(lambda: self.http.post(form.action, data=data, headers=headers, follow_redirects=follow))

    @staticmethod
    def _value(control: Control, left: dict[str, str]) -> str | None:
        said = re.sub(r", (en .+|à compléter)$", "", control.label)  # what else a screen reader says: unit, state
        wanted = next((label for label in left if label in (said, control.name)), None)
        if wanted is None:
            if control.kind in ("checkbox", "radio"):
                return (control.value or "on") if control.checked else None
            return control.value if control.kind not in ("submit", "button", "file") else None
        typed = left.pop(wanted)
        if control.kind == "select":
            for value, words in control.options:
                if typed.lower() in " ".join(words.split()).lower():
                    return value
            raise NotSold(f"« {wanted} » does not offer « {typed} » but {[words.strip() for _, words in control.options]}")
        if control.kind == "checkbox":
            return (control.value or "on") if typed else None
        return typed

    def _page(self, ask: Callable[[], httpx.Response]) -> Page:
        try:
            response = ask()
        except httpx.TransportError as error:
            raise Unwell(f"{self.base}: {error}") from error
        if response.status_code >= 500 or response.status_code == 429:
            raise Unwell(f"{response.url}: {response.status_code}")
        if response.status_code in (302, 303):
            return Page(response.headers["location"], "")
        page = Page(str(response.url), response.text)
        if response.status_code >= 400:
            said = re.search(r"error-summary.*?</div>", response.text, re.S)
            words = " ".join(re.sub(r"<[^>]+>", " ", said.group() if said else page.text[:400]).split())
            raise Refused(f"{response.url} refused ({response.status_code}): {words}", page)
        return page


class Api:
    """A program's way in: a token, JSON, problems."""

    def __init__(self, base: str, client_id: str, client_secret: str, scopes: str) -> None:
        self.http = httpx.Client(base_url=base, timeout=30, trust_env=False)
        self.base, self.client, self.scopes, self.token = base, (client_id, client_secret), scopes, ""

    def ask(self, method: str, path: str, words: Any = None, *, key: str = "", accept: tuple[int, ...] = (200, 201, 204)) -> httpx.Response:
        try:
            for fresh in (False, True):
                if not self.token or fresh:
                    self.token = self._new_token()
                headers = {"authorization": f"Bearer {self.token}"} | ({"idempotency-key": key} if key else {})
                response = self.http.request(method, path, json=words, headers=headers)
                if response.status_code != 401:
                    break
        except httpx.TransportError as error:
            raise Unwell(f"{self.base}: {error}") from error
        if response.status_code >= 500 or response.status_code in (408, 425, 429):
            raise Unwell(f"{response.url}: {response.status_code}")
        if response.status_code == 409 and response.headers.get("retry-after"):
            raise Unwell(f"{response.url}: still running")
        if response.status_code not in accept:
            raise NotSold(f"{method} {response.url}: {response.status_code} {response.text[:600]}")
        return response

    def _new_token(self) -> str:
        response = self.http.post("/oauth/token/", data={"grant_type": "client_credentials", "scope": self.scopes}, auth=self.client)
        if response.status_code >= 500:
            raise Unwell(f"{response.url}: {response.status_code}")
        if response.status_code != 200:
            raise NotSold(f"{response.url}: {response.status_code} {response.text[:300]}")
        return str(response.json()["access_token"])


# --- the sale ---------------------------------------------------------------------------------------------------------


@dataclass
class Car:
    vin: str
    plate: str
    first_registered_on: date
    warranty_until: date


def day_of(said: dict[str, Any]) -> date:
    """The demonstration's: its fixed one, or today in Paris, which may not be this machine's."""
    told = said.get("business_date")
    return date.fromisoformat(told) if told else datetime.now(ZoneInfo("Europe/Paris")).date()


class Suite:
    """What demo.json says of a running suite."""

    def __init__(self, data: Path) -> None:
        file = data / "demo.json"
        if not file.is_file():
            raise SystemExit(f"No running demonstration in {data}: start it with bin/run, or name its folder with --data.")
        self.said = json.loads(file.read_text())
        self.today = day_of(self.said)

    def url(self, service: str) -> str:
        return str(self.said["services"][service]["url"])

    def login(self, service: str, username: str) -> dict[str, str]:
        return next(login for login in self.said["logins"] if (login["service"], login["username"]) == (service, username))

    def api(self, service: str, scope: str) -> Api:
        for client in self.said["api_clients"]:
            scopes = client["scopes"] if isinstance(client["scopes"], str) else " ".join(client["scopes"])
            if client["service"] == service and scope in scopes.split():
                return Api(self.url(service), client["client_id"], client["client_secret"], scopes)
        raise SystemExit(f"demo.json names no client of {service} with the scope {scope}")


class Seller:
    """One person with one browser, and the two programs' lines."""

    def __init__(self, suite: Suite, out: Path) -> None:
        self.suite, self.out = suite, out
        self.dealer = Browser(suite.url("dealer"))
        self.hub = suite.api("hub", "sales")
        self.insurer = suite.api("insurer", "policies")
        self.chance = random.Random()  # noqa: S311
        self.started = 0.0

    def say(self, step: str, answer: str, since: float) -> None:
        print(f"  {step:<34} {answer:<60} {time.monotonic() - since:6.2f} s", flush=True)

    def steadily(self, step: str, act: Callable[[], Any], shown: Callable[[Any], str] = str) -> Any:
        """Do it, again after a pause while the service is unwell, until this sale's patience is over."""
        since = time.monotonic()
        while True:
            try:
                done = act()
                self.say(step, shown(done), since)
                return done
            except Unwell as trouble:
                if time.monotonic() - self.started > PATIENCE_SECONDS:
                    raise NotSold(f"{step}: {trouble}") from trouble
                time.sleep(PAUSE_SECONDS)

    def until(self, step: str, look: Callable[[], Any], shown: Callable[[Any], str] = str) -> Any:
        """Look again and again until there is something to see."""

        def seen() -> Any:
            found = look()
            if not found:
                raise Unwell("not there yet")
            return found

        return self.steadily(step, seen, shown)

    def log_in(self) -> None:
        login = self.suite.login("dealer", "hakim")
        self.started = time.monotonic()

        def act() -> str:
            page = self.dealer.open("/connexion/")
            done = self.dealer.submit(page, "Connexion", {"Nom d’utilisateur": login["username"], "Mot de passe": login["password"]})
            if "/connexion/" in done.address:
                raise NotSold(f"the log-in was refused: {done.text[:200]}")
            return done.address

        self.steadily("Jupiter: log-in", act)

    def sell(self) -> Path:
        self.started = time.monotonic()
        car = self.new_car()
        vehicle = self.steadily("Jupiter: vehicle", lambda: self.vehicle(car))
        order = self.steadily("Jupiter: order form", lambda: self.order(car))
        self.steadily("Jupiter: Clôturer", lambda: self.close(order))
        reference = self.steadily("Jupiter: sale reference", lambda: self.reference_of(order))
        self.until("Hub: sale received", lambda: self.state(reference), lambda state: str(state["state"]))
        launch = self.until("Jupiter: Garantir", lambda: self.cover(vehicle))
        if not launch.startswith(self.suite.url("hub")):
            raise NotSold(f"Garantir leads to {launch}, not to the hub")
        self.steadily("Hub: consent and origin", lambda: self.complete(reference, car, order))
        declared = self.steadily("Hub: Déclarer et Garantir", lambda: self.declare(reference), lambda said: str(said["declaration_number"]))
        number = declared["declaration_number"]
        quoted = self.until("Insurer: devis created", lambda: self.job(number), lambda job: str(job["jobNumber"]))
        self.steadily("Insurer: devis priced", lambda: self.quote(quoted["id"]))
        policy = self.steadily("Insurer: policy bought", lambda: self.buy(quoted["id"]))
        file = self.steadily("Insurer: policy PDF", lambda: self.document(policy), lambda path: path.name)
        self.until("Jupiter shows the policy", lambda: self.shown(order, policy, file))
        return file

    def new_car(self) -> Car:
        today = self.suite.today
        letters = "".join(self.chance.choices(LETTERS, k=2))
        plate = f"{letters}-{self.chance.randrange(100, 999)}-{''.join(self.chance.choices(LETTERS, k=2))}".replace("SS", "ST")
        plate = plate.replace("WW", "WX", 1) if plate.startswith("WW") else plate
        vin = "VR3UPHNSSKT" + f"{self.chance.randrange(10**6):06d}"
        first = date(today.year - 3, 9, 14)
        return Car(vin, plate, first, first.replace(year=first.year + 2))

    def vehicle(self, car: Car) -> str:
        """Its address. Looked for first: a lost answer is no second car."""
        found = self.dealer.open(f"/vehicules/?plate={car.plate}")
        for text, address in found.links:
            if car.plate in text or (re.search(r"/vehicules/\d+/$", address) and car.plate in found.text):
                return address
        page = self.dealer.open("/vehicules/nouveau/")
        done = self.dealer.submit(
            page,
            "Valider",
            {
                "Site": "DEMO CDDS SPOTICAR",
                "Immatriculation": car.plate,
                "VIN": car.vin,
                "Marque": "PEUGEOT",
                "Modèle": "2008",
                "Version": "1.2 PureTech 110",
                "Genre": "VP",
                "Énergie": "Diesel",
                "1re immatriculation": french(car.first_registered_on),
                "Puissance DIN": "50",
                "Kms": "4500",
                "Fin de garantie constructeur": french(car.warranty_until),
                "Km garantie constructeur": "100000",
                "Prix de vente TTC": "16 450,00",
            },
        )
        return done.address

    def order(self, car: Car, warranty: str = "Spoticar Premium 12 mois") -> str:
        found = self.dealer.open(f"/bons-de-commande/?sold={car.plate}&seller=")
        for text, address in found.links:
            if re.search(r"/bons-de-commande/\d+/$", address) and re.fullmatch(r"\d+", text):
                return address
        page = self.dealer.open(f"/bons-de-commande/nouveau/?vehicle={car.plate}")
        done = self.dealer.submit(
            page,
            "Enregistrer",
            {
                "Garantie": warranty,
                "Civilité": "Monsieur",
                "Nom": "DUPONT",
                "Prénom": "DURANT",
                "Adresse": "RUE SPOTICAR",
                "Code postal": "75010",
                "Ville": "PARIS",
                "E-mail": "durant.dupont@example.org",
                "Tél. fixe": "01 99 00 12 34",
                "Prix négocié TTC": "16 450,00",
                "Date de livraison": french(self.suite.today),
            },
        )
        return done.address

    def close(self, order: str) -> str:
        page = self.dealer.open(order)
        if "Clôturé" in page.text and not any("Clôturer" in button.label for form in page.forms for button in form.buttons):
            return "already closed"
        done = self.dealer.submit(page, "Clôturer", {})
        if "Clôturé" not in done.text:
            raise NotSold(f"the order was not closed: {done.text[:400]}")
        return "Clôturé"

    def reference_of(self, order: str) -> str:
        said = re.search(r'data-sale-reference="([^"]+)"', self.dealer.open(order).html)
        if not said:
            raise NotSold(f"{order} shows no sale reference")
        return said.group(1)

    def cover(self, vehicle: str) -> str:
        """The hub's single-use address. The log-in at the hub is asked the first time only."""
        page = self.dealer.open(vehicle)
        login = self.suite.login("hub", "hakim")
        form = page.form_with("Valider et ouvrir")
        labels = {control.label for control in form.controls}
        typed = {"Identifiant": login["username"], "Mot de passe": login["password"]} if "Mot de passe" in labels else {}
        try:
            return self.dealer.submit(page, "Valider et ouvrir", typed, follow=False).address
        except Refused as refusal:
            if "ne répond pas" in refusal.page.text or "Pas encore" in refusal.page.text:
                raise Unwell("the hub does not answer Jupiter") from refusal
            raise

    def state(self, reference: str) -> dict[str, Any] | None:
        response = self.hub.ask("GET", f"/api/v1/sales/{reference}", accept=(200, 404))
        return response.json() if response.status_code == 200 else None

    def complete(self, reference: str, car: Car, order: str) -> str:
        words = {
            "network_code": "FR10350",
            "order_number": order.rstrip("/").rsplit("/", 1)[-1],
            "seller": "HAKIM AB",
            "buyer": {
                "title": "MR",
                "last_name": "DUPONT",
                "first_name": "DURANT",
                "email": "durant.dupont@example.org",
                "phone": "+33199001234",
                "address": "RUE SPOTICAR",
                "postcode": "75010",
                "city": "PARIS",
                "country": "FR",
            },
            "vehicle": {
                "kind": "VP",
                "plate": car.plate,
                "make": "PEUGEOT",
                "model": "2008",
                "version": "1.2 PureTech 110",
                "first_registered_on": car.first_registered_on.isoformat(),
                "fuel": "DIESEL",
                "din_power_hp": 50,
                "vin": car.vin,
                "mileage_km": 4500,
                "four_wheel_drive": False,
                "manufacturer_warranty_until": car.warranty_until.isoformat(),
                "manufacturer_warranty_km": 100000,
            },
            "price_gross": "16450.00",
            "ordered_on": self.suite.today.isoformat(),
            "delivery_on": self.suite.today.isoformat(),
            "warranty": {"level": "SPOTICAR_PREMIUM", "months": 12},
            "consent": "EMAIL",
            "sale_origin": "TRADE_IN_ON_NEW",
            "guarantor": "stellantis",
        }
        said = self.hub.ask("PUT", f"/api/v1/sales/{reference}", words).json()
        if said["missing"]:
            raise NotSold(f"the hub misses {said['missing']}")
        return "nothing missing"

    def declare(self, reference: str) -> dict[str, Any]:
        key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"declare {reference}"))
        response = self.hub.ask("POST", f"/api/v1/sales/{reference}/declare", {}, key=key, accept=(200, 422))
        if response.status_code == 422 and "profile-not-configured" in response.text:
            profile = {"guarantors": [{"key": "stellantis", "identifier": "865268J"}]}
            self.hub.ask("PUT", "/api/v1/points-of-sale/FR10350/profile", profile)
            response = self.hub.ask("POST", f"/api/v1/sales/{reference}/declare", {}, key=key)
        return dict(response.json())

    def job(self, declaration_number: str) -> dict[str, Any] | None:
        found = self.insurer.ask("GET", f"/rest/job/v1/jobs?filter=externalReference:eq:{declaration_number}").json()
        return found["data"][0]["attributes"] if found["data"] else None

    def quote(self, job_id: str) -> str:
        said = self.insurer.ask("POST", f"/rest/job/v1/jobs/{job_id}/quote", accept=(200, 400)).json()
        if "data" not in said and "Bound" not in json.dumps(said):
            raise NotSold(f"the devis was not priced: {said}")
        return f"{said.get('data', {}).get('attributes', {}).get('totalPremium', {}).get('amount', '?')} €"

    def buy(self, job_id: str) -> str:
        key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"buy {job_id}"))
        said = self.insurer.ask("POST", f"/rest/job/v1/jobs/{job_id}/bind-and-issue", {}, key=key).json()
        return str(said["data"]["attributes"]["policyNumber"])

    def document(self, policy: str) -> Path:
        listed = self.insurer.ask("GET", f"/rest/policy/v1/policies/{policy}/documents").json()["data"]
        first = listed[0]["attributes"]
        content = self.insurer.ask("GET", first["href"]).content
        if hashlib.sha256(content).hexdigest() != first["sha256"] or not content.startswith(b"%PDF-"):
            raise NotSold(f"the document of policy {policy} is not what was issued")
        self.out.mkdir(parents=True, exist_ok=True)
        file = self.out / first["name"]
        file.write_bytes(content)
        return file

    def shown(self, order: str, policy: str, file: Path) -> str:
        page = self.dealer.open(order)
        if policy not in page.text:
            return ""
        for text, address in page.links:
            if file.name in text:
                try:
                    same = self.dealer.http.get(address).content == file.read_bytes()
                except httpx.TransportError as error:
                    raise Unwell(str(error)) from error
                return f"police {policy}, same PDF" if same else ""
        return ""


def french(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def sales(seller: Seller, count: int) -> Iterator[bool]:
    for i in range(count):
        start = time.monotonic()
        print(f"Sale {i + 1} of {count}")
        try:
            file = seller.sell()
        except NotSold as reason:
            print(f"  NOT SOLD: {reason}", flush=True)
            yield False
        else:
            print(f"  → {file}   {time.monotonic() - start:.2f} s in all", flush=True)
            yield True


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/sell", description="Sell cars through a running suite, order form to policy PDF.")
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parent.parent / "var", help="the suite's data folder")
    parser.add_argument("--count", type=int, default=1, help="how many sales, one after another")
    parser.add_argument("--out", type=Path, default=Path.cwd(), help="where the policy PDFs are saved")
    asked = parser.parse_args()
    seller = Seller(Suite(asked.data), asked.out)
    try:
        seller.log_in()
    except NotSold as reason:
        print(f"NOT SOLD: {reason}")
        return 1
    sold = list(sales(seller, asked.count))
    print(f"{sum(sold)} of {asked.count} sold")
    return 0 if all(sold) and len(sold) == asked.count else 1


if __name__ == "__main__":
    sys.exit(main())
