"""Policies and their documents by API."""

import re
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from typing_extensions import TypedDict

from jupiter.insurer import guidewire
from jupiter.insurer.guidewire import DOCUMENTED, Amount, Collected, Link, Named, Typekey
from jupiter.insurer.producers.access import CallerMay, caller_of, for_the_caller
from jupiter.insurer.producers.models import CompiledWithin
from jupiter.kit.api import not_found
from jupiter.kit.clock import business_today
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.openapi import told

from .access import served
from .models import STATUS_WORDS, Document, Policy

router = Router(tags=["policies"])
router.add_decorator(for_the_caller)
PolicyId = Annotated[str, Path(description="The number of the policy: ten digits")]
POLICIES = "/rest/policy/v1/policies"


@DOCUMENTED
class InsuredCar(TypedDict):
    """The car, as it was when the policy was bought."""

    vin: str
    """17 characters."""
    licensePlate: str
    """SIV, with dashes."""
    make: str
    """Marque."""
    model: str
    """Modèle."""


@DOCUMENTED
class PolicyAttributes(TypedDict):
    """A policy, as it was issued."""

    id: str
    """The same as `policyNumber`."""
    policyNumber: str
    """Ten digits."""
    status: Typekey
    """`Scheduled`, `InForce` or `Expired`, today in Paris."""
    producerCode: str
    """Of the point of sale: six digits and a letter."""
    account: Named
    """The buyer."""
    product: Named
    """GVO France."""
    offering: Named
    """What was bought: `GVO Premium 7 / 150`."""
    months: int
    """Duration."""
    waitingMonths: int
    """Période de carence, in months."""
    periodStart: str
    """First covered day, YYYY-MM-DD."""
    periodEnd: str
    """Half-open: cover ends as this day begins."""
    issueDate: str
    """When it was bought, YYYY-MM-DD."""
    totalPremium: Amount
    """TTC."""
    worksheet: dict[str, Any]
    """How the price came about: `lines`, `taxes`, `net`, `tax`, `gross`, as in the job's offer."""
    vehicle: InsuredCar
    """The car."""
    jobNumber: str
    """Numéro de devis: ten digits."""


@DOCUMENTED
class PolicyData(TypedDict):
    """The element."""

    attributes: PolicyAttributes
    """What it is."""
    checksum: str
    """Of this version."""
    links: dict[str, Link]
    """`self`, `documents`."""


@DOCUMENTED
class PolicyResponse(TypedDict):
    """One policy."""

    data: PolicyData
    """The policy."""


@DOCUMENTED
class DocumentAttributes(TypedDict):
    """A paper, as it was issued."""

    id: str
    """Its place among the policy's papers, from 1."""
    name: str
    """File name; it carries no right."""
    mimeType: str
    """`application/pdf`."""
    sha256: str
    """Of its bytes, in hexadecimal."""
    size: int
    """Bytes."""
    href: str
    """Where its bytes are, on this service."""
    dateIssued: str
    """YYYY-MM-DD."""


@DOCUMENTED
class DocumentData(TypedDict):
    """The element."""

    attributes: DocumentAttributes
    """What it is."""
    checksum: str
    """The first 16 signs of its SHA-256."""
    links: dict[str, Link]
    """`content`."""


@DOCUMENTED
class DocumentsResponse(TypedDict):
    """The papers of a policy, oldest first."""

    count: int
    """How many there are."""
    data: list[DocumentData]
    """The papers."""
    links: Collected
    """The address of this answer."""


GUIDEWIRE_STATUS = {"scheduled": "Scheduled", "in_force": "InForce", "expired": "Expired"}


