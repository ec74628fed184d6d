from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "jupiter.kit.inbox"
    label = "inbox"
