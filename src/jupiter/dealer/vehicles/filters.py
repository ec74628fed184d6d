"""What the list of the stock may be asked."""

from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from jupiter.kit import searching
from jupiter.kit.walls import holds
from jupiter.kit.web.filtering import asked

from .models import State, Vehicle, VehicleSet


class VehicleFilter(filters.FilterSet):
    # fmt: off
    model = filters.CharFilter(label=_("Marque, modèle"), method="by_words", widget=asked(forms.SearchInput, _("Marque, modèle")))
    state = filters.ChoiceFilter(label=_("Statut"), choices=State.choices, empty_label=_("Statut"), widget=asked(forms.Select, _("Statut")))
    plate = filters.CharFilter(label=_("Immat."), method="by_plate", widget=asked(forms.SearchInput, _("Immat.")))
    stock_number = filters.CharFilter(
        label=_("N° Police"), lookup_expr="icontains", widget=asked(forms.SearchInput, _("N° Police"), "optional")
    )
    site = filters.ChoiceFilter(label=_("Site"), field_name="site_id", empty_label=_("Site"), widget=asked(forms.Select, _("Site")))
    # fmt: on

    class Meta:
        model = Vehicle
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, sites: Any = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.filters["site"].extra["choices"] = [(site.pk, site.name) for site in sites]

    def by_plate(self, cars: VehicleSet, name: str, value: str) -> VehicleSet:
        return cars.filter(holds(Vehicle, searching.squeezed(value)))

    def by_words(self, cars: VehicleSet, name: str, value: str) -> VehicleSet:
        return cars.matching(value)
