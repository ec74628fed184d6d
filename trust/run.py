"""One run: a suite of its own, sellers, faults; then heal, settle, read and judge."""

import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.journeys.running import SERVICES, Suite

from . import stores
from .checker import COLUMNS, Wrong, check
from .nemesis import Nemesis
from .proxy import Proxies
from .schedule import HOPS, process_faults
from .seller import GROUPS, History, Seller, World

SETTLE_SECONDS = 120
SALES_A_MINUTE, PROCESS_FAULTS_A_MINUTE, NETWORK_FAULTS_A_MINUTE = 300, 30, 300
STOCK_A_MINUTE = 200  # cars for each of two dealers: more than are sold
SLOW_START = 0.1  # the share of those targets that is asked of a run shorter than SHORT: most of it is waking up
SHORT = 3.0  # minutes


@dataclass
class Plan:
    minutes: float = 10.0
    seed: int = 1
    sellers: int = 24
    with_faults: bool = True
    environment: dict[str, str] = field(default_factory=dict)  # of the suite
    before: Callable[[Suite], None] | None = None  # once the suite is up

    @property
    def wanted(self) -> dict[str, int]:
        """At least, for a proof. However short the run is, one of each: nothing proves nothing."""
        share = (1.0 if self.minutes >= SHORT else SLOW_START) * self.minutes
        a_minute = {"sales": SALES_A_MINUTE}
        if self.with_faults:
            a_minute |= {"process faults": PROCESS_FAULTS_A_MINUTE, "network faults": NETWORK_FAULTS_A_MINUTE}
        return {name: max(1, int(times * share)) for name, times in a_minute.items()}


@dataclass
class Verdict:
    seed: int
    minutes: float
    acknowledged: int
    process_faults: dict[str, int]
    network_faults: dict[str, int]
    hops: dict[str, dict[str, int]]  # of each, how many messages came there and how many of them were spoilt
    columns: dict[str, int]
    rules: dict[str, int]
    wrong: list[str]
    settled_seconds: float | None
    unsettled: list[str]
    refused: dict[str, int]
    unknown: int
    wanted: dict[str, int]
    with_faults: bool
    history: str
    logs: str = ""  # of the suite, kept when something was wrong

    @property
    def troubles(self) -> list[str]:
        """Why this run does not count as a proof; none when it does."""
        said = [f"{count} {name}" for name, count in self.columns.items() if count]
        if self.settled_seconds is None:
            said.append(f"not settled after {SETTLE_SECONDS} s: {len(self.unsettled)} left, as {self.unsettled[:3]}")
        made = {"sales": self.acknowledged, "process faults": sum(self.process_faults.values())}
        made["network faults"] = sum(self.network_faults.values())
        said += [f"only {made[name]} {name}, {wanted} were to be made" for name, wanted in self.wanted.items() if made[name] < wanted]
        said += [f"nothing went through {name}" for name, hop in self.hops.items() if not hop["passed"]]
        if self.with_faults and self.minutes >= SHORT:
            said += [
                f"nothing of what went through {name} was spoilt" for name, hop in self.hops.items() if hop["passed"] and not hop["spoilt"]
            ]
        if self.refused:
            said.append(f"refused where nothing should be: {self.refused}")
        return said

    @property
    def sentences(self) -> list[str]:
        if self.troubles:
            return [f"NOT PROVEN: {trouble}" for trouble in self.troubles]
        good = "nothing lost, nothing doubled, nothing seen."
        return [f"Proven: {good}" if self.with_faults else f"Without faults: {good} That proves nothing about faults."]


def run(plan: Plan, say: Callable[[str], None] = print) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="jupiter-trust-") as folder:
        Path(folder).chmod(0o711)
        suite = Suite(Path(folder) / "data", "--tutorial-day")  # a midnight in the middle would make yesterday's deliveries too late
        proxies = Proxies(plan.seed)
        true = {service: suite.url(service) for service in SERVICES}
        ports = {service: int(url.rpartition(":")[2]) for service, url in true.items()}
        between = {service: proxies.door("service", service, "127.0.0.1", ports[service]) for service in SERVICES}
        doors = {service: proxies.door("client", service, "127.0.0.1", ports[service]) for service in SERVICES}
        suite.environment = {"JUPITER_DETOURS": ",".join(f"{name}={url}" for name, url in between.items()), **plan.environment}
        history = History(Path(tempfile.gettempdir()) / f"jupiter-trust-{plan.seed}-{int(time.time())}.jsonl")
        try:
            say("Starting a suite of its own")
            suite.start()
            if plan.before:
                plan.before(suite)
            world = World(plan.seed, suite, true, between, doors, history)
            try:
                verdict = _work(plan, suite, proxies, world, say)
                if verdict.troubles:
                    verdict.logs = str(shutil.copytree(suite.data / "log", history.path.with_suffix(".log")))
                return verdict
            finally:
                world.over.set()
                for line in world.lines:
                    line.close()
        finally:
            proxies.close()
            history.close()
            suite.stop()


