"""New rules of clocks: instants follow, wall times stay, clashes are solved and told, and what is over stays."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.make import Make
from tests.services.letters.mailed import forget, written
from tests.services.schedule.planned import skipped
from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import (
    Announcement,
    AttendanceStatus,
    AuditEntry,
    Modality,
    Promotion,
    Role,
    SessionTrainer,
    Training,
    TrainingSession,
)
from training.rules import taken_twice, walltime, zones
from training.services import marks, organisations, seat_counts
from training.services.attendance import registers
from training.services.directory import venues
from training.services.registrations import kept_seats, reserve_list, seats, submissions
from training.services.schedule import plan, sessions
from training.services.trainings import moments, zone_rules

OLD, NEW = "Asia/Tashkent", "Asia/Dubai"
"""Never with summer time: by the new rules, clocks there are an hour behind those by which instants were derived."""
HOUR = timedelta(hours=1)


@atomic
def rules_change(*trainings: Training, to: str = NEW) -> None:
    """From now on clocks at the trainings' place follow the rules of ``to``. What is stored stays as it is."""
    db.session.execute(update(Training).where(Training.id.in_([one.id for one in trainings])).values(zone=to))
    known = Announcement.training_id.in_([one.id for one in trainings])
    db.session.execute(update(Announcement).where(known).values(zone=to))
    db.session.expire_all()


def planned(make: Make, *hours: int, **wanted: Any) -> Training:
    """A training with a session of an hour at each of these hours. What is ``wanted`` with ``of_`` is a training's."""
    own = {name.removeprefix("of_"): wanted.pop(name) for name in list(wanted) if name.startswith("of_")}
    day = own.setdefault("starts_on", clock.today() + timedelta(days=30))
    opens = datetime.combine(day - timedelta(days=4), time(9))
    training = make.training(zone=OLD, is_open=False, registration_opens_local=opens, **own)
    for hour in hours:
        starts = datetime.combine(training.starts_on, time(hour))
        make.session(training, title=f"At {hour}", starts_local=starts, ends_local=starts + HOUR, **wanted)
    return training


def session_of(training: Training) -> TrainingSession:
    return db.session.scalars(select(TrainingSession).where(TrainingSession.training_id == training.id)).one()


def room(make: Make):
    return venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="Blue", capacity=50))


def is_right(training: Training) -> bool:
    """Whether every instant of the training is the one of its wall time."""
    pairs = [
        (training.registration_opens_local, training.registration_opens_at),
        (training.registration_closes_local, training.registration_closes_at),
    ]
    for one in db.session.scalars(select(TrainingSession).where(TrainingSession.training_id == training.id)):
        pairs += [(one.starts_local, one.starts_at), (one.ends_local, one.ends_at)]
        assert {(entry.starts_at, entry.ends_at) for entry in one.session_trainers} <= {
            (one.starts_at, one.ends_at)
        }
    return all(walltime.instant(local, training.zone) == at for local, at in pairs)


def test_instants_follow_and_wall_times_stay(make: Make):
    training = planned(make, 9, 13, trainers=[make.trainer()], room=room(make))
    walls = [one.starts_local for one in db.session.scalars(select(TrainingSession))]
    rules_change(training)
    assert not is_right(training)

    [one] = zone_rules.follow_all(by=None)

    assert is_right(training) and moments.to_follow() == []
    assert [one.starts_local for one in db.session.scalars(select(TrainingSession))] == walls
    moved = [(moment.what, moment.now - moment.before) for moment in one.moved]
    assert moved == [(what, HOUR) for what in ("opens", "closes", "session", "session")]
    assert not any(entry.is_off for entry in db.session.scalars(select(SessionTrainer)))
    assert {one.suspended_at for one in db.session.scalars(select(TrainingSession))} == {None}


def test_a_preview_stores_nothing(make: Make):
    training = planned(make, 9)
    rules_change(training)

    [one] = zone_rules.preview()

    assert one.moved and not is_right(training)
    assert f"{training.code}, Asia/Dubai:" in zone_rules.lines([one])


