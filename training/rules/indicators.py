"""The formulas of the attendance report, on whole minutes. Only the display rounds: half up, to one decimal.

The formulas run over a training's compulsory sessions that were not cancelled. ``due`` is the contact time of
a session without breaks, and ``attended`` is the part of it for which the person was there. A cell that is
not recorded counts in neither and makes the person's result pending.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple


class Participation(NamedTuple):
    """One person in one training, summed over its compulsory sessions.

    ``due`` and ``attended`` are minutes over recorded cells. ``due_excused`` is the part of ``due`` that was
    excused. ``half_days`` counts the sessions attended at all, ``unrecorded`` the cells without a status.
    """

    trainee_id: int
    training_id: int
    due: int
    attended: int
    due_excused: int
    half_days: int
    sessions: int
    unrecorded: int
    completion_percent: int


def completed(one: Participation) -> bool | None:
    """Whether the person attended at least the completion rule's share of the contact time.

    None while a cell is not recorded. The test is 100 × attended ≥ rule × due, so that exactly the rule's
    share passes. Without sessions nobody completes.
    """
    if one.unrecorded:
        return None
    return one.sessions > 0 and one.due > 0 and 100 * one.attended >= one.completion_percent * one.due


def rate(attended: int, due: int) -> float | None:
    """attended ÷ due in per cent, for display. None when nothing was due."""
    if due <= 0:
        return None
    return float((Decimal(100 * attended) / Decimal(due)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def hours(minutes: int) -> float:
    """Person-hours: attended minutes ÷ 60, to one decimal for display."""
    return float((Decimal(minutes) / 60).quantize(Decimal("0.1"), ROUND_HALF_UP))


def days(minutes: int, day_minutes: int = 360) -> float:
    """Person-days by hours: attended minutes ÷ minutes of a training day, to two decimals for display."""
    return float((Decimal(minutes) / day_minutes).quantize(Decimal("0.01"), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums over a set of participations.

    ``persons_trained`` and ``persons`` of two sets cannot be added: a person may be in both.
    """

    confirmed: int
    participations: int
    persons: int
    completed: int
    persons_trained: int
    no_shows: int
    pending: int
    attended: int
    due: int
    due_attendees: int
    due_excused: int
    half_days: int

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
        """Confirmed people who never came ÷ confirmed people whose attendance is known, in per cent."""
        return rate(self.no_shows, self.no_shows + self.participations)

    @property
    def person_hours(self) -> float:
        """The attended hours of all people together."""
        return hours(self.attended)

    @property
    def person_days(self) -> float:
        """Person-days by hours: six hours are a training day."""
        return days(self.attended)

    @property
    def person_days_half(self) -> float:
        """Person-days by half-days attended: two are a day."""
        return self.half_days / 2


def totals(participations: Iterable[Participation]) -> Totals:
    """Add up participations."""
    confirmed = came = done = absent = pending = attended = due = due_came = excused = half_days = 0
    persons: set[int] = set()
    trained: set[int] = set()
    for one in participations:
        confirmed += 1
        attended += one.attended
        due += one.due
        excused += one.due_excused
        half_days += one.half_days
        pending += one.unrecorded > 0
        if one.attended > 0:
            came += 1
            due_came += one.due
            persons.add(one.trainee_id)
        elif not one.unrecorded:
            absent += 1
        if completed(one):
            done += 1
            trained.add(one.trainee_id)
    return Totals(
        confirmed,
        came,
        len(persons),
        done,
        len(trained),
        absent,
        pending,
        attended,
        due,
        due_came,
        excused,
        half_days,
    )
