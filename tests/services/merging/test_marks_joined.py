"""The marks of two registrations that became one: one a session, each change a correction, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.make import Make
from tests.services.merging.test_merges import state_of_everything
from tests.services.merging.test_registrations_joined import HISTORY
from tests.services.merging.together import choosing, merged, registered
from training.db import db
from training.errors import Invalid
from training.models import AttendanceCorrection, AttendanceRecord, AttendanceStatus, Registration
from training.services.attendance import registers
from training.services.attendance.registers import Mark
from training.services.merging import joining, joins, merges
from training.services.trainings import moves


def test_each_session_has_one_mark_and_each_change_in_a_closed_register_is_a_correction(make: Make):
    case, (one, other) = registered(make, "PAEP", "AAPP", days=2)
    registers.reopen(case.sessions[3], by=make.user(), reason="look again")
    registers.lock(case.sessions[2], by=make.user())

    (join,) = joins.of(one.trainee, other.trainee)
    assert [question.session for question in join.questions] == [case.sessions[0], case.sessions[2]]
    assert join.settled == 2
    merged(make, one, other)

    rows = [registers.register(session) for session in case.sessions]
    assert [[(row.registration.id, row.record.status.value) for row in each] for each in rows] == [
        [(one.id, "present")],
        [(one.id, "absent")],
        [(one.id, "present")],
        [(one.id, "present")],
    ]
    corrections = db.session.scalars(select(AttendanceCorrection)).all()
    assert [(c.record_id, c.old_status, c.new_minutes, c.reason) for c in corrections] == [
        (rows[2][0].record.id, AttendanceStatus.EXCUSED, 180, "two records of one person were merged")
    ]


@pytest.mark.parametrize("state", ["running", "completed", "locked"])
def test_undoing_puts_registrations_marks_and_corrections_back(state: str, make: Make):
    case, (one, other) = registered(make, "L30PAP", "PQ60EP", days=2)
    by = make.user()
    moves.change_state(case.training, name="start", by=by)
    if state != "running":
        moves.change_state(case.training, name="complete", by=by)
    if state == "locked":
        for session in case.sessions:
            registers.lock(session, by=by)
    before = state_of_everything(*HISTORY, "attendance_record")
    cells = marks_of(one, other)

    done = merges.merge(one.trainee, other.trainee, by=by, values=[])
    assert marks_of(one, other) != cells
    merges.undo(done, by=by)

    assert state_of_everything(*HISTORY, "attendance_record") == before
    assert marks_of(one, other) == cells


def test_marks_that_were_not_put_back_would_be_seen(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(joining, "_put_back", lambda one: None)

    with pytest.raises(AssertionError):
        test_undoing_puts_registrations_marks_and_corrections_back("completed", make)


def marks_of(*found: Registration) -> list[tuple]:
    """All that the cells of these say, but for their versions, which only grow."""
    records = db.session.scalars(
        select(AttendanceRecord)
        .where(AttendanceRecord.registration_id.in_([one.id for one in found]))
        .order_by(AttendanceRecord.id)
    )
    names = [c.key for c in AttendanceRecord.__table__.columns if c.key not in ("id", "version")]
    return [tuple(getattr(one, name) for name in names) for one in records]


def test_a_mark_made_since_the_merge_stays_when_it_is_undone(make: Make):
    case, (other, one) = registered(make, "AP", "PP")
    stays = choosing(one, other, stays={case.training.public_id: other.public_id},
                     marks={case.sessions[0].public_id: one.public_id})  # fmt: skip
    done = merged(make, one, other, choices=stays)
    (row,) = registers.register(case.sessions[0])
    assert (row.registration, row.record.status) == (other, AttendanceStatus.PRESENT)
    mark = Mark(row.registration.public_id, AttendanceStatus.EXCUSED, row.version)
    registers.save(case.sessions[0], by=make.user(), marks=[mark], reason="a letter came")

    merges.undo(done, by=make.user())

    rows = {row.registration.id: row.record.status for row in registers.register(case.sessions[0])}
    assert rows == {one.id: AttendanceStatus.PRESENT, other.id: AttendanceStatus.EXCUSED}


def test_a_form_opened_before_the_merge_overwrites_nothing(make: Make):
    case, (one, other) = registered(make, "AP", "PP")
    stale = [Mark(each.public_id, AttendanceStatus.ABSENT, 1) for each in (one, other)]
    registers.reopen(case.sessions[0], by=make.user(), reason="look again")
    registers.reopen(case.sessions[1], by=make.user(), reason="look again")
    merged(make, one, other)  # the second stays: it has more minutes

    with pytest.raises(Invalid, match="no longer expected"):
        registers.save(case.sessions[0], by=None, marks=stale[:1])
    assert registers.register(case.sessions[0])[0].record.status is AttendanceStatus.PRESENT


def test_a_session_made_shorter_after_the_merge_takes_the_history_along(make: Make):
    case, (one, other) = registered(make, "PP", "L150P")
    session = case.sessions[0]
    done = merged(make, one, other)
    registers.reopen(session, by=make.user(), reason="it was shorter")

    make.change_session(session, by=make.user(), ends_local=session.ends_local - timedelta(hours=2))
    merges.undo(done, by=make.user())

    rows = {row.registration.id: row.record for row in registers.register(session)}
    assert set(rows) == {one.id, other.id}
    assert all(record.minutes <= session.scheduled_minutes for record in rows.values())
