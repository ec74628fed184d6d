"""Processor time that running servers have spent so far. It is what compares on a shared machine: it knows no waiting."""

import time
from collections.abc import Iterable

import psutil

CLOCK_OF_A_PROCESS = 2  # with the complement of its number: clock_getcpuclockid(3), all threads, ended ones too


def seconds_of(roots: Iterable[int]) -> float:
    """User and system time of these processes and all that they started; children that ended count once they were waited for."""
    tops = [psutil.Process(root) for root in roots]
    return sum(_seconds(each) for top in tops for each in (top, *top.children(recursive=True)))


def _seconds(process: psutil.Process) -> float:
    try:
        buried = process.cpu_times()
        return time.clock_gettime((~process.pid << 3) | CLOCK_OF_A_PROCESS) + buried.children_user + buried.children_system
    except (psutil.NoSuchProcess, OSError):
        return 0.0  # it ended between the two looks: its parent has its time now
