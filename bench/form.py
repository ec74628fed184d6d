"""The HTML of the bon de commande's form: ours against Django's own, widget by widget, of the same fields. CPU time, paired."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import cache

import django
from django import forms
from django.forms.renderers import DjangoTemplates

from .figures import figure, paired

django.setup()

from jupiter.dealer.orders.forms.filling import as_typed  # noqa: E402  # once Django is set up
from jupiter.dealer.orders.forms.order import OrderForm  # noqa: E402  # once Django is set up
from jupiter.dealer.orders.forms.seeing import mark_what_is_missing  # noqa: E402
from jupiter.dealer.orders.models import Order, WarrantyChoice  # noqa: E402
from jupiter.dealer.sites.models import Site  # noqa: E402
from jupiter.kit.clock import business_today  # noqa: E402
from jupiter.kit.walls import everywhere  # noqa: E402

ROUNDS, TIMES = 9, 20


def main() -> None:
    order = (
        Order.objects.select_related("site", "vehicle", "warranty", "buyer")
        .filter(state="open", deleted_at=None)
        .order_by("number")
        .first()
    )
    assert order is not None
    choices = {
        "sites": list(Site.objects.filter(pk=order.site_id)),
        "warranties": cache(lambda: list(WarrantyChoice.objects.all())),
        "sellers": lambda: [order.seller],
        "me": order.seller,
    }

    def new() -> OrderForm:
        form = OrderForm(
            None, initial=dict(as_typed(order)), order=order, found_vehicle=order.vehicle, found_customer=None, found_trade_in=None,
            today=business_today(), **choices,
        )  # fmt: skip
        mark_what_is_missing(form)
        return form

    plain = DjangoTemplates()

    def ours(form: OrderForm) -> int:
        """Label, control, hint and error of every field."""
        return len("".join(field.as_field_group() for field in form.visible_fields()))

    def widgets(form: OrderForm) -> int:
        """Django's bound fields and renderer: one template for each widget, and nothing else."""
        form.renderer = plain
        return len("".join(forms.BoundField(form, form.fields[name], name).as_widget() for name in visible(form)))

    def groups(form: OrderForm) -> int:
        """Django's as_field_group: label, widget, hint and error, each by its template."""
        form.renderer = plain
        return len("".join(forms.BoundField(form, form.fields[name], name).as_field_group() for name in visible(form)))

    def cost(draw: Callable[[OrderForm], int]) -> Callable[[], float]:
        def once() -> float:
            fresh = [new() for _ in range(TIMES)]
            begun = time.process_time()
            for form in fresh:
                draw(form)
            return (time.process_time() - begun) / TIMES * 1000

        return once

    against_widgets = paired(cost(ours), cost(widgets), rounds=ROUNDS)
    against_groups = paired(cost(ours), cost(groups), rounds=ROUNDS)
    for one in (
        figure("form.cpu_ms", [a for a, _ in against_groups], "ms", words=f"bon de commande, {len(visible(new()))} fields"),
        figure("form.widgets_cpu_ms", [b for _, b in against_widgets], "ms", words="Django's bare widgets, no labels"),
        figure("form.groups_cpu_ms", [b for _, b in against_groups], "ms", words="Django's label, widget, hint, error"),
        figure("form.cpu_over_widgets", [a / b for a, b in against_widgets], "×", 1 / 3),
        figure("form.cpu_over_groups", [a / b for a, b in against_groups], "×", 1 / 3),
    ):
        print(json.dumps(asdict(one)))


def visible(form: OrderForm) -> list[str]:
    return [field.name for field in form.visible_fields()]


if __name__ == "__main__":
    with everywhere():
        main()
    sys.exit(0)
