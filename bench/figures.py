"""A figure: its name, its value with the spread of its runs, and the budget it stands beside."""

import json
import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    name: str
    value: float  # the median of the runs
    unit: str
    min: float
    max: float
    runs: int
    budget: float | None = None  # at most

    def line(self) -> str:
        spread = f"({self.min:g} … {self.max:g}, {self.runs} runs)" if self.runs > 1 else ""
        verdict = "" if self.budget is None else f"  at most {self.budget:g}: {'yes' if self.value <= self.budget else 'NO'}"
        return f"{self.name:<52} {self.value:>10.4g} {self.unit:<6} {spread}{verdict}"


def figure(name: str, values: Sequence[float], unit: str, budget: float | None = None) -> Figure:
    return Figure(name, statistics.median(values), unit, min(values), max(values), len(values), budget)


def ratios(name: str, ours: Callable[[], float], theirs: Callable[[], float], *, rounds: int, budget: float) -> Figure:
    """Paired, round by round: what slows one slows the other."""
    ours(), theirs()  # warm
    return figure(name, [ours() / theirs() for _ in range(rounds)], "×", budget)


def machine() -> dict[str, Any]:
    info = Path("/proc/cpuinfo")
    models = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "processor": models[0] if models else platform.processor(),
        "memory_gib": round(memory, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def write(path: Path, figures: list[Figure]) -> None:
    path.write_text(json.dumps({"machine": machine(), "figures": [asdict(each) for each in figures]}, indent=2) + "\n")
