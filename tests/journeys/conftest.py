"""The journeys speak to suites that they start themselves: no settings of Django, no database of their own."""

import shutil

import pytest

from .running import CHECKOUT, Suite

TAKEN, SHOWN = CHECKOUT / "var/pictures", CHECKOUT / "docs/pictures"


def pytest_addoption(parser):
    parser.addoption("--update-pictures", action="store_true", help="put the journey's pictures into docs/")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """What a first start makes: databases, demonstration, keys. The suites of the tests begin from a copy."""
    suite = Suite(tmp_path_factory.mktemp("prepared"), "--tutorial-day").start()
    suite.stop(keep=True)
    yield suite
    suite.server.erase()


@pytest.fixture(scope="session", autouse=True)
def update_pictures(request):
    """A test run changes no tracked file unless it is asked to: then only the pictures that the documents show."""
    yield
    if request.config.getoption("--update-pictures"):
        wanted = {path.name for path in SHOWN.glob("*.png")} | shown_in_documents()
        for name in sorted(wanted):
            if (TAKEN / name).exists():
                SHOWN.mkdir(exist_ok=True)
                shutil.copy(TAKEN / name, SHOWN / name)


def shown_in_documents():
    documents = [CHECKOUT / "README.md", *(CHECKOUT / "docs").glob("*.md")]
    return {part.split(")")[0].rsplit("/", 1)[-1] for document in documents for part in document.read_text().split("pictures/")[1:]}
