"""Each act through its one door does all that follows from it, says who moved up, and keeps who caused it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from tests.make import Make
from tests.services.letters.mailed import forget, send, to, written
from tests.services.logged import entries
from tests.services.schedule.planned import skipped, with_room_and_trainer
from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import (
    Admission,
    AuditEntry,
    Promotion,
    ReasonCode,
    Registration,
    RegistrationState,
    Role,
    Training,
    TrainingState,
    User,
)
from training.services import audit, locked_trainings, seat_counts, visible_trainings
from training.services.directory import agencies
from training.services.registrations import (
    drafts,
    kept_seats,
    late_changes,
    reserve_list,
    seat_requests,
    submissions,
    visible,
)
from training.services.schedule import visible as schedule_visible
from training.services.trainings import changes, moves

S = RegistrationState


def with_reserve(make: Make, count: int, **wanted) -> tuple[Training, list[Registration]]:
    """A training whose one seat is held, and those who wait for another."""
    training = make.training(capacity=1, **wanted)
    held = make.registration(training)
    if training.admission is Admission.APPROVAL:
        reserve_list.confirm(held, by=None)
    waiting = [make.registration(training) for _ in range(count)]
    if training.admission is Admission.APPROVAL:
        for one in waiting:
            reserve_list.reserve(one, by=None)
    return training, waiting


def raise_capacity(training: Training, by: User, capacity: int) -> list[Registration]:
    return changes.change(training, by=by, details=Make().changed(training, capacity=capacity))


# Seats that a change adds


@pytest.mark.parametrize("admission", Admission)
def test_a_change_from_one_seat_to_three_promotes_the_first_two_who_wait(admission: Admission, make: Make):
    training, waiting = with_reserve(make, 3, admission=admission)

    moved_up = raise_capacity(training, make.user(), 3)

    assert moved_up == waiting[:2]
    assert [one.state for one in waiting] == [S.CONFIRMED, S.CONFIRMED, S.RESERVE]


def test_first_come_a_change_gives_all_that_is_free_and_by_approval_only_what_it_added(make: Make):
    found = {}
    for admission in Admission:
        training, waiting = with_reserve(make, 3, admission=admission)
        atomic(setattr)(training, "capacity", 2)  # a seat that a coordinator left free
        found[admission] = len(raise_capacity(training, make.user(), 3))

    assert found == {Admission.FIRST_COME: 2, Admission.APPROVAL: 1}


def test_where_the_training_proposes_a_change_promotes_nobody(make: Make):
    training, waiting = with_reserve(make, 2, promotion=Promotion.PROPOSED)

    assert raise_capacity(training, make.user(), 5) == []
    assert [one.state for one in waiting] == [S.RESERVE, S.RESERVE]


def test_a_change_that_is_refused_stores_nothing_and_promotes_nobody(make: Make):
    training, (waiting,) = with_reserve(make, 1)
    too_early = training.starts_on - timedelta(days=5)

    with pytest.raises(Invalid):
        changes.change(
            training, by=make.user(), details=make.changed(training, capacity=5, ends_on=too_early)
        )

    assert (training.capacity, waiting.state) == (1, S.RESERVE)


def test_a_seat_added_at_the_door_is_for_who_stands_there_alone(make: Make):
    training, (waiting,) = with_reserve(make, 1)
    person, by = make.trainee(), make.user()

    with time_machine.travel(datetime.combine(training.starts_on, time(8), UTC), tick=False):
        changes.add_seat_at_the_door(training, by=by)
        assert (training.capacity, waiting.state) == (2, S.RESERVE)
        come = late_changes.walk_in(training, by=by, trainee=person)

    assert (come.state, waiting.state) == (S.CONFIRMED, S.RESERVE)


# Every act that frees or adds seats


def by_a_change(make: Make, by: User):
    training, waiting = with_reserve(make, 2)
    return raise_capacity(training, by, 5), waiting


def by_resuming_an_agency_that_waits_for_two_trainings(make: Make, by: User):
    agency, held, waiting = make.agency(), [], []
    for _ in range(2):
        training = make.training(capacity=1)
        held.append(make.registration(training))
        waiting.append(make.registration(training, make.trainee(agency)))
    agencies.suspend(agency, by=by, reason="under review")
    for one in held:
        assert submissions.withdraw(one, by=by, reason="ill") == []
    return agencies.resume(agency, by=by), waiting


def by_keeping_more_for_an_agency(make: Make, by: User):
    training, agency = make.training(capacity=3), make.agency()
    kept_seats.keep(training, by=by, seats=1, agency=agency)
    _, waiting = (make.registration(training, make.trainee(agency)) for _ in range(2))
    return kept_seats.keep(training, by=by, seats=2, agency=agency), [waiting]


def by_keeping_more_for_a_country(make: Make, by: User):
    training = make.training(capacity=3)
    kept_seats.keep(training, by=by, seats=1, country="FR")
    _, waiting = (make.registration(training, make.trainee(make.agency(country="FR"))) for _ in range(2))
    return kept_seats.keep(training, by=by, seats=2, country="FR"), [waiting]


def by_keeping_fewer(make: Make, by: User):
    training, other = make.training(capacity=2), make.agency()
    kept_seats.keep(training, by=by, seats=2, agency=other)
    waiting = make.registration(training)
    return kept_seats.keep(training, by=by, seats=1, agency=other), [waiting]


def by_releasing_kept_seats(make: Make, by: User):
    training = make.training(capacity=2)
    kept = make.kept(training, by=by, seats=2, agency=make.agency())
    waiting = make.registration(training)
    return kept_seats.release(training, by=by, picked=[kept.public_id]), [waiting]


def by_giving_seats_back(make: Make, by: User):
    training, agency = make.training(capacity=2), make.agency()
    kept_seats.keep(training, by=by, seats=2, agency=agency)
    waiting = make.registration(training)
    return seat_requests.give_back(training, by=by, agency=agency, seats=1, sentence="fewer people"), [
        waiting
    ]


def by_granting_seats(make: Make, by: User):
    training, agency = make.training(capacity=3), make.agency()
    kept_seats.keep(training, by=by, seats=1, agency=agency)
    _, waiting = (make.registration(training, make.trainee(agency)) for _ in range(2))
    asked = seat_requests.ask(training, by=by, agency=agency, seats=1, sentence="more people")
    return seat_requests.grant(asked, by=by, seats=1), [waiting]


def by_a_withdrawal(make: Make, by: User):
    training = make.training(capacity=1)
    held, waiting = make.registration(training), make.registration(training)
    return submissions.withdraw(held, by=by, reason="ill"), [waiting]


def by_opening_again(make: Make, by: User):
    training = make.training(capacity=1)
    held, waiting = make.registration(training), make.registration(training)
    moves.change_state(training, by=by, name="postpone", reason="elections")
    assert submissions.withdraw(held, by=by, reason="ill") == []
    make.session(training)
    return moves.change_state(training, by=by, name="open"), [waiting]


ACTS = [
    by_a_change, by_resuming_an_agency_that_waits_for_two_trainings, by_keeping_more_for_an_agency,
    by_keeping_more_for_a_country, by_keeping_fewer, by_releasing_kept_seats, by_giving_seats_back,
    by_granting_seats, by_a_withdrawal, by_opening_again,
]  # fmt: skip
Act = Callable[[Make, User], tuple[list[Registration], list[Registration]]]
each_act = pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)


@each_act
def test_an_act_gives_the_seats_and_returns_who_moved_up(act: Act, make: Make):
    moved_up, waiting = act(make, make.user())

    assert moved_up == waiting
    assert {one.state for one in waiting} == {S.CONFIRMED}


@each_act
def test_without_promotion_the_same_people_would_wait_on(act: Act, make: Make, monkeypatch):
    for module in (reserve_list, kept_seats):  # the second calls it by its bare name
        monkeypatch.setattr(module, "promote", lambda training, freed, *, by: [])

    moved_up, waiting = act(make, make.user())

    assert moved_up == [] and {one.state for one in waiting} == {S.RESERVE}


@each_act
def test_the_log_names_who_caused_a_promotion_and_the_agency_reads_no_name(act: Act, make: Make):
    by = make.user()

    _, waiting = act(make, by)

    for one in waiting:
        (entry,) = db.session.scalars(audit.about(one).where(AuditEntry.action == "registration.promote"))
        assert (entry.user_id, entry.user_name) == (by.id, by.name)
        step = visible.history(one)[-1]
        assert (step.to_state, step.by_id, step.by_name) == (S.CONFIRMED, None, "")


# A training is off, or stands again


def test_cancelling_withdraws_everybody_by_the_organiser_and_ends_drafts_without_a_word(make: Make):
    training, by, focal = make.training(capacity=1), make.user(), make.user(Role.PARTNER)
    live = [make.registration(training, make.trainee(focal.agency)) for _ in range(2)]
    (draft,) = drafts.keep(training, by=focal, agency=focal.agency, people=[make.trainee(focal.agency)])
    forget()

    assert moves.change_state(training, by=by, name="cancel", reason="no budget") == []

    assert {one.state for one in [*live, draft]} == {S.WITHDRAWN}
    last = [visible.history(one)[-1] for one in live]
    assert {(s.reason_code, s.reason, s.by_id) for s in last} == {(ReasonCode.ORGANISER, "no budget", by.id)}
    (letter,) = written(focal)
    assert letter.kind == "cancelled" and letter.body.count("no budget") == 1
    assert [letter.body.count(one.trainee.name) for one in [*live, draft]] == [1, 1, 0]


@pytest.mark.parametrize("name", ["cancel", "postpone"])
def test_calling_it_off_sets_rooms_and_trainers_free(name: str, make: Make):
    training, other = make.training(), make.training()
    session = with_room_and_trainer(make, training)
    trainers = [entry.trainer for entry in session.session_trainers]
    same_hours = {"starts_local": session.starts_local, "ends_local": session.ends_local}
    with pytest.raises(Conflict):
        make.session(other, room=session.room, trainers=trainers, **same_hours)

    moves.change_state(training, by=make.user(), name=name, reason="floods")

    assert locked_trainings.live_sessions(training) == []
    is_off = name == "cancel"  # what was postponed sleeps, and can be held again
    assert {(one.is_cancelled, one.is_asleep) for one in schedule_visible.of(training)} == {
        (is_off, not is_off)
    }
    assert {one.cancel_reason for one in schedule_visible.of(training)} == {"floods" if is_off else ""}
    assert [entry.is_off for entry in session.session_trainers] == [True]
    assert make.session(other, room=session.room, trainers=trainers, **same_hours).room is session.room


def test_postponing_keeps_the_registrations(make: Make):
    training, (waiting,) = with_reserve(make, 1)

    assert moves.change_state(training, by=make.user(), name="postpone", reason="floods") == []

    assert visible_trainings.state_counts(training) == {"confirmed": 1, "reserve": 1}


def test_opening_again_gives_those_who_were_offered_a_seat_the_whole_time_to_take_it(make: Make):
    training, by = make.training(capacity=1, admission=Admission.APPROVAL), make.user()
    offered = reserve_list.reserve(make.registration(training), by=by)
    reserve_list.offer(offered, by=by)
    was_until = offered.offer_expires_at
    moves.change_state(training, by=by, name="postpone", reason="floods")
    make.session(training)

    with time_machine.travel(was_until - timedelta(hours=1), tick=False):
        moves.change_state(training, by=by, name="open")

        assert offered.offer_expires_at == clock.now() + timedelta(hours=training.offer_hours)
    assert offered.state is S.OFFERED


@pytest.mark.parametrize("name", ["cancel", "postpone"])
def test_a_move_that_is_refused_leaves_training_sessions_and_registrations(name: str, make: Make):
    training, (waiting,) = with_reserve(make, 1)
    before = entries()

    with pytest.raises(Invalid, match="Say why"):
        moves.change_state(training, by=make.user(), name=name, reason=" ")

    assert training.state is TrainingState.OPEN and waiting.state is S.RESERVE
    assert len(locked_trainings.live_sessions(training)) == 1
    assert entries() == before + 1  # the user who was made


# An agency


def test_resuming_lets_the_letters_go_that_waited_and_tells_of_the_new_seat(make: Make, app):
    focal, by = make.user(Role.PARTNER), make.user()
    off, training = make.training(), make.training(capacity=1)
    make.registration(off, make.trainee(focal.agency))
    held, waiting = make.registration(training), make.registration(training, make.trainee(focal.agency))
    forget()
    agencies.suspend(focal.agency, by=by, reason="under review")
    moves.change_state(off, by=by, name="cancel", reason="floods")
    submissions.withdraw(held, by=by, reason="ill")
    assert to(send(app), focal.email) == []

    agencies.resume(focal.agency, by=by)

    cancelled, confirmed = to(send(app), focal.email)
    assert "floods" in cancelled and waiting.trainee.name in confirmed


# Seats that are kept


@pytest.mark.parametrize("whom", [{}, {"seats": 99}, {"release_local": "skipped"}])
def test_keeping_that_is_refused_leaves_nothing_half_stored(whom, make: Make):
    training, agency, by = make.training(capacity=2), make.agency(), make.user()
    kept_seats.keep(training, by=by, seats=1, agency=agency)
    waiting = [make.registration(training, make.trainee(agency)) for _ in range(2)][1]
    before = entries()
    wanted = {"seats": 2, "agency": agency, **whom} if whom else {"seats": 2}
    if "release_local" in whom:
        wanted["release_local"] = skipped(training.zone)

    with pytest.raises(Invalid):
        kept_seats.keep(training, by=by, **wanted)

    assert [(one.seats, one.release_local) for one in seat_counts.allocations(training)] == [(1, None)]
    assert (waiting.state, entries()) == (S.RESERVE, before)


def test_a_release_that_would_promote_others_by_now_is_refused_and_releases_nothing(make: Make):
    training, by = make.training(capacity=1), make.user()
    kept = make.kept(training, seats=1, agency=make.agency())
    waiting, second = make.registration(training), make.registration(training)

    with pytest.raises(Conflict, match="changed meanwhile"):
        kept_seats.release(training, by=by, picked=[kept.public_id], expected=[second.public_id])

    assert (kept.released_at, waiting.state, second.state) == (None, S.RESERVE, S.RESERVE)
