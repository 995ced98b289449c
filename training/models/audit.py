"""The audit log: who did what, when, and to what.

An entry is written in the same unit of work as the change, and is never changed afterwards.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Instant, IntId, Json, Name, text_enum


class AuditOutcome(StrEnum):
    """Done, refused, or taken out of the system."""

    DONE = "done"
    REFUSED = "refused"
    EXPORTED = "exported"


class AuditEntry(Base):
    """One line of the log. ``changes`` maps a column to its old and new value. It never holds secrets."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at_id", "at", "id"),
        Index("ix_audit_entry_thing", "thing_type", "thing_id"),
    )

    id: Mapped[IntId]
    at: Mapped[Instant] = mapped_column(info=openly(Keep.LOG))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    user_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.LOG))
    action: Mapped[str] = mapped_column(String(80), index=True, info=openly(Keep.LOG))
    outcome: Mapped[AuditOutcome] = mapped_column(
        text_enum(AuditOutcome), default=AuditOutcome.DONE, info=openly(Keep.LOG)
    )
    thing_type: Mapped[str] = mapped_column(String(60), default="", info=openly(Keep.LOG))
    thing_id: Mapped[int | None] = mapped_column(info=openly(Keep.LOG))
    thing_label: Mapped[Name] = mapped_column(default="", info=personal(Keep.LOG))
    changes: Mapped[Json] = mapped_column(JSON, default=dict, info=personal(Keep.LOG))
