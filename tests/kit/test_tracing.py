"""One trace id goes from the request to the transmission, to the partner, and to what follows from the answer."""

import httpx
import pytest
import respx
from django.db import transaction

from jupiter.kit import tracing
from jupiter.kit.partners import Line
from jupiter.kit.transmissions import carriers
from jupiter.kit.transmissions.actions import transmit
from jupiter.kit.transmissions.carriers import Carrier, reads_nothing
from jupiter.kit.transmissions.models import Transmission

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADER = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    "header", ["", "nonsense", HEADER.upper(), HEADER + "\n", f"00-{'0' * 32}-00f067aa0ba902b7-01", "ff" + HEADER[2:], HEADER + "-x"]
)
def test_what_is_no_traceparent_begins_a_trace_of_its_own(header):
    assert tracing.heard(header) == ""


def test_a_request_goes_on_under_its_callers_trace_and_leaves_none_behind(rf):
    seen = tracing.Traced(lambda request: tracing.current())
    assert seen(rf.get("/", headers={"traceparent": HEADER})) == TRACE
    assert len(seen(rf.get("/"))) == 32
    assert seen(rf.get("/")) != seen(rf.get("/"))
    assert tracing.current() == ""


@pytest.mark.django_db(transaction=True)
def test_the_partner_and_what_follows_from_its_answer_hear_the_same_trace(worker, monkeypatch):
    line = Line("Le partenaire", "http://partner.test")

    def say_more(parcel, answer):
        if parcel.subject == "first":
            transmit("test.traced", partner="partner", subject="second", owner_id=1)

    carrier = Carrier("test.traced", "Essai", reads_nothing(lambda parcel: line.ask("POST", "/words", words={})), say_more)
    monkeypatch.setitem(carriers.CARRIERS, carrier.kind, carrier)
    with respx.mock:
        asked = respx.post("http://partner.test/words").mock(return_value=httpx.Response(200, json={}))
        with tracing.following(TRACE), transaction.atomic():
            transmit("test.traced", partner="partner", subject="first", owner_id=1)
        worker.run()

    headers = [call.request.headers["traceparent"] for call in asked.calls]
    assert [tracing.heard(header) for header in headers] == [TRACE, TRACE]
    assert headers[0] != headers[1], "each call is a step of its own"
    assert set(Transmission.objects.values_list("trace", flat=True)) == {TRACE}
