"""When a usage limit ends, as the screen says it: `resets 11:40am (UTC)`, `try again at 3:05 PM`, `in 2h 5m`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from amp_fsm.model.profile import LimitSpec

_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:[:h](?P<minute>\d{2}))?(?::\d{2})?\s*(?P<half>[ap])?\.?(?:m\.?)?", re.IGNORECASE
)
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(d|h|m|s)(?:[a-z]*)", re.IGNORECASE)
_DATE = re.compile(
    r"(?P<month>[a-z]{3})[a-z]*\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{4}))?", re.IGNORECASE
)
_OFFSET = re.compile(r"(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_ABBREVIATED = {
    "PST": -8,
    "PDT": -7,
    "MST": -7,
    "MDT": -6,
    "CST": -6,
    "CDT": -5,
    "EST": -5,
    "EDT": -4,
    "BST": 1,
    "CEST": 2,
}


def reset_time(limit: LimitSpec, texts: Iterator[str], now_wall: float, zone: str) -> float | None:
    """Return the wall time at which the limit ends: the first that a pattern reads from the texts.

    A time of day without a date is its next occurrence after now; in `zone` when the screen names none.  None when no
    pattern matches or what it matched is no time.
    """
    for text in texts:
        for pattern in limit.resets:
            for found in reversed(list(re.finditer(pattern, text))):
                read = _read({name: value for name, value in found.groupdict().items() if value}, now_wall, zone)
                if read is not None:
                    return read
    return None


def _read(groups: dict[str, str], now_wall: float, zone: str) -> float | None:
    if "epoch" in groups:
        seconds = float(groups["epoch"])
        return seconds / 1000 if seconds > 1e11 else seconds
    if "in" in groups:
        parts = _SPAN.findall(groups["in"])
        return now_wall + sum(float(count) * _UNITS[unit.lower()] for count, unit in parts) if parts else None
    place = _place(groups.get("zone", ""), zone)
    if "time" not in groups or place is None:
        return None
    return _clock(groups["time"], groups.get("date", ""), datetime.fromtimestamp(now_wall, place))


def _clock(time: str, date: str, now: datetime) -> float | None:
    """Return the next moment after now at which clocks show this time (on this date)."""
    found = _CLOCK.fullmatch(time.strip())
    if found is None:
        return None
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        moment = now.replace(hour=hour, minute=int(found["minute"] or 0), second=0, microsecond=0)
        moment = _on(date, moment, now)
    except ValueError:
        return None
    if not date and moment <= now:
        moment += timedelta(days=1)
    return moment.timestamp()


def _on(date: str, moment: datetime, now: datetime) -> datetime:
    found = _DATE.search(date)
    if found is None or found["month"].lower() not in _MONTHS:
        return moment
    month = _MONTHS.index(found["month"].lower()) + 1
    moment = moment.replace(year=int(found["year"] or now.year), month=month, day=int(found["day"]))
    passed = not found["year"] and moment < now - timedelta(days=180)
    return moment.replace(year=moment.year + 1) if passed else moment


def _place(named: str, default: str) -> tzinfo | None:
    """Return the zone that the screen names, or the default; None for a name that nobody knows."""
    name = named.strip(" ()") or default
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC
    if name.upper() in _ABBREVIATED:
        return timezone(timedelta(hours=_ABBREVIATED[name.upper()]))
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        span = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
        return timezone(span if offset["sign"] == "+" else -span)
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # here: few screens name a zone

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
