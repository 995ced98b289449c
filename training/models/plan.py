"""Steps of the plan: what a timetable was before somebody changed it, so that the change can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import Instant, IntId, LongText, PublicId

if TYPE_CHECKING:
    from training.models.training import Training
    from training.models.user import User


class PlanStep(Base):
    """One change of a training's timetable, with the sessions that it touched as they were before and after.

    ``before`` and ``after`` hold the training's dates and, by public id, what each session is made of, with its version.
    A session that the step added is missing in ``before``; one that it removed is missing in ``after``. ``undone_at``
    says when it was taken back. A step is kept for 30 days.
    """

    __tablename__ = "plan_step"
    __table_args__ = (
        Index("ix_plan_step_training_id_id", "training_id", "id"),
        Index("ix_plan_step_at", "at"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    at: Mapped[Instant] = mapped_column(info=openly(Keep.STEP))
    label: Mapped[LongText] = mapped_column(info=personal(Keep.STEP))
    before: Mapped[dict[str, Any]] = mapped_column(JSON, info=personal(Keep.STEP))
    after: Mapped[dict[str, Any]] = mapped_column(JSON, info=personal(Keep.STEP))
    undone_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.STEP))

    training: Mapped[Training] = relationship()
    by: Mapped[User | None] = relationship()
