"""See that settings choose the engine, and that one that cannot work is refused in words."""

from __future__ import annotations

import pytest

from aftersale.jobs.engine import DATABASE, REDIS, EngineRefused, engine_of


def test_the_database_is_the_engine_as_it_comes() -> None:
    engine = engine_of({})
    assert engine.tasks["default"]["BACKEND"] == DATABASE
    assert (engine.apps, engine.queues) == (("django_tasks", "django_tasks_db"), {})


def test_redis_by_a_setting() -> None:
    engine = engine_of({"AFTERSALE_TASKS": REDIS, "AFTERSALE_REDIS_URL": "redis://127.0.0.1:6379/0"})
    assert engine.tasks["default"]["BACKEND"] == REDIS
    assert "django_rq" in engine.apps
    assert engine.queues == {"default": {"URL": "redis://127.0.0.1:6379/0"}}


@pytest.mark.parametrize("url", ["", "127.0.0.1:6379", "https://user:secret@127.0.0.1"])
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(EngineRefused) as refused:
        engine_of({"AFTERSALE_TASKS": REDIS, "AFTERSALE_REDIS_URL": url})
    assert refused.value.code == "jobs.redis_address"
    assert "secret" not in f"{refused.value} {refused.value.message} {refused.value.next_step}"


def test_another_engine_of_the_api_is_taken_by_its_name() -> None:
    engine = engine_of({"AFTERSALE_TASKS": "django_tasks.backends.immediate.ImmediateBackend"})
    assert engine.tasks["default"]["BACKEND"].__str__().endswith("ImmediateBackend")
