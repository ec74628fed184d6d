"""A customer is the group's, and is found by what people remember."""

from jupiter.dealer.customers.actions import save_customer
from jupiter.dealer.customers.models import Customer
from tests.dealer import make


def test_a_known_customer_keeps_what_is_not_said_again(db):
    person = make.a_customer(make.a_group())
    save_customer(person.group, {"mobile": "+33612345678"}, customer=person)
    kept = Customer.objects.get()
    assert (kept.last_name, kept.mobile) == ("DUPONT", "+33612345678")
    assert list(Customer.objects.matching("0612345678")) == [kept]


def test_names_are_printed_as_lists_and_sheets_write_them(db):
    person = make.a_customer(make.a_group(), title="MRS", first_name="Stephane", postcode="68460", city="LUTTERBACH")
    assert person.list_name == "Mme DUPONT Stephane"
    assert person.sheet_name == "Mme DUPONT.Stephane-68460 LUTTERBACH"
    company = make.a_customer(person.group, title="COMPANY", last_name="GARAGE FICTIF", first_name="")
    assert company.list_name == "GARAGE FICTIF"


def test_the_card_of_another_groups_customer_is_unknown(client, db):
    person, foreign = make.a_customer(make.a_group()), make.a_customer(make.a_group())
    client.force_login(make.a_member(make.a_site(person.group)))
    assert client.get(f"/clients/{person.pk}/").status_code == 200
    assert client.get(f"/clients/{foreign.pk}/").status_code == 404
