"""A table as a file: CSV as Excel opens it in France, or XLSX. What was typed stays text: no cell becomes a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, TextIOWrapper
from typing import IO, Any, Protocol

import django_tables2 as tables
from django.http import FileResponse, HttpRequest, HttpResponseBase
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

CSV, XLSX = "csv", "xlsx"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
RISKY = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # what makes a spreadsheet reckon
UNWRITABLE = {code: "\ufffd" for code in range(32) if chr(code) not in "\t\n\r"}  # XML holds none of these


class Exportable(Protocol):
    """A django-tables2 table: its columns and, row by row, what its `value_…` methods say."""

    def as_values(self, exclude_columns: Sequence[str] | None = None) -> Iterable[Sequence[Any]]: ...


def exported(table: Exportable, *, kind: str, name: str, leave_out: Sequence[str] = ("pick",)) -> HttpResponseBase:
    """All the rows of the table, not only its page. Read here and now: once the answer leaves, they exist no more (kit.walls)."""
    rows = table.as_values(exclude_columns=leave_out)
    write, kind_of_file = (_workbook, XLSX_TYPE) if kind == XLSX else (_lines, CSV_TYPE)
    file = BytesIO()
    write(rows, file)
    file.seek(0)
    headers = {"x-content-type-options": "nosniff", "cache-control": "no-store"}
    return FileResponse(file, as_attachment=True, filename=f"{name}.{kind}", content_type=kind_of_file, headers=headers)


def wanted(request: HttpRequest) -> str:
    """The kind of file that a list's address asks for (?_export=csv); empty where it asks for the page."""
    kind = request.GET.get("_export", "")
    return kind if kind in (CSV, XLSX) else ""


def list_as_file(table: tables.Table, request: HttpRequest, *, name: str) -> HttpResponseBase:
    """The rows that the list shows, on all of its pages, in the order that the address asks for."""
    tables.RequestConfig(request, paginate=False).configure(table)
    return exported(table, kind=wanted(request), name=name)


def _lines(rows: Iterable[Sequence[Any]], file: IO[bytes]) -> None:
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerows([_as_text(value) for value in row] for row in rows)
    text.detach()  # flushed, and left open


def _as_text(value: Any) -> str:
    """French figures and dates; an apostrophe before what a spreadsheet would reckon."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal | float):
        return str(value).replace(".", ",")
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(RISKY) else text


def _workbook(rows: Iterable[Sequence[Any]], file: IO[bytes]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Export")
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    book.save(file)


def _cell(sheet: Any, value: Any) -> Any:
    """Numbers and dates as what they are; all else as text, also what begins like a formula."""
    if value is None or isinstance(value, bool | int | float | Decimal | date):
        return value
    cell = WriteOnlyCell(sheet, value="")
    cell.value = str(value).translate(UNWRITABLE)[:32_767]  # the most that a cell holds
    cell.data_type = "s"
    return cell
