"""Where everything is tried: three running services, one log-in each, and sales brought as far as a form needs them."""

import email
import email.policy
import hashlib
import hmac
import json
import re
import time
from base64 import b64decode, b64encode
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg

from tests.journeys.running import Suite, seller_script, wait_for

from .calls import PROBLEM
from .trying import Window

sell = seller_script()


@dataclass
class Sale:
    car: "sell.Car"
    vehicle: str
    order: str
    reference: str = ""
    at_hub: int = 0
    declaration_number: str = ""
    job: str = ""
    quote_number: str = ""


class Place:
    """The three services, one log-in each, and what is tried there."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.windows: dict[tuple[str, str], Window] = {}
        self.opened: list[Window] = []
        self.doors = ExitStack()
        self.inside: dict[str, psycopg.Connection[dict[str, Any]]] = {}
        self.seller = sell.Seller(sell.Suite(suite.data), suite.data / "sold")
        self.seller.log_in()

    @property
    def links(self) -> dict:
        return json.loads((self.suite.data / "secrets.json").read_text())["links"]

    def token(self, service: str, scope: str) -> str:
        """Of whoever has it: the dealer's software, the hub, the producer's software. It lives a quarter of an hour."""
        client = self.links["dealer_hub"]["A"] if service == "hub" else self.links["hub_insurer"]
        if (service, scope) == ("insurer", "policies"):
            client = self.links["producers"]["A"]
        return token_of(client, self.window(service).http, scope)

    def notice_secret(self, service: str) -> str:
        """Which signs what this service is told."""
        link = self.links["dealer_hub"]["A"] if service == "dealer" else self.links["hub_insurer"]
        return link["notice_secret"]

    def suite_document(self, service: str) -> dict:
        return self.window(service).http.get("/api/openapi.json").json()

    def window(self, service: str, username: str = "") -> Window:
        if (service, username) not in self.windows:
            self.windows[service, username] = self.new_window(service, username)
        return self.windows[service, username]

    def new_window(self, service: str, username: str = "") -> Window:
        """Another browser."""
        window = Window(service, self.suite.url(service))
        self.opened.append(window)
        if username:
            window.log_in(username, self.suite.login(service, username)["password"])
        return window

    def rows(self, service: str, question: str, *values: Any) -> list[dict[str, Any]]:
        """Asked often: by one connection."""
        if service not in self.inside:
            self.inside[service] = self.doors.enter_context(self.suite.inside(service))
        return self.inside[service].execute(question, values or None).fetchall()

    def close(self) -> None:
        self.doors.close()
        for window in (*self.opened, self.seller.dealer, self.seller.hub, self.seller.insurer):
            window.http.close()

    def link_in_a_letter(self, service: str, username: str) -> str:
        """The newest letter's; empty before there is one."""
        for letter in sorted((self.suite.data / "mail" / service).glob("*"), reverse=True):
            words = email.message_from_bytes(letter.read_bytes(), policy=email.policy.default)
            if username in str(words["to"]) and (link := re.search(r"https?://\S+/mot-de-passe/\S+", words.get_content())):
                return link[0]
        return ""

    def a_difference(self, service: str) -> int:
        """Found by nobody: put there by hand, for whoever may decide on it."""
        owner = (
            "SELECT id FROM sites_site WHERE code = 'PE64'"
            if service == "dealer"
            else "SELECT id FROM dealers_pointofsale ORDER BY id LIMIT 1"
        )
        self.suite.do(
            service,
            "INSERT INTO differences_difference (owner_id, neighbour, subject, label, verdict, sides, fingerprint, state, found_at, seen_at,"  # noqa: S608
            f" repair, repaired_by, reason) VALUES (({owner}), 'hub', 'essai', 'essai', 'words', '{{}}', repeat('0', 64), 'open', now(), now(),"
            " '', '', '')",
        )
        return int(self.rows(service, "SELECT max(id) AS id FROM differences_difference WHERE subject = 'essai'")[0]["id"])

    def a_car(self) -> str:
        """The address of its sheet."""
        self.seller.started = time.monotonic()
        return self.seller.vehicle(self.seller.new_car())

    def a_sale(self) -> "Sale":
        """Closed at the dealer, arrived at the hub."""
        self.seller.started = time.monotonic()
        car = self.seller.new_car()
        sale = Sale(car, self.seller.vehicle(car), self.seller.order(car))
        self.seller.close(sale.order)
        sale.reference = self.seller.reference_of(sale.order)
        wait_for(lambda: self.seller.state(sale.reference), 60, "the sale does not reach the hub")
        sale.at_hub = self.suite.rows("hub", "SELECT id FROM declarations_sale WHERE reference = %s", sale.reference)[0]["id"]
        return sale

    def a_quote(self) -> "Sale":
        """Declared, at the insurer."""
        self.configure()
        sale = self.a_sale()
        self.seller.complete(sale.reference, sale.car, sale.order)
        sale.declaration_number = self.seller.declare(sale.reference)["declaration_number"]
        job = wait_for(lambda: self.seller.job(sale.declaration_number), 60, "the insurer has no devis")
        sale.job, sale.quote_number = job["id"], job["jobNumber"]
        return sale

    def a_policy(self) -> "Sale":
        """Bought; the hub and the dealer have its paper."""
        sale = self.a_quote()
        self.seller.quote(sale.job)
        self.seller.buy(sale.job)
        paper = "SELECT 1 FROM declarations_keptdocument WHERE sale_id = (SELECT id FROM declarations_saleathub WHERE reference = %s)"
        wait_for(lambda: self.suite.rows("dealer", paper, sale.reference), 60, "the policy's paper does not reach the dealer")
        return sale

    def configure(self) -> None:
        """The point of sale's profile, without which nothing is declared."""
        words = {"guarantors": [{"key": "stellantis", "identifier": "865268J"}]}
        self.seller.hub.ask("PUT", "/api/v1/points-of-sale/FR10350/profile", words)

    def a_declaration_form(self) -> str:
        """Its address, once its number is drawn."""
        self.configure()
        window, sale = self.window("hub", "responsable"), self.a_sale()
        page = window.open(f"/vente/{sale.at_hub}/")
        answer = window.post(page.address, page.form("guarantor").sent() | {"guarantor": "stellantis"}, at=page.address)
        assert answer.status_code == 302, answer.text
        return f"/vente/{sale.at_hub}/formulaire/"

    def an_order(self) -> str:
        self.seller.started = time.monotonic()
        car = self.seller.new_car()
        self.seller.vehicle(car)
        return self.seller.order(car)


