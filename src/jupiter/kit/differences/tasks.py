"""Differences are counted among what is seen of a service from outside."""

from django.utils.translation import gettext_lazy as lazy

from jupiter.kit import state

from .models import Difference

state.register(state.Gauge("differences", lazy("Écarts entre services"), lambda: Difference.objects.unsettled().count()))
