"""Tryton. One unit: create a sale (one line, VAT 20 %), quote it, confirm it: three JSON-RPC calls.

Confirming also makes Tryton's draft invoice and draft shipment, in the same request.
"""

import base64
import json
import random
import secrets
from pathlib import Path

from ...kit import postgres, processes, virtualenvs, web, workfolder
from ...kit.commands import run

NAME = "tryton"
DATABASE = "tryton"
HERE = Path(__file__).parent


def set_up():
    programs = virtualenvs.create(NAME, HERE / "requirements.txt")
    postgres.recreate_database(DATABASE)
    _password_file().write_text(secrets.token_hex(12))
    configuration = _write_configuration()
    run(
        [
            programs / "trytond-admin",
            *("--config", configuration, "--database", DATABASE),
            *("--all", "--email", "admin@example.org"),
            *("--update", "sale", "account_fr", "party_siret", "--activate-dependencies"),
        ],
        environment={"TRYTONPASSFILE": str(_password_file())},
    )
    postgres.execute(DATABASE, "UPDATE res_user SET administrator = true WHERE login = 'admin'")
    postgres.execute(
        DATABASE,
        'INSERT INTO "res_user-res_group" ("user", "group")'
        " SELECT res_user.id, res_group.id FROM res_user, res_group WHERE login = 'admin' ON CONFLICT DO NOTHING",
    )
    # Run from a copy: Python would put the script's own folder first on its path, where "tryton" is this package.
    script = workfolder.folder_of(NAME) / "fill_database.py"
    script.write_text((HERE / "fill_database.py").read_text())
    run([programs / "python", script, DATABASE, configuration])


def start():
    if processes.running(NAME):
        return
    port = processes.free_port()
    command = [virtualenvs.programs_of(NAME) / "gunicorn", "trytond.application:app"]
    command += ["--workers", "2", "--worker-class", "gthread", "--threads", "4"]
    command += ["--keep-alive", "30", "--no-control-socket", "--bind", f"127.0.0.1:{port}"]
    environment = {"TRYTOND_CONFIG": str(_write_configuration()), "TRYTOND_DATABASE_NAMES": DATABASE}
    processes.start(NAME, command, port, environment)
    processes.wait_until(NAME, lambda: web.answers(f"127.0.0.1:{port}", f"/{DATABASE}/", 200, 404, 405))


def factory(client_number):
    client = _Client()
    parties = client.model("party.party", "search", [("name", "like", "Client Dupont%")], 0, 20, None)
    addresses = client.model("party.address", "search_read", [("party", "in", parties)], 0, 100, None, ["party"])
    address_of = {address["party"]: address["id"] for address in addresses}
    product = client.model("product.product", "search_read", [], 0, 1, None, ["sale_uom"])[0]
    vat = client.model("account.tax", "search", [("parent", "=", None)], 0, 1, None)
    euro = client.model("currency.currency", "search", [("code", "=", "EUR")], 0, 1, None)[0]
    payment_term = client.model("account.invoice.payment_term", "search", [], 0, 1, None)[0]

    def create_quote_and_confirm():
        party = random.choice(parties)
        line = {
            "type": "line",
            "product": product["id"],
            "unit": product["sale_uom"],
            "quantity": 1,
            "unit_price": {"__class__": "Decimal", "decimal": "12490"},
            "taxes": [["add", vat]],
        }
        sale = {
            "party": party,
            "invoice_address": address_of[party],
            "shipment_address": address_of[party],
            "currency": euro,
            "payment_term": payment_term,
            "reference": f"BC-{random.randrange(10**6):06d}",
            "lines": [["create", [line]]],
        }
        created = client.model("sale.sale", "create", [sale])
        client.model("sale.sale", "quote", created)
        client.model("sale.sale", "confirm", created)

    return create_quote_and_confirm


class _Client:
    """Tryton's JSON-RPC, logged in as admin."""

    def __init__(self):
        self._connection = web.Connection(processes.address(NAME))
        self._headers = {"Content-Type": "application/json"}
        parameters = {"password": _password_file().read_text()}
        user_id, session, *_ = self.call("common.db.login", "admin", parameters, "en")
        credentials = base64.b64encode(f"admin:{user_id}:{session}".encode()).decode()
        self._headers["Authorization"] = f"Session {credentials}"
        preferences = self.call("model.res.user.get_preferences", True, {})
        kept = ("company", "language", "employee", "companies")
        self._context = {name: preferences[name] for name in kept if name in preferences}

    def model(self, name, method, *parameters):
        return self.call(f"model.{name}.{method}", *parameters, self._context)

    def call(self, method, *parameters):
        body = json.dumps({"id": 1, "method": method, "params": parameters})
        response, content = self._connection.request("POST", f"/{DATABASE}/rpc/", body, self._headers)
        web.expect(response, content, 200)
        answer = json.loads(content)
        if "error" in answer:
            raise web.UnexpectedAnswer(f"{method}: {answer['error']}")
        return answer.get("result")


def _write_configuration():
    """Written anew at each start: PostgreSQL's port changes."""
    folder = workfolder.folder_of(NAME)
    (folder / "data").mkdir(exist_ok=True)
    configuration = folder / "trytond.conf"
    lines = ["[database]", f"uri = {postgres.url('')}", f"path = {folder / 'data'}"]
    configuration.write_text("\n".join(lines) + "\n")
    return configuration


def _password_file():
    return workfolder.folder_of(NAME) / "password"
