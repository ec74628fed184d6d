"""The document of the hub's API: committed, complete, and what its code says."""

from jupiter.hub.urls import api
from tests import openapi


def test_the_committed_document_is_what_the_code_says():
    assert not (changed := openapi.changes("hub", api.get_openapi_schema())), f"jupiter hub openapi > docs/api/hub.v1.json\n{changed}"


def test_a_stranger_finds_nothing_unsaid():
    assert openapi.bare(api.get_openapi_schema()) == []


def test_the_check_sees_what_is_unsaid():
    document = api.get_openapi_schema()
    del document["components"]["schemas"]["SaleV1"]["properties"]["price_gross"]["description"]
    document["paths"]["/api/v1/grants"]["post"]["responses"][201].pop("content")
    assert openapi.bare(document) == ["POST /api/v1/grants: the body of 201", "SaleV1.price_gross"]
    assert "Agreed price, TTC." in openapi.changes("hub", document)


def test_each_refusal_that_the_api_may_give_is_named_in_the_document():
    said = openapi.as_file(api.get_openapi_schema())
    for folder in ("declarations/api.py", "dealers/api.py"):
        for code in openapi.codes_in(f"hub/{folder}"):
            assert f"`{code}`" in said, code
