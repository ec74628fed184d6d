"""A tariff, the tutorial's producer, and the day it stands still on."""

import pytest

from tests.insurer import make


@pytest.fixture(autouse=True)
def the_tutorials_day(settings):
    settings.BUSINESS_DATE = make.DAY


@pytest.fixture
def product(db):
    return make.a_tariff()


@pytest.fixture
def producer(db):
    return make.a_producer()


@pytest.fixture
def seller(producer):
    return make.a_person(producer)


@pytest.fixture
def hub(db):
    return make.a_client(name="Centralisateur", scopes="jobs reconciliation", notices=True)


@pytest.fixture
def inside(client, seller):
    """A browser with the session of the point of sale's user."""
    client.force_login(seller)
    return client
