"""What a reader may take away: open and personal values as ever, special ones for a reason and with few."""

from __future__ import annotations

import pytest

from tests.make import Make
from training.errors import NotFound
from training.models import Role
from training.models.about_people import Class
from training.policy import in_scope
from training.services import may_take

ALL = tuple(Class)
USUAL = {Class.OPEN, Class.PERSONAL}


@pytest.mark.parametrize("role", Role)
def test_without_a_reason_nobody_takes_special_values_and_everybody_the_others(make: Make, role):
    reader, training = make.user(role), make.training()

    assert may_take.classes(reader, ALL, of=training) == USUAL
    assert may_take.classes(reader, ALL, of=training, why="  ") == USUAL
    assert may_take.classes(reader, [Class.OPEN], of=training, why="meals") == {Class.OPEN}


@pytest.mark.parametrize("role", Role)
def test_with_a_reason_those_take_them_who_look_after_people(make: Make, role):
    found = may_take.classes(make.user(role), ALL, of=make.training(), why="meals")

    assert (Class.SPECIAL in found) == (role in (Role.ADMIN, Role.COORDINATOR))
    assert found >= USUAL


def test_a_coordinator_takes_those_of_the_own_themes_as_the_policy_draws_them(make: Make):
    own, other = make.training(), make.training(programme=make.programme("THB"))
    reader = make.user(Role.COORDINATOR, themes=[make.theme("BMV")])
    by_theme = {
        one: Class.SPECIAL in may_take.classes(reader, ALL, of=one, why="meals") for one in (own, other)
    }

    assert by_theme == {own: True, other: False}
    assert by_theme == {one: in_scope(reader, one) for one in (own, other)}
    assert may_take.classes(reader, ALL, why="meals") == USUAL  # of no training: nobody's theme


def test_a_command_and_the_link_of_a_person_take_no_special_values(make: Make):
    assert may_take.classes(None, ALL, of=make.training(), why="meals") == USUAL


def test_a_file_that_is_written_whole_is_refused_where_a_part_of_it_may_not_leave(make: Make):
    may_take.whole(None, USUAL)
    may_take.whole(make.user(), ALL, why="meals")
    with pytest.raises(NotFound):
        may_take.whole(make.user(), ALL)
