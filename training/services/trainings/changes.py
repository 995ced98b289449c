"""Trainings: planned and changed. What follows from a change is done here too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select

from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import (
    ActivityType,
    Admission,
    Modality,
    Programme,
    ProgrammeState,
    Promotion,
    Registration,
    ReserveOrder,
    Theme,
    Training,
    TrainingSession,
    TrainingState,
    User,
    Venue,
)
from training.rules import walltime
from training.rules.names import search_key
from training.services import audit, locked_trainings, seat_counts, visible_trainings
from training.services.announcing import announcements
from training.services.letters import notices
from training.services.programmes import themes
from training.services.registrations import reserve_list
from training.services.registrations.reserve_list import Freed
from training.services.schedule import asleep, sessions
from training.services.seen import Seen, as_stored, hold, settle
from training.text import msg


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a training is made of, besides its programme, its state and its sessions.

    An empty ``zone`` is the venue's. Without ``starts_on`` and ``ends_on``, the dates stay as they are: those of a
    training with sessions follow from these.
    """

    code: str
    title: str
    theme: Theme
    activity_type: ActivityType
    modality: Modality
    languages: Sequence[str]
    zone: str
    starts_on: date | None = None
    ends_on: date | None = None
    capacity: int
    admission: Admission
    registration_opens_local: datetime
    registration_closes_local: datetime
    completion_percent: int
    reserve_order: ReserveOrder = ReserveOrder.RANK
    promotion: Promotion = Promotion.AUTOMATIC
    nearest_first: bool = True
    offer_hours: int = 48
    promotion_ends_days: int = 0
    venue: Venue | None = None
    country: str | None = None
    link: str = ""
    description: str = ""
    target_group: str = ""
    prerequisites: str = ""


@atomic
def create(programme: Programme, *, by: User | None, details: Details) -> Training:
    """Plan a training under ``programme``; it begins as a draft."""
    hold(programme)  # nobody shortens it meanwhile
    if programme.state not in (ProgrammeState.PLANNED, ProgrammeState.ACTIVE):
        raise Conflict(
            msg("This programme is closed or cancelled: nothing new is scheduled in it."), "closed"
        )
    details = _with_zone(details)
    for name in ("starts_on", "ends_on"):
        if getattr(details, name) is None:
            raise Invalid(msg("This is needed."), field=name)
    training = Training(state=TrainingState.DRAFT)
    with db.session.no_autoflush:
        training.programme = programme
        training.programme_theme_id = programme.theme_id
        _set(training, details)
        _check(training, programme)
    db.session.add(training)
    audit.record(by=by, action="training.create", thing=training)
    return training


def sketch(
    programme: Programme,
    *,
    theme: Theme,
    zone: str,
    country: str,
    capacity: int,
    starts_on: date,
    ends_on: date,
    venue: Venue | None = None,
    languages: Sequence[str] = (),
) -> Training:
    """A training that is never stored, so that the clash rules can be asked before there is one."""
    return Training(
        id=0,
        code="",
        programme=programme,
        programme_theme_id=programme.theme_id,
        theme=theme,
        modality=Modality.IN_PERSON if venue or country else Modality.ONLINE,
        languages=",".join(languages),
        venue=venue,
        zone=zone,
        country=country,
        capacity=capacity,
        starts_on=starts_on,
        ends_on=ends_on,
    )


