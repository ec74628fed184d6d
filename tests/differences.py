"""A difference of somebody, for tests that need one to look at."""

from jupiter.kit.differences.models import Difference


def a_difference(owner_id: int, label: str, **facts: object) -> Difference:
    told = {"neighbour": "hub", "subject": f"subject {owner_id}", "verdict": "behind", "fingerprint": "0" * 64, "sides": {"dealer": None}}
    return Difference.objects.get_or_create(owner_id=owner_id, label=label, defaults=told | facts)[0]
