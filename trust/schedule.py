"""Which faults, and when: decided by the seed alone, before anything runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

HOPS = ("client→dealer", "client→hub", "client→insurer", "dealer→hub", "hub→insurer", "hub→dealer", "insurer→hub")
SERVICES = ("dealer", "hub", "insurer")
EVERY_SECONDS = 1.8  # between two process faults, in the mean
EVERY_MESSAGE = 0.05  # the share of messages that something happens to

RESET, REFUSE, DROP, DELAY, LATE_COPY, TWO_AT_ONCE = "reset", "refuse", "drop", "delay", "late copy", "two at once"
CUT, LOSE, UNAVAILABLE, TOO_MANY, HTML = "cut", "lose", "503", "429", "html with 200"
NETWORK = {  # and how often each, in parts
    RESET: 15, REFUSE: 5, DROP: 2, DELAY: 2, LATE_COPY: 13, TWO_AT_ONCE: 10, CUT: 14, LOSE: 15, UNAVAILABLE: 9, TOO_MANY: 6, HTML: 9,
}  # fmt: skip

KILL, STOP, FREEZE, CRASH = "kill -9", "polite stop", "freeze", "crash"
PROCESSES = {  # (what is done, to which part): how often, in parts. What dies costs seconds of both cores to come back.
    (FREEZE, "web"): 5, (FREEZE, "child"): 31, (FREEZE, "worker"): 34, (FREEZE, "postgres"): 9, (KILL, "child"): 6, (KILL, "worker"): 7,
    (KILL, "web"): 2, (STOP, "worker"): 2, (STOP, "child"): 1, (STOP, "web"): 1, (CRASH, "postgres"): 1, (STOP, "postgres"): 1,
}  # fmt: skip


@dataclass(frozen=True)
class ProcessFault:
    at: float  # seconds after the sale of cars began
    what: str
    whom: str  # dealer-web, hub-child, insurer-worker, postgres
    seconds: float = 0.0  # of a freeze


def process_faults(seed: int, seconds: float) -> list[ProcessFault]:
    chance = Random(f"{seed} processes")
    faults, at = [], 0.0
    while (at := at + chance.uniform(0.5, 1.5) * EVERY_SECONDS) < seconds:
        what, part = chance.choices(list(PROCESSES), weights=list(PROCESSES.values()))[0]
        service = chance.choice(SERVICES)
        lasts = chance.uniform(5, 8) if chance.random() < 0.06 else chance.uniform(0.2, 1.5)
        whom = part if part == "postgres" else f"{service}-{part}"
        faults.append(ProcessFault(round(at, 3), what, whom, round(lasts, 3) if what == FREEZE else 0.0))
    return faults


def network_faults(seed: int, hop: str) -> Iterator[str]:
    """For each message of this hop in turn, what happens to it; empty for nothing."""
    chance = Random(f"{seed} {hop}")
    while True:
        happens, kind = chance.random() < EVERY_MESSAGE, chance.choices(list(NETWORK), weights=list(NETWORK.values()))[0]
        yield kind if happens else ""
