"""A life cycle is a table of named moves. It decides; it never saves."""

from collections.abc import Mapping


class MoveRefused(Exception):
    """The thing is not in a state from which this move may start."""

    def __init__(self, move: str, state: str) -> None:
        super().__init__(f"{move!r} is not possible from {state!r}")
        self.move, self.state = move, state


class Workflow:
    def __init__(self, **moves: tuple[set[str], str]) -> None:
        self.moves: Mapping[str, tuple[set[str], str]] = moves

    def allows(self, state: str, move: str) -> bool:
        return state in self.moves[move][0]

    def after(self, state: str, move: str) -> str:
        if not self.allows(state, move):
            raise MoveRefused(move, state)
        return self.moves[move][1]
