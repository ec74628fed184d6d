"""What a fault does to real processes."""

import subprocess
import sys
from types import SimpleNamespace

from trust.nemesis import Nemesis
from trust.schedule import CRASH, STOP, ProcessFault

SERVER = """
import signal, subprocess, sys, time
child = subprocess.Popen(["sleep", "60"])

def end(*_):
    time.sleep(0.3)
    was_there = child.poll() is None
    child.kill()
    sys.exit(0 if was_there else 1)

signal.signal(signal.SIGINT, end)
print("ready", flush=True)
while True:
    time.sleep(1)
"""


def how_it_ends(what):
    """The exit status of a server that ends its child itself, 1 if that was gone before."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE) as server:
        assert server.stdout.readline() == b"ready\n"
        nemesis = Nemesis(SimpleNamespace(pid=lambda whom: server.pid), [ProcessFault(0.0, what, "postgres")])
        nemesis.start()
        server.wait(10)
        nemesis.heal()
        assert nemesis.made == {(what, "postgres"): 1}
        return server.returncode


def test_postgresql_that_is_stopped_politely_ends_its_children_itself():
    assert how_it_ends(STOP) == 0


def test_postgresql_that_crashes_ends_at_once():
    assert how_it_ends(CRASH) == -9
