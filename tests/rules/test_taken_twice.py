"""Sessions that get new instants at once: which are written together, and which lose what they held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from training.rules.taken_twice import Held, Loss, Place, Span, groups, losses

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
BLUE, RED, ANA = Held("room", 1), Held("room", 2), Held("trainer", 1)


def span(hour: float) -> Span:
    return Span(NOON + timedelta(hours=hour), NOON + timedelta(hours=hour + 1))


def place(number: int, before: float, now: float, *holds: Held, of: int = 0, over: bool = False) -> Place:
    return Place(number, of or number, span(before), span(now), frozenset(holds), over)


def test_sessions_that_pass_through_each_other_are_written_together_and_lose_nothing():
    found = [place(1, 0, 1, BLUE), place(2, 1, 2, BLUE), place(3, 2, 3, BLUE)]

    assert groups(found) == [[1, 2, 3]]
    assert losses(found) == []


def test_trainings_that_do_not_meet_stay_apart():
    assert groups([place(1, 0, 1, BLUE), place(2, 1, 2, RED), place(3, 5, 6, BLUE), place(4, 0, 0, ANA)]) == [
        [1],
        [2],
        [3],
    ]


def test_one_that_stands_where_another_moves_to_is_written_with_it():
    assert groups([place(1, 0, 1, BLUE), place(2, 1, 1, BLUE)]) == [[1, 2]]
    assert groups([place(1, 0, 1, BLUE), place(2, 3, 3, BLUE)]) == [[1]]


def test_nothing_moves_so_nothing_is_written():
    assert groups([place(1, 0, 0, BLUE), place(2, 1, 1, BLUE)]) == []


def test_the_one_that_was_made_later_loses_what_both_hold_and_keeps_the_rest():
    found = [place(2, 1, 1, BLUE, ANA), place(1, 0, 1, BLUE)]

    assert losses(found) == [Loss(2, BLUE, 1)]


def test_one_that_lost_is_in_nobodys_way():
    found = [place(1, 0, 0.5, BLUE), place(2, 1, 1, BLUE), place(3, 1.5, 1.5, BLUE)]

    assert losses(found) == [Loss(2, BLUE, 1)]


def test_one_that_is_over_keeps_what_it_had():
    assert losses([place(1, 0.5, 1, BLUE), place(2, 1, 1, BLUE, over=True)]) == [Loss(1, BLUE, 2)]


def test_sessions_of_one_training_that_pass_through_each_other_are_one_unit():
    assert groups([place(1, 0, 1, BLUE, of=7), place(2, 1, 2, BLUE, of=7)]) == [[7]]