@atomic
def change(
    training: Training, *, by: User | None, details: Details, seen: Seen | None = None
) -> list[Registration]:
    """Change a training; seats that this adds go to the next in line. Returns who was promoted.

    With a new zone, its sessions keep their wall time. With a new theme, sessions whose theme it does not cover take
    the new one. The capacity cannot be set below the seats held.
    """
    details = _with_zone(details)
    hold(training.programme)  # nobody shortens it meanwhile; it is held before its trainings
    locked_trainings.lock(training)
    if training.state in locked_trainings.FINISHED:
        raise Conflict(msg("A completed or cancelled training cannot be changed."), "finished")
    details = replace(
        details,
        starts_on=details.starts_on or training.starts_on,
        ends_on=details.ends_on or training.ends_on,
    )
    details = settle(seen, details, as_stored(Details, training, languages=training.language_codes))
    _check_dates(training, details)
    before, closes_before = audit.snapshot(training), training.registration_closes_at
    seats_before, near = training.capacity, announcements.near(training)
    with db.session.no_autoflush:
        # not checked if it stays: after people came in at the door, held and kept seats may exceed it
        if details.capacity < training.capacity:
            _check_capacity(training, details.capacity)
        _check_admission(training, details.admission)
        has_new_zone = details.zone != training.zone
        if details.theme.id != training.theme_id:
            _retag_sessions(training, details.theme, by)
        _set(training, details)
        _check(training, training.programme)
        if has_new_zone:
            _check_deadlines(training)
            locked_trainings.lock_people(training, with_line=True)  # held before rooms and trainers
            sessions.rezone(training, by=by, reason=msg("The training's time zone was changed.").translated())
            asleep.derive(training)
    db.session.flush()  # the audit entry compares the new theme's id with the old one
    audit.record(by=by, action="training.change", thing=training, before=before)
    notices.deadline_moved(training, before=closes_before)
    announcements.tell_what_is_near(training, near, by=by)
    reserve_list.shorten_offers(training, by)
    return reserve_list.promote(training, Freed(max(0, training.capacity - seats_before)), by=by)


@atomic
def add_seat_at_the_door(training: Training, *, by: User) -> None:
    """Add one seat for the person at the door, who takes it in the same step. Nobody else is promoted."""
    locked_trainings.lock(training)
    before = audit.snapshot(training)
    training.capacity += 1
    db.session.flush()  # the next count of seats must see it
    audit.record(by=by, action="seats.raised_at_the_door", thing=training, before=before)


def _with_zone(details: Details) -> Details:
    """The details with today's name of the zone. Where none was given, the venue brings its own."""
    zone = details.zone or (details.venue.zone if details.venue else "")
    if not zone:
        raise Invalid(msg("Pick a venue, or write the time zone's city, such as Kyiv."), field="zone")
    return replace(details, zone=walltime.check_zone(zone))


def _set(training: Training, details: Details) -> None:
    training.code, training.title = details.code.upper(), details.title
    training.theme, training.activity_type, training.modality = (
        details.theme,
        details.activity_type,
        details.modality,
    )
    training.languages, training.venue = ",".join(details.languages), details.venue
    training.country = details.venue.country if details.venue else details.country or ""
    training.link, training.zone, training.description = details.link, details.zone, details.description
    training.target_group, training.prerequisites = details.target_group, details.prerequisites
    training.starts_on = details.starts_on or training.starts_on
    training.ends_on = details.ends_on or training.ends_on
    training.capacity, training.admission = details.capacity, details.admission
    training.completion_percent = details.completion_percent
    training.reserve_order, training.promotion = details.reserve_order, details.promotion
    training.nearest_first, training.offer_hours = details.nearest_first, details.offer_hours
    training.promotion_ends_days = details.promotion_ends_days
    training.registration_opens_local = details.registration_opens_local
    training.registration_closes_local = details.registration_closes_local
    training.registration_opens_at = walltime.instant(
        details.registration_opens_local, details.zone, "registration_opens_local"
    )
    training.registration_closes_at = walltime.instant(
        details.registration_closes_local, details.zone, "registration_closes_local"
    )
    training.search_key = search_key(details.title, details.code)


