"""The pages that everybody may read, as the organisation wrote them: contact, privacy, imprint, accessibility."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base
from training.models.columns import IntId, LongText, Timestamps, text_enum


class PageKind(StrEnum):
    """Which of the public pages. Its value is the page's address."""

    CONTACT = "contact"
    PRIVACY = "privacy"
    IMPRINT = "imprint"
    ACCESSIBILITY = "accessibility"


class PublicPage(Timestamps, Base):
    """The organisation's own text of one page. An empty text means the text that comes with the product."""

    __tablename__ = "public_page"
    __table_args__ = (UniqueConstraint("kind"),)

    id: Mapped[IntId]
    kind: Mapped[PageKind] = mapped_column(text_enum(PageKind))
    text_en: Mapped[LongText] = mapped_column(default="")
    text_fr: Mapped[LongText] = mapped_column(default="")
    text_ru: Mapped[LongText] = mapped_column(default="")
