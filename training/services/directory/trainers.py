"""Trainers: who teaches, in which themes and languages, and when they are away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import joinedload, selectinload

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import (
    DayPart,
    Role,
    SessionTrainer,
    Theme,
    Trainer,
    TrainerAbsence,
    TrainingSession,
    User,
)
from training.rules import walltime
from training.rules.names import fold, search_key
from training.rules.timetable import Absence, Slot
from training.services import audit, reasons, visible_trainings
from training.services.seen import Seen, as_stored, hold, settle
from training.services.timetables import slots
from training.text import msg


def visible_to(user: User) -> Select[Trainer]:
    """The trainers that ``user`` may see."""
    found = select(Trainer)
    return found.where(false()) if user.role in (Role.PARTNER, Role.TRAINER) else found


def search(
    user: User,
    *,
    text: str = "",
    theme: Theme | None = None,
    only: bool = False,
    language: str | None = None,
    sort: str = "name",
    descending: bool = False,
) -> Select[Trainer]:
    """Trainers by name in any script, by theme and language.

    A multi-thematic programme means also those who teach in its trainings, unless ``only`` their own tags count.
    """
    found = visible_to(user).options(selectinload(Trainer.themes))
    for word in fold(text).split():
        found = found.where(Trainer.search_key.contains(word, autoescape=True))
    if theme:
        own = Trainer.themes.any(Theme.id == theme.id)
        if theme.is_multi_thematic and not only:
            teaching = (
                select(SessionTrainer.trainer_id)
                .join(SessionTrainer.training_session)
                .join(TrainingSession.training)
                .where(visible_trainings.of_theme(theme), ~SessionTrainer.is_off)
            )
            own = or_(own, Trainer.id.in_(teaching))
        found = found.where(own)
    if language:
        found = found.where(("," + Trainer.languages + ",").contains(f",{language},", autoescape=True))
    column = {"name": Trainer.search_key, "country": Trainer.country}[sort]
    return found.order_by(column.desc() if descending else column, Trainer.id)


def get(user: User, public_id: UUID) -> Trainer:
    """The trainer with this id among those that ``user`` may see, or ``NotFound``."""
    found = db.session.scalar(
        visible_to(user)
        .where(Trainer.public_id == public_id)
        .options(selectinload(Trainer.themes), joinedload(Trainer.user))
    )
    if found is None:
        raise NotFound
    return found


def active() -> list[Trainer]:
    """Every trainer who can be scheduled, by name."""
    return list(db.session.scalars(select(Trainer).where(Trainer.is_active).order_by(Trainer.search_key)))


def absences(trainer: Trainer) -> list[TrainerAbsence]:
    """When the trainer is away, by date."""
    return list(
        db.session.scalars(
            select(TrainerAbsence)
            .where(TrainerAbsence.trainer_id == trainer.id)
            .order_by(TrainerAbsence.starts_on)
        )
    )


@dataclass(frozen=True, kw_only=True)
class Details:
    """What is known of a trainer. ``user`` is the account with which the trainer keeps registers."""

    family_name: str
    given_names: str
    email: str = ""
    phone: str = ""
    country: str | None = None
    organisation: str = ""
    languages: Sequence[str] = ()
    themes: Sequence[Theme] = ()
    notes: str = ""
    most_days_a_month: int | None = None
    user: User | None = None


@atomic
def create(*, by: User | None, details: Details) -> Trainer:
    """Add a trainer. Raises ``Invalid`` if the account has another role or belongs to another trainer."""
    trainer = Trainer(is_active=True)
    with db.session.no_autoflush:
        _set(trainer, details)
    db.session.add(trainer)
    audit.record(by=by, action="trainer.create", thing=trainer)
    return trainer


@atomic
def change(trainer: Trainer, *, by: User, details: Details, seen: Seen | None = None) -> Trainer:
    """Change a trainer; raises ``Invalid`` as ``create`` does."""
    hold(trainer)
    details = settle(seen, details, as_stored(Details, trainer, languages=trainer.language_codes))
    before, themes_before = audit.snapshot(trainer), [theme.code for theme in trainer.themes]
    with db.session.no_autoflush:
        _set(trainer, details)
    themes_now = [theme.code for theme in trainer.themes]
    changes = {"themes": [themes_before, themes_now]} if themes_now != themes_before else {}
    db.session.flush()  # the audit entry compares the account's id with the old one
    audit.record(by=by, action="trainer.change", thing=trainer, before=before, changes=changes)
    return trainer


@atomic
def retire(trainer: Trainer, *, by: User, reason: str) -> None:
    """Retire a trainer, who is not scheduled any more. The sessions that they have stay."""
    if not trainer.is_active:
        raise Conflict(msg("This trainer is retired already."), "retired")
    reasons.check(reason)
    trainer.is_active = False
    audit.record(by=by, action="trainer.retire", thing=trainer, changes={"reason": reason})


@atomic
def add_absence(
    trainer: Trainer,
    *,
    by: User,
    starts_on: date,
    ends_on: date,
    part: DayPart | None = None,
    note: str = "",
) -> TrainerAbsence:
    """Note days on which the trainer is away, or one ``part`` of each. The trainer may do so themselves."""
    walltime.check_day(starts_on, "starts_on")
    walltime.check_day(ends_on, "ends_on")
    if ends_on < starts_on:
        raise Invalid(msg("The end is before the start."), field="ends_on")
    absence = TrainerAbsence(
        trainer=trainer,
        starts_on=starts_on,
        ends_on=ends_on,
        part=part or DayPart.DAY,
        by_trainer=by.id == trainer.user_id,
        note=note,
    )
    db.session.add(absence)
    audit.record(
        by=by, action="trainer.add_absence", thing=trainer, changes={"from": starts_on, "to": ends_on}
    )
    return absence


def planned_while_away(absence: TrainerAbsence) -> list[Slot]:
    """The sessions of the trainer that are planned while they are away, in order."""
    half = "" if absence.part is DayPart.DAY else absence.part.value
    away = Absence(absence.starts_on, absence.ends_on, half)
    mine = select(SessionTrainer.session_id).where(
        SessionTrainer.trainer_id == absence.trainer_id, ~SessionTrainer.is_off
    )
    planned = slots.stored(
        TrainingSession.id.in_(mine),
        TrainingSession.ends_at > clock.now(),
        TrainingSession.starts_local < datetime.combine(absence.ends_on, time.max),
        TrainingSession.ends_local > datetime.combine(absence.starts_on, time()),
    )
    return [one for one in planned if away.covers(one)]


@atomic
def remove_absence(absence: TrainerAbsence, *, by: User) -> None:
    """Take back that the trainer is away."""
    changes = {"from": absence.starts_on, "to": absence.ends_on}
    audit.record(by=by, action="trainer.remove_absence", thing=absence.trainer, changes=changes)
    db.session.delete(absence)


def absence_of(trainer: Trainer, number: str) -> TrainerAbsence | None:
    """The trainer's absence with this id, if it stands there still."""
    found = db.session.get(TrainerAbsence, int(number)) if re.fullmatch(r"[0-9]{1,9}", number) else None
    return found if found is not None and found.trainer_id == trainer.id else None


