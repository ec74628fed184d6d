"""Installs, starts and stops the peers: `python -m bench.peers setup tryton`, `start`, `stop`. bin/bench calls it; see README.md."""

import argparse
import sys

from .kit import postgres, processes, workfolder
from .kit.privileges import become_ordinary_user
from .kit.refusal import Refusal
from .systems import PEERS, peers_named

sys.dont_write_bytecode = True


def set_up(names: list[str]) -> None:
    become_ordinary_user(workfolder.ROOT)
    for peer in peers_named(names):
        if workfolder.is_ready(peer.NAME):
            continue
        if processes.running(peer.NAME):
            raise Refusal(f"{peer.NAME} runs: stop it first")
        print(f"Setting up {peer.NAME} in {workfolder.ROOT} …", flush=True)
        with postgres.available():
            peer.set_up()
        workfolder.mark_ready(peer.NAME)


def start(names: list[str]) -> None:
    become_ordinary_user(workfolder.ROOT)
    postgres.start()
    for peer in peers_named(names):
        peer.start()


def stop(_names: list[str]) -> None:
    for name in [peer.NAME for peer in PEERS] + [postgres.NAME]:
        processes.stop(name)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("act", choices=("setup", "start", "stop"))
    parser.add_argument("names", nargs="*", help="tryton, pretix or all")
    told = parser.parse_args()
    try:
        {"setup": set_up, "start": start, "stop": stop}[told.act](told.names or ["all"])
    except Refusal as refusal:
        sys.exit(f"peers: {refusal}")


if __name__ == "__main__":
    main()
