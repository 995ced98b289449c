"""Training sessions: one attendance slot each, usually a half-day, with its register's state."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, ForeignKeyConstraint, Index, and_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training import clock
from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Instant, IntId, LongText, Name, PublicId, Timestamps, Wall, text_enum

if TYPE_CHECKING:
    from training.models.theme import Theme
    from training.models.trainer import Trainer
    from training.models.training import Training
    from training.models.user import User
    from training.models.venue import Room


class RegisterState(StrEnum):
    """open → closed → locked. Going back needs a reason."""

    OPEN = "open"
    CLOSED = "closed"
    LOCKED = "locked"


class TrainingSession(Timestamps, Base):
    """A slot. Wall time in the training's zone is the truth: ``starts_at`` and ``ends_at`` follow from it.

    ``scheduled_minutes`` is the contact time: the time from start to end, less the break. ``break_starts`` is when the
    break begins on the clock there; without it, the break lies in the middle. A session that was called off
    blocks neither room nor trainers and counts nowhere. A suspended one sleeps, because its training is postponed; or it
    is parked for a moment, while several sessions of a training are rescheduled through each other. ``replaces`` is the session that was called off because this one
    is held instead: its marks stay with it, and do not count. ``marked_starts_local`` and ``marked_ends_local`` are the
    hours at which it was marked, if they were put right since. ``sequence`` counts how often a change of it was announced.
    ``version`` grows with every change of the plan.
    """

    __tablename__ = "training_session"
    __table_args__ = (
        ForeignKeyConstraint(
            ["training_id", "training_theme_id"], ["training.id", "training.theme_id"], onupdate="CASCADE"
        ),
        ForeignKeyConstraint(["training_theme_id", "theme_id"], ["theme_use.frame_id", "theme_use.theme_id"]),
        CheckConstraint("ends_at > starts_at", name="times_in_order"),
        CheckConstraint("break_minutes >= 0", name="break_not_negative"),
        CheckConstraint("scheduled_minutes > 0", name="scheduled_minutes_positive"),
        CheckConstraint("scheduled_minutes + break_minutes <= 1440", name="a_day_at_most"),
        CheckConstraint("cancelled_at IS NULL OR suspended_at IS NULL", name="called_off_or_suspended"),
        # a mark repeats the minutes of its session, and points to both
        Index("uq_training_session_id_scheduled_minutes", "id", "scheduled_minutes", unique=True),
        Index("ix_training_session_training_id_starts_at", "training_id", "starts_at"),
        Index("ix_training_session_starts_at_id", "starts_at", "id"),
        Index("ix_training_session_room_id_starts_at", "room_id", "starts_at"),
        Index("ix_training_session_register_state_ends_at", "register_state", "ends_at"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    training_id: Mapped[int]
    training_theme_id: Mapped[int]
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), index=True)
    title: Mapped[Name] = mapped_column(info=openly(Keep.COUNTED))
    starts_local: Mapped[Wall] = mapped_column(info=openly(Keep.COUNTED))
    ends_local: Mapped[Wall] = mapped_column(info=openly(Keep.COUNTED))
    marked_starts_local: Mapped[Wall | None] = mapped_column(info=openly(Keep.COUNTED))
    marked_ends_local: Mapped[Wall | None] = mapped_column(info=openly(Keep.COUNTED))
    starts_at: Mapped[Instant] = mapped_column(info=openly(Keep.COUNTED))
    ends_at: Mapped[Instant] = mapped_column(info=openly(Keep.COUNTED))
    break_minutes: Mapped[int] = mapped_column(default=0, info=openly(Keep.COUNTED))
    break_starts: Mapped[time | None] = mapped_column(info=openly(Keep.COUNTED))
    scheduled_minutes: Mapped[int] = mapped_column(info=openly(Keep.COUNTED))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    is_compulsory: Mapped[bool] = mapped_column(default=True, info=openly(Keep.COUNTED))
    cancelled_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.COUNTED))
    cancel_reason: Mapped[LongText] = mapped_column(default="", info=personal(Keep.AUDIT))
    suspended_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.COUNTED))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("training_session.id"), index=True)
    register_state: Mapped[RegisterState] = mapped_column(
        text_enum(RegisterState), default=RegisterState.OPEN, info=openly(Keep.COUNTED)
    )
    closed_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.COUNTED))
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    locked_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.COUNTED))
    sequence: Mapped[int] = mapped_column(default=0, info=openly(Keep.COUNTED))
    version: Mapped[int] = mapped_column(default=1, info=openly(Keep.COUNTED))

    training: Mapped[Training] = relationship()
    theme: Mapped[Theme] = relationship(foreign_keys=[theme_id])
    room: Mapped[Room | None] = relationship()
    closed_by: Mapped[User | None] = relationship()
    replaces: Mapped[TrainingSession | None] = relationship(remote_side="TrainingSession.id")
    session_trainers: Mapped[list[SessionTrainer]] = relationship(
        back_populates="training_session", cascade="all, delete-orphan", order_by="SessionTrainer.id"
    )

    @property
    def has_begun(self) -> bool:
        """Whether the session has begun, as it is planned now."""
        return self.starts_at <= clock.now()

    @property
    def zone(self) -> str:
        """The zone of its wall times: the training's."""
        return self.training.zone

    @property
    def on_date(self) -> date:
        """The day on which the session begins, in the training's zone."""
        return self.starts_local.date()

    @property
    def is_cancelled(self) -> bool:
        """Whether the session was called off."""
        return self.cancelled_at is not None

    @property
    def is_asleep(self) -> bool:
        """Whether its training is postponed and it waits for new dates: it holds nothing and counts nowhere."""
        return self.suspended_at is not None

    @hybrid_property
    def is_held(self) -> bool:
        """Whether the session takes place: it was neither called off nor suspended. In SQL it is a condition."""
        return self.cancelled_at is None and self.suspended_at is None

    @is_held.inplace.expression
    @classmethod
    def _is_held(cls) -> ColumnElement[bool]:
        return and_(cls.cancelled_at.is_(None), cls.suspended_at.is_(None))


class SessionTrainer(Base):
    """A trainer in a session.

    It repeats the session's times, so that the database can refuse two sessions of one trainer at once. ``is_off``
    follows from the session: the trainer of one that was called off is free.
    """

    __tablename__ = "session_trainer"
    __table_args__ = (
        Index("ix_session_trainer_session_id_trainer_id", "session_id", "trainer_id", unique=True),
        Index("ix_session_trainer_trainer_id_starts_at", "trainer_id", "starts_at"),
    )

    id: Mapped[IntId]
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    trainer_id: Mapped[int] = mapped_column(ForeignKey("trainer.id"))
    starts_at: Mapped[Instant] = mapped_column(info=openly(Keep.COUNTED))
    ends_at: Mapped[Instant] = mapped_column(info=openly(Keep.COUNTED))
    is_off: Mapped[bool] = mapped_column(default=False, info=openly(Keep.COUNTED))

    training_session: Mapped[TrainingSession] = relationship(back_populates="session_trainers")
    trainer: Mapped[Trainer] = relationship()
