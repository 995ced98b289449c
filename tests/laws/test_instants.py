"""A law of the house: of every wall time and every instant somebody has said whether it follows new rules of clocks.

What is derived from a wall time follows (``services/trainings/moments.py``). A fact, such as when a mark was made, stays.
"""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, Table

import training.models  # noqa: F401 -- every table
from training.db import Base
from training.models.columns import UtcDateTime, WallTime

DERIVED = {
    "training.registration_opens_local": "training.registration_opens_at",
    "training.registration_closes_local": "training.registration_closes_at",
    "training_session.starts_local": "training_session.starts_at",
    "training_session.ends_local": "training_session.ends_at",
}
"""Each wall time that is stored with its instant. ``tests/services/trainings/test_zone_rules.py`` sees them all follow."""
COPIES = {
    "session_trainer.starts_at", "session_trainer.ends_at", "announced_session.starts_at", "announced_session.ends_at",
}  # fmt: skip
"""Instants that repeat a session's. ``plan.apply`` writes both, and ``announced_copies.follow_zone_rules`` what was announced."""
BY_THE_CLOCK_THERE = {
    "room_block.ends_local", "room_block.starts_local", "seat_allocation.release_local",
}  # fmt: skip
"""Wall times without an instant: they are compared with the clock there whenever somebody asks."""
BESIDE_WALLS = {
    "training_session.marked_starts_local", "training_session.marked_ends_local",
    "announced_session.starts_local", "announced_session.ends_local",
}  # fmt: skip
"""Wall times that are compared with other wall times of the same session, or were told with their zone."""
AT_MOST = {"registration.offer_expires_at": "the training's cut-off, which is midnight there"}
"""Instants that a wall time bounds."""
FACTS = {
    "announcement.at", "announcement.undo_until", "announcement.withdrawn_at", "outgoing_mail.phoned_at",
    "training_invitation.told_at",
    "acknowledgement.at",
    "attendance_correction.at", "attendance_record.recorded_at", "audit_entry.at",
    "import_batch.confirmed_at", "not_same.at", "one_time_link.expires_at", "one_time_link.used_at",
    "outgoing_mail.bounced_at", "outgoing_mail.created_at", "outgoing_mail.due_at", "outgoing_mail.leased_until",
    "outgoing_mail.sent_at", "person_merge.at", "person_merge.undone_at", "plan_step.at", "plan_step.undone_at", "registration.acknowledged_at",
    "registration.confirmed_at", "registration.let_pass_at", "registration.released_at",
    "registration.submitted_at", "registration_step.at", "reminder.at", "request_key.created_at",
    "seat_allocation.released_at", "seat_request.answered_at", "sign_in_attempt.at",
    "stored_file.deleted_at", "stored_file.uploaded_at",
    "trainee.anonymised_at", "training.state_changed_at", "training_session.cancelled_at",
    "training_session.closed_at", "training_session.locked_at", "training_session.suspended_at",
    "user.last_signed_in_at", "user_session.created_at", "user_session.ended_at", "user_session.expires_at",
}  # fmt: skip
"""What happened, or is so many hours from what happened. No rules of clocks change it."""
OF_ROWS = {"created_at", "changed_at"}
"""When a row was made and last changed (``Timestamps``)."""


def columns(metadata: MetaData, kind: type) -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, kind)
    }


def undecided(metadata: MetaData) -> list[str]:
    """Wall times and instants of which nobody has said whether they follow."""
    walls = columns(metadata, WallTime) - DERIVED.keys() - BY_THE_CLOCK_THERE - BESIDE_WALLS
    instants = columns(metadata, UtcDateTime) - set(DERIVED.values()) - COPIES - AT_MOST.keys() - FACTS
    return sorted(walls | {one for one in instants if one.rpartition(".")[2] not in OF_ROWS})


def test_of_every_wall_time_and_instant_somebody_said_whether_it_follows():
    assert undecided(Base.metadata) == []
    assert len(columns(Base.metadata, WallTime)) >= 5 and len(columns(Base.metadata, UtcDateTime)) >= 50


def test_what_is_said_is_said_of_columns_that_there_are():
    walls, instants = columns(Base.metadata, WallTime), columns(Base.metadata, UtcDateTime)

    assert walls >= DERIVED.keys() | BY_THE_CLOCK_THERE | BESIDE_WALLS
    assert instants >= {*DERIVED.values(), *COPIES, *AT_MOST, *FACTS}


@pytest.mark.parametrize("kind", [WallTime, UtcDateTime])
def test_a_new_column_that_nobody_thought_of_would_be_seen(kind: type):
    metadata = MetaData()
    Table("announced", metadata, Column("id", Integer, primary_key=True), Column("starts_at", kind()))

    assert undecided(metadata) == ["announced.starts_at"]
