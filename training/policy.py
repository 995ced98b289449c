"""The whole access policy: role → action → rule. An action that is not in the map is refused.

The look-ups decide what a person may *see* (``services.*.visible_to``): they never load a foreign thing. The
rules here decide what a person may *do* with a thing that was found.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import object_session

from training.models import (
    Agency,
    AnnouncedSession,
    Course,
    ImportBatch,
    OutgoingMail,
    PlanStep,
    Programme,
    Registration,
    RegistrationState,
    Role,
    SeatAllocation,
    SeatRequest,
    Theme,
    ThemeLeaflet,
    Trainee,
    Training,
    TrainingSession,
    User,
)

Rule = Callable[[User, Any], bool]


class Action(StrEnum):
    """Everything that can be done, as ``thing:verb``."""

    HOME_READ = "home:read"
    ACCOUNT_CHANGE = "account:change"
    THEME_READ = "theme:read"
    THEME_CHANGE = "theme:change"
    THEME_CREATE = "theme:create"
    THEME_FIGURES = "theme:figures"
    PROGRAMME_LIST = "programme:list"
    PROGRAMME_READ = "programme:read"
    PROGRAMME_CREATE = "programme:create"
    PROGRAMME_CHANGE = "programme:change"
    COURSE_LIST = "course:list"
    COURSE_READ = "course:read"
    COURSE_CREATE = "course:create"
    COURSE_CHANGE = "course:change"
    TRAINING_LIST = "training:list"
    TRAINING_READ = "training:read"
    TRAINING_CREATE = "training:create"
    TRAINING_CHANGE = "training:change"
    SEATS_CHANGE = "seats:change"
    SEATS_ASK = "seats:ask"
    SESSION_LIST = "session:list"
    SESSION_READ = "session:read"
    SESSION_CHANGE = "session:change"
    CLASH_LIST = "clash:list"
    CALENDAR_READ = "calendar:read"
    BOARD_READ = "board:read"
    VENUE_LIST = "venue:list"
    VENUE_READ = "venue:read"
    VENUE_CHANGE = "venue:change"
    TRAINER_LIST = "trainer:list"
    TRAINER_READ = "trainer:read"
    TRAINER_CHANGE = "trainer:change"
    COUNTRY_READ = "country:read"
    AGENCY_LIST = "agency:list"
    AGENCY_READ = "agency:read"
    AGENCY_CREATE = "agency:create"
    AGENCY_CHANGE = "agency:change"
    TRAINEE_LIST = "trainee:list"
    TRAINEE_READ = "trainee:read"
    TRAINEE_CREATE = "trainee:create"
    TRAINEE_CHANGE = "trainee:change"
    TRAINEE_MERGE = "trainee:merge"
    TRAINEE_TRANSFER = "trainee:transfer"
    REGISTRATION_LIST = "registration:list"
    REGISTRATION_READ = "registration:read"
    REGISTRATION_SUBMIT = "registration:submit"
    REGISTRATION_DRAFT = "registration:draft"
    REGISTRATION_CHANGE = "registration:change"
    REGISTRATION_WITHDRAW = "registration:withdraw"
    REGISTRATION_ACCEPT = "registration:accept"
    REGISTRATION_DECIDE = "registration:decide"
    PARTICIPANTS_READ = "participants:read"
    REGISTER_READ = "register:read"
    REGISTER_MARK = "register:mark"
    REGISTER_ADD = "register:add"
    REGISTER_CLOSE = "register:close"
    REGISTER_REOPEN = "register:reopen"
    REPORT_READ = "report:read"
    REPORT_EXPORT = "report:export"
    USER_LIST = "user:list"
    USER_CHANGE = "user:change"
    COLLEAGUE_CHANGE = "colleague:change"
    HELP_READ = "help:read"
    AUDIT_READ = "audit:read"
    MAIL_READ = "mail:read"
    MAIL_SEND = "mail:send"
    MAIL_MARK = "mail:mark"
    MAIL_TEST = "mail:test"
    ORGANISATION_CHANGE = "organisation:change"
    HOLIDAY_CHANGE = "holiday:change"
    ABSENCE_ADD = "absence:add"


def anything(user: User, thing: Any) -> bool:
    """The action is allowed with every thing that was found."""
    return True


def in_scope(user: User, thing: Any) -> bool:
    """Whether the thing, or its programme, has one of the coordinator's themes."""
    return user.all_themes or not theme_ids(thing).isdisjoint(theme.id for theme in user.themes)