def _retag_sessions(training: Training, theme: Theme, by: User | None) -> None:
    """Sessions whose theme the training's new ``theme`` does not cover take it. The training itself is still to change.

    The database lets a session carry only what its training's theme covers. So the training carries its programme's
    theme until its sessions fit: this one covers what they carry, and what they will carry.
    """
    themes.check_use(theme, under=training.programme.theme)
    fitting = [one.id for one in themes.usable_under(theme)]
    stray = list(
        db.session.scalars(
            select(TrainingSession).where(
                TrainingSession.training_id == training.id, TrainingSession.theme_id.not_in(fitting)
            )
        )
    )
    if not stray:
        return
    training.theme = training.programme.theme
    db.session.flush()  # the sessions' rows take the id of the programme's theme from it
    changes = [(session, {"theme_id": [session.theme_id, theme.id]}) for session in stray]
    for session in stray:
        session.theme, session.version = theme, session.version + 1
    db.session.flush()  # the sessions carry the new theme's id before the training does
    audit.record_many(by=by, action="session.change", changes=changes)
    for session in stray:
        db.session.expire(session, ["training_theme_id"])


def _check(training: Training, programme: Programme) -> None:
    if training.ends_on < training.starts_on:
        raise Invalid(msg("The end is before the start."), field="ends_on")
    if not programme.starts_on <= training.starts_on <= training.ends_on <= programme.ends_on:
        raise Invalid(
            msg(
                "The programme runs from %(first)s to %(last)s. Choose days between these dates.",
                first=programme.starts_on,
                last=programme.ends_on,
            ),
            field="starts_on",
        )
    if training.registration_closes_at <= training.registration_opens_at:
        raise Invalid(msg("Registration must close after it opens."), field="registration_closes_local")
    if training.registration_closes_local.date() > training.ends_on:
        raise Invalid(
            msg("Registration must close before the training is over."), field="registration_closes_local"
        )
    if not 1 <= training.completion_percent <= 100:
        raise Invalid(msg("The completion rule is from 1 to 100 per cent."), field="completion_percent")
    if training.modality is not Modality.ONLINE and training.venue is None and not training.country:
        raise Invalid(msg("Pick the venue, or at least the country."), field="venue")
    themes.check_use(training.theme, under=programme.theme)
    taken_by = db.session.scalar(select(Training.id).where(Training.code == training.code))
    if taken_by not in (None, training.id):
        raise Invalid(msg("There is a training with this code already."), field="code")


def _check_dates(training: Training, details: Details) -> None:
    """Refuse typed dates where there are sessions: the plan alone writes them then."""
    typed = (details.starts_on, details.ends_on)
    if typed != (training.starts_on, training.ends_on) and locked_trainings.live_sessions(training):
        raise Invalid(
            msg(
                "The dates follow the sessions, from %(first)s to %(last)s. Move the training, or single sessions.",
                first=training.starts_on,
                last=training.ends_on,
            ),
            field="starts_on",
        )


def _check_capacity(training: Training, capacity: int) -> None:
    counted = seat_counts.count(training)
    held = sum(counted.held.values())
    if capacity < held:
        raise Invalid(
            msg(
                "%(held)s seats are used. Withdraw registrations first, or keep at least %(held)s seats.",
                held=held,
            ),
            field="capacity",
        )
    if capacity < counted.least_capacity:
        raise Invalid(
            msg(
                "The training needs at least %(least)s seats: "
                "those kept for agencies and countries, and those that others use. "
                "Enter at least %(least)s, or first keep fewer seats or release unused ones.",
                least=counted.least_capacity,
            ),
            field="capacity",
        )


def _check_admission(training: Training, admission: Admission) -> None:
    """Refuse a change to first come while submissions wait for a decision: newcomers would overtake them."""
    if admission is not Admission.FIRST_COME or training.admission is Admission.FIRST_COME:
        return
    waiting = visible_trainings.state_counts(training)
    undecided = waiting.get("submitted", 0) + waiting.get("returned", 0)
    if undecided:
        raise Invalid(
            msg(
                "%(count)s submissions wait for a decision. "
                "Decide on them first, or newcomers would overtake them.",
                count=undecided,
            ),
            field="admission",
        )


def _check_deadlines(training: Training) -> None:
    """Refuse a zone that skips the time of a deadline for kept seats."""
    for allocation in seat_counts.allocations(training):
        if allocation.release_local:
            walltime.instant(allocation.release_local, training.zone, "zone")
