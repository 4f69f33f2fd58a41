"""Minutes as people type them: `90`, `1:30`, `1h30`, `1小时30分`, `半小时`, `一个半小时`; never a fraction."""

from __future__ import annotations

import re

MINUTES_MAX = 7 * 24 * 60
HOUR = 60
_PLAIN = re.compile(r"(\d{1,8})(?:minutes|minute|mins|min|m|分钟|分)?", re.ASCII | re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,6}):([0-5]\d)", re.ASCII)
_HOURS = re.compile(
    r"(\d{1,6})(个?半)?(?:hours|hour|hrs|hr|h|个?小时|个?钟头|个?钟)(半)?(?:(\d{1,2})(?:minutes|minute|mins|min|m|分钟|分)?)?",
    re.ASCII | re.IGNORECASE,
)
_HALF = re.compile(r"半个?(?:小时|钟头|钟)")
_WIDE = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF1A: ":"}
_DIGITS = _WIDE | str.maketrans("一二两三四五六七八九", "1223456789")


class MinutesUnreadableError(ValueError):
    """No amount of time can be read in what was typed."""


def read_minutes(text: str, *, most: int = MINUTES_MAX) -> int:
    """Return the minutes that somebody typed.

    Raises:
        MinutesUnreadableError: it is none of the ways to say it, nothing, or more than `most` (a week).
    """
    typed = re.sub(r"\s+", "", text).translate(_DIGITS)
    minutes = HOUR // 2 if _HALF.fullmatch(typed) else _read(typed)
    if not 0 < minutes <= most:
        raise MinutesUnreadableError(text)
    return minutes


def _read(typed: str) -> int:
    if plain := _PLAIN.fullmatch(typed):
        return int(plain[1])
    if clock := _CLOCK.fullmatch(typed):
        return int(clock[1]) * HOUR + int(clock[2])
    if hours := _HOURS.fullmatch(typed):
        half = HOUR // 2 if hours[2] or hours[3] else 0
        rest = int(hours[4] or 0)
        if rest < HOUR and not (half and rest):
            return int(hours[1]) * HOUR + half + rest
    raise MinutesUnreadableError(typed)
