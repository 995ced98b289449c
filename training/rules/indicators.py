"""The formulas of the attendance report, on whole minutes. Only the display rounds: half up, to one decimal.

The formulas run over a training's compulsory sessions that were not cancelled. ``due`` is the contact time of
a session without breaks, and ``attended`` is the part of it for which the person was there. A session that waits for
its mark counts in neither and makes the person's result pending.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import compress
from operator import attrgetter
from typing import Any, NamedTuple


class Outcome(StrEnum):
    """What is known of a confirmed person in one training; exactly one holds."""

    CAME = "came"
    NOT_KNOWN = "not_known"
    EXCUSED = "excused"
    NO_SHOW = "no_show"


class Participation(NamedTuple):
    """One person in one training, summed over its compulsory sessions that were not called off.

    All but the counts of cells are minutes. ``due_all`` is the contact time of all these sessions, those to come
    included. ``due`` is that of the sessions that are decided for the person: those with a mark, and those that have
    ended and did not expect the person, who was not there. ``due_excused`` is the part of ``due`` that was excused.
    ``recorded`` counts the marks, ``excused`` those among them. ``not_recorded`` counts the sessions that have ended
    and wait for a mark, ``to_come`` those that have not ended and expect the person. ``attended_last_day`` are the
    minutes on the day of the last session. ``half_days`` counts the half-days with attended minutes. ``estimated``
    counts the marks whose minutes were estimated, ``holes`` the sessions whose register is closed without the person's
    mark, which is a fault. A day of training is ``day_minutes``, or two half-days where the programme says so.
    ``shared`` are those of the half-days that the person also attended in another training.
    """

    trainee_id: int
    training_id: int
    due: int
    attended: int
    due_excused: int
    half_days: int
    due_all: int
    recorded: int
    excused: int
    not_recorded: int
    to_come: int
    attended_last_day: int
    joined_late: bool
    is_released: bool
    completion_percent: int
    estimated: int = 0
    holes: int = 0
    day_minutes: int = 360
    by_half_days: bool = False
    sex: str = "not_recorded"
    shared: frozenset[Any] = frozenset()

    @property
    def is_pending(self) -> bool:
        """Whether a mark is missing or may still come."""
        return self.not_recorded > 0 or self.to_come > 0

    @property
    def outcome(self) -> Outcome:
        """Whether the person came. Who has not come yet and may still come is not known yet."""
        if self.attended > 0:
            return Outcome.CAME
        if self.is_pending:
            return Outcome.NOT_KNOWN
        return Outcome.EXCUSED if 0 < self.recorded == self.excused else Outcome.NO_SHOW

    @property
    def has_dropped_out(self) -> bool:
        """Whether the person came, did not complete, and left: gave the seat up, or stayed away on the last day."""
        is_gone = self.is_released or self.attended_last_day == 0
        return self.attended > 0 and completed(self) is False and is_gone

    @property
    def came_late(self) -> bool:
        """Whether the person came, and was confirmed only after the first session had begun."""
        return self.attended > 0 and self.joined_late


def completed(one: Participation) -> bool | None:
    """Whether the person attended at least the completion rule's share of the whole training.

    None while the person is pending. The test is 100 × attended ≥ rule × ``due_all``, so that exactly the rule's share
    passes. Somebody who came to 2 of 6 half-days and withdrew has 33 % of the training, not 100 % of two half-days.
    """
    if one.is_pending:
        return None
    return one.due_all > 0 and 100 * one.attended >= one.completion_percent * one.due_all


class Verdict(NamedTuple):
    """What is said of a participation, judged once."""

    outcome: str
    completed: bool | None
    is_pending: bool
    has_dropped_out: bool
    came_late: bool


def judged(one: Participation) -> Verdict:
    """Everything that is said of this participation."""
    return Verdict(one.outcome.value, completed(one), one.is_pending, one.has_dropped_out, one.came_late)


class Cell(NamedTuple):
    """One registration in one compulsory session: its contact time, its day, the mark if there is one, and its state.

    ``half_days`` are those of the mark.
    """

    session_id: int
    scheduled: int
    day: Any
    minutes: int | None
    status: str | None
    is_expected: bool
    has_ended: bool
    is_open: bool
    is_estimated: bool = False
    half_days: frozenset[Any] = frozenset()


def of_cells(cells: Iterable[Cell], like: Participation) -> Participation:
    """The participation that follows from cells of one person, whatever registration they are of.

    Of two marks in one session the larger one counts, of two without minutes the excused one, and the session's contact
    time counts once. What does not follow
    from cells is as in ``like``.
    """
    sessions: dict[int, Cell] = {}
    for cell in sorted(
        cells,
        key=lambda one: (one.status is not None, one.minutes or 0, one.status == "excused", one.is_expected),
    ):
        sessions[cell.session_id] = cell
    found = sessions.values()
    marked = [one for one in found if one.status is not None]
    excused = [one for one in marked if one.status == "excused"]
    unmarked = [one for one in found if one.status is None]
    not_recorded = [one for one in unmarked if one.has_ended and one.is_expected and one.is_open]
    not_there = [one for one in unmarked if one.has_ended and not (one.is_expected and one.is_open)]
    last_day = max(one.day for one in found)
    return like._replace(
        due=sum(one.scheduled for one in (*marked, *not_there)),
        attended=sum(one.minutes or 0 for one in marked),
        due_excused=sum(one.scheduled for one in excused),
        half_days=len(frozenset().union(*(one.half_days for one in marked if one.minutes))),
        due_all=sum(one.scheduled for one in found),
        recorded=len(marked),
        excused=len(excused),
        not_recorded=len(not_recorded),
        to_come=sum(1 for one in unmarked if not one.has_ended and one.is_expected),
        attended_last_day=sum(one.minutes or 0 for one in marked if one.day == last_day),
        estimated=sum(1 for one in marked if one.is_estimated),
        holes=sum(1 for one in not_there if one.is_expected),
    )


def rate(attended: int, due: int) -> float | None:
    """attended ÷ due in per cent, for display. None when nothing was due."""
    if due <= 0:
        return None
    return float((Decimal(100 * attended) / Decimal(due)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def hours(minutes: int) -> float:
    """Person-hours: attended minutes ÷ 60, to one decimal for display."""
    return float((Decimal(minutes) / 60).quantize(Decimal("0.1"), ROUND_HALF_UP))


def days(exact: Fraction) -> float:
    """Person-days, to two decimals for display."""
    shown = Decimal(exact.numerator) / Decimal(exact.denominator)
    return float(shown.quantize(Decimal("0.01"), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Supply:
    """What was offered in the trainings of which something has taken place. None: it cannot be said of this selection.

    ``activities`` and ``training_days`` count trainings and their days on which somebody was there. ``seats`` are those
    of the trainings, ``kept`` those kept for agencies. ``came`` and ``came_on_kept`` are the participations in the
    trainings with seats, and in those trainings by the agencies for which seats were kept.
    """

    activities: int | None = None
    training_days: int | None = None
    seats: int | None = None
    came: int = 0
    kept: int | None = None
    came_on_kept: int = 0


NOTHING = Supply()


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums over a set of participations.

    ``persons_trained`` and ``persons`` of two sets cannot be added: a person may be in both. Neither can ``half_days``:
    a person has each half of a day once, whatever trainings it was spent in. ``by_sex`` counts persons who came. ``exact_days`` are person-days by the programmes' own rules, ``exact_days_by_hours`` all by hours.
    ``to_come`` counts who is registered for trainings that have not begun, and ``optional`` are the minutes attended in
    optional sessions: both stand beside the participations, and enter no other figure.
    """

    confirmed: int
    participations: int
    persons: int
    completed: int
    persons_trained: int
    no_shows: int
    excused: int
    not_known: int
    pending: int
    dropped_out: int
    joined_late: int
    attended: int
    due: int
    due_attendees: int
    due_excused: int
    half_days: int
    exact_days: Fraction
    exact_days_by_hours: Fraction
    by_sex: tuple[tuple[str, int], ...]
    supply: Supply = NOTHING
    to_come: int = 0
    optional: int = 0

    @property
    def attendance_rate(self) -> float | None:
        """Attendance of all confirmed people. Excused time counts as missed (strict)."""
        return rate(self.attended, self.due)

    @property
    def attendance_rate_of_attendees(self) -> float | None:
        """Attendance of those who came at all."""
        return rate(self.attended, self.due_attendees)

    @property
    def attendance_rate_excused_neutral(self) -> float | None:
        """Attendance of all confirmed people. Excused sessions leave the denominator."""
        return rate(self.attended, self.due - self.due_excused)

    @property
    def completion_rate(self) -> float | None:
        """Completed ÷ participations, in per cent."""
        return rate(self.completed, self.participations)

    @property
    def no_show_rate(self) -> float | None:
        """Confirmed people who never came ÷ confirmed people of whom it is known, in per cent."""
        return rate(self.no_shows, self.confirmed - self.not_known)

    @property
    def person_hours(self) -> float:
        """The attended hours of all people together."""
        return hours(self.attended)

    @property
    def optional_hours(self) -> float:
        """The hours that people attended in optional sessions."""
        return hours(self.optional)

    @property
    def person_days(self) -> float:
        """Person-days, each programme's by its own rule."""
        return days(self.exact_days)

    @property
    def days_by_hours(self) -> float:
        """Person-days by the minutes that the programmes count as a day."""
        return days(self.exact_days_by_hours)

    @property
    def person_days_half(self) -> float:
        """Person-days by half-days attended: two are a day."""
        return self.half_days / 2

    @property
    def sex_not_recorded(self) -> int:
        """How many of the persons who came have no sex recorded."""
        return dict(self.by_sex).get("not_recorded", 0)

    @property
    def share_of_women(self) -> float | None:
        """Women ÷ persons who came whose sex is recorded, in per cent."""
        return rate(dict(self.by_sex).get("f", 0), self.persons - self.sex_not_recorded)

    @property
    def activities(self) -> int | None:
        """Trainings in which somebody was there."""
        return self.supply.activities

    @property
    def training_days(self) -> int | None:
        """The days of each training on which somebody was there. Two trainings on one day are two days."""
        return self.supply.training_days

    @property
    def fill_rate(self) -> float | None:
        """Participations ÷ seats of the trainings, in per cent."""
        return rate(self.supply.came, self.supply.seats or 0)

    @property
    def seat_use(self) -> float | None:
        """Participations by agencies with kept seats ÷ seats kept for them, in per cent."""
        return rate(self.supply.came_on_kept, self.supply.kept or 0)


