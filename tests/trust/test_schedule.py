"""The seed alone decides what happens, when and to whom."""

from collections import Counter
from itertools import islice

from trust.schedule import CRASH, FREEZE, HOPS, NETWORK, PROCESSES, STOP, network_faults, process_faults


def test_the_same_seed_makes_the_same_schedule_and_another_makes_another():
    assert process_faults(7, 600) == process_faults(7, 600)
    assert process_faults(7, 600) != process_faults(8, 600)
    for hop in HOPS:
        assert list(islice(network_faults(7, hop), 500)) == list(islice(network_faults(7, hop), 500))
    assert list(islice(network_faults(7, HOPS[0]), 500)) != list(islice(network_faults(7, HOPS[1]), 500))


def test_a_longer_run_begins_as_the_shorter_one():
    short = process_faults(3, 60)
    assert process_faults(3, 600)[: len(short)] == short


def test_ten_minutes_hold_every_kind_and_more_than_three_hundred_process_faults():
    faults = process_faults(1, 600)
    assert len(faults) > 330
    assert {(fault.what, fault.whom.rpartition("-")[2]) for fault in faults} == set(PROCESSES)


def test_any_seed_holds_more_than_three_hundred_process_faults_and_few_that_take_postgresql_away():
    for seed in range(1, 13):
        faults = process_faults(seed, 600)
        assert len(faults) > 320
        away = Counter(fault.what for fault in faults if fault.whom == "postgres" and fault.what != FREEZE)
        assert set(away) == {CRASH, STOP}, f"seed {seed}: {away}"
        assert away.total() <= 12, f"seed {seed}: it would be away for a large part of the time"


def test_each_hop_meets_every_kind():
    for hop in HOPS:
        assert set(islice(network_faults(1, hop), 5000)) == {"", *NETWORK}
