"""What a quote costs the portal's database: nothing is read twice, and only a purchase writes much more than fifteen.

The wall is among them: one statement for a person, two for a program."""

from jupiter.insurer.quotes.models import Job
from tests.insurer import make
from tests.statements import at_most

JOBS = "/rest/job/v1/jobs"


def test_by_api(client, producer, product, hub):
    token = make.bearer(make.a_client(producer))
    hub_token = make.bearer(hub)
    with at_most(16):  # one waits for another declaration of the same new holder
        make.post(client, make.COMPOSITE, make.a_composite(), key="a", token=hub_token)
    job = Job.objects.get()
    with at_most(17):
        make.post(client, f"{JOBS}/{job.number}/quote", token=token)
    with at_most(19):
        bound = make.post(client, f"{JOBS}/{job.number}/bind-and-issue", {}, key="b", token=token)
    assert bound.json()["data"]["attributes"]["policyNumber"]


def test_on_the_screens(inside, producer, product, hub):
    job = make.a_draft(producer, product, client=hub)
    facts = {
        "version": job.version, "vin": job.vin, "plate": job.plate, "kind": job.kind, "first_registered_on": "14/09/2018",
        "make": job.make, "model": job.model, "fuel": job.fuel, "din_power_hp": "50", "mileage_km": "4500",
        "manufacturer_warranty_until": "14/09/2020", "manufacturer_warranty_km": "100000", "four_wheel_drive": "no",
    }  # fmt: skip
    with at_most(19):  # kept, then priced: two locks
        assert inside.post(f"/devis/{job.number}/vehicules/", facts)["location"] == f"/devis/{job.number}/offres/"
    with at_most(17):
        assert inside.post(f"/devis/{job.number}/acheter/")["location"] == f"/devis/{job.number}/confirmation/"
