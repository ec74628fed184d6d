"""Both sides read the committed examples; a change of a contract shows up as a change of a file."""

import json
from importlib.resources import files

import pytest
from pydantic import ValidationError

from jupiter.contracts import insurance_job, job_notice, launch, reconciliation, sale, sale_state

EXAMPLES = {
    "sale.v1": sale.SaleV1,
    "sale_state.v1": sale_state.SaleStateV1,
    "sale_notice.v1": sale_state.SaleNoticeV1,
    "grant_request.v1": launch.GrantRequestV1,
    "grant.v1": launch.GrantV1,
    "launch_request.v1": launch.LaunchRequestV1,
    "launch.v1": launch.LaunchV1,
    "declare_request.v1": launch.DeclareRequestV1,
    "account.v1": insurance_job.AccountV1,
    "submission.v1": insurance_job.SubmissionV1,
    "insured_vehicle.v1": insurance_job.InsuredVehicleV1,
    "composite_answer.v1": insurance_job.CompositeAnswerV1,
    "job_notice.v1": job_notice.JobNoticeV1,
    "reconciliation_asked.v1": reconciliation.ReconciliationAskedV1,
    "reconciliation_days.v1": reconciliation.DaysV1,
    "reconciliation_sale_lines.v1": reconciliation.SaleLinesV1,
    "reconciliation_job_lines.v1": reconciliation.JobLinesV1,
    "kept_sale.v1": reconciliation.KeptSaleV1,
    "kept_job.v1": reconciliation.KeptJobV1,
}
FOLDER = files("jupiter.contracts") / "examples"


def example(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def test_every_example_belongs_to_a_contract():
    assert {path.name.removesuffix(".json") for path in FOLDER.iterdir()} == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_committed_example_is_read_and_written_back_as_it_stands(name):
    words = EXAMPLES[name].model_validate(example(name))
    assert json.loads(words.model_dump_json(exclude_none=True)) == example(name)


@pytest.mark.parametrize("name", [name for name, model in EXAMPLES.items() if model.model_config["extra"] == "forbid"])
def test_an_unknown_field_in_a_request_is_refused_by_name(name):
    with pytest.raises(ValidationError, match="dealer_id"):
        EXAMPLES[name].model_validate(example(name) | {"dealer_id": "OTHER"})


@pytest.mark.parametrize("name", [name for name, model in EXAMPLES.items() if model.model_config["extra"] == "ignore"])
def test_an_unknown_field_in_an_answer_is_ignored(name):
    assert EXAMPLES[name].model_validate(example(name) | {"to_come": 1}) == EXAMPLES[name].model_validate(example(name))


@pytest.mark.parametrize("amount", [16450, 16450.0, "16450", "16450,00", "1e5", "NaN", "Infinity", "16450.001", "١٦٤٥٠.00", True])
def test_money_is_text_with_two_decimals(amount):
    with pytest.raises(ValidationError, match="price_gross"):
        sale.SaleV1.model_validate(example("sale.v1") | {"price_gross": amount})


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("mileage_km", "4500"), ("mileage_km", True), ("mileage_km", 4500.0), ("first_registered_on", "14/09/2018"), ("fuel", "diesel")],
)
def test_types_are_strict(pointer, value):
    words = example("sale.v1")
    words["vehicle"][pointer] = value
    with pytest.raises(ValidationError, match=pointer):
        sale.SaleV1.model_validate(words)
