"""The seed alone decides what happens, when and to whom."""

from itertools import islice

from trust.schedule import HOPS, NETWORK, PROCESSES, network_faults, process_faults


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


def test_each_hop_meets_every_kind():
    for hop in HOPS:
        assert set(islice(network_faults(1, hop), 5000)) == {"", *NETWORK}
