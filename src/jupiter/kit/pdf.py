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


def printed(template: Path, facts: Mapping[str, Any], *, dated: date) -> bytes:
    """The template reads its facts with `json(bytes(sys.inputs.facts))`; the document bears the date it is given."""
    with _one_at_a_time:  # a compiler keeps what repeats from paper to paper, but serves one caller
        pdf = _compiler(template).compile(
            format="pdf",
            sys_inputs={"facts": json.dumps(facts, ensure_ascii=False, default=str)},
            pdf_standards="a-3b",
            timestamp=datetime.combine(dated, time(12), UTC),
        )
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no PDF")
    return pdf


@cache
def _compiler(template: Path) -> typst.Compiler:
    return typst.Compiler(template, root=template.parent, ignore_system_fonts=True)
