"""Send jobs through Redis and run them there. Run as a program with the address of a Redis."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import django
from django.conf import settings

from aftersale.jobs.engine import REDIS, engine_of

if TYPE_CHECKING:
    from datetime import datetime


def main(url: str) -> None:
    """Enqueue one job that is committed and one that is not, then work until idle."""
    engine = engine_of({"AFTERSALE_TASKS": REDIS, "AFTERSALE_REDIS_URL": url})
    settings.configure(
        TASKS=engine.tasks,
        INSTALLED_APPS=[*engine.apps],
        RQ_QUEUES=engine.queues,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        USE_TZ=True,
        SANDBOX_CLOCK="",
    )
    django.setup()
    import django_rq  # noqa: PLC0415  # it reads settings when it is imported
    from django.db import transaction  # noqa: PLC0415
    from django_tasks_rq import Job  # noqa: PLC0415
    from rq import SimpleWorker  # noqa: PLC0415

    from aftersale.jobs.door import enqueue, register  # noqa: PLC0415
    from aftersale.jobs.worker import OtherEngine, run_ready  # noqa: PLC0415

    heard: list[int] = []

    def hear(row_id: int, now: datetime) -> None:
        assert now.tzinfo
        heard.append(row_id)

    register("hear", hear)
    queue = django_rq.get_queue("default", job_class=Job)
    waiting: list[int] = []
    with transaction.atomic():
        enqueue("hear", 7)
        enqueue("hear", 9, first=True)
        waiting.append(len(queue))
    waiting.append(len(queue))
    with transaction.atomic():
        enqueue("hear", 8)
        transaction.set_rollback(True)
    SimpleWorker([queue], connection=queue.connection, job_class=Job).work(burst=True)
    try:
        run_ready()
    except OtherEngine as refused:
        print(json.dumps({"heard": heard, "waiting": waiting, "ours": refused.code}))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
