"""Filters above a list: each stands without a label beside it, and says its name itself."""

from typing import Any

from django import forms


def asked(widget: type[forms.Widget], name: Any, place: str = "") -> forms.Widget:
    """`place` is a class of the kit: optional leaves on a small screen."""
    kind = "form-select" if issubclass(widget, forms.Select) else "form-control"
    attrs = {"aria-label": name, "class": f"{kind} {place}".strip()}
    return widget(attrs=attrs | {"placeholder": name} if issubclass(widget, forms.SearchInput) else attrs)
