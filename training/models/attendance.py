"""Attendance: one record per registration and session, and the corrections made after a register was closed."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Instant, IntId, LongText, Name, text_enum

if TYPE_CHECKING:
    from training.models.registration import Registration
    from training.models.session import TrainingSession
    from training.models.user import User


class AttendanceStatus(StrEnum):
    """What was recorded. Not recorded has no member here: the status is empty."""

    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    EXCUSED = "excused"
    ABSENT = "absent"


class AttendanceMethod(StrEnum):
    """How attendance was taken."""

    ROLL_CALL = "roll_call"
    PAPER = "paper"
    IMPORT = "import"


class AttendanceRecord(Base):
    """A mark. ``status`` is empty again after the mark was cleared. ``version`` grows with every change.

    ``also_left_early`` is set if somebody came late and left early too. ``minutes`` are attended contact
    minutes, at most ``of_minutes``, which repeats the session's contact minutes and follows them. ``is_estimated`` says that a time was not recorded, so the programme's deduction was applied.
    ``arrived`` and ``left`` are wall time.
    """

    __tablename__ = "attendance_record"
    __table_args__ = (
        Index(
            "uq_attendance_record_session_id_registration_id", "session_id", "registration_id", unique=True
        ),
        Index("ix_attendance_record_registration_id", "registration_id"),
        ForeignKeyConstraint(
            ["session_id", "of_minutes"],
            ["training_session.id", "training_session.scheduled_minutes"],
            onupdate="CASCADE",
        ),
        CheckConstraint("minutes >= 0", name="minutes_not_negative"),
        CheckConstraint("minutes <= of_minutes", name="minutes_within_session"),
        CheckConstraint("status IS NOT NULL OR minutes = 0", name="cleared_has_no_minutes"),
        CheckConstraint("version > 0", name="version_positive"),
    )

    id: Mapped[IntId]
    session_id: Mapped[int]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    status: Mapped[AttendanceStatus | None] = mapped_column(
        text_enum(AttendanceStatus), info=personal(Keep.COUNTED)
    )
    also_left_early: Mapped[bool] = mapped_column(default=False, info=personal(Keep.AUDIT))
    arrived: Mapped[time | None] = mapped_column(info=personal(Keep.AUDIT))
    left: Mapped[time | None] = mapped_column(info=personal(Keep.AUDIT))
    minutes: Mapped[int] = mapped_column(default=0, info=personal(Keep.COUNTED))
    of_minutes: Mapped[int] = mapped_column(info=openly(Keep.COUNTED))
    is_estimated: Mapped[bool] = mapped_column(default=False, info=openly(Keep.COUNTED))
    method: Mapped[AttendanceMethod] = mapped_column(
        text_enum(AttendanceMethod), default=AttendanceMethod.ROLL_CALL, info=openly(Keep.COUNTED)
    )
    version: Mapped[int] = mapped_column(default=1, info=openly(Keep.AUDIT))
    recorded_at: Mapped[Instant] = mapped_column(info=openly(Keep.AUDIT))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    recorded_by_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))

    training_session: Mapped[TrainingSession] = relationship()
    registration: Mapped[Registration] = relationship()
    recorded_by: Mapped[User | None] = relationship()


class AttendanceCorrection(Base):
    """A change after the register was closed: what stood there, what stands there now, and why."""

    __tablename__ = "attendance_correction"

    id: Mapped[IntId]
    record_id: Mapped[int] = mapped_column(ForeignKey("attendance_record.id"), index=True)
    old_status: Mapped[AttendanceStatus | None] = mapped_column(
        text_enum(AttendanceStatus, "old_status"), info=personal(Keep.AUDIT)
    )
    old_minutes: Mapped[int] = mapped_column(info=personal(Keep.AUDIT))
    new_status: Mapped[AttendanceStatus | None] = mapped_column(
        text_enum(AttendanceStatus, "new_status"), info=personal(Keep.AUDIT)
    )
    new_minutes: Mapped[int] = mapped_column(info=personal(Keep.AUDIT))
    reason: Mapped[LongText] = mapped_column(info=personal(Keep.AUDIT))
    at: Mapped[Instant] = mapped_column(info=openly(Keep.AUDIT))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))

    record: Mapped[AttendanceRecord] = relationship()
    by: Mapped[User | None] = relationship()
