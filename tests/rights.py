"""The table of docs/rights.md, read for the tests that are generated from it."""

import re
from pathlib import Path

TABLES = Path(__file__).parents[1] / "docs/rights.md"


def rights_of(service: str) -> dict[str, frozenset[str]]:
    """Act by act, the roles that may, as the section of that name says."""
    _, section = TABLES.read_text("utf-8").split(f"\n## {service}\n")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.split("\n## ")[0].splitlines() if line.startswith("|")
    ]
    (_, _, *roles), _, *acts = rows
    return {re.sub("`", "", act): frozenset(role for role, said in zip(roles, may, strict=True) if said == "yes") for act, _, *may in acts}
