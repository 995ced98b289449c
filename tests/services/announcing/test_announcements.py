"""What differs is announced once: the copy, the letters, what is near, and what is undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.make import Make
from tests.services.announcing.desk import kinds, letters, make_room
from tests.services.letters.mailed import forget
from tests.services.racing import at_once, codes_of, of_training
from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import Announcement, OutgoingMail, Training, User
from training.services import announced
from training.services.announcing import announced_copies, announcements, differences
from training.services.schedule import sessions, several, shift, visible
from training.services.trainings import changes, moves, taking_back


def test_a_draft_differs_in_nothing_and_cannot_be_announced(make: Make):
    training = make.training(is_open=False)
    make.session(training)

    assert not differences.of(training)
    with pytest.raises(Conflict, match="nothing to announce"):
        announcements.announce(training, by=make.user(), seen="")


def test_opening_is_the_first_announcement(make: Make):
    training = make.training(is_open=False)
    session = make.session(training)

    moves.change_state(training, by=None, name="open")

    assert training.announcement.number == 1
    assert [one.session_id for one in announced.sessions(training)] == [session.id]
    assert not differences.of(training)


@pytest.mark.parametrize(
    "what", ["title", "starts_local", "break_minutes", "room", "trainers", "is_compulsory"]
)
def test_whatever_is_announced_of_a_session_differs_when_it_changes(what, desk, make: Make):
    last = desk["last"]
    value = {
        "title": "Oral exam",
        "starts_local": last.starts_local + timedelta(hours=1),
        "break_minutes": 15,
        "room": None,
        "trainers": [],
        "is_compulsory": False,
    }[what]
    if what == "room":
        value = make_room(make)

    make.change_session(last, by=desk["by"], **{what: value})

    [one] = differences.of(desk["training"]).sessions
    assert (one.session_id, one.sign) == (last.id, "changed")


def test_a_call_off_that_changes_only_that_tells_people(desk, make: Make):
    sessions.cancel(desk["last"], by=desk["by"], reason="The trainer is ill")
    assert letters() == {}

    make.announced(desk["training"], by=desk["by"])

    assert kinds() == {"changed", "trainee_changed", "trainer_changed"}
    assert all("Exam" in one.body and "called off" in one.body for one in letters().values())
    assert all("ill" not in one.body.split("\x02")[0] for one in letters().values())


def test_a_new_evening_and_another_room_are_told_too(desk, make: Make):
    make.session(desk["training"], is_known=False, title="Reception")
    make.change_session(desk["last"], by=desk["by"], room=make_room(make))

    make.announced(desk["training"], by=desk["by"])

    own = letters()["ada@example.org"].body
    assert "new: " in own and "Reception" in own and "Hall" in own


def test_other_trainers_alone_are_told_to_the_trainers_alone(desk, make: Make):
    new = make.trainer(email="omar@example.org")
    make.change_session(desk["last"], by=desk["by"], trainers=[new])

    make.announced(desk["training"], by=desk["by"])

    assert set(letters()) == {"eva@example.org", "omar@example.org"}
    assert "you do not teach it any more" in letters()["eva@example.org"].body
    assert (
        "new: " in letters()["omar@example.org"].body and "Morning" not in letters()["omar@example.org"].body
    )


def test_where_trainers_are_shown_people_are_told_who_teaches(desk, make: Make):
    atomic(lambda: setattr(desk["training"], "shows_trainers", True))()
    new = make.trainer(given_names="Omar", family_name="Said")
    make.change_session(desk["last"], by=desk["by"], trainers=[new])

    make.announced(desk["training"], by=desk["by"])

    own = letters()["ada@example.org"].body
    assert f"{desk['trainer'].name} → Omar Said" in own


def test_another_place_is_told_to_trainers_who_teach_from_now_on(desk, make: Make):
    changes.change(
        desk["training"], by=desk["by"], details=make.changed(desk["training"], venue=make.venue(city="Graz"))
    )
    make.announced(desk["training"], by=desk["by"])

    assert all("Graz" in one.body for one in letters().values()) and len(letters()) == 3


def test_what_begins_within_48_hours_is_told_at_once_with_all_else(desk, make: Make):
    training, last = desk["training"], desk["last"]
    [first] = [one for one in visible.of(training) if one is not last]
    make.change_session(last, by=desk["by"], title="Oral exam")
    assert letters() == {}

    with time_machine.travel(first.starts_at - timedelta(hours=40), tick=False):
        make.change_session(first, by=desk["by"], title="Opening")
        own = letters()["ada@example.org"]
        assert own.due_at == clock.now()
        assert announced_copies.that_can_be_undone(training) is None

    assert "Opening" in own.body and "Oral exam" in own.body
    assert not differences.of(training)


def test_what_begins_later_waits(desk, make: Make):
    [first] = [one for one in visible.of(desk["training"]) if one is not desk["last"]]
    with time_machine.travel(first.starts_at - timedelta(hours=40), tick=False):
        make.change_session(desk["last"], by=desk["by"], title="Oral exam")  # two days after the first one

    assert letters() == {} and differences.of(desk["training"])


def test_a_session_that_is_over_differs_in_nothing(desk, make: Make):
    last = desk["last"]
    with time_machine.travel(last.ends_at + timedelta(hours=1), tick=False):
        make.change_session(last, by=desk["by"], title="Oral exam")

        assert not differences.of(desk["training"])
    assert letters() == {}


def test_postponing_says_that_nothing_is_held_and_nothing_of_a_plan(desk, make: Make):
    training = desk["training"]
    make.change_session(desk["last"], by=desk["by"], title="Zqxsecret")

    moves.change_state(training, by=desk["by"], name="postpone", reason="floods")

    assert announced.held(training) == []
    assert "Zqxsecret" not in [one.title for one in announced.sessions(training)]
    assert kinds() == {"postponed", "trainee_postponed", "trainer_postponed"}


def test_new_dates_after_postponing_are_told_to_those_who_are_registered(desk, make: Make):
    training, by = desk["training"], desk["by"]
    moves.change_state(training, by=by, name="postpone", reason="floods")
    later = make.changed(
        training,
        starts_on=training.starts_on + timedelta(days=7),
        ends_on=training.ends_on + timedelta(days=7),
    )
    changes.change(training, by=by, details=later)
    make.session(training, title="Anew", trainers=[desk["trainer"]])
    forget()

    moves.change_state(training, by=by, name="open")

    assert "Anew" in letters()["ada@example.org"].body and "Anew" in letters()["eva@example.org"].body
    assert [one.title for one in announced.held(training)] == ["Anew"]


def test_an_announcement_cannot_be_undone_once_somebody_has_read_its_timetable_otherwise(desk, make: Make):
    make.change_session(desk["last"], by=desk["by"], title="Oral exam")
    one = make.announced(desk["training"], by=desk["by"])
    make.registration(desk["training"], make.trainee(desk["focal"].agency, email="ben@example.org"))

    with pytest.raises(Conflict, match="has had a letter with this timetable"):
        announcements.undo(desk["training"], one, by=desk["by"])


def test_the_letters_of_an_earlier_announcement_never_come_after_those_of_a_later_one(desk, make: Make):
    make.change_session(desk["last"], by=desk["by"], title="Oral exam")
    make.announced(desk["training"], by=desk["by"])

    moves.change_state(desk["training"], by=desk["by"], name="cancel", reason="floods")

    rows = db.session.scalars(db.select(OutgoingMail).order_by(OutgoingMail.due_at, OutgoingMail.id))
    assert [one.kind for one in rows if one.to_email == "ada@example.org"] == [
        "trainee_changed",
        "trainee_cancelled",
    ]


def test_all_is_taken_back_and_nothing_differs(desk, make: Make):
    training, by = desk["training"], desk["by"]
    [first] = [one for one in visible.of(training) if one is not desk["last"]]
    make.change_session(first, by=by, starts_local=first.starts_local + timedelta(hours=1))
    sessions.cancel(desk["last"], by=by, reason="ill")
    new = make.session(training, desk["last"].on_date, is_known=False, title="Evening")
    changes.change(
        training, by=by, details=make.changed(training, venue=make.venue(), link="https://x.example")
    )
    found = differences.of(training)

    count = taking_back.take_back(
        training,
        by=by,
        seen=found.digest,
        sessions=[first.public_id, desk["last"].public_id, new.public_id],
        facts=True,
    )

    assert count == 5 and not differences.of(training)
    assert [one.title for one in visible.of(training)] == ["Morning", "Exam"]
    assert letters() == {}


def test_each_change_that_is_announced_counts_in_the_sequence(desk, make: Make):
    make.change_session(desk["last"], by=desk["by"], title="Oral exam")
    make.announced(desk["training"], by=desk["by"])
    make.change_session(desk["last"], by=desk["by"], title="Exam")
    make.announced(desk["training"], by=desk["by"])

    numbers = {one.title: one.sequence for one in announced.sessions(desk["training"])}
    db.session.refresh(desk["last"])
    assert numbers["Exam"] == desk["last"].sequence == numbers["Morning"] + 2


@pytest.mark.real_commit
def test_two_announce_at_once_and_it_is_announced_once(raced: Flask):
    with raced.app_context():
        make = Make()
        training, by = make.training(), make.user()
        session = make.session(training)
        make.registration(training, make.trainee(email="ada@example.org"))
        make.change_session(session, by=by, title="Opening")
        number, who, digest = training.id, by.id, differences.of(training).digest
        before = db.session.scalar(db.select(db.func.count(Announcement.id)))
        db.session.remove()

    def announce() -> None:
        announcements.announce(
            db.session.get_one(Training, number), by=db.session.get_one(User, who), seen=digest
        )

    refusals = at_once(raced, of_training(number), announce, announce)

    with raced.app_context():
        assert codes_of(refusals) == ["nothing"]
        assert db.session.scalar(db.select(db.func.count(Announcement.id))) == before + 1
        told = db.select(db.func.count(OutgoingMail.id)).where(OutgoingMail.kind == "trainee_changed")
        assert db.session.scalar(told) == 1
        db.session.remove()


def test_announcing_asks_as_little_for_many_people_as_for_few(make: Make, queries):
    counts = []
    for people in (2, 30):
        training = make.training(capacity=people)
        session = make.session(training)
        for n in range(people):
            make.registration(training, make.trainee(email=f"p{people}-{n}@example.org"))
        make.change_session(session, by=make.user(), title="Opening")
        by, seen = make.user(), differences.of(training).digest
        queries.clear()
        announcements.announce(training, by=by, seen=seen)
        counts.append(len(queries))

    assert counts[1] <= counts[0] + 2


def test_what_the_zone_rules_move_is_no_difference(desk):
    training = desk["training"]
    atomic(lambda: announced_copies.follow_zone_rules(training))()

    assert not differences.of(training)


def test_a_move_that_tells_is_announced_unless_something_else_is_not(desk, make: Make):
    training, by = desk["training"], desk["by"]
    make.change_session(desk["last"], by=by, title="Oral exam")

    with pytest.raises(Conflict, match="Other changes are not announced yet"):
        several.move(training, by=by, move=shift.Move(days=7), tells=True)
    assert desk["last"].on_date == training.ends_on
    make.change_session(desk["last"], by=by, title="Exam")
    several.move(training, by=by, move=shift.Move(days=7), tells=True)

    assert not differences.of(training)
    assert kinds() == {"changed", "trainee_changed", "trainer_changed"}
    assert announced_copies.that_can_be_undone(training) is not None


def test_the_dates_alone_are_not_taken_back_where_sessions_give_them(desk, make: Make):
    training, by = desk["training"], desk["by"]
    several.move(training, by=by, move=shift.Move(days=7))
    changes.change(training, by=by, details=make.changed(training, link="https://x.example"))
    dates = training.starts_on, training.ends_on

    taking_back.take_back(training, by=by, seen=differences.of(training).digest, facts=True)

    assert (training.starts_on, training.ends_on) == dates and training.link == ""
