"""Registrations: an agency puts a trainee forward for a training. Every step of a registration is kept."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base
from training.models.about_people import Keep, openly, personal
from training.models.columns import (
    Code,
    Country,
    Instant,
    IntId,
    LongText,
    Name,
    PublicId,
    Timestamps,
    text_enum,
)

if TYPE_CHECKING:
    from training.models.agency import Agency
    from training.models.trainee import Trainee
    from training.models.training import Training
    from training.models.user import User


class RegistrationState(StrEnum):
    """draft → submitted → (returned →) confirmed, reserve ⇄ offered, declined; withdrawn; replaced; joined.

    A joined registration has become part of another one of the same person for the same training. It is history.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CONFIRMED = "confirmed"
    RESERVE = "reserve"
    OFFERED = "offered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    JOINED = "joined"


HOLDS_SEAT = frozenset({RegistrationState.CONFIRMED, RegistrationState.OFFERED})
"""The one definition of what holds a seat."""

LIVE = frozenset(set(RegistrationState) - {"draft", "declined", "withdrawn", "replaced", "joined"})
"""States in which a registration may still lead to a seat. A trainee has at most one of these per training.

A draft is not among them: until it is submitted, it is its agency's own affair and blocks nobody.
"""


class RegistrationSource(StrEnum):
    """How the registration came in."""

    FORM = "form"
    IMPORT = "import"
    REPLACEMENT = "replacement"
    WALK_IN = "walk_in"


class ReasonCode(StrEnum):
    """Why a step was taken, if the step needs a reason."""

    AGENCY = "agency"
    TRAINEE = "trainee"
    ORGANISER = "organiser"
    NOT_ELIGIBLE = "not_eligible"
    NO_SEAT = "no_seat"
    INCOMPLETE = "incomplete"
    OTHER = "other"


class Registration(Timestamps, Base):
    """A trainee put forward. The columns from ``agency_id`` to ``rank`` are copies of the day of submission.

    The seat was confirmed from ``confirmed_at`` to ``released_at``. A register lists people whose seat was
    confirmed when the session started. ``let_pass_at`` is when the person last let an offered seat pass. From
    then on it counts in place of ``submitted_at`` in the order of the reserve list. ``override_reason`` is why a
    coordinator gave the seat although the person has one in another training at that time.
    """

    __tablename__ = "registration"
    __table_args__ = (
        Index(
            "uq_registration_training_id_trainee_id_live",
            "training_id",
            "trainee_id",
            unique=True,
            sqlite_where=text("state NOT IN ('draft', 'declined', 'withdrawn', 'replaced', 'joined')"),
            postgresql_where=text("state NOT IN ('draft', 'declined', 'withdrawn', 'replaced', 'joined')"),
        ),
        CheckConstraint("(state = 'offered') = (offer_expires_at IS NOT NULL)", name="offered_expires"),
        CheckConstraint(
            "state NOT IN ('confirmed', 'replaced') OR confirmed_at IS NOT NULL", name="confirmed_has_instant"
        ),
        CheckConstraint("joined_into_id IS NULL OR state = 'joined'", name="joined_into_another"),
        Index("ix_registration_training_id_state", "training_id", "state", "agency_id"),
        Index("ix_registration_agency_id_state", "agency_id", "state"),
        Index("ix_registration_state_submitted_at", "state", "submitted_at"),
        Index("ix_registration_submitted_at_id", "submitted_at", "id"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"))
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id"), index=True)
    state: Mapped[RegistrationState] = mapped_column(
        text_enum(RegistrationState), default=RegistrationState.DRAFT, info=openly(Keep.COUNTED)
    )
    source: Mapped[RegistrationSource] = mapped_column(
        text_enum(RegistrationSource), default=RegistrationSource.FORM, info=openly(Keep.COUNTED)
    )
    reserve_rank: Mapped[int | None] = mapped_column(info=openly(Keep.AUDIT))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    agency_code: Mapped[Code] = mapped_column(info=personal(Keep.AUDIT))
    agency_name: Mapped[Name] = mapped_column(info=personal(Keep.AUDIT))
    agency_type_code: Mapped[Code] = mapped_column(info=personal(Keep.COUNTED))
    agency_country: Mapped[Country] = mapped_column(info=personal(Keep.COUNTED))
    trainee_country: Mapped[Country] = mapped_column(info=personal(Keep.COUNTED))
    trainee_name: Mapped[str] = mapped_column(String(410), default="", info=personal(Keep.AUDIT))
    function: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))
    rank: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))
    submitted_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.COUNTED))
    confirmed_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.COUNTED))
    released_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.COUNTED))
    offer_expires_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.AUDIT))
    let_pass_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.AUDIT))
    acknowledged_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.AUDIT))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)
    joined_into_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)
    override_reason: Mapped[LongText] = mapped_column(default="", info=personal(Keep.AUDIT))
    remarks: Mapped[LongText] = mapped_column(default="", info=personal(Keep.AUDIT))

    training: Mapped[Training] = relationship()
    trainee: Mapped[Trainee] = relationship()
    agency: Mapped[Agency] = relationship()
    replaces: Mapped[Registration | None] = relationship(
        foreign_keys=[replaces_id], remote_side="Registration.id"
    )
    joined_into: Mapped[Registration | None] = relationship(
        foreign_keys=[joined_into_id], remote_side="Registration.id"
    )

    @property
    def name(self) -> str:
        """The person's name as this agency may know it.

        It is the present name while the person is with this agency. An agency whose trainee moved to another
        agency still sees the name as it was on the day of submission.
        """
        return self.trainee.name if self.trainee.agency_id == self.agency_id else self.trainee_name

    @property
    def holds_seat(self) -> bool:
        """Whether the registration takes one of the training's seats."""
        return self.state in HOLDS_SEAT

    @property
    def is_submitted(self) -> bool:
        """Whether it was ever submitted. A draft was not, even if it was thrown away since."""
        return self.submitted_at is not None

    @property
    def is_live(self) -> bool:
        """Whether it was put forward and may still lead to a seat."""
        return self.state in LIVE


class RegistrationStep(Base):
    """One step of a registration. It is never changed, and removed only if an import is undone."""

    __tablename__ = "registration_step"

    id: Mapped[IntId]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    from_state: Mapped[RegistrationState | None] = mapped_column(
        text_enum(RegistrationState, "from_state"), info=openly(Keep.COUNTED)
    )
    to_state: Mapped[RegistrationState] = mapped_column(
        text_enum(RegistrationState, "to_state"), info=openly(Keep.COUNTED)
    )
    at: Mapped[Instant] = mapped_column(info=openly(Keep.COUNTED))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))
    reason_code: Mapped[ReasonCode | None] = mapped_column(text_enum(ReasonCode), info=personal(Keep.AUDIT))
    reason: Mapped[LongText] = mapped_column(default="", info=personal(Keep.AUDIT))

    registration: Mapped[Registration] = relationship()
    by: Mapped[User | None] = relationship()
