"""A service's paper, from its row to its bytes, against the bare typst compile of the same page: the dealer's bon de commande, the insurer's
policy. Warm, paired."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from datetime import time as hour
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import django
import typst
from django.conf import settings

from .figures import figure, paired

django.setup()

from jupiter.kit.clock import business_today  # noqa: E402  # once Django is set up
from jupiter.kit.walls import everywhere  # noqa: E402

TIMES = 10
MARK = "999999999"  # where each compile's own number goes
AT_MOST = 1.5


class Paper(NamedTuple):
    name: str
    act: Callable[[int], object]  # all that the product does, for a paper of this number
    template: Path
    facts: Mapping[str, Any]  # what the template is told, with MARK for the number
    dated: date


def orders() -> Iterator[Paper]:
    from jupiter.dealer.orders import pdf  # noqa: PLC0415  # of this service only
    from jupiter.dealer.orders.models import Order  # noqa: PLC0415

    today = business_today()
    known = Order.objects.filter(state="closed").order_by("-number")[0]
    pk, frozen = known.pk, known.closed_frozen

    def issued(number: int) -> None:
        """As Imprimer does after closing: what the order froze when it was closed."""
        facts = Order.objects.get(pk=pk).closed_frozen
        pdf.order_form(facts | {"number": number}, dated=today, provisional=False)

    def provisional(number: int) -> None:
        """As Imprimer does before: all rows are read."""
        order = pdf.PAPER.first(group=known.group_id, sites=[known.site_id], number=known.number)
        order.number = number
        pdf.order_form(pdf.facts_of(order), dated=today, provisional=True)

    for name, act, is_provisional in (("order", issued, False), ("provisional", provisional, True)):
        yield Paper(name, act, pdf.TEMPLATE, pdf.printed_facts(frozen | {"number": MARK}, provisional=is_provisional), today)


def policies() -> Iterator[Paper]:
    from jupiter.insurer.policies import pdf  # noqa: PLC0415  # of this service only
    from jupiter.insurer.policies.models import Policy  # noqa: PLC0415
    from jupiter.insurer.products.models import Parameter  # noqa: PLC0415
    from jupiter.insurer.quotes.models import Job  # noqa: PLC0415

    job = Job.objects.filter(policy__isnull=False).order_by("-pk")[0]
    words = {"kind": job.get_kind_display(), "fuel": job.get_fuel_display()}
    rows = Policy.objects.select_related("account", "producer", "product", "edition")

    def issued(number: int) -> None:
        """As buying does; there the policy was just written, here its row is read."""
        policy = rows.get(pk=job.policy_id)
        policy.number = str(number)
        pdf.policy_paper(policy, mentions=Parameter.on(policy.issued_on), **words)

    known = rows.get(pk=job.policy_id)
    known.number = MARK
    facts = pdf.facts_of(known, mentions=Parameter.on(known.issued_on), **words)
    yield Paper("policy", issued, pdf.TEMPLATE, facts, known.issued_on)


def main(rounds: int) -> None:
    numbers = count(800_000)  # no two papers are the same, as no two orders are
    for paper in {"dealer": orders, "insurer": policies}[settings.SERVICE]():
        pairs = paired(timed(paper.act, numbers), timed(bare(paper), numbers), rounds=rounds)
        for one in (
            figure(f"pdf.{paper.name}_ms", [a for a, _ in pairs], "ms"),
            figure(f"pdf.{paper.name}_typst_ms", [b for _, b in pairs], "ms", words="the bare compile of the same page"),
            figure(f"pdf.{paper.name}_over_typst", [a / b for a, b in pairs], "×", AT_MOST),
        ):
            print(json.dumps(asdict(one)))


def bare(paper: Paper) -> Callable[[int], object]:
    compiler = typst.Compiler(paper.template, root=paper.template.parent, ignore_system_fonts=True)
    words = json.dumps(paper.facts, ensure_ascii=False, default=str)
    at = datetime.combine(paper.dated, hour(12), UTC)

    def compile_it(number: int) -> None:
        compiler.compile(format="pdf", sys_inputs={"facts": words.replace(MARK, str(number))}, pdf_standards="a-3b", timestamp=at)

    return compile_it


def timed(act: Callable[[int], object], numbers: Iterator[int]) -> Callable[[], float]:
    def once() -> float:
        begun = time.perf_counter()
        for _ in range(TIMES):
            act(next(numbers))
        return (time.perf_counter() - begun) / TIMES * 1000

    return once


if __name__ == "__main__":
    with everywhere():
        main(rounds=int(sys.argv[2]))
