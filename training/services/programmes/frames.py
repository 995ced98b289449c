"""Programmes, which fund trainings. A programme's theme always covers the themes of its trainings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import joinedload

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import (
    DayBasis,
    Programme,
    ProgrammeState,
    ProgrammeTarget,
    RegisterState,
    Role,
    Theme,
    ThemeUse,
    Training,
    TrainingState,
    User,
)
from training.rules import walltime
from training.rules.indicators import rate
from training.rules.names import fold, search_key
from training.services import audit, locked_trainings, marks, reasons
from training.services.programmes import themes
from training.services.seen import Seen, as_stored, hold, settle
from training.text import msg


def visible_to(user: User) -> Select[Programme]:
    """The programmes that ``user`` may see."""
    found = select(Programme)
    return found.where(false()) if user.role in (Role.PARTNER, Role.TRAINER) else found


def search(
    user: User,
    *,
    text: str = "",
    theme: Theme | None = None,
    state: ProgrammeState | None = None,
    country: str | None = None,
    sort: str = "starts_on",
    descending: bool = True,
) -> Select[Programme]:
    """Programmes by title, code, donor or grant reference, and by a country in which they have a role."""
    found = visible_to(user).options(joinedload(Programme.theme))
    for word in fold(text).split():
        found = found.where(Programme.search_key.contains(word, autoescape=True))
    if theme:
        found = found.where(Programme.theme_id == theme.id)
    if state:
        found = found.where(Programme.state == state)
    if country:
        found = found.where(has_role_in(country))
    column = {
        "title": Programme.search_key,
        "code": Programme.code,
        "starts_on": Programme.starts_on,
        "donor": Programme.donor,
    }[sort]
    return found.order_by(column.desc() if descending else column, Programme.id)


def has_role_in(country: str) -> ColumnElement[bool]:
    """Whether a programme works with the country, or holds a training there."""
    listed = ("," + Programme.countries + ",").contains(f",{country},", autoescape=True)
    held = exists().where(Training.programme_id == Programme.id, Training.country == country)
    return or_(listed, held)


def get(user: User, public_id: UUID) -> Programme:
    """The programme with this id among those that ``user`` may see, or ``NotFound``."""
    found = db.session.scalar(
        visible_to(user).where(Programme.public_id == public_id).options(joinedload(Programme.theme))
    )
    if found is None:
        raise NotFound
    return found


def by_code(code: str) -> Programme:
    """The programme with this code, or ``NotFound``; for commands."""
    found = db.session.scalar(select(Programme).where(func.upper(Programme.code) == code.strip().upper()))
    if found is None:
        raise NotFound(msg("There is no programme with the code %(code)s.", code=code[:40]))
    return found


def in_scope_of(user: User) -> list[Programme]:
    """The programmes that ``user`` may schedule in, by code."""
    found = visible_to(user).where(Programme.state.in_([ProgrammeState.PLANNED, ProgrammeState.ACTIVE]))
    if user.role is Role.COORDINATOR and not user.all_themes:
        found = found.where(Programme.theme_id.in_([theme.id for theme in user.themes]))
    return list(db.session.scalars(found.options(joinedload(Programme.theme)).order_by(Programme.code)))


def every() -> list[Programme]:
    """All programmes, by code, for filters."""
    return list(db.session.scalars(select(Programme).order_by(Programme.code)))


def targets(programme: Programme) -> list[ProgrammeTarget]:
    """The programme's targets, by indicator."""
    return list(
        db.session.scalars(
            select(ProgrammeTarget)
            .where(ProgrammeTarget.programme_id == programme.id)
            .order_by(ProgrammeTarget.indicator)
        )
    )


def training_counts(programmes: Sequence[Programme]) -> dict[int, int]:
    """How many trainings each programme has, by its id."""
    rows = db.session.execute(
        select(Training.programme_id, func.count())
        .where(Training.programme_id.in_([programme.id for programme in programmes]))
        .group_by(Training.programme_id)
    )
    return dict(rows.all())


@dataclass(frozen=True)
class Area:
    """How many of a programme's trainings carry a theme, and which part of them that is, in per cent."""

    theme: Theme
    trainings: int
    share: float | None


@dataclass(frozen=True)
class Spread:
    """Over which themes and countries a programme's trainings are spread. Those that were cancelled are left out.

    ``areas`` are its own theme, where a training carries it, and every area that it covers. Each training counts once,
    under the tag that it carries, so the lines add up. ``countries`` are those that it works with or trains in, by code,
    with the number of its trainings there.
    """

    areas: Sequence[Area]
    countries: Mapping[str, int]


