"""Notices: who is told of what, once for a batch, in the transaction of the change, and never of others' people."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from sqlalchemy import select

from tests.make import Make
from training import clock
from training.db import atomic, db
from training.errors import Conflict, DomainError
from training.models import (
    Admission,
    MailState,
    OutgoingMail,
    Promotion,
    Registration,
    RegistrationState,
    Reminder,
    Role,
)
from training.rules import walltime
from training.services import locked_trainings
from training.services.letters import outbox
from training.services.registrations import (
    kept_seats,
    late_changes,
    reminders,
    reserve_list,
    seat_requests,
    submissions,
    visible,
)
from training.services.trainees import records
from training.services.trainings import changes, moves
from training.texts import letters


@pytest.fixture
def desk(make: Make):
    """A training by approval, an agency with a focal point, and a coordinator of its theme; nothing written yet."""
    agency = make.agency()
    focal = make.user(Role.PARTNER, agency=agency)
    coordinator = make.user(Role.COORDINATOR, themes=[make.theme("BMV")])
    training = make.training(admission=Admission.APPROVAL, capacity=2)
    forget()
    return {"agency": agency, "focal": focal, "coordinator": coordinator, "training": training}


@atomic
def forget() -> None:
    for row in db.session.scalars(select(OutgoingMail)):
        db.session.delete(row)


def written(to=None) -> list[OutgoingMail]:
    found = select(OutgoingMail).order_by(OutgoingMail.id)
    if to is not None:
        found = found.where(OutgoingMail.user_id == to.id)
    return list(db.session.scalars(found))


def kinds(to) -> list[str]:
    found = [row.kind for row in written(to)]
    forget()
    return found


def test_every_step_of_a_registration_is_told_to_its_agency(desk, make: Make):
    training, agency, focal, by = (desk[k] for k in ("training", "agency", "focal", "coordinator"))
    one, other = (make.registration(training, make.trainee(agency)) for _ in range(2))
    assert kinds(focal) == ["submitted", "submitted"]

    submissions.return_for_correction(one, by=by, reason="Birth of date?")
    assert "Birth of date?" in written(focal)[0].body
    assert kinds(focal) == ["returned"]
    submissions.resubmit(one, by=focal)
    assert kinds(focal) == ["submitted"]
    reserve_list.reserve(one, by=by)
    assert "1. " + one.trainee.name in written(focal)[0].body
    assert kinds(focal) == ["reserve"]
    reserve_list.offer(one, by=by)
    until = letters.moment(one.offer_expires_at, training.zone, "en")
    assert f"{one.trainee.name}: {until}" in written(focal)[0].body
    assert kinds(focal) == ["offered"]
    reserve_list.confirm(one, by=by)
    assert kinds(focal) == ["confirmed"]
    new = late_changes.replace(one, by=focal, substitute=make.trainee(agency), reason="ill")
    assert f"{one.trainee.name} → {new.trainee.name}" in written(focal)[0].body
    assert kinds(focal) == ["replaced"]
    submissions.decline(other, by=by, reason="Too late")
    assert "Too late" in written(focal)[0].body
    assert kinds(focal) == ["declined"]
    submissions.withdraw(new, by=focal, reason="on leave")
    assert kinds(focal) == ["withdrawn"]


def test_the_rank_is_the_one_among_the_own_agencys_people(make: Make):
    training, mine = make.training(capacity=1), make.user(Role.PARTNER)
    for _ in range(3):
        make.registration(training)
    forget()

    waiting = make.registration(training, make.trainee(mine.agency))

    assert waiting.reserve_rank == 3
    assert f"  1. {waiting.trainee.name}" in written(mine)[0].body


def test_five_hundred_people_make_one_letter_for_each_focal_point_and_one_digest(make: Make):
    agency, training = make.agency(), make.training(capacity=300)
    focal, second = (make.user(Role.PARTNER, agency=agency) for _ in range(2))
    coordinator = make.user(Role.COORDINATOR)
    people = [make.trainee(agency, email=f"p{n}@example.org") for n in range(500)]
    forget()

    submissions.submit_many(training, by=focal, agency=agency, people=people)

    assert [len(written(user)) for user in (focal, second, coordinator)] == [1, 1, 1]
    body = written(focal)[0].body
    assert sum(person.name in body for person in people) == 500
    assert "  200. " in body
    assert len([row for row in written() if row.kind == "trainee"]) == 500


def test_a_withdrawal_and_who_moves_up_stand_in_one_letter_of_one_agency(make: Make):
    focal, training = make.user(Role.PARTNER), make.training(capacity=1)
    first, next_one = (make.registration(training, make.trainee(focal.agency)) for _ in range(2))
    forget()

    submissions.withdraw(first, by=focal, reason="ill")

    (letter,) = written(focal)
    assert letter.kind == "frame"
    assert first.trainee.name in letter.body and next_one.trainee.name in letter.body


def test_what_is_rolled_back_tells_nobody(desk, make: Make):
    @atomic
    def fails() -> None:
        make.registration(desk["training"], make.trainee(desk["agency"]))
        raise Conflict(notices_text, "state")

    notices_text = outbox.msg("no")
    with pytest.raises(DomainError):
        fails()

    assert written() == []


def test_a_savepoint_that_is_rolled_back_takes_its_notices_with_it(desk, make: Make, monkeypatch):
    kept, lost = make.trainee(desk["agency"]), make.trainee(desk["agency"])

    @atomic
    def inner() -> None:
        make.registration(desk["training"], lost)
        raise Conflict(outbox.msg("no"), "state")

    @atomic
    def outer() -> None:
        make.registration(desk["training"], kept)
        with pytest.raises(Conflict):
            inner()

    outer()

    (letter,) = written(desk["focal"])
    assert kept.name in letter.body and lost.name not in letter.body


def test_coordinators_in_scope_are_told_of_submissions_and_withdrawals_and_no_others(desk, make: Make):
    outside = make.user(Role.COORDINATOR, themes=[make.theme("LMI")])
    registration = make.registration(desk["training"], make.trainee(desk["agency"]))
    submissions.withdraw(registration, by=desk["focal"], reason="ill")

    assert kinds(desk["coordinator"]) == ["coordinator_submitted", "coordinator_withdrawn"]
    assert written(outside) == []


def test_a_coordinator_is_not_told_what_they_did_themselves(desk, make: Make):
    registration = make.registration(desk["training"], make.trainee(desk["agency"]))
    forget()

    submissions.withdraw(registration, by=desk["coordinator"], reason="x")

    assert written(desk["coordinator"]) == []
    assert len(written(desk["focal"])) == 1


def test_a_training_opened_is_told_to_the_agencies_that_may_register(make: Make):
    kept_for, of_country, neither = (
        make.user(Role.PARTNER, agency=make.agency(country=country)) for country in ("AT", "FR", "DE")
    )
    training = make.training(is_open=False, capacity=4)
    make.session(training)
    make.kept(training, by=None, seats=2, agency=kept_for.agency)
    make.kept(training, by=None, seats=2, country="FR")

    moves.change_state(training, by=None, name="open")

    assert [kinds_of(user) for user in (kept_for, of_country, neither)] == [["opened"], ["opened"], []]


def test_opening_asks_the_database_as_little_for_many_agencies_as_for_few(make: Make, queries):
    counts = []
    for more in (2, 20):
        for _ in range(more):
            make.user(Role.PARTNER)
        training = make.training(is_open=False)
        make.session(training)
        queries.clear()
        moves.change_state(training, by=None, name="open")
        counts.append(len(queries))

    assert counts[1] <= counts[0] <= 20


def kinds_of(user) -> list[str]:
    return [row.kind for row in written(user)]


def test_changed_dates_postponing_and_cancelling_are_told_with_the_own_people(desk, make: Make):
    training, focal = desk["training"], desk["focal"]
    registration = make.registration(training, make.trainee(desk["agency"]))
    forget()
    details = make.changed(training)

    changes.change(training, by=desk["coordinator"], details=replace(details, description="only words"))
    assert written(focal) == []
    changes.change(
        training,
        by=desk["coordinator"],
        details=replace(details, ends_on=details.ends_on + timedelta(days=1)),
    )
    assert registration.trainee.name in written(focal)[0].body
    assert kinds(focal) == ["changed"]
    moves.change_state(training, name="cancel", by=desk["coordinator"], reason="No room")
    (letter,) = written(focal)
    assert letter.kind == "cancelled"
    assert "No room" in letter.body and registration.trainee.name in letter.body


def test_an_answer_about_seats_reaches_the_agency(desk):
    asked = {"by": desk["focal"], "agency": desk["agency"], "seats": 1, "sentence": "One more, please."}
    seat_requests.decline(seat_requests.ask(desk["training"], **asked), by=desk["coordinator"], answer="Full")
    assert kinds(desk["focal"]) == ["seats_refused"]
    forget()

    seat_requests.grant(seat_requests.ask(desk["training"], **asked), by=desk["coordinator"], seats=1)

    assert kinds(desk["focal"]) == ["seats_given"]


@pytest.mark.parametrize(
    ("language", "asked", "returned"),
    [
        ("en", "asks for more seats", "has given back"),
        ("fr", "demande davantage", "a rendu des places"),
        ("ru", "просит дополнительные", "возвращает места"),
    ],
)
def test_the_coordinators_concerned_are_told_what_an_agency_does_with_its_seats(
    language, asked, returned, desk, make: Make
):
    training, agency = desk["training"], desk["agency"]
    reader = make.user(Role.COORDINATOR, themes=[make.theme("BMV")], language=language)
    elsewhere = make.user(Role.COORDINATOR, themes=[make.theme("ASY")])
    make.kept(training, by=None, seats=2, agency=agency)
    forget()

    doing = {"by": desk["focal"], "agency": agency, "seats": 1}
    seat_requests.give_back(training, **doing, sentence="One is ill.\nBcc: x@example.org")
    seat_requests.ask(training, **doing, sentence="One more, please.")

    first, second = written(reader)
    assert (first.kind, second.kind) == ("coordinator_seats_returned", "coordinator_seats_asked")
    assert first.state is MailState.QUEUED and first.agency_id is None
    assert f"{agency.name} {returned}" in first.body and "One is ill. Bcc: x@example.org" in first.body
    assert f"{agency.name} {asked}" in second.body and ": 1\n" in second.body
    assert "One more, please." in second.body and training.title in second.subject
    assert len(written(desk["coordinator"])) == 2
    assert written(elsewhere) == [] and written(desk["focal"]) == []


def test_an_offer_that_nobody_took_is_told_as_what_it_is(desk, make: Make):
    registration = make.registration(desk["training"], make.trainee(desk["agency"]))
    reserve_list.reserve(registration, by=desk["coordinator"])
    reserve_list.offer(registration, by=desk["coordinator"])
    forget()

    with time_machine.travel(registration.offer_expires_at + timedelta(minutes=1), tick=False):
        reserve_list.expire_offers()

    (letter,) = written(desk["focal"])
    assert letter.kind == "offer_over"
    assert letter.subject.startswith("The offer has expired")
    assert f"  1. {registration.trainee.name}" in letter.body


@pytest.mark.parametrize("admission", Admission)
def test_the_reserve_letter_says_nothing_that_the_rule_of_the_training_does_not_hold(admission, make: Make):
    focal, by = make.user(Role.PARTNER), make.user(Role.COORDINATOR)
    training = make.training(capacity=1, admission=admission, promotion=Promotion.PROPOSED)
    if admission is Admission.FIRST_COME:
        make.registration(training)
    waiting = make.registration(training, make.trainee(focal.agency))
    if admission is Admission.APPROVAL:
        forget()
        reserve_list.reserve(waiting, by=by)  # by decision, while a seat is free

    (letter,) = [row for row in written(focal) if row.kind == "reserve"]

    assert "All seats" not in letter.body and "next in line" not in letter.body
    assert "rule" in letter.body


@pytest.mark.parametrize("kept", [0, 2])
def test_seats_refused_says_how_many_are_kept_and_not_how_many_were_asked_for(kept, desk):
    if kept:
        kept_seats.keep(desk["training"], by=desk["coordinator"], seats=kept, agency=desk["agency"])
    request = seat_requests.ask(
        with_room(desk["training"]), by=desk["focal"], agency=desk["agency"], seats=7, sentence="More"
    )

    seat_requests.decline(request, by=desk["coordinator"], answer="Full")

    (letter,) = [row for row in written(desk["focal"]) if row.kind == "seats_refused"]
    assert f"kept for your agency stays: {kept}\n" in letter.body


def with_room(training):
    atomic(lambda: setattr(training, "capacity", 20))()
    return training


def test_no_letter_to_an_agency_names_anothers_people(make: Make, app):
    mine = make.user(Role.PARTNER)
    theirs = make.agency(name="Zanzibarsky Service")
    make.user(Role.PARTNER, agency=theirs)
    coordinator = make.user(Role.COORDINATOR)
    training = make.training(capacity=2)
    own = [make.trainee(mine.agency, email=f"own{n}@example.org") for n in range(2)]
    foreign = [
        make.trainee(theirs, family_name="Zanzibarsky", email=f"canary{n}@example.org") for n in range(3)
    ]
    submissions.submit_many(training, by=mine, agency=mine.agency, people=own)
    others = submissions.submit_many(training, by=None, agency=theirs, people=foreign)
    first = visible.live_of(training, own[0])
    submissions.withdraw(first, by=mine, reason="ill")
    submissions.decline(others[2], by=coordinator, reason="Full")
    moves.change_state(training, name="cancel", by=coordinator, reason="off")
    sent: list[EmailMessage] = []
    while outbox.send_due(app.config["CONFIG"], sent.append):
        pass

    to_mine = [m for m in sent if m["To"].endswith(f"<{mine.email}>") or "own" in m["To"]]
    to_theirs = [m for m in sent if m not in to_mine]
    assert len(to_mine) >= 4
    assert [m["Subject"] for m in to_mine if "Zanzibarsky" in m.as_string() + m.get_content()] == []
    assert any("Zanzibarsky" in m.get_content() for m in to_theirs)
    assert all(len(m["To"].addresses) == 1 and m["Cc"] is None and m["Bcc"] is None for m in sent)


def test_names_with_line_breaks_make_no_header(make: Make, app):
    user = make.user(Role.PARTNER)
    evil = "Eve\r\nBcc: victim@example.org"
    trainee = make.trainee(user.agency, email="eve@example.org")
    atomic(lambda: (setattr(user, "name", evil), setattr(trainee, "family_name", evil)))()
    make.registration(trainee=trainee)
    sent: list[EmailMessage] = []

    while outbox.send_due(app.config["CONFIG"], sent.append):
        pass

    assert len(sent) >= 2
    for message in sent:
        headers = message.as_bytes().partition(b"\n\n")[0].splitlines()
        assert message["Bcc"] is None
        assert not any(line.lower().startswith((b"bcc", b"cc")) for line in headers)


# at send time


def move(desk, make):
    other = make.agency()
    atomic(lambda: setattr(desk["focal"], "agency", other))()


def close(desk, make):
    atomic(lambda: setattr(desk["focal"], "is_active", False))()


def suspend(desk, make):
    atomic(lambda: setattr(desk["agency"], "is_active", False))()


@pytest.mark.parametrize(
    ("happens", "why"), [(move, outbox.MOVED), (close, outbox.INACTIVE), (suspend, outbox.SUSPENDED)]
)
def test_who_may_not_have_it_any_more_does_not_get_it(happens, why, desk, make: Make, app):
    make.registration(desk["training"], make.trainee(desk["agency"]))
    happens(desk, make)
    sent: list[EmailMessage] = []

    outbox.send_due(app.config["CONFIG"], sent.append)

    (row,) = written(desk["focal"])
    assert (row.state, row.last_error, row.body) == (MailState.DROPPED, str(why), "")
    assert [m for m in sent if desk["focal"].email in m["To"]] == []


def test_without_the_look_at_send_time_it_would_go_out(desk, make: Make, app, monkeypatch):
    monkeypatch.setattr(outbox, "reason_to_drop", lambda message: "")
    make.registration(desk["training"], make.trainee(desk["agency"]))
    move(desk, make)
    sent: list[EmailMessage] = []

    outbox.send_due(app.config["CONFIG"], sent.append)

    assert [m for m in sent if desk["focal"].email in m["To"]] != []


def test_a_coordinator_who_lost_the_theme_does_not_get_it(desk, make: Make, app):
    make.registration(desk["training"], make.trainee(desk["agency"]))
    atomic(lambda: setattr(desk["coordinator"], "themes", [make.theme("LMI")]))()

    outbox.send_due(app.config["CONFIG"], lambda message: None)

    assert written(desk["coordinator"])[0].last_error == str(outbox.OUT_OF_SCOPE)


# the people themselves


def test_a_person_is_told_in_their_language_by_whom_for_what_and_of_their_rights(desk, make: Make, app):
    atomic(lambda: setattr(desk["training"].programme, "privacy_notice", "Controller: the organisation."))()
    trainee = make.trainee(desk["agency"], email="anna@example.org", language="ru", given_names="Anna")
    make.registration(desk["training"], trainee)
    (row,) = [row for row in written() if row.kind == "trainee"]
    sent: list[EmailMessage] = []

    outbox.send_due(app.config["CONFIG"], sent.append)

    body = next(m for m in sent if "anna@example.org" in m["To"]).get_content()
    assert f"Ваше учреждение ({desk['agency'].name}) зарегистрировало вас" in body
    assert "Ваши права" in body and "60" in body and "Controller: the organisation." in body
    assert f"{app.config['CONFIG'].public_url}/my/" in body
    assert "/my/" not in row.subject and row.body == ""


def test_no_signed_link_lies_in_the_database(desk, make: Make):
    make.registration(desk["training"], make.trainee(desk["agency"], email="anna@example.org"))
    make.registration(desk["training"], make.trainee(desk["agency"]))

    assert any("\x02my:" in row.body for row in written())
    assert [row.kind for row in written() if "/my/" in row.body + row.subject] == []


def test_an_unknown_language_falls_back_to_english(desk, make: Make):
    make.registration(desk["training"], make.trainee(desk["agency"], email="a@example.org", language="ar"))

    (row,) = [row for row in written() if row.kind == "trainee"]
    assert (row.language, row.subject) == ("en", "Your registration: Detection of forged documents")


@pytest.mark.parametrize("how", ["confidential", "via_focal_point"])
def test_who_is_not_written_to_directly_is_handed_the_link_by_the_focal_point(how, desk, make: Make, app):
    if how == "confidential":
        atomic(lambda: setattr(desk["agency"], "confidential", True))()
    trainee = make.trainee(
        desk["agency"], email="secret@example.org", contact_via_focal_point=how == "via_focal_point"
    )
    make.registration(desk["training"], trainee)
    sent: list[EmailMessage] = []

    outbox.send_due(app.config["CONFIG"], sent.append)

    assert [row for row in written() if row.to_email == "secret@example.org"] == []
    assert [m for m in sent if "secret@example.org" in m["To"]] == []
    body = next(m for m in sent if desk["focal"].email in m["To"]).get_content()
    assert "Please give each of them their own link" in body and "/my/" in body


def test_someone_without_an_address_has_a_row_that_says_so(desk, make: Make):
    registration = make.registration(desk["training"], make.trainee(desk["agency"]))
    alone = make.registration(desk["training"])

    rows = [row for row in written() if row.state is MailState.NO_ADDRESS]

    assert {row.registration_id for row in rows} == {registration.id, alone.id, None}
    assert [row.to_name for row in rows if row.registration_id is None] == [alone.agency.name]


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: x@example.org", "two@example.org, x@example.org", "@", "a@b"]
)
def test_what_is_no_single_address_is_not_written_to(address, desk, make: Make):
    make.registration(desk["training"], make.trainee(desk["agency"], email=address))

    (row,) = [row for row in written() if row.kind == "trainee"]
    assert row.state is MailState.NO_ADDRESS


def test_a_person_whose_registration_ended_meanwhile_is_not_written_to(desk, make: Make, app):
    trainee = make.trainee(desk["agency"], email="a@example.org")
    submissions.withdraw(make.registration(desk["training"], trainee), by=None, reason="x")

    outbox.send_due(app.config["CONFIG"], lambda message: None)

    (row,) = [row for row in written() if row.kind == "trainee"]
    assert (row.state, row.last_error) == (MailState.DROPPED, str(outbox.ENDED))


def test_an_address_that_was_corrected_meanwhile_is_the_one_written_to(desk, make: Make, app):
    trainee = make.trainee(desk["agency"], email="old@example.org")
    make.registration(desk["training"], trainee)
    person = records.Person(family_name="A", given_names="B", country="AT", email="new@example.org")
    records.change(trainee, by=None, person=person)
    sent: list[EmailMessage] = []

    outbox.send_due(app.config["CONFIG"], sent.append)

    assert [m for m in sent if "old@" in m["To"]] == []
    assert [m for m in sent if "new@" in m["To"]] != []


# reminders


def test_a_near_deadline_is_told_once_to_agencies_with_free_kept_seats_or_unfinished_work(make: Make):
    training = make.training(capacity=10, admission=Admission.APPROVAL)
    with_seats, unfinished, done = (make.user(Role.PARTNER) for _ in range(3))
    make.kept(training, by=None, seats=2, agency=with_seats.agency)
    of_country, used_up = (make.user(Role.PARTNER, agency=make.agency(country=c)) for c in ("FR", "DE"))
    make.kept(training, by=None, seats=3, country="FR")
    make.kept(training, by=None, seats=0, country="DE")
    by = make.user(Role.COORDINATOR)
    for user in (unfinished, done):
        registration = make.registration(training, make.trainee(user.agency))
    submissions.return_for_correction(
        visible.live_of(training, db.session.scalar(_people_of(unfinished))), by=by, reason="x"
    )
    assert registration.state is RegistrationState.SUBMITTED
    forget()

    reminders.queue_due()
    assert written() == []
    with time_machine.travel(training.registration_closes_at - timedelta(days=2), tick=False):
        first, second = reminders.queue_due(), reminders.queue_due()

    assert (first, second) == (3, 0)
    assert [kinds_of(u) for u in (of_country, used_up)] == [["deadline_near"], []]
    assert [kinds_of(u) for u in (with_seats, unfinished, done)] == [["deadline_near"], ["deadline_near"], []]
    assert "still free: 2" in written(with_seats)[0].body
    assert "are not finished" not in written(with_seats)[0].body
    assert "are not finished" in written(unfinished)[0].body


@pytest.mark.parametrize(("left", "said"), [(6, "some are still free"), (2, "few are left")])
def test_of_its_countrys_seats_an_agency_is_told_no_number(left, said, make: Make):
    training = make.training(capacity=9)
    active, reader = (make.user(Role.PARTNER, agency=make.agency(country="UA")) for _ in range(2))
    make.kept(training, by=None, seats=9, country="UA")
    for _ in range(9 - left):
        make.registration(training, make.trainee(active.agency))
    forget()

    reminders.remind(training, kind="deadline_near")

    (letter,) = written(reader)
    assert f"Seats kept for your country: {said}" in letter.body
    assert not re.search(
        rf"\b({left}|{9 - left}|9)\b", letter.body.split("Please register by")[1].split("\n", 1)[1]
    )


def test_a_deadline_of_kept_seats_is_told_before_that_of_the_registration(make: Make):
    training = make.training(capacity=12, zone="Europe/Kyiv", starts_on=clock.today() + timedelta(days=90))
    closes = training.registration_closes_local
    own, used_up, of_country, as_registration = (
        make.user(Role.PARTNER, agency=make.agency(country=country)) for country in ("AT", "AT", "FR", "AT")
    )
    early = closes - timedelta(days=20)
    make.kept(training, by=None, seats=3, agency=own.agency, release_local=early)
    make.kept(training, by=None, seats=1, agency=used_up.agency, release_local=early)
    make.kept(training, by=None, seats=4, country="FR", release_local=early)
    make.kept(
        training, by=None, seats=2, agency=as_registration.agency, release_local=closes + timedelta(days=1)
    )
    make.registration(training, make.trainee(used_up.agency))
    forget()

    counts = []
    for days in (24, 22, 21, 19):
        with time_machine.travel(training.registration_closes_at - timedelta(days=days), tick=False):
            counts.append(reminders.queue_due())

    assert counts == [0, 2, 0, 0]
    assert [kinds_of(user) for user in (own, of_country)] == [["seats_near"], ["seats_near"]]
    assert [kinds_of(user) for user in (used_up, as_registration)] == [[], []]
    until = letters.moment(walltime.instant(early, training.zone), training.zone, "en")
    assert f"until: {until}" in written(own)[0].body and "still free: 3" in written(own)[0].body
    assert "Seats kept for your country: some are still free" in written(of_country)[0].body
    assert "still free: " not in written(of_country)[0].body
    with time_machine.travel(training.registration_closes_at - timedelta(days=2), tick=False):
        reminders.queue_due()
    assert kinds_of(own) == ["seats_near", "deadline_near"]
    assert kinds_of(as_registration) == ["deadline_near"]


def _people_of(user):
    return (
        select(records.Trainee)
        .join(Registration, Registration.trainee_id == records.Trainee.id)
        .where(Registration.agency_id == user.agency_id)
    )


def test_a_near_start_is_told_once_to_agencies_with_confirmed_people(make: Make):
    training, focal = make.training(capacity=1), make.user(Role.PARTNER)
    registration = make.registration(training, make.trainee(focal.agency))
    waiting = make.user(Role.PARTNER)
    make.registration(training, make.trainee(waiting.agency))
    forget()

    counts = []
    for days in (9, 6, 3):
        with time_machine.travel(training.starts_on - timedelta(days=days), tick=False):
            counts.append(reminders.queue_due())

    assert [r.kind for r in db.session.scalars(select(Reminder))].count("start_near") == 1
    assert kinds_of(focal).count("start_near") == 1 and "start_near" not in kinds_of(waiting)
    assert registration.trainee.name in written(focal)[-1].body
    assert counts[0] == 0


def days_to(training, days):
    return time_machine.travel(training.starts_on - timedelta(days=days), tick=False)


def test_new_dates_and_a_new_deadline_are_reminded_of_anew_and_the_same_ones_are_not(make: Make):
    focal, by = make.user(Role.PARTNER), make.user()
    training = make.training(capacity=2)
    make.kept(training, by=by, seats=2, agency=focal.agency)
    make.registration(training, make.trainee(focal.agency))
    with days_to(training, 2):
        assert (reminders.queue_due(), reminders.queue_due()) == (2, 0)
        later = make.changed(
            training, starts_on=training.starts_on + timedelta(days=30), ends_on=training.ends_on + timedelta(days=30),
            registration_closes_local=training.registration_closes_local + timedelta(days=30),
        )  # fmt: skip
        atomic(
            lambda: [
                setattr(one, "cancelled_at", clock.now()) for one in locked_trainings.live_sessions(training)
            ]
        )()
        changes.change(training, by=by, details=later)
        assert reminders.queue_due() == 0
        changes.change(training, by=by, details=replace(later, description="only words"))
    forget()

    with days_to(training, 2):
        assert (reminders.queue_due(), reminders.queue_due()) == (2, 0)

    assert [row.kind for row in written(focal)] == ["deadline_near", "start_near"]


def test_a_training_that_opens_anew_on_the_same_days_is_reminded_of_anew(make: Make):
    focal = make.user(Role.PARTNER)
    training = make.training()
    make.registration(training, make.trainee(focal.agency))
    with days_to(training, 5):
        assert reminders.queue_due() == 1
        moves.change_state(training, by=None, name="postpone", reason="floods")
        make.session(training)
        moves.change_state(training, by=None, name="open")
        assert (reminders.queue_due(), reminders.queue_due()) == (1, 0)


def test_the_key_refuses_a_second_reminder_whatever_happens(make: Make):
    training, agency = make.training(), make.agency()

    @atomic
    def remember() -> None:
        db.session.add(
            Reminder(
                kind="start_near",
                training_id=training.id,
                agency_id=agency.id,
                day=training.starts_on,
                at=clock.now(),
            )
        )

    remember()
    with pytest.raises(Conflict, match="at the same moment") as refused:
        remember()
    assert refused.value.code == "same_moment"
