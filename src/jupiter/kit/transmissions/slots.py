"""A worker that gives each partner slots of its own: one that answers slowly holds up nobody else."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any

from procrastinate.app import App
from procrastinate.job_context import JobContext
from procrastinate.worker import Worker

KNOWN_SECONDS = 1.0  # how soon a new partner's queue is known while another's slots are all taken
QUEUES = "SELECT DISTINCT queue_name FROM procrastinate_jobs WHERE status = 'todo'"


class FairWorker(Worker):
    """`concurrency` is the sum; of one queue no more than `slots` run at once. A queue whose slots are taken is not asked meanwhile."""

    def __init__(self, app: App, *, slots: int, **options: Any) -> None:
        self.slots = slots
        self.known: frozenset[str] = frozenset()
        self.was_freed = False
        super().__init__(app, **{**app.worker_defaults, **options})

    @property
    def queues(self) -> Iterable[str] | None:  # asked anew before each fetch
        full = self.full()
        return sorted(self.known - full) if full else None

    @queues.setter
    def queues(self, queues: Iterable[str] | None) -> None:
        """All of them, always."""

    def full(self) -> frozenset[str]:
        taken = Counter(context.job.queue for context in getattr(self, "_running_jobs", {}).values())
        return frozenset(queue for queue, number in taken.items() if number >= self.slots)

    def _start_side_tasks(self) -> list[asyncio.Task[Any]]:
        return [*super()._start_side_tasks(), asyncio.create_task(self._know_queues(), name="know_queues")]

    async def _know_queues(self) -> None:
        while True:
            if self.full():
                rows = await self.app.connector.execute_query_all_async(QUEUES)
                new = frozenset(str(row["queue_name"]) for row in rows)
                if new - self.known:
                    self.known |= new
                    self._new_job_event.set()
            await asyncio.sleep(KNOWN_SECONDS)

    async def _fetch_and_process_jobs(self) -> None:
        """Again, if a slot became free while the answer was under way: it was not asked for that queue."""
        while True:
            self.was_freed = False
            await super()._fetch_and_process_jobs()  # type: ignore[no-untyped-call]
            if not self.was_freed or self._stop_event.is_set():
                return

    async def _process_job(self, context: JobContext) -> None:
        self.known |= {context.job.queue}
        try:
            await super()._process_job(context)
        finally:
            asyncio.get_running_loop().call_later(0.001, self._take_more)

    def _take_more(self) -> None:
        self.was_freed = True
        self._new_job_event.set()
