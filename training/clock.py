"""The only place that reads the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This instant in UTC, to the microsecond. The value carries its time zone."""
    return datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    """Today's date in ``zone`` (an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()
