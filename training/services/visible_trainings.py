"""Which trainings somebody may see, and what pages read of them. The outbox asks here before it sends a letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, not_, or_, select, true
from sqlalchemy.orm import joinedload

from training import clock
from training.db import db
from training.errors import NotFound
from training.models import (
    HOLDS_SEAT,
    LIVE,
    Agency,
    AnnouncedSession,
    Announcement,
    Programme,
    Registration,
    RegistrationState,
    Role,
    SeatAllocation,
    Theme,
    Training,
    TrainingInvitation,
    TrainingState,
    User,
    When,
)
from training.rules.names import fold
from training.services import announced
from training.text import msg

OFFERED_TO_PARTNERS = (TrainingState.OPEN, TrainingState.CONFIRMED, TrainingState.RUNNING)


@dataclass(frozen=True)
class Contact:
    """Who answers questions about a training: the contact of a theme, or a person."""

    email: str
    theme: Theme | None = None
    person: str = ""


def contacts(training: Training) -> list[Contact]:
    """Who may answer questions about the training, the first one first: letters name the same.

    These are the contacts of its theme and of its programme's, and the programme's coordinators. Each has an address.
    """
    themes = dict.fromkeys((training.theme, training.programme.theme))
    found = [Contact(theme.contact_email, theme=theme) for theme in themes]
    found += [Contact(one.email, person=one.name) for one in training.programme.coordinators if one.is_active]
    return [one for one in found if one.email]


_SAID_BY_STATE = (TrainingState.RUNNING, TrainingState.POSTPONED)
"""States that say where a training stands, whatever its days are: it runs until it is completed, or waits for new days."""


def dates_for(user: User) -> tuple[Any, Any, Any]:
    """The columns of first day, last day and country as ``user`` may know them, for queries of ``visible_to``."""
    if announced.reads_plan(user):
        return Training.starts_on, Training.ends_on, Training.country
    return Announcement.starts_on, Announcement.ends_on, Announcement.country


def _stands(when: When, starts_on: Any, ends_on: Any) -> ColumnElement[bool]:
    today, state = clock.today(), Training.state
    is_over = or_(
        state.in_((TrainingState.COMPLETED, TrainingState.CANCELLED)),
        and_(state.not_in((TrainingState.DRAFT, *_SAID_BY_STATE)), ends_on < today),
    )
    if when is When.DRAFTS:
        return state == TrainingState.DRAFT
    if when is When.POSTPONED:
        return state == TrainingState.POSTPONED
    if when is When.PAST:
        return is_over
    is_running = or_(state == TrainingState.RUNNING, starts_on <= today)
    stands = is_running if when is When.RUNNING else not_(is_running)
    return and_(state.not_in((TrainingState.DRAFT, TrainingState.POSTPONED)), not_(is_over), stands)


def in_scope(user: User) -> ColumnElement[bool]:
    """Whether a training is of a coordinator's themes. Other roles, and coordinators of all themes, are not limited."""
    if user.role is not Role.COORDINATOR or user.all_themes:
        return true()
    mine = [theme.id for theme in user.themes]
    return or_(Training.theme_id.in_(mine), Training.programme_theme_id.in_(mine))


def of_theme(theme: Theme, only: bool = False) -> ColumnElement[bool]:
    """Whether a training is of ``theme``: it carries the tag, or its programme does.

    So a multi-thematic programme means all of its trainings, those that are tagged with an area too. With ``only``
    the training's own tag decides.
    """
    own = Training.theme_id == theme.id
    return own if only else or_(own, Training.programme_theme_id == theme.id)


def registered_under(theme: Theme, user: User, column: Any) -> Select[Any]:
    """``column`` of the live registrations for the trainings of a multi-thematic programme, as far as ``user`` sees them.

    So lists of people and agencies take in those who take part in the programme, and tell nobody of registrations
    that they may not read.
    """
    found = select(column).select_from(Registration).join(Registration.training)
    found = found.where(of_theme(theme), Registration.state.in_(LIVE), in_scope(user))
    if user.role is Role.PARTNER:
        found = found.where(Registration.agency_id == user.agency_id)
    return found


def visible_to(user: User) -> Select[Training]:
    """The trainings that ``user`` may see.

    A partner sees those that it may register for, and those for which it has registrations. It may register
    if seats are kept for it or its country, or if some seats are kept for nobody. A trainer sees the
    trainings in which they give a session, as it was announced. Neither sees one that was never announced.
    """
    found = select(Training)
    if announced.reads_plan(user):
        return found
    found = found.join(Announcement, Announcement.id == Training.announcement_id)
    match user.role:
        case Role.PARTNER:
            return found.where(
                or_(_offered_to(user), _has_registrations_of(user)), Training.state != TrainingState.DRAFT
            )
        case Role.TRAINER:
            return found.where(_taught_by(user))
    return found.where(false())


