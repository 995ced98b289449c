"""Trainings: planned, opened, held, completed. Each step between states is a named action with its guard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from training import clock, walltime
from training.db import atomic, db, seat_lock_is_on
from training.errors import Conflict, Invalid, NotFound
from training.models import (
    HOLDS_SEAT,
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
from training.names import fold, search_key
from training.services import audit, change_letters, notices, seat_counts, shown_trainings, themes
from training.text import msg

OFFERED_TO_PARTNERS = shown_trainings.OFFERED_TO_PARTNERS
FINISHED = (TrainingState.COMPLETED, TrainingState.CANCELLED)
visible_to = shown_trainings.visible_to


def search(
    user: User,
    *,
    text: str = "",
    theme: Theme | None = None,
    programme: Programme | None = None,
    state: TrainingState | None = None,
    country: str | None = None,
    starts_from: date | None = None,
    starts_to: date | None = None,
    sort: str = "starts_on",
    descending: bool = True,
) -> Select[Training]:
    """Trainings by title or code, latest first unless sorted otherwise."""
    found = visible_to(user).options(
        joinedload(Training.theme), joinedload(Training.programme), joinedload(Training.venue)
    )
    for word in fold(text).split():
        found = found.where(Training.search_key.contains(word, autoescape=True))
    conditions = {
        Training.theme_id: theme and theme.id,
        Training.programme_id: programme and programme.id,
        Training.state: state,
        Training.country: country,
    }
    for column, value in conditions.items():
        if value:
            found = found.where(column == value)
    if starts_from:
        found = found.where(Training.starts_on >= starts_from)
    if starts_to:
        found = found.where(Training.starts_on <= starts_to)
    by = {"starts_on": Training.starts_on, "title": Training.search_key, "code": Training.code}[sort]
    return found.order_by(by.desc() if descending else by, Training.id.desc() if descending else Training.id)


def get(user: User, public_id: UUID) -> Training:
    """The training with this id among those that ``user`` may see, or ``NotFound``."""
    found = db.session.scalar(
        visible_to(user)
        .where(Training.public_id == public_id)
        .options(
            joinedload(Training.theme),
            joinedload(Training.programme).joinedload(Programme.theme),
            joinedload(Training.venue),
            joinedload(Training.activity_type),
        )
    )
    if found is None:
        raise NotFound
    return found


def by_code(code: str) -> Training:
    """The training with this code, or ``NotFound``; for commands."""
    found = db.session.scalar(select(Training).where(func.upper(Training.code) == code.strip().upper()))
    if found is None:
        raise NotFound(msg("There is no training with the code %(code)s.", code=code[:40]))
    return found


def lock(training: Training) -> None:
    """Hold the training's row until the unit of work ends, and read it again: seats are counted only after this.

    On PostgreSQL the row is locked, but not its key: a letter that names the training, written by somebody who holds a
    person, need not wait for it, and nobody waits for both. On SQLite the unit of work holds the whole database already.
    Several trainings are locked in ascending order of their ids.
    """
    wanted = select(Training).where(Training.id == training.id).execution_options(populate_existing=True)
    # only a row that is fetched is put into the object: without ``one`` the capacity would be that before the lock
    held = wanted.with_for_update(of=Training, key_share=True) if seat_lock_is_on() else wanted
    db.session.execute(held).one()


def held_counts(trainings: Sequence[Training]) -> dict[int, int]:
    """How many seats are held in each, by the training's id."""
    rows = db.session.execute(
        select(Registration.training_id, func.count())
        .where(Registration.training_id.in_([t.id for t in trainings]), Registration.state.in_(HOLDS_SEAT))
        .group_by(Registration.training_id)
    )
    return dict(rows.all())  # type: ignore[arg-type]


def state_counts(training: Training) -> dict[str, int]:
    """How many registrations stand in each state; drafts are their agencies' own affair."""
    rows = db.session.execute(
        select(Registration.state, func.count())
        .where(Registration.training_id == training.id, Registration.submitted_at.is_not(None))
        .group_by(Registration.state)
    )
    return {state.value: count for state, count in rows}