SCOPES = {"hub": ("sales", "reconciliation"), "insurer": ("jobs", "policies", "reconciliation")}
NAMED = {  # what stands in an address where there is none of it yet
    "reference": "bad-bodies", "grant": "jup_grant_none", "network_code": "FR10350", "job_id": "0009999999", "policy_id": "0009999999",
    "external_reference": "SP953617Z999999999", "sequence": "1",
}  # fmt: skip


def token_of(client: dict, http: httpx.Client, scope: str) -> str:
    said = {"grant_type": "client_credentials", "scope": scope}
    return http.post("/oauth/token/", data=said, auth=(client["client_id"], client["client_secret"])).json()["access_token"]


def signed_bytes(body: bytes, secret: str, *, id_: str) -> dict[str, str]:
    """As the standard signs, whatever the bytes are."""
    at = str(int(time.time()))
    key = b64decode(secret.removeprefix("whsec_"))
    said = b64encode(hmac.digest(key, f"{id_}.{at}.".encode() + body, hashlib.sha256)).decode()
    return {"webhook-id": id_, "webhook-timestamp": at, "webhook-signature": f"v1,{said}"}


class Line:
    """A program at one service: its token, JSON, problems."""

    def __init__(self, place: Place, service: str, scope: str, *, of: int = 0) -> None:
        self.place, self.service = place, service
        self.http, self.url = place.window(service).http, place.suite.url(service)
        clients = [each for each in place.suite.demo["api_clients"] if each["service"] == service and scope in each["scopes"]]
        self.token = token_of(clients[of], self.http, scope)  # the second is another group's

    def headers(self, key: str = "") -> dict[str, str]:
        told = {"authorization": f"Bearer {self.token}", "accept": PROBLEM, "content-type": "application/json"}
        return told | ({"idempotency-key": key} if key else {})

    def say(self, method: str, path: str, words: object, *, key: str = "") -> httpx.Response:
        return self.http.request(method, path, content=json.dumps(words).encode(), headers=self.headers(key))

    def schema(self, method: str, path: str) -> tuple[dict, dict]:
        told = self.place.suite_document(self.service)
        body = told["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
        return body, told["components"]["schemas"]