def search(
    user: User,
    *,
    text: str = "",
    theme: Theme | None = None,
    only: bool = False,
    programme: Programme | None = None,
    state: TrainingState | None = None,
    country: str | None = None,
    starts_from: date | None = None,
    starts_to: date | None = None,
    when: When | None = None,
    sort: str = "starts_on",
    descending: bool = True,
) -> Select[Training]:
    """Trainings by title or code, latest first unless sorted otherwise. ``of_theme`` says what a theme takes in."""
    found = visible_to(user).options(
        joinedload(Training.theme),
        joinedload(Training.programme),
        joinedload(Training.venue),
        joinedload(Training.announcement).joinedload(Announcement.venue),
    )
    starts, ends, land = dates_for(user)
    for word in fold(text).split():
        found = found.where(Training.search_key.contains(word, autoescape=True))
    conditions = {
        Training.programme_id: programme and programme.id,
        Training.state: state,
        land: country,
    }
    for column, value in conditions.items():
        if value:
            found = found.where(column == value)
    if theme:
        found = found.where(of_theme(theme, only))
    if starts_from:
        found = found.where(starts >= starts_from)
    if starts_to:
        found = found.where(starts <= starts_to)
    if when:
        found = found.where(_stands(when, starts, ends))
    by = {"starts_on": starts, "title": Training.search_key, "code": Training.code}[sort]
    return found.order_by(by.desc() if descending else by, Training.id.desc() if descending else Training.id)


def counts_by_when(found: Select[Training], user: User) -> dict[When, int]:
    """How many of the trainings found stand where on a calendar. ``found`` is the user's ``search`` without ``when``."""
    starts, ends, _ = dates_for(user)
    place = case(*((_stands(when, starts, ends), when.value) for when in When))
    rows = (
        found.order_by(None)
        .with_only_columns(place, func.count(), maintain_column_froms=True)
        .group_by(place)
    )
    counted: dict[str, int] = dict(db.session.execute(rows).all())
    return {when: counted.get(when.value, 0) for when in When}


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
            joinedload(Training.announcement).joinedload(Announcement.venue),
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


def held_counts(trainings: Sequence[Training]) -> dict[int, int]:
    """How many seats are held in each training, by its id."""
    rows = db.session.execute(
        select(Registration.training_id, func.count())
        .where(Registration.training_id.in_([t.id for t in trainings]), Registration.state.in_(HOLDS_SEAT))
        .group_by(Registration.training_id)
    )
    return dict(rows.all())


def state_counts(training: Training) -> dict[str, int]:
    """How many registrations are in each state, but for those never submitted and those that are part of others."""
    rows = db.session.execute(
        select(Registration.state, func.count())
        .where(
            Registration.training_id == training.id,
            Registration.submitted_at.is_not(None),
            Registration.state != RegistrationState.JOINED,
        )
        .group_by(Registration.state)
    )
    return {state.value: count for state, count in rows}


def is_registration_open(training: Training) -> bool:
    """Whether partners may register now."""
    return (
        training.state in OFFERED_TO_PARTNERS
        and training.registration_opens_at <= clock.now() < training.registration_closes_at
    )


def may_register(training: Training, *, whoever: bool = False) -> list[int]:
    """The active agencies that may register people for the training.

    An agency may do so if seats are kept for it or for its country. If some seats are kept for nobody, every
    active agency may, or every one that was invited where that goes by invitation only.
    ``whoever`` leaves out the invitations: who could be invited.
    """
    kept = db.session.scalars(select(SeatAllocation).where(SeatAllocation.training_id == training.id)).all()
    found = select(Agency.id).where(Agency.is_active)
    is_all_kept = sum(one.seats for one in kept if one.released_at is None) >= training.capacity
    if is_all_kept or (training.is_by_invitation and not whoever):
        own = Agency.id.in_([one.agency_id for one in kept if one.agency_id]) | Agency.country.in_(
            [one.country for one in kept if one.country]
        )
        invited = exists().where(
            TrainingInvitation.training_id == training.id, TrainingInvitation.agency_id == Agency.id
        )
        found = found.where(own if is_all_kept else own | invited)
    return list(db.session.scalars(found.order_by(Agency.id)))


def _offered_to(user: User) -> ColumnElement[bool]:
    """Whether seats are kept for the partner's agency or country, or some are kept for nobody and it may have them."""
    kept = (
        select(func.coalesce(func.sum(SeatAllocation.seats), 0))
        .where(SeatAllocation.training_id == Training.id, SeatAllocation.released_at.is_(None))
        .correlate(Training)
        .scalar_subquery()
    )
    country = user.agency.country if user.agency else ""
    own = exists().where(
        SeatAllocation.training_id == Training.id,
        or_(SeatAllocation.agency_id == user.agency_id, SeatAllocation.country == country),
    )
    invited = exists().where(
        TrainingInvitation.training_id == Training.id, TrainingInvitation.agency_id == user.agency_id
    )
    may_see = or_(not_(Training.is_by_invitation), invited)
    return and_(Training.state.in_(OFFERED_TO_PARTNERS), or_(own, and_(kept < Training.capacity, may_see)))


def _has_registrations_of(user: User) -> ColumnElement[bool]:
    return exists().where(Registration.training_id == Training.id, Registration.agency_id == user.agency_id)


def _taught_by(user: User) -> ColumnElement[bool]:
    return exists().where(
        AnnouncedSession.announcement_id == Training.announcement_id, announced.names_trainer(user)
    )
