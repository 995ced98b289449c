"""Partner agencies: the institutions that register their people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.columns import Code, Country, Email, IntId, LongText, Name, Phone, PublicId, Timestamps

if TYPE_CHECKING:
    from training.models.theme import AgencyType, Theme


class Agency(Timestamps, Base):
    """A partner agency. Of a confidential one, address and website are shown to nobody but its own people and staff."""

    __tablename__ = "agency"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
        Index("ix_agency_search_key", "search_key"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    code: Mapped[Code]
    name: Mapped[Name]
    native_name: Mapped[Name] = mapped_column(default="")
    search_key: Mapped[str] = mapped_column(String(800))
    type_id: Mapped[int] = mapped_column(ForeignKey("agency_type.id"), index=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), index=True)
    country: Mapped[Country] = mapped_column(index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    address: Mapped[LongText] = mapped_column(default="")
    website: Mapped[Name] = mapped_column(default="")
    email: Mapped[Email] = mapped_column(default="")
    phone: Mapped[Phone] = mapped_column(default="")
    confidential: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)

    type: Mapped[AgencyType] = relationship()
    theme: Mapped[Theme] = relationship()
    parent: Mapped[Agency | None] = relationship(remote_side="Agency.id")
