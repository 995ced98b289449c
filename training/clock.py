"""The only place that reads the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This instant, aware, in UTC, to the microsecond."""
    return datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    """The calendar day that it is now in ``zone`` (an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()
