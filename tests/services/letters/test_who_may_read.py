"""A letter names nobody of another agency, and goes to nobody who may not read it any more when it is sent."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from tests.make import Make
from tests.services.letters.mailed import written
from training.db import atomic
from training.models import (
    MailState,
    Role,
)
from training.services.letters import outbox
from training.services.registrations import (
    submissions,
    visible,
)
from training.services.trainings import moves


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
