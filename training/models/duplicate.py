"""Records that may be one person: keys under which they meet, pairs that are not the same, and merges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Instant, IntId, Json, Name, PublicId

if TYPE_CHECKING:
    from training.models.trainee import Trainee
    from training.models.user import User


class TraineeKey(Base):
    """A key of ``training.rules.alike`` that a person has.

    Two equal keys meet if both sides are 0, or if one side is 1 and the other 2. ``agency_id`` is the
    person's agency, so that a search among one agency's people does not read those of others. Otherwise the
    time that it takes would tell of them.
    """

    __tablename__ = "trainee_key"
    __table_args__ = (
        Index("ix_trainee_key_key", "key", "agency_id", "trainee_id", "side"),
        {"sqlite_with_rowid": False},
    )

    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id"), primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(120), primary_key=True, info=personal(Keep.AUDIT))
    side: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agency_id: Mapped[int] = mapped_column(info=openly(Keep.AUDIT))


class NotSame(Base):
    """Somebody looked at these two people and said that they are not one. ``one_id`` is the smaller id."""

    __tablename__ = "not_same"
    __table_args__ = (CheckConstraint("one_id < other_id", name="in_order"),)

    one_id: Mapped[int] = mapped_column(ForeignKey("trainee.id"), primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(
        ForeignKey("trainee.id"), primary_key=True, autoincrement=False, index=True
    )
    at: Mapped[Instant] = mapped_column(info=openly(Keep.AUDIT))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))


class PersonMerge(Base):
    """Two people made one.

    ``moved`` holds the ids of the rows that moved, by table and column, and the ids of all registrations of
    the person who stays. It also holds the ids of people who were noted by the merge as not the same as this
    person. ``before`` and ``after`` hold those values of this person that the merge changed. ``joined`` holds, for each
    training for which both were registered, what the registrations and their marks were before they became one.
    """

    __tablename__ = "person_merge"

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    kept_id: Mapped[int] = mapped_column(ForeignKey("trainee.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("trainee.id"), index=True)
    at: Mapped[Instant] = mapped_column(info=openly(Keep.AUDIT))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))
    moved: Mapped[Json] = mapped_column(JSON, default=dict, info=openly(Keep.AUDIT))
    before: Mapped[Json] = mapped_column(JSON, default=dict, info=personal(Keep.AUDIT))
    after: Mapped[Json] = mapped_column(JSON, default=dict, info=personal(Keep.AUDIT))
    joined: Mapped[Json] = mapped_column(JSON, default=list, info=personal(Keep.AUDIT))
    undone_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.AUDIT))
    undone_by_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))

    kept: Mapped[Trainee] = relationship(foreign_keys=[kept_id])
    gone: Mapped[Trainee] = relationship(foreign_keys=[gone_id])
    by: Mapped[User | None] = relationship()
