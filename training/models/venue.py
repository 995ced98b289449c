"""Venues and their rooms."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.columns import Country, IntId, LongText, Name, PublicId, Timestamps, Wall, Zone


class Venue(Timestamps, Base):
    """A place where trainings are held. Its zone is the default zone of a training there.

    ``subdivision`` is the part of its country whose holidays are kept there, by its code in ISO 3166-2 without the
    country, such as "9" for Vienna.
    """

    __tablename__ = "venue"
    __table_args__ = (UniqueConstraint("country", "city", "name"),)

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    name: Mapped[Name]
    city: Mapped[Name]
    country: Mapped[Country]
    zone: Mapped[Zone]
    subdivision: Mapped[str] = mapped_column(String(8), default="")
    address: Mapped[LongText] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class Room(Timestamps, Base):
    """A room. It takes one session at a time."""

    __tablename__ = "room"
    __table_args__ = (
        UniqueConstraint("venue_id", "name"),
        CheckConstraint("capacity > 0", name="capacity_positive"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    name: Mapped[Name]
    capacity: Mapped[int]
    equipment: Mapped[LongText] = mapped_column(default="")
    notes: Mapped[LongText] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)

    venue: Mapped[Venue] = relationship()


class RoomBlock(Timestamps, Base):
    """Hours in which a room is closed, by the clock of its venue. Nothing may be planned in it then."""

    __tablename__ = "room_block"
    __table_args__ = (
        CheckConstraint("ends_local > starts_local", name="times_in_order"),
        Index("ix_room_block_room_id_starts_local", "room_id", "starts_local"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    starts_local: Mapped[Wall]
    ends_local: Mapped[Wall]
    reason: Mapped[Name]

    room: Mapped[Room] = relationship()
