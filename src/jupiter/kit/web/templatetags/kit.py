"""The small words of our templates: icon, chip, plate, euros, bars. Built in: no screen loads them."""

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jupiter.kit.clock import paris
from jupiter.kit.french import NO_BREAK, grouped, printed_phone
from jupiter.kit.web.frame import State

register = template.Library()

UNKNOWN = "—"  # never 0


@register.simple_tag
@cache  # a page shows fifty of them
def icon(name: str) -> SafeString:
    """Beside a word, never alone: it says nothing to a screen reader."""
    url = static("jupiter/dist/icons.svg")
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', url, name)


@register.simple_tag
def chip(state: State) -> SafeString:
    return format_html('<span class="chip chip-{}">{}{}</span>', state.tone, icon(state.icon), state.label)


@register.simple_tag
def plate(number: str) -> SafeString:
    return format_html('<span class="plate"><span>{}</span></span>', number)


@register.filter
def figures(value: Decimal | int | None, places: int = 2) -> str:
    """16 450,00; an unknown figure is a dash."""
    return UNKNOWN if value is None or value == "" else grouped(value, places)


@register.filter
def euros(value: Decimal | int | None, places: int = 2) -> str:
    return UNKNOWN if value is None or value == "" else f"{grouped(value, places)}{NO_BREAK}€"


@register.filter
def km(value: int | str | None) -> str:
    return UNKNOWN if value is None or isinstance(value, str) else f"{grouped(value)}{NO_BREAK}km"


@register.filter
def percent(value: Decimal | None, places: int = 2) -> str:
    return UNKNOWN if value is None or value == "" else f"{grouped(value, places)}{NO_BREAK}%"


@register.filter
def clock(instant: datetime | None) -> str:
    """14 h 32, in Paris."""
    return f"{paris(instant):%-H}{NO_BREAK}h{NO_BREAK}{paris(instant):%M}" if instant else UNKNOWN


@register.filter
def moment(instant: datetime | None) -> str:
    """13/12/2021 à 14 h 32, in Paris."""
    return _("%(day)s à %(clock)s") % {"day": f"{paris(instant):%d/%m/%Y}", "clock": clock(instant)} if instant else UNKNOWN


@register.filter
def phone(number: str) -> str:
    return printed_phone(number) if number else UNKNOWN


@register.filter
def rows(table: Any) -> SafeString:
    """The body of a django-tables2 table, with the attributes of a column worked out once, not once a cell."""
    columns = [(column.name, column.attrs["td"].as_html()) for column in table.columns]
    lines = []
    for row in table.paginated_rows:
        cells = (f'<td role="cell" {attrs}>{_cell(row.get_cell(name))}</td>' for name, attrs in columns)
        lines.append(f'<tr role="row">{"".join(cells)}</tr>')
    return SafeString("".join(lines))


def _cell(value: Any) -> str:
    """As a template writes it: numbers and dates in French."""
    return conditional_escape(value if isinstance(value, str) else localize(value))


@register.inclusion_tag("kit/bars.html")
def bars(chart: dict[str, Any]) -> dict[str, Any]:
    """A bar chart drawn here: {title, unit, points: [(label, value), …]}. The last bar is now."""
    width, height, top, foot = 264, 124, 18, 20
    step = width / len(chart["points"])
    room = height - top - foot
    highest = max(value for _, value in chart["points"])
    shapes = []
    for i, (label, value) in enumerate(chart["points"]):
        size = round(room * value / highest, 1)
        shapes.append(
            {
                "label": label, "value": value, "x": round(i * step + step * 0.17, 1), "width": round(step * 0.66, 1),
                "y": round(top + room - size, 1), "height": size, "middle": round(i * step + step / 2, 1),
                "over": round(top + room - size - 6, 1), "now": i == len(chart["points"]) - 1,
            }
        )  # fmt: skip
    return chart | {"shapes": shapes, "width": width, "height": height, "base": top + room}
