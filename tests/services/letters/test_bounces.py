"""A letter that came back is known by its way back alone, is shown at its address, and is sent again once corrected."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from config import Config
from tests.make import Make
from tests.rules.reports_of_servers import CAME_BACK, NO_REPORTS, NOTHING, STILL_TRYING, filled
from tests.smtp import Server, smtp_server
from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import AuditEntry, MailState, OutgoingMail, Registration, Role
from training.rules import return_paths
from training.services.letters import again, bounces, outbox
from training.services.letters.bounces import Taken
from training.services.registrations import submissions
from training.services.trainees import records

BOUNCES = "bounces@centre.example"


class Post:
    """A server that took letters, and the reports that come back to us."""

    def __init__(self, server: Server, config: Config) -> None:
        self.server = server
        self.config = replace(config, smtp_url=server.url, bounce_address=BOUNCES)

    def send(self) -> None:
        while outbox.send_due(self.config):
            pass

    def of(self, letter: OutgoingMail) -> tuple[str, str]:
        """The envelope sender and the Message-ID by which the letter went out last."""
        place = max(
            n for n, one in enumerate(self.server.taken) if str(letter.public_id) in one["Message-ID"]
        )
        return self.server.senders[place], self.server.taken[place]["Message-ID"]

    def report(self, letter: OutgoingMail, text: str = CAME_BACK["postfix"][0]) -> bytes:
        to, _ = self.of(letter)
        return filled(text, to=to)

    def comes_back(self, letter: OutgoingMail, text: str = CAME_BACK["postfix"][0]) -> Taken:
        return bounces.take(self.report(letter, text), secret_key=self.config.secret_key)


@pytest.fixture
def post(app):
    with smtp_server() as server:
        yield Post(server, app.config["CONFIG"])


@pytest.fixture
def notice(make: Make, post: Post) -> OutgoingMail:
    """The notice to a person, which has gone out."""
    make.registration(trainee=make.trainee(email="anna@a.example"))
    post.send()
    return db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "trainee")).one()


def reports_alone(text: str) -> str:
    return text.replace("To: {to}\n", "To: bounces@centre.example\n")


def test_a_report_to_the_letters_envelope_sender_marks_it_and_nothing_else(post, notice, make: Make):
    before = {one.id: one.state for one in db.session.scalars(select(OutgoingMail))}

    assert post.comes_back(notice) is Taken.MARKED

    assert (notice.state, notice.bounce_code) == (MailState.BOUNCED, "5.1.1")
    assert notice.bounced_at and clock.now() - notice.bounced_at < timedelta(minutes=1)
    assert "User unknown" in notice.last_error and notice.is_bounced_for_good
    after = {one.id: one.state for one in db.session.scalars(select(OutgoingMail))}
    assert {number for number in after if after[number] is not before[number]} == {notice.id}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "mail.bounce")).one()
    assert (entry.thing_id, entry.changes, entry.user_id) == (notice.id, {"code": "5.1.1"}, None)


@pytest.mark.parametrize("name", CAME_BACK)
def test_a_report_that_quotes_the_message_id_alone_is_enough(name: str, post, notice):
    _, message_id = post.of(notice)
    text, code = CAME_BACK[name]

    content = filled(reports_alone(text), id=message_id)

    assert bounces.take(content, secret_key=post.config.secret_key) is Taken.MARKED
    assert notice.bounce_code == code


def test_the_mail_server_may_tell_the_recipient_beside_the_report(post, notice):
    to, _ = post.of(notice)
    content = filled(reports_alone(CAME_BACK["postfix"][0]))

    with pytest.raises(NotFound):
        bounces.take(content, secret_key=post.config.secret_key)
    assert bounces.take(content, secret_key=post.config.secret_key, recipient=to.upper()) is Taken.MARKED


def forged(notice: OutgoingMail, post: Post) -> list[bytes]:
    """What a stranger can write who knows our addresses, and even the letter's id."""
    to, message_id = post.of(notice)
    name, domain = to.split("@")
    letter, proof = notice.public_id, "a" * 16
    other = return_paths.proof(letter, notice.to_email, "another instance's secret")
    moved = return_paths.proof(letter, "other@a.example", post.config.secret_key)
    guesses = [
        {"to": BOUNCES}, {"to": f"{name[:-16]}{proof}@{domain}"}, {"to": f"{name[:-1]}@{domain}"},
        {"id": f"<{letter}@127.0.0.1>"}, {"id": f"<{letter}.{proof}@127.0.0.1>"},
        {"to": return_paths.envelope_sender(BOUNCES, letter, other)}, {"to": f"x+{letter.hex}@{domain}"},
        {"to": return_paths.envelope_sender(BOUNCES, letter, moved)},
    ]  # fmt: skip
    return [filled(CAME_BACK["postfix"][0], **one) for one in guesses]


