"""What would not fit any more is refused beside its field or on a page that says what to do; what was typed stays."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest
import time_machine

from tests.forms import Sheet
from tests.make import Make
from training.db import db
from training.models import AttendanceStatus, Role, TrainingSession
from training.services import locked_trainings
from training.services.attendance import registers
from training.services.attendance.registers import Mark
from training.services.programmes import frames
from training.services.schedule import sessions

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def marked(make: Make) -> TrainingSession:
    """A session from 09:00 to 12:00 with one person marked; its training goes on for two days."""
    training = make.training()
    registration = make.registration(training)
    [session] = locked_trainings.live_sessions(training)
    with time_machine.travel(session.starts_at, tick=False):
        registers.save(session, by=None, marks=[Mark(registration.public_id, AttendanceStatus.PRESENT, 0)])
    return session


def test_a_zone_in_which_marks_would_be_ahead_is_refused_beside_it(
    client, make: Make, marked: TrainingSession
):
    address = f"/trainings/{marked.training.public_id}/edit"
    with time_machine.travel(marked.ends_at + 10 * MINUTE, tick=False):
        client.sign_in(make.user(Role.COORDINATOR))
        typed = Sheet(client.get(address).text).sent(zone=["America/Los_Angeles"], title=["Another title"])
        refused = client.post(address, data=typed)

    assert refused.status_code == 422
    assert 'id="zone-error">The register of Morning, ' in refused.text
    assert "Another title" in refused.text and "America/Los_Angeles" in refused.text
    db.session.expire_all()
    assert marked.training.zone == "Europe/Vienna"


def test_hours_that_are_ahead_ask_what_becomes_of_the_marks(client, make: Make, marked: TrainingSession):
    address = f"/sessions/{marked.public_id}/edit"
    ahead = {"starts_local": [f"{marked.on_date}T11:00"], "ends_local": [f"{marked.on_date}T13:00"]}
    with time_machine.travel(marked.starts_at + 10 * MINUTE, tick=False):
        client.sign_in(make.user(Role.COORDINATOR))
        asked = client.post(address, data=Sheet(client.get(address).text).sent(**ahead))
        shown = Sheet(asked.text)
        done = client.post(address, data=shown.sent(decision=["not_counted"]))

    assert (asked.status_code, done.status_code) == (422, 303)
    assert "People marked in this session: 1." in asked.text and shown.fields["decision"].kind == "select"
    db.session.expire_all()
    [held] = locked_trainings.live_sessions(marked.training)
    assert (held.replaces, held.starts_local.hour) == (marked, 11)


def test_what_lies_outside_its_programme_by_now_says_so(client, make: Make):
    training = make.training(is_open=False)
    first, last = make.session(training), make.session(training, training.ends_on + 2 * DAY)
    by, programme = make.user(Role.COORDINATOR), training.programme
    sessions.cancel(first, by=by, reason="ill")
    assert training.starts_on == last.on_date
    now = {one.name: getattr(programme, one.name) for one in fields(frames.Details)}
    details = frames.Details(**now | {"countries": programme.country_codes, "starts_on": last.on_date})
    frames.change(programme, by=by, details=details)
    client.sign_in(by)

    refused = client.post(f"/sessions/{first.public_id}/hold")

    assert refused.status_code == 409 and "Choose days between these dates." in refused.text


def test_a_moved_session_leads_to_the_one_that_is_held_by_whichever_move(
    client, make: Make, marked: TrainingSession
):
    by = make.user(Role.COORDINATOR)
    with time_machine.travel(marked.ends_at + 2 * DAY, tick=False):
        client.sign_in(by)
        chain = [marked]
        for days in (1, 2):
            session, day = chain[-1], marked.on_date + days * DAY
            address = f"/sessions/{session.public_id}/edit"
            hours = {"starts_local": [f"{day}T08:00"], "ends_local": [f"{day}T09:00"]}
            sent = Sheet(client.get(address).text).sent(**hours, decision=["not_counted"])
            assert client.post(address, data=sent).status_code == 303
            [held] = locked_trainings.live_sessions(marked.training)
            chain.append(held)
            [row] = registers.register(held)
            registers.save(held, by=by, marks=[Mark(row.registration.public_id, AttendanceStatus.PRESENT, 0)])
        register = client.get(f"/sessions/{marked.public_id}/register").text
        refused = client.post(f"/sessions/{marked.public_id}/hold")

    assert f"/sessions/{chain[2].public_id}/register" in register and "Take the move back" in register
    assert refused.status_code == 409 and "are marked in the session that is held instead" in refused.text


def test_a_programme_is_not_shortened_over_a_training_and_says_which(client, make: Make):
    programme = make.programme()
    training = make.training(programme=programme)
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/programmes/{programme.public_id}/edit"

    typed = Sheet(client.get(address).text).sent(
        ends_on=[str(training.starts_on - DAY)], title=["Another title"]
    )
    refused = client.post(address, data=typed)

    assert refused.status_code == 422 and "Another title" in refused.text
    assert f'id="ends_on-error">Trainings outside these dates (1): {training.code}.' in refused.text
    address = f"/trainings/{training.public_id}/edit"
    innocent = Sheet(client.get(address).text).sent(title=["Another title"])
    assert client.post(address, data=innocent).status_code == 303
