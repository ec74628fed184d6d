from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "jupiter.kit.accounts"
    label = "accounts"
