"""What somebody looked at and left as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Instant, IntId, LongText

if TYPE_CHECKING:
    from training.models.training import Training
    from training.models.user import User


class Acknowledgement(Base):
    """A finding about a training's timetable that somebody left so, with the reason.

    ``key`` is a hash of what the finding compares, with its numbers: 26 people instead of 24 is another finding.
    """

    __tablename__ = "acknowledgement"
    __table_args__ = (UniqueConstraint("rule", "key"),)

    id: Mapped[IntId]
    rule: Mapped[str] = mapped_column(String(24), info=openly(Keep.COUNTED))
    key: Mapped[str] = mapped_column(String(64), info=openly(Keep.COUNTED))
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"), index=True)
    note: Mapped[LongText] = mapped_column(info=personal(Keep.AUDIT))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant] = mapped_column(info=openly(Keep.COUNTED))

    training: Mapped[Training] = relationship()
    by: Mapped[User | None] = relationship()
