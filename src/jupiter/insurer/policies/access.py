"""How a document leaves the house: as issued, never guessed at, only to whom the caller of this has let in."""

from django.http import HttpResponse

from .models import Document


def served(document: Document, *, as_attachment: bool = False) -> HttpResponse:
    answer = HttpResponse(bytes(document.content), content_type="application/pdf")
    answer["Content-Disposition"] = f'{"attachment" if as_attachment else "inline"}; filename="{document.name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["ETag"] = f'"{document.sha256}"'
    return answer
