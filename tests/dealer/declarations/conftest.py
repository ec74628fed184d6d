import json
import re
from hashlib import sha256

import pytest
import respx
from httpx import Response

from jupiter.dealer.declarations import client

HUB = "http://hub.test"
PAPER = b"%PDF-1.7 police 0001003079"


def state(reference, **more):
    told = {"reference": str(reference), "sequence": 1, "at": "2021-12-07T10:31:04Z", "state": "received", "cover": "none"}
    return told | more


class Hub:
    """A small hub at the HTTP boundary: it answers what it is told to, and remembers what it heard."""

    def __init__(self, router):
        self.router = router
        router.post(f"{HUB}/oauth/token/").mock(return_value=Response(200, json={"access_token": "token", "expires_in": 900}))
        self.put = router.put(url__regex=rf"{HUB}/api/v1/sales/[^/]+$").mock(side_effect=self.receive)
        self.delete = router.delete(url__regex=rf"{HUB}/api/v1/sales/[^/]+$").mock(return_value=Response(204))
        self.document = router.get(url__regex=rf"{HUB}/api/v1/sales/[^/]+/documents/policy$").mock(
            return_value=Response(200, content=PAPER, headers={"content-type": "application/pdf"})
        )
        self.grant = router.post(f"{HUB}/api/v1/grants").mock(
            return_value=Response(201, json={"grant": "g-123", "username": "hakim", "full_name": "HAKIM AB"})
        )
        self.revoke = router.delete(url__regex=rf"{HUB}/api/v1/grants/.+").mock(return_value=Response(204))
        self.launch = router.post(url__regex=rf"{HUB}/api/v1/sales/[^/]+/launch$").mock(
            return_value=Response(200, json={"url": f"{HUB}/entree/abc/", "expires_at": "2021-12-07T10:33:04Z"})
        )

    def receive(self, request):
        return Response(201, json=state(re.search(r"sales/([^/]+)$", str(request.url))[1]))

    @staticmethod
    def said(route):
        return [json.loads(call.request.content) for call in route.calls]


@pytest.fixture
def hub():
    client._kept_line.cache_clear()
    client._kept_quick_line.cache_clear()
    with respx.mock(assert_all_called=False) as router:
        yield Hub(router)


DOWN = Response(503, text="down")


@pytest.fixture
def sha256_of_paper():
    return sha256(PAPER).hexdigest()