def test_it_is_done_once_and_told_once(make: Make):
    coordinator = make.user(Role.COORDINATOR)
    training = planned(make, 9)
    rules_change(training)

    zone_rules.follow_all(by=None)
    assert [letter.kind for letter in written(coordinator)] == ["coordinator_zone_rules"]
    forget()

    assert zone_rules.follow_all(by=None) == [] and written() == []
    assert organisations.get().tz_version == zones.VERSION


def test_the_worker_follows_only_rules_that_are_new_to_the_database(make: Make):
    training = planned(make, 9)
    zone_rules.follow_all(by=None)
    rules_change(training)

    assert zone_rules.follow_if_new() == [] and not is_right(training)

    organisations.keep_tz_version("2024a", by=None)
    assert len(zone_rules.follow_if_new()) == 1 and is_right(training)


def test_what_is_over_stays_as_it_was(make: Make):
    training = planned(make, 9, of_starts_on=clock.today() + timedelta(days=5))
    later = datetime.combine(training.starts_on + timedelta(days=1), time(9))
    coming = make.session(training, title="Later", starts_local=later, ends_local=later + HOUR)
    rules_change(training)
    past = session_of_title(training, "At 9")
    stood = past.starts_at, training.registration_closes_at

    with time_machine.travel(past.ends_at + 5 * HOUR, tick=False):
        [one] = zone_rules.follow_all(by=None)

    assert (past.starts_at, training.registration_closes_at) == stood
    assert [moment.title for moment in one.moved] == ["Later"]
    assert walltime.instant(coming.starts_local, NEW) == coming.starts_at


def session_of_title(training: Training, title: str) -> TrainingSession:
    found = select(TrainingSession).where(
        TrainingSession.training_id == training.id, TrainingSession.title == title
    )
    return db.session.scalars(found).one()


def test_one_that_by_the_old_rules_was_over_a_moment_ago_follows_if_it_is_not(make: Make):
    training = planned(make, 9)
    rules_change(training)
    session = session_of(training)

    with time_machine.travel(session.ends_at + timedelta(minutes=10), tick=False):
        zone_rules.follow_all(by=None)

    assert session.starts_at == walltime.instant(session.starts_local, NEW)


@pytest.mark.parametrize("what", ["room", "trainer"])
def test_sessions_of_two_trainings_pass_through_each_other(make: Make, what: str):
    held = {"room": room(make)} if what == "room" else {"trainers": [make.trainer()]}
    early, late = planned(make, 9, **held), planned(make, 10, **held)
    rules_change(early, late)

    found = zone_rules.follow_all(by=None)

    assert [one.lost for one in found] == [[], []]
    assert is_right(early) and is_right(late)


def test_one_training_at_a_time_would_be_refused(make: Make):
    held = {"room": room(make)}
    early, late = planned(make, 9, **held), planned(make, 10, **held)
    rules_change(early, late)

    with pytest.raises(Conflict):
        plan_alone(early)


@atomic
def plan_alone(training: Training) -> None:
    sessions.rezone(training, by=None, reason="")


def test_without_the_first_step_the_database_refuses(make: Make, monkeypatch: pytest.MonkeyPatch):
    held = {"room": room(make)}
    early, late = planned(make, 9, **held), planned(make, 10, **held)
    rules_change(early, late)
    monkeypatch.setattr(plan, "suspend", lambda session: None)

    with pytest.raises((Conflict, IntegrityError)):
        zone_rules.follow([early, late], by=None)


