from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    name = "jupiter.hub.reconciliation"
    label = "reconciliation"
