"""Trainers: who teaches, in which themes and languages."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import (
    Country,
    Email,
    IntId,
    LongText,
    Name,
    Phone,
    PublicId,
    Timestamps,
    listed,
    text_enum,
)

if TYPE_CHECKING:
    from training.models.theme import Theme
    from training.models.user import User

trainer_theme = Table(
    "trainer_theme",
    Base.metadata,
    Column("trainer_id", ForeignKey("trainer.id"), primary_key=True),
    Column("theme_id", ForeignKey("theme.id"), primary_key=True, index=True),
)


class Trainer(Timestamps, Base):
    """Somebody who teaches. ``user`` is their account, if they have one.

    ``most_days_a_month`` is on how many days of a month they teach at most, if that was agreed.
    """

    __tablename__ = "trainer"
    __table_args__ = (
        UniqueConstraint("user_id"),
        Index("ix_trainer_search_key", "search_key"),
        CheckConstraint("most_days_a_month BETWEEN 1 AND 31", name="most_days_a_month"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    family_name: Mapped[Name] = mapped_column(info=personal(Keep.IN_USE))
    given_names: Mapped[Name] = mapped_column(info=personal(Keep.IN_USE))
    search_key: Mapped[str] = mapped_column(String(800), info=personal(Keep.IN_USE))
    email: Mapped[Email] = mapped_column(default="", info=personal(Keep.IN_USE))
    phone: Mapped[Phone] = mapped_column(default="", info=personal(Keep.IN_USE))
    country: Mapped[Country] = mapped_column(default="", info=personal(Keep.IN_USE))
    organisation: Mapped[Name] = mapped_column(default="", info=personal(Keep.IN_USE))
    languages: Mapped[Name] = mapped_column(default="", info=personal(Keep.IN_USE))
    notes: Mapped[LongText] = mapped_column(default="", info=personal(Keep.IN_USE))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    most_days_a_month: Mapped[int | None] = mapped_column(info=personal(Keep.IN_USE))
    is_active: Mapped[bool] = mapped_column(default=True, info=openly(Keep.IN_USE))

    user: Mapped[User | None] = relationship()
    themes: Mapped[list[Theme]] = relationship(secondary=trainer_theme, order_by="Theme.position")

    @property
    def name(self) -> str:
        """Given names and family name, as a reader expects them."""
        return f"{self.given_names} {self.family_name}".strip()

    @property
    def language_codes(self) -> list[str]:
        """The languages in which they teach."""
        return listed(self.languages)


class DayPart(StrEnum):
    """The whole day, or its half before or after 13:00."""

    DAY = "day"
    AM = "am"
    PM = "pm"


class TrainerAbsence(Base):
    """Days on which a trainer is not available, the first and the last one included, or one half of each.

    ``by_trainer`` says that the trainer noted it themselves.
    """

    __tablename__ = "trainer_absence"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="dates_in_order"),)

    id: Mapped[IntId]
    trainer_id: Mapped[int] = mapped_column(ForeignKey("trainer.id"), index=True)
    starts_on: Mapped[date] = mapped_column(info=personal(Keep.IN_USE))
    ends_on: Mapped[date] = mapped_column(info=personal(Keep.IN_USE))
    part: Mapped[DayPart] = mapped_column(text_enum(DayPart), default=DayPart.DAY, info=personal(Keep.IN_USE))
    by_trainer: Mapped[bool] = mapped_column(default=False, info=openly(Keep.IN_USE))
    note: Mapped[Name] = mapped_column(default="", info=personal(Keep.IN_USE))

    trainer: Mapped[Trainer] = relationship()
