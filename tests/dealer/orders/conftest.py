from datetime import date

import pytest

from . import make


@pytest.fixture(autouse=True)
def tutorial_day(settings):
    settings.BUSINESS_DATE = date(2021, 12, 7)


@pytest.fixture
def site(db):
    return make.a_site(code="PE64", network_code="FR10350")


@pytest.fixture
def seller(client, site):
    user = make.a_member(site)
    client.force_login(user)
    return user
