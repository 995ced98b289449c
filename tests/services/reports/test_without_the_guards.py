"""The controls of the report's figures: with a guard off, the test that holds it fails."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from sqlalchemy import and_, true

from tests.make import Make
from tests.services.reports import (
    test_cases_of_returns as returns,
)
from tests.services.reports import (
    test_cases_of_rules as rules,
)
from tests.services.reports import (
    test_cases_of_selections as selections,
)
from tests.services.reports.cases import carried_out, planned
from tests.services.reports.readings import Readings, counted
from training import clock
from training.models import Registration, Role, TrainingSession
from training.services.attendance import expected, standing
from training.services.directory import agencies
from training.services.reports import detail_rows, downloads, half_days, participations
from training.services.reports import report as whole
from training.web.kit import choices

Off = Callable[[pytest.MonkeyPatch], None]


def own_registrations_alone(*, agency: int | None, country: str | None):
    """What a filter by agency or country would be before the registrations of one person are joined."""
    if agency is not None:
        return Registration.agency_id == agency
    return Registration.trainee_country == country


def begun_alone():
    """The rows without marks that were made before their session began, and without what was missed."""
    return and_(TrainingSession.starts_at <= clock.now(), expected.is_listed())


def lines_without_codes(made: whole.Report):
    for table, row, _, totals in lines(made):
        yield table, row, "", totals


lines = whole.Report.lines
all_rows = SimpleNamespace(**{**vars(participations), "is_counted": true})
GUARDS: dict[str, tuple[Callable[..., None], Off]] = {
    "registrations are joined before an agency is asked for": (
        returns.test_who_came_back_for_another_agency_counts_there_with_all_of_it,
        lambda it: it.setattr(standing, "of", own_registrations_alone),
    ),
    "the register waits for a mark that was cleared": (
        returns.test_a_cleared_mark_of_somebody_not_expected_is_pending,
        lambda it: it.setattr(expected, "is_listed", expected.is_expected),
    ),
    "a mark that was made early has a row": (
        returns.test_a_mark_before_its_session_begins_stands_in_figures_and_rows,
        lambda it: it.setattr(participations, "is_counted", begun_alone),
    ),
    "a mark before the training begins makes nobody a participant": (
        returns.test_a_mark_before_the_training_begins_is_of_no_participant,
        lambda it: it.setattr(participations, "is_counted", true),
    ),
    "two lines of one name have codes": (
        selections.test_one_agency_under_two_names_is_one_line_and_two_of_one_name_are_two,
        lambda it: it.setattr(whole.Report, "lines", lines_without_codes),
    ),
    "a row that only a state asks for says nothing": (
        selections.test_registrations_that_wait_are_rows_without_a_status,
        lambda it: it.setattr(detail_rows, "participations", all_rows),
    ),
    "a half of a day counts once for a person": (
        rules.test_two_trainings_on_one_morning_are_one_half_day,
        lambda it: it.setattr(half_days, "shared", lambda *of: {}),
    ),
}


@pytest.mark.parametrize("name", GUARDS)
def test_with_the_guard_off_the_test_that_holds_it_fails(
    name: str, make: Make, report: Readings, monkeypatch
):
    test, switch_off = GUARDS[name]
    switch_off(monkeypatch)

    with pytest.raises(AssertionError):
        test(make, report)


def back_from_another_country(make: Make) -> list[int]:
    """Registered as of Kenya, withdrawn, back at the door as of Fiji: what a filter by either country says is due."""
    agency = make.agency(country="AT")
    person = make.trainee(agency, country="KE")
    case = carried_out(planned(make, 3), "PP---- !2", people=[person])
    returns.records.change(person, by=make.user(), person=make.person(person, country="FJ"))
    with returns.time_machine.travel(case.sessions[4].starts_at - returns.timedelta(minutes=30), tick=False):
        back = returns.late_changes.walk_in(case.training, by=make.user(), trainee=person)
    for at in (4, 5):
        returns.marked_anew(case, at, back, "P")
    return [counted(trainee_country=code).attended for code in ("KE", "FJ")]


def test_who_came_back_from_another_country_counts_there_with_all_of_it(make: Make):
    assert back_from_another_country(make) == [0, 720]


def test_filtered_before_they_are_joined_each_country_would_have_a_part(make: Make, monkeypatch):
    monkeypatch.setattr(standing, "of", own_registrations_alone)

    assert back_from_another_country(make) == [360, 360]


def report_on_a_suspended_agency(make: Make, report: Readings) -> tuple[int, bool]:
    """The status of the page, and whether the agency is offered among the filters."""
    case = carried_out(planned(make, 1), "PP")
    [one] = case.registrations
    assert one is not None
    agencies.suspend(one.agency, by=make.user(), reason="closed down")
    report.client.sign_in(make.user(Role.MANAGER))
    shown = report.client.get(f"/reports/attendance?agency={one.agency.code}")
    return shown.status_code, f'value="{one.agency.code}"' in shown.text


def test_a_suspended_agency_is_reported_on(make: Make, report: Readings):
    assert report_on_a_suspended_agency(make, report) == (200, True)


def test_where_active_agencies_alone_are_offered_it_would_be_refused(
    make: Make, report: Readings, monkeypatch
):
    monkeypatch.setitem(choices.OFFERS, "agency", choices.of_agencies)

    assert report_on_a_suspended_agency(make, report) == (422, False)


def paper(make: Make, monkeypatch) -> str:
    """The words of the PDF of three people, of which it names two."""
    carried_out(planned(make, 1), "PP", "PP", "PP")
    monkeypatch.setattr(downloads, "MOST_PEOPLE_ON_PAPER", 2)
    monkeypatch.setattr(downloads, "MOST_LINES_ON_PAPER", 1)
    said: list[str] = []
    monkeypatch.setattr(
        downloads.pdf, "render",
        lambda name, data: said.extend([data["people_left"], *(one["left"] for one in data["tables"])]) or b"",
    )  # fmt: skip
    downloads.paper(downloads.Filters(), user=None, demo=False, language="en", with_names=True)
    return " ".join(said)


def test_the_paper_says_what_it_leaves_out(make: Make, monkeypatch):
    said = paper(make, monkeypatch)

    assert "and 1 more" in said and "and 2 more" in said


def test_without_counting_what_is_left_the_paper_would_say_nothing(make: Make, monkeypatch):
    monkeypatch.setattr(downloads, "_and_more", lambda count: "")

    assert "more" not in paper(make, monkeypatch)
