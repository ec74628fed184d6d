"""What a form's fields cost: drawn by the kit, and by Django's one template per widget. Same form, same values, one run.

Django must be set up: python -m pytest loads it, bin/bench too. by_kit, by_django = seconds_of(OrderForm(...))"""

import copy
import time
from collections.abc import Callable

from django import forms
from django.forms.renderers import DjangoTemplates


def seconds_of(form: forms.Form, *, rounds: int = 30) -> tuple[float, float]:
    """CPU seconds for all the fields once, each with label, hint and error: by the kit, by Django."""
    plain = copy.deepcopy(form)
    plain.renderer = DjangoTemplates()
    plain.bound_field_class = forms.BoundField
    plain._bound_fields_cache.clear()  # type: ignore[attr-defined]
    return _best(lambda: _draw(form), rounds), _best(lambda: _draw(plain), rounds)


def _draw(form: forms.Form) -> str:
    return "".join(str(form[name] if form[name].is_hidden else form[name].as_field_group()) for name in form.fields)


def _best(work: Callable[[], object], rounds: int) -> float:
    """The quietest round: the others were disturbed."""
    work()
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)
