"""What a list gives with registrations: staged, corrected, stored when it is confirmed, and never a silent overwrite."""

from __future__ import annotations

import pytest

from tests.make import Make
from training.db import atomic, db
from training.models import ImportBatch, Role, Training, User
from training.rules.given import MOST, Given
from training.services.imports import confirming, staging, undoing
from training.services.imports.verdicts import Verdict
from training.services.registrations import drafts, submissions, visible

HEAD = "Family name,Given names,E-mail,Remarks"
LATE = Given(remarks="Arrives on Monday night.")


@pytest.fixture
def focal(make: Make) -> User:
    return make.user(Role.PARTNER)


@pytest.fixture
def training(make: Make) -> Training:
    return make.training()


def stage(training: Training, focal: User, *lines: str, head: str = HEAD) -> ImportBatch:
    content = "\n".join([head, *lines]).encode()
    return staging.stage(training, by=focal, agency=focal.agency, content=content, file_name="list.csv")


def remarks(focal: User) -> dict[str, str]:
    found = visible.search(focal, sort="name", descending=False)
    live = [one for one in db.session.scalars(found) if one.is_live]
    return {one.trainee.family_name: one.remarks for one in live}


def test_it_is_stored_with_the_registration_and_vanishes_with_it(training, focal):
    batch = stage(training, focal, "Amber,Ada,a@example.org,Arrives late.", "Birch,Ben,b@example.org,")
    assert [line.values["remarks"] for line in confirming.preview(batch).lines] == ["Arrives late.", ""]

    confirming.confirm(batch, by=focal)
    assert remarks(focal) == {"Amber": "Arrives late.", "Birch": ""}

    undoing.undo(batch, by=focal)
    assert remarks(focal) == {}


def test_what_is_too_long_stops_its_row_until_it_is_corrected(training, focal):
    long = "x" * (MOST["remarks"] + 100)
    batch = stage(training, focal, f"Amber,Ada,a@example.org,{long}")
    [line] = confirming.preview(batch).lines
    assert (line.verdict, line.shown["remarks"]) == (Verdict.REFUSED, long)

    staging.correct(batch, by=focal, number=2, values={"remarks": long[1:]})
    assert confirming.preview(batch).lines[0].verdict is Verdict.REFUSED
    staging.correct(batch, by=focal, number=2, values={"remarks": "Short."})
    confirming.confirm(batch, by=focal)

    assert remarks(focal) == {"Amber": "Short."}


def test_of_who_is_registered_it_is_said_and_not_stored(make: Make, training, focal):
    known = make.trainee(focal.agency, family_name="Amber", given_names="Ada", email="a@example.org")
    registration = submissions.submit(training, by=focal, trainee=known, given=LATE)
    batch = stage(training, focal, "Amber,Ada,a@example.org,On Tuesday.", "Birch,Ben,b@example.org,Late.")

    line, _ = confirming.preview(batch).lines
    assert (line.verdict, line.registration) == (Verdict.REGISTERED, registration.public_id)
    assert line.not_taken == {"remarks": (LATE.remarks, "On Tuesday.")}
    confirming.confirm(batch, by=focal)

    assert remarks(focal) == {"Amber": LATE.remarks, "Birch": "Late."}


@pytest.mark.parametrize("cell", ["", LATE.remarks])
def test_an_empty_cell_and_the_same_words_say_nothing(make: Make, training, focal, cell):
    known = make.trainee(focal.agency, family_name="Amber", given_names="Ada", email="a@example.org")
    submissions.submit(training, by=focal, trainee=known, given=LATE)

    [line] = confirming.preview(stage(training, focal, f"Amber,Ada,a@example.org,{cell}")).lines

    assert line.not_taken == {}


def test_a_registration_of_another_agency_tells_nothing(make: Make, training, focal):
    known = make.trainee(focal.agency, family_name="Amber", given_names="Ada", email="a@example.org")
    registration = submissions.submit(training, by=focal, trainee=known, given=LATE)

    elsewhere = make.agency()

    @atomic
    def move() -> None:
        registration.agency = elsewhere

    move()

    [line] = confirming.preview(stage(training, focal, "Amber,Ada,a@example.org,On Tuesday.")).lines

    assert (line.verdict, line.not_taken, line.registration) == (Verdict.REGISTERED, {}, None)


def test_what_a_draft_says_stays_where_the_list_says_nothing(make: Make, training, focal):
    names = ("Amber", "Birch")
    people = [make.trainee(focal.agency, family_name=one, given_names="A", email="") for one in names]
    given = {one.id: LATE for one in people}
    drafts.keep(training, by=focal, agency=focal.agency, people=people, given=given)

    confirming.confirm(stage(training, focal, "Amber,A,,", "Birch,A,,On Tuesday."), by=focal)

    assert remarks(focal) == {"Amber": LATE.remarks, "Birch": "On Tuesday."}


def test_a_list_that_waited_while_the_field_came_is_read_on(training, focal):
    batch = stage(training, focal, "Amber,Ada,a@example.org", head="Family name,Given names,E-mail")

    @atomic
    def age() -> None:
        batch.rows = [
            {**row, "values": {name: text for name, text in row["values"].items() if name != "remarks"}}
            for row in batch.rows
        ]

    age()
    staging.correct(batch, by=focal, number=2, values={"remarks": "Late."})
    confirming.confirm(batch, by=focal)

    assert remarks(focal) == {"Amber": "Late."}
