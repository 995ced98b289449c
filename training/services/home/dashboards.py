"""What each role wants to see first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from training import clock
from training.db import db
from training.models import (
    HOLDS_SEAT,
    AnnouncedSession,
    Announcement,
    AuditEntry,
    AuditOutcome,
    MailState,
    OutgoingMail,
    Programme,
    ProgrammeState,
    Registration,
    RegistrationState,
    SeatAllocation,
    SeatRequest,
    Theme,
    ThemeKind,
    Training,
    TrainingSession,
    TrainingState,
    User,
)
from training.rules import walltime
from training.rules.indicators import Totals
from training.services import seat_counts, visible_trainings
from training.services.announcing import overtaken
from training.services.announcing.overtaken import Overtaken
from training.services.attendance import registers
from training.services.registrations import seat_requests, seats, visible, why_waiting
from training.services.reports import figures
from training.services.reports.participations import Listed
from training.services.schedule import open_list
from training.services.schedule import visible as schedule_visible

MOST = 8
S = RegistrationState


@dataclass(frozen=True)
class Unfilled:
    """A training with free seats.

    ``is_kept`` says that people wait on its reserve list, but every free seat is kept for an agency or a
    country.
    """

    training: Training
    free: int
    waiting: int
    is_kept: bool


@dataclass(frozen=True)
class Due:
    """What waits for a coordinator: counts, and the first few of each."""

    today: Sequence[TrainingSession]
    to_decide: Sequence[tuple[Training, int]]
    to_decide_count: int
    to_decide_more: int
    open_registers: Sequence[tuple[Training, Sequence[TrainingSession]]]
    open_register_count: int
    open_register_more: int
    this_week: Sequence[Training]
    deadlines: Sequence[Training]
    unfilled: Sequence[Unfilled]
    asked: Sequence[SeatRequest]
    to_give: Sequence[Training]
    unreleased: Sequence[tuple[Training, int]]
    to_look_at: Sequence[tuple[str, int]]
    overtaken: Sequence[Overtaken]

    @property
    def has_anything(self) -> bool:
        """Whether something waits."""
        return any(getattr(self, field.name) for field in fields(self))


def of_coordinator(user: User) -> Due:
    """What waits for a coordinator within their scope.

    These are the sessions of today, registrations to decide, open registers by training, what begins within a week,
    near deadlines, trainings with free seats, requests of agencies for seats, seats to give, kept seats to release, how
    much speaks against sessions to come, by rule, and changes that are not announced although what they concern is near.
    """
    waiting = (
        visible.visible_to(user)
        .where(Registration.state == S.SUBMITTED)
        .with_only_columns(Registration.training_id, func.count())
        .group_by(Registration.training_id)
        .subquery()
    )
    number_of = waiting.c[1]
    to_decide = db.session.execute(
        select(
            Training, number_of, func.sum(number_of).over(), func.count().over()
        )  # counts all, although few are shown
        .join(waiting, waiting.c.training_id == Training.id)
        .options(joinedload(Training.theme))
        .order_by(Training.starts_on, Training.id)
        .limit(MOST)
    ).all()
    in_scope = visible_trainings.in_scope(user)
    sessions = schedule_visible.search(user, sort="starts_at", descending=False).where(in_scope)
    still_open, open_count, open_more = _open_registers(sessions)
    upcoming = (
        visible_trainings.visible_to(user)
        .where(
            in_scope,
            Training.state.in_([TrainingState.OPEN, TrainingState.CONFIRMED]),
            Training.starts_on >= clock.today(),
        )
        .options(joinedload(Training.theme), joinedload(Training.venue))
    )
    soon = upcoming.where(
        Training.registration_closes_at.between(clock.now(), clock.now() + timedelta(days=14))
    ).order_by(Training.registration_closes_at)
    this_week = upcoming.where(Training.starts_on.between(clock.today(), clock.today() + timedelta(days=7)))
    return Due(
        list(db.session.scalars(_of_today(sessions).limit(MOST))),
        [(training, count) for training, count, *_ in to_decide],
        int(to_decide[0][2]) if to_decide else 0,
        int(to_decide[0][3]) - len(to_decide) if to_decide else 0,
        still_open,
        open_count,
        open_more,
        list(db.session.scalars(this_week.order_by(Training.starts_on, Training.id).limit(MOST))),
        list(db.session.scalars(soon.limit(MOST))),
        _unfilled(upcoming),
        seat_requests.still_open(user, MOST),
        why_waiting.with_seats_to_give(upcoming, MOST),
        _unreleased(upcoming)[:MOST],
        open_list.search(user).counts,
        overtaken.search(user),
    )


def _of_today(sessions: Select[TrainingSession]) -> Select[TrainingSession]:
    """The sessions that run now or begin within 12 hours, by the clock and not by the calendar of one place."""
    now = clock.now()
    return sessions.where(
        TrainingSession.is_held,
        TrainingSession.ends_at >= now,
        TrainingSession.starts_at <= now + timedelta(hours=12),
    )


def _open_registers(
    sessions: Select[TrainingSession],
) -> tuple[list[tuple[Training, list[TrainingSession]]], int, int]:
    """(the open registers of each training, the longest open first; how many are open in all; trainings left out)."""
    work = registers.open_work(sessions)
    by_training = (
        work.with_only_columns(
            TrainingSession.training_id, func.sum(func.count()).over(), func.count().over()
        )
        .group_by(TrainingSession.training_id)
        .order_by(None)
        .order_by(func.min(TrainingSession.starts_at), TrainingSession.training_id)
        .limit(MOST)
    )
    rows = db.session.execute(by_training).all()
    found: dict[int, list[TrainingSession]] = {training_id: [] for training_id, *_ in rows}
    for session in db.session.scalars(work.where(TrainingSession.training_id.in_(found))) if found else ():
        found[session.training_id].append(session)
    listed = [(each[0].training, each) for each in found.values()]
    return listed, int(rows[0][1]) if rows else 0, int(rows[0][2]) - len(rows) if rows else 0


def _unfilled(upcoming: Select[Training]) -> list[Unfilled]:
    """The trainings of the next 45 days that have free seats, the next one first."""
    free, waiting = Training.capacity - _number(HOLDS_SEAT), _number([S.RESERVE])
    empty = upcoming.where(free > 0, Training.starts_on <= clock.today() + timedelta(days=45))
    near = empty.add_columns(free, waiting).order_by(Training.starts_on, Training.id).limit(MOST)
    rows = db.session.execute(near).all()
    waited_for = [training for training, _free, waiting in rows if waiting]
    counted = seat_counts.counts(waited_for) if waited_for else {}
    return [
        Unfilled(one, free, waiting, is_kept=bool(waiting) and counted[one.id].free_of(None) <= 0)
        for one, free, waiting in rows
    ]


def _number(states: Iterable[RegistrationState]) -> ScalarSelect[int]:
    """How many registrations of a training are in one of these states."""
    found = select(func.count(Registration.id)).where(
        Registration.training_id == Training.id, Registration.state.in_(states)
    )
    return found.correlate(Training).scalar_subquery()


def _unreleased(upcoming: Select[Training]) -> list[tuple[Training, int]]:
    """The trainings with kept seats that are due for release, and how many of these seats are unused.

    They are due when their own deadline has passed. If they have none, the deadline of registration counts.
    """
    nearly = upcoming.join(SeatAllocation, SeatAllocation.training_id == Training.id).where(
        SeatAllocation.released_at.is_(None),
        # one day more: a deadline is in the training's zone, which may be ahead of UTC
        (SeatAllocation.release_local <= walltime.now("UTC") + timedelta(days=1))
        | (SeatAllocation.release_local.is_(None) & (Training.registration_closes_at <= clock.now())),
    )
    rows = db.session.execute(
        nearly.add_columns(SeatAllocation).order_by(Training.starts_on, Training.id)
    ).all()
    over = [
        (training, one)
        for training, one in rows
        if (one.release_local or training.registration_closes_local) <= walltime.now(training.zone)
    ]
    counted = seat_counts.counts([training for training, _ in over]) if over else {}
    unused: dict[Training, int] = {}
    for training, one in over:
        free = one.seats - counted[training.id].used_of(seat_counts.as_kept(one))
        unused[training] = unused.get(training, 0) + max(0, free)
    return [(training, count) for training, count in unused.items() if count]


def of_partner(user: User) -> tuple[list[tuple[Training, seats.AgencySeats]], bool]:
    """The trainings that are open for the partner's agency now, with its seats, the next deadline first.

    Returns at most ``MOST`` of them, and whether there are more.
    """
    assert user.agency is not None
    found = (
        visible_trainings.visible_to(user)
        .where(
            Training.state.in_(visible_trainings.OFFERED_TO_PARTNERS),
            Training.registration_opens_at <= clock.now(),
            Training.registration_closes_at > clock.now(),
        )
        .options(joinedload(Training.theme), joinedload(Training.announcement).joinedload(Announcement.venue))
        .order_by(Training.registration_closes_at)
        .limit(MOST + 1)
    )
    seen = list(db.session.scalars(found))
    shown = seen[:MOST]
    own = seats.for_agency(shown, user.agency)
    return [(training, own[training.id]) for training in shown], len(seen) > MOST


def work_of_partner(user: User) -> dict[RegistrationState, int]:
    """How many of the agency's registrations wait for the agency, by state.

    It can correct a returned one, take an offered seat, and submit a draft.
    """
    now = clock.now()
    found = (
        visible.visible_to(user)
        .where(
            (Registration.state == S.OFFERED) & (Registration.offer_expires_at > now)
            | Registration.state.in_([S.RETURNED, S.DRAFT])
            & (Training.registration_opens_at <= now)
            & (Training.registration_closes_at > now),
            Training.state.in_(visible_trainings.OFFERED_TO_PARTNERS),
        )
        .with_only_columns(Registration.state, func.count())
        .group_by(Registration.state)
    )
    return dict(db.session.execute(found).all())


def registrations_of_partner(user: User) -> list[Registration]:
    """The agency's latest registrations, in the order of the list: drafts, then those that were submitted last.

    They are not ordered by their last change. That would tell of other agencies, whose people change the ranks on the
    reserve list.
    """
    found = visible.search(user, sort="submitted_at", descending=True).limit(10)
    return list(db.session.scalars(found))


def of_trainer(user: User) -> tuple[list[AnnouncedSession], list[TrainingSession]]:
    """(sessions of today and later, past sessions whose register is still open), at most 100 and 12."""
    coming = schedule_visible.as_announced(user, upcoming=True, descending=False).limit(100)
    work = registers.open_work(schedule_visible.search(user, sort="starts_at", descending=False)).limit(12)
    return list(db.session.scalars(coming)), list(db.session.scalars(work))


def by_training(sessions: Iterable[AnnouncedSession]) -> list[tuple[Training, list[AnnouncedSession]]]:
    """The sessions of each training, in the order in which they come."""
    found: dict[Training, list[AnnouncedSession]] = {}
    for session in sessions:
        found.setdefault(session.training, []).append(session)
    return list(found.items())


@dataclass(frozen=True)
class Joint:
    """A multi-thematic programme as a whole: its frames, and what the registers say of their trainings."""

    theme: Theme
    programmes: Sequence[Programme]
    totals: Totals
    trainings: int
    countries: int


def multi_thematic(found: Iterable[Listed]) -> list[Joint]:
    """The multi-thematic programmes that run or have people among ``found``, whatever their trainings are tagged with."""
    frames: dict[Theme, list[Programme]] = {}
    for one in db.session.scalars(
        select(Programme)
        .join(Programme.theme)
        .where(Theme.kind == ThemeKind.MULTI_THEMATIC)
        .options(contains_eager(Programme.theme))
        .order_by(Theme.position, Theme.code, Programme.code)
    ):
        frames.setdefault(one.theme, []).append(one)
    by_code: dict[str, list[Listed]] = {}
    for row in found:
        by_code.setdefault(row.programme, []).append(row)
    joint = []
    for theme, programmes in frames.items():
        rows = [row for one in programmes for row in by_code.get(one.code, [])]
        if rows or any(one.state is ProgrammeState.ACTIVE for one in programmes):
            trainings = {row.participation.training_id for row in rows}
            countries = {row.country for row in rows if row.participation.attended > 0}
            joint.append(Joint(theme, programmes, figures.summary(rows), len(trainings), len(countries)))
    return joint


@dataclass(frozen=True)
class Health:
    """What an administrator looks at first."""

    users: dict[str, int]
    mail_waiting: int
    mail_failed: int
    mail_bounced: int
    refused_today: int


def of_admin() -> Health:
    """Active users by role, mail that waits, has failed or came back, and what was refused in the last 24 hours."""
    users = db.session.execute(select(User.role, func.count()).where(User.is_active).group_by(User.role))
    mail = dict(
        db.session.execute(select(OutgoingMail.state, func.count()).group_by(OutgoingMail.state)).all()
    )
    refused = db.session.scalar(
        select(func.count(AuditEntry.id)).where(
            AuditEntry.outcome == AuditOutcome.REFUSED, AuditEntry.at > clock.now() - timedelta(days=1)
        )
    )
    return Health(
        {role.value: count for role, count in users},
        mail.get(MailState.QUEUED, 0),
        mail.get(MailState.FAILED, 0),
        mail.get(MailState.BOUNCED, 0),
        refused or 0,
    )
