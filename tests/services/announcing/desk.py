"""What tests of announcing read: the letters, and a room to move to."""

from __future__ import annotations

from tests.make import Make
from training.db import db
from training.models import OutgoingMail, Room
from training.services.directory import venues


def letters() -> dict[str, OutgoingMail]:
    """The letters by their readers' addresses. Nobody has two."""
    found = db.session.scalars(db.select(OutgoingMail)).all()
    assert len({one.to_email for one in found}) == len(found)
    return {one.to_email: one for one in found}


def kinds() -> set[str]:
    return {one.kind for one in letters().values()}


def make_room(make: Make) -> Room:
    details = venues.RoomDetails(name="Hall", capacity=9)
    return venues.add_room(make.venue(), by=None, details=details)
