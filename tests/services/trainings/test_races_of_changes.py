"""People who are changed, registered or written to while they move or are merged, with real commits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.make import Make
from tests.services.racing import at_once, codes_of, get
from training.db import db
from training.models import (
    Agency,
    ImportBatch,
    MailState,
    OutgoingMail,
    Registration,
    Trainee,
    TraineeKey,
    Training,
    User,
)
from training.services.imports import confirming, staging
from training.services.letters import outbox
from training.services.merging import merges
from training.services.registrations import drafts, submissions
from training.services.trainees import records

pytestmark = pytest.mark.real_commit


class Race:
    """Ivan of agency A, who moves to B or is merged while somebody else does something with him."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context():
            make = Make()
            a, training = make.agency(), make.training()
            ivan = make.trainee(a, family_name="Zhukov", given_names="Ivan", email="old@example.org")
            self.a, self.b, self.by, self.training = a.id, make.agency().id, make.user().id, training.id
            self.ivan, self.other = ivan.id, make.trainee(a, family_name="Orlov", given_names="Petr").id
            db.session.remove()

    def transfer(self) -> None:
        records.transfer(get(Trainee, self.ivan), by=get(User, self.by), agency=get(Agency, self.b))

    def merge(self) -> None:
        merges.merge(get(Trainee, self.other), get(Trainee, self.ivan), by=get(User, self.by), values=[])

    def rename(self) -> None:
        ivan = get(Trainee, self.ivan)
        records.change(ivan, by=get(User, self.by), person=Make().person(ivan, given_names="Iwan"))

    def submit(self) -> None:
        submissions.submit(
            get(Training, self.training), by=get(User, self.by), trainee=get(Trainee, self.ivan)
        )

    def submit_many(self) -> None:
        submissions.submit_many(
            get(Training, self.training), by=get(User, self.by), agency=get(Agency, self.a),
            people=[get(Trainee, self.ivan)],
        )  # fmt: skip

    def keep(self) -> None:
        drafts.keep(
            get(Training, self.training), by=get(User, self.by), agency=get(Agency, self.a),
            people=[get(Trainee, self.ivan)],
        )  # fmt: skip

    def run(self, first: Callable[[], Any], second: Callable[[], Any]) -> list[str | None]:
        """The refusals when ``second`` has begun before ``first`` is stored."""
        return codes_of(at_once(self.app, first, lambda: None, second))

    def keys(self) -> set[int]:
        """Of which agencies Ivan's keys are, and him: one when all is well."""
        with self.app.app_context():
            kept = select(TraineeKey.agency_id).where(TraineeKey.trainee_id == self.ivan)
            return set(db.session.scalars(kept))


def is_sqlite(app: Flask) -> bool:
    """Whether the whole database is held, so that the second begins only when the first is stored."""
    return app.config["CONFIG"].database_url.startswith("sqlite")


def test_who_is_changed_while_they_move_keeps_the_keys_of_where_they_are(raced):
    race = Race(raced)

    codes = race.run(race.transfer, race.rename)

    assert codes == ([] if is_sqlite(raced) else ["changed"])
    assert race.keys() == {race.b}


def test_who_is_changed_while_they_are_merged_meets_nobody_any_more(raced):
    race = Race(raced)

    assert race.run(race.merge, race.rename) == ["merged"]
    assert race.keys() == set()


def test_without_holding_them_the_keys_would_name_the_old_agency(raced, monkeypatch):
    if is_sqlite(raced):
        pytest.skip("on SQLite the whole database is held")
    monkeypatch.setattr(records, "hold", lambda people, to_change=False: None)
    race = Race(raced)

    assert race.run(race.transfer, race.rename) == []
    assert race.keys() == {race.a}


@pytest.mark.parametrize("way", ["submit_many", "keep"])
def test_nobody_is_registered_for_the_agency_that_they_leave_at_that_moment(way, raced):
    race = Race(raced)

    codes = race.run(race.transfer, getattr(race, way))

    assert codes == ([None] if is_sqlite(raced) else ["changed"])  # it is not found, or was found before
    with raced.app_context():
        mine = select(Registration.id).where(Registration.trainee_id == race.ivan)
        assert db.session.scalars(mine).all() == []


def test_who_is_put_forward_alone_while_they_move_is_registered_for_where_they_are_or_not_at_all(raced):
    race = Race(raced)

    codes = race.run(race.transfer, race.submit)

    assert codes == ([] if is_sqlite(raced) else ["changed"])
    with raced.app_context():
        agencies = select(Registration.agency_id).where(Registration.trainee_id == race.ivan)
        assert db.session.scalars(agencies).all() == ([race.b] if is_sqlite(raced) else [])


@pytest.mark.parametrize("way", ["transfer", "rename"])
def test_an_import_changes_nobody_who_moves_or_is_changed_at_that_moment(way, raced):
    race = Race(raced)
    with raced.app_context():
        batch = staging.stage(
            get(Training, race.training), by=None, agency=get(Agency, race.a), file_name="a.csv",
            content=b"Family name,Given names,Rank\nZhukov,Ivan,Major\n",
        ).id  # fmt: skip
        seen = confirming.preview(get(ImportBatch, batch)).token
        db.session.remove()

    def promote() -> None:
        ivan = get(Trainee, race.ivan)
        records.change(ivan, by=get(User, race.by), person=Make().person(ivan, rank="Colonel"))

    def confirm() -> None:
        confirming.confirm(get(ImportBatch, batch), by=get(User, race.by), expected=seen)

    assert race.run(race.transfer if way == "transfer" else promote, confirm) == ["changed"]
    with raced.app_context():
        ivan = get(Trainee, race.ivan)
        assert ivan.rank == ("" if way == "transfer" else "Colonel")
    assert race.keys() == {race.b if way == "transfer" else race.a}


def test_a_letter_that_was_sent_just_now_stays_sent(raced):
    race = Race(raced)
    with raced.app_context():
        race.submit()
        number = db.session.scalars(
            select(OutgoingMail.id)
            .join(OutgoingMail.registration)
            .where(Registration.trainee_id == race.ivan)
        ).one()
        db.session.remove()

    def mark() -> None:
        ivan = get(Trainee, race.ivan)
        records.change(ivan, by=None, person=Make().person(ivan, contact_via_focal_point=True))

    assert race.run(lambda: outbox.mark_sent(get(OutgoingMail, number)), mark) == []
    with raced.app_context():
        assert get(OutgoingMail, number).state is MailState.SENT