def is_kept_from(user: User, thing: Any) -> bool:
    """Whether ``thing`` is a registration that was never submitted and that this user may not use.

    Only partners may use a draft. Nobody may use one that was thrown away.
    """
    if not isinstance(thing, Registration) or thing.is_submitted:
        return False
    return user.role is not Role.PARTNER or thing.state is not RegistrationState.DRAFT


def own_agency(user: User, thing: Any) -> bool:
    """Whether the thing belongs to the partner's agency."""
    return user.agency_id is not None and agency_id(thing) == user.agency_id


def leads_agency(user: User, thing: Any) -> bool:
    """Whether the partner is a lead focal point and the thing belongs to their agency."""
    return user.is_lead and own_agency(user, thing)


def teaches(user: User, thing: Any) -> bool:
    """Whether the thing is a session that the trainer gives: as announced or, once it has begun, as planned.

    ``services.schedule.visible`` says the same in SQL.
    """
    match thing:
        case AnnouncedSession():
            return _is_named(user, thing) or (thing.session.has_begun and _is_named(user, thing.session))
        case TrainingSession():
            announcement_id, store = thing.training.announcement_id, object_session(thing)
            if announcement_id is None or store is None:
                return False
            if thing.has_begun and _is_named(user, thing):
                return True
            copy = store.get(AnnouncedSession, (announcement_id, thing.id))
            return copy is not None and _is_named(user, copy)
    return False


def _is_named(user: User, session: TrainingSession | AnnouncedSession) -> bool:
    return any(entry.trainer.user_id == user.id for entry in session.session_trainers)


def theme_ids(thing: Any) -> set[int]:
    """The ids of the themes that put ``thing`` into a coordinator's scope."""
    match thing:
        case Theme():
            return {thing.id}
        case Programme() | ThemeLeaflet() | Course():
            return {thing.theme_id}
        case Training():
            return {thing.theme_id, thing.programme_theme_id}
        case (
            TrainingSession() | Registration() | SeatAllocation() | SeatRequest() | ImportBatch() | PlanStep()
        ):
            return theme_ids(thing.training)
        case OutgoingMail():
            return theme_ids(thing.training) if thing.training is not None else set()
    return set()


def agency_id(thing: Any) -> int | None:
    """The agency that ``thing`` belongs to."""
    match thing:
        case Agency():
            return thing.id
        case Trainee() | Registration() | User():
            return thing.agency_id
    return None


READING = dict.fromkeys(
    (
        Action.HOME_READ,
        Action.ACCOUNT_CHANGE,
        Action.THEME_READ,
        Action.PROGRAMME_LIST,
        Action.PROGRAMME_READ,
        Action.COURSE_LIST,
        Action.COURSE_READ,
        Action.TRAINING_LIST,
        Action.TRAINING_READ,
        Action.SESSION_LIST,
        Action.SESSION_READ,
        Action.CLASH_LIST,
        Action.CALENDAR_READ,
        Action.BOARD_READ,
        Action.VENUE_LIST,
        Action.VENUE_READ,
        Action.TRAINER_LIST,
        Action.TRAINER_READ,
        Action.COUNTRY_READ,
        Action.AGENCY_LIST,
        Action.AGENCY_READ,
        Action.TRAINEE_LIST,
        Action.TRAINEE_READ,
        Action.REGISTRATION_LIST,
        Action.REPORT_READ,
        Action.REPORT_EXPORT,
    ),
    anything,
)

