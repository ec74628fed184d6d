"""pretix. One unit: one REST call that creates a paid order with VAT; its invoice and the invoice's PDF are made in the request.

No Redis and no worker: pretix then runs its tasks inside the request, so that their cost is counted.
"""

import json
import random
import secrets
from pathlib import Path

from ...kit import postgres, processes, virtualenvs, web, workfolder
from ...kit.commands import run

NAME = "pretix"
DATABASE = "pretix"
ORGANIZER = "bench"
EVENT = "used-cars"
HERE = Path(__file__).parent


def set_up():
    programs = virtualenvs.create(NAME, HERE / "requirements.txt")
    postgres.recreate_database(DATABASE)
    _secret_file().write_text(secrets.token_hex(32))
    environment = _environment(processes.free_port())
    run([programs / "python", "-m", "pretix", "migrate"], environment)
    # Run from a copy: Python would put the script's own folder first on its path.
    script = workfolder.folder_of(NAME) / "fill_database.py"
    script.write_text((HERE / "fill_database.py").read_text())
    access = run([programs / "python", script, ORGANIZER, EVENT], environment)
    _access_file().write_text(access.splitlines()[-1])


def start():
    if processes.running(NAME):
        return
    port = processes.free_port()
    command = [virtualenvs.programs_of(NAME) / "gunicorn", "pretix.wsgi"]
    command += ["--workers", "2", "--max-requests", "100000", "--no-control-socket", "--bind", f"127.0.0.1:{port}"]
    processes.start(NAME, command, port, _environment(port))
    processes.wait_until(NAME, lambda: web.answers(f"127.0.0.1:{port}", "/api/v1/organizers/", 401, 403))


def factory(client_number):
    access = json.loads(_access_file().read_text())
    connection = web.Connection(processes.address(NAME))
    headers = {"Authorization": f"Token {access['token']}", "Content-Type": "application/json"}
    path = f"/api/v1/organizers/{ORGANIZER}/events/{EVENT}/orders/"

    def create_paid_order():
        name = {"full_name": f"Dupont {random.randrange(10**5):05d}"}
        order = {
            "email": "buyer@example.org",
            "locale": "en",
            "sales_channel": "web",
            "status": "p",
            "payment_provider": "manual",
            "send_email": False,
            "invoice_address": {
                "is_business": False,
                "company": "",
                "name_parts": name,
                "street": "12 rue de la Paix",
                "zipcode": "75002",
                "city": "Paris",
                "country": "FR",
                "vat_id": "",
                "internal_reference": "",
            },
            "positions": [
                {
                    "item": access["item"],
                    "variation": None,
                    "price": "14988.00",
                    "attendee_name_parts": name,
                    "attendee_email": None,
                    "answers": [],
                    "subevent": None,
                }
            ],
        }
        response, content = connection.request("POST", path, json.dumps(order), headers)
        web.expect(response, content, 201)

    return create_paid_order


def _environment(port):
    """Its configuration file holds addresses, which change at each start."""
    folder = workfolder.folder_of(NAME)
    (folder / "data").mkdir(exist_ok=True)
    configuration = folder / "pretix.cfg"
    configuration.write_text(
        f"""[pretix]
instance_name=bench
url=http://127.0.0.1:{port}
datadir={folder / "data"}
[database]
backend=postgresql
name={DATABASE}
user={postgres.ROLE}
password={postgres.password()}
host=127.0.0.1
port={postgres.port()}
[mail]
host=127.0.0.1
port=9
from=bench@example.org
[django]
debug=off
secret={_secret_file().read_text()}
"""
    )
    return {"PRETIX_CONFIG_FILE": str(configuration), "DJANGO_SETTINGS_MODULE": "pretix.settings"}


def _secret_file():
    return workfolder.folder_of(NAME) / "secret"


def _access_file():
    return workfolder.folder_of(NAME) / "access.json"
