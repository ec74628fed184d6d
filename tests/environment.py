"""What every test process is told before Django reads its settings: pytest loads this before any conftest.py (see addopts)."""

import os
import tempfile
from hashlib import sha256
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def data_folder() -> str:
    """One per user and checkout, outside closed homes, so that root's tests can lend it to PostgreSQL."""
    tag = sha256(str(CHECKOUT).encode()).hexdigest()[:8]
    return str(Path(tempfile.gettempdir()) / f"jupiter-test-{os.geteuid()}-{tag}")


def pytest_terminal_summary(terminalreporter):
    """One line of counts for bin/test, which adds up its runs."""
    if (tally := os.environ.get("JUPITER_TEST_TALLY")) and "PYTEST_XDIST_WORKER" not in os.environ:  # it reports to the one that counts
        counts = [len(terminalreporter.stats.get(outcome, ())) for outcome in ("passed", "failed", "error", "skipped", "xfailed")]
        with open(tally, "a") as file:
            print(*counts, file=file)


os.environ.setdefault("JUPITER_DATA", data_folder())
os.environ.setdefault("JUPITER_DEMO", "1")
os.environ["JUPITER_NEWS_REST_SECONDS"] = "0"  # a worker of the tests comes back when nothing is due
for told in ("JUPITER_BUSINESS_DATE", "JUPITER_PUBLIC_URL", "JUPITER_SUPERVISOR", "JUPITER_ROLE"):
    os.environ.pop(told, None)  # what a shell beside a running suite may have exported
