"""Courses: templates of trainings, each with its half-days and their agenda. Series: trainings planned together."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Code, IntId, LongText, Name, PublicId, Timestamps, listed, text_enum
from training.models.training import Admission, Modality

if TYPE_CHECKING:
    from training.models.session import TrainingSession
    from training.models.theme import ActivityType, Theme
    from training.models.trainer import Trainer
    from training.models.user import User


class Course(Timestamps, Base):
    """What is repeated. A training that is made from it takes its facts and its half-days; it can differ afterwards.

    ``closes_days_before`` is how many days before the first day registration closes, at 17:00 there.
    """

    __tablename__ = "course"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("capacity BETWEEN 1 AND 10000", name="capacity_1_to_10000"),
        CheckConstraint("completion_percent BETWEEN 1 AND 100", name="completion_percent_1_to_100"),
        CheckConstraint("closes_days_before BETWEEN 0 AND 365", name="closes_days_before_0_to_365"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    code: Mapped[Code]
    title_en: Mapped[Name]
    title_fr: Mapped[Name] = mapped_column(default="")
    title_ru: Mapped[Name] = mapped_column(default="")
    search_key: Mapped[str] = mapped_column(String(1600))
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), index=True)
    activity_type_id: Mapped[int] = mapped_column(ForeignKey("activity_type.id"), index=True)
    languages: Mapped[Name] = mapped_column(default="en")
    modality: Mapped[Modality] = mapped_column(text_enum(Modality), default=Modality.IN_PERSON)
    capacity: Mapped[int] = mapped_column(default=20)
    completion_percent: Mapped[int] = mapped_column(default=80)
    admission: Mapped[Admission] = mapped_column(text_enum(Admission), default=Admission.APPROVAL)
    objectives: Mapped[LongText] = mapped_column(default="")
    description: Mapped[LongText] = mapped_column(default="")
    closes_days_before: Mapped[int] = mapped_column(default=14)
    is_active: Mapped[bool] = mapped_column(default=True)

    theme: Mapped[Theme] = relationship()
    activity_type: Mapped[ActivityType] = relationship()
    half_days: Mapped[list[CourseSession]] = relationship(
        back_populates="course",
        cascade="all, delete-orphan",
        order_by="(CourseSession.day, CourseSession.starts, CourseSession.id)",
    )

    @property
    def language_codes(self) -> list[str]:
        """The languages in which it is held."""
        return listed(self.languages)

    @property
    def days(self) -> int:
        """How many days it lasts."""
        return max((one.day for one in self.half_days), default=0)

    @property
    def minutes(self) -> int:
        """The contact time of all its half-days, in minutes."""
        return sum(one.minutes for one in self.half_days)

    def title_in(self, language: str) -> str:
        """The title in ``language``, or in English if it has none."""
        return getattr(self, f"title_{language}", "") or self.title_en


class CourseSession(Base):
    """A half-day of a course, by its day (from 1) and its hours on the clock there. A theme of None is the course's."""

    __tablename__ = "course_session"
    __table_args__ = (
        UniqueConstraint("course_id", "day", "starts"),
        CheckConstraint("day BETWEEN 1 AND 60", name="day_1_to_60"),
        CheckConstraint("ends > starts", name="times_in_order"),
        CheckConstraint("break_minutes BETWEEN 0 AND 240", name="break_minutes_0_to_240"),
        CheckConstraint("trainers_wanted BETWEEN 0 AND 20", name="trainers_wanted_0_to_20"),
    )

    id: Mapped[IntId]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    day: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[Name]
    starts: Mapped[time]
    ends: Mapped[time]
    break_minutes: Mapped[int] = mapped_column(default=0)
    is_compulsory: Mapped[bool] = mapped_column(default=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"), index=True)
    trainers_wanted: Mapped[int] = mapped_column(default=1)

    course: Mapped[Course] = relationship(back_populates="half_days")
    theme: Mapped[Theme | None] = relationship()
    agenda: Mapped[list[AgendaItem]] = relationship(
        back_populates="course_session", cascade="all, delete-orphan", order_by="AgendaItem.position"
    )

    @property
    def minutes(self) -> int:
        """Its contact time in minutes, without the break."""
        hours = self.ends.hour * 60 + self.ends.minute - self.starts.hour * 60 - self.starts.minute
        return hours - self.break_minutes


class AgendaItem(Base):
    """A line of the agenda of one session, or of a course's half-day. It has no register, and no clash is about it."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        CheckConstraint(
            "(session_id IS NULL) <> (course_session_id IS NULL)", name="session_or_course_session"
        ),
    )

    id: Mapped[IntId]
    session_id: Mapped[int | None] = mapped_column(ForeignKey("training_session.id"), index=True)
    course_session_id: Mapped[int | None] = mapped_column(ForeignKey("course_session.id"), index=True)
    position: Mapped[int] = mapped_column(default=0, info=openly(Keep.COUNTED))
    starts: Mapped[time | None] = mapped_column(info=openly(Keep.COUNTED))
    ends: Mapped[time | None] = mapped_column(info=openly(Keep.COUNTED))
    title: Mapped[Name] = mapped_column(info=openly(Keep.COUNTED))
    speaker: Mapped[Name] = mapped_column(default="", info=personal(Keep.IN_USE))
    trainer_id: Mapped[int | None] = mapped_column(ForeignKey("trainer.id"), index=True)

    training_session: Mapped[TrainingSession | None] = relationship()
    course_session: Mapped[CourseSession | None] = relationship(back_populates="agenda")
    trainer: Mapped[Trainer | None] = relationship()

    @property
    def who(self) -> str:
        """Who speaks: the trainer, or the name that somebody wrote."""
        return self.trainer.name if self.trainer is not None else self.speaker


class Series(Timestamps, Base):
    """Trainings that were planned together. ``rule`` says how, in the words of that day."""

    __tablename__ = "series"

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    title: Mapped[Name] = mapped_column(info=openly(Keep.COUNTED))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    rule: Mapped[LongText] = mapped_column(default="", info=openly(Keep.COUNTED))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    course: Mapped[Course | None] = relationship()
    by: Mapped[User | None] = relationship()
