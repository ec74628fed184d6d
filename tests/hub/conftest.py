"""One house of the tutorial, and the day it stands still on."""

import pytest

from tests.hub import make


@pytest.fixture(autouse=True)
def the_tutorials_day(settings):
    settings.BUSINESS_DATE = make.DAY


@pytest.fixture
def point(db):
    return make.a_point()


@pytest.fixture
def seller(point):
    return make.a_person(point, username="hakim")


@pytest.fixture
def api_client(point):
    return make.a_client(point.group)


@pytest.fixture
def inside(client, seller):
    """A browser with the seller's session."""
    client.force_login(seller)
    return client
