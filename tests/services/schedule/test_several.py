"""Several sessions are changed as one step; what is over, marked or closed stays, and says why."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import time_machine

from tests.make import Make
from training.db import db
from training.errors import Conflict
from training.models import AttendanceStatus, AuditEntry, RegistrationState, Training, TrainingSession
from training.services import locked_trainings
from training.services.attendance import registers
from training.services.registrations import submissions
from training.services.schedule import free, several, shift

DAY = timedelta(days=1)


def held(training: Training) -> list[TrainingSession]:
    return locked_trainings.live_sessions(training)


def half_days(make: Make, days: int = 2, **wanted: object) -> Training:
    """A draft with a morning and an afternoon on each of some days."""
    training = make.training(is_open=False, **wanted)
    first = training.starts_on
    for n in range(days):
        for title in ("Morning", "Afternoon"):
            make.session(training, first + n * DAY, title=title)
    return training


def test_what_is_over_marked_or_called_off_stays_where_it_is_and_says_why(make: Make):
    training, by = make.training(), make.user()
    registration = make.registration(training)
    [first] = held(training)
    later = make.session(training, training.starts_on + 2 * DAY)
    with time_machine.travel(first.ends_at + timedelta(hours=1), tick=False):
        assert [str(why) for why in several.kept_back(training, held(training)).values()] == ["it is over"]
        registers.save(
            first, by=by, marks=[registers.Mark(registration.public_id, AttendanceStatus.PRESENT, 0)]
        )
        assert [str(why) for why in several.kept_back(training, held(training)).values()] == [
            "people are marked"
        ]
        registers.close(first, by=by)
        assert [str(why) for why in several.kept_back(training, held(training)).values()] == [
            "its register is closed"
        ]

        day = first.on_date
        several.move(training, by=by, move=shift.Move(days=1))
        with pytest.raises(Conflict, match="stays as it is: its register is closed"):
            several.move(training, by=by, move=shift.Move(days=1), public_ids=[first.public_id])

    assert (first.on_date, later.on_date) == (day, day + 3 * DAY)


def test_days_without_work_are_skipped_by_the_weekend_of_the_country(make: Make):
    venue = make.venue(country="JO", city="Amman", zone="Asia/Amman")
    training = make.training(is_open=False, venue=venue, country=None, zone="")
    monday = training.starts_on + timedelta(days=-training.starts_on.weekday())
    for n in range(3):
        make.session(training, monday + n * DAY)

    several.move(training, by=make.user(), move=shift.Move(days=2, skips=True))

    assert [one.on_date.weekday() for one in held(training)] == [2, 3, 6], (
        "they rest on Friday and Saturday there"
    )


def test_sessions_pass_through_each_other_and_a_clash_is_named(make: Make):
    trainer = make.trainer()
    training, other = make.training(is_open=False), make.training(is_open=False)
    for n in range(3):
        make.session(training, training.starts_on + n * DAY, trainers=[trainer])
    several.move(training, by=make.user(), move=shift.Move(days=1))
    make.session(other, training.ends_on + DAY, trainers=[trainer])

    [*_, last] = shift.preview(training, held(training), shift.Move(days=1))
    assert last.planned.is_blocked
    with pytest.raises(Conflict, match=f"teaches in {other.code}"):
        several.move(training, by=make.user(), move=shift.Move(days=1))


def test_what_changes_nothing_is_no_step(make: Make):
    training = half_days(make)

    with pytest.raises(Conflict, match="Nothing changes"):
        several.set_room(training, by=make.user(), room=None)
    with pytest.raises(Conflict, match="Nothing changes"):
        several.move(training, by=make.user(), move=shift.Move())


def test_the_next_half_day_is_the_afternoon_of_a_day_that_has_only_a_morning(make: Make):
    training = half_days(make)
    trainer = make.trainer()
    assert shift.next_half_day(training).starts_local.time() == time(9)
    several.set_trainers(training, by=make.user(), trainers=[trainer])
    [*_, last] = held(training)
    several.remove(training, by=make.user(), public_ids=[last.public_id])

    proposed = shift.next_half_day(training)

    assert (proposed.starts_local, proposed.title) == (
        datetime.combine(training.ends_on, time(13)), "Afternoon",
    )  # fmt: skip
    assert list(proposed.trainers) == [trainer]


def test_a_copy_keeps_hours_and_trainers_and_extends_the_training(make: Make):
    training = half_days(make)
    first, second, *_ = held(training)
    to = training.ends_on + 5 * DAY

    several.copy_to(
        training,
        by=make.user(),
        move=shift.Move(first_day=to),
        public_ids=[first.public_id, second.public_id],
    )

    added = held(training)[4:]
    assert [(one.title, one.on_date) for one in added] == [("Morning", to), ("Afternoon", to)]
    assert training.ends_on == to


def test_the_fit_and_free_come_first(make: Make):
    training = half_days(make)
    fit = make.trainer(themes=[make.theme()], languages=["en"])
    busy = make.trainer(themes=[make.theme()], languages=["en"])
    make.session(make.training(is_open=False), training.starts_on, trainers=[busy])

    offers = free.teachers(training, held(training))
    by_name = {one.thing.name: one for one in offers}

    assert offers[0].thing is fit and not offers[0].remarks
    assert not by_name[busy.name].is_free and "teaches in" in str(by_name[busy.name].remarks[0])


def test_one_act_is_one_entry_in_the_audit_log(make: Make):
    training, by = half_days(make), make.user()

    several.set_hours(
        training, by=by, starts=time(10), public_ids=[one.public_id for one in held(training)[::2]]
    )

    entries = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action.like("plan.%"))).all()
    assert [(one.action, one.changes["sessions"]) for one in entries] == [("plan.hours", 2)]


def test_who_waits_moves_up_where_later_dates_allow_it_again(make: Make):
    training = make.training(capacity=1, promotion_ends_days=40)
    first, waiting = (make.registration(training) for _ in range(2))
    several.set_trainers(training, by=make.user(), trainers=[make.trainer()])
    submissions.withdraw(first, by=None, reason="ill")
    assert waiting.state is RegistrationState.RESERVE, "too late to move up"

    several.move(training, by=make.user(), move=shift.Move(days=30))
    assert waiting.state is RegistrationState.RESERVE, "nobody knows of the later dates yet"
    make.announced(training)

    assert waiting.state is RegistrationState.CONFIRMED
