"""Of the sessions that were moved one from the other, at most one is held: moves are taken back as a whole."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.make import Make
from tests.services.reports.cases import Case, carried_out, mark_of, planned
from training.errors import Conflict
from training.models import TrainingSession
from training.rules.minutes import Decision
from training.services.attendance import registers
from training.services.attendance.registers import Mark
from training.services.schedule import sessions, visible

HOURS = timedelta(hours=4)


@pytest.fixture
def case(make: Make) -> Case:
    """The first of two sessions was held, from 09:00 to 12:30, and one person was there."""
    return carried_out(planned(make, 1), "P>", closed=0)


def moved(make: Make, session: TrainingSession) -> TrainingSession:
    """The session that is held four hours earlier; the marks of this one do not count."""
    hours = {"starts_local": session.starts_local - HOURS, "ends_local": session.ends_local - HOURS}
    return make.change_session(session, by=make.user(), decision=Decision.NOT_COUNTED, **hours)


def marked(case: Case, session: TrainingSession) -> None:
    registers.save(session, by=None, marks=[mark_of(session, case.registrations[0], "P")])


@pytest.fixture
def chain(make: Make, case: Case) -> list[TrainingSession]:
    """A session that was marked and moved twice; nobody is marked in the last one yet."""
    first = case.sessions[0]
    second = moved(make, first)
    marked(case, second)
    return [first, second, moved(make, second)]


def held(chain: list[TrainingSession]) -> list[bool]:
    return [one.is_held for one in chain]


def test_a_move_is_not_taken_back_over_marks_two_moves_away(make: Make, case: Case, chain):
    marked(case, chain[2])

    for one in chain[:2]:
        with pytest.raises(Conflict, match="are marked in the session that is held instead"):
            sessions.hold_after_all(one, by=make.user())

    assert held(chain) == [False, False, True]


@pytest.mark.parametrize("which", [0, 1])
def test_whichever_is_held_after_all_is_held_alone(make: Make, chain, which: int):
    assert visible.instead_of(chain[0]) == visible.instead_of(chain[1]) == [chain[2]]

    sessions.hold_after_all(chain[which], by=make.user())

    assert held(chain) == [number == which for number in range(3)]
    assert chain[2].cancel_reason == "The move was taken back."


def test_what_a_move_had_planned_is_not_held_beside_what_took_place(make: Make, case: Case):
    first = case.sessions[0]
    second = moved(make, first)
    sessions.hold_after_all(first, by=make.user())
    assert visible.instead_of(second) == [first]

    with pytest.raises(Conflict, match="are marked in the session that is held instead"):
        sessions.hold_after_all(second, by=make.user())

    assert held([first, second]) == [True, False]


def test_of_two_moves_of_one_session_one_is_held(make: Make, case: Case):
    first = case.sessions[0]
    once = moved(make, first)
    sessions.hold_after_all(first, by=make.user())
    again = moved(make, first)

    sessions.hold_after_all(once, by=make.user())

    assert held([first, once, again]) == [False, True, False]


def test_what_a_closed_register_says_took_place_is_not_called_off(make: Make, case: Case, chain):
    last, [registration] = chain[2], case.registrations
    marked(case, last)
    registers.close(last, by=make.user())
    cleared = Mark(registration.public_id, None, version=1)
    assert registers.save(last, by=make.user(), marks=[cleared], reason="Nobody came.") == []

    with pytest.raises(Conflict, match="is closed, so that one took place"):
        sessions.hold_after_all(chain[0], by=make.user())

    assert held(chain) == [False, False, True]


def test_one_link_is_not_enough(make: Make, case: Case, chain, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(visible, "chain", lambda one: [x for x in chain if x is one or x.replaces is one])
    marked(case, chain[2])

    sessions.hold_after_all(chain[0], by=make.user())

    assert held(chain) == [True, False, True]


def test_sessions_of_the_training_that_were_not_moved_stand_alone(case: Case, chain):
    other = case.sessions[1]

    assert visible.chain(other) == [other]
    assert visible.chain(chain[1]) == chain
