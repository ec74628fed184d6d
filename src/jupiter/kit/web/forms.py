"""Forms as this house shows them: French typing in, typed values out, one markup for label, hint and error."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jupiter.kit import french
from jupiter.kit.words import spoken

from .drawing import Drawn


class Renderer(TemplatesSetting):
    """FORM_RENDERER: every form of the house, also a filter's and Django's own, is drawn the same way."""

    bound_field_class = Drawn


# Fields

CAPITALS = {"autocapitalize": "characters", "spellcheck": "false"}


class ParsedField(forms.Field):
    """What was typed goes through a parser of kit.french; what it refuses is told in its words."""

    widget = forms.TextInput
    empty: Any = ""
    is_number = False
    typed_with: ClassVar[Mapping[str, object]] = {}

    def parse(self, typed: str) -> Any:
        raise NotImplementedError

    def printed(self, value: Any) -> str:
        return str(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, object]:
        return {} if widget.is_hidden else dict(self.typed_with)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return self.empty
        if not isinstance(value, str):
            return value
        if not french.INVISIBLE.sub("", value).strip():
            return self.empty
        try:
            return self.parse(value)
        except french.Unreadable as refusal:
            raise ValidationError(spoken(refusal.sentence), code="unreadable") from None

    def prepare_value(self, value: Any) -> Any:
        """What a person typed is shown again as typed."""
        return value if value is None or isinstance(value, str) else self.printed(value)


class PlateField(ParsedField):
    """`country_from` names the field of this form that holds the country."""

    typed_with: ClassVar = {
        "data-plate": True,
        "placeholder": "AA-123-BB",
        "autocapitalize": "characters",
        "spellcheck": "false",
        "maxlength": 20,
    }

    def __init__(self, *, country_from: str = "", **options: Any) -> None:
        self.country_from = country_from
        super().__init__(**options)

    def parse(self, typed: str) -> str:
        return french.parse_line(typed, most=40) if self.country_from else french.parse_plate(typed)

    def parse_for(self, country: str, typed: str) -> str:
        return french.parse_plate(typed, country=country)


class VinField(ParsedField):
    """`short` also takes the chassis number of an old car."""

    typed_with: ClassVar = CAPITALS | {"data-vin": True, "maxlength": 40}

    def __init__(self, *, short: bool = False, **options: Any) -> None:
        self.short = short
        super().__init__(**options)

    def parse(self, typed: str) -> str:
        return french.parse_vin(typed, short=self.short)


class LineField(ParsedField):
    """One line of free words."""

    def __init__(self, *, most: int = 200, **options: Any) -> None:
        self.most = most
        super().__init__(**options)

    def parse(self, typed: str) -> str:
        return french.parse_line(typed, most=self.most)


class NameField(ParsedField):
    def __init__(self, *, most: int = 80, **options: Any) -> None:
        self.most = most
        super().__init__(**options)

    def parse(self, typed: str) -> str:
        return french.parse_name(typed, most=self.most)


class RemarkField(ParsedField):
    """Several lines, kept as typed."""

    widget = forms.Textarea  # type: ignore[assignment]
    typed_with: ClassVar = {"rows": 3, "cols": None}  # the grid gives the width

    def __init__(self, *, most: int = 2000, **options: Any) -> None:
        self.most = most
        super().__init__(**options)

    def parse(self, typed: str) -> str:
        return french.parse_text(typed, most=self.most)


class PhoneField(ParsedField):
    """Kept as +33612345678, shown as the country writes it."""

    typed_with: ClassVar = {"inputmode": "tel"}

    def parse(self, typed: str) -> str:
        return french.parse_phone(typed)

    def prepare_value(self, value: Any) -> Any:
        return french.printed_phone(value) if isinstance(value, str) and re.fullmatch(r"\+[0-9]+", value) else value


class FrenchEmailField(ParsedField):
    typed_with: ClassVar = {"inputmode": "email", "spellcheck": "false", "autocapitalize": "none"}

    def parse(self, typed: str) -> str:
        return french.parse_email(typed)


class PostcodeField(ParsedField):
    """`country_from` names the field of this form that holds the country."""

    typed_with: ClassVar = {"maxlength": 10}

    def __init__(self, *, country_from: str = "", **options: Any) -> None:
        self.country_from = country_from
        super().__init__(**options)

    def parse(self, typed: str) -> str:
        return french.parse_line(typed, most=20) if self.country_from else french.parse_postcode(typed)

    def parse_for(self, country: str, typed: str) -> str:
        return french.parse_postcode(typed, country=country)


class SiretField(ParsedField):
    typed_with: ClassVar = {"inputmode": "numeric", "maxlength": 20}

    def parse(self, typed: str) -> str:
        return french.parse_siret(typed)


class Rrd1Field(ParsedField):
    typed_with: ClassVar = CAPITALS | {"maxlength": 12}

    def parse(self, typed: str) -> str:
        return french.parse_rrd1(typed)


class FrenchDateField(ParsedField):
    """`earliest` and `latest` are dates, or functions that give them: today is never asked at import."""

    empty = None
    typed_with: ClassVar = {"inputmode": "numeric", "placeholder": lazy("JJ/MM/AAAA"), "data-date": True, "maxlength": 24}

    def __init__(
        self, *, earliest: date | Callable[[], date] | None = None, latest: date | Callable[[], date] | None = None, **options: Any
    ) -> None:
        self.earliest, self.latest = earliest, latest
        super().__init__(**options)

    def parse(self, typed: str) -> date:
        return french.parse_date(typed)

    def printed(self, value: Any) -> str:
        return french.printed_date(value) if isinstance(value, date | datetime) else str(value)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        earliest, latest = _now(self.earliest), _now(self.latest)
        if earliest and value < earliest:
            raise ValidationError(
                _("Saisissez une date à partir du %(earliest)s") % {"earliest": french.printed_date(earliest)}, code="too_early"
            )
        if latest and value > latest:
            raise ValidationError(_("Saisissez une date jusqu’au %(latest)s") % {"latest": french.printed_date(latest)}, code="too_late")


def _now(bound: date | Callable[[], date] | None) -> date | None:
    return bound() if callable(bound) else bound


class FrenchTimeField(ParsedField):
    empty = None
    typed_with: ClassVar = {"placeholder": "14 h 30", "maxlength": 12}

    def parse(self, typed: str) -> time:
        return french.parse_time(typed)

    def printed(self, value: Any) -> str:
        return french.printed_time(value) if isinstance(value, time) else str(value)


class NumberField(ParsedField):
    """What the amounts and the whole numbers share: bounds, said in French."""

    empty = None
    is_number = True

    def __init__(self, *, min_value: int | Decimal | None = None, max_value: int | Decimal | None = None, **options: Any) -> None:
        self.min_value, self.max_value = min_value, max_value
        super().__init__(**options)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if self.min_value is not None and value < self.min_value:
            raise ValidationError(_("Saisissez %(min_value)s ou plus") % {"min_value": self.printed(self.min_value)}, code="min_value")
        if self.max_value is not None and value > self.max_value:
            raise ValidationError(_("Saisissez %(max_value)s ou moins") % {"max_value": self.printed(self.max_value)}, code="max_value")


class FrenchDecimalField(NumberField):
    """Takes 13 708,33 € with any kind of space, also the thin one that browsers print."""

    typed_with: ClassVar = {"inputmode": "decimal", "maxlength": 40}

    def __init__(self, *, places: int = 2, unit: str = "", **options: Any) -> None:
        self.places, self.unit = places, unit
        super().__init__(**options)

    def parse(self, typed: str) -> Decimal:
        return french.parse_amount(typed, places=self.places, unit=self.unit)

    def printed(self, value: Any) -> str:
        return french.grouped(value, self.places) if isinstance(value, Decimal | int) else str(value)


class MoneyField(FrenchDecimalField):
    """Euros and cents, from zero to what a numeric(10, 2) holds."""

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {"unit": "€|euros?|EUR", "min_value": 0, "max_value": Decimal("99999999.99")}
        super().__init__(**usual | options)


class WholeField(NumberField):
    """A whole number, from zero to what an integer column holds; `unit` may be typed behind it."""

    typed_with: ClassVar = {"inputmode": "numeric", "maxlength": 40}

    def __init__(self, *, unit: str = "", **options: Any) -> None:
        self.unit = unit
        super().__init__(**{"min_value": 0, "max_value": 2_147_483_647} | options)

    def parse(self, typed: str) -> int:
        return french.parse_whole(typed, unit=self.unit)

    def printed(self, value: Any) -> str:
        return french.grouped(value) if isinstance(value, int | Decimal) else str(value)


class KilometreField(WholeField):
    def __init__(self, *, max_value: int = 999_999, **options: Any) -> None:
        super().__init__(unit="kms?|kilomètres?", max_value=max_value, **options)


class PickField(forms.ChoiceField):
    """A list; a value that differs by its case only is the same value."""

    surely: Collection[str] = ()  # in the list, without looking: what stands there already need not have the list read

    def __deepcopy__(self, memo: dict[int, Any]) -> "PickField":
        """Each form has its own copy. The list is never changed in place, only replaced: it need not be copied word by word."""
        copied = forms.Field.__deepcopy__(self, memo)
        copied._choices = self._choices  # type: ignore[attr-defined]
        return copied

    def valid_value(self, value: Any) -> bool:
        return str(value) in self.surely or super().valid_value(value)

    def to_python(self, value: Any) -> str:
        typed = str(super().to_python(value))
        if self.valid_value(typed):
            return typed
        known = {str(key).casefold(): str(key) for key, label in _plain(self.choices)}
        return known.get(typed.strip().casefold(), typed)


# Forms


@dataclass(frozen=True)
class Group:
    """A fieldset: its title, and its fields in the order of the paper, each as name:columns (of twelve)."""

    title: str
    fields: str
    note: str = ""

    def names(self) -> list[tuple[str, int]]:
        pairs = [word.partition(":") for word in self.fields.split()]
        return [(name, int(width or 3)) for name, _, width in pairs]


class BoundGroup:
    """A group of one form: {% include "kit/fieldset.html" with group=form.groups.buyer %}."""

    def __init__(self, form: "KitForm", group: Group) -> None:
        self.title, self.note = group.title, group.note
        self._fields = [(form[name], width) for name, width in group.names() if name in form.fields]

    def __iter__(self) -> Iterator[tuple[forms.BoundField, int]]:
        return iter(self._fields)

    def as_fields(self) -> SafeString:
        return SafeString("".join(f'<div class="field w-{width}">{field.as_field_group()}</div>' for field, width in self._fields))


class Difference(NamedTuple):
    """A field that two people wrote at once, as each of them left it."""

    label: str
    mine: str
    theirs: str


class Conflict(NamedTuple):
    by: str
    at: datetime
    differences: Sequence[Difference]


OVERTAKEN = lazy("Quelqu’un a enregistré cette fiche avant vous\u00a0: comparez, puis enregistrez à nouveau")


class Fields(dict[str, forms.Field]):
    """A form's fields: those of its class, until one is asked for here. Then it is copied, to be changed in this form alone.

    Django copies all of them for each form, which took a sixth of a long form's time. `form[name]` reads a field without a copy, and so
    what it shows must not be changed through it."""

    def __init__(self, fields: Mapping[str, forms.Field]) -> None:
        super().__init__(fields)
        self.bound: dict[str, forms.BoundField] = {}  # its form's
        self._shared: set[str] = set()

    def __deepcopy__(self, memo: dict[int, Any]) -> "Fields":
        copied = Fields(self)
        copied._shared = set(self)
        return copied

    def as_read(self, name: str) -> forms.Field:
        return super().__getitem__(name)

    def __getitem__(self, name: str) -> forms.Field:
        if name in self._shared:
            self[name] = deepcopy(super().__getitem__(name))
            if name in self.bound:
                self.bound[name].field = super().__getitem__(name)
        return super().__getitem__(name)

    def __setitem__(self, name: str, field: forms.Field) -> None:
        self._shared.discard(name)
        super().__setitem__(name, field)

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def pop(self, name: str, *default: Any) -> Any:
        self.get(name)
        return super().pop(name, *default)

    def values(self) -> Any:
        self._own()
        return super().values()

    def items(self) -> Any:
        self._own()
        return super().items()

    def _own(self) -> None:
        for name in list(self._shared & self.keys()):
            self[name]


class KitForm(forms.Form):
    """UNITS stand in the control; SOURCE names what a value was taken from, {"plate": "bon"}, also set on one form.

    A form that edits a record carries its `version` in a hidden field; see show_conflict."""

    GROUPS: ClassVar[dict[str, Group]] = {}
    UNITS: ClassVar[dict[str, str]] = {}
    SOURCE: Mapping[str, str] = {}
    use_required_attribute = False

    def __init__(self, *args: Any, **options: Any) -> None:
        if not isinstance(self.base_fields, Fields):
            type(self).base_fields = Fields(self.base_fields)
        super().__init__(*args, **options)
        self.fields: Fields
        self.fields.bound = self._bound_fields_cache  # type: ignore[attr-defined]
        self.wanted: dict[str, str] = {}
        self.warnings: dict[str, str] = {}
        self.conflict: Conflict | None = None
        self._groups: dict[str, BoundGroup] | None = None

    def order_fields(self, field_order: Iterable[str] | None) -> None:
        """Django puts them into a dict of its own."""
        if field_order is not None:
            super().order_fields(field_order)
            self.fields = Fields(dict(self.fields.items()))

    def __getitem__(self, name: str) -> forms.BoundField:
        if name not in self.fields:
            return super().__getitem__(name)  # which says so
        bound = self.fields.bound
        if name not in bound:
            bound[name] = self.fields.as_read(name).get_bound_field(self, name)
        return bound[name]

    def _clean_fields(self) -> None:
        """As Django does it. But it dresses each field to judge it, and judges the blank ones too, which are most of a long form's."""
        optional = _optional(type(self))
        for name in self.fields:
            field = self.fields.as_read(name)
            try:
                if type(field)._clean_bound_field is BY_WHAT_IS_POSTED and not field.disabled:  # type: ignore[attr-defined]
                    typed = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
                    if optional.get(name) is field and typed in field.empty_values:
                        self.cleaned_data[name] = field.empty  # a ParsedField
                        continue
                    self.cleaned_data[name] = field.clean(typed)
                else:
                    self.cleaned_data[name] = field._clean_bound_field(self[name])  # type: ignore[attr-defined]
                if also := getattr(self, f"clean_{name}", None):
                    self.cleaned_data[name] = also()
            except ValidationError as error:
                self.add_error(name, error)

    @property
    def groups(self) -> dict[str, BoundGroup]:
        if self._groups is None:
            self._groups = {key: BoundGroup(self, group) for key, group in self.GROUPS.items()}
        return self._groups

    def want(self, missing: Mapping[str, str]) -> None:
        """Marks what may be saved empty and yet must be filled before the next act; the words are for the side list."""
        self.wanted = dict(missing)

    @property
    def missing(self) -> list[tuple[str, str]]:
        return [(self[name].id_for_label, words) for name, words in self.wanted.items()]

    def warn(self, doubts: Mapping[str, str]) -> None:
        """Ambers: to be looked at under the field, never in the way."""
        self.warnings = {name: spoken(words) for name, words in doubts.items()}

    def show_conflict(self, *, by: str, at: datetime, theirs: Mapping[str, Any]) -> None:
        """Someone saved first: both values of each field that differs, and the refusal in the summary."""
        differences = []
        for name, value in theirs.items():
            if name not in self.fields:
                continue
            mine, other = _as_read(self[name], self[name].value()), _as_read(self[name], value)
            if mine != other:
                differences.append(Difference(str(self[name].label), mine or "—", other or "—"))
        self.conflict = Conflict(by, at, differences)
        self.add_error(
            None,
            ValidationError(OVERTAKEN, code="conflict"),
        )

    def clean(self) -> dict[str, Any]:
        """Plates and postcodes follow the country of their form. A subclass calls this first."""
        for name in self.fields:
            field = self.fields.as_read(name)
            if not isinstance(field, PlateField | PostcodeField) or not field.country_from or not self.cleaned_data.get(name):
                continue
            country = str(self.cleaned_data.get(field.country_from) or "FR")
            try:
                self.cleaned_data[name] = field.parse_for(country, self.cleaned_data[name])
            except french.Unreadable as refusal:
                self.add_error(name, ValidationError(spoken(refusal.sentence), code="unreadable"))
        return self.cleaned_data

    def add_error(self, field: str | None, error: Any) -> None:
        """An empty mandatory field is named in its own message: Le champ immatriculation est obligatoire."""
        if field and isinstance(error, ValidationError) and not hasattr(error, "error_dict"):
            for one in error.error_list:
                if one.code == "required":
                    one.message = _("Le champ {field} est obligatoire").format(field=small(str(self[field].label)))
        super().add_error(field, error)

    def summary(self) -> list[tuple[str, str]]:
        """One line per error, in screen order, with the id of its field; first those no visible field owns."""
        orphans = [*self.non_field_errors(), *(error for field in self.hidden_fields() for error in field.errors)]
        owned = [(field.id_for_label, _named(field, error)) for field in self._in_screen_order() for error in field.errors]
        return [("main", str(error)) for error in orphans] + owned

    def _in_screen_order(self) -> list[forms.BoundField]:
        grouped: dict[str, None] = dict.fromkeys(
            name for group in self.GROUPS.values() for name, width in group.names() if name in self.fields
        )
        names: list[str] = [*grouped, *(name for name in self.fields if name not in grouped)]
        return [self[name] for name in names if not self[name].is_hidden]


