"""Trainings, and the seats that are kept in them for an agency or a country."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
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
    Wall,
    Zone,
    listed,
    text_enum,
)

if TYPE_CHECKING:
    from training.models.agency import Agency
    from training.models.announcement import Announcement
    from training.models.course import Course, Series
    from training.models.programme import Programme
    from training.models.theme import ActivityType, Theme
    from training.models.venue import Venue


class TrainingState(StrEnum):
    """draft → open → confirmed → running → completed; cancelled or postponed with a reason."""

    DRAFT = "draft"
    OPEN = "open"
    CONFIRMED = "confirmed"
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"


class When(StrEnum):
    """Where a training stands on a calendar. Each training is in one of these.

    One whose state says that it runs is running until it is completed. A postponed one has no dates that count.
    """

    UPCOMING = "upcoming"
    RUNNING = "running"
    POSTPONED = "postponed"
    PAST = "past"
    DRAFTS = "drafts"


class Modality(StrEnum):
    """Whether people meet in person, online, or both."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"


class Admission(StrEnum):
    """Whether submitting takes a free seat at once, or a coordinator decides."""

    FIRST_COME = "first_come"
    APPROVAL = "approval"


class OpenTo(StrEnum):
    """Whom the step ``open`` tells: agencies with kept seats, all that may register, or those that are picked."""

    KEPT = "kept"
    ALL = "all"
    PICKED = "picked"


class ReserveOrder(StrEnum):
    """The order of the reserve list: by the rank that a coordinator gives, or by the time of submission."""

    RANK = "rank"
    SUBMITTED = "submitted"


class Promotion(StrEnum):
    """Whether a freed seat goes to the next in line at once, or is proposed to the coordinator."""

    AUTOMATIC = "automatic"
    PROPOSED = "proposed"


