"""Imports undone: what they changed is put back, unless somebody has built on it or was told already."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from tests.make import Make
from tests.services.imports.counted import count
from tests.storm.importer import in_letters
from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import (
    AuditEntry,
    MailState,
    OutgoingMail,
    ReasonCode,
    Registration,
    RegistrationState,
    RegistrationStep,
    Role,
    Trainee,
    TrainingState,
)
from training.services import audit
from training.services.imports import confirming, staging, undoing
from training.services.imports import verdicts as import_verdicts
from training.services.letters import outbox
from training.services.merging import merges
from training.services.registrations import by_link, drafts, submissions, visible
from training.services.trainees import records


def stored(staged, by, *lines: str, name: str = "list.csv"):
    batch = staged(*lines, name=name)
    confirming.confirm(batch, by=by)
    return batch


def changes_of(person) -> list[dict]:
    """What the audit log says of changes of a person, the first one first."""
    found = [e.changes for e in db.session.scalars(audit.about(person)) if e.action == "trainee.change"]
    return found[::-1]


def test_undoing_leaves_alone_what_was_changed_again_since(staged, make: Make):
    by = make.user()
    known = make.trainee(staged.agency, family_name="Amber", given_names="Ada", rank="Captain")
    batch = stored(staged, by, "Amber,Ada,,Major,")
    records.change(known, by=by, person=make.person(known, rank="Colonel"))

    with pytest.raises(Conflict, match="changed them again since"):
        undoing.undo(batch, by=by)
    assert known.rank == "Colonel"


def test_undoing_changes_nobody_of_another_agency_nor_who_was_merged_or_made_anonymous(staged, make: Make):
    by = make.user()
    for number, name in enumerate(("Amber", "Birch", "Cedar")):
        known = make.trainee(staged.agency, family_name=name, given_names="Ada", rank="Captain")
        batch = stored(staged, by, f"{name},Ada,,Major,", name=f"{name}.csv")
        if number == 0:
            records.transfer(known, by=by, agency=make.agency())
        elif number == 1:
            other = make.trainee(staged.agency, family_name="Zonk", given_names="Zoe")
            merges.merge(other, known, by=by, values=[])
        else:

            @atomic
            def make_anonymous():
                known.anonymised_at = clock.now()  # noqa: B023 -- called right here

            make_anonymous()

        with pytest.raises(Conflict, match="does not belong to your agency any more"):
            undoing.undo(batch, by=by)
        assert known.rank == "Major"


def test_what_an_import_changed_and_its_undoing_put_back_stands_in_each_persons_history(staged, make: Make):
    by = make.user()
    known = make.trainee(staged.agency, family_name="Amber", given_names="Ada", rank="Captain")
    batch = stored(staged, by, "Amber,Ada,,Major,")
    undoing.undo(batch, by=by)

    assert changes_of(known) == [{"rank": ["Captain", "Major"]}, {"rank": ["Major", "Captain"]}]


def test_nothing_is_undone_once_somebody_has_answered_that_they_come(staged, make: Make):
    by = make.user()
    batch = stored(staged, by, "Amber,Ada,f,,a@example.org")
    by_link.acknowledge(db.session.scalars(select(Registration)).one())

    with pytest.raises(Conflict, match="confirmed already"):
        undoing.undo(batch, by=by)


@pytest.mark.parametrize("state", ["running", "completed", "cancelled"])
def test_nothing_of_a_training_that_has_begun_or_is_over_is_undone(state, staged, make: Make):
    by = make.user()
    batch = stored(staged, by, "Amber,Ada,f,,")

    @atomic
    def move():
        staged.training.state = TrainingState(state)

    move()

    with pytest.raises(Conflict, match="has begun, or it is over"):
        undoing.undo(batch, by=by)


def test_whoever_has_had_a_letter_is_withdrawn_and_the_others_are_gone(staged, make: Make):
    by = make.user()
    batch = stored(staged, by, "Amber,Ada,f,,a@example.org", "Birch,Ben,m,,b@example.org")
    ada = db.session.scalars(select(Registration).order_by(Registration.id)).first()

    @atomic
    def send():
        letter = db.session.scalars(select(OutgoingMail).where(OutgoingMail.registration_id == ada.id)).one()
        letter.state = MailState.SENT

    send()
    assert undoing.undo(batch, by=by) == 2

    left = db.session.scalars(select(Registration)).one()
    last = visible.history(left)[-1]
    assert (left.state, left.trainee.family_name) == (RegistrationState.WITHDRAWN, "Amber")
    assert (last.from_state, last.reason_code, last.by_name) == (
        RegistrationState.CONFIRMED, ReasonCode.AGENCY, by.name,
    )  # fmt: skip
    assert left.released_at is not None
    assert batch.outcome["withdrawn"] == 1
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "import.undo")).one()
    assert (entry.changes["removed"], entry.changes["withdrawn"]) == (["Birch, Ben"], ["Amber, Ada"])
    assert [
        m.state
        for m in db.session.scalars(select(OutgoingMail).where(OutgoingMail.to_name.contains("Birch")))
    ] == [MailState.DROPPED]


def test_who_was_written_to_is_told_and_the_agency_hears_all_of_it_in_one_letter(make: Make, app):
    focal, coordinator, by = make.user(Role.PARTNER), make.user(Role.COORDINATOR), make.user()
    training = make.training(capacity=2)
    content = b"Family name,Given names,E-mail\nAmber,Ada,ada@example.org\nBirch,Ben,\n"
    batch = staging.stage(
        training, by=by, agency=focal.agency, content=content, file_name="a.csv"
    )  # fmt: skip
    confirming.confirm(batch, by=by)
    waits = make.registration(training, make.trainee(focal.agency, family_name="Cedar"))
    while outbox.send_due(app.config["CONFIG"], lambda email: None):
        pass

    undoing.undo(batch, by=by)

    assert waits.state is RegistrationState.CONFIRMED
    sent = []
    outbox.send_due(app.config["CONFIG"], sent.append)
    letters = {one["To"].addresses[0].addr_spec: one.get_content() for one in sent}
    assert len(letters) == len(sent) == 3
    assert "has been withdrawn" in letters["ada@example.org"]
    assert all(name in letters[focal.email] for name in ("Amber, Ada", "Birch, Ben", "Cedar"))
    assert all(name in letters[coordinator.email] for name in ("Amber, Ada", "Birch, Ben"))
    assert letters[focal.email].count("Amber, Ada") == letters[coordinator.email].count("Amber, Ada") == 1


@pytest.mark.parametrize("since", ["nothing", "merged", "moved"])
def test_the_drafts_that_a_list_ended_are_given_back_where_nothing_was_made_of_them_since(
    since, staged, make: Make
):
    by, focal = make.user(), make.user(Role.PARTNER, agency=staged.agency)
    ada, ben, cy = (
        make.trainee(staged.agency, family_name=name, given_names="Ada")
        for name in ("Amber", "Birch", "Cedar")
    )
    kept = drafts.keep(staged.training, by=focal, agency=staged.agency, people=[ada, ben, cy])
    drafts.discard(staged.training, by=focal, drafts=kept[2:])
    batch = stored(staged, by, "Amber,Ada,,,", "Cedar,Ada,,,")
    assert drafts.of(staged.training, staged.agency) == [kept[1]]
    if since == "merged":
        merges.merge(ada, ben, by=by, values=[])  # whose draft is hers now
    elif since == "moved":
        records.transfer(ada, by=by, agency=make.agency())

    undoing.undo(batch, by=by)

    assert drafts.of(staged.training, staged.agency) == kept[since != "nothing" : 2]
    assert batch.outcome["drafts"] == []
    if since == "nothing":
        assert drafts.submit(staged.training, by=focal, agency=staged.agency, drafts=kept[:2])


@pytest.mark.parametrize("had_drafts", [False, True])
def test_undoing_takes_no_more_statements_for_more_people(had_drafts, make: Make, queries):
    by, counts = make.user(), []
    for people in (10, 200):
        training, agency = make.training(capacity=900), make.agency()
        for n in range(people):
            make.trainee(agency, family_name=f"Known{in_letters(n)}", given_names="Ada")
        known = list(db.session.scalars(select(Trainee).where(Trainee.agency_id == agency.id)))
        if had_drafts:
            drafts.keep(training, by=by, agency=agency, people=known)
        lines = [f"Known{in_letters(n)},Ada,Major,k{n}@example.org" for n in range(people)]
        lines += [f"Fresh{in_letters(n)},Bo,Major,f{n}@example.org" for n in range(people)]
        content = "\n".join(["Family name,Given names,Rank,E-mail", *lines]).encode()
        batch = staging.stage(training, by=by, agency=agency, content=content, file_name="a.csv")
        queries.clear()
        confirming.confirm(batch, by=by)
        confirmed = len(queries)

        @atomic
        def send():
            db.session.execute(
                update(OutgoingMail)
                .where(OutgoingMail.registration_id.is_not(None))
                .values(state=MailState.SENT)
            )

        send()
        queries.clear()
        undoing.undo(batch, by=by)
        counts.append((confirmed, len(queries)))

    assert counts[1][1] <= counts[0][1] + 10, counts
    assert counts[1][0] <= counts[0][0] + 10, counts


def test_an_import_is_undone_as_if_it_had_never_been(staged, make: Make):
    user = make.user(Role.PARTNER, agency=staged.agency)
    known = make.trainee(staged.agency, family_name="Amber", given_names="Ada", rank="Captain")
    before = (count(Trainee), count(Registration), count(RegistrationStep))
    batch = staged("Amber,Ada,,Major,", "Birch,Ben,m,,b@example.org", "Cedar,Cy,m,,c@example.org")
    confirming.confirm(batch, by=user)
    assert known.rank == "Major"

    assert undoing.undo(batch, by=user) == 3

    assert (count(Trainee), count(Registration), count(RegistrationStep)) == before
    assert known.rank == "Captain"
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "import.undo")) == 1
    with pytest.raises(Conflict, match="Only a confirmed import"):
        undoing.undo(batch, by=user)
    again = staged("Amber,Ada,,Major,", "Birch,Ben,m,,b@example.org", "Cedar,Cy,m,,c@example.org")
    assert confirming.confirm(again, by=user).registered == 3


def test_seats_that_an_undone_import_took_go_to_the_next_in_line(make: Make):
    training, agency, by = make.training(capacity=1), make.agency(), make.user()
    content = b"Family name,Given names\nAmber,Ada\n"
    batch = staging.stage(training, by=by, agency=agency, content=content, file_name="a.csv")
    confirming.confirm(batch, by=by)
    waiting = make.registration(training)

    undoing.undo(batch, by=by)

    assert waiting.state is RegistrationState.CONFIRMED


def test_nothing_that_was_built_on_is_undone(staged, make: Make):
    by = make.user()
    batch = staged("Amber,Ada,f,,", "Birch,Ben,m,,")
    confirming.confirm(batch, by=by)
    ada, ben = db.session.scalars(select(Registration).order_by(Registration.id))

    person = make.person(ada.trainee, rank="Major")
    submissions.withdraw(ben, by=by, reason="ill")
    with pytest.raises(Conflict, match="was decided on, changed or replaced"):
        undoing.undo(batch, by=by)

    second = staged("Cedar,Cy,m,,", name="second.csv")
    confirming.confirm(second, by=by)
    cy = db.session.scalars(select(Registration).order_by(Registration.id.desc())).first()
    make.registration(make.training(), cy.trainee)
    with pytest.raises(Conflict, match="registered for another training"):
        undoing.undo(second, by=by)

    third = staged("Dogwood,Di,f,,", name="third.csv")
    confirming.confirm(third, by=by)
    di = db.session.scalars(select(Trainee).order_by(Trainee.id.desc())).first()
    records.change(di, by=by, person=make.person(di, rank="Major"))
    with pytest.raises(Conflict, match="changed after the import"):
        undoing.undo(third, by=by)
    assert person.rank == "Major"


def test_what_stands_in_the_way_is_numbered_by_the_sheet(staged):
    batch = staged("Amber,Ada,banana,,")

    error = confirming.preview(batch).errors[0]

    assert (error.row, error.column, error.title, error.value) == (2, "C", "Sex", "banana")
    assert import_verdicts.mapping_of(batch).columns["sex"] == 2
