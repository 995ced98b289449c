"""A trainer who was swapped: whoever was announced, and whoever stood in, find and open the register."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from training import clock, policy
from training.db import db
from training.models import Role
from training.policy import Action
from training.services.schedule import visible


@pytest.fixture
def swapped(make: Make):
    """The plan names Ben instead of Ann, which was not announced."""
    ann, ben = make.user(Role.TRAINER), make.user(Role.TRAINER)
    training = make.training()
    session = make.session(training, trainers=[make.trainer(user=ann, family_name="Announced")])
    make.change_session(session, by=make.user(), trainers=[make.trainer(user=ben, family_name="Standin")])
    return session, ann, ben


def opens(user, session) -> tuple[bool, bool, bool]:
    found = session in db.session.scalars(visible.visible_to(user)).all()
    assert found == (session in db.session.scalars(visible.search(user)).all())
    listed = db.session.scalars(visible.as_announced(user)).all()
    may = policy.can(user, Action.REGISTER_MARK, session)
    assert all(policy.can(user, Action.REGISTER_READ, one) for one in listed)
    return found, session.id in [one.session_id for one in listed], may


def test_before_it_begins_only_who_was_announced_finds_the_session(swapped):
    session, ann, ben = swapped
    assert (opens(ann, session), opens(ben, session)) == ((True,) * 3, (False,) * 3)


def test_once_it_has_begun_both_open_the_register(swapped):
    session, ann, ben = swapped
    with time_machine.travel(session.starts_at + timedelta(days=2), tick=False):
        assert clock.now() > session.ends_at
        assert (opens(ann, session), opens(ben, session)) == ((True,) * 3, (True,) * 3)


def test_the_list_names_who_was_announced(swapped):
    session, ann, _ = swapped
    [copy] = [one for one in db.session.scalars(visible.as_announced(ann)) if one.session_id == session.id]
    assert [entry.trainer.family_name for entry in copy.session_trainers] == ["Announced"]


def test_nobody_gives_a_draft_nor_what_is_no_session(make: Make):
    user = make.user(Role.TRAINER)
    draft = make.session(make.training(is_open=False), trainers=[make.trainer(user=user)])

    assert not policy.can(user, Action.REGISTER_MARK, draft)
    assert not policy.teaches(user, draft) and not policy.teaches(user, draft.training)
