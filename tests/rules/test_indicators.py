"""What always holds of participations that follow from cells, and of their totals: properties over random cells."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from training.rules import indicators
from training.rules.indicators import Cell, Outcome, Participation, judged, of_cells, totals

EXAMPLES = 500 if os.environ.get("STORM") == "full" else 60
STATUSES = ("present", "late", "excused", "absent", None)
ADDITIVE = ("confirmed", "participations", "completed", "no_shows", "excused", "not_known", "pending", "dropped_out",
            "joined_late", "attended", "due", "half_days", "exact_days", "exact_days_by_hours")  # fmt: skip
NOT_ADDITIVE = ("persons", "persons_trained")


@st.composite
def cells(draw: st.DrawFn) -> list[Cell]:
    """One person's sessions, in the register of each once or twice. A closed register has no hole."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        long, has_ended = draw(st.integers(1, 400)), draw(st.booleans())
        is_open = draw(st.booleans()) or not has_ended
        for _ in range(draw(st.integers(1, 2))):
            status, expected = draw(st.sampled_from(STATUSES)), draw(st.booleans())
            if status is None and not is_open:
                expected = False
            minutes = {"present": long, "late": draw(st.integers(1, long))}.get(status or "", 0)
            halves = frozenset({(number // 2, number % 2)}) if minutes else frozenset()
            found.append(
                Cell(number, long, number // 2, minutes, status, expected, has_ended, is_open, False, halves)
            )
    return found


def participation(trainee_id: int, training_id: int, **known: Any) -> Participation:
    zeros = dict.fromkeys(Participation._fields[2:12], 0)
    given: dict[str, Any] = {"joined_late": False, "is_released": False, "completion_percent": 80}
    return Participation(trainee_id, training_id, **{**zeros, **given, **known})


@st.composite
def people(draw: st.DrawFn) -> list[Participation]:
    found = []
    for training_id in range(draw(st.integers(1, 3))):
        for trainee_id in draw(st.sets(st.integers(0, 5), max_size=5)):
            like = participation(
                trainee_id, training_id, joined_late=draw(st.booleans()), is_released=draw(st.booleans()),
                completion_percent=draw(st.sampled_from((50, 80, 100))), by_half_days=draw(st.booleans()),
                day_minutes=draw(st.sampled_from((300, 360))), sex=draw(st.sampled_from(("f", "m", "not_recorded"))),
            )  # fmt: skip
            found.append(of_cells(draw(cells()), like))
    return found


def added(found: list[Participation]) -> indicators.Totals:
    return totals((one, judged(one)) for one in found)


@given(people())
@settings(max_examples=EXAMPLES, deadline=None)
def test_confirmed_are_those_who_came_are_not_known_excused_or_no_shows(found: list[Participation]):
    whole = added(found)

    assert whole.confirmed == whole.participations + whole.not_known + whole.excused + whole.no_shows
    for one in found:
        assert 0 <= one.attended <= one.due <= one.due_all
        assert 0 <= one.due_excused <= one.due
        if indicators.completed(one):
            assert one.outcome is Outcome.CAME
            assert not one.has_dropped_out


@given(people())
@settings(max_examples=EXAMPLES, deadline=None)
def test_figures_of_a_split_add_up_or_lie_between(found: list[Participation]):
    whole = added(found)
    lines = [added([one for one in found if one.training_id == number]) for number in range(3)]

    for name in ADDITIVE:
        assert sum(getattr(line, name) for line in lines) == getattr(whole, name), name
    for name in NOT_ADDITIVE:
        parts = [getattr(line, name) for line in lines]
        assert max(parts) <= getattr(whole, name) <= sum(parts), name


@given(cells(), st.randoms(use_true_random=False))
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_order_of_the_marks_does_not_matter(found: list[Cell], chance: Any):
    like, shuffled = participation(1, 1), list(found)
    chance.shuffle(shuffled)

    assert of_cells(found, like) == of_cells(shuffled, like)


@given(cells())
@settings(max_examples=EXAMPLES, deadline=None)
def test_closing_what_is_marked_changes_no_minute(found: list[Cell]):
    """A register is closed only when everybody expected is marked; then closing it changes nothing but its state."""
    full = [one for one in found if one.status is not None or not one.is_expected]
    if full:
        closed = [one._replace(is_open=False) if one.has_ended else one for one in full]

        assert of_cells(closed, participation(1, 1)) == of_cells(full, participation(1, 1))


@given(cells(), st.integers(0, 5))
@settings(max_examples=EXAMPLES, deadline=None)
def test_another_mark_raises_what_is_attended_by_no_more_than_what_is_due(found: list[Cell], number: int):
    cell = found[number % len(found)]
    marked = [one._replace(status="present", minutes=one.scheduled) if one is cell else one for one in found]
    before, after = of_cells(found, participation(1, 1)), of_cells(marked, participation(1, 1))

    assert after.attended >= before.attended
    assert after.due >= before.due
    assert after.due_all == before.due_all
