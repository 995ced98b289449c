"""The outbox: mail is a row, written with the change that it tells of, and sent by the worker."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base
from training.models.columns import Email, Instant, IntId, Language, LongText, Name, PublicId, text_enum


class MailState(StrEnum):
    """queued → sent, or failed for good after the last try."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class OutgoingMail(Base):
    """One message to one person. ``leased_until`` keeps two workers from sending it twice."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (Index("ix_outgoing_mail_state_due_at", "state", "due_at"),)

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    to_email: Mapped[Email]
    to_name: Mapped[Name] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    language: Mapped[Language] = mapped_column(default="en")
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[Name]
    body: Mapped[LongText]
    state: Mapped[MailState] = mapped_column(text_enum(MailState), default=MailState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Instant]
    leased_until: Mapped[Instant | None]
    created_at: Mapped[Instant]
    sent_at: Mapped[Instant | None]
    last_error: Mapped[LongText] = mapped_column(default="")
