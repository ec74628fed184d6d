"""Planted wrongs: a copy of the product with one safeguard taken away, run whole. The instrument must name each."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.running import CHECKOUT, Suite

from .run import Plan


class NotPlanted(Exception):
    """The product no longer reads as the wrong expects: write it anew."""


@dataclass(frozen=True)
class Wrong:
    name: str
    reddens: tuple[str, ...]  # the columns, or "settled", of which one at least must be red
    patches: tuple[tuple[str, str, str], ...]  # file below src/jupiter, what stands there, what is to stand there
    walls_lowered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # service → what its owner would have to do as well


# A copy must run its own code: the suite otherwise keeps PYTHONPATH from the processes that it starts.
OWN_CODE = ("suite/preparation.py", ', "PYTHONPATH")', ")")

WRONGS = (
    Wrong(
        "a key is not sent",
        ("half done", "lost", "words"),
        (("dealer/declarations/client.py", 'return {"Idempotency-Key": str(key)}', "return {}"),),
    ),
    Wrong(
        "numbers are max + 1",
        ("numbers",),
        (
            (
                "kit/numbers/__init__.py",
                '"INSERT INTO numbers_counter (series, last) VALUES (%s, 1)"\n'
                '            " ON CONFLICT (series) DO UPDATE SET last = numbers_counter.last + 1 RETURNING last, clock_timestamp()",',
                '"WITH read AS MATERIALIZED (SELECT series, last + 1 AS next, pg_sleep(0.02) FROM numbers_counter WHERE series = %s)"\n'
                '            " UPDATE numbers_counter SET last = read.next FROM read WHERE numbers_counter.series = read.series"\n'
                '            " RETURNING read.next, clock_timestamp()",',
            ),
        ),
        {
            "dealer": ("ALTER TABLE orders_order DROP CONSTRAINT order_number_once_per_group",),
            "hub": ("ALTER TABLE declarations_sale DROP CONSTRAINT {declarations_sale_declaration_number}",),
            "insurer": (
                "ALTER TABLE quotes_job DROP CONSTRAINT {quotes_job_number}",
                "ALTER TABLE policies_policy DROP CONSTRAINT {policies_policy_number}",
            ),
        },
    ),
    Wrong(
        "a task is not deferred in the transaction",
        ("half done", "lost"),
        (
            (
                "kit/jobs.py",
                "    job.defer(**ids)\n",
                "    transaction.on_commit(lambda: Timer(0.5, lambda: (job.defer(**ids), connection.close())).start())\n",
            ),
            ("kit/jobs.py", "import logging\n", "import logging\nfrom threading import Timer\n"),
            ("kit/jobs.py", "from django.db import connection\n", "from django.db import connection, transaction\n"),
        ),
    ),
    Wrong(
        "a stalled job that nobody brings back",
        ("settled",),
        (("kit/jobs.py", "        try:\n            told = await", "        continue\n        try:\n            told = await"),),
    ),
    Wrong(
        "a list without its site filter",
        ("leaked",),
        (("dealer/orders/views/finding.py", "return member.own(Order.objects.visible().filter(group=member.group))", "return Order.objects.visible()"),),
        {"dealer": tuple(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"
            for table in ("orders_order", "orders_orderbuyer", "vehicles_vehicle", "sites_site"))},
    ),
)  # fmt: skip


def copy_with(wrong: Wrong, folder: Path) -> Path:
    """A source tree of its own, with this wrong in it."""
    source = folder / "src"
    shutil.copytree(CHECKOUT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
    for name, stands, instead in (*wrong.patches, OWN_CODE):
        file = source / "jupiter" / name
        text = file.read_text()
        if text.count(stands) != 1:
            raise NotPlanted(f"{wrong.name}: {name} holds {stands!r} {text.count(stands)} times")
        file.write_text(text.replace(stands, instead))
    return source


def planted(wrong: Wrong, source: Path, plan: Plan) -> Plan:
    plan.environment = {"PYTHONPATH": str(source)}
    plan.before = lambda suite: _lower(suite, wrong)
    return plan


def _lower(suite: Suite, wrong: Wrong) -> None:
    """The wall behind the safeguard, where either holds alone."""
    for service, commands in wrong.walls_lowered.items():
        for command in commands:
            if "{" in command:
                head, _, rest = command.partition("{")
                command = head + _unique(suite, service, rest.rstrip("}"))
            suite.do(service, command)


def _unique(suite: Suite, service: str, prefix: str) -> str:
    """A constraint whose name Django made."""
    question = "SELECT conname FROM pg_constraint WHERE contype = 'u' AND conname LIKE %s"
    return str(suite.rows(service, question, f"{prefix}%")[0]["conname"])
