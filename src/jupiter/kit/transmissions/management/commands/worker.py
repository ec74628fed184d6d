"""`jupiter dealer worker`: carries this service's transmissions and keeps its clock-driven tasks."""

import asyncio
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app
from procrastinate.worker import Worker

from jupiter.kit.collector import search_seldom
from jupiter.kit.jobs import UPKEEP
from jupiter.kit.queue_connector import queue_connector
from jupiter.kit.transmissions.slots import FairWorker

POLLING_SECONDS = 1.0
PARTNERS_AT_ONCE = 12  # that may all be slow before one of them waits for another: a waiting thread costs next to nothing


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # bin/check and migrate look; one that comes back has work to do
    help = "Run this service's worker until SIGTERM or SIGINT; running jobs end first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=8, help="how many transmissions to one partner are carried at once")

    def handle(self, *args: Any, concurrency: int, **options: Any) -> None:
        search_seldom()
        asyncio.run(work(concurrency))


async def work(concurrency: int) -> None:
    """Two workers in one process: one for all queues, with slots for each partner, and one whose only slot is for upkeep."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(concurrency * PARTNERS_AT_ONCE + 2))
    with app.replace_connector(queue_connector()):
        async with app.open_async():
            options: dict[str, Any] = {"fetch_job_polling_interval": POLLING_SECONDS, "install_signal_handlers": False}
            workers = [
                FairWorker(
                    app,
                    name="carry",
                    slots=concurrency,
                    rest=settings.NEWS_REST_SECONDS,
                    concurrency=concurrency * PARTNERS_AT_ONCE,
                    **options,
                ),
                app._worker(name="upkeep", queues=[UPKEEP], concurrency=1, **options),
            ]
            for sign in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(sign, lambda: [worker.stop() for worker in workers])
            await run_together(workers)


async def run_together(workers: Sequence[Worker]) -> None:
    """If one ends (the database went away), so does the process, and whoever supervises it starts it anew: but not before the other's
    running jobs have ended, which would be cut short."""
    running = [asyncio.create_task(worker.run()) for worker in workers]
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    for worker in workers:
        worker.stop()
    for outcome in await asyncio.gather(*running, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
