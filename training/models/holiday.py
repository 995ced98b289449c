"""Holidays that the organisation adds to those of the countries, or takes away."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base
from training.models.columns import Country, IntId, Name, PublicId, Timestamps


class Holiday(Timestamps, Base):
    """Days off in a country, in a part of it, or, without a country, everywhere.

    With ``is_workday`` people work on these days, although the calendar of the country says that they are off.
    """

    __tablename__ = "holiday"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="dates_in_order"),
        Index("ix_holiday_country_first_on", "country", "first_on"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    country: Mapped[Country] = mapped_column(default="")
    subdivision: Mapped[str] = mapped_column(String(8), default="")
    first_on: Mapped[date]
    last_on: Mapped[date]
    name_en: Mapped[Name]
    name_fr: Mapped[Name] = mapped_column(default="")
    name_ru: Mapped[Name] = mapped_column(default="")
    is_workday: Mapped[bool] = mapped_column(default=False)

    def name(self, language: str) -> str:
        """Its name in this language, or in English where it has none."""
        return {"fr": self.name_fr, "ru": self.name_ru}.get(language) or self.name_en
