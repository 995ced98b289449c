"""Which registrations somebody may see, and how lists show them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true
from sqlalchemy.orm import aliased, contains_eager, joinedload

from training.db import db
from training.errors import NotFound
from training.models import (
    LIVE,
    Agency,
    Programme,
    Registration,
    RegistrationState,
    RegistrationStep,
    Role,
    Theme,
    Trainee,
    Training,
    User,
)
from training.rules.names import fold
from training.services import visible_trainings
from training.services.trainees import records

S = RegistrationState
IS_HERE = (
    Trainee.agency_id == Registration.agency_id
)  # sorting by today's name would tell it to the agency that a person has left
OVER = 9  # the place of ended registrations in a training's list
NAME_KEY = case((IS_HERE, Trainee.search_key), else_=func.lower(Registration.trainee_name))


def visible_to(user: User) -> Select[Registration]:
    """The registrations that ``user`` may see: a partner its agency's, a coordinator those in scope.

    Only its agency sees a registration that was never submitted, and only while it is a draft.
    """
    found = select(Registration).join(Registration.training)
    is_submitted = Registration.submitted_at.is_not(None)
    if user.role is Role.PARTNER:
        own = Registration.agency_id == user.agency_id
        return found.where(own, is_submitted | (Registration.state == S.DRAFT))
    if user.role is Role.TRAINER:
        return found.where(false())
    return found.where(is_submitted, visible_trainings.in_scope(user))


def once(user: User) -> ColumnElement[bool]:
    """A condition in SQL: what became part of another registration is left out, so that a person has one line.

    A partner who does not see that other registration still has its own line, as history.
    """
    stands = Registration.state != S.JOINED
    if user.role is not Role.PARTNER:
        return stands
    other = aliased(Registration)
    is_own = select(other.id).where(
        other.id == Registration.joined_into_id, other.agency_id == user.agency_id
    )
    return stands | ~is_own.exists()


def search(
    user: User,
    *,
    text: str = "",
    state: RegistrationState | None = None,
    theme: Theme | None = None,
    only: bool = False,
    programme: Programme | None = None,
    training: Training | None = None,
    agency: Agency | None = None,
    country: str | None = None,
    sort: str = "submitted_at",
    descending: bool = True,
) -> Select[Registration]:
    """Registrations with their people, by name in any script and spelling, or by the training."""
    found = (
        visible_to(user)
        .join(Registration.trainee)
        .options(
            contains_eager(Registration.training).joinedload(
                Training.announcement
            ),  # its days as they were told
            contains_eager(Registration.trainee),
        )
    )
    if words := fold(text).split():
        # an agency must not learn today's name of a person who has left it, even by a search
        own = Trainee.agency_id == user.agency_id if user.role is Role.PARTNER else true()
        as_typed = [
            Trainee.search_key.contains(word, autoescape=True) & own
            | Training.search_key.contains(word, autoescape=True)
            for word in words
        ]
        spelled = records.is_named(text, user.agency_id if user.role is Role.PARTNER else None)
        found = found.where(or_(and_(*as_typed), spelled))
    conditions = {
        Registration.state: state,
        Training.programme_id: programme and programme.id,
        Registration.training_id: training and training.id,
        Registration.agency_id: agency and agency.id,
        Registration.trainee_country: country,
    }
    if state is not S.JOINED:
        found = found.where(once(user))
    for column, value in conditions.items():
        if value:
            found = found.where(column == value)
    if theme:
        found = found.where(visible_trainings.of_theme(theme, only))
    by = {
        "submitted_at": Registration.submitted_at,
        "name": NAME_KEY if user.role is Role.PARTNER else Trainee.search_key,
        "state": Registration.state,
        "agency": Registration.agency_name,
    }[sort]
    keys: list[Any] = (
        [by, Registration.submitted_at, Registration.id] if sort == "state" else [by, Registration.id]
    )
    if sort == "submitted_at" and user.role is Role.PARTNER:  # drafts are the latest, on every database
        keys.insert(0, Registration.submitted_at.is_(None))
    return found.order_by(*(key.desc() for key in keys) if descending else keys)


def get(user: User, public_id: UUID) -> Registration:
    """The registration with this id among those that ``user`` may see, or ``NotFound``."""
    found = db.session.scalar(
        visible_to(user)
        .where(Registration.public_id == public_id)
        .options(
            contains_eager(Registration.training).options(
                joinedload(Training.programme), joinedload(Training.theme)
            ),
            joinedload(Registration.trainee),
            joinedload(Registration.agency),
        )
    )
    if found is None:
        raise NotFound
    return found


def _put_forward_anew() -> ColumnElement[bool]:
    new = aliased(Registration)
    same = [
        getattr(new, name) == getattr(Registration, name)
        for name in ("training_id", "trainee_id", "agency_id")
    ]
    return select(new.id).where(*same, new.state.in_(LIVE)).exists()


def of(training: Training, user: User) -> Select[Registration]:
    """A training's registrations in the order of lists.

    Drafts come first, then seats, then open submissions, then the reserve list by rank, then ended
    registrations. If the agency put a person forward again, the ended registration is left out, so that the
    person has one line.
    """
    order = case(
        {S.DRAFT: -1, S.CONFIRMED: 0, S.OFFERED: 1, S.SUBMITTED: 2, S.RETURNED: 3, S.RESERVE: 4},
        value=Registration.state,
        else_=OVER,
    )
    name = NAME_KEY if user.role is Role.PARTNER else Trainee.search_key
    return (
        visible_to(user)
        .join(Registration.trainee)
        .where(Registration.training_id == training.id, or_(order < OVER, ~_put_forward_anew()), once(user))
        .options(contains_eager(Registration.trainee), contains_eager(Registration.training))
        .order_by(order, Registration.reserve_rank, name, Registration.id)
    )


def of_trainee(trainee: Trainee, user: User) -> Select[Registration]:
    """A person's registrations among those that ``user`` may see, latest training first."""
    return (
        visible_to(user)
        .where(Registration.trainee_id == trainee.id, once(user))
        .options(
            contains_eager(Registration.training).options(
                joinedload(Training.theme), joinedload(Training.announcement)
            )
        )
        .order_by(Training.starts_on.desc(), Registration.id.desc())
    )


def history(registration: Registration) -> list[RegistrationStep]:
    """The registration's steps, first to last."""
    return list(
        db.session.scalars(
            select(RegistrationStep)
            .where(RegistrationStep.registration_id == registration.id)
            .order_by(RegistrationStep.id)
        )
    )


def others_of(registration: Registration, user: User) -> list[Registration]:
    """The same person's other registrations for the training among those that ``user`` may see, oldest first."""
    pair = [
        Registration.training_id == registration.training_id,
        Registration.trainee_id == registration.trainee_id,
    ]
    found = visible_to(user).where(*pair, Registration.id != registration.id)
    return list(db.session.scalars(found.order_by(Registration.id)))


def substitute_of(registration: Registration) -> Registration | None:
    """The registration that took this one's seat by replacement, if there is one."""
    return db.session.scalar(select(Registration).where(Registration.replaces_id == registration.id))


def live_of(training: Training, trainee: Trainee) -> Registration | None:
    """The person's live registration for the training, if there is one."""
    return db.session.scalar(
        select(Registration).where(
            Registration.training_id == training.id,
            Registration.trainee_id == trainee.id,
            Registration.state.in_(LIVE),
        )
    )
