"""Each rule finds what it is for, and nothing in a run that went well."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from trust.checker import check
from trust.stores import logged

VIN = "VR3TRUSTAA0000001"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
STEPS = {
    "car": {}, "order": {"order": "746210"}, "reference": {"reference": "r1"}, "arrive": {}, "complete": {}, "declare": {"declaration": "SP1"},
    "quote": {"quote": "0001"}, "price": {}, "buy": {"policy": "9001"},
}  # fmt: skip


def history(upto="buy"):
    lines = []
    for step, facts in STEPS.items():
        lines += [{"event": event, "step": step, "sale": VIN, "group": "A", **facts} for event in ("invoke", "ok")]
        if step == upto:
            return lines
    return lines


def stores():
    paper = {"document_sha256": "d", "kept_sha256": "d"}
    return {
        "cars": [{"vin": VIN, "owner": "PE64", "stock_number": "60228", "state": "sold"}],
        "orders": [
            {
                "id": 1, "reference": "r1", "number": 746210, "state": "closed", "vin": VIN, "owner": "FR10350", "told_state": "declared",
                "cover_state": "issued", "declaration_number": "SP1", "quote_number": "0001", "policy_number": "9001",
                "premium": Decimal("205.66"), "words": "w", **paper,
            }
        ],
        "sales": [
            {
                "id": 5, "reference": "r1", "owner": "FR10350", "vin": VIN, "state": "declared", "cover": "issued", "declaration_number": "SP1",
                "quote_number": "0001", "policy_number": "9001", "versions": 1, "corrections": 0, **paper,
            }
        ],
        "quotes": [
            {"id": 1, "declaration_number": "SP1", "number": "0001", "state": "bound", "vin": VIN, "owner": "865268J", "words": "w"}
        ],
        "policies": [
            {
                "id": 1, "number": "9001", "job_number": "0001", "vin": VIN, "owner": "865268J", "starts_on": date(2026, 1, 1),
                "ends_on": date(2027, 1, 1), "gross": Decimal("205.66"), "premiums": 1, "purchases": 1, **paper,
            }
        ],
        "logged": [],
        "transmissions": [{"service": "hub", "kind": "notice.sale", "subject": "s", "state": "delivered", "trouble": "", "has_job": False}],
        "journal": [
            {"service": service, "thing": thing, "thing_key": "1", "what": what}
            for service, thing, verbs in (
                ("dealer", "order", ("create", "close", "notice")), ("hub", "sale", ("receive_sale", "declare_sale", "record_quote")),
                ("insurer", "quote", ("create_quote", "price_quote", "buy_quote")), ("insurer", "policy", ("issue_policy",)),
            )
            for what in verbs
        ],
        "failed": [],
        "numbers": [
            {"service": "dealer", "series": "orders:1", "number": 746210 + at, "issued_at": NOON + timedelta(seconds=at)} for at in range(3)
        ],
        "counters": [
            {"service": "dealer", "series": "orders:1", "before": 746209, "after": 746212},
            {"service": "dealer", "series": "orders:2", "before": 900104, "after": 900104},
        ],
    }  # fmt: skip


def wrong(said, held):
    return {(one.rule, one.column) for one in check(said, held)}


def test_a_run_that_went_well_has_nothing_wrong():
    assert check(history(), stores()) == []


@pytest.mark.parametrize("upto", ["car", "order", "declare"])
def test_a_sale_that_stopped_on_the_way_is_not_lost(upto):
    assert ("T1", "lost") not in wrong(history(upto), stores())


@pytest.mark.parametrize(
    ("store", "name", "value"),
    [("cars", None, None), ("orders", None, None), ("orders", "state", "open"), ("orders", "policy_number", ""), ("sales", None, None),
     ("sales", "policy_number", ""), ("quotes", None, None), ("policies", None, None)],
)  # fmt: skip
def test_t1_what_was_acknowledged_and_is_not_there_is_lost(store, name, value):
    held = stores()
    if name:
        held[store][0][name] = value
    else:
        held[store].clear()
    assert ("T1", "lost") in wrong(history(), held)


@pytest.mark.parametrize("store", ["cars", "orders", "sales", "quotes", "policies"])
def test_t2_a_second_row_of_one_name_is_doubled(store):
    held = stores()
    held[store].append(dict(held[store][0]))
    assert ("T2", "doubled") in wrong(history(), held)


@pytest.mark.parametrize(("store", "name"), [("policies", "premiums"), ("policies", "purchases"), ("sales", "versions")])
def test_t2_a_second_premium_purchase_or_declaration_is_doubled(store, name):
    held = stores()
    held[store][0][name] = 2
    assert ("T2", "doubled") in wrong(history(), held)


def test_t2_two_covers_of_one_car_may_follow_but_not_overlap():
    held = stores()
    held["policies"].append(held["policies"][0] | {"job_number": "0002", "starts_on": date(2027, 1, 1), "ends_on": date(2028, 1, 1)})
    assert ("T2", "doubled") not in wrong(history(), held)
    held["policies"][1]["starts_on"] = date(2026, 12, 31)
    assert ("T2", "doubled") in wrong(history(), held)


def test_t3_what_nobody_asked_for_is_a_phantom():
    assert ("T3", "phantom") in wrong(history("price"), stores())


@pytest.mark.parametrize("store", ["orders", "sales", "quotes"])
def test_t3_nothing_stands_without_what_it_follows_from(store):
    held = stores()
    held[store].clear()
    assert ("T3", "phantom") in wrong(history(), held)


@pytest.mark.parametrize(
    ("store", "name", "value"),
    [("orders", "kept_sha256", None), ("sales", "kept_sha256", "other"), ("policies", "kept_sha256", None), ("policies", "premiums", 0),
     ("transmissions", "state", "aside"), ("transmissions", "state", "sending")],
)  # fmt: skip
def test_t4_what_lacks_a_part_is_half_done(store, name, value):
    held = stores()
    held[store][0][name] = value
    assert ("T4", "half done") in wrong(history(), held)


@pytest.mark.parametrize("store", ["sales", "quotes", "policies"])
def test_t4_an_unknown_outcome_is_in_all_stores_or_in_none(store):
    held = stores()
    held[store].clear()
    unknown = [line | ({"event": "info"} if line["event"] == "ok" else {}) for line in history()]
    assert ("T4", "half done") in wrong(unknown, held)


def test_t4_a_job_that_failed_for_good_is_half_done():
    held = stores()
    held["failed"].append({"service": "hub", "task_name": "carry", "args": "{}"})
    assert wrong(history(), held) == {("T4", "half done")}


@pytest.mark.parametrize(("name", "value"), [("number", 746210), ("number", 746250), ("issued_at", NOON - timedelta(seconds=1))])
def test_t5_a_number_twice_missing_or_out_of_time_is_named(name, value):
    held = stores()
    held["numbers"][1][name] = value
    assert wrong(history(), held) == {("T5", "numbers")}


@pytest.mark.parametrize(("at", "gone"), [(0, 746210), (2, 746212)], ids=["the first", "the last"])
def test_t5_a_number_burned_at_either_end_is_missing(at, gone):
    held = stores()
    del held["numbers"][at]
    (found,) = check(history(), held)
    assert (found.rule, found.column, found.thing) == ("T5", "numbers", "dealer orders:1")
    assert found.sentence == f"1 numbers missing, the first is {gone}"


def test_t5_a_series_of_which_nothing_was_kept_is_missing():
    held = stores()
    held["numbers"].clear()
    assert wrong(history(), held) == {("T5", "numbers")}


@pytest.mark.parametrize("number", [746209, 746213], ids=["from before", "never counted"])
def test_t5_a_number_that_its_counter_did_not_give_is_named(number):
    held = stores()
    held["numbers"].append(
        {"service": "dealer", "series": "orders:1", "number": number, "issued_at": NOON + timedelta(seconds=number - 746210)}
    )
    (found,) = check(history(), held)
    assert found.sentence == f"1 numbers not of its counter, the first is {number}"


def test_t5_a_series_without_a_counter_is_named():
    held = stores()
    held["counters"].clear()
    assert wrong(history(), held) == {("T5", "numbers")}


def test_t6_a_car_in_two_live_orders_is_doubled():
    held = stores()
    held["orders"].append(held["orders"][0] | {"reference": "r2", "state": "open"})
    assert ("T6", "doubled") in wrong(history(), held)
    held["orders"][1]["state"] = "cancelled"
    assert ("T6", "doubled") not in wrong(history(), held)


def test_t7_a_buyer_in_a_log_is_a_leak():
    held = stores() | {"logged": [{"where": "dealer-web.log", "mark": "ZZACHETEURDEA"}]}
    assert wrong(history(), held) == {("T7", "leaked")}


def test_t7_every_log_is_searched_postgresqls_too(tmp_path):
    suite = SimpleNamespace(data=tmp_path, server=SimpleNamespace(home=tmp_path / "postgres"))
    for folder in (tmp_path / "log", tmp_path / "postgres"):
        folder.mkdir()
    (tmp_path / "log" / "hub-worker.log").write_text("told VR3TRUSTBB0000001\n")
    (tmp_path / "postgres" / "log").write_text("Key (vin)=(VR3TRUSTAA0000002) already exists\n")
    (tmp_path / "screen.txt").write_text("nothing\n")
    assert {(row["where"], row["mark"]) for row in logged(suite)} == {("hub-worker.log", "VR3TRUSTBB"), ("log", "VR3TRUSTAA")}


def test_t7_a_mark_seen_by_the_other_dealer_is_a_leak():
    line = {"event": "leak", "step": "look", "group": "B", "of": "A", "where": "/bons-de-commande/"}
    assert wrong([*history(), line], stores()) == {("T7", "leaked")}


@pytest.mark.parametrize(("store", "owner"), [("orders", "FR90001"), ("sales", "FR90001"), ("quotes", "712345K"), ("policies", "712345K")])
def test_t7_a_sale_that_changes_hands_on_its_way_is_a_leak(store, owner):
    held = stores()
    held[store][0]["owner"] = owner
    assert ("T7", "leaked") in wrong(history(), held)


def test_t8_other_words_at_the_insurer_need_a_correction():
    held = stores()
    held["quotes"][0]["words"] = "other"
    assert wrong(history(), held) == {("T8", "words")}
    held["sales"][0]["corrections"] = 1
    assert check(history(), held) == []


@pytest.mark.parametrize(
    ("store", "name", "value"),
    [("orders", "cover_state", "quoted"), ("sales", "cover", "quoted"), ("sales", "quote_number", ""), ("orders", "premium", Decimal("1"))],
)
def test_t9_the_order_shows_what_the_insurer_last_said(store, name, value):
    held = stores()
    held[store][0][name] = value
    assert ("T9", "half done") in wrong(history(), held)


@pytest.mark.parametrize("verbs", [("create", "close", "close"), ("close",), ("create", "close", "save")])
def test_t10_a_move_that_the_life_cycle_does_not_have_is_named(verbs):
    held = stores()
    held["journal"] = [{"service": "dealer", "thing": "order", "thing_key": "1", "what": what} for what in verbs]
    assert wrong(history(), held) == {("T10", "half done")}
