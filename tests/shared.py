"""What many requests or rows share, and nobody may change: looked at while all tests of a service run."""

from contextlib import contextmanager
from copy import copy, deepcopy

import pytest

from jupiter.kit import writing
from jupiter.kit.web.forms import KitForm
from jupiter.kit.writing import RemembersJson


@contextmanager
def fields_of_a_class_stay_as_declared():
    """All requests read them: what one of them changed there, all others would show (kit.web.forms.Fields)."""
    seen, made = {}, KitForm.__init__

    def note_and_make(form, *args, **options):
        seen.setdefault(type(form), as_declared(type(form)))
        made(form, *args, **options)

    KitForm.__init__ = note_and_make
    yield
    KitForm.__init__ = made
    assert [kind.__qualname__ for kind, before in seen.items() if as_declared(kind) != before] == []


@contextmanager
def json_of_a_row_is_replaced_never_changed_in_place():
    """What was changed in place would not be written (kit.writing.rewrite_changed)."""
    read, left_out, changed_in_place = RemembersJson.from_db.__func__, writing._unchanged, []

    def from_db(cls, *row):
        made = read(cls, *row)
        made._as_it_was = deepcopy(made._as_read)
        return made

    def looked_at(row):
        names = left_out(row)
        was = getattr(row, "_as_it_was", {})
        changed_in_place.extend((type(row).__qualname__, name) for name in names if name in was and was[name] != row.__dict__[name])
        row._as_it_was = deepcopy({name: row.__dict__[name] for name in writing._json_of(type(row))})
        return names

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RemembersJson, "from_db", classmethod(from_db))
        patch.setattr(writing, "_unchanged", looked_at)
        yield
    assert not changed_in_place


def as_declared(form):
    """Of each field and its widget what they hold; other things than lists and dicts by which they are."""
    return {name: (type(field), _held(field), type(field.widget), _held(field.widget)) for name, field in form.base_fields.items()}


def _held(thing):
    return {name: copy(value) if isinstance(value, dict | list) else id(value) for name, value in vars(thing).items()}
