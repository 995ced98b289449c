"""What is to look at before people travel: found, left with a reason until it changes, and solved by one click."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta

import pytest

from tests.make import Make
from training import clock
from training.db import db
from training.errors import Conflict, Invalid
from training.models import AuditEntry, Role, Room, Training, TrainingSession
from training.services.directory import trainers, venues
from training.services.schedule import clashes, open_list, plan, remedies, sessions


def small(make: Make, **wanted: object) -> tuple[Training, TrainingSession, Room, Room]:
    """A training of 20 in a room of 10, with a trainer, and a room of 30 beside it."""
    venue = make.venue()
    tight, wide = (
        venues.add_room(venue, by=None, details=venues.RoomDetails(name=name, capacity=seats))
        for name, seats in (("Tight", 10), ("Wide", 30))
    )
    day = clock.today() + timedelta(days=21 - clock.today().weekday())
    training = make.training(is_open=False, starts_on=day, venue=venue, **wanted)
    session = make.session(training, room=tight, trainers=[make.trainer()])
    return training, session, tight, wide


def rules(found: open_list.Found) -> list[str]:
    return [one.finding.rule for one in found.items]


def test_the_list_shows_what_the_reader_looks_after_until_a_day(make: Make):
    training, *_ = small(make)
    own = make.user(Role.COORDINATOR, themes=[make.theme()])
    other = make.user(Role.COORDINATOR, themes=[make.theme("ASY")])

    assert rules(open_list.search(own)) == ["room_small"]
    assert rules(open_list.search(own, theme=make.theme())) == ["room_small"]
    assert rules(open_list.search(make.user(Role.MANAGER))) == ["room_small"]
    assert rules(open_list.search(other)) == []
    assert rules(open_list.search(own, mine=True)) == []
    assert rules(open_list.search(own, until=training.starts_on - timedelta(days=1))) == []


def test_what_was_left_comes_back_when_its_numbers_change(make: Make):
    training, session, *_ = small(make)
    by = make.user(Role.COORDINATOR)
    [one] = open_list.search(by).items

    with pytest.raises(Invalid, match="Say why"):
        open_list.leave(training, by=by, key=one.finding.key, note=" ")
    open_list.leave(training, by=by, key=one.finding.key, note="Ten chairs come from next door.")
    found = open_list.search(by)
    assert (rules(found), found.counts) == ([], [])
    assert [left.left.note for left in found.left if left.left] == ["Ten chairs come from next door."]
    with pytest.raises(Conflict, match="changed meanwhile"):
        open_list.leave(training, by=by, key=one.finding.key, note="again")

    for _ in range(11):
        make.registration(training)
    assert rules(open_list.search(by)) == ["room_small"]
    [again] = open_list.search(by).items
    open_list.leave(training, by=by, key=again.finding.key, note="still")
    make.registration(training)
    assert rules(open_list.search(by)) == ["room_small"], "12 people are not 11"

    make.session(training, room=session.room, trainers=[make.trainer()])
    open_list.ask_again(training, by=by, key=one.finding.key)
    assert db.session.query(AuditEntry).filter_by(action="clash.leave").count() == 2


def test_a_remedy_takes_the_smallest_room_that_fits_in_all_sessions(make: Make):
    training, session, tight, wide = small(make)
    by = make.user(Role.COORDINATOR)
    venues.add_room(wide.venue, by=None, details=venues.RoomDetails(name="Hall", capacity=300))
    [one] = open_list.search(by).items
    [first, second] = remedies.of([one])[one.finding.key]
    assert [str(first.label), str(second.label)] == [
        "Take Wide: 30 seats, free",
        "Take Hall: 300 seats, free",
    ]

    assert remedies.take(training, by=by, key=one.finding.key, code=first.code) == 1

    assert session.room is wide and rules(open_list.search(by)) == []
    with pytest.raises(Conflict, match="changed meanwhile"):
        remedies.take(training, by=by, key=one.finding.key, code=first.code)


def test_a_room_that_is_taken_or_closed_is_not_proposed(make: Make):
    training, session, tight, wide = small(make)
    by = make.user(Role.COORDINATOR)
    other = make.training(is_open=False, starts_on=training.starts_on)
    make.session(other, room=wide)
    [one] = [one for one in open_list.search(by).items if one.finding.rule == "room_small"]
    assert remedies.of([one])[one.finding.key] == []

    hall = venues.add_room(wide.venue, by=None, details=venues.RoomDetails(name="Hall", capacity=300))
    assert len(remedies.of([one])[one.finding.key]) == 1
    venues.block(
        hall, by=by, starts_local=session.starts_local, ends_local=session.ends_local, reason="painting"
    )
    assert remedies.of([one])[one.finding.key] == []


def test_a_trainer_who_is_away_is_replaced_or_left_out(make: Make):
    training, session, _, wide = small(make)
    by = make.user(Role.COORDINATOR)
    make.change_session(session, by=by, room=wide, trainers=[*trainers.active(), make.trainer()])
    away = session.session_trainers[0].trainer
    free = make.trainer(themes=[make.theme()])
    make.trainer(themes=[make.theme("ASY")])
    absence = trainers.add_absence(away, by=by, starts_on=training.starts_on, ends_on=training.starts_on)
    assert [one.key for one in trainers.planned_while_away(absence)] == [session.id]

    [one] = open_list.search(by).items
    offered = {str(remedy.label): remedy for remedy in remedies.of([one])[one.finding.key]}
    assert set(offered) == {f"{free.name} is free: plan them instead", f"Without {away.name} there"}
    remedies.take(
        training, by=by, key=one.finding.key, code=offered[f"{free.name} is free: plan them instead"].code
    )

    teaching = {entry.trainer for entry in session.session_trainers}
    assert free in teaching and away not in teaching
    assert rules(open_list.search(by)) == []


def test_half_a_day_away_is_half_a_day(make: Make):
    training, session, _, wide = small(make)
    by, away = make.user(), session.session_trainers[0].trainer
    absence = trainers.add_absence(
        away, by=by, starts_on=training.starts_on, ends_on=training.starts_on, part=trainers.DayPart.PM
    )

    assert trainers.planned_while_away(absence) == []
    trainers.remove_absence(absence, by=by)
    assert trainers.absences(away) == []


def test_a_room_is_not_closed_over_what_is_planned_in_it(make: Make):
    training, session, tight, wide = small(make)
    by = make.user()
    hours = {"starts_local": session.starts_local, "ends_local": session.ends_local}

    with pytest.raises(Conflict, match=f"Tight is taken then by {training.code}"):
        venues.block(tight, by=by, reason="painting", **hours)
    closed = venues.block(wide, by=by, reason="painting", **hours)
    with pytest.raises(Conflict, match="Wide is closed at that time: painting"):
        make.change_session(session, by=by, room=wide)
    venues.unblock(closed, by=by)
    make.change_session(session, by=by, room=wide)


def test_what_the_rules_call_hard_is_what_the_plan_refuses(make: Make):
    """For many random sessions: the preview is blocked if and only if storing it is refused."""
    dice, by = random.Random(7), make.user()
    venue = make.venue()
    rooms = [
        venues.add_room(venue, by=None, details=venues.RoomDetails(name=f"R{n}", capacity=50))
        for n in range(2)
    ]
    people = [make.trainer() for _ in range(3)]
    trainers.retire(people[2], by=by, reason="left")
    day = clock.today() + timedelta(days=30)
    noon = datetime.combine(day, time(12))
    venues.block(rooms[1], by=by, starts_local=noon, ends_local=noon + timedelta(hours=1), reason="painting")
    trainings = [make.training(is_open=False, starts_on=day) for _ in range(3)]
    refused = 0
    for _ in range(60):
        training = dice.choice(trainings)
        starts = datetime.combine(day, time(8)) + timedelta(minutes=30 * dice.randrange(20))
        details = plan.Details(
            title="x",
            starts_local=starts,
            ends_local=starts + timedelta(minutes=30 * dice.randint(1, 4)),
            room=dice.choice([None, *rooms]),
            trainers=dice.sample(people, dice.randint(0, 2)),
            is_compulsory=dice.random() < 0.7,
        )
        seen = plan.as_planned(training, details)
        clashes.look(training, [seen])
        try:
            sessions.add(training, by=by, details=details)
        except Conflict as refusal:
            refused += 1
            assert seen.is_blocked, str(refusal.message)
            assert str(refusal.message) in {str(one.message) for one in seen.warnings if one.is_hard}
        else:
            assert not seen.is_blocked, [str(one.message) for one in seen.warnings]
    assert 10 < refused < 55