def test_what_a_stranger_feeds_marks_nothing(post, notice):
    for content in forged(notice, post):
        with pytest.raises(NotFound):
            bounces.take(content, secret_key=post.config.secret_key)
    assert notice.state is MailState.SENT


def test_without_the_proof_a_stranger_would_mark_a_letter(post, notice, monkeypatch):
    monkeypatch.setattr(return_paths.Mark, "is_proven", lambda *_: True)

    assert bounces.take(forged(notice, post)[1], secret_key=post.config.secret_key) is Taken.MARKED


@pytest.mark.parametrize("name", STILL_TRYING)
def test_a_server_that_still_tries_marks_nothing(name: str, post, notice):
    assert post.comes_back(notice, STILL_TRYING[name]) is Taken.DELAYED
    assert notice.state is MailState.SENT


@pytest.mark.parametrize("name", NOTHING)
def test_a_letter_that_arrived_is_not_marked(name: str, post, notice):
    assert post.comes_back(notice, NOTHING[name]) is Taken.NOTHING
    assert notice.state is MailState.SENT


@pytest.mark.parametrize("name", ["holiday notice", "an answer", "read receipt", "complaint"])
def test_a_persons_answer_to_the_letters_address_marks_nothing(name: str, post, notice):
    with pytest.raises(Invalid):
        post.comes_back(notice, NO_REPORTS[name])
    assert notice.state is MailState.SENT


def test_a_reason_that_passes_is_told_from_one_that_lasts_and_the_lasting_one_wins(post, notice):
    post.comes_back(notice, CAME_BACK["expired after days"][0])
    assert (notice.bounce_code, notice.is_bounced_for_good) == ("4.4.7", False)

    assert post.comes_back(notice) is Taken.MARKED
    assert post.comes_back(notice, CAME_BACK["expired after days"][0]) is Taken.KNOWN
    assert (notice.bounce_code, notice.is_bounced_for_good) == ("5.1.1", True)


def test_a_report_that_is_faster_than_the_worker_is_asked_to_come_later(post, notice):
    @atomic
    def as_while_sending() -> None:
        notice.state, notice.leased_until = MailState.QUEUED, clock.now() + outbox.LEASE

    as_while_sending()

    assert post.comes_back(notice) is Taken.BEING_SENT
    assert notice.state is MailState.QUEUED


def test_the_address_is_marked_until_it_is_corrected_and_the_letter_is_offered_again(
    post, notice, make: Make
):
    person = notice.registration.trainee
    post.comes_back(notice)
    returned = bounces.of_people([person])[person.id]
    assert (returned.code, returned.is_permanent) == ("5.1.1", True)

    records.change(person, by=None, person=make.person(person, email="anna.amber@a.example"))
    assert bounces.of_people([person]) == {}
    assert bounces.to_person(person) == [notice] and again.can_be_sent(notice)
    again.send_again(notice)
    post.send()

    assert (notice.state, notice.to_email) == (MailState.SENT, "anna.amber@a.example")
    assert (notice.bounced_at, notice.bounce_code, notice.last_error) == (None, "", "")
    assert post.server.recipients[-1] == ["anna.amber@a.example"] and bounces.to_person(person) == []
    assert "/my/" in post.server.taken[-1].get_content()


