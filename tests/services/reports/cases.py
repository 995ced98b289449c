"""Facts of attendance in one line each, entered through services: "3x2: PPPPPP; PP---- !2".

A letter a session: P present, A absent, E excused, L30 arrived 30 minutes late, L10:45 at that time, Q60 left 60 minutes
before the end, ``?`` for a time that nobody recorded, ``.`` no mark (the register stays open), ``-`` not expected, ``>``
to come. ``@n`` confirmed on the morning before session n + 1, ``!n`` withdrawn after n sessions, ``w`` added at the door.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import time_machine

from tests.make import Make
from training import clock
from training.models import AttendanceStatus, Registration, Sex, Trainee, Training, TrainingSession
from training.services.attendance import registers
from training.services.attendance.registers import Mark
from training.services.registrations import late_changes, submissions
from training.services.schedule import visible
from training.services.trainings import moves

MARK = re.compile(r"(?:[LQ](?:\d\d:\d\d|\d+|\?)?)+|[PAE.\->]")
STATUS = {"P": AttendanceStatus.PRESENT, "A": AttendanceStatus.ABSENT, "E": AttendanceStatus.EXCUSED}
ZONE = "Europe/Vienna"


@dataclass
class Fact:
    """What one person did: a word for each session, when they came in and when they left."""

    words: list[str]
    confirmed_before: int = 0
    withdrawn_after: int | None = None
    is_walk_in: bool = False


def parsed(line: str) -> Fact:
    """A person's part of a case."""
    marks, *rest = line.split()
    said = " ".join(rest)
    at, out = re.search(r"@(\d+)", said), re.search(r"!(\d+)", said)
    return Fact(
        MARK.findall(marks),
        int(at[1]) if at else 0,
        int(out[1]) if out else None,
        bool(re.search(r"@\d+w", said)),
    )


@dataclass
class Case:
    """A training with its sessions, its people, and the clock that moves through it."""

    make: Make
    days: int
    starts: date
    training: Training
    sessions: list[TrainingSession]
    registrations: list[Registration | None] = field(default_factory=list)


HALF_DAYS = (("09:00", "12:30", 30), ("13:30", "17:00", 30))


def planned(make: Make, days: int, **wanted: Any) -> Case:
    """``days`` days of 09:00–12:30 and 13:30–17:00 with a break of 30 minutes each: 180 minutes due a session."""
    return with_slots(make, [(day, *slot) for day in range(days) for slot in HALF_DAYS], **wanted)


def with_slots(
    make: Make, slots: Sequence[tuple[int, str, str, int]], *, starts: date | None = None, **wanted: Any
) -> Case:
    """Sessions of these days and times, with minutes of break: (0, "09:00", "12:30", 30) is on the first day.

    A session that would end before it begins ends on the next day.
    """
    starts = starts or clock.today() - timedelta(days=40)
    days = max(day + (last < first) for day, first, last, _ in slots) + 1
    with time_machine.travel(datetime.combine(starts - timedelta(days=20), time(8)), tick=False):
        training = make.training(
            **{
                "starts_on": starts, "ends_on": starts + timedelta(days=days - 1), "is_open": False, "capacity": 50,
                "zone": ZONE, **wanted,
            }
        )  # fmt: skip
        for day, first, last, pause in slots:
            on = starts + timedelta(days=day)
            begins, ends = (datetime.combine(on, time.fromisoformat(at)) for at in (first, last))
            ends += timedelta(days=ends < begins)
            make.session(
                training, starts_local=begins, ends_local=ends, break_minutes=pause, title=f"{on} {first[:2]}"
            )
        moves.change_state(training, by=None, name="open")
    return Case(make, days, starts, training, visible.of(training))


def carried_out(
    case: Case,
    *lines: str,
    agency: Any = None,
    people: Sequence[Trainee] = (),
    closed: bool | int = True,
) -> Case:
    """Enter the facts in the order in which they happened. ``closed`` closes all registers, or so many of them."""
    facts = [parsed(line) for line in lines]
    people = people or [
        case.make.trainee(agency, sex=Sex.F) if agency else case.make.trainee(sex=Sex.F) for _ in facts
    ]
    case.registrations = [None] * len(facts)
    by = case.make.user()
    for number, session in enumerate([*case.sessions, None]):
        before = (
            session.starts_at if session else case.sessions[-1].ends_at + timedelta(days=1)
        ) - timedelta(minutes=40)
        for place, fact in enumerate(facts):
            if fact.confirmed_before == number and case.registrations[place] is None:
                begins = before if number else case.sessions[0].starts_at - timedelta(days=10)
                with time_machine.travel(begins, tick=False):
                    if fact.is_walk_in or number:
                        if case.training.state == "open":
                            moves.change_state(case.training, by=by, name="start")
                        add = late_changes.walk_in
                        case.registrations[place] = add(case.training, by=by, trainee=people[place])
                    else:
                        case.registrations[place] = submissions.submit(
                            case.training,
                            by=None,
                            trainee=people[place],
                            override_reason="The facts of a case.",
                        )
            if fact.withdrawn_after == number:
                gone = case.registrations[place]
                assert gone is not None
                with time_machine.travel(before, tick=False):
                    submissions.withdraw(gone, by=by, reason="ill")
        words = [fact.words[number] for fact in facts] if session else []
        if session is None or set(words) <= set(">"):
            continue
        with time_machine.travel(session.ends_at + timedelta(minutes=5), tick=False):
            marked = [(r, w) for r, w in zip(case.registrations, words, strict=True) if r and w not in "-.>"]
            registers.save(session, by=None, marks=[mark_of(session, r, w) for r, w in marked])
            is_last = closed is not True and number >= int(closed)
            if not is_last and "." not in words:
                registers.close(session, by=None)
    return case


def mark_of(session: TrainingSession, registration: Registration, word: str, version: int = 0) -> Mark:
    """The mark that a word says."""
    if word in STATUS:
        return Mark(registration.public_id, STATUS[word], version)
    late, left = re.search(r"L(\d\d:\d\d|\d+|\?)", word), re.search(r"Q(\d\d:\d\d|\d+|\?)", word)
    arrived = _at(session.starts_local, late[1], 1) if late else None
    gone = _at(session.ends_local, left[1], -1) if left else None
    status = AttendanceStatus.LATE if late else AttendanceStatus.LEFT_EARLY
    return Mark(registration.public_id, status, version, arrived, gone, bool(late and left))


def _at(from_: datetime, said: str, sign: int) -> time | None:
    if said == "?":
        return None
    return time.fromisoformat(said) if ":" in said else (from_ + sign * timedelta(minutes=int(said))).time()
