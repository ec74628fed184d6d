"""Builders: a producer, a person, a program, a quote in each of its states. States are reached through the actions."""

import base64
import json
from datetime import UTC, date, datetime
from importlib.resources import files
from itertools import count

from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model

from jupiter.insurer.producers.models import ApiClient, Membership, NoticeSubscriber, Producer
from jupiter.insurer.producers.rules import INSURER_ADMIN, PRODUCER_USER
from jupiter.insurer.products.actions import load_tariff
from jupiter.insurer.quotes import actions
from jupiter.kit import numbers
from jupiter.kit.accounts.models import User

DAY = date(2021, 12, 7)
NOON = datetime(2021, 12, 7, 11, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"the insurer signs with this one!").decode()
NOTICES = "http://hub.test/api/v1/notices/insurer"
COMPOSITE = "/rest/composite/v1/composite"
_serial = count(1)


def example(name):
    return json.loads((files("jupiter.contracts") / "examples" / f"{name}.v1.json").read_text())


def a_tariff():
    numbers.start("quotes", 1_006_185)
    numbers.start("policies", 1_003_079)
    numbers.start("accounts", 500_001)
    return load_tariff()


def a_producer(code="865268J", name="DEMO CDDS SPOTICAR", **facts):
    return Producer.objects.create(code=code, name=name, **({"address": "AVENUE D'ASSAS", "postcode": "64000", "city": "PAU"} | facts))


def a_person(producer, username="psa-865268j", role=PRODUCER_USER, full_name="POINT DE VENTE"):
    user = User.objects.create_user(username, full_name=full_name)
    Membership.objects.create(user=user, producer=None if role == INSURER_ADMIN else producer, role=role)
    return user


def a_client(*producers, name="Logiciel", scopes="jobs policies", notices=False):
    """Without a producer: a distributor, as the hub is."""
    application = get_application_model().objects.create(
        client_id=f"client-{next(_serial)}",
        name=name,
        client_type="confidential",
        authorization_grant_type="client-credentials",
        client_secret="a secret of a test",
    )
    client = ApiClient.objects.create(application=application, name=name, scopes=scopes, is_distributor=not producers)
    client.producers.set(producers)
    if notices:
        NoticeSubscriber.objects.create(client=client, partner="hub", label="Centralisateur", url=NOTICES, secret=SECRET)
    return client


def bearer(client, scope="jobs policies"):
    token = get_access_token_model().objects.create(
        application=client.application,
        token=f"token-{next(_serial)}",
        expires=timezone.now() + timezone.timedelta(minutes=15),
        scope=scope,
    )
    return {"HTTP_AUTHORIZATION": f"Bearer {token.token}"}


def a_submission(*, reference=None, holder=None, level="SPOTICAR_PREMIUM", months=12, notify=True, seller="M. PIERRE", **facts):
    """The tutorial's car and buyer; `facts` change what the car is."""
    car = {
        "delivery_on": DAY, "vin": "12345678901233333", "plate": "ER-452-AS", "kind": "VP", "first_registered_on": date(2018, 9, 14),
        "make": "PEUGEOT", "model": "2008", "fuel": "DIESEL", "din_power_hp": 50, "mileage_km": 4500,
        "manufacturer_warranty_until": date(2020, 9, 14), "manufacturer_warranty_km": 100_000, "four_wheel_drive": False,
    } | facts  # fmt: skip
    said = example("account")["holder"] | (holder or {})
    reference = reference or f"SP953617Z{100_034_311 + next(_serial):09d}"
    words = {"facts": {name: str(value) for name, value in car.items()}, "holder": said, "level": level, "months": months}
    return actions.Submission(
        external_reference=reference, holder=said, facts=car, declared_level=level, declared_months=months, seller=seller,
        notify=notify, words=words,
    )  # fmt: skip


def another_vin():
    return f"VR3UPHNSSKT{next(_serial):06d}"


def a_draft(producer, product, *, client=None, today=DAY, **changes):
    changes.setdefault("vin", another_vin())
    job, _ = actions.submit_job(producer, product, a_submission(**changes), client=client, by="essai", today=today, now=NOON)
    return job


def a_quote(producer, product, *, today=DAY, **changes):
    return actions.price_job(a_draft(producer, product, today=today, **changes), by="essai", today=today, now=NOON)


def a_bought_quote(producer, product, *, today=DAY, **changes):
    job = a_quote(producer, product, today=today, **changes)
    actions.buy_job(job, by="essai", today=today, now=NOON)
    job.refresh_from_db()
    return job


def a_composite(*, account=None, submission=None, vehicle=None, holder=None):
    """The hub's call, with the contract's own examples."""
    said = example("account") | (account or {})
    said["holder"] = said["holder"] | (holder or {})
    asked = example("submission") | {"account_id": "${accountId}"} | (submission or {})
    bodies = [{"data": {"attributes": attributes}} for attributes in (said, asked, example("insured_vehicle") | (vehicle or {}))]
    variable = [{"name": name, "path": "$.data.attributes.id"} for name in ("accountId", "jobId")]
    return {
        "requests": [
            {"method": "post", "uri": "/account/v1/accounts", "body": bodies[0], "vars": variable[:1]},
            {"method": "post", "uri": "/job/v1/submissions", "body": bodies[1], "vars": variable[1:]},
            {"method": "post", "uri": "/job/v1/jobs/${jobId}/lines/GVOLine/vehicles", "body": bodies[2]},
        ]
    }


def post(client, path, words=None, *, key=None, token, **more):
    """A call of a program."""
    headers = token | ({"HTTP_IDEMPOTENCY_KEY": key} if key else {}) | more
    return client.post(path, json.dumps(words) if words is not None else None, content_type="application/json", **headers)