def spread(programme: Programme) -> Spread:
    """The programme's trainings by theme and by country."""
    by_theme: Counter[int] = Counter()
    by_country: Counter[str] = Counter(dict.fromkeys(programme.country_codes, 0))
    for theme_id, country, number in db.session.execute(
        select(Training.theme_id, Training.country, func.count())
        .where(Training.programme_id == programme.id, Training.state != TrainingState.CANCELLED)
        .group_by(Training.theme_id, Training.country)
    ):
        by_theme[theme_id] += number
        if country:
            by_country[country] += number
    areas = [
        Area(one, by_theme[one.id], rate(by_theme[one.id], by_theme.total()))
        for one in themes.usable_under(programme.theme)
        if one.id != programme.theme_id or one.id in by_theme
    ]
    return Spread(areas, by_country)


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a programme is made of, besides its state and its targets."""

    code: str
    title: str
    theme: Theme
    starts_on: date
    ends_on: date
    donor: str = ""
    joint_owner: str = ""
    grant_reference: str = ""
    countries: Sequence[str] = ()
    objectives: str = ""
    completion_percent: int = 80
    day_basis: DayBasis = DayBasis.HOURS
    day_minutes: int = 360
    deduction_minutes: int = 30
    evidence_rule: str = ""
    retention_months: int = 60
    privacy_notice: str = ""
    donor_block: str = ""
    coordinators: Sequence[User] = ()


@atomic
def create(*, by: User | None, details: Details) -> Programme:
    """Add a programme. Raises ``Invalid`` for a code in use, or an end before the start."""
    programme = Programme(state=ProgrammeState.PLANNED)
    with db.session.no_autoflush:
        _set(programme, details)
        _check(programme)
    db.session.add(programme)
    audit.record(by=by, action="programme.create", thing=programme)
    return programme


@atomic
def change(programme: Programme, *, by: User, details: Details, seen: Seen | None = None) -> Programme:
    """Change a programme. Its trainings keep the completion rule that they have, and lie within its dates.

    With another deduction for times that nobody recorded, the minutes of such marks are derived anew.
    """
    hold(programme)
    if programme.state in (ProgrammeState.CLOSED, ProgrammeState.CANCELLED):
        raise Conflict(msg("A closed or cancelled programme cannot be changed; reopen it first."), "closed")
    details = settle(seen, details, as_stored(Details, programme, countries=programme.country_codes))
    before, names_before = audit.snapshot(programme), [user.name for user in programme.coordinators]
    first_day, last_day = programme.starts_on, programme.ends_on
    with db.session.no_autoflush:
        if details.theme.id != programme.theme_id:
            _check_retag(programme, details.theme)
        has_other_deduction = details.deduction_minutes != programme.deduction_minutes
        _set(programme, details)
        _check(programme)
        if programme.starts_on > first_day:
            _refuse_outside(programme, Training.starts_on < programme.starts_on, "starts_on")
        if programme.ends_on < last_day:
            _refuse_outside(programme, Training.ends_on > programme.ends_on, "ends_on")
    db.session.flush()  # the audit entry compares the new theme's id with the old one
    if has_other_deduction:
        _derive_estimated_marks(programme, by)
    names_now = [user.name for user in programme.coordinators]
    changes = {"coordinators": [names_before, names_now]} if names_now != names_before else {}
    audit.record(by=by, action="programme.change", thing=programme, before=before, changes=changes)
    return programme


STEPS = {
    "activate": ({ProgrammeState.PLANNED, ProgrammeState.CLOSED}, ProgrammeState.ACTIVE),
    "close": ({ProgrammeState.ACTIVE}, ProgrammeState.CLOSED),
    "cancel": ({ProgrammeState.PLANNED, ProgrammeState.ACTIVE}, ProgrammeState.CANCELLED),
}


@atomic
def change_state(programme: Programme, *, by: User, name: str, reason: str = "") -> Programme:
    """Take the named step (``STEPS``). Raises ``Conflict`` if the state does not allow it.

    A programme is not closed or cancelled while one of its trainings is still to come. To cancel also needs a
    reason.
    """
    froms, to = STEPS[name]
    if programme.state not in froms:
        raise Conflict(msg("The programme's state does not allow this step."), "state")
    if name == "cancel":
        reasons.check(reason)
    if name in ("close", "cancel") and _has_trainings_ahead(programme):
        raise Conflict(
            msg("Complete, cancel or postpone its trainings first: some are still open."), "has_trainings"
        )
    before = audit.snapshot(programme)
    programme.state, programme.state_reason = to, reason.strip()
    audit.record(by=by, action=f"programme.{name}", thing=programme, before=before)
    return programme


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What a programme promised its donor, by indicator. None promises nothing."""

    participations: int | None = None
    persons_trained: int | None = None
    completed: int | None = None
    person_hours: int | None = None
    person_days: int | None = None


