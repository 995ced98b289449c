"""The attendance report: what the registers say, filtered and added up.

A training belongs to the period of its last day. The report counts the people whom the registers list. People
of a confidential agency appear without their names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from training import clock
from training.db import db
from training.models import (
    LIVE,
    Programme,
    RegisterState,
    Registration,
    Sex,
    Theme,
    ThemeKind,
    ThemeUse,
    Trainee,
    Training,
    TrainingSession,
    User,
)
from training.rules.indicators import NOTHING, Supply, Totals, rate, totals
from training.services.attendance import standing
from training.services.programmes import frames
from training.services.reports import participations, supply
from training.services.reports.participations import Listed
from training.services.reports.selection import EVERYTHING, Filters, of_people, of_trainings, sum_if
from training.services.reports.supply import NOT_HELD, Beside, Offered


@dataclass(frozen=True)
class Split:
    """One line of a table of the summary. ``code`` tells it from another line of one label."""

    label: str
    totals: Totals
    code: str


@dataclass(frozen=True)
class DataState:
    """How final the figures are: over the sessions that were not called off, of the trainings of the selection."""

    sessions: int
    ended: int
    open_registers: int

    @property
    def to_come(self) -> int:
        """Sessions that have not ended."""
        return self.sessions - self.ended

    @property
    def is_final(self) -> bool:
        """Whether no session is to come, and every register is closed. Without a session nothing is final."""
        return self.sessions > 0 and self.to_come == 0 and self.open_registers == 0


def summary(found: Iterable[Listed], supply: Supply = NOTHING, beside: Sequence[Beside] = ()) -> Totals:
    """The totals of all these rows, and of what stands beside them."""
    return totals(
        ((one.participation, one.verdict) for one in found),
        supply,
        to_come=sum(one.to_come for one in beside),
        optional=sum(one.optional for one in beside),
    )


def split(
    found: Iterable[Listed],
    keys: Callable[[Listed | Beside], Iterable[Any]],
    order: Sequence[str] = (),
    supplied: Callable[[Any, Sequence[Listed]], Supply] = lambda key, rows: NOTHING,
    beside: Sequence[Beside] = (),
) -> list[Split]:
    """Totals per key, in ``order`` and then by the alphabet; what has several keys counts under each.

    A key is a label, or (label, id, code) where two things may bear one name. A training's begins with its code. ``supplied`` says what was offered to a line.
    """
    groups, others = defaultdict[Any, list[Listed]](list), defaultdict[Any, list[Beside]](list)
    for one in found:
        for key in keys(one):
            groups[key].append(one)
    for other in beside:
        for key in keys(other):
            others[key].append(other)
    known = {*groups, *others}
    sorted_keys = [key for key in order if key in known] + sorted(known - set(order))
    return [
        Split(label, summary(groups[key], supplied(key, groups[key]), others[key]), code)
        for key in sorted_keys
        for label, code in [(key, key.partition(" ")[0]) if isinstance(key, str) else (key[0], key[2])]
    ]


def split_tables(
    found: Sequence[Listed],
    offered: Sequence[Offered] = (),
    filters: Filters = EVERYTHING,
    beside: Sequence[Beside] = (),
) -> dict[str, list[Split]]:
    """The tables of the summary, by what splits them. In each, every row counts under one line only."""
    by_name: dict[str, list[Offered]] = {}
    for one in offered:
        for name in (one.theme, one.training):
            by_name.setdefault(name, []).append(one)

    kept = supply.kept_for(offered)

    def to_trainings(key: Any, rows: Sequence[Listed]) -> Supply:
        return supply.of_trainings_with(rows, by_name.get(key, []), filters)

    def to_agency(key: Any, rows: Sequence[Listed]) -> Supply:
        return supply.of_agency(rows, key[1], kept, filters)

    return {
        "theme": split(found, lambda one: [one.theme], (), to_trainings, beside),
        "sex": split(found, lambda one: [one.sex], [sex.value for sex in Sex], beside=beside),
        "country": split(found, lambda one: [one.country], beside=beside),
        "agency_type": split(found, lambda one: [one.agency_type], beside=beside),
        "agency": split(found, lambda one: [one.agency], (), to_agency, beside),
        "training": split(found, lambda one: [one.training], (), to_trainings, beside),
    }


TARGETS = ("participations", "persons_trained", "completed", "person_hours", "person_days")
"""The totals for which a programme may promise its donor a number."""


@dataclass(frozen=True)
class Reached:
    """What a programme promised for one indicator, and what it has reached so far."""

    indicator: str
    target: int
    reached: float

    @property
    def share(self) -> float | None:
        """Reached of promised, in per cent."""
        return rate(round(self.reached * 100), self.target * 100)


def against_targets(programme: Programme, so_far: Totals | None = None) -> list[Reached]:
    """What the programme promised, beside what its registers say by now. Empty if nothing was promised.

    ``so_far`` are the programme's figures where they are known already, of all its trainings.
    """
    promised = {one.indicator: one.target for one in frames.targets(programme)}
    if not promised:
        return []
    if so_far is None:
        so_far = summary(participations.of_selection(Filters(programme=programme), user=None))
    return [Reached(name, promised[name], getattr(so_far, name)) for name in TARGETS if name in promised]


def by_theme(found: Sequence[Listed]) -> list[Split]:
    """Totals by the trainings' own theme. Every row counts under one theme only."""
    return split(found, lambda one: [one.theme])


def overlapping_by_theme(found: Sequence[Listed], beside: Sequence[Beside] = ()) -> list[Split]:
    """Totals per area. A multi-thematic tag counts under every area that it covers, so they do not add up."""
    frame, area = aliased(Theme), aliased(Theme)
    pairs = db.session.execute(
        select(frame.code, area.code)
        .join(ThemeUse, ThemeUse.frame_id == frame.id)
        .join(area, and_(area.id == ThemeUse.theme_id, area.kind == ThemeKind.THEMATIC_AREA))
    )
    areas: dict[str, list[str]] = {}
    for tagged, code in pairs:
        areas.setdefault(tagged, []).append(code)
    return split(found, lambda one: areas.get(one.theme, []), beside=beside)


def data_state(filters: Filters, *, user: User | None) -> DataState:
    """How many sessions there are in the selection, how many have ended, and how many of these have an open register.

    Where the filters choose people, only trainings count in which one of them takes part or is registered.
    """
    has_ended = TrainingSession.ends_at <= clock.now()
    found = select(
        func.count(),
        func.coalesce(sum_if(has_ended), 0),
        func.coalesce(sum_if(and_(has_ended, TrainingSession.register_state == RegisterState.OPEN)), 0),
    ).select_from(TrainingSession)
    found = found.join(Training, Training.id == TrainingSession.training_id)
    found = found.where(TrainingSession.is_held, Training.state.not_in(NOT_HELD))
    if filters.choose_people:
        theirs = select(Registration.training_id).join(Trainee, Trainee.id == Registration.trainee_id)
        theirs = theirs.where(or_(Registration.state.in_(LIVE), standing.takes_part()))
        found = found.where(Training.id.in_(of_people(theirs, filters)))
    return DataState(*db.session.execute(of_trainings(found, filters, user)).one())
