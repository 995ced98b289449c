"""People who stand at the door: known or new, seats never broken silently, and nothing told of an agency's people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from tests.make import Make
from training.db import db
from training.errors import Conflict
from training.models import (
    Admission,
    AttendanceStatus,
    AuditEntry,
    RegistrationSource,
    RegistrationState,
    Role,
    Sex,
    Trainee,
)
from training.services import audit
from training.services.attendance import at_the_door, registers
from training.services.directory import agencies
from training.services.registrations import submissions, visible
from training.services.schedule import visible as schedule_visible

S = RegistrationState


class Door:
    """A training on the morning of its first session, and somebody who keeps the register."""

    def __init__(self, make: Make, **wanted):
        self.training = make.training(**wanted)
        self.session = schedule_visible.of(self.training)[0]
        self.by = make.user(Role.TRAINER)

    def add(self, agency, family_name="Sokolova", given_names="Vera", **wanted):
        return at_the_door.add(
            self.session,
            by=self.by,
            agency=agency,
            family_name=family_name,
            given_names=given_names,
            **wanted,
        )

    @property
    def listed(self) -> list[str]:
        return [row.registration.trainee_name for row in registers.register(self.session)]


@pytest.fixture
def opened(make: Make) -> Iterator[Callable[..., Door]]:
    """``opened(capacity=1)`` is a door ten minutes after the session has begun."""
    with ExitStack() as stack:

        def one(**wanted) -> Door:
            door = Door(make, **{"capacity": 2, **wanted})
            stack.enter_context(time_machine.travel(door.session.starts_at + timedelta(minutes=10)))
            return door

        yield one


@pytest.fixture
def door(opened) -> Door:
    return opened()


def people(agency) -> int:
    return db.session.scalar(select(func.count(Trainee.id)).where(Trainee.agency_id == agency.id)) or 0


def actions() -> set[str]:
    return set(db.session.scalars(select(AuditEntry.action)))


def test_somebody_new_is_added_confirmed_and_marked(door, make: Make):
    agency = make.agency(country="MD")

    added = door.add(agency, function="Inspector", sex=Sex.F)

    assert (added.state, added.source) == (S.CONFIRMED, RegistrationSource.WALK_IN)
    trainee = added.trainee
    assert (trainee.agency, trainee.country, trainee.function, trainee.sex) == (
        agency, "MD", "Inspector", Sex.F,
    )  # fmt: skip
    assert door.listed == [added.trainee_name]
    assert {"trainee.create", "registration.submit"} <= actions()


def test_who_is_added_after_the_session_stands_on_its_register_and_is_not_recorded(door, make: Make):
    """The register of the morning is filled in at noon, and somebody on the list of paper was never registered."""
    with time_machine.travel(door.session.ends_at + timedelta(hours=1)):
        added = door.add(make.agency())

        assert door.listed == [added.trainee_name]
        assert registers.tally(door.session).missing == 1
        with pytest.raises(Conflict, match="not recorded yet"):
            registers.close(door.session, by=door.by)
        assert registers.mark_rest(door.session, by=door.by, status=AttendanceStatus.PRESENT) == 1
        with pytest.raises(Conflict, match="on this register already"):
            door.add(added.agency)


def test_the_same_folded_name_of_the_same_agency_is_the_same_person(door, make: Make):
    agency = make.agency()
    known = make.trainee(agency, family_name="Соколова", given_names="Вера", function="Colonel")
    make.trainee(make.agency(), family_name="Sokolova", given_names="Vera")  # of another agency: not this one

    added = door.add(agency, "SOKOLOVA", "vera", function="Guard")

    assert added.trainee == known
    assert (known.family_name, known.function) == ("Соколова", "Colonel")
    assert people(agency) == 1


@pytest.mark.parametrize("name", [("Sokolova", "Vera Ivanovna"), ("Vera", "Sokolova"), ("Sokol", "Vera")])
def test_another_name_is_another_person(name, door, make: Make):
    agency = make.agency()
    make.trainee(agency, family_name="Sokolova", given_names="Vera")

    door.add(agency, *name)

    assert people(agency) == 2


def test_two_of_one_name_are_not_guessed_between(door, make: Make):
    agency = make.agency()
    known = [make.trainee(agency, family_name="Sokolova", given_names="Vera") for _ in range(2)]

    added = door.add(agency)

    assert added.trainee not in known


def test_sending_it_twice_adds_one_person_and_shows_the_name_as_typed(door, make: Make):
    agency = make.agency()
    make.trainee(agency, family_name="Соколова", given_names="Вера")
    door.add(agency)

    with pytest.raises(Conflict) as refusal:
        door.add(agency)

    assert refusal.value.code == "on_register"
    assert "Sokolova" in str(refusal.value.message) and "Соколова" not in str(refusal.value.message)
    assert (people(agency), len(door.listed)) == (1, 1)


def test_another_of_the_same_name_is_a_person_of_their_own(door, make: Make):
    agency = make.agency()
    first = door.add(agency)

    second = door.add(agency, is_another=True)

    assert first.trainee != second.trainee
    assert (people(agency), len(door.listed)) == (2, 2)


def test_without_a_seat_nobody_is_added_and_nothing_is_left_behind(opened, make: Make):
    door, agency = opened(capacity=1), make.agency()
    make.registration(door.training)

    with pytest.raises(Conflict) as refusal:
        door.add(agency)

    assert refusal.value.code == "full"
    assert "Who can help: the coordinator" in str(refusal.value.explained)
    assert (people(agency), door.training.capacity) == (0, 1)


def test_raising_the_seats_by_one_and_adding_is_one_audited_step(opened, make: Make):
    door, agency = opened(capacity=1), make.agency()
    make.registration(door.training)

    added = door.add(agency, raise_seats=True)

    assert (added.state, door.training.capacity) == (S.CONFIRMED, 2)
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "seats.raised_at_the_door")
    ).one()
    assert entry.changes["capacity"] == [1, 2] and entry.user_id == door.by.id


def test_seats_are_not_raised_while_one_is_free_nor_when_the_person_is_refused(door, make: Make):
    agency = make.agency()
    door.add(agency, raise_seats=True)
    make.registration(door.training)
    assert door.training.capacity == 2

    with pytest.raises(Conflict):
        door.add(agency, raise_seats=True)

    assert door.training.capacity == 2
    assert "seats.raised_at_the_door" not in actions()


def test_a_raised_seat_is_not_given_to_the_reserve_list(opened, make: Make):
    door, agency = opened(capacity=1), make.agency()
    make.registration(door.training)
    waiting = make.registration(door.training)

    added = door.add(agency, raise_seats=True)

    assert (added.state, waiting.state) == (S.CONFIRMED, S.RESERVE)


def test_who_waited_for_a_decision_is_let_in_where_a_seat_is_free(opened, make: Make):
    door, agency = opened(capacity=1, admission=Admission.APPROVAL), make.agency()
    known = make.trainee(agency, family_name="Sokolova", given_names="Vera")
    waiting = make.registration(door.training, known)
    assert door.listed == []

    added = door.add(agency)

    assert added == waiting
    assert (added.state, added.source) == (S.CONFIRMED, RegistrationSource.WALK_IN)
    assert len(door.listed) == 1
    assert [step.to_state for step in visible.history(added)][-1] is S.CONFIRMED
    assert "registration.let_in" in {e.action for e in db.session.scalars(audit.about(added))}


def test_who_waits_on_the_reserve_list_of_a_full_training_is_refused_like_anybody(opened, make: Make):
    door, agency = opened(capacity=1), make.agency()
    make.registration(door.training)
    known = make.trainee(agency, family_name="Sokolova", given_names="Vera")
    waiting = make.registration(door.training, known)

    with pytest.raises(Conflict) as refusal:
        door.add(agency)

    assert (refusal.value.code, waiting.state) == ("full", S.RESERVE)


def test_a_seat_kept_for_others_is_taken_and_the_log_says_so(door, make: Make):
    make.kept(door.training, by=None, seats=2, agency=make.agency())

    door.add(make.agency())

    assert "seats.taken_at_the_door" in actions()


@pytest.mark.parametrize("days", [-1, 1])
def test_on_another_day_nobody_is_added(days, door, make: Make):
    agency, starts_at = make.agency(), door.session.starts_at

    with time_machine.travel(starts_at + timedelta(days=days)), pytest.raises(Conflict) as refusal:
        door.add(agency)

    assert refusal.value.code == "not_today"
    with time_machine.travel(starts_at - timedelta(hours=2)):
        assert door.add(agency).state is S.CONFIRMED


def test_a_closed_register_takes_nobody(door, make: Make):
    with time_machine.travel(door.session.ends_at + timedelta(minutes=1)):
        registers.close(door.session, by=door.by)

        with pytest.raises(Conflict) as refusal:
            door.add(make.agency())

    assert refusal.value.code == "not_today"


def test_a_suspended_agency_stays_out(door, make: Make):
    agency = make.agency()
    agencies.suspend(agency, by=make.user(), reason="Under review.")

    with pytest.raises(Conflict) as refusal:
        door.add(agency)

    assert refusal.value.code == "suspended"
    assert people(agency) == 0


def test_who_waits_under_another_spelling_is_let_in_and_not_added_twice(opened, make: Make):
    door = opened(admission=Admission.APPROVAL)
    agency = make.agency()
    waiting = submissions.submit(
        door.training, by=None, override=True,
        trainee=make.trainee(agency, family_name="Shevchenko", given_names="Olha"),
    )  # fmt: skip
    make.trainee(agency, family_name="Chevtchenko", given_names="Olga")

    added = door.add(agency, family_name="Шевченко", given_names="Ольга")

    assert added is waiting and added.state is S.CONFIRMED and people(agency) == 2


def test_who_is_spelled_like_one_on_the_register_is_asked_about_first(opened, make: Make):
    door, agency = opened(capacity=3), make.agency()
    door.add(agency, family_name="Shevchenko", given_names="Olha")

    with pytest.raises(Conflict, match="Shevchenko, Olha is on this register") as refusal:
        door.add(agency, family_name="Шевченко", given_names="Ольга")
    assert (refusal.value.code, people(agency)) == ("on_register", 1)
    door.add(make.agency(), family_name="Шевченко", given_names="Ольга")
    door.add(agency, family_name="Шевченко", given_names="Ольга", is_another=True)

    assert (len(door.listed), people(agency)) == (3, 2)


def test_a_double_of_one_on_the_register_is_asked_about_though_its_spelling_is_known(opened, make: Make):
    door, agency = opened(capacity=3), make.agency()
    door.add(agency, family_name="Shevchenko", given_names="Olha")
    known = make.trainee(agency, family_name="Shevchenko", given_names="Olga")

    with pytest.raises(Conflict, match="Shevchenko, Olha is on this register") as refusal:
        door.add(agency, family_name="Shevchenko", given_names="Olga")
    added = door.add(agency, family_name="Shevchenko", given_names="Olga", is_another=True)

    assert refusal.value.code == "on_register"
    assert added.trainee is known and len(door.listed) == 2
