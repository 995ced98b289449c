"""Letters of every kind: one reader each, and nothing of an agency in what another one reads, moves and merges included.

Two agencies have people in one training. Of each, some stayed, some moved to the other one, which knows more of them
now, and some were found to be a person of the other one. Then everything happens to all of them that a letter tells of.
"""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from email.utils import getaddresses
from itertools import count
from typing import Any

import pytest
import time_machine

from config import Config
from tests.conftest import SECRET
from tests.isolation import kept
from tests.isolation.world import TOKEN
from tests.make import Make
from training import clock
from training.db import atomic, db
from training.models import Admission, Agency, MailState, OutgoingMail, Registration, Role, Training, User
from training.rules import walltime
from training.rules.given import Given
from training.services.letters import notices, outbox
from training.services.letters.of_zone_rules import SESSION, MovedMoment, ZoneRules
from training.services.merging import merges
from training.services.registrations import (
    by_link,
    late_changes,
    reminders,
    reserve_list,
    seat_requests,
    submissions,
)
from training.services.schedule import several, shift
from training.services.trainees import records
from training.services.trainings import changes, moves
from training.texts.letters import KINDS

OWN, THEIR = "plain", TOKEN
FATES = ("stayed", "moved", "merged")
numbers = count(1_000)


class Letters:
    """A training with people of two agencies; ``words`` are what each agency's texts begin with."""

    def __init__(self, make: Make) -> None:
        self.make, self.admin = make, make.user()
        self.coordinator = make.user(Role.COORDINATOR)
        self.words = {make.agency(name=f"{word} Service"): word for word in (OWN, THEIR)}
        self.a, self.b = self.words
        self.focal = {
            agency: [make.user(Role.PARTNER, agency=agency, is_lead=True, language="fr"),
                     make.user(Role.PARTNER, agency=agency)]
            for agency in self.words
        }  # fmt: skip

    def other(self, agency: Agency) -> Agency:
        return self.b if agency is self.a else self.a

    def word(self, agency: Agency) -> str:
        return f"{self.words[agency]}{next(numbers)}"

    def trainee(self, agency: Agency, **wanted: Any) -> Any:
        word = self.word(agency)
        return self.make.trainee(agency, **{"family_name": word, "email": f"{word}@example.org", **wanted})

    def registered(self, training: Training, agency: Agency, fate: str) -> Registration:
        """Somebody put forward by the agency, and what became of them since; a mover's name is of neither."""
        name = {} if fate == "stayed" else {"family_name": f"Neutral{next(numbers)}", "email": ""}
        person = self.trainee(agency, **name)
        by = self.focal[agency][1]
        found = submissions.submit(training, by=by, trainee=person, given=Given(remarks=self.word(agency)))
        to = self.other(agency)
        if fate == "moved":
            records.transfer(person, by=self.admin, agency=to)
            new = self.make.person(person, family_name=self.word(to), email=f"{self.word(to)}@example.org")
            records.change(person, by=self.focal[to][0], person=new)
        elif fate == "merged":
            merges.merge(self.trainee(to), person, by=self.admin, values=[])
        return found

    def steps(self, training: Training, agency: Agency) -> None:
        """Every step of a registration, for each fate."""
        by, partner = self.coordinator, self.focal[agency][1]
        said = self.word(agency)
        for fate in FATES:
            found = [self.registered(training, agency, fate) for _ in range(9)]
            confirmed, replaced, withdrawn, offered, taken, reserve, declined, returned, stays = found
            for one in (confirmed, replaced, withdrawn):
                reserve_list.confirm(one, by=by)
            for one in (offered, taken, reserve):
                reserve_list.reserve(one, by=by)
            for one in (offered, taken):
                reserve_list.offer(one, by=by)
            reserve_list.accept(taken, by=partner)
            submissions.decline(declined, by=by, reason=said)
            submissions.return_for_correction(returned, by=by, reason=said)
            submissions.resubmit(returned, by=partner)
            submissions.withdraw(withdrawn, by=partner, reason=said)
            late_changes.replace(replaced, by=partner, substitute=self.trainee(agency), reason=said)
            by_link.ask_correction(stays, text=said)
            submissions.withdraw(stays, by=partner, reason=said)

    def all_that_is_told(self) -> None:
        """Every kind of letter, of two trainings: one is called off, one takes place."""
        held, off = (self.make.training(capacity=90, admission=Admission.APPROVAL) for _ in range(2))
        moves.change_state(self._planned(), by=self.admin, name="open")
        for agency in self.words:
            self.steps(held, agency)
            self.wishes(held, agency)
        with time_machine.travel(clock.now() + timedelta(hours=held.offer_hours, minutes=1)):
            assert reserve_list.expire_offers()
        for training in (held, off):
            for agency in self.words:
                soon = walltime.now(training.zone).replace(microsecond=0) + timedelta(days=1)
                self.make.kept(training, by=self.admin, seats=40, agency=agency, release_local=soon)
                for fate in FATES:
                    confirmed, returned = (self.registered(training, agency, fate) for _ in range(2))
                    reserve_list.confirm(confirmed, by=self.coordinator)
                    submissions.return_for_correction(returned, by=self.coordinator, reason=self.word(agency))
            for kind in (reminders.SEATS_NEAR, reminders.DEADLINE_NEAR, reminders.START_NEAR):
                reminders.remind(training, kind=kind)
            several.move(training, by=self.admin, move=shift.Move(days=2), tells=True)
            earlier = training.registration_closes_local - timedelta(hours=1)
            details = self.make.changed(training, registration_closes_local=earlier)
            changes.change(training, by=self.admin, details=details)
            self.clock_rules_change(training)
        moves.change_state(held, by=self.admin, name="postpone", reason="floods")
        moves.change_state(off, name="cancel", by=self.admin, reason="floods")

    @atomic
    def clock_rules_change(self, training: Training) -> None:
        """The moments of the training's sessions move, and people join from other zones."""
        at = training.registration_closes_at
        moved = [MovedMoment(SESSION, at, at + timedelta(hours=1), "Morning")]
        notices.zone_rules_followed(ZoneRules(training, moved, is_for_all=True, known=moved))

    def wishes(self, training: Training, agency: Agency) -> None:
        """A wish for seats that is granted, and one that is declined."""
        for answer in (seat_requests.grant, seat_requests.decline):
            wish = seat_requests.ask(
                training, by=self.focal[agency][0], agency=agency, seats=1, sentence=self.word(agency)
            )
            more = {"seats": 1} if answer is seat_requests.grant else {}
            answer(wish, by=self.admin, answer=self.word(agency), **more)

    def _planned(self) -> Training:
        planned = self.make.training(is_open=False)
        self.make.session(planned)
        return planned

    def to(self, user: User) -> list[OutgoingMail]:
        return list(db.session.scalars(db.select(OutgoingMail).where(OutgoingMail.user_id == user.id)))


