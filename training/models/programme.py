"""Programmes: the funded frames of trainings, with the rules that their trainings inherit."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.columns import Code, IntId, LongText, Name, PublicId, Timestamps, listed, text_enum

if TYPE_CHECKING:
    from training.models.theme import Theme
    from training.models.user import User


class ProgrammeState(StrEnum):
    """Planned until it begins. Nothing new is scheduled once it is closed or cancelled."""

    PLANNED = "planned"
    ACTIVE = "active"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class DayBasis(StrEnum):
    """How person-days are counted: by hours per training day, or by half-days attended."""

    HOURS = "hours"
    HALF_DAYS = "half_days"


programme_coordinator = Table(
    "programme_coordinator",
    Base.metadata,
    Column("programme_id", ForeignKey("programme.id"), primary_key=True),
    Column("user_id", ForeignKey("user.id"), primary_key=True, index=True),
)


class Programme(Timestamps, Base):
    """A funded frame of trainings. Its ``completion_percent`` is the default of its trainings."""

    __tablename__ = "programme"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("id", "theme_id"),
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        CheckConstraint("completion_percent BETWEEN 1 AND 100", name="completion_percent_1_to_100"),
        CheckConstraint("day_minutes BETWEEN 60 AND 720", name="day_minutes_60_to_720"),
        CheckConstraint("deduction_minutes BETWEEN 0 AND 480", name="deduction_minutes_0_to_480"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    code: Mapped[Code]
    title: Mapped[Name]
    search_key: Mapped[str] = mapped_column(String(800))
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), index=True)
    donor: Mapped[Name] = mapped_column(default="")
    joint_owner: Mapped[Name] = mapped_column(default="")
    grant_reference: Mapped[Name] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    countries: Mapped[str] = mapped_column(String(800), default="")
    objectives: Mapped[LongText] = mapped_column(default="")
    completion_percent: Mapped[int] = mapped_column(default=80)
    day_basis: Mapped[DayBasis] = mapped_column(text_enum(DayBasis), default=DayBasis.HOURS)
    day_minutes: Mapped[int] = mapped_column(default=360)
    deduction_minutes: Mapped[int] = mapped_column(default=30)
    evidence_rule: Mapped[LongText] = mapped_column(default="")
    retention_months: Mapped[int] = mapped_column(default=60)
    privacy_notice: Mapped[LongText] = mapped_column(default="")
    donor_block: Mapped[LongText] = mapped_column(default="")
    state: Mapped[ProgrammeState] = mapped_column(text_enum(ProgrammeState), default=ProgrammeState.PLANNED)
    state_reason: Mapped[LongText] = mapped_column(default="")

    theme: Mapped[Theme] = relationship()
    coordinators: Mapped[list[User]] = relationship(secondary=programme_coordinator, order_by="User.name")

    @property
    def country_codes(self) -> list[str]:
        """ISO 3166 codes of the countries that the programme works with."""
        return listed(self.countries)


class ProgrammeTarget(Base):
    """What a programme promised its donor for one indicator."""

    __tablename__ = "programme_target"
    __table_args__ = (
        UniqueConstraint("programme_id", "indicator"),
        CheckConstraint("target > 0", name="target_positive"),
    )

    id: Mapped[IntId]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    indicator: Mapped[Code]
    target: Mapped[int]

    programme: Mapped[Programme] = relationship()
