"""Two entries become one person: every row is moved, and undoing puts everything back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.make import Make
from tests.services.trainees.spelled import OLGA, OLHA, kept_keys, person, without_keys
from training.db import Base, atomic, db
from training.errors import Conflict, Invalid
from training.models import (
    NotSame,
    PersonMerge,
    RegistrationState,
    Role,
)
from training.services import audit
from training.services.imports import confirming, staging, undoing
from training.services.merging import merges
from training.services.registrations import reserve_list, submissions
from training.services.trainees import duplicates, records


def state_of_everything(*hidden: str) -> dict[str, list[tuple]]:
    """All rows of all tables, but for the columns that only tell when something happened, and the ``hidden`` tables."""
    return {
        table.name: sorted(
            tuple(str(value) for key, value in row.items() if key != "changed_at")
             for row in db.session.execute(select(table)).mappings()
        )
        for table in Base.metadata.sorted_tables
        if table.name not in ("audit_entry", *hidden)
    }  # fmt: skip


def test_every_reference_to_a_person_is_moved_or_stays_for_a_reason():
    found = {
        (table.name, key.parent.name)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.target_fullname == "trainee.id"
    }
    known = {(c.class_.__tablename__, c.key) for c in (*merges.MOVED, *merges.STAYS)}

    assert found == known, "say in merges.py whether it moves with a person, and build a row of it below"
    assert len(merges.MOVED) == 2, "the test below builds one row of each"


def test_a_merge_moves_every_row_and_undoing_puts_everything_back(make: Make):
    by, training = make.user(), make.training()
    kept, gone = make.trainee(**OLHA, phone="+1"), make.trainee(**OLGA, email="o@example.org")
    merges.merge(gone, make.trainee(**OLHA), by=by, values=[])
    duplicates.not_same(duplicates.get_pair(by, gone.public_id, make.trainee().public_id), by=by)
    mine = make.registration(training, kept)
    theirs = make.registration(make.training(), gone)
    again = make.registration(training, gone)
    submissions.withdraw(again, by=by, reason="ill")
    copied = (theirs.agency_id, theirs.agency_name)
    make.trainee(**OLHA)
    hidden = ("person_merge", "outgoing_mail", "registration_step")  # the history tells of both
    before = state_of_everything(*hidden)

    done = merges.merge(kept, gone, by=by, values=["email", "agency"])

    for column in merges.MOVED:
        assert db.session.scalars(select(column).where(column == gone.id)).all() == [], str(column)
    assert {mine.trainee_id, theirs.trainee_id, again.trainee_id} == {kept.id}
    assert (again.state, again.joined_into_id) == (RegistrationState.JOINED, mine.id)
    assert (theirs.agency_id, theirs.agency_name) == copied
    assert (kept.email, kept.phone, kept.agency_id) == ("o@example.org", "+1", gone.agency_id)
    assert "o@example.org" in kept.search_key and kept_keys(kept) == records.keys_of(kept)
    assert (gone.merged_into_id, kept_keys(gone)) == (kept.id, set())
    assert sum(len(rows) for rows in done.moved["rows"].values()) == 3
    entry = db.session.scalars(audit.about(kept)).first()
    assert (entry.action, entry.changes["moved"]) == ("trainee.merge", 3)

    merges.undo(done, by=by)

    assert state_of_everything(*hidden) == before
    assert done.undone_by_name == by.name and without_keys() == []
    with pytest.raises(Conflict, match="undone already"):
        merges.undo(done, by=by)


def test_a_table_whose_rows_are_not_moved_would_be_seen(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(merges, "MOVED", merges.MOVED[1:])

    with pytest.raises((AssertionError, KeyError)):
        test_a_merge_moves_every_row_and_undoing_puts_everything_back(make)


def test_the_merged_away_are_hidden_everywhere(make: Make):
    by, agency = make.user(), make.agency()
    kept, gone = make.trainee(agency, **OLHA), make.trainee(agency, **OLGA)
    partner = make.user(Role.PARTNER, agency=agency)
    merges.merge(kept, gone, by=by, values=[])

    assert db.session.scalars(records.search(by, text="chevtchenko")).all() == [kept]
    assert db.session.scalars(records.visible_to(partner)).all() == [kept]
    assert [one.trainee for one in duplicates.of(person())] == [kept]
    assert duplicates.pairs(most=5) == []
    with pytest.raises(Exception, match="We could not find this"):
        records.pick(agency, [gone.public_id])
    with pytest.raises(Conflict, match="was merged with another record"):
        submissions.submit(make.training(), by=by, trainee=gone)
    assert records.get_or_kept(by, gone.public_id) is kept


def test_nobody_is_merged_with_themselves_twice_or_by_a_field_that_is_none(make: Make):
    by, one, other = make.user(), make.trainee(**OLHA), make.trainee(**OLGA)

    with pytest.raises(Conflict, match="one person already"):
        merges.merge(one, one, by=by, values=[])
    with pytest.raises(Invalid, match="no field id"):
        merges.merge(one, other, by=by, values=["id"])
    merges.merge(one, other, by=by, values=[])
    with pytest.raises(Conflict, match="one person already"):
        merges.merge(make.trainee(), other, by=by, values=[])
    assert db.session.scalar(select(func.count()).select_from(PersonMerge)) == 1


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        ("a new registration", "was registered for another training since"),
        ("a further merge", "undo that first"),
    ],
)
def test_what_something_was_built_on_is_not_undone(what, refusal, make: Make):
    by, kept, gone = make.user(), make.trainee(**OLHA), make.trainee(**OLGA, email="o@example.org")
    moved = make.registration(trainee=gone)
    done = merges.merge(kept, gone, by=by, values=["email"])
    if what == "a new registration":
        make.registration(trainee=kept)
    else:
        merges.merge(make.trainee(), kept, by=by, values=[])

    with pytest.raises(Conflict, match=refusal):
        merges.undo(done, by=by)
    assert gone.merged_into_id is not None and moved.trainee_id != gone.id


def test_what_nobody_did_to_the_merge_does_not_bind_it(make: Make):
    by, agency, training = make.user(), make.agency(), make.training(capacity=1)
    make.registration(training)
    kept, gone = make.trainee(agency, **OLHA), make.trainee(agency, **OLGA, email="o@example.org", phone="+1")
    waiting = submissions.submit(training, by=None, trainee=gone)
    withdrawn = make.registration(trainee=gone)
    other = submissions.submit(training, by=None, trainee=make.trainee())
    done = merges.merge(kept, gone, by=by, values=["email", "phone"])

    reserve_list.reserve(other, by=by, rank=1)
    submissions.withdraw(withdrawn, by=by, reason="ill")
    records.change(kept, by=by, person=make.person(kept, email="new@example.org"))
    merges.undo(done, by=by)

    assert (waiting.trainee_id, withdrawn.trainee_id) == (gone.id, gone.id)
    assert (withdrawn.state, waiting.reserve_rank) == (RegistrationState.WITHDRAWN, 2)
    assert (kept.email, kept.phone, gone.email) == ("new@example.org", "", "o@example.org")
    assert without_keys() == []


def test_merges_in_a_row_are_undone_one_by_one(make: Make):
    by = make.user()
    one, two, three = make.trainee(), make.trainee(), make.trainee()
    mine = make.registration(trainee=one)
    first = merges.merge(two, one, by=by, values=["family_name"])
    second = merges.merge(three, two, by=by, values=["family_name"])
    with pytest.raises(Conflict, match="undo that first"):
        merges.undo(first, by=by)

    merges.undo(second, by=by)
    assert mine.trainee_id == two.id
    merges.undo(first, by=by)

    assert (mine.trainee_id, one.merged_into_id, two.merged_into_id) == (one.id, None, None)
    assert len({one.family_name, two.family_name, three.family_name}) == 3


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_merged_into_a_third_are_separated_in_either_order(order, make: Make):
    by, kept = make.user(), make.trainee()
    gone = [make.trainee(), make.trainee()]
    made = [make.registration(trainee=one) for one in gone]
    done = [merges.merge(kept, one, by=by, values=[]) for one in gone]

    for place in order:
        merges.undo(done[place], by=by)

    assert [one.trainee_id for one in made] == [one.id for one in gone]


def test_undoing_an_import_afterwards_leaves_the_merge_free_to_be_undone(make: Make):
    by, agency = make.user(), make.agency()
    gone, kept = make.trainee(agency, **OLHA), make.trainee(agency, family_name="Petrova")
    batch = staging.stage(
        make.training(), by=by, agency=agency, content=b"Family name,Given names\nShevchenko,Olha\n",
        file_name="list.csv",
    )  # fmt: skip
    confirming.confirm(batch, by=by)
    done = merges.merge(kept, gone, by=by, values=[])
    undoing.undo(batch, by=by)

    merges.undo(done, by=by)

    assert gone.merged_into_id is None


def test_a_registration_that_went_to_somebody_else_since_is_not_taken_from_them(make: Make):
    by, kept, gone, third = make.user(), make.trainee(), make.trainee(), make.trainee()
    moved = make.registration(trainee=gone)
    done = merges.merge(kept, gone, by=by, values=[])
    atomic(lambda: setattr(moved, "trainee_id", third.id))()

    with pytest.raises(Conflict, match="belongs to another person now"):
        merges.undo(done, by=by)


def test_not_the_same_holds_of_whom_one_of_the_two_is_merged_into(make: Make):
    by = make.user()
    one, other = make.trainee(**OLHA), make.trainee(**OLGA)
    third = make.trainee(family_name="Petrova", given_names="Anna")
    duplicates.not_same(duplicates.get_pair(by, one.public_id, other.public_id), by=by)

    done = merges.merge(third, other, by=by, values=["family_name", "given_names"])
    assert duplicates.pairs(most=10) == []
    merges.undo(done, by=by)

    assert duplicates.pairs(most=10) == []
    assert db.session.scalar(select(func.count()).select_from(NotSame)) == 1
