"""Fields drawn as text, from plain values: a template per widget would cost ten times the CPU on the busiest page."""

from collections.abc import Callable, Iterable, Mapping
from html import escape as escape_text
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from .templatetags.kit import icon


def escape(value: object) -> str:
    """As a template does: what is marked safe stays; and half a surrogate, which no page can carry, becomes a question mark."""
    if isinstance(value, Promise):
        value = str(value)
    if hasattr(value, "__html__"):
        return str(value.__html__())
    text = escape_text(str(value))
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def flat(attrs: Mapping[str, object]) -> str:
    parts = []
    for name, value in attrs.items():
        if value is True:
            parts.append(f" {name}")
        elif value is not None and value is not False:
            parts.append(f' {name}="{escape(value)}"')
    return "".join(parts)


class Drawn(forms.BoundField):
    """{{ field }} is the control alone, {{ field.as_field_group }} the label, the control, the hint and the error."""

    def as_widget(self, widget: Any = None, attrs: Any = None, only_initial: bool = False) -> SafeString:
        draw = CONTROLS.get(type(self.field.widget))
        if draw is None or widget or attrs or only_initial:
            return super().as_widget(widget, attrs or {"class": "form-control", **self._told()}, only_initial)
        return SafeString(draw(self))

    def as_field_group(self) -> SafeString:
        return SafeString("".join((_checkbox_line(self) if _is_box(self) else _labelled(self), _hint(self), _warning(self), _errors(self))))

    @property
    def id_for_label(self) -> str:
        """Where a line of the summary leads: of a list of choices, to the first one."""
        is_list = CONTROLS.get(type(self.field.widget)) is _choice_list
        return f"{self.auto_id}_0" if is_list else super().id_for_label

    @property
    def unit(self) -> str:
        return str(getattr(self.form, "UNITS", {}).get(self.name, ""))

    def _mark(self, kind: str) -> Any:
        return getattr(self.form, kind, {}).get(self.name)

    def _own_errors(self) -> list[str]:
        return [str(error) for error in self.form.errors.get(self.name) or ()]

    def _told(self) -> dict[str, str]:
        """What a screen reader is told of the control."""
        told = {}
        if self.field.required:
            told["aria-required"] = "true"
        if self._own_errors():
            told["aria-invalid"] = "true"
        where = []
        if self.help_text:
            where.append(f"{self.auto_id}_helptext")
        if self._mark("warnings"):
            where.append(f"{self.auto_id}_warning")
        if self._own_errors():
            where.append(f"{self.auto_id}_error")
        if where:
            told["aria-describedby"] = " ".join(where)
        return told

    def attributes(self, css: str) -> str:
        own = dict(self.field.widget.attrs)
        if extra := own.pop("class", ""):
            css = f"{css} {extra}"
        if self.form.errors:
            own.pop("autofocus", None)  # the summary has the focus
        own.setdefault("autocomplete", "off")  # a customer's data, not the seller's own
        name, auto_id = escape(self.html_name), escape(own.pop("id", self.auto_id))
        disabled = " disabled" if self.field.disabled else ""
        return f' name="{name}" id="{auto_id}" class="{escape(css)}"{flat(_habits(type(self.field)) | own | self._told())}{disabled}'


def _habits(kind: type[forms.Field]) -> dict[str, object]:
    """How Django's own fields are typed; ours say it themselves."""
    if issubclass(kind, forms.DecimalField):  # a subclass of IntegerField: ask it first
        return {"inputmode": "decimal"}
    if issubclass(kind, forms.IntegerField):
        return {"inputmode": "numeric"}
    if issubclass(kind, forms.DateField):
        return {"inputmode": "numeric", "placeholder": lazy("JJ/MM/AAAA")}
    return {}


def _is_number(field: forms.Field) -> bool:
    return isinstance(field, forms.IntegerField) or getattr(field, "is_number", False)


# Controls


def _input(bound: Drawn) -> str:
    widget = bound.field.widget
    value = widget.format_value(bound.value())
    shown = "" if value is None or value == "" else f' value="{escape(value)}"'
    css = "form-control num" if _is_number(bound.field) else "form-control"
    return f'<input type="{widget.input_type}"{shown}{bound.attributes(css)}>'


def _password(bound: Drawn) -> str:
    return f'<input type="password"{bound.attributes("form-control")}>'


def _hidden(bound: Drawn) -> str:
    value = bound.field.widget.format_value(bound.value())
    shown = "" if value is None else f' value="{escape(value)}"'
    own = flat(bound.field.widget.attrs)
    return f'<input type="hidden" name="{escape(bound.html_name)}" id="{escape(bound.auto_id)}"{shown}{own}>'


def _textarea(bound: Drawn) -> str:
    value = bound.field.widget.format_value(bound.value())
    return f"<textarea{bound.attributes('form-control')}>\n{escape(value or '')}</textarea>"


def _select(bound: Drawn) -> str:
    several = " multiple" if isinstance(bound.field.widget, forms.SelectMultiple) else ""
    options = "".join(_options(_choices(bound), _chosen(bound)))
    return f"<select{several}{bound.attributes('form-select')}>{options}</select>"


def _choices(bound: Drawn) -> Iterable[tuple[Any, Any]]:
    choices: Iterable[tuple[Any, Any]] = bound.field.widget.choices
    return choices


def _chosen(bound: Drawn) -> set[str]:
    value = bound.value()
    values = value if isinstance(value, list | tuple | set) else [value]
    return {"" if one is None else str(one) for one in values}


