"""What a new training is proposed to be: its code, its deadline, a room. Whoever plans it may say otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from training import clock
from training.db import db
from training.models import Programme, Training, User
from training.rules import walltime

CLOSES_AT = time(17)
DAYS_BEFORE = 14
_NUMBERED = re.compile(r"(.*?)(\d+)")


def code(programme: Programme, besides: Sequence[str] = ()) -> str:
    """The next code of the programme: its latest training's pattern, with the highest number and one more.

    ``besides`` are codes that are taken too, though nothing is stored under them yet.
    """
    latest = db.session.scalar(
        select(Training.code).where(Training.programme_id == programme.id).order_by(Training.id.desc())
    )
    pattern = _NUMBERED.fullmatch(latest or "")
    start, width = (pattern[1], len(pattern[2])) if pattern else (f"{programme.code}-", 2)
    codes = [
        *db.session.scalars(select(Training.code).where(Training.code.startswith(start, autoescape=True))),
        *besides,
    ]
    found = [_NUMBERED.fullmatch(one) for one in codes]
    numbers = [int(one[2]) for one in found if one is not None and one[1] == start]
    return f"{start}{max(numbers, default=0) + 1:0{width}}"[:40]


def programme_of(user: User, found: Sequence[Programme]) -> Programme | None:
    """The programme in which the next training is planned most likely: where the last one was, among those found."""
    if not found:
        return None
    last = db.session.scalar(
        select(Training.programme_id)
        .where(Training.programme_id.in_([one.id for one in found]))
        .group_by(Training.programme_id)
        .order_by(func.max(Training.created_at).desc(), func.max(Training.id).desc())
        .limit(1)
    )
    return next((one for one in found if one.id == last), found[0])


def closes(first_day: date, zone: str, days_before: int = DAYS_BEFORE) -> datetime:
    """When registration closes: so many days before the first day at 17:00 there.

    Where that is over already, on the eve, and else on the first day itself.
    """
    now = walltime.now(zone)
    for days in (days_before, 1, 0):
        found = datetime.combine(first_day - timedelta(days=days), CLOSES_AT)
        if found > now:
            return found
    return datetime.combine(first_day, CLOSES_AT)


def opens(closes_local: datetime) -> datetime:
    """From when on people may register once somebody has opened the training: from today on."""
    today = datetime.combine(clock.today(), time())
    return min(today, datetime.combine(closes_local.date() - timedelta(days=1), time()))
