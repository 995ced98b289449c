"""Announcements: what others were told of a training's timetable, as a copy of the plan at that moment.

The rows of a training and its sessions are the plan. Everybody but planners reads the copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, String, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import (
    Country,
    Instant,
    IntId,
    Json,
    LongText,
    Name,
    PublicId,
    Wall,
    Zone,
    text_enum,
)
from training.models.trainer import Trainer
from training.models.training import Modality

if TYPE_CHECKING:
    from training.models.agency import Agency
    from training.models.session import RegisterState, TrainingSession
    from training.models.theme import Theme
    from training.models.training import Training
    from training.models.user import User
    from training.models.venue import Room, Venue


class Audience(StrEnum):
    """Whom an announcement is for: everybody concerned, or the trainers of a draft alone."""

    ALL = "all"
    TRAINERS = "trainers"


class Announced(StrEnum):
    """What others were told of a session: it is held, or it was called off."""

    HELD = "held"
    CALLED_OFF = "called_off"


class Announcement(Base):
    """What was told of a training, and when. One that was undone is withdrawn.

    ``told`` counts its letters. Where a training was postponed, ``was`` in it keeps the state before.

    It can be undone until ``undo_until``, while its letters wait. It is empty where what was told took effect at once.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        UniqueConstraint("training_id", "audience", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"))
    audience: Mapped[Audience] = mapped_column(
        text_enum(Audience), default=Audience.ALL, info=openly(Keep.AUDIT)
    )
    number: Mapped[int] = mapped_column(info=openly(Keep.AUDIT))
    at: Mapped[Instant] = mapped_column(info=openly(Keep.AUDIT))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    note: Mapped[LongText] = mapped_column(default="", info=personal(Keep.AUDIT))
    starts_on: Mapped[date] = mapped_column(info=openly(Keep.AUDIT))
    ends_on: Mapped[date] = mapped_column(info=openly(Keep.AUDIT))
    zone: Mapped[Zone] = mapped_column(info=openly(Keep.AUDIT))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    country: Mapped[Country] = mapped_column(default="", info=openly(Keep.AUDIT))
    link: Mapped[str] = mapped_column(String(500), default="", info=openly(Keep.AUDIT))
    modality: Mapped[Modality] = mapped_column(text_enum(Modality), info=openly(Keep.AUDIT))
    told: Mapped[Json] = mapped_column(JSON, default=dict, info=openly(Keep.AUDIT))
    undo_until: Mapped[Instant | None] = mapped_column(info=openly(Keep.AUDIT))
    withdrawn_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.AUDIT))

    training: Mapped[Training] = relationship(foreign_keys=[training_id])
    by: Mapped[User | None] = relationship()
    venue: Mapped[Venue | None] = relationship()


@dataclass(frozen=True)
class Teaching:
    """A trainer whom an announced session names, as ``SessionTrainer`` names one of a planned session."""

    trainer: Trainer


class AnnouncedSession(Base):
    """A session as it was announced. ``trainer_ids`` are the trainers who were to teach it then.

    ``sequence`` counts how often others were told of a change of it.
    """

    __tablename__ = "announced_session"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id"), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"), primary_key=True, index=True)
    title: Mapped[Name] = mapped_column(info=openly(Keep.AUDIT))
    starts_local: Mapped[Wall] = mapped_column(info=openly(Keep.AUDIT))
    ends_local: Mapped[Wall] = mapped_column(info=openly(Keep.AUDIT))
    starts_at: Mapped[Instant] = mapped_column(info=openly(Keep.AUDIT))
    ends_at: Mapped[Instant] = mapped_column(info=openly(Keep.AUDIT))
    break_minutes: Mapped[int] = mapped_column(default=0, info=openly(Keep.AUDIT))
    is_compulsory: Mapped[bool] = mapped_column(default=True, info=openly(Keep.AUDIT))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    trainer_ids: Mapped[list[int]] = mapped_column(JSON, default=list, info=personal(Keep.AUDIT))
    state: Mapped[Announced] = mapped_column(text_enum(Announced), info=openly(Keep.AUDIT))
    sequence: Mapped[int] = mapped_column(default=0, info=openly(Keep.AUDIT))

    announcement: Mapped[Announcement] = relationship()
    session: Mapped[TrainingSession] = relationship()
    room: Mapped[Room | None] = relationship()

    @property
    def id(self) -> int:
        """The session's id."""
        return self.session_id

    @property
    def public_id(self) -> UUID:
        """The session's id in addresses."""
        return self.session.public_id

    @property
    def training(self) -> Training:
        """The session's training."""
        return self.session.training

    @property
    def theme(self) -> Theme:
        """The session's theme."""
        return self.session.theme

    @property
    def register_state(self) -> RegisterState:
        """How its register stands. That is a fact, and no plan."""
        return self.session.register_state

    @property
    def zone(self) -> str:
        """The zone of its wall times, as it was announced."""
        return self.announcement.zone

    @property
    def session_trainers(self) -> list[Teaching]:
        """The trainers who were announced. Those who are planned too are loaded with the session."""
        store = object_session(self)
        assert store is not None
        return [Teaching(store.get_one(Trainer, number)) for number in self.trainer_ids]

    @property
    def scheduled_minutes(self) -> int:
        """The contact time: from start to end, less the break."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60 - self.break_minutes

    @property
    def on_date(self) -> date:
        """The day on which the session begins, by the clock there."""
        return self.starts_local.date()

    @hybrid_property
    def is_held(self) -> bool:
        """Whether others know that it is held, as a condition in SQL too."""
        return self.state is Announced.HELD

    @is_held.inplace.expression
    @classmethod
    def _is_held(cls) -> ColumnElement[bool]:
        return cls.state == Announced.HELD

    @property
    def is_asleep(self) -> bool:
        """Nobody is told that a session sleeps: of a training that is postponed it is off."""
        return False

    @property
    def is_cancelled(self) -> bool:
        """Whether others were told that the session is called off."""
        return self.state is Announced.CALLED_OFF


class TrainingInvitation(Base):
    """An agency that was told that registration is open, and may register where that goes by invitation only."""

    __tablename__ = "training_invitation"
    __table_args__ = (UniqueConstraint("training_id", "agency_id"),)

    id: Mapped[IntId]
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    told_at: Mapped[Instant]

    training: Mapped[Training] = relationship()
    agency: Mapped[Agency] = relationship()
