"""Choose the task engine by settings: the database as it comes, Redis for who runs one."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

DATABASE = "django_tasks_db.DatabaseBackend"
REDIS = "django_tasks_rq.RQBackend"
QUEUE = "default"
_SCHEMES = frozenset({"redis", "rediss", "unix"})


class EngineRefused(AftersaleError):
    """Refuse a setting of the task engine that cannot work."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(
            code,
            message,
            Text(
                zh="改正 AFTERSALE_TASKS 和 AFTERSALE_REDIS_URL，或去掉它们，用自带的数据库队列。",
                en="Correct AFTERSALE_TASKS and AFTERSALE_REDIS_URL, or unset them to use the database.",
            ),
        )


@dataclass(frozen=True, slots=True)
class Engine:
    """Hold what Django's settings need: TASKS, apps to install, and RQ_QUEUES (empty without Redis)."""

    tasks: Mapping[str, Mapping[str, object]]
    apps: tuple[str, ...]
    queues: Mapping[str, Mapping[str, object]]


def engine_of(environ: Mapping[str, str]) -> Engine:
    """Read AFTERSALE_TASKS (a backend of the Tasks API) and AFTERSALE_REDIS_URL; raises EngineRefused."""
    backend = environ.get("AFTERSALE_TASKS") or DATABASE
    tasks = {"default": {"BACKEND": backend, "QUEUES": [QUEUE]}}
    if backend != REDIS:
        return Engine(tasks, ("django_tasks", "django_tasks_db"), {})
    if find_spec("django_tasks_rq") is None:
        raise EngineRefused(
            "jobs.extra_missing",
            Text(
                zh="要用 Redis 队列，先安装附加包：pip install 'aftersale[redis]'。",
                en="The Redis engine needs the extra: pip install 'aftersale[redis]'.",
            ),
        )
    url = _redis_url(environ.get("AFTERSALE_REDIS_URL", ""))
    return Engine(tasks, ("django_tasks", "django_tasks_db", "django_rq"), {QUEUE: {"URL": url}})


def _redis_url(url: str) -> str:
    """Take an address of Redis; it may hold a password, so that no message repeats it."""
    if urlsplit(url).scheme not in _SCHEMES:
        raise EngineRefused(
            "jobs.redis_address",
            Text(
                zh="用 Redis 队列时，AFTERSALE_REDIS_URL 要写成 redis://主机:端口/库号。",
                en="With the Redis engine, AFTERSALE_REDIS_URL must read redis://host:port/number.",
            ),
        )
    return url
