"""One person, once: keys are kept wherever people are stored, and those who are alike are found, each agency its own."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.make import Make
from tests.services.trainees.spelled import OLGA, OLHA, kept_keys, person, without_keys
from training import clock
from training.db import atomic, db
from training.errors import NotFound
from training.models import (
    NotSame,
    Role,
    Sex,
    Trainee,
    TraineeKey,
)
from training.rules import alike
from training.rules.alike import Grade
from training.services.demo import build
from training.services.imports import confirming, staging, undoing
from training.services.trainees import duplicates, records


def test_keys_are_kept_when_a_person_is_added_changed_and_taken_from_a_list(make: Make):
    one = make.trainee(**OLHA)
    added = kept_keys(one)

    records.change(one, by=None, person=make.person(one, family_name="Horoshenko", email="o@example.org"))
    changed = kept_keys(one)
    atomic(records.take_over)({one: {"native_name": "Горошенко Ольга"}}, by=None)

    assert added == alike.keys(**OLHA) and ("2s UlhA xfxnk", 0) in added
    assert (
        ("4w UlhA", 0) in added
        and any(key.startswith("1e") for key, _ in changed)
        and not added & {k for k in changed if k[0].startswith("2s")}
    )
    assert without_keys() == [] and kept_keys(one) != changed


def test_keys_are_kept_by_an_import_and_go_with_its_undoing(make: Make):
    training, agency, by = make.training(), make.agency(), make.user()
    content = "Family name;Given names;E-mail\nШевченко;Ольга;a@example.org\nDunmore;John;b@example.org\n"
    batch = staging.stage(training, by=by, agency=agency, content=content.encode(), file_name="list.csv")
    confirming.confirm(batch, by=by, accept_guesses=True)
    stored = db.session.scalars(select(Trainee)).all()

    assert len(stored) == 2 and without_keys() == []
    duplicates.not_same(duplicates.get_pair(by, *(one.public_id for one in stored)), by=by)
    undoing.undo(batch, by=by)
    assert [
        db.session.scalar(select(func.count()).select_from(t)) for t in (Trainee, TraineeKey, NotSame)
    ] == [0] * 3


def test_keys_are_kept_for_the_demo(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(build.SCALES, "small", build.SCALES["small"])
    build.make("small")

    people = db.session.scalars(select(Trainee).limit(40)).all()
    assert [one.name for one in people if kept_keys(one) != records.keys_of(one)] == []


def test_the_best_grade_comes_first(make: Make):
    shared_address = make.trainee(family_name="Quite", given_names="Another", email="O@example.org")
    married = make.trainee(family_name="Horoshenko", given_names="Olha", email="O@example.org")
    likely = make.trainee(**OLHA)
    possible = make.trainee(family_name="Shevchenkov", given_names="Olha")
    make.trainee(family_name="Shevchenko", given_names="Oleh")

    found = duplicates.of(person(email="o@example.org"))

    assert [(one.trainee, one.grade) for one in found] == [
        (married, Grade.CERTAIN), (likely, Grade.LIKELY),
        (shared_address, Grade.POSSIBLE), (possible, Grade.POSSIBLE),
    ]  # fmt: skip
    assert [one.trainee for one in duplicates.of(person(), least=Grade.LIKELY)] == [likely]


def test_an_agency_is_shown_nobody_of_another_whatever_the_keys_say(make: Make):
    theirs = make.trainee(**OLHA)
    agency = make.agency()

    @atomic
    def mislead():
        for key in db.session.scalars(select(TraineeKey).where(TraineeKey.trainee_id == theirs.id)):
            key.agency_id = agency.id

    mislead()

    assert duplicates.of(person(), agency=agency) == []


def test_an_agency_changes_nobody_who_has_moved_away(make: Make):
    focal = make.user(Role.PARTNER)
    known = make.trainee(focal.agency, **OLHA)
    records.transfer(known, by=make.user(), agency=make.agency())

    with pytest.raises(NotFound):
        records.change(known, by=focal, person=make.person(known, rank="Major"))


def test_partners_are_shown_their_own_people_only_and_coordinators_everybody(make: Make):
    mine, theirs = make.agency(), make.agency()
    own, foreign = make.trainee(mine, **OLHA), make.trainee(theirs, **OLHA)
    roles = {role: make.user(role, **({"agency": mine} if role is Role.PARTNER else {})) for role in Role}

    seen = {
        role: [one.trainee for one in duplicates.for_user(user, person())] for role, user in roles.items()
    }

    assert seen == {
        Role.PARTNER: [own], Role.COORDINATOR: [own, foreign], Role.ADMIN: [own, foreign],
        Role.MANAGER: [], Role.TRAINER: [],
    }  # fmt: skip


def test_pairs_are_listed_once_best_first_until_somebody_says_that_they_are_two(make: Make):
    by = make.user()
    one, other = make.trainee(**OLHA, native_name="Шевченко Ольга"), make.trainee(**OLGA)
    third = make.trainee(**OLHA, native_name="Шевченко Ольга")
    make.trainee(family_name="Shevchenkov", given_names="Olha")
    make.registration(trainee=one)

    listed = duplicates.pairs(most=10)
    widely = duplicates.pairs(most=10, least=Grade.POSSIBLE)

    assert [(p.one, p.other, p.grade) for p in listed] == [
        (one, third, Grade.CERTAIN), (one, other, Grade.LIKELY), (other, third, Grade.LIKELY),
    ]  # fmt: skip
    assert [p.grade for p in widely[3:]] == [Grade.POSSIBLE] * 3
    assert dict(listed[0].counts)[one.id] == 1 and duplicates.pairs(first=1, most=1)[0].other is other

    duplicates.not_same(listed[0], by=by)
    duplicates.not_same(listed[0], by=by)
    records.change(third, by=by, person=make.person(third, phone="+1"))

    assert [(p.one, p.other) for p in duplicates.pairs(most=10)] == [(one, other), (other, third)]
    remembered = db.session.get(NotSame, (one.id, third.id))
    assert remembered.by_name == by.name and remembered.at <= clock.now()


def test_finding_doubles_asks_as_little_of_many_people_as_of_one(make: Make, queries):
    counts = []
    for people in (2, 12):
        for _ in range(people):
            make.trainee(**OLHA)
        db.session.expire_all()
        queries.clear()
        duplicates.pairs(most=10)
        duplicates.of(person())
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 4


def test_a_shared_address_alone_fills_no_queue(make: Make):
    for name in (
        "Abel Bibo",
        "Cyd Dor",
        "Efram Gorm",
        "Hulda Ingwer",
        "Jorun Kestrel",
        "Lund Mirko",
        "Nele Olsen",
    ):
        family, given = name.split()
        make.trainee(family_name=family, given_names=given, email="office@example.org")
    make.trainee(family_name="Bibo-Dunmore", given_names="Abel", email="Office@example.org")

    assert [(p.one.name, p.grade) for p in duplicates.pairs(most=30)] == [("Abel, Bibo", Grade.CERTAIN)]
    assert len(duplicates.pairs(most=30, least=Grade.POSSIBLE)) == 28


@pytest.mark.parametrize(
    ("differs", "is_likely"),
    [
        ({"country": "FR"}, False),
        ({"sex": Sex.M}, False),
        ({"country": "FR", "email": "olha@example.org"}, True),
        ({"country": "FR", "phone": "+43 1 55"}, True),
        ({}, True),
    ],
)
def test_where_only_the_name_speaks_for_it_a_pair_is_possible_and_no_more(differs, is_likely, make: Make):
    said = {**OLHA, "native_name": "Шевченко Ольга", "sex": Sex.F, "country": "AT", "phone": "+43 1 55"}
    known = make.trainee(**{**said, "email": "olha@example.org"})
    other = make.trainee(**{**said, "phone": "", "email": "", **differs})

    assert bool(duplicates.pairs(most=10)) is is_likely
    assert bool(duplicates.among({known.id, other.id}, most=10)) is is_likely
    (pair,) = duplicates.pairs(most=10, least=Grade.POSSIBLE)
    assert (pair.likelihood is not Grade.POSSIBLE) is is_likely


def test_people_of_one_agency_stay_likely_whatever_differs(make: Make):
    agency, said = make.agency(), {**OLHA, "native_name": "Шевченко Ольга"}
    make.trainee(agency, **said, country="AT")
    make.trainee(agency, **said, country="FR")

    (pair,) = duplicates.pairs(most=10)

    assert pair.likelihood is Grade.CERTAIN
