"""One machine's clock is 400 days ahead: what its neighbours cannot believe waits for a person, and nothing is lost, doubled or a 500."""

import re

import httpx
import pytest

from .running import SERVICES, Suite, is_there, wait_for
from .test_faults import Sale, a_seller, browser, left_over, lines, settle, trouble_in

AHEAD = """
from datetime import UTC, datetime, timedelta

import time_machine

time_machine.travel(datetime.now(UTC) + timedelta(days=400), tick=True).start()
"""


@pytest.fixture
def suite(tmp_path, prepared):
    suite = Suite(tmp_path / "suite", "--tutorial-day").begin_from(prepared).start()
    yield suite
    while lines:
        lines.pop().close()
    suite.stop()


def test_a_hub_400_days_ahead_loses_and_doubles_nothing(suite, tmp_path):
    seller = a_seller(suite)
    seller.sell()
    before = Sale.of(seller).close().arrive()
    (tmp_path / "sitecustomize.py").write_text(AHEAD)
    later = {"PYTHONPATH": str(tmp_path)}
    with suite.nobody_watching(), suite.web("hub", **later), suite.worker("hub", **later):
        wait_for(lambda: is_there(suite.url("hub")), 60, "the hub does not come back")
        ready = httpx.get(f"{suite.url('hub')}/readyz", trust_env=False)
        assert (ready.status_code, "clock" in ready.text) == (503, True), "a balancer would leave it out"
        during = Sale.of(seller).close().arrive()  # its token is of this clock, on either side
        for sale in (before, during):
            sale.declare().buy()
        unheard = {("hub", "notice.sale"), ("insurer", "notice.job")}  # signed by one clock, read by another
        wait_for(lambda: unheard <= aside(suite), 60, lambda: f"aside are {aside(suite)}")
        reasons = {row["trouble"] for row in suite.rows("insurer", "SELECT trouble FROM transmissions_transmission WHERE state = 'aside'")}
        assert all("Signature absente, fausse ou trop ancienne" in reason for reason in reasons), reasons
        suite.kill("insurer-web")  # what it does not hear now is tried again by that clock
        silent = Sale.of(seller).close().arrive().declare()
        tried = "SELECT 1 FROM transmissions_transmission WHERE subject = %s AND kind = 'cover.request' AND tries > 0"
        wait_for(lambda: suite.rows("hub", tried, silent.number), 60, "the hub never tried")
    for service in SERVICES:
        suite.wait_for(service)

    people = {"hub": browser(suite, "hub", "reseau"), "insurer": browser(suite, "insurer", "assureur")}
    wait_for(lambda: press_renvoyer(suite, people), 120, lambda: f"left over: {left_over(suite)}", pause=1)
    silent.buy()
    for sale in (before, during, silent):
        sale.see_it_home()
    settle(suite)
    assert trouble_in(suite) == []
    failed = [
        line
        for path in (suite.data / "log").glob("*.log")
        for line in path.read_text().splitlines()
        if re.search("status=500|error=", line)
    ]
    assert failed == []


def aside(suite):
    question = "SELECT DISTINCT kind FROM transmissions_transmission WHERE state = 'aside'"
    return {(service, row["kind"]) for service in SERVICES for row in suite.rows(service, question)}


def press_renvoyer(suite, people):
    """All that waits for a person; whether nothing is left."""
    for service, window in people.items():
        for row in suite.rows(service, "SELECT id FROM transmissions_transmission WHERE state = 'aside' ORDER BY id LIMIT 1"):
            page = window.open(f"/transmissions/{row['id']}/")
            window.submit(page, "Renvoyer", {})
    return not left_over(suite)
