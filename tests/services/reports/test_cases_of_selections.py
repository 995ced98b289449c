"""The table of cases, where it is about the selection: optional sessions, several trainings, agencies by identity."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta

import pytest
import time_machine

from tests.make import Make
from tests.services.reports.cases import Case, carried_out, mark_of, planned
from tests.services.reports.readings import Readings, counted, rows_of, total
from training import clock
from training.errors import Invalid
from training.models import Registration
from training.services.attendance import registers
from training.services.directory import agencies
from training.services.registrations import late_changes, submissions
from training.services.reports import figures, header, participations
from training.services.reports.selection import Filters
from training.services.schedule import visible
from training.services.trainees import records

A1 = "cf4 cm3 dn2 ns1 att2820 due4320 r65.3 rc87.0"


def marked_in(case: Case, at: int, words: str) -> None:
    """Mark everybody in one session, and close its register."""
    session = visible.of(case.training)[at]
    with time_machine.travel(session.ends_at + timedelta(minutes=5), tick=False):
        marks = [
            mark_of(session, one, word) for one, word in zip(case.registrations, words, strict=True) if one
        ]
        registers.save(session, by=None, marks=marks)
        registers.close(session, by=None)


def with_optional(make: Make) -> Case:
    """One day of two compulsory half-days, and an evening of 120 minutes that nobody must come to."""
    case = planned(make, 1)
    on = datetime.combine(case.starts, time(19))
    with time_machine.travel(case.sessions[0].starts_at - timedelta(days=5), tick=False):
        make.session(
            case.training,
            starts_local=on,
            ends_local=on + timedelta(hours=2),
            title="Film",
            is_compulsory=False,
        )
    carried_out(case, "PP", "PP")
    marked_in(case, 2, "PA")
    return case


def test_optional_sessions_enter_no_figure_and_their_rows_say_so(make: Make, report: Readings):
    case = with_optional(make)

    told = report.hold("dn2 att720 due720 h12.0 oh2.0", training=case.training)
    lines = told.lines or {}
    assert sorted(line["optional_hours"] for (table, _), line in lines.items() if table == "agency") == [0, 2]
    rows = rows_of(training=case.training)
    assert total(rows) == 720
    assert sum(int(row["attended_minutes"]) for row in rows) == 840


def test_the_csv_adds_up_to_the_figures_for_whoever_left_and_whoever_joined(make: Make):
    case = carried_out(planned(make, 3), "PPPPPP", "PP---- !2", "----PP @4w", "------ !0")
    totals, rows = counted(training=case.training), rows_of(training=case.training)

    assert (total(rows), total(rows, "scheduled_minutes")) == (totals.attended, totals.due) == (1800, 3240)
    assert {row["attendance_status"] for row in rows} == {"present", "not_there"}
    assert {row["counts"] for row in rows} == {"1"}


def test_a_state_that_is_asked_for_widens_the_rows_and_no_figure(make: Make, report: Readings):
    """F5: A1, with two who gave their seat up before it began."""
    case = carried_out(planned(make, 3), "PPPPPP", "PPPAPP", "L30PL30PAP", "AAAAAA", "------ !0", "------ !0")
    gone = case.registrations[4]
    assert gone is not None

    told = report.hold(A1, training=case.training, state=gone.state)

    report.hold(A1, training=case.training)
    found = Counter((row["counts"], row["attendance_status"] == "") for row in told.rows)
    assert found == {("1", False): 24, ("0", True): 12}


def test_registrations_that_wait_are_rows_without_a_status(make: Make, report: Readings):
    """F5: two who have only been submitted to a training that has begun, which has ended."""
    case = planned(make, 3, admission="approval")
    with time_machine.travel(case.sessions[0].starts_at - timedelta(days=10), tick=False):
        waiting = [submissions.submit(case.training, by=None, trainee=make.trainee()) for _ in range(2)]
    with time_machine.travel(case.sessions[5].ends_at + timedelta(days=1), tick=False):
        told = report.hold("cf0", training=case.training, state=waiting[0].state)

        assert waiting[0].state.value == "submitted"
        assert Counter((row["counts"], row["attendance_status"]) for row in told.rows) == {("0", ""): 12}


def test_whoever_leaves_and_whoever_comes_instead_are_two(make: Make, report: Readings):
    case = carried_out(planned(make, 3), "PP>>>>")
    first = case.registrations[0]
    assert first is not None
    other = make.trainee(first.agency)
    with time_machine.travel(case.sessions[2].starts_at - timedelta(hours=1), tick=False):
        submissions.withdraw(first, by=make.user(), reason="ill")
        new = late_changes.walk_in(case.training, by=make.user(), trainee=other)
    case.registrations = [new]
    for at in range(2, 6):
        marked_in(case, at, "P")

    expected = "cf2 cm2 dn0 dr1 lt1 att1080 due2160 r50.0 h18.0"
    report.hold(expected, training=case.training)


def test_whoever_is_confirmed_while_the_first_session_runs_joined_late(make: Make, report: Readings):
    case = planned(make, 3)
    with time_machine.travel(case.sessions[0].starts_at + timedelta(minutes=40), tick=False):
        one = submissions.submit(case.training, by=make.user(), trainee=make.trainee(), override=True)
    case.registrations = [one]
    marked_in(case, 0, ["L60"])  # type: ignore[arg-type]
    for at in range(1, 6):
        marked_in(case, at, "P")

    expected = "lt1 att1020 due1080 r94.4 dn1"
    report.hold(expected, training=case.training)


def test_one_agency_under_two_names_is_one_line_and_two_of_one_name_are_two(make: Make, report: Readings):
    """E4: agency 1 is renamed between two trainings, and agency 2 gets its old name; then both bear one name."""
    first, second = make.agency(name="Border Guard"), make.agency(name="Coast Guard")
    carried_out(planned(make, 1), "PP", agency=first)
    rename(make, first, "Border Police")
    rename(make, second, "Border Guard")
    carried_out(planned(make, 1), "PP", agency=first)
    carried_out(planned(make, 1), "PP", agency=second)

    for _ in range(2):
        lines = report.hold("cf3").lines or {}
        assert [lines["agency", one.code]["confirmed"] for one in (first, second)] == [2, 1]
        report.hold("cf2", agency=first)
        rename(make, first, "Border Guard")
    tables = figures.split_tables(participations.of_selection(Filters(), user=None))
    assert [(one.label, one.totals.confirmed) for one in tables["agency"]] == [
        ("Border Guard", 2),
        ("Border Guard", 1),
    ]


def rename(make: Make, agency, name: str) -> None:
    details = agencies.Details(
        **{field: getattr(agency, field) for field in agencies.Details.__dataclass_fields__} | {"name": name}
    )
    agencies.change(agency, by=make.user(), details=details)


def test_the_state_follows_the_filters(make: Make, report: Readings):
    """B7: an agency whose people took part in the closed training alone is final; all together is not."""
    only_here = make.agency()
    carried_out(planned(make, 1), "PP", agency=only_here)
    still_open = carried_out(planned(make, 1), "P.")

    assert figures.data_state(Filters(agency=only_here), user=None).is_final
    everything = figures.data_state(Filters(), user=None)
    assert (everything.is_final, everything.open_registers) == (False, 1)
    assert not figures.data_state(Filters(training=still_open.training), user=None).is_final
    assert report.hold("cf1", agency=only_here).header["state"] == "Final: all 2 registers are closed."
    told = report.hold("cf2 pd1")
    assert told.header["state"] == "Provisional: 1 register of 4 is open."


def test_a_training_to_come_makes_its_period_provisional(make: Make, report: Readings):
    """B6: with the period ending today the training of tomorrow is not in it."""
    carried_out(planned(make, 1), "PP")
    today = clock.today()
    starts = today + timedelta(days=1)
    make.training(starts_on=starts, ends_on=starts + timedelta(days=2))

    assert counted().confirmed == 1
    assert not figures.data_state(Filters(), user=None).is_final
    assert figures.data_state(Filters(ends_to=today), user=None).is_final
    theme = make.theme("BMV")
    told = report.hold("cf1", theme=theme)
    assert told.header["state"] == "Provisional: 1 session is to come."
    assert (
        report.hold("cf1", theme=theme, ends_to=today).header["state"] == "Final: all 2 registers are closed."
    )


def test_without_a_session_there_is_nothing_to_report(make: Make):
    state = figures.data_state(Filters(), user=None)

    assert (state.sessions, state.is_final) == (0, False)
    assert "Nothing to report yet" in str(header.state_text(state))


def test_somebody_in_two_trainings_is_one_person_and_two_participations(make: Make, report: Readings):
    """E1: persons do not add up over themes, hours do."""
    cases = [planned(make, 1, programme_theme=code) for code in ("THB", "ASY")]
    person = make.trainee()
    for case in cases:
        with time_machine.travel(case.sessions[0].starts_at - timedelta(days=5), tick=False):
            registration: Registration = submissions.submit(case.training, by=None, trainee=person)
        case.registrations = [registration]
        for at in range(2):
            marked_in(case, at, "P")

    both = counted()
    assert (both.participations, both.persons, both.persons_trained) == (2, 1, 1)
    assert both.person_hours == sum(counted(training=case.training).person_hours for case in cases) == 12.0
    lines = report.hold("cm2 ps1 tr1 h12.0").lines or {}
    assert [lines["theme", code]["persons_trained"] for code in ("THB", "ASY")] == [1, 1]
    assert sum(lines["theme", code]["person_hours"] or 0 for code in ("THB", "ASY")) == 12.0


def test_the_participants_country_chooses_people_as_it_was_that_day(make: Make):
    """Two of Kenya, of whom one says Fiji today, and one of Fiji: seats and kept seats are not theirs alone."""
    agency, by = make.agency(country="KE"), make.user()
    people = [make.trainee(agency, country=country) for country in ("KE", "KE", "FJ")]
    case = carried_out(planned(make, 1, country="AT"), "PP", "PA", "PP", people=people)
    records.change(people[0], by=by, person=make.person(people[0], country="FJ"))

    kenya, fiji, none = (counted(trainee_country=code) for code in ("KE", "FJ", "AT"))

    assert [(one.participations, one.attended, one.fill_rate) for one in (kenya, fiji, none)] == [
        (2, 540, None), (1, 360, None), (0, 0, None),
    ]  # fmt: skip
    assert counted(country="AT", trainee_country="KE").participations == 2
    assert counted(country="KE", trainee_country="KE").participations == 0
    assert {row["trainee_country"] for row in rows_of(trainee_country="KE")} == {"KE"}
    assert case.training.country == "AT"


def test_what_is_no_country_is_refused_beside_its_field():
    for name in ("country", "trainee_country"):
        with pytest.raises(Invalid) as refused:
            Filters(**{name: "ZZ"})
        assert refused.value.field == name
