"""Trainings: dates within the programme, a completion rule, and named steps with guards."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine

from tests.make import Make
from training import clock
from training.errors import Conflict, Invalid
from training.models import TrainingState
from training.services.attendance import registers
from training.services.trainings import moves


@pytest.mark.parametrize("percent", [0, 101, -1])
def test_the_completion_rule_is_never_zero(make: Make, percent):
    with pytest.raises(Invalid, match="from 1 to 100"):
        make.programme(completion_percent=percent)


def test_a_training_lies_within_its_programme_and_registration_closes_in_time(make: Make):
    with pytest.raises(Invalid, match="Choose days between these dates"):
        make.training(starts_on=clock.today() + timedelta(days=2000), is_open=False)
    with pytest.raises(Invalid, match="close after it opens"):
        make.training(registration_closes_local=datetime(2020, 1, 1), is_open=False)


def test_a_training_moves_through_its_states_by_named_steps_with_guards(make: Make):
    training, by = make.training(is_open=False), make.user()
    with pytest.raises(Conflict, match="Add its sessions first"):
        moves.change_state(training, by=by, name="open")
    session = make.session(training)
    moves.change_state(training, by=by, name="open")
    with pytest.raises(Conflict, match="has not begun yet"):
        moves.change_state(training, by=by, name="start")

    with time_machine.travel(session.ends_at + timedelta(hours=1)):
        moves.change_state(training, by=by, name="start")
        with pytest.raises(Conflict, match="still open"):
            moves.change_state(training, by=by, name="complete")
        registers.close(session, by=by)
        moves.change_state(training, by=by, name="complete")

    assert training.state is TrainingState.COMPLETED
    with pytest.raises(Conflict, match="state has changed"):
        moves.change_state(training, by=by, name="cancel", reason="no")


def test_cancelling_needs_a_reason(make: Make):
    with pytest.raises(Invalid, match="Say why"):
        moves.change_state(make.training(), by=make.user(), name="cancel", reason=" ")
