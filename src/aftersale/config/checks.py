"""Look at the desk's own set-up before it runs: keys, folder, database, what is open to the network.

E001 keys are readable by others   E002 the ring of keys does not open   E003 the folder cannot be written
E004 debugging is on               E005 a newer program wrote the database
E006 no lasting key signs sessions E007 a platform is called without TLS
W001 reachable without TLS         W002 every host name is accepted
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register  # noqa: A004  # Django's name
from django.db import DatabaseError

from aftersale.config.upgrade import standing
from aftersale.connections.platforms import is_guarded
from aftersale.shops.crypto import KeysInvalid
from aftersale.shops.encryption import ring

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from django.core.checks import CheckMessage

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@register(Tags.security)
def keys_are_private(**_asked: object) -> list[CheckMessage]:
    """E001: only the desk's own user reads the keys."""
    folder = settings.HOME.secret_key.parent
    paths = [folder, *sorted(folder.glob("*"))] if folder.is_dir() else []
    return [
        Error(
            f"keys: {path.name} 能被其他用户读取。{path.name} can be read by other users.",
            hint=f"chmod go-rwx {path}",
            id="aftersale.E001",
        )
        for path in paths
        if _open_to_others(path)
    ]


def _open_to_others(path: Path) -> bool:
    return os.name == "posix" and bool(path.stat().st_mode & _OTHERS)


@register(Tags.security)
def keys_open(**_asked: object) -> list[CheckMessage]:
    """E002: the keys that encrypt buyers' data can be read."""
    if not settings.HOME.root.is_dir() and not os.environ.get("AFTERSALE_KEYS"):
        return []
    try:
        ring()
    except KeysInvalid as fault:
        return [
            Error(
                f"{fault.message.zh} {fault.message.en}",
                hint=f"{fault.next_step.zh} {fault.next_step.en}",
                id="aftersale.E002",
            )
        ]
    return []


@register(Tags.files)
def folder_is_writable(**_asked: object) -> list[CheckMessage]:
    """E003: the desk's folder can be written."""
    root = settings.HOME.root
    if not root.exists() or (root.is_dir() and os.access(root, os.W_OK | os.X_OK)):
        return []
    said = f"数据文件夹不能写：{root}。The desk's folder cannot be written."
    hint = "检查文件夹的所有者，或换一个 AFTERSALE_HOME。Check who owns it, or choose another AFTERSALE_HOME."
    return [Error(said, hint=hint, id="aftersale.E003")]


@register(Tags.security)
def debugging_is_off(**_asked: object) -> list[CheckMessage]:
    """E004: error pages tell nothing of the program."""
    if not settings.DEBUG:
        return []
    said = "DEBUG 打开了，出错时会泄露数据。DEBUG is on; faults would show data."
    return [Error(said, hint="DEBUG = False", id="aftersale.E004")]


@register(Tags.database)
def database_is_known(databases: Sequence[str] | None = None, **_asked: object) -> list[CheckMessage]:
    """E005: no newer program has changed the database; asked only where databases are checked."""
    if not databases:
        return []
    try:
        unknown = standing().unknown
    except DatabaseError:
        return []  # that it cannot be reached is for whoever connects to say
    if not unknown:
        return []
    said = f"数据库比程序新：{', '.join(unknown)}。A newer program has written the database."
    hint = "安装更新的 aftersale。Install the newer aftersale."
    return [Error(said, hint=hint, id="aftersale.E005")]


@register(Tags.security)
def sessions_are_signed(**_asked: object) -> list[CheckMessage]:
    """E006: the key that signs sessions outlives the process."""
    root = settings.HOME.root
    stored = settings.HOME.secret_key
    if not root.is_dir() or os.environ.get("AFTERSALE_SECRET_KEY"):
        return []
    if stored.is_file() and stored.stat().st_size:
        return []
    said = "没有会话密钥，每次重启都要重新登录。No key signs sessions; a restart signs everybody out."
    hint = "运行一次 aftersale serve 会建好。aftersale serve makes it."
    return [Error(said, hint=hint, id="aftersale.E006")]


@register(Tags.security)
def platforms_are_called_by_tls(**_asked: object) -> list[CheckMessage]:
    """E007: what is sent to a platform is encrypted on the way; a sandbox on this machine need not be."""
    said = "平台接口地址没有用 HTTPS：{url}。A platform is called without HTTPS: {url}."
    hint = "改成 https:// 开头。Let it begin with https://."
    return [
        Error(said.format(url=url), hint=hint, id="aftersale.E007")
        for url in settings.PLATFORM_URLS.values()
        if not is_guarded(url)
    ]


@register(Tags.security)
def network_is_guarded(**_asked: object) -> list[CheckMessage]:
    """W001, W002: what other machines reach is behind TLS, under names that are known."""
    found: list[CheckMessage] = []
    hosts = set(settings.ALLOWED_HOSTS) - {*settings.LOCAL_HOSTS, "testserver"}
    if hosts and not settings.BEHIND_PROXY:
        said = "其他电脑能访问，但没有 HTTPS。Other machines can reach the desk, without HTTPS."
        hint = "放在 HTTPS 代理后面，再设 AFTERSALE_BEHIND_TLS=1。Put a TLS proxy in front and set it."
        found.append(Warning(said, hint=hint, id="aftersale.W001"))
    if "*" in hosts:
        said = "AFTERSALE_HOSTS 接受任何域名。AFTERSALE_HOSTS accepts every name."
        found.append(Warning(said, hint="写明域名。Name the hosts.", id="aftersale.W002"))
    return found