@router.get(
    "/policy/v1/policies/{policy_id}",
    auth=CallerMay("read_policy"),
    summary="One policy",
    openapi_extra=told(answers={200: PolicyResponse}),
)
def read_policy(request: HttpRequest, policy_id: PolicyId) -> Any:
    """In the words of the day it was bought; only its status follows the calendar."""
    policy = _policy(request, policy_id)
    status = policy.status_on(business_today())
    attributes: PolicyAttributes = {
        "id": policy.number,
        "policyNumber": policy.number,
        "status": guidewire.typekey(GUIDEWIRE_STATUS[status], STATUS_WORDS[status]),
        "producerCode": policy.producer.code,
        "account": {"id": policy.account.public_id, "displayName": policy.account.list_name},
        "product": {"id": policy.product.code, "displayName": policy.product.name},
        "offering": {"id": policy.offering.code, "displayName": policy.product_name},
        "months": policy.months,
        "waitingMonths": policy.waiting_months,
        "periodStart": policy.starts_on.isoformat(),
        "periodEnd": policy.ends_on.isoformat(),
        "issueDate": policy.issued_on.isoformat(),
        "totalPremium": guidewire.euros(policy.gross),
        "worksheet": policy.worksheet,
        "vehicle": {"vin": policy.vin, "licensePlate": policy.plate, "make": policy.make, "model": policy.model},
        "jobNumber": policy.job_number,
    }
    here = f"{POLICIES}/{policy.number}"
    return guidewire.element(attributes, checksum="1", links={"self": (here, "get"), "documents": (f"{here}/documents", "get")})


@router.get(
    "/policy/v1/policies/{policy_id}/documents",
    auth=CallerMay("read_document"),
    summary="Its documents",
    openapi_extra=told(answers={200: DocumentsResponse}),
)
def list_documents(request: HttpRequest, policy_id: PolicyId) -> Any:
    """Names, digests and addresses; the bytes are at `href`."""
    policy = _policy(request, policy_id)
    here = f"{POLICIES}/{policy.number}/documents"
    return guidewire.collection([_document_element(here, document) for document in DOCUMENTS.rows(policy=policy.pk)], path=here)


@router.get(
    "/policy/v1/policies/{policy_id}/documents/{sequence}/content",
    auth=CallerMay("read_document"),
    summary="The bytes as issued",
    openapi_extra=told(files={200: "application/pdf"}),
)
def document_content(
    request: HttpRequest, policy_id: PolicyId, sequence: Annotated[int, Path(description="The document's id: its place, from 1")]
) -> HttpResponse:
    """The same bytes at each download; their SHA-256 is the ETag."""
    if not 0 < sequence < 10_000 or not NUMBER.fullmatch(policy_id):
        raise not_found()
    document = DOCUMENT.first(caller_of(request), number=policy_id, sequence=sequence)
    if document is None:
        raise not_found()
    return served(document)


def _document_element(here: str, document: Document) -> dict[str, Any]:
    attributes: DocumentAttributes = {
        "id": str(document.sequence),
        "name": document.name,
        "mimeType": "application/pdf",
        "sha256": document.sha256,
        "size": document.size,
        "href": f"{here}/{document.sequence}/content",
        "dateIssued": document.issued_on.isoformat(),
    }
    links = {"content": (f"{here}/{document.sequence}/content", "get")}
    return guidewire.element(attributes, checksum=document.sha256[:16], links=links)


NUMBER = re.compile(r"[0-9]{10}")
POLICY = CompiledWithin(lambda: Policy.objects.select_related("account", "producer", "product", "offering").filter(number=Given("number")))
DOCUMENTS = Compiled(lambda: Document.objects.defer("content").filter(policy=Given("policy")).order_by("sequence"))
DOCUMENT = CompiledWithin(
    lambda: Document.objects.filter(policy__number=Given("number"), sequence=Given("sequence")), producer="policy__producer_id"
)


def _policy(request: HttpRequest, policy_id: str) -> Policy:
    policy = POLICY.first(caller_of(request), number=policy_id) if NUMBER.fullmatch(policy_id) else None
    if policy is None:
        raise not_found()
    return policy
