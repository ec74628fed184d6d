"""Kills, stops and freezes the suite's processes, as the schedule says."""

import os
import signal
import threading
import time
from collections import Counter
from contextlib import suppress

import psutil

from tests.journeys.running import Suite

from .schedule import CRASH, FREEZE, KILL, STOP, ProcessFault


class Nemesis:
    def __init__(self, suite: Suite, faults: list[ProcessFault]) -> None:
        self.suite, self.faults = suite, faults
        self.made: Counter[tuple[str, str]] = Counter()  # (what, part)
        self.missed = 0  # the process was away already
        self._healed = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="nemesis")
        self._thaws: list[threading.Thread] = []

    def start(self) -> None:
        self._thread.start()

    def heal(self) -> None:
        """When this returns, nothing is frozen and nothing more is done."""
        self._healed.set()
        self._thread.join()
        for thaw in self._thaws:
            thaw.join()

    def _run(self) -> None:
        begun = time.monotonic()
        for fault in self.faults:
            if self._healed.wait(max(0.0, begun + fault.at - time.monotonic())):
                return
            try:
                self._do(fault)
            except (OSError, StopIteration, ValueError, psutil.Error):
                self.missed += 1
            else:
                self.made[fault.what, fault.whom.rpartition("-")[2]] += 1

    def _do(self, fault: ProcessFault) -> None:
        pids = self._pids(fault.whom)
        if fault.what == FREEZE:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            thaw = threading.Thread(target=self._thaw, args=(pids, fault.seconds), daemon=True)
            thaw.start()
            self._thaws.append(thaw)
        elif (fault.what, fault.whom) == (STOP, "postgres"):
            os.kill(pids[0], signal.SIGINT)  # a fast shutdown: it ends its children itself, and SIGTERM would wait for them for ever
        else:
            sign = {KILL: signal.SIGKILL, CRASH: signal.SIGKILL, STOP: signal.SIGTERM}[fault.what]
            os.kill(pids[0], sign)
            for pid in pids[1:]:
                with suppress(ProcessLookupError):
                    os.kill(pid, sign)

    def _thaw(self, pids: list[int], seconds: float) -> None:
        self._healed.wait(seconds)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def _pids(self, whom: str) -> list[int]:
        if whom == "postgres":
            master = psutil.Process(self.suite.pid(whom))
            return [master.pid, *(child.pid for child in master.children(recursive=True))]
        service, part = whom.split("-")
        if part in ("web", "worker"):
            pid = self.suite.pid(whom)
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                raise ProcessLookupError
            return [pid]
        children = psutil.Process(self.suite.pid(f"{service}-web")).children(recursive=True)
        return [next(child.pid for child in children if child.net_connections("tcp"))]
