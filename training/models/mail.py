"""The outbox, and which reminders were sent.

A message is a row. It is written with the change that it tells of, and sent by the worker.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Email, Instant, IntId, Language, LongText, Name, PublicId, text_enum

if TYPE_CHECKING:
    from training.models.announcement import Announcement
    from training.models.registration import Registration
    from training.models.trainer import Trainer
    from training.models.training import Training
    from training.models.user import User


class MailState(StrEnum):
    """queued → sent, or failed until somebody sends it again, or dropped because its reader may not have it any more.

    sent → bounced when it comes back. A message in ``no_address`` cannot be sent. It says who was not reached.
    """

    QUEUED = "queued"
    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"
    NO_ADDRESS = "no_address"
    DROPPED = "dropped"


class OutgoingMail(Base):
    """One message to one person. ``leased_until`` keeps two workers from sending it twice.

    ``agency_id`` is the agency whose people the message names. Its reader must still belong to this agency
    when it is sent. ``registration_id`` is the registration of the trainee to whom it is written,
    ``trainer_id`` the trainer. ``announcement_id`` is the announcement that it tells of. ``caused_by_id`` is the user
    whose act it tells of. ``phoned_at`` is when somebody noted that its reader was told by phone instead.

    ``bounce_code`` is why it came back (RFC 3463, such as 5.1.1). It is empty if somebody said so by hand. What the
    server or that person said stands in ``last_error``.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (Index("ix_outgoing_mail_state_due_at", "state", "due_at"),)

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    to_email: Mapped[Email] = mapped_column(info=personal(Keep.LOG))
    to_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.LOG))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    language: Mapped[Language] = mapped_column(default="en", info=openly(Keep.LOG))
    kind: Mapped[str] = mapped_column(String(60), info=openly(Keep.LOG))
    subject: Mapped[Name] = mapped_column(info=personal(Keep.LOG))
    body: Mapped[LongText] = mapped_column(info=personal(Keep.LOG))
    state: Mapped[MailState] = mapped_column(
        text_enum(MailState), default=MailState.QUEUED, info=openly(Keep.LOG)
    )
    attempts: Mapped[int] = mapped_column(default=0, info=openly(Keep.LOG))
    due_at: Mapped[Instant] = mapped_column(info=openly(Keep.LOG))
    leased_until: Mapped[Instant | None] = mapped_column(info=openly(Keep.LOG))
    created_at: Mapped[Instant]
    sent_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.LOG))
    bounced_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.LOG))
    bounce_code: Mapped[str] = mapped_column(String(12), default="", info=openly(Keep.LOG))
    last_error: Mapped[LongText] = mapped_column(default="", info=personal(Keep.LOG))
    training_id: Mapped[int | None] = mapped_column(ForeignKey("training.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)
    trainer_id: Mapped[int | None] = mapped_column(ForeignKey("trainer.id"), index=True)
    announcement_id: Mapped[int | None] = mapped_column(ForeignKey("announcement.id"), index=True)
    caused_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    phoned_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.LOG))
    phoned_by_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.LOG))

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    trainer: Mapped[Trainer | None] = relationship()
    announcement: Mapped[Announcement | None] = relationship()
    training: Mapped[Training | None] = relationship()
    registration: Mapped[Registration | None] = relationship()

    @property
    def is_bounced_for_good(self) -> bool:
        """Whether it came back for a reason that lasts. A code that begins with 4 may pass."""
        return self.state is MailState.BOUNCED and not self.bounce_code.startswith("4")


class Reminder(Base):
    """An agency was reminded of a day of a training. The unique key keeps workers from doing it twice.

    ``day`` is the first day of the training, or the day of the deadline, as it was. If the day moves, the
    agency is reminded of the new one.
    """

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("kind", "training_id", "agency_id", "day"),)

    id: Mapped[IntId]
    kind: Mapped[str] = mapped_column(String(40))
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    day: Mapped[date]
    at: Mapped[Instant]
