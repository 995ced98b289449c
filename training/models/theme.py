"""Themes, the tag that everything carries, and the two short classifications: activity types and agency types."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Code, Email, IntId, LongText, Name, Phone, text_enum

if TYPE_CHECKING:
    import uuid

    from training.models.stored_file import StoredFile


class ThemeKind(StrEnum):
    """One of the six thematic areas, or a programme that works in several of them."""

    THEMATIC_AREA = "thematic_area"
    MULTI_THEMATIC = "multi_thematic"


class Said(NamedTuple):
    """A text, and the language that it is in. The page says it where this is not the reader's."""

    text: str
    language: str


class Names:
    """A name in the languages that are shipped."""

    name_en: Mapped[Name]
    name_fr: Mapped[Name]
    name_ru: Mapped[Name]

    def name_in(self, language: str) -> str:
        """The name in ``language``, or in English if it has none."""
        return getattr(self, f"name_{language}", "") or self.name_en


class Theme(Names, Base):
    """A thematic area or a multi-thematic programme.

    Its text says in paragraphs what is done in it, in each language that somebody wrote it in. Its contact is the
    person whom partners ask.
    """

    __tablename__ = "theme"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[IntId]
    code: Mapped[Code] = mapped_column(info=openly(Keep.COUNTED))
    kind: Mapped[ThemeKind] = mapped_column(text_enum(ThemeKind), info=openly(Keep.COUNTED))
    name_en: Mapped[Name] = mapped_column(info=openly(Keep.COUNTED))
    name_fr: Mapped[Name] = mapped_column(info=openly(Keep.COUNTED))
    name_ru: Mapped[Name] = mapped_column(info=openly(Keep.COUNTED))
    competence_centre: Mapped[Name] = mapped_column(default="", info=openly(Keep.COUNTED))
    text_en: Mapped[LongText] = mapped_column(default="", info=openly(Keep.COUNTED))
    text_fr: Mapped[LongText] = mapped_column(default="", info=openly(Keep.COUNTED))
    text_ru: Mapped[LongText] = mapped_column(default="", info=openly(Keep.COUNTED))
    contact_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.IN_USE))
    contact_function: Mapped[Name] = mapped_column(default="", info=personal(Keep.IN_USE))
    contact_email: Mapped[Email] = mapped_column(default="", info=personal(Keep.IN_USE))
    contact_phone: Mapped[Phone] = mapped_column(default="", info=personal(Keep.IN_USE))
    position: Mapped[int] = mapped_column(default=0, info=openly(Keep.COUNTED))

    def text_in(self, language: str) -> Said:
        """The text in ``language``; in English if it has none, and else in any language in which it has one."""
        for code in (language, "en", "fr", "ru"):
            if text := getattr(self, f"text_{code}", ""):
                return Said(text, code)
        return Said("", language)

    @property
    def is_multi_thematic(self) -> bool:
        """Whether it is a programme that works in several areas: its trainings may carry one of these instead."""
        return self.kind is ThemeKind.MULTI_THEMATIC

    @property
    def has_contact(self) -> bool:
        """Whether a person or an address to ask is known."""
        return bool(self.contact_name or self.contact_email or self.contact_phone)


class ThemeLeaflet(Base):
    """A theme's leaflet in one language. There is one in a language; another one replaces it."""

    __tablename__ = "theme_leaflet"
    __table_args__ = (UniqueConstraint("theme_id", "language"), UniqueConstraint("stored_file_id"))

    id: Mapped[IntId]
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"))
    language: Mapped[str] = mapped_column(String(8))
    stored_file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    theme: Mapped[Theme] = relationship()
    file: Mapped[StoredFile] = relationship()

    @property
    def public_id(self) -> uuid.UUID:
        """The id of its file, by which its address names it."""
        return self.file.public_id


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
