"""What a form's class declares, as it stands: to be compared with what it was before many requests."""

from copy import copy


def as_declared(form):
    """Of each field and its widget what they hold; other things than lists and dicts by which they are."""
    return {name: (type(field), _held(field), type(field.widget), _held(field.widget)) for name, field in form.base_fields.items()}


def _held(thing):
    return {name: copy(value) if isinstance(value, dict | list) else id(value) for name, value in vars(thing).items()}
