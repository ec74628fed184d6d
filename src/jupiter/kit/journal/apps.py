from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "jupiter.kit.journal"
    label = "journal"
