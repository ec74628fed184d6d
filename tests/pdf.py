"""What a paper says, read back from its bytes as a person would: line by line."""

from io import BytesIO

from pypdf import PdfReader


def text(content: bytes) -> str:
    """All pages, with one plain space wherever there is room between two words."""
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text(extraction_mode="layout") for page in pages).split())
