from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "jupiter.insurer.policies"
    label = "policies"
