"""Files that somebody sent and that are kept as they came: leaflets, documents, signed sheets."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from training import clock
from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Instant, IntId, LongText, Name, PublicId, text_enum


class FileKind(StrEnum):
    """What a file is kept for."""

    LEAFLET = "leaflet"
    DOCUMENT = "document"
    SIGN_IN_SHEET = "sign_in_sheet"
    AGENDA = "agenda"
    PHOTO_OF_SHEET = "photo_of_sheet"
    PLATFORM_LOG = "platform_log"
    OTHER = "other"


class StoredFile(Base):
    """One file as it was sent. Its content lies on disk by its hash, so two rows may share one content.

    A row stays when its file is removed: it says what there was, who removed it when, and why. The content goes from
    the disk a day later. ``language`` is empty where the file has none.
    """

    __tablename__ = "stored_file"
    __table_args__ = (CheckConstraint("size > 0", name="size_above_0"),)

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    sha256: Mapped[str] = mapped_column(String(64), index=True, info=openly(Keep.AUDIT))
    size: Mapped[int] = mapped_column(info=openly(Keep.AUDIT))
    media_type: Mapped[str] = mapped_column(String(100), info=openly(Keep.AUDIT))
    name: Mapped[Name] = mapped_column(info=personal(Keep.AUDIT))
    kind: Mapped[FileKind] = mapped_column(text_enum(FileKind), info=openly(Keep.AUDIT))
    language: Mapped[str] = mapped_column(String(8), default="", info=openly(Keep.AUDIT))
    uploaded_at: Mapped[Instant] = mapped_column(default=clock.now, info=openly(Keep.AUDIT))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))
    deleted_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.AUDIT))
    reason: Mapped[LongText] = mapped_column(default="", info=personal(Keep.AUDIT))
