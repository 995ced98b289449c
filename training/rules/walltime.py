"""Wall time: the time that a clock shows in a zone, and the instant that it stands for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from training import clock
from training.errors import Invalid
from training.rules import zones
from training.text import msg

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""The years in which something may be planned."""


def check_day(day: date, field: str | None = None) -> None:
    """Refuse, with ``Invalid``, a day in a year that somebody can only have mistyped."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Invalid(
            msg(
                "Use a day from the year %(first)s to the year %(last)s.",
                first=str(FIRST_YEAR),
                last=str(LAST_YEAR),
            ),
            field=field,
        )


def now(zone: str) -> datetime:
    """The time that clocks in ``zone`` show now."""
    return clock.now().astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def instant(local: datetime, zone: str, field: str | None = None) -> datetime:
    """The instant, in UTC, at which clocks in ``zone`` show ``local``.

    Raises ``Invalid`` for a time that clocks skip that day, and for a year out of bounds. A time that clocks
    show twice means the first of the two.
    """
    check_day(local, field)
    there = ZoneInfo(zone)
    at = local.replace(tzinfo=there).astimezone(UTC)
    if at.astimezone(there).replace(tzinfo=None) != local:
        raise Invalid(
            msg(
                "Clocks in %(zone)s skip %(time)s on that day: choose another time.",
                zone=zone,
                time=f"{local:%H:%M}",
            ),
            field=field,
        )
    return at


def reached(local: datetime, zone: str) -> datetime:
    """The instant, in UTC, at which clocks in ``zone`` show ``local`` or have just skipped it."""
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def first_instant(day: date, zone: str) -> datetime:
    """The instant, in UTC, at which ``day`` begins in ``zone``: midnight, or right after a skipped one."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def check_zone(zone: str, field: str = "zone") -> str:
    """Today's name of the zone that was written. Refuse, with ``Invalid``, what names no place, and is not UTC."""
    found = zones.meant(zone)
    if found is None:
        raise Invalid(msg("This is not a time zone: write a city, such as Kyiv."), field=field)
    return found
