from django.apps import AppConfig


class GuarantorsConfig(AppConfig):
    name = "jupiter.hub.guarantors"
    label = "guarantors"
