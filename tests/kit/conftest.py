"""A small site around the web kit, and somebody who may come in."""

from copy import deepcopy
from pathlib import Path

import pytest

from jupiter.kit.accounts.models import User

PASSWORD = "une phrase assez longue"


@pytest.fixture
def site(settings):
    """The pages of tests/kit/web_site.py instead of the service's own."""
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [Path(__file__).parent / "templates", *templates[0]["DIRS"]]
    settings.TEMPLATES = templates
    settings.ROOT_URLCONF = "tests.kit.web_site"
    settings.FRAME = "tests.kit.web_site.frame"
    settings.SUPPORT = {"email": "sav@exemple.fr", "phone": "01\u00a002\u00a003\u00a004\u00a005"}


@pytest.fixture
def hakim(db):
    return User.objects.create_user("hakim", "hakim@exemple.fr", PASSWORD, full_name="HAKIM AB")


@pytest.fixture
def inside(client, site, hakim):
    client.force_login(hakim, backend="jupiter.kit.accounts.sessions.Backend")
    return client