def totals(
    found: Iterable[tuple[Participation, Verdict]],
    supply: Supply = NOTHING,
    *,
    to_come: int = 0,
    optional: int = 0,
) -> Totals:
    """Add up participations with their verdicts. Confirmed = came + not known + excused + no-shows, always.

    Whole columns are added up, because a report adds up a hundred thousand rows for each of its tables.
    """
    pairs = list(found)
    trainee_id, came, due, due_excused, half_days, day_minutes, by_half_days, sex = _columns(
        [one for one, _ in pairs],
        ("trainee_id", "attended", "due", "due_excused", "half_days", "day_minutes", "by_half_days", "sex"),
    )
    outcome, done, pending, dropped_out, came_late = _columns([one for _, one in pairs], Verdict._fields)
    sexes = dict(zip(compress(trainee_id, came), compress(sex, came), strict=True))
    minutes: Counter[tuple[int, bool]] = Counter()
    halves = 0
    for attended, attended_halves, day, is_halved in zip(
        came, half_days, day_minutes, by_half_days, strict=True
    ):
        minutes[day, is_halved] += attended
        halves += attended_halves if is_halved else 0
    halves -= _twice(one for one, _ in pairs if one.by_half_days)
    by_hours = {rule: Fraction(attended, rule[0]) for rule, attended in minutes.items()}
    outcomes = Counter(outcome)
    return Totals(
        confirmed=len(pairs),
        participations=outcomes[Outcome.CAME.value],
        persons=len(sexes),
        completed=sum(map(bool, done)),
        persons_trained=len(set(compress(trainee_id, done))),
        no_shows=outcomes[Outcome.NO_SHOW.value],
        excused=outcomes[Outcome.EXCUSED.value],
        not_known=outcomes[Outcome.NOT_KNOWN.value],
        pending=sum(pending),
        dropped_out=sum(dropped_out),
        joined_late=sum(came_late),
        attended=sum(came),
        due=sum(due),
        due_attendees=sum(compress(due, came)),
        due_excused=sum(due_excused),
        half_days=sum(half_days) - _twice(one for one, _ in pairs),
        exact_days=sum((part for (_, halved), part in by_hours.items() if not halved), Fraction(halves, 2)),
        exact_days_by_hours=sum(by_hours.values(), Fraction(0)),
        by_sex=tuple(sorted(Counter(sexes.values()).items())),
        supply=supply,
        to_come=to_come,
        optional=optional,
    )


def _twice(found: Iterable[Participation]) -> int:
    """How many half-days are counted once more than their person has them."""
    shared = [(one.trainee_id, half) for one in found if one.shared for half in one.shared]
    return len(shared) - len(set(shared))


def _columns(rows: Sequence[Any], names: Sequence[str]) -> Iterator[list[Any]]:
    """The named fields of the rows, each as a whole column."""
    return (list(map(attrgetter(name), rows)) for name in names)
