"""The systems that can be compared. Each is a module with NAME, DATABASE, set_up(), start() and factory(client_number)."""

from ..kit.refusal import Refusal
from . import pretix, tryton

PEERS = [tryton, pretix]


def peers_named(names):
    if "all" in names:
        return PEERS
    known = {peer.NAME: peer for peer in PEERS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Refusal(f"unknown peer {unknown[0]}; known: {', '.join(known)}, all")
    return [known[name] for name in names]
