"""Papers: what stands on a confirmation and on a sign-in sheet, and of whom nothing may stand there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.make import Make
from tests.papers import text_of
from training.errors import Conflict
from training.models import Admission
from training.services.papers import confirmations, sign_in_sheets
from training.services.registrations import reserve_list, submissions
from training.services.schedule import sessions, visible


def sheet(training, make: Make, demo: bool = False) -> str:
    return text_of(
        sign_in_sheets.sign_in_sheet(training, visible.of(training), reader=make.user(), demo=demo)
    )


def test_a_confirmation_says_who_is_expected_when_where_and_at_which_sessions(make: Make):
    training = make.training(title="Reading of documents", venue=make.venue(name="Academy"))
    make.session(training, training.starts_on + timedelta(days=2), title="Exam")
    off = make.session(training, training.starts_on + timedelta(days=2), title="Excursion")
    sessions.cancel(off, by=make.user(), reason="rain")
    make.known(training)
    one = make.registration(
        training, make.trainee(make.agency(name="Guard of the North"), family_name="Okafor")
    )

    said = text_of(confirmations.confirmation(one, reader=make.user(), demo=False))

    for part in (
        "Okafor",
        "Guard of the North",
        "Reading of documents",
        training.code,
        "Academy",
        "Morning",
        "Exam",
    ):
        assert part in said, part
    assert "Excursion" not in said and "Demo data" not in said


def test_who_is_not_confirmed_gets_no_confirmation(make: Make):
    training = make.training(admission=Admission.APPROVAL)
    one = make.registration(training)

    with pytest.raises(Conflict, match="not confirmed"):
        confirmations.confirmation(one, reader=make.user(), demo=False)
    reserve_list.confirm(one, by=None)

    assert one.trainee.family_name in text_of(confirmations.confirmation(one, reader=make.user(), demo=False))


def test_a_sheet_lists_who_has_a_seat_by_family_name_and_nobody_else(make: Make):
    training, agency = make.training(capacity=3), make.agency()
    names = ("Zuberi", "Abiodun", "Gone", "Waiting")
    zuberi, abiodun, gone, waiting = (
        make.registration(training, make.trainee(agency, family_name=name)) for name in names
    )
    submissions.withdraw(gone, by=None, reason="ill")  # who waited has the seat now
    make.registration(training, make.trainee(agency, family_name="Late"))
    make.registration(make.training(), make.trainee(agency, family_name="Elsewhere"))

    said = sheet(training, make)

    assert said.index("Abiodun") < said.index("Waiting") < said.index("Zuberi")
    assert [name in said for name in ("Gone", "Late", "Elsewhere")] == [False, False, False]


def test_a_sheet_has_a_column_for_each_session_that_is_held(make: Make):
    training, trainer = make.training(), make.trainer(family_name="Lindqvist")
    make.session(training, training.starts_on + timedelta(days=2), trainers=[trainer])
    off = make.session(
        training, training.starts_on + timedelta(days=2), trainers=[make.trainer(family_name="Absentov")]
    )
    sessions.cancel(off, by=make.user(), reason="ill")
    make.known(training)

    said = sheet(training, make)

    assert said.count("09:00–12:00") == 2
    assert "Lindqvist" in said and "Absentov" not in said


@pytest.mark.parametrize("demo", [True, False])
def test_a_paper_of_the_demo_says_so(demo: bool, make: Make):
    assert ("Demo data: invented people" in sheet(make.training(), make, demo)) is demo
