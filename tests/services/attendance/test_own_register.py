"""What an agency is shown of its people's attendance: their own registrations, and closed registers alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.make import Make
from training.db import db
from training.models import AttendanceStatus, Registration, Role
from training.services.attendance import own_register, registers
from training.services.attendance.own_register import Share
from training.services.attendance.registers import Mark
from training.services.registrations import late_changes, visible
from training.services.schedule import sessions
from training.services.schedule import visible as schedule_visible
from training.services.trainees import records

P, L, E, X, A = AttendanceStatus


@pytest.fixture
def held(make: Make) -> Iterator[dict]:
    """Two sessions of three hours, just over, with a person of a partner's agency and a foreign one."""
    focal = make.user(Role.PARTNER)
    training = make.training()
    make.session(training, title="Afternoon", starts_local=datetime.combine(training.starts_on, time(13)),
                 ends_local=datetime.combine(training.starts_on, time(16)))  # fmt: skip
    own = make.registration(training, make.trainee(focal.agency))
    foreign = make.registration(training, make.trainee(family_name="Zanzibarsky"))
    morning, afternoon = schedule_visible.of(training)
    with time_machine.travel(afternoon.ends_at + timedelta(minutes=5)):
        yield {
            "focal": focal, "by": make.user(), "training": training, "own": own, "foreign": foreign,
            "morning": morning, "afternoon": afternoon,
        }  # fmt: skip


def record(session, by, *marks: tuple[Registration, dict], close: bool = True) -> None:
    registers.save(
        session, by=by, marks=[Mark(one.public_id, **{"version": 0, **wanted}) for one, wanted in marks]
    )
    if close:
        registers.close(session, by=by)


def shown(registration: Registration) -> list[tuple[str, AttendanceStatus | None]]:
    return [
        (line.session.title, line.record and line.record.status) for line in own_register.of(registration)
    ]


def test_closed_registers_are_shown_and_open_ones_are_not_recorded_yet(held):
    late = {"status": L, "arrived": time(9, 30)}
    record(held["morning"], held["by"], (held["own"], late), (held["foreign"], {"status": A}))
    record(held["afternoon"], held["by"], (held["own"], {"status": A}), close=False)

    assert shown(held["own"]) == [("Morning", L), ("Afternoon", None)]
    assert own_register.of(held["own"])[0].record.minutes == 150
    assert own_register.shares([held["own"]]) == {held["own"].id: Share(150, 180)}
    assert own_register.shares([held["foreign"], held["own"]])[held["foreign"].id] == Share(0, 180)


def test_a_locked_register_stays_shown_and_a_reopened_one_is_not(held):
    record(held["morning"], held["by"], *((held[who], {"status": P}) for who in ("own", "foreign")))
    registers.lock(held["morning"], by=held["by"])
    assert shown(held["own"])[0] == ("Morning", P)

    registers.reopen(held["morning"], by=held["by"], reason="x")

    assert shown(held["own"])[0] == ("Morning", None)
    assert own_register.shares([held["own"]]) == {}


def test_a_cancelled_session_and_one_to_come_are_not_listed(held, make: Make):
    sessions.cancel(held["afternoon"], by=held["by"], reason="x")
    make.session(held["training"], held["training"].ends_on + timedelta(days=2), title="Last")

    assert shown(held["own"]) == [("Morning", None)]


def test_who_had_no_seat_or_was_added_later_has_no_line(make: Make):
    training = make.training(capacity=1)
    make.registration(training)
    waits = make.registration(training)

    with time_machine.travel(schedule_visible.of(training)[0].ends_at + timedelta(minutes=5)):
        assert own_register.of(waits) == []
        assert own_register.shares([waits]) == {}


def test_of_who_moved_away_the_old_agency_sees_its_own_registration_alone(held, make: Make):
    focal, training = held["focal"], held["training"]
    record(held["morning"], held["by"], *((held[who], {"status": P}) for who in ("own", "foreign")))
    records.transfer(held["own"].trainee, by=held["by"], agency=make.agency())
    other = make.training(
        starts_on=training.starts_on,
        registration_closes_local=datetime.combine(training.starts_on, time(23)),
    )
    new = late_changes.walk_in(other, by=held["by"], trainee=held["own"].trainee)

    mine = db.session.scalars(visible.visible_to(focal)).all()

    assert mine == [held["own"]] and new not in mine
    assert own_register.shares(mine) == {held["own"].id: Share(180, 180)}
    assert db.session.scalars(select(Registration)).all() != mine


def page(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return re.sub(r'(name="(csrf-token|csrf_token|request_key)" (content|value))="[^"]*"', "", response.text)


def test_the_pages_show_it_to_the_partner_and_to_staff_and_nothing_of_others(held, client, make: Make):
    early = {"status": L, "arrived": time(9, 30), "left": time(11), "also_left_early": True}
    record(held["morning"], held["by"], (held["own"], early), (held["foreign"], {"status": X}))
    own, foreign = (f"/registrations/{held[who].public_id}" for who in ("own", "foreign"))

    client.sign_in(held["focal"])
    text = page(client, own)
    assert "late" in text and "left early" in text and "90 of 180" in text and "not recorded yet" in text
    assert client.get(foreign).status_code == 404
    training = page(client, f"/trainings/{held['training'].public_id}")
    assert "1 h 30 of 3 h" in training and "0 h of 3 h" not in training and "Zanzibarsky" not in training
    for role in (Role.MANAGER, Role.COORDINATOR):
        client.sign_in(make.user(role))
        assert "90 of 180" in page(client, own)
        assert "excused" in page(client, foreign)
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("LMI")]))
    assert client.get(own).status_code == 404
    client.sign_in(make.user(Role.TRAINER))
    assert client.get(own).status_code in (403, 404)


def test_before_a_register_is_closed_the_training_has_no_such_column(held, client):
    record(held["morning"], held["by"], (held["own"], {"status": P}), close=False)
    client.sign_in(held["focal"])

    assert "Attended" not in page(client, f"/trainings/{held['training'].public_id}")
    assert "180 of 180" not in page(client, f"/registrations/{held['own'].public_id}")


def test_what_others_attended_changes_nothing_on_a_partners_pages(held, client):
    """As many lines and the same figures, whatever the other agency's person was marked as."""
    record(held["morning"], held["by"], *((held[who], {"status": P}) for who in ("own", "foreign")))
    client.sign_in(held["focal"])
    paths = [f"/registrations/{held['own'].public_id}", f"/trainings/{held['training'].public_id}"]
    before = [page(client, path) for path in paths]

    registers.save(
        held["morning"], by=held["by"], marks=[Mark(held["foreign"].public_id, A, 1)], reason="put right"
    )

    assert [page(client, path) for path in paths] == before


def test_it_asks_as_little_for_many_as_for_one(held, make: Make, queries):
    counts = []
    for people in (1, 15):
        many = [
            late_changes.walk_in(held["training"], by=held["by"], trainee=make.trainee(held["focal"].agency))
            for _ in range(people - 1)
        ]
        some = [held["own"], *many]
        assert all(one.id for one in some)  # read again after what was stored
        queries.clear()
        own_register.shares(some)
        own_register.of(held["own"])
        counts.append(len(queries))

    assert counts == [2, 2]
