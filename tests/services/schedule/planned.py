"""Sessions and hours that tests of several packages plan with."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from tests.make import Make
from training import clock
from training.errors import Invalid
from training.models import Training
from training.rules import walltime
from training.services.directory import venues


def with_room_and_trainer(make: Make, training: Training):
    room = venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="Blue", capacity=40))
    starts, ends = (datetime.combine(training.starts_on, time(hour)) for hour in (14, 16))
    return make.session(training, starts_local=starts, ends_local=ends, room=room, trainers=[make.trainer()])


def skipped(zone: str) -> datetime:
    """The next half past two in the night that the clocks of ``zone`` skip."""
    days = (clock.today() + timedelta(days=n) for n in range(60, 460))
    return next(at for day in days if not exists(at := datetime.combine(day, time(2, 30)), zone))


def exists(at: datetime, zone: str) -> bool:
    try:
        return bool(walltime.instant(at, zone, "at"))
    except Invalid:
        return False
