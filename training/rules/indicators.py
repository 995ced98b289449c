"""The formulas of the attendance report, on whole minutes; rounded only to be shown, half up, to one decimal.

Over a training's compulsory sessions that were not cancelled: ``due`` is a session's contact time without breaks,
``attended`` what somebody was there of it. What is not recorded is undefined: it enters neither, and makes the
person's result pending.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple


class Participation(NamedTuple):
    """One person in one training, summed over its compulsory sessions.

    ``due`` and ``attended`` are minutes over recorded cells; ``due_excused`` the part of ``due`` that was excused;
    ``half_days`` the sessions attended at all; ``unrecorded`` the cells without a status.
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
    """Attended at least the completion rule's share of the contact time; none while something is not recorded.

    100 × attended ≥ rule × due, by cross-multiplication: exactly the rule passes. Without sessions nobody completes.
    """
    if one.unrecorded:
        return None
    return one.sessions > 0 and one.due > 0 and 100 * one.attended >= one.completion_percent * one.due


def rate(attended: int, due: int) -> float | None:
    """attended ÷ due in per cent, for display; none where nothing was due."""
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
    """What a set of participations adds up to; ``persons_trained`` and ``persons`` do not add across sets."""

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
        """Over all who were confirmed; excused counts as missed (strict)."""
        return rate(self.attended, self.due)

    @property
    def attendance_rate_of_attendees(self) -> float | None:
        """Over those who came at all."""
        return rate(self.attended, self.due_attendees)

    @property
    def attendance_rate_excused_neutral(self) -> float | None:
        """Over all who were confirmed; excused sessions leave the denominator."""
        return rate(self.attended, self.due - self.due_excused)

    @property
    def completion_rate(self) -> float | None:
        """Completed ÷ participations, in per cent."""
        return rate(self.completed, self.participations)

    @property
    def no_show_rate(self) -> float | None:
        """Confirmed people who never came ÷ confirmed people of whom that is known, in per cent."""
        return rate(self.no_shows, self.no_shows + self.participations)

    @property
    def person_hours(self) -> float:
        """Attended hours of all together."""
        return hours(self.attended)

    @property
    def person_days(self) -> float:
        """By hours, six to a training day."""
        return days(self.attended)

    @property
    def person_days_half(self) -> float:
        """By half-days attended, two to a day."""
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
