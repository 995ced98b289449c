"""Venues and rooms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import contains_eager, joinedload

from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import Role, Room, RoomBlock, TrainingSession, User, Venue
from training.rules import days_off, walltime
from training.services import audit
from training.services.seen import Seen, as_stored, hold, settle
from training.services.timetables import slots
from training.text import msg


def visible_to(user: User) -> Select[Venue]:
    """The venues that ``user`` may list."""
    found = select(Venue)
    return found.where(false()) if user.role in (Role.PARTNER, Role.TRAINER) else found


def search(
    user: User, *, text: str = "", country: str | None = None, sort: str = "city", descending: bool = False
) -> Select[Venue]:
    """Venues by name or city."""
    found = visible_to(user)
    for word in text.split():
        found = found.where(
            Venue.name.icontains(word, autoescape=True) | Venue.city.icontains(word, autoescape=True)
        )
    if country:
        found = found.where(Venue.country == country)
    column = {"name": Venue.name, "city": Venue.city, "country": Venue.country}[sort]
    return found.order_by(column.desc() if descending else column, Venue.id)


def get(user: User, public_id: UUID) -> Venue:
    """The venue with this id, or ``NotFound``."""
    found = db.session.scalar(visible_to(user).where(Venue.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def get_room(user: User, public_id: UUID) -> Room:
    """The room with this id, or ``NotFound``."""
    if user.role in (Role.PARTNER, Role.TRAINER):
        raise NotFound
    found = db.session.scalar(select(Room).where(Room.public_id == public_id).options(joinedload(Room.venue)))
    if found is None:
        raise NotFound
    return found


def active() -> list[Venue]:
    """Every venue in use, by country, city and name."""
    return list(
        db.session.scalars(
            select(Venue).where(Venue.is_active).order_by(Venue.country, Venue.city, Venue.name)
        )
    )


def rooms(venue: Venue | None = None) -> list[Room]:
    """The rooms in use, of one venue or of all, with their venues."""
    found = select(Room).join(Room.venue).options(joinedload(Room.venue)).where(Room.is_active)
    if venue is not None:
        found = found.where(Room.venue_id == venue.id)
    return list(db.session.scalars(found.order_by(Venue.city, Venue.name, Room.name)))


def room_counts(venues: Sequence[Venue]) -> dict[int, int]:
    """How many rooms each venue has, by its id. Retired rooms do not count."""
    rows = db.session.execute(
        select(Room.venue_id, func.count())
        .where(Room.venue_id.in_([venue.id for venue in venues]), Room.is_active)
        .group_by(Room.venue_id)
    )
    return dict(rows.all())


@dataclass(frozen=True, kw_only=True)
class Details:
    """What is known of a venue, besides whether it is in use."""

    name: str
    city: str
    country: str
    zone: str
    subdivision: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class RoomDetails:
    """What is known of a room, besides whether it is in use."""

    name: str
    capacity: int
    equipment: str = ""
    notes: str = ""


@atomic
def create(*, by: User | None, details: Details) -> Venue:
    """Add a venue. Raises ``Invalid`` if another venue in the city has this name."""
    venue = Venue(is_active=True)
    with db.session.no_autoflush:
        _set(venue, details)
    db.session.add(venue)
    audit.record(by=by, action="venue.create", thing=venue)
    return venue


@atomic
def change(venue: Venue, *, by: User, details: Details, seen: Seen | None = None) -> Venue:
    """Change a venue. Trainings held there keep their own zone."""
    hold(venue)
    details = settle(seen, details, as_stored(Details, venue))
    before = audit.snapshot(venue)
    with db.session.no_autoflush:
        _set(venue, details)
    audit.record(by=by, action="venue.change", thing=venue, before=before)
    return venue


@atomic
def add_room(venue: Venue, *, by: User | None, details: RoomDetails) -> Room:
    """Add a room. Raises ``Invalid`` if another room of the venue has this name."""
    room = Room(venue=venue, is_active=True)
    with db.session.no_autoflush:
        _set_room(room, details)
    db.session.add(room)
    audit.record(by=by, action="room.create", thing=room)
    return room


@atomic
def change_room(room: Room, *, by: User, details: RoomDetails, seen: Seen | None = None) -> Room:
    """Change a room."""
    hold(room)
    details = settle(seen, details, as_stored(RoomDetails, room))
    before = audit.snapshot(room)
    with db.session.no_autoflush:
        _set_room(room, details)
    audit.record(by=by, action="room.change", thing=room, before=before)
    return room


def blocks(venue: Venue) -> list[RoomBlock]:
    """When rooms of the venue are closed, from today on, the next first."""
    found = select(RoomBlock).join(RoomBlock.room).options(contains_eager(RoomBlock.room))
    ahead = found.where(Room.venue_id == venue.id, RoomBlock.ends_local > walltime.now(venue.zone))
    return list(db.session.scalars(ahead.order_by(RoomBlock.starts_local, RoomBlock.id)))


def get_block(user: User, public_id: UUID) -> RoomBlock:
    """The hours with this id in which a room is closed, or ``NotFound``."""
    found = db.session.scalar(select(RoomBlock).where(RoomBlock.public_id == public_id))
    if found is None or user.role in (Role.PARTNER, Role.TRAINER):
        raise NotFound
    return found


@atomic
def block(room: Room, *, by: User, starts_local: datetime, ends_local: datetime, reason: str) -> RoomBlock:
    """Close a room for some hours, by the clock of its venue.

    Raises ``Conflict`` with the sessions that are planned there then, and ``Invalid`` for hours that make no sense.
    """
    starts_at = walltime.instant(starts_local, room.venue.zone, "starts_local")
    ends_at = walltime.instant(ends_local, room.venue.zone, "ends_local")
    if ends_at <= starts_at:
        raise Invalid(msg("The end is before the start."), field="ends_local")
    hold(room)  # nobody plans in it meanwhile
    planned = slots.stored(
        TrainingSession.room_id == room.id,
        TrainingSession.starts_at < ends_at,
        TrainingSession.ends_at > starts_at,
    )
    if planned:
        shown = ", ".join(dict.fromkeys(one.frame.code for one in planned[:5]))
        raise Conflict(
            msg(
                "%(room)s is taken then by %(trainings)s (sessions: %(count)s, the first on %(day)s). Move them first.",
                room=room.name, trainings=shown, count=len(planned), day=planned[0].day,
            ),
            "clash",
        )  # fmt: skip
    made = RoomBlock(room=room, starts_local=starts_local, ends_local=ends_local, reason=reason)
    db.session.add(made)
    changes = {"from": str(starts_local), "to": str(ends_local), "reason": reason}
    audit.record(by=by, action="room.block", thing=room, changes=changes)
    return made


@atomic
def unblock(block: RoomBlock, *, by: User) -> None:
    """Open a room again that was to be closed."""
    changes = {"from": str(block.starts_local), "to": str(block.ends_local)}
    audit.record(by=by, action="room.unblock", thing=block.room, changes=changes)
    db.session.delete(block)


@atomic
def retire(thing: Venue | Room, *, by: User) -> None:
    """Retire a venue or a room, which is not offered any more. Sessions that are planned there stay."""
    thing.is_active = False
    audit.record(by=by, action=f"{thing.__tablename__}.retire", thing=thing)


def _set(venue: Venue, details: Details) -> None:
    zone = walltime.check_zone(details.zone)
    taken_by = db.session.scalar(
        select(Venue.id).where(
            Venue.country == details.country, Venue.city == details.city, Venue.name == details.name
        )
    )
    if taken_by not in (None, venue.id):
        raise Invalid(msg("There is a venue with this name in this city already."), field="name")
    venue.name, venue.city, venue.country = details.name, details.city, details.country
    known = days_off.subdivisions(details.country)
    if details.subdivision and details.subdivision not in known:
        raise Invalid(
            msg(
                "Holidays are known for these parts of the country: %(known)s.", known=", ".join(known) or "–"
            ),
            field="subdivision",
        )
    venue.zone, venue.address, venue.subdivision = zone, details.address, details.subdivision


def _set_room(room: Room, details: RoomDetails) -> None:
    same = select(Room.id).where(Room.venue_id == room.venue.id, Room.name == details.name)
    taken_by = db.session.scalar(same)
    if taken_by not in (None, room.id):
        raise Invalid(msg("There is a room with this name here already."), field="name")
    room.name, room.capacity = details.name, details.capacity
    room.equipment, room.notes = details.equipment, details.notes
