from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    name = "jupiter.dealer.reconciliation"
    label = "reconciliation"
