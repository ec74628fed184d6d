"""The document of the insurer’s API: committed, complete, and what its code says."""

from jupiter.insurer.urls import api
from tests import openapi


def test_the_committed_document_is_what_the_code_says():
    assert not (changed := openapi.changes("insurer", api.get_openapi_schema())), (
        f"jupiter insurer openapi > docs/api/insurer.v1.json\n{changed}"
    )


def test_a_stranger_finds_nothing_unsaid():
    assert openapi.bare(api.get_openapi_schema()) == []


def test_the_check_sees_what_is_unsaid():
    document = api.get_openapi_schema()
    del document["components"]["schemas"]["JobAttributes"]["properties"]["jobNumber"]["description"]
    document["paths"]["/rest/job/v1/jobs"]["get"]["responses"][200].pop("content")
    assert openapi.bare(document) == ["GET /rest/job/v1/jobs: the body of 200", "JobAttributes.jobNumber"]
    assert '"Numéro de devis: ten digits."' in openapi.changes("insurer", document)


def test_each_refusal_that_the_api_may_give_is_named_in_the_document():
    said = openapi.as_file(api.get_openapi_schema())
    for folder in ("quotes/api", "policies/api.py"):
        for code in openapi.codes_in(f"insurer/{folder}"):
            assert f"`{code}`" in said, code
