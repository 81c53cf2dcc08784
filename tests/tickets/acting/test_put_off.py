"""What was put off is sent when its time has come, and not by the next sweep after it."""

from __future__ import annotations

import pytest
from django_tasks_db.models import DBTaskResult

from aftersale.config.wiring import HANDS, register_jobs
from aftersale.jobs import door
from aftersale.shops.models import Shop
from aftersale.tickets.receipts import PERFORM
from aftersale.tickets.sweep import sweep
from tests.tickets.acting.desk import (
    NOW,
    approve,
    later,
    make_line,
    make_person,
    make_shop,
    make_ticket,
    reread,
)

pytestmark = pytest.mark.django_db


def test_what_waits_for_its_shop_has_a_job_for_the_time_when_it_is_due() -> None:
    register_jobs()
    line = make_line(make_shop())
    action = approve(make_ticket(line.shop, line), make_person())
    Shop.objects.update(held=True)
    DBTaskResult.objects.all().delete()
    door.registered()[PERFORM](action.pk, NOW)
    waits = reread(action).not_before
    assert waits > NOW
    job = DBTaskResult.objects.get()
    assert (job.args_kwargs["args"], job.run_after) == ([PERFORM, action.pk], waits)


def test_what_lost_its_job_goes_the_same_way_when_the_sweep_finds_it() -> None:
    register_jobs()
    line = make_line(make_shop())
    action = approve(make_ticket(line.shop, line), make_person())
    Shop.objects.update(held=True)
    DBTaskResult.objects.all().delete()
    assert not sweep(later(seconds=14), 200, HANDS).all_errors
    assert not DBTaskResult.objects.exists()
    assert not sweep(later(seconds=16), 200, HANDS).all_errors
    job = DBTaskResult.objects.get()
    assert (job.args_kwargs["args"], job.run_after) == ([PERFORM, action.pk], reread(action).not_before)