def _work(plan: Plan, suite: Suite, proxies: Proxies, world: World, say: Callable[[str], None]) -> Verdict:
    _configure(world)
    counted = stores.counted(suite)
    sellers = [Seller(world, "AB"[number % 2], f"seller {number}") for number in range(plan.sellers)]
    for seller in sellers:
        seller.come_in()
    if plan.minutes >= SHORT:
        world.stocked = int(STOCK_A_MINUTE * plan.minutes)
        for seller in sellers[:2]:  # one of each dealer
            seller.fill_the_stock(world.stocked)
    nemesis = Nemesis(suite, process_faults(plan.seed, plan.minutes * 60) if plan.with_faults else [])
    begun = time.monotonic()
    proxies.spoils = plan.with_faults
    nemesis.start()
    for seller in sellers:
        seller.start()
    while (left := begun + plan.minutes * 60 - time.monotonic()) > 0:
        time.sleep(min(left, 15))
        faults = f"{nemesis.made.total()} process faults, {proxies.made.total()} network faults"
        say(f"{time.monotonic() - begun:4.0f} s: {world.history.counts['buy', 'ok']} sales, {faults}")
    say("Healing, and letting it settle")
    nemesis.heal()
    proxies.spoils = False
    world.closing.set()
    healed = time.monotonic()
    settled, left_over = _settle(suite, sellers, healed)
    world.over.set()
    for seller in sellers:
        seller.join(60)
    acknowledged = [json.loads(line) for line in world.history.path.read_text().splitlines()]  # first, then the stores
    held = stores.read(suite, counted)
    wrong = check(acknowledged, held)
    return _verdict(plan, world, nemesis, proxies, acknowledged, wrong, settled, left_over)


def _configure(world: World) -> None:
    """What the first sale of a point of sale needs at the hub."""
    api = world.api("hub", "A")
    with httpx.Client(base_url=world.true["hub"], trust_env=False, timeout=20) as straight:
        data = {"grant_type": "client_credentials", "scope": api.scopes}
        token = straight.post("/oauth/token/", data=data, auth=api.client).raise_for_status().json()["access_token"]
        profile = {"guarantors": [{"key": "stellantis", "identifier": GROUPS["A"]["producer"]}]}
        path = f"/api/v1/points-of-sale/{GROUPS['A']['network_code']}/profile"
        straight.put(path, json=profile, headers={"authorization": f"Bearer {token}"}).raise_for_status()


def _settle(suite: Suite, sellers: list[Seller], healed: float) -> tuple[float | None, list[str]]:
    """Seconds until the sellers have ended their sales, nothing is queued and nothing is on its way; by the product's own means."""
    left: list[str] = []
    quiet = 0
    while time.monotonic() - healed < SETTLE_SECONDS:
        time.sleep(0.5)
        try:
            left = stores.unsettled(suite)
        except Exception as error:  # noqa: BLE001  # PostgreSQL may still be on its way back
            left = [str(error)]
        quiet = 0 if left or any(seller.is_alive() for seller in sellers) else quiet + 1
        if quiet == 3:
            return time.monotonic() - healed, []
    return None, left or [f"{seller.name} waits with {len(seller.open)} sales" for seller in sellers if seller.is_alive()]


def _verdict(
    plan: Plan, world: World, nemesis: Nemesis, proxies: Proxies, history: list[dict[str, Any]], wrong: list[Wrong], settled: float | None,
    left: list[str],
) -> Verdict:  # fmt: skip
    counts = world.history.counts
    by_kind: Counter[str] = Counter()
    by_hop: Counter[str] = Counter()
    for (hop, kind), times in proxies.made.items():
        by_kind[kind] += times
        by_hop[hop] += times
    return Verdict(
        seed=plan.seed, minutes=plan.minutes, acknowledged=len({line["sale"] for line in history if (line["step"], line["event"]) == ("buy", "ok")}),
        process_faults={f"{what} {part}": times for (what, part), times in sorted(nemesis.made.items())}, network_faults=dict(by_kind),
        hops={hop: {"passed": proxies.passed[hop], "spoilt": by_hop[hop]} for hop in HOPS},
        columns={name: sum(1 for one in wrong if one.column == name) for name in COLUMNS},
        rules=dict(Counter(one.rule for one in wrong)), wrong=[str(one) for one in wrong][:200],
        settled_seconds=round(settled, 1) if settled is not None else None, unsettled=left[:50],
        refused={step: times for (step, event), times in counts.items() if event == "fail"},
        unknown=sum(times for (_, event), times in counts.items() if event == "info"), wanted=plan.wanted, with_faults=plan.with_faults,
        history=str(world.history.path),
    )  # fmt: skip


def table(verdict: Verdict) -> str:
    def kinds(made: Mapping[str, int]) -> str:
        return f"{sum(made.values())} ({', '.join(f'{times} {kind}' for kind, times in sorted(made.items()))})"

    lines = [
        ("seed", str(verdict.seed)), ("sales acknowledged", str(verdict.acknowledged)), ("unknown outcomes on the way", str(verdict.unknown)),
        ("process faults", kinds(verdict.process_faults)), ("network faults", kinds(verdict.network_faults)),
        ("spoilt on each hop", ", ".join(f"{hop['spoilt']} of {hop['passed']} {name}" for name, hop in verdict.hops.items())),
        *((name, str(count)) for name, count in verdict.columns.items()),
        ("settled after", f"{verdict.settled_seconds} s" if verdict.settled_seconds is not None else "NOT"),
    ]  # fmt: skip
    shown = [f"  {name:<28} {value}" for name, value in lines]
    shown += [f"    {one}" for one in verdict.wrong[:40]]
    return "\n".join([*shown, "", *verdict.sentences, f"History: {verdict.history}", *([f"Logs: {verdict.logs}"] if verdict.logs else [])])


def as_json(verdict: Verdict) -> dict[str, Any]:
    return asdict(verdict) | {"troubles": verdict.troubles}
