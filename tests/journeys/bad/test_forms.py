"""Each field of each form, tried over HTTP on the running services with tests/data/bad_inputs.jsonl.

Taken, normalised or refused as the table says; a refusal is a French sentence that names the field, and everything typed is kept.
"""

import pytest

from .forms import FORMS, LISTS, searches
from .rows import SIGNS
from .trying import LONGEST_IN_ADDRESS

SIZE = (
    "SELECT sum(pg_total_relation_size(oid))::bigint AS bytes FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)


@pytest.mark.parametrize("form", FORMS)
def test_each_field_takes_normalises_or_refuses_as_the_table_says(place, form):
    assert FORMS[form](place).run(whole=False) == []


@pytest.mark.whole
@pytest.mark.parametrize("form", FORMS)
def test_each_field_with_each_row(place, form):
    assert FORMS[form](place).run(whole=True) == []


HUGE = "9" * 10_000_000
FEW = ("a new order", "an order", "a declaration", "the wizard's vehicle", "a reason to cancel", "log-in, dealer")


@pytest.mark.parametrize("form", [pytest.param(form, marks=[] if form in FEW else pytest.mark.whole) for form in FORMS])
def test_ten_megabytes_in_a_field_are_refused_and_nothing_of_them_is_kept(place, form):
    trial = FORMS[form](place)
    name = next(name for name, control in trial.fields.items() if control.kind not in ("hidden", "checkbox") and not control.is_readonly)
    service = trial.window.service
    before = place.rows(service, SIZE)
    answer = trial.window.post(trial.form.action, trial.base | dict(trial.pressed) | {name: HUGE}, at=trial.page.address)
    assert answer.status_code in (413, 422, 429), answer.text[:300]
    assert place.rows(service, SIZE)[0]["bytes"] - before[0]["bytes"] < len(HUGE) / 10, "not in any table"
    assert trial.window.http.get("/livez").status_code == 200


@pytest.mark.parametrize(("service", "username"), LISTS)
def test_whatever_is_searched_is_looked_for_and_stands_in_its_box(place, service, username):
    trials = list(searches(place, service, username))
    assert trials
    assert [trouble for trial in trials for trouble in trial.run(whole=False)] == []


@pytest.mark.parametrize(("service", "username"), LISTS)
@pytest.mark.parametrize("name", ["page", "sort", "vue", "q", "edition", "_export", "role", "vehicle", "next"])
def test_a_parameter_of_an_address_breaks_no_list(place, service, username, name):
    window, troubles = place.window(service, username), []
    for address in LISTS[service, username]:
        for row in SIGNS[:3]:
            answer = window.http.get(address, params={name: row.value[:LONGEST_IN_ADDRESS]})
            troubles += [f"{address}?{name}={row.value[:20]!a}: {answer.status_code}"] if answer.status_code >= 500 else []
    assert troubles == []
