"""One suite for all that is tried here."""

import pytest

from tests.journeys.running import Suite

from .place import Place


@pytest.fixture(scope="package")
def suite(tmp_path_factory, prepared):
    suite = Suite(tmp_path_factory.mktemp("bad"), "--tutorial-day").begin_from(prepared).start()
    yield suite
    suite.stop()


@pytest.fixture(scope="package")
def place(suite):
    place = Place(suite)
    yield place
    place.close()
