"""The organisation that runs this instance: what stands on its pages, papers and mails."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base
from training.models.columns import Email, IntId, LongText, Name, Timestamps


class Organisation(Timestamps, Base):
    """The one row of the organisation's settings."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint("nights_between_cities BETWEEN 0 AND 14", name="nights_between_cities"),
        CheckConstraint("days_between_countries BETWEEN 0 AND 14", name="days_between_countries"),
    )

    id: Mapped[IntId]
    name: Mapped[Name]
    address: Mapped[LongText] = mapped_column(default="")
    sender_name: Mapped[Name] = mapped_column(default="")
    reply_email: Mapped[Email] = mapped_column(default="")
    accent: Mapped[str] = mapped_column(String(7), default="#1d4ed8")
    donor_block: Mapped[LongText] = mapped_column(default="")
    logo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # loaded only to be shown
    logo_type: Mapped[str] = mapped_column(String(20), default="")
    nights_between_cities: Mapped[int] = mapped_column(default=1)  # of a trainer who goes from one to another
    days_between_countries: Mapped[int] = mapped_column(default=1)  # without a session, between the two
    tz_version: Mapped[str] = mapped_column(
        String(20), default=""
    )  # by whose rules instants were derived last
    letters_wait: Mapped[int] = mapped_column(default=60)  # seconds in which an announcement can be undone