BY_WHAT_IS_POSTED = forms.Field._clean_bound_field  # type: ignore[attr-defined]  # alone; a file's field also looks at what stood there
ONE_WORD: frozenset[type] = frozenset((forms.TextInput, forms.Textarea, forms.HiddenInput))  # what is typed is one value under its name


@cache
def _optional(form: type[KitForm]) -> dict[str, ParsedField]:
    """The fields of a class that may be left blank, where blank says nothing else than that."""
    return {
        name: field
        for name, field in form.base_fields.items()
        if isinstance(field, ParsedField)
        and not (field.required or field.disabled or hasattr(form, f"clean_{name}"))
        and field.widget.__class__ in ONE_WORD
        and all(getattr(type(field), judge) is getattr(forms.Field, judge) for judge in ("clean", "run_validators"))
    }


def small(label: str) -> str:
    """The label inside a sentence: Immatriculation becomes immatriculation, VIN stays VIN."""
    word = label.split(maxsplit=1)[0] if label.strip() else ""
    return label if sum(sign.isupper() for sign in word) > 1 else label[:1].lower() + label[1:]


def _named(field: forms.BoundField, error: object) -> str:
    """A message that names its field stands alone in the summary; the others get the name before them."""
    label, words = str(field.label), str(error)
    return words if label.lower() in words.lower() else f"{label}\u00a0: {words}"


def _as_read(field: forms.BoundField, value: Any) -> str:
    """The value as the screen shows it: the label of a choice, a date or an amount as printed."""
    if isinstance(field.field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in _plain(field.field.choices)}
        return labels.get("" if value is None else str(value), str(value or ""))
    if isinstance(field.field, forms.BooleanField):
        return "oui" if value and value != "False" else "non"
    typed = value
    if isinstance(value, str):  # 16450 and 16 450,00 are one amount
        try:
            typed = field.field.to_python(value)
        except ValidationError:
            return value
    prepared = field.field.prepare_value(typed)
    return "" if prepared is None else str(prepared)


def _plain(choices: Any) -> Iterator[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label
