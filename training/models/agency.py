"""Partner agencies: the institutions that register their people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Code, Country, Email, IntId, LongText, Name, Phone, PublicId, Timestamps

if TYPE_CHECKING:
    from training.models.theme import AgencyType, Theme


class Agency(Timestamps, Base):
    """A partner agency.

    Only its own users and staff see the address and the website of a confidential agency.
    """

    __tablename__ = "agency"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
        Index("ix_agency_search_key", "search_key"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    code: Mapped[Code] = mapped_column(info=openly(Keep.IN_USE))
    name: Mapped[Name] = mapped_column(info=openly(Keep.IN_USE))
    native_name: Mapped[Name] = mapped_column(default="", info=openly(Keep.IN_USE))
    search_key: Mapped[str] = mapped_column(String(800), info=openly(Keep.IN_USE))
    type_id: Mapped[int] = mapped_column(ForeignKey("agency_type.id"), index=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), index=True)
    country: Mapped[Country] = mapped_column(index=True, info=openly(Keep.IN_USE))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    address: Mapped[LongText] = mapped_column(default="", info=openly(Keep.IN_USE))
    website: Mapped[Name] = mapped_column(default="", info=openly(Keep.IN_USE))
    email: Mapped[Email] = mapped_column(default="", info=personal(Keep.IN_USE))
    phone: Mapped[Phone] = mapped_column(default="", info=personal(Keep.IN_USE))
    confidential: Mapped[bool] = mapped_column(default=False, info=openly(Keep.IN_USE))
    is_active: Mapped[bool] = mapped_column(default=True, info=openly(Keep.IN_USE))

    type: Mapped[AgencyType] = relationship()
    theme: Mapped[Theme] = relationship()
    parent: Mapped[Agency | None] = relationship(remote_side="Agency.id")