def is_registration_open(training: Training) -> bool:
    """Whether partners may register now."""
    return (
        training.state in OFFERED_TO_PARTNERS
        and training.registration_opens_at <= clock.now() < training.registration_closes_at
    )


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a training is made of, besides its programme, its state and its sessions."""

    code: str
    title: str
    theme: Theme
    activity_type: ActivityType
    modality: Modality
    languages: Sequence[str]
    zone: str
    starts_on: date
    ends_on: date
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


@atomic
def create(programme: Programme, *, by: User | None, details: Details) -> Training:
    """Plan a training under ``programme``; it begins as a draft."""
    if programme.state not in (ProgrammeState.PLANNED, ProgrammeState.ACTIVE):
        raise Conflict(
            msg("This programme is closed or cancelled: nothing new is scheduled in it."), "closed"
        )
    training = Training(state=TrainingState.DRAFT)
    with db.session.no_autoflush:
        training.programme = programme
        training.programme_theme_id = programme.theme_id
        _set(training, details)
        _check(training, programme)
    db.session.add(training)
    audit.record(by=by, action="training.create", thing=training)
    return training


@atomic
def change(training: Training, *, by: User, details: Details) -> Training:
    """Change a training. A new zone keeps the wall time of its sessions; capacity never falls below the seats held."""
    lock(training)
    if training.state in FINISHED:
        raise Conflict(msg("A completed or cancelled training cannot be changed."), "finished")
    before, facts_before = audit.snapshot(training), change_letters.facts(training)
    with db.session.no_autoflush:
        if details.capacity < training.capacity:  # what is let in at the door may stand above it already
            _check_capacity(training, details.capacity)
        _check_admission(training, details.admission)
        moved = details.zone != training.zone
        _check_dates_span_sessions(training, details)
        _set(training, details)
        _check(training, training.programme)
        if moved:
            _derive_instants(training)
    db.session.flush()  # the theme's id is compared with what it was
    audit.record(by=by, action="training.change", thing=training, before=before)
    notices.training_changed(training, before=facts_before)
    return training


def _set(training: Training, details: Details) -> None:
    walltime.check_zone(details.zone)
    training.code, training.title = details.code.upper(), details.title
    training.theme, training.activity_type, training.modality = (
        details.theme,
        details.activity_type,
        details.modality,
    )
    training.languages, training.venue = ",".join(details.languages), details.venue
    training.country = details.venue.country if details.venue else details.country or ""
    training.link, training.zone, training.description = details.link, details.zone, details.description
    training.starts_on, training.ends_on = details.starts_on, details.ends_on
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


def _check(training: Training, programme: Programme) -> None:
    if training.ends_on < training.starts_on:
        raise Invalid(msg("The end is before the start."), field="ends_on")
    if not programme.starts_on <= training.starts_on <= training.ends_on <= programme.ends_on:
        raise Invalid(
            msg("Its programme runs from %(first)s to %(last)s: the training must lie within.",
                first=programme.starts_on, last=programme.ends_on),
            field="starts_on",
        )  # fmt: skip
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
    twin = db.session.scalar(select(Training.id).where(Training.code == training.code))
    if twin not in (None, training.id):
        raise Invalid(msg("There is a training with this code already."), field="code")


def _check_capacity(training: Training, capacity: int) -> None:
    counted = seat_counts.count(training)
    held = sum(counted.held.values())
    if capacity < held:
        raise Invalid(
            msg(
                "%(held)s seats are held. Withdraw registrations first, or keep at least %(held)s seats.",
                held=held,
            ),
            field="capacity",
        )
    if capacity < counted.least_capacity:
        raise Invalid(
            msg("Seats kept for agencies and countries, and those that others hold, come to %(least)s: keep fewer or "
                "release unused ones first, or leave at least %(least)s seats.", least=counted.least_capacity),
            field="capacity",
        )  # fmt: skip


def _check_admission(training: Training, admission: Admission) -> None:
    """First come leaves nobody undecided: who was submitted would be overtaken."""
    if admission is not Admission.FIRST_COME or training.admission is Admission.FIRST_COME:
        return
    waiting = state_counts(training)
    undecided = waiting.get("submitted", 0) + waiting.get("returned", 0)
    if undecided:
        raise Invalid(
            msg(
                "Decide on the submissions first: %(count)s wait, and newcomers would overtake them.",
                count=undecided,
            ),
            field="admission",
        )


def check_not_finished(training: Training) -> None:
    """Refuse what would change the seats of a training that is over or off."""
    if training.state in FINISHED:
        raise Conflict(
            msg("The training is over or cancelled: its registrations stay as they are."), "finished"
        )


def _check_dates_span_sessions(training: Training, details: Details) -> None:
    for session in live_sessions(training):
        if not details.starts_on <= session.starts_local.date() <= details.ends_on:
            raise Invalid(
                msg("A session stands on %(day)s, outside these dates: move or cancel it first.",
                    day=session.starts_local.date()),
                field="starts_on",
            )  # fmt: skip


def live_sessions(training: Training) -> list[TrainingSession]:
    """Its sessions that were not cancelled, in order."""
    return list(
        db.session.scalars(
            select(TrainingSession)
            .where(TrainingSession.training_id == training.id, TrainingSession.cancelled_at.is_(None))
            .order_by(TrainingSession.starts_at)
        )
    )


def _derive_instants(training: Training) -> None:
    """Those of its sessions anew; refuse the zone where a deadline would stand at a time that it skips."""
    for allocation in seat_counts.allocations(training):
        if allocation.release_local:
            walltime.instant(allocation.release_local, training.zone, "zone")
    for session in live_sessions(training):
        session.starts_at = walltime.instant(session.starts_local, training.zone, "zone")
        session.ends_at = walltime.instant(session.ends_local, training.zone, "zone")
        for entry in session.session_trainers:
            entry.starts_at, entry.ends_at = session.starts_at, session.ends_at
