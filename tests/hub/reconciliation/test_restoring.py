"""A hub that was restored takes its declaration back under its number, or says why it cannot."""

import pytest

from jupiter.contracts.reconciliation import KeptJobV1
from jupiter.hub.declarations import actions
from jupiter.hub.declarations.models import Cover, Sale
from jupiter.kit import numbers
from tests.hub import make

pytestmark = pytest.mark.django_db
NUMBER = "SP953617Z100034355"


def restore(sale, *, number=NUMBER, job=None):
    actions.restore_sale(sale, number=number, sequence=9, guarantor="stellantis", job=job, who="ADMINISTRATEUR RÉSEAU", now=make.NOON)
    return Sale.objects.get(pk=sale.pk)


def test_without_a_quote_it_is_to_be_declared_again_under_the_same_number(api_client):
    sale = restore(make.a_received_sale(api_client, said=make.full_words()))
    assert (sale.state, sale.declaration_number, sale.sequence) == ("received", NUMBER, 10), "the dealer knew 9: it hears of 10"
    declared = actions.declare_sale(sale, who="HAKIM AB", today=make.DAY, now=make.NOON)
    assert declared.declaration_number == NUMBER
    assert numbers.take("sp:953617Z") == 100034356, "no number twice"


def test_with_a_quote_it_is_declared_and_knows_its_policy(api_client):
    kept = make.example("kept_job")
    kept["state"]["external_reference"] = kept["line"]["external_reference"] = NUMBER
    sale = restore(make.a_received_sale(api_client), job=KeptJobV1.model_validate(kept))
    assert (sale.state, sale.cover, sale.policy_number) == ("declared", Cover.ISSUED, kept["state"]["policy"]["number"])
    assert sale.versions.get().words["requests"][2]["body"]["data"]["attributes"] == kept["words"]["vehicle"]


@pytest.mark.parametrize("number", ["SP812345B100034355", "of another sale"])
def test_a_number_of_another_is_not_given_back(api_client, number):
    other = make.a_declared_sale(api_client, "other")
    sale = make.a_received_sale(api_client, said=make.words(vehicle__plate="AA-222-AA"))
    with pytest.raises(actions.NumberTaken):
        restore(sale, number=other.declaration_number if number == "of another sale" else number)
    sale.refresh_from_db()
    assert sale.declaration_number is None