@atomic
def set_targets(programme: Programme, *, by: User, promised: Targets, seen: Seen | None = None) -> None:
    """Set the targets by indicator. An indicator that is None has no target."""
    hold(programme)
    known = {one.indicator: one for one in targets(programme)}
    before = Targets(**{name: one.target for name, one in known.items()})
    wanted = asdict(settle(seen, promised, before))
    changed = {name: [asdict(before)[name], target] for name, target in wanted.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    for name, (_, target) in changed.items():
        if name not in known:
            db.session.add(ProgrammeTarget(programme_id=programme.id, indicator=name, target=target))
        elif target is None:
            db.session.delete(known[name])
        else:
            known[name].target = target
    audit.record(by=by, action="programme.set_targets", thing=programme, changes=changed)


def _set(programme: Programme, details: Details) -> None:
    for field in fields(details):
        if field.name not in ("code", "countries", "coordinators"):
            setattr(programme, field.name, getattr(details, field.name))
    programme.code = details.code.upper()
    programme.countries = ",".join(details.countries)
    programme.coordinators = list(details.coordinators)
    programme.search_key = search_key(
        programme.title, programme.code, programme.donor, programme.grant_reference
    )


def _check(programme: Programme) -> None:
    walltime.check_day(programme.starts_on, "starts_on")
    walltime.check_day(programme.ends_on, "ends_on")
    if programme.ends_on < programme.starts_on:
        raise Invalid(msg("The end is before the start."), field="ends_on")
    taken_by = db.session.scalar(select(Programme.id).where(Programme.code == programme.code))
    if taken_by not in (None, programme.id):
        raise Invalid(msg("There is a programme with this code already."), field="code")
    if not 1 <= programme.completion_percent <= 100:
        raise Invalid(msg("The completion rule is from 1 to 100 per cent."), field="completion_percent")


def _derive_estimated_marks(programme: Programme, by: User) -> None:
    """Give marks whose time nobody recorded what the new deduction says. A locked register refuses it, by name."""
    of_programme = select(Training.id).where(Training.programme_id == programme.id).order_by(Training.id)
    locked_trainings.lock_all(db.session.scalars(of_programme).all())
    estimated = marks.sessions_with_estimates(programme)
    locked = [one for one in estimated if one.register_state is RegisterState.LOCKED]
    if locked:
        raise Invalid(
            msg(
                "Locked registers whose minutes follow from it: %(count)s, the first in %(training)s. "
                "Reopen them first, or leave it as it is.",
                count=len(locked),
                training=locked[0].training.code,
            ),
            field="deduction_minutes",
        )
    reason = msg("The programme's deduction for times not recorded was changed.").translated()
    for session in estimated:
        records = marks.of(session)
        derived = marks.derived(marks.slot_of(session), records, programme.deduction_minutes)
        marks.correct(records, derived, by=by, reason=reason)


def _refuse_outside(programme: Programme, outside: ColumnElement[bool], field: str) -> None:
    """Raise ``Invalid`` if trainings of the programme lie ``outside`` its dates. A cancelled one is never changed again."""
    found = (
        select(Training.code)
        .where(Training.programme_id == programme.id, Training.state != TrainingState.CANCELLED, outside)
        .order_by(Training.code)
    )
    codes = list(db.session.scalars(found))
    if codes:
        raise Invalid(
            msg(
                "Trainings outside these dates (%(count)s): %(codes)s. Change their dates first.",
                count=len(codes),
                codes=", ".join(codes[:3]) + ("…" if len(codes) > 3 else ""),
            ),
            field=field,
        )


def _check_retag(programme: Programme, theme: Theme) -> None:
    fitting = select(ThemeUse.theme_id).where(ThemeUse.frame_id == theme.id)
    below = db.session.execute(
        select(Training.code)
        .where(Training.programme_id == programme.id, Training.theme_id.not_in(fitting))
        .order_by(Training.code)
        .limit(3)
    ).scalars()
    unfit = list(below)
    if unfit:
        raise Invalid(
            msg(
                "%(theme)s does not cover the themes of these trainings: %(codes)s. "
                "Change their themes first.",
                codes=", ".join(unfit),
                theme=theme.code,
            ),
            field="theme",
        )


def _has_trainings_ahead(programme: Programme) -> bool:
    ahead = or_(
        Training.state.in_([TrainingState.OPEN, TrainingState.CONFIRMED, TrainingState.RUNNING]),
        (Training.state == TrainingState.DRAFT) & (Training.starts_on >= clock.today()),
    )
    found = select(Training.id).where(Training.programme_id == programme.id, ahead).limit(1)
    return db.session.scalar(found) is not None


def available(programme: Programme) -> list[str]:
    """The names of the steps that the programme's state allows."""
    return [name for name, (froms, _) in STEPS.items() if programme.state in froms]
