"""Keys of forms that were sent: a form that comes a second time is answered like the first, and does nothing."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Instant, IntId


class RequestKey(Base):
    """One form that a user sent: the sum of its key and its content, and where the answer led, with what it said."""

    __tablename__ = "request_key"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[IntId]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    key: Mapped[str] = mapped_column(String(64), info=openly(Keep.STEP))
    created_at: Mapped[Instant] = mapped_column(index=True)
    answer: Mapped[str] = mapped_column(String(1000), default="", info=personal(Keep.STEP))
    said: Mapped[str] = mapped_column(String(1000), default="", info=personal(Keep.STEP))