@pytest.mark.parametrize("mover", ["earlier", "later"])
def test_the_session_that_was_made_later_loses_the_room(make: Make, mover: str):
    blue, coordinator = room(make), make.user(Role.COORDINATOR)
    first = planned(make, 9 if mover == "earlier" else 10, room=blue)
    second = planned(make, 10 if mover == "earlier" else 9, room=blue)
    rules_change(first if mover == "earlier" else second)

    found = zone_rules.follow_all(by=None)

    assert is_right(first) and is_right(second)
    assert (session_of(first).room, session_of(second).room) == (blue, None)
    assert session_of(second).suspended_at is None
    [lost] = [loss for one in found for loss in one.lost]
    assert (lost.thing, lost.to, lost.is_room) == ("Blue", first.code, True)
    told = [letter.body for letter in written(coordinator)]
    assert len([body for body in told if f"without the room Blue, which {first.code} has then" in body]) == 1


def test_a_trainer_who_would_teach_twice_is_left_to_the_first(make: Make):
    ana, ben = make.trainer(), make.trainer()
    first, second = planned(make, 9, trainers=[ana]), planned(make, 10, trainers=[ana, ben])
    rules_change(first)

    zone_rules.follow_all(by=None)

    assert [entry.trainer for entry in session_of(first).session_trainers] == [ana]
    assert [(entry.trainer, entry.is_off) for entry in session_of(second).session_trainers] == [(ben, False)]


def test_a_clash_that_is_not_seen_is_refused_and_told_not_stored(make: Make, monkeypatch: pytest.MonkeyPatch):
    blue, coordinator = room(make), make.user(Role.COORDINATOR)
    first, second = planned(make, 9, room=blue), planned(make, 10, room=blue)
    rules_change(first)
    monkeypatch.setattr(taken_twice, "losses", lambda places: [])

    found = zone_rules.follow_all(by=None)

    assert not is_right(first) and session_of(second).room == blue
    assert [one.training for one in found] == [first] and found[0].left
    assert "is taken by" in written(coordinator)[0].body


def test_a_session_that_was_called_off_holds_nothing_and_stays(make: Make):
    blue = room(make)
    first, second = planned(make, 9, room=blue), planned(make, 10, room=blue)
    sessions.cancel(session_of(second), by=make.user(), reason="ill")
    stood = session_of(second).starts_at
    rules_change(first)

    zone_rules.follow_all(by=None)

    assert session_of(first).room == blue and session_of(second).starts_at == stood


def test_a_time_that_clocks_skip_now_is_left_and_told(make: Make):
    night = skipped("Europe/Vienna")
    coordinator = make.user(Role.COORDINATOR)
    training = make.training(zone="Africa/Lagos", is_open=False, starts_on=night.date() - timedelta(days=1))
    make.session(training, title="Night", starts_local=night, ends_local=night + 2 * HOUR)
    day = make.session(training, title="Day", starts_local=night + 10 * HOUR, ends_local=night + 11 * HOUR)
    rules_change(training, to="Europe/Vienna")

    found = zone_rules.follow_all(by=None)

    assert day.starts_at == walltime.instant(day.starts_local, "Europe/Vienna")
    assert "Night: Clocks in Europe/Vienna skip 02:30" in str(found[0].left[0])
    assert "Night: Clocks in Europe/Vienna skip 02:30" in written(coordinator)[0].body


@pytest.mark.parametrize(
    ("modality", "told"),
    [
        (Modality.ONLINE, {"coordinator_zone_rules", "zone_rules", "trainee_zone_rules"}),
        (Modality.IN_PERSON, {"coordinator_zone_rules"}),
    ],
)
def test_agencies_and_people_are_told_where_somebody_joins_from_another_zone(make: Make, modality, told):
    make.user(Role.COORDINATOR)
    agency = make.agency()
    make.user(Role.PARTNER, agency=agency)
    training = make.training(zone=OLD, modality=modality)
    make.registration(training, make.trainee(agency, email="pat@example.org"))
    rules_change(training)
    forget()

    zone_rules.follow_all(by=None)

    letters = {letter.kind: letter.body for letter in written()}
    assert set(letters) == told
    assert all("at the same time on the clock there" in letters[kind] for kind in told if "coord" not in kind)
    assert "09:00 (Dubai time)" in letters["coordinator_zone_rules"]


