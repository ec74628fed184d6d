"""A real worker on the real job table, one run at a time, and the accidents that happen to workers."""

from contextlib import suppress

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from jupiter.kit import jobs
from jupiter.kit.queue_connector import queue_connector


class Worker:
    def run(self) -> None:
        """Do what is due, in a real worker, then come back. What a clock drives (upkeep) is left out: a test asks for it by name."""
        while queues := due_queues():
            self._run(queues)

    def run_only(self, *queues: str) -> None:
        """One round of what is due for these partners."""
        self._run(list(queues))

    def bring_back_stalled(self) -> None:
        with suppress(AlreadyEnqueued):  # the clock was faster
            jobs.bring_back_stalled.defer(timestamp=0)
        self._run([jobs.UPKEEP])

    def _run(self, queues: list[str]) -> None:
        with app.replace_connector(queue_connector()):
            app.run_worker(queues=queues, wait=False, install_signal_handlers=False, listen_notify=False)

    def wait_for_the_next_try(self) -> None:
        sql("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")

    def do_again(self) -> None:
        sql("UPDATE procrastinate_jobs SET status = 'todo' WHERE status = 'succeeded'")

    def die_holding_it(self, attempts: int = 0, deaths: int = 0) -> None:
        """After so many runs, and so many deaths before."""
        sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        sql("UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)")
        sql("UPDATE procrastinate_jobs SET attempts = %s", attempts)
        for _ in range(deaths):
            sql(
                "INSERT INTO procrastinate_events (job_id, type, at) SELECT id, 'started', now() - interval '1 minute' FROM procrastinate_jobs"
            )
            sql("INSERT INTO procrastinate_events (job_id, type) SELECT id, 'deferred_for_retry' FROM procrastinate_jobs")

    def rescue(self) -> None:
        """What one that died held is brought back once its heart has not beaten for long; then all that is due is done."""
        if count("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"):
            sql("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
            self.bring_back_stalled()
        self.run()


def sql(command: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(command, values or None)


def count(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def due_queues() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT queue_name FROM procrastinate_jobs"
            " WHERE status = 'todo' AND queue_name <> %s AND (scheduled_at IS NULL OR scheduled_at <= now())"
            " AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs AS before WHERE before.lock = procrastinate_jobs.lock"
            "  AND before.status IN ('todo', 'doing') AND before.id < procrastinate_jobs.id)",
            [jobs.UPKEEP],
        )
        return [name for (name,) in cursor.fetchall()]
