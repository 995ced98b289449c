"""Notes on the figures: each counts and lists what a reader should know, within what the reader may see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from tests.services.reports.cases import Case, carried_out, mark_of, planned, with_slots
from tests.services.reports.readings import Readings
from training import clock
from training.db import atomic, db
from training.models import (
    AttendanceCorrection,
    AttendanceRecord,
    RegisterState,
    Registration,
    RegistrationState,
    Role,
    Sex,
)
from training.services.attendance import registers
from training.services.reports import notes, report
from training.services.reports.selection import EVERYTHING, Filters
from training.services.trainees import duplicates

MORNING = (0, "09:00", "12:30", 30)


def ids(case: Case, user=None) -> dict[str, int]:
    made = report.make(Filters(training=case.training), user=user, demo=False)
    return {note.id: note.count for note in made.notes}


def test_nothing_out_of_the_ordinary_gives_no_note(make: Make):
    assert ids(carried_out(planned(make, 1), "PP", "PA")) == {}


def test_a_training_of_optional_sessions_has_no_participants_and_says_so(make: Make, report: Readings):
    """C6"""
    case = with_slots(make, [MORNING])
    (session,) = case.sessions
    make.change_session(session, by=make.user(), is_compulsory=False)
    carried_out(case, "P")

    told = report.hold("cf0 oh3.0", training=case.training)

    assert told.notes == {"optional_only": 1, "no_compulsory": 1}
    agency = next(one for one in case.registrations if one).agency
    assert report.hold("cf0", agency=agency).notes == told.notes
    assert report.hold("cf0", agency=make.agency()).notes == {}


def test_who_joined_late_is_named(make: Make, report: Readings):
    case = carried_out(planned(make, 3), "PPPPPP", "----PP @4")

    assert report.hold("lt1", training=case.training).notes == {"joined_late": 1}


def test_a_correction_is_counted_and_its_reason_stays_in_the_register(make: Make, report: Readings):
    case = carried_out(planned(make, 1), "PP")
    (one,) = case.registrations
    assert one is not None
    mark = mark_of(case.sessions[0], one, "A", version=1)
    registers.save(case.sessions[0], by=make.user(), marks=[mark], reason="was in hospital")

    told = report.hold("att180", training=case.training)

    assert told.notes == {"corrected": 1}
    query = f"?training={case.training.code}"
    for ending in ("", ".csv", ".json"):
        assert "hospital" not in report.client.get(f"/reports/attendance{ending}{query}").text


def test_what_changed_while_the_register_was_open_is_no_correction_after_closing(
    make: Make, report: Readings
):
    """The session was put right before its register was closed, and one mark was afterwards."""
    case = with_slots(make, [MORNING], starts=clock.today() - timedelta(days=3))
    (session,) = case.sessions
    carried_out(case, "P", "P", closed=0)
    make.change_session(session, by=make.user(), ends_local=session.ends_local - timedelta(minutes=30))
    kept = db.session.query(AttendanceCorrection).count()
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        registers.close(session, by=None)
    assert (kept, ids(case)) == (2, {})

    one = case.registrations[0]
    assert one is not None
    record = db.session.query(AttendanceRecord).filter_by(registration_id=one.id).one()
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        mark = mark_of(session, one, "A", version=record.version)
        registers.save(session, by=make.user(), marks=[mark], reason="was not there")

    assert report.hold("cf2", training=case.training).notes == {"corrected": 1}


def corrected_and_reopened(make: Make) -> Case:
    """A mark was corrected in the closed register, another one after it was opened again, and a third one stays."""
    case = carried_out(planned(make, 1), "PP", "PP", "PP")
    one, other, _ = (one for one in case.registrations if one)
    session, by = case.sessions[0], make.user()
    for after, act in enumerate(
        (
            lambda: registers.save(
                session, by=by, marks=[mark_of(session, one, "A", version=1)], reason="away"
            ),
            lambda: registers.reopen(session, by=by, reason="a signature came late"),
            lambda: registers.save(session, by=by, marks=[mark_of(session, other, "L60", version=1)]),
            lambda: registers.close(session, by=by),
        ),
        start=1,
    ):
        with time_machine.travel(session.ends_at + timedelta(days=after), tick=False):
            act()
    return case


def test_corrections_count_however_often_the_register_was_opened_again(make: Make, report: Readings):
    case = corrected_and_reopened(make)

    assert report.hold("cf3", training=case.training).notes == {"corrected": 2}
    kept = registers.corrections(case.sessions[0])
    assert [one.reason for one in sorted(kept, key=lambda one: one.id)] == [
        "away",
        "The register was opened again.",
    ]
    registers.reopen(case.sessions[0], by=make.user(), reason="once more")
    assert ids(case) == {"corrected": 2}


def test_counted_since_the_last_closing_they_would_be_forgotten(make: Make):
    case = corrected_and_reopened(make)
    atomic(setattr)(case.sessions[0], "closed_at", case.sessions[0].ends_at + timedelta(days=4))

    assert ids(case) == {}


def test_a_register_that_was_closed_weeks_later_is_named(make: Make):
    for days, count in ((13, 0), (15, 1)):
        case = planned(make, 1)
        carried_out(case, "PP", closed=1)
        with time_machine.travel(case.sessions[1].ends_at + timedelta(days=days, hours=1), tick=False):
            registers.close(case.sessions[1], by=None)
        assert ids(case).get("closed_late", 0) == count


def never_confirmed(case: Case) -> None:
    one = case.registrations[0]
    assert one is not None
    one.state, one.confirmed_at = RegistrationState.SUBMITTED, None


def with_a_hole(case: Case) -> None:
    db.session.query(AttendanceRecord).filter_by(session_id=case.sessions[0].id).delete()
    case.sessions[0].register_state = RegisterState.CLOSED


def confidential(case: Case) -> None:
    one = case.registrations[0]
    assert one is not None
    one.agency.confidential = True


def called_off(case: Case) -> None:
    case.sessions[0].cancelled_at = clock.now()


@pytest.mark.parametrize(
    ("act", "noted"),
    [
        (never_confirmed, {"not_confirmed": 1}),
        (with_a_hole, {"holes": 1}),
        (confidential, {"confidential": 1}),
        (called_off, {"called_off": 1, "called_off_marked": 1}),
    ],
)
def test_what_no_act_allows_and_what_is_rare_is_noted(
    act: Callable[[Case], None], noted: dict[str, int], make: Make, report: Readings
):
    """Straight in the database: figures must say it of old rows too, and never break on them."""
    case = carried_out(planned(make, 1), "PP")
    atomic(act)(case)

    assert report.hold(training=case.training).notes == noted


def test_likely_duplicates_are_noted_until_somebody_decides(make: Make, report: Readings, monkeypatch):
    agency = make.agency()
    one, other = (make.trainee(agency, family_name="Okafor", given_names="Ada", sex=Sex.F) for _ in range(2))
    case = carried_out(planned(make, 1), "PP", "PP", people=[one, other])

    assert report.hold("ps2", training=case.training).notes == {"likely_duplicates": 1}
    monkeypatch.setattr(notes, "MOST_PAIRS", 0)
    assert ids(case) == {"likely_duplicates": 0}, "there are more than are counted"
    monkeypatch.undo()
    admin = make.user()
    duplicates.not_same(duplicates.get_pair(admin, one.public_id, other.public_id), by=admin)
    assert report.hold("ps2", training=case.training).notes == {}


def test_a_coordinator_is_told_nothing_of_other_themes(make: Make):
    case = carried_out(planned(make, 3), "PPPPPP", "----PP @4")
    own, other = (make.user(Role.COORDINATOR, themes=[make.theme(code)]) for code in ("BMV", "LMI"))

    assert [one.id for one in report.make(EVERYTHING, user=own, demo=False).notes] == ["joined_late"]
    assert report.make(EVERYTHING, user=other, demo=False).notes == []
    assert case.training.theme.code == "BMV"


def test_names_of_a_confidential_agency_are_in_no_note(make: Make):
    case = carried_out(planned(make, 3), "PPPPPP", "----PP @4")
    atomic(confidential_of)(case.registrations[1])
    (late, _) = report.make(Filters(training=case.training), user=None, demo=False).notes

    (one,) = notes.named(late.rows)

    assert (one.name, one.training) == ("", case.training.code)
    assert one.participant_id != ""


def confidential_of(one: Registration | None) -> None:
    assert one is not None and one.state is RegistrationState.CONFIRMED
    one.agency.confidential = True
