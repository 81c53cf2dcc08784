"""Say how long something is or was, as agents do: 39 分, 1 小时 12 分, 2 天 3 小时."""

from __future__ import annotations

from aftersale.texts import Lang, translator

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
# Beyond so many hours a person counts in days.
_DAYS_FROM = 48 * _HOUR


def span_words(seconds: int, lang: Lang) -> str:
    """Write a span of seconds, down to the minute; from two days on in days and hours."""
    _ = translator(lang)
    if seconds < _MINUTE:
        return _("less than a minute")
    days, hours, minutes = seconds // _DAY, seconds // _HOUR, seconds % _HOUR // _MINUTE
    if seconds >= _DAYS_FROM:
        return _("{days} d {hours} h").format(days=days, hours=hours % 24)
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    return _("{minutes} min").format(minutes=minutes)
