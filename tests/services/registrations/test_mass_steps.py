"""Steps of many people at once take as many statements as those of few, and each registration keeps its history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.make import Make
from training.db import atomic, db, insert_many
from training.errors import Conflict, Invalid
from training.models import (
    LIVE,
    Admission,
    AuditEntry,
    ReasonCode,
    Registration,
    RegistrationState,
    Role,
    Trainee,
    Training,
    User,
)
from training.services.registrations import decisions, drafts, submissions, visible
from training.services.trainees import records
from training.services.trainings import moves

S = RegistrationState


def prepared(make: Make, people: int) -> tuple[Training, User, list[Trainee]]:
    """A training with seats for a quarter of so many people, and a focal point with them."""
    focal = make.user(Role.PARTNER)
    who = [make.trainee(focal.agency, email=f"p{n}@example.org") for n in range(people)]
    return make.training(capacity=people // 4), focal, who


def statements(make: Make, queries: list[str], work: str, people: int) -> int:
    """How many statements the work takes for so many people."""
    by = make.user()
    training, focal, who = prepared(make, people)
    given = {"by": focal, "agency": focal.agency}
    kept = drafts.keep(training, people=who, **given) if work != "keep" else []
    if work == "submit":  # what is copied of people anew is not the same for all
        for one in who[::2]:
            records.change(one, by=by, person=make.person(one, rank="Colonel"))
    if work == "cancel":  # a seat, a draft, a place on the reserve list and another draft by turns
        drafts.submit(training, drafts=[*kept[::4], *kept[2::4]], **given)
    queries.clear()
    match work:
        case "keep":
            drafts.keep(training, people=who, **given)
        case "submit":
            drafts.submit(training, drafts=[*kept[::2], *kept[1::2]], **given)
        case "discard":
            drafts.discard(training, by=focal, drafts=kept)
        case "register":
            submissions.submit_many(training, people=who, **given)
        case "cancel":
            moves.change_state(training, name="cancel", by=by, reason="No funds.")
    return len(queries)


@pytest.mark.parametrize("verb", decisions.Verb)
def test_more_decisions_read_no_more(verb: decisions.Verb, make: Make, queries: list[str]):
    def statements_of(people: int) -> tuple[int, int]:
        training, by = make.training(capacity=people, admission=Admission.APPROVAL), make.user()
        registered = [make.registration(training).public_id for _ in range(people)]
        chosen = decisions.pick(training, by, registered)
        if verb is decisions.Verb.OFFER:
            decisions.decide(training, chosen, decisions.Verb.RESERVE, by=by)
        queries.clear()
        done = decisions.decide(training, chosen, verb, by=by, reason="decided together")
        assert all(one.is_done for one in done)
        reads = sum(query.startswith("SELECT") for query in queries)
        return reads, len(queries) - reads

    (few_reads, few), (many_reads, many) = statements_of(4), statements_of(44)

    assert few_reads == many_reads
    assert many - few <= 3 * 40, "its state, its step and its entry"


@pytest.mark.parametrize("work", ["keep", "submit", "discard", "register", "cancel"])
def test_more_people_take_no_more_statements(work: str, make: Make, queries: list[str]):
    few, many = (statements(make, queries, work, people) for people in (4, 44))

    assert few == many


def test_each_of_many_keeps_its_steps_and_its_entry(make: Make):
    by = make.user()
    training, focal, who = prepared(make, 4)
    *kept, left = drafts.keep(training, by=focal, agency=focal.agency, people=who)
    drafts.submit(training, by=focal, agency=focal.agency, drafts=kept)
    moves.change_state(training, name="cancel", by=by, reason=" No funds. ")

    def history(number: int):
        return [
            (one.from_state, one.to_state, one.reason_code, one.reason, one.by)
            for one in visible.history([*kept, left][number])
        ]

    first = [(None, S.DRAFT, None, "", focal), (S.DRAFT, S.SUBMITTED, None, "", focal)]
    organiser = ReasonCode.ORGANISER, "No funds.", by
    confirmed = [(S.SUBMITTED, S.CONFIRMED, None, "", focal), (S.CONFIRMED, S.WITHDRAWN, *organiser)]
    waiting = [
        (S.SUBMITTED, S.RESERVE, ReasonCode.NO_SEAT, "", focal),
        (S.RESERVE, S.WITHDRAWN, *organiser),
    ]
    assert history(0) == first + confirmed
    assert history(1) == history(2) == first + waiting
    assert history(3) == [first[0], (S.DRAFT, S.WITHDRAWN, ReasonCode.AGENCY, "No funds.", by)]
    assert [(one.released_at is not None, one.reserve_rank) for one in kept] == [
        (True, None),
        (False, None),
        (False, None),
    ]
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "registration.submit"))
    assert {one.thing_id: one.changes["state"] for one in entries} == {
        kept[0].id: ["draft", "confirmed"],
        kept[1].id: ["draft", "reserve"],
        kept[2].id: ["draft", "reserve"],
    }


@pytest.mark.parametrize("way", ["keep", "register", "submit"])
def test_nobody_is_put_forward_twice_at_once(way: str, make: Make):
    training, focal, [one, *_] = prepared(make, 4)
    given = {"by": focal, "agency": focal.agency}

    with pytest.raises(Conflict) as refusal:
        match way:
            case "keep":
                drafts.keep(training, people=[one, one], **given)
            case "register":
                submissions.submit_many(training, people=[one, one], **given)
            case "submit":
                [kept] = drafts.keep(training, people=[one], **given)
                drafts.submit(training, drafts=[kept, kept], **given)

    assert refusal.value.code == "twice"


def add_at_once(make: Make, changed: Callable[[dict[str, Any]], None]) -> None:
    """Add two people by one statement, the second one changed."""
    agency = make.agency()
    rows = [
        {"family_name": f"Kasdov {n}", "given_names": "Ilim", "search_key": "x", "country": "AT", "agency_id": agency.id,
         "theme_id": agency.theme_id}
        for n in range(2)
    ]  # fmt: skip
    changed(rows[1])
    atomic(insert_many)(Trainee, rows)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("family_name", "x" * 201, "at most 200 characters"),
        ("given_names", "a\x00b", "cannot be stored"),
        ("theme_id", 2**31, "too large"),
    ],
)
def test_of_many_at_once_one_that_has_no_place_in_its_column_refuses_all(
    field: str, value: object, why: str, make: Make
):
    with pytest.raises(Invalid, match=why) as refused:
        add_at_once(make, lambda row: row.update({field: value}))
    assert refused.value.field == field
    assert db.session.scalar(select(func.count(Trainee.id))) == 0


def test_of_many_at_once_no_column_is_left_out_in_silence(make: Make):
    with pytest.raises(ValueError, match="differ in their columns"):
        add_at_once(make, lambda row: row.update(email="i@example.org"))
    assert db.session.scalar(select(func.count(Trainee.id))) == 0


@pytest.mark.parametrize("way", ["one", "several", "draft"])
def test_who_begins_the_list_is_owed_nothing_whichever_way_they_came(way: str, make: Make):
    training, focal = make.training(capacity=2), make.user(Role.PARTNER)
    make.registration(training)
    make.kept(training, by=make.user(), agency=make.agency(), seats=1)  # what is free is not for them
    person, given = make.trainee(focal.agency), {"by": focal, "agency": focal.agency}
    atomic(setattr)(training, "freed_seats", 1)

    match way:
        case "one":
            submissions.submit(training, by=focal, trainee=person)
        case "several":
            submissions.submit_many(training, people=[person], **given)
        case "draft":
            drafts.submit(training, drafts=drafts.keep(training, people=[person], **given), **given)

    found = visible.of_trainee(person, focal).where(Registration.state.in_(LIVE))
    assert training.freed_seats == 0
    assert [one.state for one in db.session.scalars(found)] == [S.RESERVE]
