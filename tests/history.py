"""Whether a service keeps the former versions of what it should: each service's test asks with its own settings."""

from django.apps import apps
from django.db import models

from jupiter.kit.crypto import SealedField

# Written once and never changed (their tables or their actions see to it), or worth nothing tomorrow
WITHOUT_HISTORY = {
    "accounts.Session", "journal.Entry", "inbox.KeptAnswer", "inbox.ReceivedNotice", "numbers.Counter",
    "differences.Comparison",
    "transmissions.Transmission", "transmissions.Attempt", "transmissions.PartnerTrouble",
    "orders.OrderPaper", "declarations.KeptDocument",
    "declarations.Correction", "declarations.DeclarationVersion", "declarations.Launch",
    "policies.PolicyTransaction", "policies.Document", "policies.Viewing",
}  # fmt: skip


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("jupiter.")]


def events() -> list[type[models.Model]]:
    return [model for model in ours() if hasattr(model, "pgh_tracked_model")]


def models_without_history() -> set[str]:
    kept = {model.pgh_tracked_model for model in events()}  # type: ignore[attr-defined]
    return {model._meta.label for model in ours() if model not in kept and model not in events()} - WITHOUT_HISTORY


def secrets_in_history() -> list[str]:
    return [
        f"{model._meta.label}.{field.name}"
        for model in events()
        for field in model._meta.fields
        if isinstance(field, SealedField) or field.name == "password"
    ]
