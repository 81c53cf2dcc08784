"""Look at the work of the desk: jobs, seals, clocks, rows that wait, people who would not hear an alarm."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django_tasks_db.models import DBTaskResult

from aftersale.config import looks
from aftersale.config.doctor import Finding, Level, ok
from aftersale.config.keys import head_keys
from aftersale.config.looks_connections import connections
from aftersale.config.pulse import pulses
from aftersale.evidence.models import Event
from aftersale.evidence.proof import prove_heads
from aftersale.jobs.door import in_database
from aftersale.shops.duty import Reach, nobody_tonight
from aftersale.shops.models import Shop
from aftersale.texts import Text
from aftersale.tickets.models import Deadline, ParkedRow
from aftersale.tickets.models.clock import DeadlineState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from aftersale.config.doctor import Look
    from aftersale.config.home import Home

_SILENT, _WAITED = timedelta(minutes=1), timedelta(minutes=5)
_START = Text(
    zh="运行 aftersale serve；多机部署运行 aftersale work。",
    en="Run aftersale serve, or aftersale work where there are several hosts.",
)


def worker(place: Home, now: datetime) -> Iterator[Finding]:
    """See that a worker of this machine gives signs of life, and that nothing it does fails."""
    seen = list(pulses(place.root / "run"))
    alive = [each for each in seen if abs(now - each.at) < _SILENT]
    if not alive:
        yield Finding(
            Level.WARN,
            Text(zh="这台机器上没有后台进程在运行", en="No worker is running on this machine"),
            _START,
        )
    for each in alive:
        if each.failing:
            names = "; ".join(each.failing)
            yield Finding(
                Level.BAD,
                Text(
                    zh=f"后台进程 {each.pid} 有事没做成：{names}", en=f"Worker {each.pid} fails at: {names}"
                ),
                Text(zh="看它的日志，原因写在里面。", en="Its log says why."),
            )
        else:
            yield ok(f"后台进程 {each.pid} 在运行", f"Worker {each.pid} is running")


def jobs(_place: Home, now: datetime) -> Iterator[Finding]:
    """See that no job waits long."""
    if not in_database():
        yield ok("任务由另外的队列执行", "Jobs are run by another engine")
        return
    oldest = (
        DBTaskResult.objects.ready().order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    )
    if oldest and now - oldest > _WAITED:
        minutes = int((now - oldest).total_seconds() // 60)
        yield Finding(
            Level.BAD,
            Text(zh=f"有任务等了 {minutes} 分钟", en=f"A job has waited for {minutes} minutes"),
            _START,
        )
    else:
        yield ok("没有积压的任务", "No job waits")


def heads(place: Home, now: datetime) -> Iterator[Finding]:
    """See that the logs agree with their heads, and that events are sealed soon."""
    proof = prove_heads(head_keys(place))
    for broken in proof.first:
        said = Text(zh=f"{broken.where.zh}：{broken.what.zh}", en=f"{broken.where.en}: {broken.what.en}")
        yield Finding(Level.BAD, said, broken.next_step)
    oldest = Event.objects.filter(log_index=None).order_by("id").values_list("at", flat=True).first()
    if oldest and now - oldest > _WAITED:
        yield Finding(
            Level.WARN,
            Text(zh=f"有 {proof.unsealed} 条记录还没封存", en=f"{proof.unsealed} records are not sealed yet"),
            _START,
        )
    elif not proof.breaks:
        yield ok(
            f"{proof.events} 条记录已封存，签名一致", f"{proof.events} records are sealed; the heads agree"
        )


def deadlines(_place: Home, now: datetime) -> Iterator[Finding]:
    """See that the sweep keeps up with the clocks."""
    late = Deadline.objects.filter(state=DeadlineState.RUNNING, next_at__lt=now - _WAITED).count()
    if late:
        yield Finding(
            Level.BAD,
            Text(zh=f"有 {late} 个期限到点没人处理", en=f"{late} deadlines are due and were not seen to"),
            _START,
        )
    else:
        yield ok("期限都按时检查了", "All deadlines are being watched")


def parked(_place: Home, _now: datetime) -> Iterator[Finding]:
    """Count the rows that wait for a person."""
    count = ParkedRow.objects.filter(state="parked").count()
    if count:
        yield Finding(
            Level.WARN,
            Text(zh=f"有 {count} 行没读进来", en=f"{count} rows could not be taken"),
            Text(zh="在导入记录里改好或丢弃。", en="Correct or drop them among the imports."),
        )
    else:
        yield ok("没有没读进来的行", "No row is parked")


def held(_place: Home, _now: datetime) -> Iterator[Finding]:
    """Name the shops on hold."""
    names = list(Shop.objects.filter(held=True).order_by("name").values_list("name", flat=True))
    if names:
        yield Finding(
            Level.WARN,
            Text(
                zh=f"恢复备份后暂停发送：{'、'.join(names)}",
                en=f"On hold since a backup was restored: {', '.join(names)}",
            ),
            Text(
                zh="导入这些店铺的最新表格，核对结果待确认的操作。",
                en="Import their newest sheets and settle the actions whose outcome is unknown.",
            ),
        )


def tonight(_place: Home, now: datetime) -> Iterator[Finding]:
    """Say when nobody would be reached tonight."""
    gaps = nobody_tonight(now)
    for gap in gaps:
        span = f"{gap.starts_at:%H:%M}–{gap.ends_at:%H:%M}"
        alone = gap.reach is Reach.NOBODY
        who = Text(zh="没有人能收到提醒", en="nobody would be reached")
        lead = Text(zh="只有主管能收到提醒", en="only a lead would be reached")
        said = who if alone else lead
        yield Finding(
            Level.WARN,
            Text(zh=f"今晚 {span}，{gap.shop}：{said.zh}", en=f"Tonight {span}, {gap.shop}: {said.en}"),
            Text(
                zh="排好值班，并让值班的人设置接收方式。",
                en="Put somebody on duty who has set how to be reached.",
            ),
        )
    if not gaps:
        yield ok("今晚一直有人能收到提醒", "Somebody is reached all night")


LOOKS: dict[str, Look] = {
    "config": looks.configuration,
    "database": looks.database,
    "keys": looks.keys,
    "clock": looks.clock,
    "disk": looks.disk,
    "backup": looks.backups,
    "worker": worker,
    "jobs": jobs,
    "heads": heads,
    "deadlines": deadlines,
    "parked": parked,
    "held": held,
    "connections": connections,
    "tonight": tonight,
}
