"""The policy's PDF, served byte for byte as the insurer issued it."""

import re

from django.http import HttpResponse

from .models import PolicyDocument

SAFE = re.compile(r"[^A-Za-z0-9._-]")


def as_issued(document: PolicyDocument) -> HttpResponse:
    """Its name carries no right: whoever asks was let in before."""
    return HttpResponse(
        bytes(document.content or b""),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{SAFE.sub("_", document.name)}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "ETag": f'"{document.sha256}"',
        },
    )
