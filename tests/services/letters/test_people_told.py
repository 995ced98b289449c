"""The people themselves: told of every step of theirs by one letter, in their language, where they may be written to."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from sqlalchemy import select

from tests.make import Make
from training.db import atomic, db
from training.models import Admission, MailState, OutgoingMail, Registration, Role
from training.services.letters import outbox
from training.services.registrations import (
    by_link,
    decisions,
    late_changes,
    reminders,
    reserve_list,
    submissions,
)
from training.services.schedule import several, shift
from training.services.trainings import changes, moves
from training.texts import letters

ADA = "ada@example.org"


@pytest.fixture
def desk(make: Make):
    """A training by approval, and Ada, who speaks Russian and is put forward; nothing written yet."""
    agency = make.agency()
    focal, by = make.user(Role.PARTNER, agency=agency), make.user()
    training = make.training(admission=Admission.APPROVAL, capacity=2)
    ada = make.registration(training, make.trainee(agency, email=ADA, language="ru", given_names="Ada"))
    forget()
    return {"agency": agency, "focal": focal, "by": by, "training": training, "ada": ada}


@atomic
def forget() -> None:
    for row in db.session.scalars(select(OutgoingMail)):
        db.session.delete(row)


def to_ada() -> OutgoingMail:
    """The one letter to her."""
    (found,) = db.session.scalars(select(OutgoingMail).where(OutgoingMail.to_email == ADA))
    forget()
    return found


def personal() -> list[OutgoingMail]:
    found = select(OutgoingMail).where(OutgoingMail.registration_id.is_not(None)).order_by(OutgoingMail.id)
    return list(db.session.scalars(found))


def test_every_step_is_told_to_the_person_in_their_language_with_their_link(desk, make: Make):
    ada, by = desk["ada"], desk["by"]

    reserve_list.reserve(ada, by=by)
    letter = to_ada()
    assert (letter.kind, letter.language) == ("trainee_reserve", "ru")
    assert "Ada " + ada.trainee.family_name in letter.body and "\x02my:" in letter.body
    assert desk["agency"].name in letter.body
    reserve_list.offer(ada, by=by)
    letter = to_ada()
    assert letter.kind == "trainee_offered"
    assert letters.moment(ada.offer_expires_at, desk["training"].zone, "ru") in letter.body
    with time_machine.travel(ada.offer_expires_at + timedelta(minutes=1), tick=False):
        reserve_list.expire_offers()
    assert to_ada().kind == "trainee_offer_over"
    reserve_list.confirm(ada, by=by)
    assert to_ada().kind == "trainee_confirmed"
    late_changes.replace(ada, by=desk["focal"], substitute=make.trainee(desk["agency"]), reason="secret ill")
    letter = to_ada()
    assert letter.kind == "trainee_replaced" and "\x02my:" not in letter.body
    assert "secret" not in letter.body


@pytest.mark.parametrize("how", ["declined", "withdrawn"])
def test_an_end_is_told_without_a_link_that_no_longer_works_and_goes_out(how, desk, app):
    if how == "declined":
        submissions.decline(desk["ada"], by=desk["by"], reason="For the agency")
    else:
        submissions.withdraw(desk["ada"], by=desk["focal"], reason="For the agency")
    sent: list[EmailMessage] = []

    outbox.send_due(app.config["CONFIG"], sent.append)

    (message,) = [one for one in sent if ADA in one["To"]]
    assert "/my/" not in message.get_content() and "For the agency" not in message.get_content()
    assert to_ada().kind == f"trainee_{how}"


def test_a_letter_of_a_step_that_is_overtaken_by_the_end_is_not_sent(desk, app):
    reserve_list.confirm(desk["ada"], by=desk["by"])
    submissions.withdraw(desk["ada"], by=desk["focal"], reason="x")

    outbox.send_due(app.config["CONFIG"], lambda message: None)

    assert [(row.kind, row.state) for row in personal()] == [
        ("trainee_confirmed", MailState.DROPPED), ("trainee_withdrawn", MailState.SENT),
    ]  # fmt: skip


def test_who_did_it_themselves_is_not_told(desk):
    reserve_list.reserve(desk["ada"], by=desk["by"])
    reserve_list.offer(desk["ada"], by=desk["by"])
    forget()

    by_link.acknowledge(desk["ada"])
    by_link.decline(desk["ada"])

    assert personal() == []


def test_what_leads_nowhere_new_for_the_person_is_not_told(desk):
    submissions.return_for_correction(desk["ada"], by=desk["by"], reason="x")
    submissions.resubmit(desk["ada"], by=desk["focal"])

    assert personal() == []


def test_confirmed_at_registration_there_is_the_notice_alone(make: Make):
    training = make.training()
    make.registration(training, make.trainee(email=ADA))

    assert [row.kind for row in personal()] == ["trainee"]


def test_who_moves_up_is_told_and_who_is_put_in_a_seat_gets_the_notice(make: Make):
    agency, by, training = make.agency(), make.user(), make.training(capacity=1)
    first, waits = (make.registration(training, make.trainee(agency, email=f"{n}@example.org")) for n in "ab")
    forget()

    submissions.withdraw(first, by=by, reason="x")
    assert [(row.to_email, row.kind) for row in personal()] == [
        ("a@example.org", "trainee_withdrawn"), ("b@example.org", "trainee_confirmed"),
    ]  # fmt: skip
    forget()
    late_changes.replace(waits, by=by, substitute=make.trainee(agency, email="c@example.org"), reason="x")

    assert {(row.to_email, row.kind) for row in personal()} == {
        ("b@example.org", "trainee_replaced"), ("c@example.org", "trainee"),
    }  # fmt: skip


@pytest.mark.parametrize("how", ["confidential", "via_focal_point", "no_address"])
def test_who_may_not_be_written_to_gets_none_of_them(how, desk, make: Make):
    trainee = make.trainee(
        desk["agency"], email="" if how == "no_address" else "eve@example.org",
        contact_via_focal_point=how == "via_focal_point",
    )  # fmt: skip
    eve = make.registration(desk["training"], trainee)
    if how == "confidential":
        atomic(lambda: setattr(desk["agency"], "confidential", True))()
    forget()

    every_step(eve, desk, make)

    rows = [row for row in personal() if row.registration_id == eve.id]
    assert {(row.state, row.kind, row.body) for row in rows} <= {
        (MailState.NO_ADDRESS, "trainee_changed", "")
    }
    assert len(rows) == (how == "no_address"), "somebody has to phone them"
    told = db.session.scalars(select(OutgoingMail).where(OutgoingMail.user_id == desk["focal"].id)).all()
    assert len(told) == 6 and all(trainee.name in row.body for row in told)


def every_step(eve: Registration, desk, make: Make) -> None:
    training, by = desk["training"], desk["by"]
    reserve_list.reserve(eve, by=by)
    reserve_list.offer(eve, by=by)
    reserve_list.confirm(eve, by=by)
    several.move(training, by=by, move=shift.Move(days=1))
    make.announced(training, by=by)
    with time_machine.travel(training.starts_on - timedelta(days=3), tick=False):
        assert reminders.remind(training, kind="start_near") == 1
    moves.change_state(training, name="cancel", by=by, reason="floods")


def test_changed_postponed_cancelled_and_soon_are_told_to_the_person(desk, make: Make, app):
    training, by = desk["training"], desk["by"]
    reserve_list.confirm(desk["ada"], by=by)
    forget()

    with time_machine.travel(training.starts_on - timedelta(days=3), tick=False):
        reminders.queue_due()
        assert reminders.queue_due() == 0
    assert to_ada().kind == "trainee_start_near"
    changes.change(training, by=by, details=make.changed(training, venue=make.venue(city="Graz")))
    make.announced(training, by=by)
    letter = to_ada()
    assert letter.kind == "trainee_changed" and "Graz" in letter.body
    moves.change_state(training, by=by, name="postpone", reason="floods")
    letter = to_ada()
    assert letter.kind == "trainee_postponed" and "floods" in letter.body and "\x02my:" in letter.body
    moves.change_state(training, name="cancel", by=by, reason="no money")
    outbox.send_due(app.config["CONFIG"], lambda message: None)
    letter = to_ada()
    assert (letter.kind, letter.state) == ("trainee_cancelled", MailState.SENT)


def test_who_waits_is_not_told_that_it_starts_soon(desk):
    with time_machine.travel(desk["training"].starts_on - timedelta(days=3), tick=False):
        assert reminders.remind(desk["training"], kind="start_near") == 0

    assert personal() == []


def test_several_things_at_once_make_one_letter(desk, make: Make):
    training = desk["training"]

    @atomic
    def both() -> None:
        changes.change(training, by=desk["by"], details=make.changed(training, zone="Asia/Tokyo"))
        make.announced(training, by=desk["by"])
        reserve_list.confirm(desk["ada"], by=desk["by"])

    both()

    letter = to_ada()
    assert letter.kind == letters.PERSON_FRAME
    assert "время: Токио" in letter.body and "У вас есть место" in letter.body


def mass(make: Make, people: int):
    """A training with as many people, each of another agency; nothing written yet."""
    training = make.training(capacity=people, admission=Admission.APPROVAL)
    found = [
        make.registration(training, make.trainee(make.agency(), email=f"p{n}@example.org"))
        for n in range(people)
    ]
    forget()
    return training, found


def test_a_changed_and_a_postponed_training_ask_as_little_for_many_people_as_for_few(make: Make, queries):
    counts, by = [], make.user()
    for people in (2, 40):
        training, _found = mass(make, people)
        queries.clear()
        changes.change(training, by=by, details=make.changed(training, zone="Asia/Tokyo"))
        make.announced(training, by=by)
        moves.change_state(training, by=by, name="postpone", reason="x")
        counts.append(len(queries))
        assert len(personal()) == 2 * people

    assert counts[0] == counts[1]


def test_the_letters_of_many_decisions_are_written_by_one_statement(make: Make, queries):
    training, found = mass(make, 30)
    queries.clear()

    decisions.decide(training, found, decisions.Verb.CONFIRM, by=make.user())

    assert len(personal()) == 30
    assert (
        sum("INSERT INTO outgoing_mail" in one for one in queries) == 2
    )  # to those decided on, and to the rest
