"""A worker that gives each partner slots of its own: one that answers slowly holds up nobody else."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any

from procrastinate.app import App
from procrastinate.job_context import JobContext
from procrastinate.jobs import Notification
from procrastinate.worker import Worker

KNOWN_SECONDS = 1.0  # how soon a new partner's queue is known while another's slots are all taken
A_LITTLE = 0.02  # seconds: between a fact's clock and its commit
QUEUES = "SELECT DISTINCT queue_name FROM procrastinate_jobs WHERE status = 'todo'"


class FairWorker(Worker):
    """`concurrency` is the sum; of one queue no more than `slots` run at once. A queue whose slots are taken is not asked meanwhile.

    What is deferred to rest for `rest` seconds is fetched when they are over, not at the next poll.
    """

    def __init__(self, app: App, *, slots: int, rest: float = 0.0, **options: Any) -> None:
        self.slots, self.rest = slots, rest
        self.will_look: asyncio.TimerHandle | None = None
        self.more_rest = False  # some came since
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

    async def _handle_notification(self, *, channel: str, notification: Notification) -> None:
        await super()._handle_notification(channel=channel, notification=notification)
        self.more_rest = True
        if self.rest and self.will_look is None:
            self._look_after_their_rest()

    def _look_after_their_rest(self) -> None:
        self.more_rest = False
        self.will_look = asyncio.get_running_loop().call_later(self.rest + A_LITTLE, self._look)

    def _look(self) -> None:
        self.will_look = None
        self._new_job_event.set()
        if self.more_rest:
            self._look_after_their_rest()

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
