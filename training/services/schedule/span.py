"""A training's dates are a result of its sessions: from the day of the first one to the day of the last one.

A training without a session keeps the dates that were typed. A deadline that would fall after the end moves along.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from training.errors import Invalid
from training.models import Training
from training.rules import walltime
from training.services import locked_trainings
from training.text import Message, msg


@dataclass(frozen=True)
class Span:
    """The dates of a training, and when its registration closes, in its zone."""

    starts_on: date
    ends_on: date
    closes: datetime


def of(training: Training) -> Span:
    """The dates as they are."""
    return Span(training.starts_on, training.ends_on, training.registration_closes_local)


def follow_sessions(training: Training) -> None:
    """The single step of deriving the dates from the sessions that are held. The caller holds the training.

    Raises ``Invalid`` if a session lies outside of the programme, and if the training would be over before its
    registration opens.
    """
    held = locked_trainings.live_sessions(training)
    if held:
        first = min(one.on_date for one in held)
        put(training, first, max(one.ends_local.date() for one in held))


def put(training: Training, first: date, last: date) -> None:
    """The single step of writing dates. The deadline of registration follows if it would fall after the end."""
    if (first, last) == (training.starts_on, training.ends_on):
        return
    programme = training.programme
    if not programme.starts_on <= first <= last <= programme.ends_on:
        raise Invalid(
            msg(
                "The programme runs from %(first)s to %(last)s. Choose days between these dates.",
                first=programme.starts_on,
                last=programme.ends_on,
            ),
            field="starts_local",
        )
    closes = closing(training, first, last)
    if closes != training.registration_closes_local:
        put_closing(training, closes)
    training.starts_on, training.ends_on = first, last


def closing(training: Training, first: date, last: date) -> datetime:
    """When registration would close if the training had these dates: as now, unless that is after the end.

    It moves as far as the training does, and at least to the last day. The hour stays.
    """
    closes = training.registration_closes_local
    if closes.date() <= last:
        return closes
    along = closes + min(first - training.starts_on, timedelta())
    return min(along, datetime.combine(last, closes.time()))


def put_closing(training: Training, closes: datetime) -> None:
    """The single step of writing when registration closes."""
    closes_at = walltime.instant(closes, training.zone)
    if closes_at <= training.registration_opens_at:
        raise Invalid(
            msg(
                "Registration opens on %(day)s, so the training would be over before that. "
                "Let it open earlier first.",
                day=training.registration_opens_local.date(),
            )
        )
    training.registration_closes_local, training.registration_closes_at = closes, closes_at


def said(before: Span, now: Span) -> list[Message]:
    """What became of the dates, a sentence each."""
    found = []
    if (before.starts_on, before.ends_on) != (now.starts_on, now.ends_on):
        found.append(
            msg("The training is now from %(first)s to %(last)s.", first=now.starts_on, last=now.ends_on)
        )
    if before.closes != now.closes:
        found.append(
            msg(
                "Registration now closes on %(day)s at %(time)s.",
                day=now.closes.date(),
                time=f"{now.closes:%H:%M}",
            )
        )
    return found