def of_user(user: User) -> Trainer | None:
    """The trainer whose account this is, if there is one."""
    return db.session.scalar(select(Trainer).where(Trainer.user_id == user.id))


@atomic
def add_own_absence(
    *, by: User, starts_on: date, ends_on: date, part: DayPart | None = None, note: str = ""
) -> TrainerAbsence:
    """``add_absence`` by the trainer themselves. Raises ``Invalid`` if the account is no trainer's."""
    trainer = of_user(by)
    if trainer is None:
        raise Invalid(msg("Your account is not yet that of a trainer. Ask your coordinator."))
    return add_absence(trainer, by=by, starts_on=starts_on, ends_on=ends_on, part=part, note=note)


def _set(trainer: Trainer, details: Details) -> None:
    user = details.user
    if user is not None and user.role is not Role.TRAINER:
        raise Invalid(msg("Pick an account with the role trainer."), field="user")
    if user is not None:
        taken_by = db.session.scalar(select(Trainer.id).where(Trainer.user_id == user.id))
        if taken_by not in (None, trainer.id):
            raise Invalid(msg("This account belongs to another trainer."), field="user")
    for field in fields(details):
        if field.name not in ("country", "languages", "themes"):
            setattr(trainer, field.name, getattr(details, field.name))
    trainer.country = details.country or ""
    trainer.languages, trainer.themes = ",".join(details.languages), list(details.themes)
    trainer.search_key = search_key(trainer.family_name, trainer.given_names, trainer.organisation)
