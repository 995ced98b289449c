"""Keys of forms that were sent. A form that comes a second time does nothing and gets the first answer."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Instant, IntId


class RequestKey(Base):
    """One form that a user sent.

    ``key`` is a hash of the form's key and its content. ``answer`` is where the answer led, and ``said`` what
    it said.
    """

    __tablename__ = "request_key"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[IntId]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    key: Mapped[str] = mapped_column(String(64), info=openly(Keep.STEP))
    created_at: Mapped[Instant] = mapped_column(index=True)
    answer: Mapped[str] = mapped_column(String(1000), default="", info=personal(Keep.STEP))
    said: Mapped[str] = mapped_column(String(1000), default="", info=personal(Keep.STEP))
