"""Who is told of a registration's steps: once for a batch, and in the transaction of the change."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from tests.services.letters.mailed import forget, kinds, written
from training.db import atomic
from training.errors import Conflict, DomainError
from training.models import (
    Admission,
    Promotion,
    Role,
)
from training.services.letters import outbox
from training.services.registrations import (
    late_changes,
    reserve_list,
    submissions,
)
from training.texts import letters


def test_every_step_of_a_registration_is_told_to_its_agency(desk, make: Make):
    training, agency, focal, by = (desk[k] for k in ("training", "agency", "focal", "coordinator"))
    one, other = (make.registration(training, make.trainee(agency)) for _ in range(2))
    assert kinds(focal) == ["submitted", "submitted"]

    submissions.return_for_correction(one, by=by, reason="Birth of date?")
    assert "Birth of date?" in written(focal)[0].body
    assert kinds(focal) == ["returned"]
    submissions.resubmit(one, by=focal)
    assert kinds(focal) == ["submitted"]
    reserve_list.reserve(one, by=by)
    assert "1. " + one.trainee.name in written(focal)[0].body
    assert kinds(focal) == ["reserve"]
    reserve_list.offer(one, by=by)
    until = letters.moment(one.offer_expires_at, training.zone, "en")
    assert f"{one.trainee.name}: {until}" in written(focal)[0].body
    assert kinds(focal) == ["offered"]
    reserve_list.confirm(one, by=by)
    assert kinds(focal) == ["confirmed"]
    new = late_changes.replace(one, by=focal, substitute=make.trainee(agency), reason="ill")
    assert f"{one.trainee.name} → {new.trainee.name}" in written(focal)[0].body
    assert kinds(focal) == ["replaced"]
    submissions.decline(other, by=by, reason="Too late")
    assert "Too late" in written(focal)[0].body
    assert kinds(focal) == ["declined"]
    submissions.withdraw(new, by=focal, reason="on leave")
    assert kinds(focal) == ["withdrawn"]


def test_the_rank_is_the_one_among_the_own_agencys_people(make: Make):
    training, mine = make.training(capacity=1), make.user(Role.PARTNER)
    for _ in range(3):
        make.registration(training)
    forget()

    waiting = make.registration(training, make.trainee(mine.agency))

    assert waiting.reserve_rank == 3
    assert f"  1. {waiting.trainee.name}" in written(mine)[0].body


def test_five_hundred_people_make_one_letter_for_each_focal_point_and_one_digest(make: Make):
    agency, training = make.agency(), make.training(capacity=300)
    focal, second = (make.user(Role.PARTNER, agency=agency) for _ in range(2))
    coordinator = make.user(Role.COORDINATOR)
    people = [make.trainee(agency, email=f"p{n}@example.org") for n in range(500)]
    forget()

    submissions.submit_many(training, by=focal, agency=agency, people=people)

    assert [len(written(user)) for user in (focal, second, coordinator)] == [1, 1, 1]
    body = written(focal)[0].body
    assert sum(person.name in body for person in people) == 500
    assert "  200. " in body
    assert len([row for row in written() if row.kind == "trainee"]) == 500


def test_a_withdrawal_and_who_moves_up_stand_in_one_letter_of_one_agency(make: Make):
    focal, training = make.user(Role.PARTNER), make.training(capacity=1)
    first, next_one = (make.registration(training, make.trainee(focal.agency)) for _ in range(2))
    forget()

    submissions.withdraw(first, by=focal, reason="ill")

    (letter,) = written(focal)
    assert letter.kind == "frame"
    assert first.trainee.name in letter.body and next_one.trainee.name in letter.body


def test_what_is_rolled_back_tells_nobody(desk, make: Make):
    @atomic
    def fails() -> None:
        make.registration(desk["training"], make.trainee(desk["agency"]))
        raise Conflict(notices_text, "state")

    notices_text = outbox.msg("no")
    with pytest.raises(DomainError):
        fails()

    assert written() == []


def test_a_savepoint_that_is_rolled_back_takes_its_notices_with_it(desk, make: Make, monkeypatch):
    kept, lost = make.trainee(desk["agency"]), make.trainee(desk["agency"])

    @atomic
    def inner() -> None:
        make.registration(desk["training"], lost)
        raise Conflict(outbox.msg("no"), "state")

    @atomic
    def outer() -> None:
        make.registration(desk["training"], kept)
        with pytest.raises(Conflict):
            inner()

    outer()

    (letter,) = written(desk["focal"])
    assert kept.name in letter.body and lost.name not in letter.body


def test_coordinators_in_scope_are_told_of_submissions_and_withdrawals_and_no_others(desk, make: Make):
    outside = make.user(Role.COORDINATOR, themes=[make.theme("LMI")])
    registration = make.registration(desk["training"], make.trainee(desk["agency"]))
    submissions.withdraw(registration, by=desk["focal"], reason="ill")

    assert kinds(desk["coordinator"]) == ["coordinator_submitted", "coordinator_withdrawn"]
    assert written(outside) == []


def test_a_coordinator_is_not_told_what_they_did_themselves(desk, make: Make):
    registration = make.registration(desk["training"], make.trainee(desk["agency"]))
    forget()

    submissions.withdraw(registration, by=desk["coordinator"], reason="x")

    assert written(desk["coordinator"]) == []
    assert len(written(desk["focal"])) == 1


def test_an_offer_that_nobody_took_is_told_as_what_it_is(desk, make: Make):
    registration = make.registration(desk["training"], make.trainee(desk["agency"]))
    reserve_list.reserve(registration, by=desk["coordinator"])
    reserve_list.offer(registration, by=desk["coordinator"])
    forget()

    with time_machine.travel(registration.offer_expires_at + timedelta(minutes=1), tick=False):
        reserve_list.expire_offers()

    (letter,) = written(desk["focal"])
    assert letter.kind == "offer_over"
    assert letter.subject.startswith("The offer has expired")
    assert f"  1. {registration.trainee.name}" in letter.body


@pytest.mark.parametrize("admission", Admission)
def test_the_reserve_letter_says_nothing_that_the_rule_of_the_training_does_not_hold(admission, make: Make):
    focal, by = make.user(Role.PARTNER), make.user(Role.COORDINATOR)
    training = make.training(capacity=1, admission=admission, promotion=Promotion.PROPOSED)
    if admission is Admission.FIRST_COME:
        make.registration(training)
    waiting = make.registration(training, make.trainee(focal.agency))
    if admission is Admission.APPROVAL:
        forget()
        reserve_list.reserve(waiting, by=by)  # by decision, while a seat is free

    (letter,) = [row for row in written(focal) if row.kind == "reserve"]

    assert "All seats" not in letter.body and "next in line" not in letter.body
    assert "rule" in letter.body
