"""Builders: a group, a point of sale, a person, a program, a sale in each of its states. States are reached through the actions."""

import base64
import json
from datetime import UTC, date, datetime
from importlib.resources import files
from itertools import count

from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model

from jupiter.contracts.job_notice import JobNoticeV1
from jupiter.contracts.sale import SaleV1
from jupiter.hub.dealers.actions import Choice, give_grant, save_profile
from jupiter.hub.dealers.models import ApiClient, Group, GuarantorAccount, Membership, PointOfSale, Profile
from jupiter.hub.declarations import actions
from jupiter.hub.declarations.models import Sale
from jupiter.hub.guarantors.models import GuarantorLink
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit import numbers
from jupiter.kit.accounts.models import User

DAY = date(2021, 12, 7)
NOON = datetime(2021, 12, 7, 11, 0, tzinfo=UTC)
PASSWORD = "une phrase assez longue"  # noqa: S105
SECRET = "whsec_" + base64.b64encode(b"the insurer signs with this one!").decode()
DEALER_SECRET = "whsec_" + base64.b64encode(b"the hub signs with this one, ok!").decode()
_serial = count(1)


def example(name):
    return json.loads((files("jupiter.contracts") / "examples" / f"{name}.v1.json").read_text())


def words(**changes):
    """The tutorial's sale as the order form knows it; `vehicle__plate=…` changes one value inside."""
    said = example("sale")
    for name, value in changes.items():
        *way, last = name.split("__")
        there = said
        for step in way:
            there = there[step]
        if value is None:
            there.pop(last, None)
        else:
            there[last] = value
    return said


def full_words(**changes):
    """With the two values that no order form knows."""
    return words(**({"consent": "EMAIL", "sale_origin": "TRADE_IN_ON_NEW"} | changes))


def a_group(name="Groupe A"):
    return Group.objects.get_or_create(name=name)[0]


def a_point(code="953617Z", *, group=None, network_code="FR10350", name="DEMO CDDS SPOTICAR", configured=True, producer="865268J"):
    point = PointOfSale.objects.create(
        group=group or a_group(), code=code, network_code=network_code, name=name, address="AVENUE D'ASSAS", postcode="64000", city="PAU"
    )
    profile = Profile.objects.create(point_of_sale=point)
    GuarantorAccount.objects.create(profile=profile, guarantor="stellantis", identifier=producer)
    numbers.start(f"sp:{code}", 100034312)
    if configured:
        configure(point, producer=producer)
    return point


def configure(point, *, producer="865268J", **others):
    choices = {key: Choice(False) for key in GUARANTORS} | {"stellantis": Choice(True, producer)} | others
    save_profile(point, choices, who="RESPONSABLE VO", now=NOON)


def a_person(*points, role="seller", username=None, full_name="HAKIM AB"):
    user = User.objects.create_user(username or f"p{next(_serial)}", password=PASSWORD, full_name=full_name)
    for point in points or [None]:
        Membership.objects.create(user=user, point_of_sale=point, role=role)
    return user


def a_client(group, *, name="Jupiter", notices=False):
    key = f"c{next(_serial)}"
    application = get_application_model().objects.create(
        client_id=key, client_secret="s" * 40, name=name, client_type="confidential", authorization_grant_type="client-credentials"
    )
    address = f"http://dealer.test/api/v1/notices/hub/{key}" if notices else ""
    return ApiClient.objects.create(
        group=group, application=application, name=name, notice_url=address, notice_secret=DEALER_SECRET if notices else ""
    )


def bearer(client, scope="sales"):
    token = f"token-of-{client.pk}-{next(_serial)}"
    expires = timezone.now() + timezone.timedelta(minutes=15)
    get_access_token_model().objects.create(application=client.application, token=token, expires=expires, scope=scope)
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


def a_link():
    return GuarantorLink.objects.create(guarantor="stellantis", client_id="hub", client_secret="s" * 40, notice_secret=SECRET)


def a_received_sale(client, reference=None, said=None):
    said = SaleV1.model_validate(said or words())
    reference = reference or f"ref-{next(_serial)}"
    return actions.receive_sale(client, reference, said, today=DAY, now=NOON)[0]


def a_begun_sale(client, by, **options):
    sale = a_received_sale(client, **options)
    return actions.begin_declaration(sale, guarantor="stellantis", with_warranty=True, by=by, now=NOON)


def a_declared_sale(client, reference=None, said=None):
    sale = a_received_sale(client, reference, said or full_words())
    return actions.declare_sale(sale, who="HAKIM AB", today=DAY, now=NOON)


def a_job_notice(sale, *, sequence=1, state="draft", **changes):
    """The committed example, told of this sale."""
    said = example("job_notice")
    said["data"] |= {"external_reference": sale.declaration_number, "sequence": sequence}
    said["data"]["quote"]["state"] = state
    if state != "bound":
        said["data"] |= {"policy": None, "document": None, "happened": f"Devis {state}"}
    for name, value in changes.items():
        *way, last = name.split("__")
        there = said["data"]
        for step in way:
            there = there[step]
        there[last] = value
    return said


def an_issued_sale(client, *, document=None, **options):
    sale = a_declared_sale(client, **options)
    notice = JobNoticeV1.model_validate(a_job_notice(sale, state="bound", **({"document": document} if document else {})))
    actions.receive_job_notice("insurer", f"notice-{next(_serial)}", notice, now=NOON)
    return Sale.objects.get(pk=sale.pk)


def a_grant(client, user):
    return give_grant(client, user, network_code=None)
