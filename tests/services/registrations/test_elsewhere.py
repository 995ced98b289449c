"""Nobody gets a seat in two trainings at the same hours, unless a coordinator says why."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from flask import Flask

from tests.make import Make
from tests.services.racing import at_once, db_is_sqlite, get
from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import (
    Admission,
    Registration,
    RegistrationState,
    Role,
    Room,
    Trainee,
    Trainer,
    Training,
    User,
)
from training.services import locked_trainings
from training.services.locked_trainings import LocksOutOfOrder, lock_in_order
from training.services.registrations import (
    decisions,
    late_changes,
    reserve_list,
    submissions,
    why_waiting,
)
from training.services.schedule import sessions

S = RegistrationState


def officer(make: Make, **wanted: object) -> tuple[Trainee, Training, Training]:
    """A person with a seat in the first of two trainings at the same hours, and the second one."""
    first, second = make.training(), make.training(**wanted)
    person = make.trainee()
    make.registration(first, person)
    return person, first, second


def test_a_second_seat_is_refused_by_name_and_given_with_a_reason(make: Make):
    by = make.user(Role.COORDINATOR)
    person, first, second = officer(make, admission=Admission.APPROVAL)
    registration = make.registration(second, person, override_reason="")

    with pytest.raises(Conflict, match=f"{person.name} has a seat in {first.code} at that time") as refusal:
        reserve_list.confirm(registration, by=by)
    assert (refusal.value.code, registration.state) == ("elsewhere", S.SUBMITTED)

    reserve_list.confirm(registration, by=by, override_reason="Only the first hour meets.")
    assert (registration.state, registration.override_reason) == (S.CONFIRMED, "Only the first hour meets.")


def test_hours_that_only_touch_optional_sessions_and_sessions_called_off_are_no_second_seat(make: Make):
    first, second, third = make.training(), make.training(is_open=False), make.training()
    person, on = make.trainee(), first.starts_on
    noon = datetime.combine(on, time(12))
    make.session(second, starts_local=noon, ends_local=noon + timedelta(hours=1))
    make.session(second, starts_local=noon - timedelta(hours=1), ends_local=noon, is_compulsory=False)
    [session] = locked_trainings.live_sessions(third)
    sessions.cancel(session, by=make.user(), reason="ill")
    make.registration(first, person)

    for training in (second, third):
        assert make.registration(training, person, override_reason="").state is S.CONFIRMED


@pytest.mark.parametrize("how", ["one", "many", "new", "resubmit"])
def test_the_first_to_come_gets_no_second_seat(make: Make, how):
    person, _, second = officer(
        make, admission=Admission.APPROVAL if how == "resubmit" else Admission.FIRST_COME
    )
    focal = make.user(Role.PARTNER, agency=person.agency)
    if how == "resubmit":
        registration = make.registration(second, person, override_reason="")
        submissions.return_for_correction(registration, by=make.user(), reason="rank?")

        @atomic
        def first_come() -> None:
            second.admission = Admission.FIRST_COME

        first_come()
        with pytest.raises(Conflict, match="has a seat"):
            submissions.resubmit(registration, by=focal)
    elif how == "one":
        with pytest.raises(Conflict, match="has a seat"):
            submissions.submit(second, by=focal, trainee=person)
    else:
        other = make.trainee(person.agency)
        with pytest.raises(Conflict, match=person.name):
            submissions.submit_many(second, by=focal, agency=person.agency, people=[other, person])
        with pytest.raises(Invalid, match="Only a coordinator"):
            submissions.submit_many(
                second, by=focal, agency=person.agency, people=[person], override_reason="please"
            )


def test_an_agency_reads_the_other_training_only_if_it_registered_for_it(make: Make):
    person, first, second = officer(make)
    focal = make.user(Role.PARTNER, agency=person.agency)
    with pytest.raises(Conflict, match=first.code):
        submissions.submit(second, by=focal, trainee=person)

    # another agency put the person forward there; now they are with this one
    [held] = db.session.scalars(db.select(Registration).where(Registration.trainee_id == person.id))
    assert held.training_id == first.id
    elsewhere = make.agency()

    @atomic
    def moved() -> None:
        held.agency_id, held.agency_code = elsewhere.id, elsewhere.code

    moved()
    with pytest.raises(Conflict, match="in another training at that time") as refusal:
        submissions.submit(second, by=focal, trainee=person)
    assert first.code not in str(refusal.value.explained)


def test_of_many_only_those_are_left_out_who_are_elsewhere(make: Make):
    by = make.user()
    person, first, second = officer(make, admission=Admission.APPROVAL)
    chosen = [
        make.registration(second, who, override_reason="") for who in (make.trainee(), person, make.trainee())
    ]

    done = decisions.decide(second, chosen, decisions.Verb.CONFIRM, by=by)

    assert [one.is_done for one in done] == [True, False, True]
    assert first.code in done[1].sentence.translated() and done[1].code == "elsewhere"
    again = decisions.decide(second, [chosen[1]], decisions.Verb.CONFIRM, by=by, override_reason="agreed")
    assert again[0].is_done and chosen[1].override_reason == "agreed"


def test_a_seat_goes_to_the_next_in_line_and_the_list_says_why(make: Make):
    by = make.user()
    first, second = make.training(), make.training(capacity=1)
    holder = make.registration(second)
    person = make.trainee()
    waits = make.registration(second, person, override_reason="")
    following = make.registration(second, override_reason="")
    make.registration(first, person)

    said = why_waiting.why_not_yet(second, [waits, following], to_agency=True)
    promoted = submissions.withdraw(holder, by=by, reason="ill")

    assert first.code in str(said[waits.id]) and "next in line" in str(said[waits.id])
    assert "next in line" not in str(said[following.id])
    assert promoted == [following]
    assert (waits.state, following.state) == (S.RESERVE, S.CONFIRMED)


def test_a_substitute_who_is_elsewhere_is_refused_and_whoever_stands_at_the_door_comes_in(make: Make):
    by = make.user()
    person, first, second = officer(make)
    held = make.registration(second, make.trainee(person.agency))

    with pytest.raises(Conflict, match=first.code):
        late_changes.replace(held, by=by, substitute=person, reason="ill")
    assert held.state is S.CONFIRMED
    new = late_changes.replace(
        held, by=by, substitute=person, reason="ill", override_reason="he leaves early"
    )
    assert new.override_reason == "he leaves early"

    today = make.training(
        starts_on=clock.today("Europe/Vienna"), registration_closes_local=datetime.now() + timedelta(days=1)
    )
    make.registration(today, visitor := make.trainee())
    other = make.training(
        starts_on=today.starts_on, registration_closes_local=datetime.now() + timedelta(days=1)
    )
    assert late_changes.walk_in(other, by=by, trainee=visitor).state is S.CONFIRMED


# Two at once


def two_coordinators(app: Flask) -> tuple[list[str], int]:
    """The refusals, and how many seats one officer has, when two trainings at the same hours confirm them at once."""
    with app.app_context():
        make = Make()
        trainings = [make.training(admission=Admission.APPROVAL) for _ in "ab"]
        person, by = make.trainee(), make.user().id
        ids = [make.registration(one, person, override_reason="").id for one in trainings]
        held, person_id = trainings[0].id, person.id
        db.session.remove()

    def confirm(number: int) -> None:
        reserve_list.confirm(get(Registration, ids[number]), by=get(User, by))

    refusals = at_once(
        app,
        lambda: (locked_trainings.lock(get(Training, held)), confirm(0)),
        lambda: None,
        lambda: confirm(1),
    )
    with app.app_context():
        seats = db.session.scalars(
            db.select(Registration.id).where(
                Registration.trainee_id == person_id, Registration.state == S.CONFIRMED
            )
        )
        return [str(one) for one in refusals], len(seats.all())


@pytest.mark.real_commit
def test_two_coordinators_at_once_do_not_give_one_officer_two_seats(raced: Flask):
    refusals, seats = two_coordinators(raced)

    assert seats == 1
    assert len(refusals) == 1 and "has a seat in T-" in refusals[0]


@pytest.mark.real_commit
def test_without_holding_the_person_they_would(raced: Flask, monkeypatch):
    if db_is_sqlite(raced):
        pytest.skip("on SQLite a unit of work that writes begins by holding the whole database")
    monkeypatch.setattr(locked_trainings, "lock_people", lambda *args, **named: None)

    assert two_coordinators(raced) == ([], 2)


# One order


@pytest.mark.parametrize(
    "order",
    [(Trainee, Training), (Room, Trainee), (Trainer, Room), (Trainer, Training)],
    ids=lambda order: f"{order[0].__name__}-{order[1].__name__}",
)
def test_a_wrong_order_of_locks_is_seen(make: Make, order):
    @atomic
    def act() -> None:
        for model in order:
            lock_in_order(model, [1])

    with pytest.raises(LocksOutOfOrder, match="is locked after"):
        act()


def test_within_a_table_locks_ascend_and_what_is_held_may_be_held_again(make: Make):
    @atomic
    def act(*ids: int) -> None:
        for number in ids:
            lock_in_order(Trainee, [number])

    act(3, 5, 3, 5)
    with pytest.raises(LocksOutOfOrder, match="trainee 3 is locked after trainee 5"):
        act(5, 3)


def test_a_savepoint_that_is_taken_back_gives_its_locks_back(make: Make):
    @atomic
    def inner() -> None:
        lock_in_order(Trainer, [9])
        raise Conflict(Conflict.__doc__, "state")  # type: ignore[arg-type]

    @atomic
    def outer() -> None:
        with pytest.raises(Conflict):
            inner()
        lock_in_order(Training, [1])

    outer()
