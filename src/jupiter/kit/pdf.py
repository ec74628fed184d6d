"""Papers: a typst template and its facts in, the same bytes out whenever they are the same."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

_one_at_a_time = Lock()
NO_GLYPH = "could not be displayed"  # what PDF/A says of a character that no font here has


def printed(template: Path, facts: Mapping[str, Any], *, dated: date) -> bytes:
    """The template reads its facts with `json(bytes(sys.inputs.facts))`; the document bears the date it is given."""
    told = json.dumps(facts, ensure_ascii=False, default=str)
    try:
        return _compiled(template, told, dated, for_ever=True)
    except typst.TypstError as error:
        if NO_GLYPH not in str(error):
            raise
    # A script that our fonts lack: PDF/A refuses it; a plain PDF shows boxes in its place, and all the rest.
    return _compiled(template, told, dated, for_ever=False)


def _compiled(template: Path, told: str, dated: date, *, for_ever: bool) -> bytes:
    with _one_at_a_time:  # a compiler keeps what repeats from paper to paper, but serves one caller
        pdf = _compiler(template).compile(
            format="pdf",
            sys_inputs={"facts": told},
            pdf_standards=["a-3b"] if for_ever else [],
            timestamp=datetime.combine(dated, time(12), UTC),
        )
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no PDF")
    return pdf


@cache
def _compiler(template: Path) -> typst.Compiler:
    return typst.Compiler(template, root=template.parent, ignore_system_fonts=True)
