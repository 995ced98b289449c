"""What would not fit any more is refused beside its field or on a page that says what to do; what was typed stays."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, time, timedelta

import pytest
import time_machine

from tests.forms import Sheet
from tests.make import Make
from tests.services.schedule.planned import with_room_and_trainer
from training.db import atomic, db
from training.errors import Invalid
from training.models import AttendanceStatus, Role, TrainingSession
from training.rules.minutes import Decision
from training.services import locked_trainings
from training.services.attendance import registers
from training.services.attendance.registers import Mark
from training.services.programmes import frames
from training.services.schedule import plan, sessions
from training.services.trainings import moves

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

    assert f"/sessions/{chain[2].public_id}/register" in register and "Take the move back" not in register
    assert "are marked in the session that is held instead" in register
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


KEPT, ALONG, NOT_COUNTED = (
    f'value="{one.value}"' for one in (Decision.KEPT, Decision.MOVED_ALONG, Decision.NOT_COUNTED)
)


def asked_about(client, make: Make, marked: TrainingSession, at: timedelta, **hours: list[str]) -> str:
    address = f"/sessions/{marked.public_id}/edit"
    with time_machine.travel(marked.ends_at + at, tick=False):
        client.sign_in(make.user(Role.COORDINATOR))
        asked = client.post(address, data=Sheet(client.get(address).text).sent(**hours))
    assert asked.status_code == 422
    return asked.text


def test_what_is_still_to_come_was_not_held_and_the_page_says_so(client, make: Make, marked: TrainingSession):
    """Moved to a day that lies ahead: the only answer that would be taken is the one that is offered."""
    day = marked.on_date + DAY
    hours = {"starts_local": [f"{day}T09:00"], "ends_local": [f"{day}T12:00"]}

    ahead = asked_about(client, make, marked, 10 * MINUTE, **hours)
    over = asked_about(client, make, marked, 2 * DAY, **hours)

    assert (NOT_COUNTED in ahead, KEPT in ahead, ALONG in ahead) == (True, False, False)
    assert "Not offered: “it was held at the new time" in ahead and "cannot be still to come" in ahead
    assert all(one in over for one in (NOT_COUNTED, KEPT, ALONG)) and "Not offered" not in over


def test_an_answer_that_is_refused_is_not_offered_again(client, make: Make, marked: TrainingSession):
    day = marked.on_date + DAY
    hours = {"starts_local": [f"{day}T09:00"], "ends_local": [f"{day}T12:00"], "decision": ["kept"]}

    shown = asked_about(client, make, marked, 10 * MINUTE, **hours)

    assert NOT_COUNTED in shown and KEPT not in shown


def test_times_that_would_not_fit_leave_the_answer_by_which_they_move_along(
    client, make: Make, marked: TrainingSession
):
    """Somebody came at 10:00, and the session was held on the next day from 14:00: so the mark moves, or it does not count."""
    [row] = registers.register(marked)
    late = Mark(row.registration.public_id, AttendanceStatus.LATE, 1, arrived=time(10))
    with time_machine.travel(marked.ends_at, tick=False):
        registers.save(marked, by=None, marks=[late])
    day = marked.on_date + DAY
    hours = {"starts_local": [f"{day}T14:00"], "ends_local": [f"{day}T17:00"]}

    shown = asked_about(client, make, marked, 2 * DAY, **hours)

    assert (NOT_COUNTED in shown, KEPT in shown, ALONG in shown) == (True, False, True)
    assert "Not offered: “it was held at the new time: the marks stay as they are”" in shown
    assert "10:00" in shown


def test_every_answer_that_is_offered_is_accepted(make: Make, marked: TrainingSession):
    by, day = make.user(Role.COORDINATOR), marked.on_date + DAY
    new = replace(
        plan.details_of(marked),
        starts_local=datetime.combine(day, time(9)), ends_local=datetime.combine(day, time(12)),
    )  # fmt: skip
    for now in (marked.ends_at, marked.ends_at + 2 * DAY):
        with time_machine.travel(now, tick=False):
            offered = sessions.answers(marked, new).accepted
            for decision in Decision:
                with pytest.raises(Rollback if decision in offered else Invalid):
                    atomic(change_and_go)(marked, by, new, decision)


class Rollback(Exception):
    """What was done is taken back: only whether it would be done is of interest."""


def change_and_go(session: TrainingSession, by, details, decision: Decision) -> None:
    sessions.change(session, by=by, details=details, decision=decision)
    raise Rollback


def called_off_and_taken(make: Make) -> TrainingSession:
    """A session that was called off, whose room somebody else has by now."""
    training, other = make.training(), make.training()
    session = with_room_and_trainer(make, training)
    sessions.cancel(session, by=make.user(), reason="ill")
    make.session(other, room=session.room, starts_local=session.starts_local, ends_local=session.ends_local)
    return session


def pages_of(client, session: TrainingSession) -> list[str]:
    paths = (f"/trainings/{session.training.public_id}", f"/sessions/{session.public_id}/register")
    return [client.get(path).text for path in paths]


def test_holding_after_all_is_offered_only_where_it_is_accepted(client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR))
    taken = called_off_and_taken(make)
    free = make.session(taken.training, taken.training.ends_on)
    sessions.cancel(free, by=make.user(), reason="ill")

    hold = f"/sessions/{taken.public_id}/hold"
    for page in pages_of(client, taken):
        assert hold not in page and "is taken" in page
    refused = client.post(hold)
    assert refused.status_code == 409 and "is taken" in refused.text
    for page in pages_of(client, free):
        assert f"/sessions/{free.public_id}/hold" in page
    assert client.post(f"/sessions/{free.public_id}/hold").status_code == 303


@pytest.mark.parametrize("name", ["complete", "cancel"])
def test_of_a_training_that_has_ended_no_session_is_held_after_all(name: str, client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR))
    session = make.session(make.training(), title="Film")
    sessions.cancel(session, by=make.user(), reason="ill")
    with time_machine.travel(session.ends_at + 30 * DAY, tick=False):
        client.sign_in(make.user(Role.COORDINATOR))
        for one in locked_trainings.live_sessions(session.training):
            registers.close(one, by=None)
        for step in ("start", "complete") if name == "complete" else ("cancel",):
            moves.change_state(session.training, by=make.user(), name=step, reason="no money")

        for page in pages_of(client, session):
            assert "/hold" not in page and "stay as they are" in page
        assert client.post(f"/sessions/{session.public_id}/hold").status_code == 409


def test_without_asking_first_the_page_would_offer_what_is_refused(client, make: Make, monkeypatch):
    client.sign_in(make.user(Role.COORDINATOR))
    taken = called_off_and_taken(make)
    monkeypatch.setattr(sessions, "why_not_held_after_all", lambda one: None)

    assert all(f"/sessions/{taken.public_id}/hold" in page for page in pages_of(client, taken))
    assert client.post(f"/sessions/{taken.public_id}/hold").status_code == 409
