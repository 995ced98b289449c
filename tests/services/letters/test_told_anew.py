"""What follows when a person moves, gets an address, or an import is undone; and who waits for mail."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from tests.services.letters.mailed import opens, rows, send, to
from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import MailState, Modality, Role, Trainee
from training.services.directory import agencies
from training.services.imports import confirming, staging, undoing
from training.services.letters import again as letter_again
from training.services.letters import delivery, outbox
from training.services.registrations import by_link, submissions, visible
from training.services.trainees import records
from training.services.trainings import changes, moves


def renamed_elsewhere(make: Make, person: Trainee) -> None:
    by = make.user()
    records.transfer(person, by=by, agency=make.agency())
    records.change(person, by=by, person=make.person(person, family_name="Newsecret"))


def test_letters_and_history_name_who_moved_away_as_the_agency_knew_them(focal, make: Make, app, client):
    training = make.training()
    person = make.trainee(focal.agency, family_name="Oldname")
    registration = make.registration(training, person)
    other = make.registration(training, make.trainee(focal.agency))
    renamed_elsewhere(make, person)
    changes.change(training, by=None, details=make.changed(training, modality=Modality.ONLINE))
    by_link.decline(registration, text="no")
    moves.change_state(training, name="cancel", by=make.user(), reason="floods")

    letters = to(send(app), focal.email)

    assert sum("Oldname" in letter for letter in letters) >= 2
    assert not any("Newsecret" in letter for letter in letters)
    assert visible.history(registration)[-1].by_name == "Oldname, Pat"
    client.sign_in(focal)
    assert "Newsecret" not in client.get(f"/registrations/{registration.public_id}").text
    assert other.trainee.name in "".join(letters)


def test_the_order_of_a_partners_lists_does_not_follow_the_name_of_who_moved_away(focal, make: Make):
    training = make.training()
    moved = make.registration(training, make.trainee(focal.agency, family_name="Zed"))
    stays = make.registration(training, make.trainee(focal.agency, family_name="Middle"))
    records.transfer(moved.trainee, by=make.user(), agency=make.agency())
    records.change(moved.trainee, by=None, person=make.person(moved.trainee, family_name="Aaa"))

    for found in (
        visible.search(focal, sort="name", descending=False),
        visible.of(training, focal),
    ):
        assert [one.id for one in db.session.scalars(found)] == [stays.id, moved.id]


def test_who_moved_before_it_was_sent_gets_no_notice(focal, make: Make, app):
    person = make.trainee(focal.agency, email="k@example.org")
    make.registration(trainee=person)
    records.transfer(person, by=make.user(), agency=make.agency())

    assert to(send(app), "k@example.org") == []
    assert [row.last_error for row in rows("trainee")] == [str(outbox.ELSEWHERE)]


def test_who_comes_back_is_told_of_what_was_not_sent_meanwhile(focal, make: Make, app, client):
    person, by = make.trainee(focal.agency, email="k@example.org"), make.user()
    make.registration(trainee=person)
    records.transfer(person, by=by, agency=make.agency())
    send(app)

    records.transfer(person, by=by, agency=focal.agency)

    (letter,) = to(send(app), "k@example.org")
    assert opens(client, letter) == [200]


@pytest.mark.parametrize("how", ["moved", "withdrawn"])
def test_a_link_that_has_stopped_is_left_out_of_a_hand_over(how, focal, make: Make, app, client):
    training = make.training()
    people = [make.trainee(focal.agency) for _ in range(2)]
    first, _second = submissions.submit_many(training, by=None, agency=focal.agency, people=people)
    if how == "moved":
        records.transfer(first.trainee, by=make.user(), agency=make.agency())
    else:
        submissions.withdraw(first, by=None, reason="ill")

    (letter,) = [body for body in to(send(app), focal.email) if "give each of them" in body]

    assert letter.count("(this link does not work any more)") == 1
    assert opens(client, letter) == [200]


def test_a_hand_over_whose_links_have_all_stopped_is_dropped(focal, make: Make, app):
    person = make.trainee(focal.agency, email="k@example.org")
    make.registration(trainee=person)
    records.change(person, by=None, person=make.person(person, contact_via_focal_point=True))
    records.transfer(person, by=make.user(), agency=make.agency())

    assert not any("/my/" in body for body in to(send(app), focal.email))
    assert [(row.state, row.last_error) for row in rows("hand_over")] == [
        (MailState.DROPPED, str(outbox.LINK_STOPPED))
    ]


@pytest.mark.parametrize("how", ["marked", "confidential", "no address"])
def test_who_may_not_be_written_to_any_more_is_handed_the_link(how, focal, make: Make, app, client):
    person = make.trainee(focal.agency, email="k@example.org")
    make.registration(trainee=person)
    if how == "marked":
        records.change(person, by=None, person=make.person(person, contact_via_focal_point=True))
    elif how == "no address":
        records.change(person, by=None, person=make.person(person, email=""))
    else:
        known = {field.name: getattr(focal.agency, field.name) for field in fields(agencies.Details)}
        details = agencies.Details(**{**known, "confidential": True})
        agencies.change(focal.agency, by=make.user(), details=details)

    sent = send(app)

    assert to(sent, "k@example.org") == []
    (letter,) = [body for body in to(sent, focal.email) if "give each of them" in body]
    assert opens(client, letter) == [200]


def test_who_gets_an_address_later_is_written_to(focal, make: Make, app, client):
    person, past = make.trainee(focal.agency), make.training()
    registration = make.registration(trainee=person)
    make.registration(past, person)
    atomic(lambda: (setattr(past, "starts_on", clock.today() - timedelta(days=9)),
                    setattr(past, "ends_on", clock.today() - timedelta(days=8))))()  # fmt: skip

    records.change(person, by=None, person=make.person(person, email="n@example.org"))

    (letter,) = to(send(app), "n@example.org")
    assert opens(client, letter) == [200]
    (row,) = [row for row in rows("trainee") if row.registration_id == registration.id]
    assert (row.state, row.last_error) == (MailState.SENT, "")


def test_a_letter_without_an_address_is_written_anew_when_there_is_one(focal, make: Make, app, client):
    person = make.trainee(focal.agency)
    registration = make.registration(trainee=person)
    (row,) = rows("trainee")
    client.sign_in(make.user())
    again = f"/mail/{row.public_id}/again"
    assert again in client.get("/mail?state=no_address").text
    assert client.post(again).status_code == 409 and row.state is MailState.NO_ADDRESS
    atomic(setattr)(
        person, "email", "n@example.org"
    )  # as it stands where it was added before letters followed

    assert client.post(again).status_code == 303

    (letter,) = to(send(app), "n@example.org")
    assert opens(client, letter) == [200]
    submissions.withdraw(registration, by=None, reason="ill")
    atomic(setattr)(row, "state", MailState.NO_ADDRESS)
    with pytest.raises(Conflict, match="has ended"):
        letter_again.send_again(row)


@pytest.fixture
def batch(focal, make: Make):
    content = b"Family name,Given names,E-mail\nAmber,Ada,ada@example.org\nBirch,Ben,\n"
    staged = staging.stage(make.training(), by=focal, agency=focal.agency, content=content, file_name="a.csv")
    confirming.confirm(staged, by=focal)
    return staged


def test_of_an_undone_import_no_notice_is_sent_or_kept_not_even_a_failed_one(batch, focal, make: Make, app):
    failed, _no_address = rows("trainee")
    outbox.mark_failed(failed, why="550", kind=delivery.Failure.FOR_GOOD)

    undoing.undo(batch, by=focal)

    db.session.expire_all()
    assert (failed.state, failed.last_error, failed.body) == (MailState.DROPPED, "The import was undone.", "")
    with pytest.raises(Conflict):
        letter_again.send_again(failed)
    atomic(lambda: (setattr(failed, "state", MailState.QUEUED), setattr(failed, "body", "…")))()
    assert to(send(app), "ada@example.org") == []
    assert failed.last_error == str(outbox.ENDED)


def test_agency_and_coordinators_are_told_of_an_undone_import(batch, focal, make: Make, app):
    coordinator, colleague = (
        make.user(Role.COORDINATOR),
        make.user(Role.PARTNER, agency=focal.agency, language="fr"),
    )
    send(app)

    undoing.undo(batch, by=focal)
    make.kept(
        batch.training, by=make.user(), seats=20, agency=make.agency()
    )  # so that it is not shared any more

    sent = send(app)
    for reader, why in ((coordinator, "taken back"), (focal, "taken back"), (colleague, "a été annulée")):
        (letter,) = to(sent, reader.email)
        assert "Amber, Ada" in letter and "Birch, Ben" in letter and why in letter


def test_a_letter_about_a_training_that_is_not_shared_any_more_is_dropped(focal, make: Make, app):
    training, other = make.training(capacity=5), make.training(capacity=5)
    make.registration(other, make.trainee(focal.agency))
    make.kept(training, by=make.user(), seats=5, agency=make.agency())
    moves.change_state(other, name="cancel", by=make.user(), reason="floods")

    letters = to(send(app), focal.email)

    (opened,) = [row for row in rows("opened") if row.user_id == focal.id and row.training_id == training.id]
    assert (opened.state, opened.last_error) == (MailState.DROPPED, str(outbox.NOT_SHOWN))
    assert any("floods" in letter for letter in letters)


def test_a_suspended_agency_is_told_when_it_is_resumed_that_a_training_does_not_take_place(
    focal, make: Make, app
):
    training, by = make.training(), make.user()
    make.registration(training, make.trainee(focal.agency))
    moves.change_state(training, name="cancel", by=by, reason="floods")
    agencies.suspend(focal.agency, by=by, reason="x")

    assert to(send(app), focal.email) == []
    (row,) = [row for row in rows("cancelled") if row.user_id == focal.id]
    assert (row.state, row.last_error) == (MailState.QUEUED, str(outbox.SUSPENDED))
    assert "floods" in row.body and row.due_at > clock.now()
    with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
        assert to(send(app), focal.email) == []
    agencies.resume(focal.agency, by=by)

    assert [("floods" in letter) for letter in to(send(app), focal.email)] == [True]
    assert (row.state, row.last_error) == (MailState.SENT, "")


@pytest.mark.parametrize("address", ["ada@[x.org", "ada@[a.b"])
def test_a_message_that_cannot_be_written_is_parked_and_the_others_go_out(address, make: Make, app):
    bad, good = make.user(), make.user()
    atomic(setattr)(bad, "email", address)
    queued = [atomic(outbox.enqueue)(user, kind="test", subject="Hello", body="Hi") for user in (bad, good)]

    assert len(send(app)) == 1

    assert [row.state for row in queued] == [MailState.FAILED, MailState.SENT]
    assert queued[0].last_error
    letter_again.send_again(queued[0])
    assert send(app) == []


def test_an_address_that_no_mail_can_be_written_to_is_none(focal, make: Make, app):
    make.registration(trainee=make.trainee(focal.agency, email="ada@[x.org"))

    assert [row.state for row in rows("trainee")] == [MailState.NO_ADDRESS]
    assert any("give each of them" in body for body in to(send(app), focal.email))
