"""Policies and their documents by API."""

import re
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from jupiter.insurer import guidewire
from jupiter.insurer.producers.access import CallerMay, for_the_caller
from jupiter.insurer.producers.models import Caller
from jupiter.kit.api import not_found
from jupiter.kit.clock import business_today

from .access import served
from .models import STATUS_WORDS, Document, Policy

router = Router(tags=["policies"])
router.add_decorator(for_the_caller)
POLICIES = "/rest/policy/v1/policies"
GUIDEWIRE_STATUS = {"scheduled": "Scheduled", "in_force": "InForce", "expired": "Expired"}


@router.get("/policy/v1/policies/{policy_id}", auth=CallerMay("read_policy"), summary="One policy")
def read_policy(request: HttpRequest, policy_id: str) -> Any:
    policy = _policy(request, policy_id)
    status = policy.status_on(business_today())
    attributes = {
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


@router.get("/policy/v1/policies/{policy_id}/documents", auth=CallerMay("read_document"), summary="Its documents")
def list_documents(request: HttpRequest, policy_id: str) -> Any:
    policy = _policy(request, policy_id)
    here = f"{POLICIES}/{policy.number}/documents"
    rows = policy.documents.defer("content").order_by("sequence")
    return guidewire.collection([_document_element(here, document) for document in rows], path=here)


@router.get("/policy/v1/policies/{policy_id}/documents/{sequence}/content", auth=CallerMay("read_document"), summary="The bytes as issued")
def document_content(request: HttpRequest, policy_id: str, sequence: int) -> HttpResponse:
    if not 0 < sequence < 10_000:
        raise not_found()
    document = _policy(request, policy_id).documents.filter(sequence=sequence).first()
    if document is None:
        raise not_found()
    return served(document)


def _document_element(here: str, document: Document) -> dict[str, Any]:
    attributes = {
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


def _policy(request: HttpRequest, policy_id: str) -> Policy:
    caller = cast(Caller, request.auth)  # type: ignore[attr-defined]
    names = ("account", "producer", "product", "offering")
    found = Policy.within(caller).select_related(*names).filter(number=policy_id) if re.fullmatch(r"[0-9]{10}", policy_id) else None
    policy = found.first() if found is not None else None
    if policy is None:
        raise not_found()
    return policy
