"""A slice of bin/trust with all its faults, and what it says of a product that has lost a safeguard."""

import pytest

from trust import wrongs
from trust.run import Plan, run, table
from trust.schedule import HOPS

SLICE = 1.25  # minutes


def test_a_slice_with_all_faults_loses_doubles_and_shows_nothing():
    verdict = run(Plan(minutes=SLICE, seed=1), print)
    print(table(verdict))
    assert verdict.troubles == []
    assert sum(verdict.process_faults.values()) > 0
    assert sum(verdict.network_faults.values()) > 0
    assert set(verdict.hops) == set(HOPS)
    assert [hop for hop, counts in verdict.hops.items() if not counts["passed"]] == []
    assert verdict.hops["dealer→hub"]["spoilt"] > 0, "with this seed its first message is"


@pytest.mark.parametrize("wrong", wrongs.WRONGS, ids=lambda wrong: wrong.name)
def test_each_wrong_still_finds_its_place_in_the_product(wrong, tmp_path):
    assert (wrongs.copy_with(wrong, tmp_path) / "jupiter").is_dir()


@pytest.mark.whole
@pytest.mark.parametrize("wrong", wrongs.WRONGS, ids=lambda wrong: wrong.name)
def test_a_planted_wrong_turns_it_red_by_name(wrong, tmp_path):
    source = wrongs.copy_with(wrong, tmp_path)
    verdict = run(wrongs.planted(wrong, source, Plan(minutes=SLICE, seed=1)), print)
    print(table(verdict))
    red = {name for name, count in verdict.columns.items() if count} | ({"settled"} if verdict.settled_seconds is None else set())
    assert red & set(wrong.reddens), f"{wrong.name}: red are {red or 'none'}"


@pytest.mark.whole
def test_ten_minutes_of_all_faults_are_proven():
    """As `bin/trust --minutes 10`: as many sales and faults as are wanted of it, and nothing wrong."""
    verdict = run(Plan(minutes=10, seed=1), print)
    print(table(verdict))
    assert verdict.troubles == []
