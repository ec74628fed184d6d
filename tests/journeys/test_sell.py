"""bin/sell beside a suite that was started as anyone starts it: it sells, it says when it did not, and it knocks at three doors only."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pypdf import PdfReader

from .running import CHECKOUT, SERVICES, Suite, seller_script, wait_for

WATCHER = """
import atexit, os, sys

FORBIDDEN = {"jupiter", "psycopg", "psycopg_binary", "psycopg_pool", "django", "procrastinate", "sqlite3", "asyncpg"}
STARTING = {"subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "os.system"}


def watch(event, told):
    if event == "import" and told[0].partition(".")[0] in FORBIDDEN or event in STARTING:
        os.write(2, f"it reached for {event} {told[0]}\\n".encode())
        os._exit(99)
    if event == "socket.connect":
        os.write(notes, f"{told[1]!r}\\n".encode())


notes = os.open(os.environ["WATCHED"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
sys.addaudithook(watch)
"""


@pytest.fixture(scope="module")
def suite(tmp_path_factory, prepared):
    suite = Suite(tmp_path_factory.mktemp("sell"), "--tutorial-day").begin_from(prepared).start()
    yield suite
    suite.stop()


@pytest.fixture(scope="module")
def watcher(tmp_path_factory):
    """Python runs it before the program: see `site` in its documentation."""
    folder = tmp_path_factory.mktemp("watcher")
    (folder / "sitecustomize.py").write_text(WATCHER)
    return {"PYTHONPATH": str(folder), "WATCHED": str(folder / "connections")}


@pytest.fixture(scope="module")
def sold(suite, watcher):
    return suite.sell(2, out=suite.data / "papers", **watcher)


def test_it_sells_and_ends_with_status_0(sold):
    assert sold.returncode == 0, sold.stdout
    assert sold.stdout.rstrip().endswith("2 of 2 sold")


def test_the_policys_pdf_says_what_was_sold(suite, sold):
    papers = sorted((suite.data / "papers").iterdir())
    assert [re.fullmatch(r"FR-865268J_Policy_(\d{10})-20211207\.pdf", paper.name) is not None for paper in papers] == [True, True]
    for paper in papers:
        number = paper.name.split("_")[2][:10]
        policy = suite.rows("insurer", "SELECT vin, plate FROM policies_policy WHERE number = %s", number)[0]
        text = text_of(paper)
        for words in (number, "DUPONT", "DURANT", policy["plate"], policy["vin"], "07/12/2021", "07/12/2022", "187,56 €"):
            assert words in text, (words, text)


def text_of(paper: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(paper).pages).split())


def test_each_step_is_printed_with_its_answer_and_its_time(sold):
    steps = re.findall(r"^  (Jupiter|Hub|Insurer)[^\n]+ +\d+\.\d\d s$", sold.stdout, re.M)
    assert len(steps) == 1 + 2 * 13
    assert "187.56 €" in sold.stdout


def test_it_imports_nothing_of_the_product_starts_nothing_and_speaks_with_the_three_services_only(suite, sold, watcher):
    assert "it reached for" not in sold.stdout
    connections = set(Path(watcher["WATCHED"]).read_text().splitlines())
    assert connections == {repr(("127.0.0.1", suite.port_base + n)) for n in (1, 2, 3)}


@pytest.mark.parametrize("code", ["import jupiter", "import psycopg", "import subprocess; subprocess.run(['true'])"])
def test_the_watcher_bites(watcher, tmp_path, code):
    surroundings = dict(os.environ) | watcher | {"WATCHED": str(tmp_path / "connections")}
    done = subprocess.run([sys.executable, "-c", code], env=surroundings, capture_output=True, check=False)
    assert done.returncode == 99


def with_other_words(suite: Suite, folder: Path, change) -> Path:
    """A demo.json of one's own beside the same suite."""
    demo = suite.demo
    change(demo)
    (folder / "demo.json").write_text(json.dumps(demo))
    return folder


def a_wrong_password(demo):
    for login in demo["logins"]:
        login["password"] = "not this one"


def a_wrong_secret_at_the_insurer(demo):
    for client in demo["api_clients"]:
        if client["service"] == "insurer":
            client["client_secret"] = "not this one"


@pytest.mark.parametrize(
    ("change", "words"),
    [(a_wrong_password, "NOT SOLD"), (a_wrong_secret_at_the_insurer, "0 of 1 sold")],
)
def test_what_is_not_sold_ends_with_another_status(suite, sold, tmp_path, change, words):
    done = suite.sell(data=with_other_words(suite, tmp_path, change), out=tmp_path / "papers")
    assert done.returncode != 0
    assert words in done.stdout
    assert "Traceback" not in done.stdout
    assert not (tmp_path / "papers").exists()


def test_without_a_suite_it_says_so(tmp_path):
    command = [str(CHECKOUT / "bin/sell"), "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "bin/run" in done.stderr


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_one_trace_goes_through_all_three_and_back(suite):
    """Who bought at the insurer is found, by one id, in what the insurer told the hub, the hub told Jupiter, and Jupiter fetched then."""
    sell = seller_script()
    seller = sell.Seller(sell.Suite(suite.data), suite.data / "traced")
    seller.log_in()
    seller.started = time.monotonic()
    car = seller.new_car()
    seller.vehicle(car)
    order = seller.order(car)
    seller.dealer.http.headers["traceparent"] = f"00-{'c' * 32}-00f067aa0ba902b7-01"
    seller.close(order)
    reference = seller.reference_of(order)
    wait_for(lambda: seller.state(reference), 60, "the sale does not reach the hub")
    seller.complete(reference, car, order)
    number = seller.declare(reference)["declaration_number"]
    job = wait_for(lambda: seller.job(number), 60, "no devis")["id"]
    seller.quote(job)
    seller.insurer.http.headers["traceparent"] = f"00-{TRACE}-00f067aa0ba902b7-01"
    seller.buy(job)
    wait_for(lambda: traced(suite, "dealer", TRACE), 60, "Jupiter hears nothing")
    for line in (seller.dealer, seller.hub, seller.insurer):
        line.http.close()
    said = {service: traced(suite, service, TRACE) for service in SERVICES}
    assert said == {"insurer": {"notice.job"}, "hub": {"document.fetch", "notice.sale"}, "dealer": {"document.fetch"}}
    assert traced(suite, "dealer", "c" * 32) == {"sale.put"}


def traced(suite, service, trace):
    return {row["kind"] for row in suite.rows(service, "SELECT kind FROM transmissions_transmission WHERE trace = %s", trace)}
