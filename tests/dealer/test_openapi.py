"""The document of what Jupiter takes from others: committed, complete, and what its code says."""

from jupiter.dealer.urls import api
from tests import openapi


def test_the_committed_document_is_what_the_code_says():
    assert not (changed := openapi.changes("dealer", api.get_openapi_schema())), (
        f"jupiter dealer openapi > docs/api/dealer.v1.json\n{changed}"
    )


def test_a_stranger_finds_nothing_unsaid():
    assert openapi.bare(api.get_openapi_schema()) == []
