"""An exported table opens in Excel as it stood on the screen, and no cell of it reckons."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from jupiter.kit.web.export import exported

NASTY = ["=1+1", "+33612345678", "-1", "@SUM(A1)", "\t=1", "＝1+1", "a;b", 'say "x"', "deux\nlignes", "nul\x00"]


class Table:
    def __init__(self, *rows):
        self.rows = rows

    def as_values(self, exclude_columns=None):
        assert exclude_columns == ("pick",)
        return iter(self.rows)


def csv_of(*rows):
    answer = exported(Table(*rows), kind="csv", name="bons")
    return b"".join(answer.streaming_content).decode("utf-8"), answer


def xlsx_of(*rows):
    answer = exported(Table(*rows), kind="xlsx", name="bons")
    return load_workbook(BytesIO(b"".join(answer.streaming_content))).active, answer


def test_the_csv_is_what_excel_opens_in_france():
    text, answer = csv_of(["N°", "Prix", "Date"], [746210, Decimal("16450.00"), date(2021, 12, 7)])
    assert text == "\ufeffN°;Prix;Date\r\n746210;16450,00;07/12/2021\r\n"
    assert answer.headers["content-disposition"] == 'attachment; filename="bons.csv"'
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("word", NASTY[:6])
def test_no_cell_of_a_csv_begins_like_a_formula(word):
    text, _ = csv_of([word])
    assert text.lstrip("\ufeff").lstrip('"').startswith("'")


def test_the_xlsx_keeps_numbers_dates_and_text_apart():
    sheet, answer = xlsx_of(["N°", "Prix", "Date"], [746210, Decimal("16450.00"), date(2021, 12, 7)])
    assert [cell.value for cell in sheet[2]][:2] == [746210, 16450]
    assert sheet["C2"].value.date() == date(2021, 12, 7)
    assert "bons.xlsx" in answer.headers["content-disposition"]


@pytest.mark.parametrize("word", NASTY)
def test_no_cell_of_an_xlsx_is_a_formula(word):
    sheet, _ = xlsx_of([word])
    assert sheet["A1"].data_type in ("s", "inlineStr")
    assert sheet["A1"].value == word.replace("\x00", "\ufffd")
