"""Import batches: an uploaded spreadsheet, staged until somebody confirms it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal, special
from training.models.columns import Instant, IntId, Json, Name, PublicId, Timestamps, text_enum

if TYPE_CHECKING:
    from training.models.agency import Agency
    from training.models.training import Training
    from training.models.user import User


class BatchState(StrEnum):
    """staged → confirmed or discarded; confirmed → undone."""

    STAGED = "staged"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"
    UNDONE = "undone"


class ImportBatch(Timestamps, Base):
    """A file as it was read, until somebody confirms it.

    ``source`` holds the cells as text, so that columns can be matched anew. ``mapping`` says which column is
    what. ``rows`` are the people, with what was corrected and chosen for each. These three are emptied when
    the batch is confirmed or discarded, so that people are stored in one place only. ``outcome`` is what
    confirming did, with the ids that undoing needs.
    """

    __tablename__ = "import_batch"
    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), info=openly(Keep.AUDIT))
    file_name: Mapped[Name] = mapped_column(info=personal(Keep.AUDIT))
    state: Mapped[BatchState] = mapped_column(
        text_enum(BatchState), default=BatchState.STAGED, info=openly(Keep.AUDIT)
    )
    source: Mapped[Json] = mapped_column(JSON, default=dict, info=special(Keep.STEP))
    mapping: Mapped[Json] = mapped_column(JSON, default=dict, info=openly(Keep.STEP))
    rows: Mapped[Json] = mapped_column(JSON, default=list, info=special(Keep.STEP))
    outcome: Mapped[Json] = mapped_column(JSON, default=dict, info=personal(Keep.AUDIT))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))
    confirmed_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.AUDIT))

    training: Mapped[Training] = relationship()
    agency: Mapped[Agency] = relationship()
    by: Mapped[User | None] = relationship()


class RosterMapping(Timestamps, Base):
    """Which column is what in an agency's own list, as somebody said it.

    ``titles_hash`` finds it again for the next list with the same titles.
    """

    __tablename__ = "roster_mapping"
    __table_args__ = (UniqueConstraint("agency_id", "titles_hash"),)

    id: Mapped[IntId]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    titles_hash: Mapped[str] = mapped_column(String(64))
    columns: Mapped[Json] = mapped_column(JSON, default=dict)

    agency: Mapped[Agency] = relationship()