def test_an_offer_ends_at_the_new_cut_off_at_the_latest(make: Make):
    day, by = clock.today() + timedelta(days=5), make.user()
    training = make.training(
        zone=NEW, capacity=1, offer_hours=720, promotion=Promotion.PROPOSED, starts_on=day
    )
    held, waiting = make.registration(training), make.registration(training)
    submissions.withdraw(held, by=by, reason="ill")
    offered = reserve_list.offer(waiting, by=by)
    assert offered.offer_expires_at == reserve_list.cut_off(training)
    rules_change(training, to=OLD)  # clocks are an hour ahead now, so the day begins earlier

    zone_rules.follow_all(by=None)

    assert offered.offer_expires_at == reserve_list.cut_off(training)


def test_seats_are_released_by_the_clock_there_without_an_instant_that_could_be_old(make: Make):
    training = make.training(zone=OLD)
    until = datetime.combine(training.starts_on - timedelta(days=3), time(12))
    kept_seats.keep(training, by=None, agency=make.agency(), seats=2, release_local=until)
    [line] = seat_counts.allocations(training)
    rules_change(training)

    with time_machine.travel(walltime.instant(until, NEW) - timedelta(minutes=10), tick=False):
        assert not seats.is_due(line)
    with time_machine.travel(walltime.instant(until, NEW) + timedelta(minutes=10), tick=False):
        assert seats.is_due(line)


def test_marks_of_a_session_that_runs_follow(make: Make):
    training = make.training(zone=OLD)
    registration = make.registration(training)
    session = session_of(training)
    with time_machine.travel(session.starts_at + HOUR, tick=False):
        mark = registers.Mark(registration.public_id, AttendanceStatus.PRESENT, 0)
        assert registers.save(session, by=make.user(), marks=[mark]) == []
        rules_change(training)
        zone_rules.follow_all(by=None)

        [record] = marks.of(session)
        assert session.starts_at == walltime.instant(session.starts_local, NEW)
        assert record.minutes == record.of_minutes == session.scheduled_minutes


def test_the_commands_show_first_and_apply_then(make: Make, app):
    training = planned(make, 9)
    rules_change(training)

    shown = app.test_cli_runner().invoke(args=["zones"])
    assert f"rules in use: {zones.VERSION}. Instants were derived by: none yet." in shown.output
    assert "3 moments would move." in shown.output and "At 9, " in shown.output and not is_right(training)

    applied = app.test_cli_runner().invoke(args=["zones", "--apply"])
    assert (shown.exit_code, applied.exit_code) == (0, 0)
    assert "3 moments moved." in applied.output and is_right(training)
    assert "0 moments would move." in app.test_cli_runner().invoke(args=["zones"]).output


def test_the_worker_follows_new_rules_when_it_starts(make: Make, app):
    training = planned(make, 9)
    rules_change(training)
    code = training.code

    done = app.test_cli_runner().invoke(args=["worker", "--once"])

    assert done.exit_code == 0 and f"{code}, Asia/Dubai:" in done.output
    assert is_right(db.session.scalars(select(Training)).one())
    assert organisations.get().tz_version == zones.VERSION


def test_the_audit_says_what_moved_and_by_which_rules(make: Make):
    training = planned(make, 9)
    rules_change(training)

    zone_rules.follow_all(by=None)

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "training.zone_rules")).one()
    assert (entry.thing_id, entry.user_id, entry.changes["version"]) == (training.id, None, zones.VERSION)
    assert any("At 9" in line for line in entry.changes["moved"])


def test_sessions_of_one_training_that_overlapped_before_follow_all_the_same(make: Make):
    training = planned(make, 9)
    starts = datetime.combine(training.starts_on, time(9, 30))
    beside = make.session(training, starts_local=starts, ends_local=starts + HOUR, is_compulsory=False)
    make_compulsory(beside)
    rules_change(training)

    zone_rules.follow_all(by=None)

    assert is_right(training)


@atomic
def make_compulsory(session: TrainingSession) -> None:
    session.is_compulsory = True
