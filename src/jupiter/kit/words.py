"""What is written down is French, whoever acts; what is shown is in the reader's language."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext, override

from . import french

Asked = ParamSpec("Asked")
Given = TypeVar("Given")


def spoken(text: str) -> str:
    """French that was made where the reader is not known (rules, parsers, clients), in the reader's language."""
    if get_language() == settings.LANGUAGE_CODE:
        return str(text)
    if isinstance(text, french.Sentence):
        values = {name: spoken(value) if isinstance(value, str) else value for name, value in text.values.items()}
        return gettext(text.pattern).format(**values)
    return gettext(text) if text else ""


spoken_later = lazy(spoken, str)
COUNTRIES = [(code, spoken_later(name)) for code, name in french.COUNTRIES.items()]  # to choose from


def in_french(function: Callable[Asked, Given]) -> Callable[Asked, Given]:
    """For what prints, keeps or sends labels that follow the reader elsewhere. (`override` itself, as a decorator, is shared by threads.)"""

    @wraps(function)
    def inner(*args: Asked.args, **named: Asked.kwargs) -> Given:
        with override(settings.LANGUAGE_CODE):
            return function(*args, **named)

    return inner
