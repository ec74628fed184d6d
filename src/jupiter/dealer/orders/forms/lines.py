"""The numbered lines of the form: fees and deposits."""

FEE_LINES = range(1, 6)
DEPOSIT_LINES = range(1, 9)


def deposit_names(line: int) -> tuple[str, str, str]:
    """Amount, paid by, paid on: the first line stands among the other fields, the others below it."""
    after = "" if line == 1 else f"_{line}"
    return f"deposit{after}", f"paid_by{after}", f"deposit_on{after}"
