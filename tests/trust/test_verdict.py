"""What a run says in the end, and whether it counts."""

import json
import sys
from dataclasses import replace

import pytest

import trust.__main__
from trust.checker import COLUMNS
from trust.run import SETTLE_SECONDS, Plan, Verdict, table
from trust.schedule import HOPS

GOOD = Verdict(
    seed=7, minutes=10, acknowledged=3384, process_faults={"freeze web": 313, "kill -9 worker": 9}, network_faults={"drop": 3000, "cut": 291},
    hops={hop: {"passed": 9000, "spoilt": 470} for hop in HOPS},
    columns=dict.fromkeys(COLUMNS, 0), rules={}, wrong=[], settled_seconds=29.5, unsettled=[], refused={}, unknown=12,
    wanted=Plan(minutes=10).wanted, with_faults=True, history="history.jsonl",
)  # fmt: skip
TROUBLES = [
    ("only 2999 sales, 3000 were to be made", {"acknowledged": 2999}),
    ("only 299 process faults, 300 were to be made", {"process_faults": {"freeze web": 290, "kill -9 worker": 9}}),
    ("only 2999 network faults, 3000 were to be made", {"network_faults": {"drop": 2000, "cut": 999}}),
    (f"not settled after {SETTLE_SECONDS} s: 1 left, as ['hub: todo carry']", {"settled_seconds": None, "unsettled": ["hub: todo carry"]}),
    ("refused where nothing should be: {'buy': 1}", {"refused": {"buy": 1}}),
    *((f"nothing went through {hop}", {"hops": GOOD.hops | {hop: {"passed": 0, "spoilt": 0}}}) for hop in HOPS),
    *((f"nothing of what went through {hop} was spoilt", {"hops": GOOD.hops | {hop: {"passed": 9000, "spoilt": 0}}}) for hop in HOPS),
    *((f"1 {column}", {"columns": dict.fromkeys(COLUMNS, 0) | {column: 1}}) for column in COLUMNS),
]


def test_a_run_that_went_well_is_a_proof():
    assert GOOD.troubles == []
    assert "Proven: nothing lost, nothing doubled, nothing seen." in table(GOOD)


@pytest.mark.parametrize(("trouble", "facts"), TROUBLES, ids=[trouble for trouble, _ in TROUBLES])
def test_one_trouble_is_enough_for_no_proof(trouble, facts):
    bad = replace(GOOD, **facts)
    assert bad.troubles == [trouble]
    assert f"NOT PROVEN: {trouble}" in table(bad)
    assert "Proven" not in table(bad)


@pytest.mark.parametrize("minutes", [0.001, 0.03, 0.5, 2.9, 3, 10])
def test_however_short_a_run_is_nothing_proves_nothing(minutes):
    wanted = Plan(minutes=minutes).wanted
    assert set(wanted) == {"sales", "process faults", "network faults"}
    assert min(wanted.values()) >= 1
    nothing = replace(GOOD, wanted=wanted, acknowledged=0, process_faults={}, network_faults={})
    assert len(nothing.troubles) == 3


def test_ten_minutes_want_what_was_promised():
    assert Plan(minutes=10).wanted == {"sales": 3000, "process faults": 300, "network faults": 3000}


def test_a_short_run_may_spare_a_hop_but_goes_through_each():
    hop = HOPS[-1]
    assert replace(GOOD, minutes=2.9, hops=GOOD.hops | {hop: {"passed": 9, "spoilt": 0}}).troubles == []
    assert replace(GOOD, minutes=2.9, hops=GOOD.hops | {hop: {"passed": 0, "spoilt": 0}}).troubles == [f"nothing went through {hop}"]


def test_a_run_without_faults_proves_nothing_about_them():
    plan = Plan(minutes=10, with_faults=False)
    hops = {hop: {"passed": 9000, "spoilt": 0} for hop in HOPS}
    quiet = replace(GOOD, process_faults={}, network_faults={}, hops=hops, wanted=plan.wanted, with_faults=False)
    assert quiet.troubles == []
    assert "proves nothing about faults" in table(quiet)
    assert "Proven" not in table(quiet)
    assert replace(quiet, acknowledged=0).troubles


def ended_with(verdict, monkeypatch, *options):
    """The exit status of bin/trust, and what it was asked to do."""
    asked = []
    monkeypatch.setattr(trust.__main__, "run", lambda plan, say: asked.append(plan) or verdict)
    monkeypatch.setattr(sys, "argv", ["bin/trust", *options])
    return trust.__main__.main(), asked[0]


def test_it_ends_well_only_with_a_proof(monkeypatch, capsys):
    assert ended_with(GOOD, monkeypatch)[0] == 0
    for _, facts in TROUBLES:
        assert ended_with(replace(GOOD, **facts), monkeypatch)[0] == 1
    assert f"NOT PROVEN: {TROUBLES[-1][0]}" in capsys.readouterr().out


def test_what_is_asked_for_is_what_is_done(monkeypatch):
    _, plan = ended_with(GOOD, monkeypatch, "--minutes", "0.5", "--seed", "9", "--sellers", "3", "--without-faults")
    assert plan == Plan(minutes=0.5, seed=9, sellers=3, with_faults=False)


def test_every_figure_is_printed_and_written(monkeypatch, tmp_path, capsys):
    columns = {column: 70 + at for at, column in enumerate(COLUMNS)}
    each = ", ".join(f"470 of 9000 {hop}" for hop in HOPS)
    assert ended_with(replace(GOOD, columns=columns), monkeypatch, "--json", str(tmp_path / "verdict.json"))[0] == 1
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for line in (
        "seed 7", "sales acknowledged 3384", "unknown outcomes on the way 12", "process faults 322 (313 freeze web, 9 kill -9 worker)",
        "network faults 3291 (291 cut, 3000 drop)", f"spoilt on each hop {each}", "lost 70", "doubled 71", "phantom 72", "half done 73", "numbers 74", "leaked 75", "words 76",
        "settled after 29.5 s", "History: history.jsonl",
    ):  # fmt: skip
        assert line in said, line

    written = json.loads((tmp_path / "verdict.json").read_text())
    assert (written["acknowledged"], written["settled_seconds"], written["with_faults"], written["wanted"]) == (
        3384,
        29.5,
        True,
        GOOD.wanted,
    )
    assert (written["process_faults"], written["network_faults"]) == (GOOD.process_faults, GOOD.network_faults)
    assert (written["hops"], written["columns"]) == (GOOD.hops, columns)
    assert written["troubles"] == [f"{times} {column}" for column, times in columns.items()]


def test_what_never_settled_is_printed():
    assert "settled after                NOT" in table(replace(GOOD, settled_seconds=None))
