"""What the list of orders may be asked."""

from collections.abc import Iterable
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit import searching
from jupiter.kit.walls import holds
from jupiter.kit.web.filtering import asked

from .models import Kind, Order, OrderSet, State


class OrderFilter(filters.FilterSet):
    # fmt: off
    number = filters.CharFilter(label=_("N°"), method="by_number", widget=asked(forms.SearchInput, _("N°"), "short"))
    state = filters.ChoiceFilter(label=_("Statut"), choices=State.choices, empty_label=_("Statut"), widget=asked(forms.Select, _("Statut")))
    buyer = filters.CharFilter(label=_("Acheteur"), method="by_buyer", widget=asked(forms.SearchInput, _("Acheteur")))
    taken = filters.CharFilter(label=_("VO repris"), method="by_taken", widget=asked(forms.SearchInput, _("VO repris"), "optional"))
    sold = filters.CharFilter(label=_("VO vendu"), method="by_sold", widget=asked(forms.SearchInput, _("VO vendu")))
    seller = filters.ChoiceFilter(label=_("Vendeur"), empty_label=_("Vendeur"), widget=asked(forms.Select, _("Vendeur")))
    kind = filters.ChoiceFilter(label=_("Type"), choices=Kind.choices, empty_label=_("Type"), widget=asked(forms.Select, _("Type"), "optional"))
    lender = filters.CharFilter(
        label=_("Organisme de financement"), lookup_expr="icontains", widget=asked(forms.SearchInput, _("Organisme de financement"), "optional")
    )
    # fmt: on
    vehicle = filters.CharFilter(method="by_vehicle", widget=forms.HiddenInput)  # from a car's sheet: its N° Police

    class Meta:
        model = Order
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, sellers: Iterable[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.filters["seller"].extra["choices"] = [(name, name) for name in sellers]

    def by_number(self, orders: OrderSet, name: str, value: str) -> OrderSet:
        digits = searching.squeezed(value)
        return orders.filter(number=int(digits)) if digits.isascii() and digits.isdecimal() and len(digits) < 16 else orders.none()

    def by_buyer(self, orders: OrderSet, name: str, value: str) -> OrderSet:
        orders = orders.filter(holds(Order, *searching.as_number_or_words(value)))
        return orders.filter(Q(buyer__last_name__gt="") | Q(buyer__first_name__gt=""))

    def by_taken(self, orders: OrderSet, name: str, value: str) -> OrderSet:
        number = searching.squeezed(value)
        return orders.filter(
            holds(Vehicle, number, at="trade_in_vehicle") | Q(trade_in_model__icontains=value) | Q(trade_in_plate__icontains=value)
        )

    def by_sold(self, orders: OrderSet, name: str, value: str) -> OrderSet:
        return orders.filter(holds(Vehicle, searching.squeezed(value), at="vehicle"))

    def by_vehicle(self, orders: OrderSet, name: str, value: str) -> OrderSet:
        return orders.filter(vehicle__stock_number=value)
