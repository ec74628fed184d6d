"""The table of bad inputs itself: each row is tried somewhere here, or it says why not."""

import inspect
import re

from . import calls, kinds, rows, test_acts

OF_FORMS = (
    kinds.VEHICLE, kinds.ORDER, kinds.REASON, kinds.SITE, kinds.LOG_IN, kinds.FORGOTTEN, kinds.GUARANTOR, kinds.DECLARATION, kinds.PROFILE,
    kinds.STEP_2, kinds.CONTRACT, kinds.INSURED_VEHICLE,
)  # fmt: skip


def test_each_row_of_the_table_is_tried_or_says_why_not():
    in_forms = {row.id for fields in OF_FORMS for kind in set(fields.values()) for row in rows.KINDS[kind]}
    in_bodies = set(calls.BODIES)
    by_name = set(re.findall(r"\bB\d{3}\b", inspect.getsource(test_acts)))
    assert rows.IDS - in_forms - in_bodies - by_name == set(rows.NOT_HERE)


def test_the_forms_know_every_kind():
    assert {kind for fields in OF_FORMS for kind in fields.values()} <= set(rows.KINDS)
