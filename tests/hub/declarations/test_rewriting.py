"""A sale is rewritten without the JSON that is as it was read: its words, its values, its quote (kit.writing.rewrite_changed)."""

import pytest
from django.db import transaction

from jupiter.hub.declarations.models import Sale
from jupiter.kit.writing import rewrite_changed
from tests.hub import make
from tests.statements import statements

JSON = ("words", "values", "refused_fields", "quote", "policy", "insurer_facts")


@pytest.fixture
def sale(api_client):
    return Sale.objects.get(pk=make.a_received_sale(api_client).pk)


def columns(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def written(sale):
    """The JSON columns that went out."""
    with statements() as said, transaction.atomic():
        rewrite_changed(sale)
    (update,) = [sql for sql in said if sql.startswith("UPDATE")]
    return {name for name in JSON if f'"{name}" = ' in update}


def test_only_json_that_was_replaced_goes_out(sale):
    assert written(sale) == set()
    sale.values = {**sale.values, "city": "CHARTRES"}
    sale.trouble = "Devis à reprendre"
    assert written(sale) == {"values"}
    assert columns(Sale.objects.get()) == columns(sale)
    assert written(sale) == set(), "it is known now"


def test_what_is_replaced_by_the_same_stays(sale):
    sale.words, sale.values = dict(sale.words), dict(sale.values)
    assert written(sale) == set()


def test_json_comes_and_goes(sale):
    sale.quote = {"number": "0000000012"}
    assert written(sale) == {"quote"}
    sale.quote = None
    assert written(sale) == {"quote"}
    assert Sale.objects.get().quote is None


def test_a_row_that_was_never_read_goes_out_whole(sale):
    fresh = Sale(**columns(sale))
    assert written(fresh) == set(JSON)
