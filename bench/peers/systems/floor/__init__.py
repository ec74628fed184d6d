"""The least that Django can take for our work. One unit: POST an order form, POST that closes it; session and CSRF on.

No permissions, no history, no tax engine: a floor to measure against, not a product.
"""

import json
import random
import secrets
import shutil
from pathlib import Path

from ...kit import postgres, processes, virtualenvs, web, workfolder
from ...kit.commands import run

NAME = "floor"
DATABASE = "floor"
VEHICLES = 20_000
ORDER_FIELDS = {
    "civility": "M",
    "warranty": "12",
    "name": "Dupont Jean",
    "street": "12 rue de la Paix",
    "postal_code": "75002",
    "city": "Paris",
    "email": "buyer@example.org",
    "phone": "",
    "price_ht": "10000",
    "vat_rate": "20",
    "fee_ht": "208.33",
    "trade_in": "200",
    "deposit": "500",
}
HERE = Path(__file__).parent


def set_up():
    programs = virtualenvs.create(NAME, HERE / "requirements.txt")
    postgres.recreate_database(DATABASE)
    _password_file().write_text(secrets.token_hex(12))
    shutil.copytree(HERE / "site", _site(), dirs_exist_ok=True)
    run([programs / "python", "fill_database.py", str(VEHICLES)], _environment(), _site())


def start():
    if processes.running(NAME):
        return
    port = processes.free_port()
    command = [virtualenvs.programs_of(NAME) / "gunicorn", "wsgi:application"]
    command += ["--workers", "2", "--worker-class", "gthread", "--threads", "4"]
    command += ["--keep-alive", "30", "--no-control-socket", "--bind", f"127.0.0.1:{port}"]
    processes.start(NAME, command, port, _environment(), _site())
    processes.wait_until(NAME, lambda: web.answers(f"127.0.0.1:{port}", "/login", 200))


def factory(client_number):
    session = web.BrowserSession(processes.address(NAME))
    session.get("/login")
    response, content = session.post("/login", {"username": "seller", "password": _password_file().read_text()})
    web.expect(response, content, 302)

    def create_and_close():
        vehicle = random.randint(1, VEHICLES)
        response, content = session.post("/orders", {**ORDER_FIELDS, "vehicle": str(vehicle)})
        web.expect(response, content, 201)
        order = json.loads(content)["id"]
        response, content = session.post(f"/orders/{order}/close", {})
        web.expect(response, content, 200)

    return create_and_close


def _environment():
    return {
        "DJANGO_SETTINGS_MODULE": "settings",
        "FLOOR_DATABASE_NAME": DATABASE,
        "FLOOR_DATABASE_USER": postgres.ROLE,
        "FLOOR_DATABASE_PASSWORD": postgres.password(),
        "FLOOR_DATABASE_PORT": str(postgres.port()),
        "FLOOR_PASSWORD": _password_file().read_text(),
    }


def _site():
    return workfolder.folder_of(NAME) / "site"


def _password_file():
    return workfolder.folder_of(NAME) / "password"
