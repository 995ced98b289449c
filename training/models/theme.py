"""Themes, the tag that everything carries, and the two short classifications: activity types and agency types."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base
from training.models.columns import Code, Email, IntId, LongText, Name, text_enum


class ThemeKind(StrEnum):
    """One of the six thematic areas, or a programme that works in several of them."""

    THEMATIC_AREA = "thematic_area"
    MULTI_THEMATIC = "multi_thematic"


class Names:
    """A name in the languages that are shipped."""

    name_en: Mapped[Name]
    name_fr: Mapped[Name]
    name_ru: Mapped[Name]

    def name_in(self, language: str) -> str:
        """The name in ``language``, or in English if it has none."""
        return getattr(self, f"name_{language}", "") or self.name_en


class Theme(Names, Base):
    """A thematic area or a multi-thematic programme."""

    __tablename__ = "theme"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[IntId]
    code: Mapped[Code]
    kind: Mapped[ThemeKind] = mapped_column(text_enum(ThemeKind))
    competence_centre: Mapped[Name] = mapped_column(default="")
    description: Mapped[LongText] = mapped_column(default="")
    leaflet_languages: Mapped[Name] = mapped_column(default="")
    contact_email: Mapped[Email] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)

    @property
    def is_multi_thematic(self) -> bool:
        """Whether it is a programme that works in several areas: its trainings may carry one of these instead."""
        return self.kind is ThemeKind.MULTI_THEMATIC


class ThemeUse(Base):
    """``theme_id`` may be used under ``frame_id``: a theme under itself, an area under a theme covering it.

    Trainings and sessions refer to these pairs, so the database itself refuses a tag that does not fit.
    """

    __tablename__ = "theme_use"

    frame_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), primary_key=True, index=True)


class ActivityType(Names, Base):
    """What kind of activity a training is. Some kinds, such as meetings, do not count as training."""

    __tablename__ = "activity_type"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[IntId]
    code: Mapped[Code]
    counts_as_training: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)


class AgencyType(Names, Base):
    """What kind of institution an agency is."""

    __tablename__ = "agency_type"
    __table_args__ = (UniqueConstraint("code"), CheckConstraint("code <> ''", name="code_given"))

    id: Mapped[IntId]
    code: Mapped[Code]
    position: Mapped[int] = mapped_column(default=0)
