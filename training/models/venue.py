"""Venues and their rooms."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.columns import Country, IntId, LongText, Name, PublicId, Timestamps, Zone


class Venue(Timestamps, Base):
    """A place where trainings are held. Its zone is the default zone of a training there."""

    __tablename__ = "venue"
    __table_args__ = (UniqueConstraint("country", "city", "name"),)

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    name: Mapped[Name]
    city: Mapped[Name]
    country: Mapped[Country]
    zone: Mapped[Zone]
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
    is_active: Mapped[bool] = mapped_column(default=True)

    venue: Mapped[Venue] = relationship()
