"""The bon de commande's PDF, from the order's row to its bytes, against the bare typst compile of the same page. Warm, paired."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from datetime import time as hour
from itertools import count

import django
import typst

from .figures import figure, paired

django.setup()

from jupiter.dealer.orders import pdf  # noqa: E402  # once Django is set up
from jupiter.dealer.orders.models import Order  # noqa: E402
from jupiter.kit.clock import business_today  # noqa: E402
from jupiter.kit.walls import everywhere  # noqa: E402

ROUNDS, TIMES = 9, 10
MARK = "999999999"  # where each compile's own number goes


def main() -> None:
    numbers = count(800_000)  # no two papers are the same, as no two orders are
    today = business_today()
    known = Order.objects.filter(state="closed").order_by("-number")[0]
    pk = known.pk

    def issued() -> None:
        """As Imprimer does after closing: what the order froze when it was closed."""
        frozen = Order.objects.get(pk=pk).closed_frozen
        pdf.order_form(frozen | {"number": next(numbers)}, dated=today, provisional=False)

    def provisional() -> None:
        """As Imprimer does before: all rows are read."""
        order = pdf.PAPER.first(group=known.group_id, sites=[known.site_id], number=known.number)
        order.number = next(numbers)
        pdf.order_form(pdf.facts_of(order), dated=today, provisional=True)

    compiler = typst.Compiler(pdf.TEMPLATE, root=pdf.TEMPLATE.parent, ignore_system_fonts=True)
    frozen = Order.objects.get(pk=pk).closed_frozen

    def bare(words: str) -> Callable[[], None]:
        at = datetime.combine(today, hour(12), UTC)

        def compile_it() -> None:
            told = words.replace(MARK, str(next(numbers)))
            compiler.compile(format="pdf", sys_inputs={"facts": told}, pdf_standards="a-3b", timestamp=at)

        return compile_it

    for name, act, is_provisional in (("order", issued, False), ("provisional", provisional, True)):
        facts = pdf.printed_facts(frozen | {"number": MARK}, provisional=is_provisional)
        pairs = paired(timed(act), timed(bare(json.dumps(facts, ensure_ascii=False, default=str))), rounds=ROUNDS)
        for one in (
            figure(f"pdf.{name}_ms", [a for a, _ in pairs], "ms"),
            figure(f"pdf.{name}_typst_ms", [b for _, b in pairs], "ms", words="the bare compile of the same page"),
            figure(f"pdf.{name}_over_typst", [a / b for a, b in pairs], "×", 1.5),
        ):
            print(json.dumps(asdict(one)))


def timed(act: Callable[[], None]) -> Callable[[], float]:
    def once() -> float:
        begun = time.perf_counter()
        for _ in range(TIMES):
            act()
        return (time.perf_counter() - begun) / TIMES * 1000

    return once


if __name__ == "__main__":
    with everywhere():
        main()