def _options(choices: Iterable[tuple[Any, Any]], chosen: set[str]) -> Iterable[str]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield f'<optgroup label="{escape(value)}">{"".join(_options(label, chosen))}</optgroup>'
            continue
        key = "" if value is None else str(value)
        selected = " selected" if key in chosen else ""
        yield f'<option value="{escape(key)}"{selected}>{escape(label)}</option>'


def _checkbox(bound: Drawn) -> str:
    widget = bound.field.widget
    value = bound.value()
    checked = " checked" if widget.check_test(value) else ""
    own = dict(widget.attrs)
    css = f"form-check-input {own.pop('class', '')}".strip()
    disabled = " disabled" if bound.field.disabled else ""
    told = flat(own | bound._told())
    return f'<input type="checkbox" name="{escape(bound.html_name)}" id="{escape(bound.auto_id)}" class="{css}"{told}{checked}{disabled}>'


def _choice_list(bound: Drawn) -> str:
    """Radios, or boxes: one line each, under a label that names them all."""
    kind = "radio" if isinstance(bound.field.widget, forms.RadioSelect) else "checkbox"
    chosen = _chosen(bound)
    role = "radiogroup" if kind == "radio" else "group"
    lines = []
    for i, (value, label) in enumerate(_choices(bound)):
        key = "" if value is None else str(value)
        checked = " checked" if key in chosen else ""
        lines.append(
            f'<label class="check"><input type="{kind}" class="form-check-input" name="{escape(bound.html_name)}"'
            f' id="{escape(bound.auto_id)}_{i}" value="{escape(key)}"{checked}{flat(bound.field.widget.attrs)}>'
            f"<span>{escape(label)}</span></label>"
        )
    told = bound._told()
    if kind == "checkbox":
        told.pop("aria-required", None)
    named = f' aria-labelledby="{escape(bound.auto_id)}_label" tabindex="-1"'
    return f'<div class="checks" id="{escape(bound.auto_id)}" role="{role}"{named}{flat(told)}>{"".join(lines)}</div>'


CONTROLS: dict[type[forms.Widget], Callable[[Drawn], str]] = {
    **dict.fromkeys(
        (
            forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.DateInput, forms.TimeInput,
            forms.DateTimeInput, forms.SearchInput, forms.TelInput,
        ),
        _input,
    ),
    forms.PasswordInput: _password,
    forms.HiddenInput: _hidden,
    forms.Textarea: _textarea,
    forms.Select: _select,
    forms.SelectMultiple: _select,
    forms.CheckboxInput: _checkbox,
    forms.RadioSelect: _choice_list,
    forms.CheckboxSelectMultiple: _choice_list,
}  # fmt: skip


# Around the control


def _is_box(bound: Drawn) -> bool:
    return isinstance(bound.field.widget, forms.CheckboxInput)


def _checkbox_line(bound: Drawn) -> str:
    return f'<label class="check" for="{escape(bound.auto_id)}">{bound.as_widget()}<span>{escape(bound.label)}</span></label>'


CHECK, ERROR = lazy("À vérifier\u00a0:"), lazy("Erreur\u00a0:")  # before the words, for who does not see their colour


def _labelled(bound: Drawn) -> str:
    unit, source = bound.unit, bound._mark("SOURCE")
    spoken = f'<span class="visually-hidden">{escape(_(", en {unit}").format(unit=unit))}</span>' if unit else ""
    parts = [f'<span class="text">{escape(bound.label)}{spoken}</span>']
    if bound.field.required:
        parts.append('<span class="req" aria-hidden="true">*</span>')
    if source:
        parts.append(f'<span class="source"><span class="visually-hidden">{escape(_("repris du "))}</span>{escape(source)}</span>')
    if bound._mark("wanted"):
        parts.append(
            f'<span class="wanted">{icon("circle-dashed")}<span class="visually-hidden">{escape(_(", à compléter"))}</span></span>'
        )
    inside = "".join(parts)
    if CONTROLS.get(type(bound.field.widget)) is _choice_list:
        return f'<span class="form-label" id="{escape(bound.auto_id)}_label">{inside}</span>{bound.as_widget()}'
    shown = f'<span class="unit" aria-hidden="true">{escape(unit)}</span>' if unit else ""
    return (
        f'<label class="form-label" for="{escape(bound.id_for_label)}">{inside}</label>'
        f'<div class="control unit-{len(unit)}">{bound.as_widget()}{shown}</div>'
    )


def _hint(bound: Drawn) -> str:
    return f'<div class="form-text" id="{escape(bound.auto_id)}_helptext">{escape(bound.help_text)}</div>' if bound.help_text else ""


def _warning(bound: Drawn) -> str:
    if not (words := bound._mark("warnings")):
        return ""
    return (
        f'<div class="field-warning" id="{escape(bound.auto_id)}_warning">{icon("alert-triangle")}'
        f'<div><span class="visually-hidden">{escape(CHECK)}</span> {escape(words)}</div></div>'
    )


def _errors(bound: Drawn) -> str:
    if not (errors := bound._own_errors()):
        return ""
    lines = "".join(f'<div><span class="visually-hidden">{escape(ERROR)}</span> {escape(error)}</div>' for error in errors)
    return f'<div class="field-error" id="{escape(bound.auto_id)}_error">{icon("alert-circle")}<div>{lines}</div></div>'