class Training(Timestamps, Base):
    """One dated delivery of a programme.

    The rule of the reserve list is in these columns:

    - ``reserve_order`` and ``promotion``
    - ``nearest_first``: people of the agency that freed a seat come first, then people of its country
    - ``offer_hours``: how long an offer stands
    - ``promotion_ends_days``: how many days before the start people stop moving up
    - ``freed_seats``: with admission by approval, how many seats became free while nobody on the list could
      take one; the next in line get them as soon as they can

    ``announcement`` is what others know of the timetable. A draft has none. ``is_by_invitation`` hides the training from
    agencies that were not invited and have no kept seats. ``shows_trainers`` tells partners and people who teaches.

    ``programme_theme_id`` repeats the programme's theme, and the database keeps both equal. So the database
    can also check that ``ThemeUse`` allows the training's theme under the programme's theme.
    """

    __tablename__ = "training"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("id", "theme_id"),
        ForeignKeyConstraint(
            ["programme_id", "programme_theme_id"], ["programme.id", "programme.theme_id"], onupdate="CASCADE"
        ),
        ForeignKeyConstraint(
            ["programme_theme_id", "theme_id"], ["theme_use.frame_id", "theme_use.theme_id"]
        ),
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        CheckConstraint("capacity BETWEEN 1 AND 10000", name="capacity_1_to_10000"),
        CheckConstraint("completion_percent BETWEEN 1 AND 100", name="completion_percent_1_to_100"),
        CheckConstraint("registration_closes_at > registration_opens_at", name="window_in_order"),
        CheckConstraint("offer_hours BETWEEN 1 AND 720", name="offer_hours_1_to_720"),
        CheckConstraint("promotion_ends_days BETWEEN 0 AND 90", name="promotion_ends_days_0_to_90"),
        CheckConstraint("days_wanted BETWEEN 1 AND 60", name="days_wanted_1_to_60"),
        CheckConstraint("(series_id IS NULL) = (series_number IS NULL)", name="number_in_its_series"),
        Index("ix_training_starts_on_id", "starts_on", "id"),
        Index("ix_training_ends_on_id", "ends_on", "id"),
        Index("ix_training_programme_id_programme_theme_id", "programme_id", "programme_theme_id"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    code: Mapped[Code]
    title: Mapped[Name]
    search_key: Mapped[str] = mapped_column(String(800))
    programme_id: Mapped[int]
    programme_theme_id: Mapped[int] = mapped_column(index=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), index=True)
    activity_type_id: Mapped[int] = mapped_column(ForeignKey("activity_type.id"), index=True)
    modality: Mapped[Modality] = mapped_column(text_enum(Modality), default=Modality.IN_PERSON)
    languages: Mapped[Name] = mapped_column(default="en")
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)
    country: Mapped[Country] = mapped_column(default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    zone: Mapped[Zone]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    capacity: Mapped[int]
    admission: Mapped[Admission] = mapped_column(text_enum(Admission), default=Admission.APPROVAL)
    registration_opens_local: Mapped[Wall]
    registration_opens_at: Mapped[Instant]
    registration_closes_local: Mapped[Wall]
    registration_closes_at: Mapped[Instant] = mapped_column(index=True)
    reserve_order: Mapped[ReserveOrder] = mapped_column(text_enum(ReserveOrder), default=ReserveOrder.RANK)
    promotion: Mapped[Promotion] = mapped_column(text_enum(Promotion), default=Promotion.AUTOMATIC)
    nearest_first: Mapped[bool] = mapped_column(default=True)
    offer_hours: Mapped[int] = mapped_column(default=48)
    promotion_ends_days: Mapped[int] = mapped_column(default=0)
    freed_seats: Mapped[int] = mapped_column(default=0)
    completion_percent: Mapped[int] = mapped_column(default=80)
    description: Mapped[LongText] = mapped_column(default="")
    target_group: Mapped[LongText] = mapped_column(default="")
    prerequisites: Mapped[LongText] = mapped_column(default="")
    state: Mapped[TrainingState] = mapped_column(
        text_enum(TrainingState), default=TrainingState.DRAFT, index=True
    )
    state_reason: Mapped[LongText] = mapped_column(default="")
    state_changed_at: Mapped[Instant | None]
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"), index=True)
    series_number: Mapped[int | None]
    is_date_open: Mapped[bool] = mapped_column(default=False)
    days_wanted: Mapped[int | None]
    announcement_id: Mapped[int | None] = mapped_column(
        ForeignKey("announcement.id", use_alter=True), index=True
    )
    is_by_invitation: Mapped[bool] = mapped_column(default=False)
    shows_trainers: Mapped[bool] = mapped_column(default=False)

    announcement: Mapped[Announcement | None] = relationship(foreign_keys=[announcement_id], post_update=True)
    programme: Mapped[Programme] = relationship()
    theme: Mapped[Theme] = relationship(foreign_keys=[theme_id])
    activity_type: Mapped[ActivityType] = relationship()
    venue: Mapped[Venue | None] = relationship()
    course: Mapped[Course | None] = relationship()
    series: Mapped[Series | None] = relationship()

    @property
    def language_codes(self) -> list[str]:
        """The languages in which the training is held."""
        return listed(self.languages)


class SeatAllocation(Timestamps, Base):
    """Seats of a training kept for one agency, or for those agencies of one country that have no kept seats.

    Unused seats may be given back to the pool after ``release_local``, or after the deadline of registration
    if it is empty. ``released_at`` says when they were given back.
    """

    __tablename__ = "seat_allocation"
    __table_args__ = (
        CheckConstraint("(agency_id IS NULL) <> (country IS NULL)", name="agency_or_country"),
        CheckConstraint("seats BETWEEN 0 AND 10000", name="seats_0_to_10000"),
        UniqueConstraint("training_id", "agency_id"),
        UniqueConstraint("training_id", "country"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    country: Mapped[str | None] = mapped_column(String(2))
    seats: Mapped[int]
    release_local: Mapped[Wall | None]
    released_at: Mapped[Instant | None]

    training: Mapped[Training] = relationship()
    agency: Mapped[Agency | None] = relationship()


class SeatRequestKind(StrEnum):
    """What an agency does with the seats kept for it: it gives some back, or asks for more."""

    RETURN = "return"
    MORE = "more"


class SeatRequestState(StrEnum):
    """open → granted or declined. Seats that are given back are granted at once."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"


class SeatRequest(Timestamps, Base):
    """An agency's wish for more seats, or seats that it gave back, with its reason in ``sentence``.

    An agency has one open wish per training at a time. ``seats`` is how many seats it asked for or gave back.
    ``granted`` is how many more were kept for it.
    """

    __tablename__ = "seat_request"
    __table_args__ = (
        CheckConstraint("seats BETWEEN 1 AND 10000", name="seats_1_to_10000"),
        CheckConstraint("granted BETWEEN 1 AND 10000", name="granted_1_to_10000"),
        Index(
            "uq_seat_request_training_id_agency_id_open",
            "training_id",
            "agency_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_seat_request_state_training_id", "state", "training_id"),
    )

    id: Mapped[IntId]
    public_id: Mapped[PublicId]
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    kind: Mapped[SeatRequestKind] = mapped_column(text_enum(SeatRequestKind), info=openly(Keep.AUDIT))
    seats: Mapped[int] = mapped_column(info=openly(Keep.AUDIT))
    granted: Mapped[int | None] = mapped_column(info=openly(Keep.AUDIT))
    sentence: Mapped[LongText] = mapped_column(info=personal(Keep.AUDIT))
    state: Mapped[SeatRequestState] = mapped_column(
        text_enum(SeatRequestState), default=SeatRequestState.OPEN, info=openly(Keep.AUDIT)
    )
    by_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))
    answered_at: Mapped[Instant | None] = mapped_column(info=openly(Keep.AUDIT))
    answered_by_name: Mapped[Name] = mapped_column(default="", info=personal(Keep.AUDIT))
    answer: Mapped[LongText] = mapped_column(default="", info=personal(Keep.AUDIT))

    training: Mapped[Training] = relationship()
    agency: Mapped[Agency] = relationship()