def test_an_old_report_says_nothing_of_the_corrected_address(post, notice, make: Make):
    old, person = post.report(notice), notice.registration.trainee
    post.comes_back(notice)
    records.change(person, by=None, person=make.person(person, email="anna.amber@a.example"))
    again.send_again(notice)
    post.send()

    with pytest.raises(NotFound):
        bounces.take(old, secret_key=post.config.secret_key)
    assert notice.state is MailState.SENT
    assert post.comes_back(notice) is Taken.MARKED


def test_texts_are_kept_for_two_weeks_but_never_a_link_into_an_account(post, notice, make: Make):
    user = make.user()
    account = outbox.atomic(outbox.enqueue)(user, kind="user.reset", subject="x", body="secret link")
    post.send()
    assert (account.state, account.body) == (MailState.SENT, "") and notice.body
    assert outbox.forget_texts() == 0

    with time_machine.travel(clock.now() + outbox.TEXT_KEPT + timedelta(minutes=1)):
        assert outbox.forget_texts() > 0

    assert notice.body == "" and notice.state is MailState.SENT


def test_a_letter_whose_text_is_gone_is_written_anew_while_the_person_is_registered(post, notice, make: Make):
    registration = db.session.get_one(Registration, notice.registration_id)
    post.comes_back(notice)
    outbox.atomic(setattr)(notice, "body", "")
    again.send_again(notice)
    post.send()
    assert notice.state is MailState.SENT and "/my/" in post.server.taken[-1].get_content()

    post.comes_back(notice)
    outbox.atomic(setattr)(notice, "body", "")
    submissions.withdraw(registration, by=None, reason="ill")
    with pytest.raises(Conflict, match="has ended"):
        again.send_again(notice)


def test_an_account_and_an_agency_are_told_of_their_own_addresses_alone(post, make: Make):
    focal = make.user(Role.PARTNER, agency=make.agency(email="office@a.example"))
    other = make.user(Role.PARTNER, agency=focal.agency)
    letter = outbox.atomic(outbox.enqueue)(focal, kind="test", subject="x", body="y")
    outbox.atomic(setattr)(letter, "agency_id", focal.agency_id)
    post.send()
    post.comes_back(letter)

    assert set(bounces.of_users([focal, other])) == {focal.id}
    assert bounces.of_agency(focal.agency) is None
    outbox.atomic(setattr)(focal.agency, "email", focal.email.upper())
    found = bounces.of_agency(focal.agency)
    assert found is not None and found.code == "5.1.1"
    assert bounces.of_agency(make.agency(email=focal.email)) is None


def test_a_mark_by_hand_needs_a_reason_and_a_letter_that_went_out_and_is_taken_back(post, notice, make: Make):
    admin = make.user()
    with pytest.raises(Invalid, match="Say why"):
        bounces.mark(notice, by=admin, reason=" ")
    with pytest.raises(Conflict):
        bounces.take_back(notice, by=admin)

    bounces.mark(notice, by=admin, reason="Anna says she left")
    assert notice.state is MailState.BOUNCED and notice.last_error == "Anna says she left"
    with pytest.raises(Conflict):
        bounces.mark(notice, by=admin, reason="again")
    bounces.take_back(notice, by=admin)

    assert (notice.state, notice.bounced_at, notice.last_error) == (MailState.SENT, None, "")
    entries = select(AuditEntry).where(AuditEntry.action.startswith("mail.bounce")).order_by(AuditEntry.id)
    assert [(one.action, one.user_id) for one in db.session.scalars(entries)] == [
        ("mail.bounce", admin.id), ("mail.bounce_taken_back", admin.id),
    ]  # fmt: skip


def test_log_lines_name_neither_people_nor_addresses(post, notice, caplog):
    caplog.set_level(logging.DEBUG)
    post.comes_back(notice)

    told = "\n".join(caplog.messages)
    assert str(notice.public_id) in told
    assert notice.to_email not in told and notice.to_name not in told and "User unknown" not in told


def test_marks_are_looked_up_in_one_statement(post, make: Make, queries):
    people = [make.trainee(email=f"p{n}@a.example") for n in range(5)]
    assert all(one.email for one in people)
    queries.clear()

    bounces.of_people(people)

    assert len(queries) == 1