@pytest.fixture
def told(make: Make) -> Letters:
    def tell() -> Letters:
        found = Letters(make)
        found.all_that_is_told()
        return found

    return kept.once("letters", tell)


def leaks(told: Letters) -> list[tuple[str, str, str]]:
    """(kind, subject, word) of letters to a focal point that bear a word of the other agency."""
    found = []
    for agency, users in told.focal.items():
        foreign = re.compile(rf"{told.words[told.other(agency)]}\d+")
        for user in users:
            for letter in told.to(user):
                text = f"{letter.subject}\n{letter.body}\n{letter.to_name}\n{letter.to_email}"
                found += [(letter.kind, letter.subject, word) for word in foreign.findall(text)]
    return found


def test_no_letter_to_a_focal_point_bears_a_word_of_the_other_agency(told, record_property):
    kinds = {letter.kind for users in told.focal.values() for user in users for letter in told.to(user)}
    whole = "\n".join(
        letter.body for users in told.focal.values() for user in users for letter in told.to(user)
    )

    assert {one for one in KINDS if not one.startswith(("coordinator", "trainee", "trainer"))} - kinds <= {
        "hand_over"
    }
    assert "\x02my:" in whole, "links to be handed over"
    record_property(
        "measured", f"letters of {len(kinds)} kinds to 2 agencies, {len(whole)} characters: none leaks"
    )
    assert leaks(told) == []


def test_a_name_in_the_wrong_letter_would_be_seen(make: Make):
    told = Letters(make)
    stranger = told.trainee(told.b)
    outbox.atomic(outbox.enqueue)(told.focal[told.a][0], kind="test", subject="x", body=stranger.name)

    assert ("test", "x", stranger.family_name) in leaks(told)


def test_every_letter_has_one_reader_who_may_have_it_when_it_is_sent(told, tmp_path):
    sent: list[EmailMessage] = []
    config = Config(database_url="sqlite://", instance_dir=tmp_path, secret_key=SECRET, local=True)
    queued = db.select(db.func.count(OutgoingMail.id)).where(OutgoingMail.state == MailState.QUEUED)
    gone = told.focal[told.b][1]
    outbox.atomic(setattr)(gone, "is_active", False)
    with time_machine.travel(clock.now() + timedelta(days=3)):  # those about offers that expire are due then
        for _ in range(db.session.scalar(queued)):
            outbox.send_due(config, deliver=sent.append)

    assert db.session.scalar(queued) == 0
    assert len(sent) > 200
    for email in sent:
        assert len(getaddresses([email["To"]])) == 1
        assert email["Cc"] is None and email["Bcc"] is None
    readers = {getaddresses([email["To"]])[0][1] for email in sent}
    staff = {told.coordinator.email, *(user.email for users in told.focal.values() for user in users)}
    assert all(one in staff or re.match(rf"({OWN}|{THEIR})\d+@", one) for one in readers)
    assert gone.email not in readers