POLICY: dict[Role, dict[Action, Rule]] = {
    Role.ADMIN: dict.fromkeys(
        set(Action)
        - {Action.SEATS_ASK, Action.COLLEAGUE_CHANGE, Action.REGISTRATION_DRAFT, Action.ABSENCE_ADD},
        anything,
    ),
    Role.COORDINATOR: {
        **READING,
        Action.THEME_CHANGE: in_scope,
        Action.THEME_FIGURES: in_scope,
        Action.PROGRAMME_CREATE: anything,
        Action.PROGRAMME_CHANGE: in_scope,
        Action.COURSE_CREATE: anything,
        Action.COURSE_CHANGE: in_scope,
        Action.TRAINING_CREATE: in_scope,
        Action.TRAINING_CHANGE: in_scope,
        Action.SEATS_CHANGE: in_scope,
        Action.SESSION_CHANGE: in_scope,
        Action.VENUE_CHANGE: anything,
        Action.TRAINER_CHANGE: anything,
        Action.AGENCY_CREATE: anything,
        Action.AGENCY_CHANGE: anything,
        Action.TRAINEE_CREATE: anything,
        Action.TRAINEE_CHANGE: anything,
        Action.TRAINEE_MERGE: anything,
        Action.TRAINEE_TRANSFER: anything,
        Action.PARTICIPANTS_READ: in_scope,
        Action.REGISTRATION_READ: in_scope,
        Action.REGISTRATION_SUBMIT: in_scope,
        Action.REGISTRATION_CHANGE: in_scope,
        Action.REGISTRATION_WITHDRAW: in_scope,
        Action.REGISTRATION_ACCEPT: in_scope,
        Action.REGISTRATION_DECIDE: in_scope,
        Action.REGISTER_READ: in_scope,
        Action.REGISTER_MARK: in_scope,
        Action.REGISTER_ADD: in_scope,
        Action.REGISTER_CLOSE: in_scope,
        Action.REGISTER_REOPEN: in_scope,
        Action.MAIL_READ: in_scope,
        Action.MAIL_SEND: in_scope,
        Action.HELP_READ: anything,
    },
    Role.MANAGER: {
        **READING,
        Action.THEME_FIGURES: anything,
        Action.PARTICIPANTS_READ: anything,
        Action.REGISTRATION_READ: anything,
        Action.REGISTER_READ: anything,
    },
    Role.PARTNER: {
        Action.HOME_READ: anything,
        Action.ACCOUNT_CHANGE: anything,
        Action.THEME_READ: anything,
        Action.TRAINING_LIST: anything,
        Action.TRAINING_READ: anything,
        Action.CALENDAR_READ: anything,
        Action.AGENCY_READ: own_agency,
        Action.TRAINEE_LIST: anything,
        Action.TRAINEE_READ: own_agency,
        Action.TRAINEE_CREATE: anything,
        Action.TRAINEE_CHANGE: own_agency,
        Action.REGISTRATION_LIST: anything,
        Action.REGISTRATION_READ: own_agency,
        Action.REGISTRATION_SUBMIT: anything,
        Action.REGISTRATION_DRAFT: anything,
        Action.REGISTRATION_CHANGE: own_agency,
        Action.REGISTRATION_WITHDRAW: own_agency,
        Action.REGISTRATION_ACCEPT: own_agency,
        Action.SEATS_ASK: anything,
        Action.COLLEAGUE_CHANGE: leads_agency,
        Action.HELP_READ: anything,
    },
    Role.TRAINER: {
        Action.ABSENCE_ADD: anything,
        Action.HOME_READ: anything,
        Action.ACCOUNT_CHANGE: anything,
        Action.THEME_READ: anything,
        Action.TRAINING_LIST: anything,
        Action.TRAINING_READ: anything,
        Action.SESSION_LIST: anything,
        Action.SESSION_READ: anything,
        Action.CALENDAR_READ: anything,
        Action.REGISTER_READ: teaches,
        Action.REGISTER_MARK: teaches,
        Action.REGISTER_ADD: teaches,
        Action.REGISTER_CLOSE: teaches,
    },
}


LEADS_ONLY = frozenset({Action.COLLEAGUE_CHANGE})
"""Actions of focal points that only the lead focal point of the agency has."""


def allows(role: Role, action: Action) -> bool:
    """Whether the role has the action at all."""
    return action in POLICY[role]


def has(user: User, action: Action) -> bool:
    """Whether ``user`` has the action at all. Some actions also need a lead focal point (``LEADS_ONLY``)."""
    return allows(user.role, action) and (action not in LEADS_ONLY or user.is_lead)


def can(user: User, action: Action, thing: Any = None) -> bool:
    """Whether ``user`` may do ``action`` with ``thing``. Everything that is not in ``POLICY`` is refused."""
    if not has(user, action) or is_kept_from(user, thing):
        return False
    return thing is None or POLICY[user.role][action](user, thing)
