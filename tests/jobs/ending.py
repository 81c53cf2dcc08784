"""Work until SIGTERM comes in the middle of a job, and tell what was run. Run as a program."""

from __future__ import annotations

import json
import os
import signal
import threading
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from datetime import datetime


def main() -> None:
    """Be told to stop during the first of two jobs."""
    from aftersale.config.home import home, prepare  # noqa: PLC0415  # before Django is set up

    prepare(home())
    django.setup()
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415

    from aftersale.config.fresh import lay_out  # noqa: PLC0415
    from aftersale.jobs.door import enqueue, register  # noqa: PLC0415
    from aftersale.jobs.worker import stop_on_signals, work  # noqa: PLC0415

    finished: list[int] = []

    def job(row_id: int, now: datetime) -> None:
        assert now.tzinfo
        os.kill(os.getpid(), signal.SIGTERM)
        finished.append(row_id)

    lay_out()
    stop = threading.Event()
    stop_on_signals(stop)
    register("job", job)
    enqueue("job", 1)
    enqueue("job", 2)
    ran = work(stop)
    print(json.dumps({"ran": ran, "finished": finished, "left": DBTaskResult.objects.ready().count()}))  # noqa: T201


if __name__ == "__main__":
    main()
