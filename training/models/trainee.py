"""Trainees: the people to be trained. They have no account."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import (
    Country,
    Email,
    Instant,
    IntId,
    Language,
    Name,
    Phone,
    PublicId,
    Timestamps,
    text_enum,
)

if TYPE_CHECKING:
    from training.models.agency import Agency
    from training.models.theme import Theme


class Sex(StrEnum):
    """The sex as donors ask for it. Not recorded is an answer of its own."""

    F = "f"
    M = "m"
    X = "x"
    NOT_RECORDED = "not_recorded"


class Trainee(Timestamps, Base):
    """A person. Names are kept as typed (NFC) beside a folded, transliterated key for search.

    A record that was merged into another one stays as a row that nobody sees. References to it now point to
    the other one.
    """

    __tablename__ = "trainee"
    __table_args__ = (
        Index("ix_trainee_agency_id_search_key", "agency_id", "search_key"),
        Index("ix_trainee_agency_id_email", "agency_id", "email"),
        Index("ix_trainee_search_key_id", "search_key", "id"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    family_name: Mapped[Name] = mapped_column(info=personal(Keep.AUDIT))
    given_names: Mapped[Name] = mapped_column(info=personal(Keep.AUDIT))
    native_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))
    search_key: Mapped[str] = mapped_column(String(800), info=personal(Keep.AUDIT))
    sex: Mapped[Sex] = mapped_column(text_enum(Sex), default=Sex.NOT_RECORDED, info=personal(Keep.COUNTED))
    country: Mapped[Country] = mapped_column(info=personal(Keep.COUNTED))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), index=True)
    function: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))
    rank: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))
    language: Mapped[Language] = mapped_column(default="", info=personal(Keep.AUDIT))
    email: Mapped[Email] = mapped_column(default="", info=personal(Keep.AUDIT))
    phone: Mapped[Phone] = mapped_column(default="", info=personal(Keep.AUDIT))
    contact_via_focal_point: Mapped[bool] = mapped_column(default=False, info=personal(Keep.AUDIT))
    anonymised_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.COUNTED))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("trainee.id"), index=True)

    agency: Mapped[Agency] = relationship()
    theme: Mapped[Theme] = relationship()
    merged_into: Mapped[Trainee | None] = relationship(remote_side="Trainee.id")

    @property
    def name(self) -> str:
        """Family name in front, as lists show it."""
        return f"{self.family_name}, {self.given_names}".strip(", ")
