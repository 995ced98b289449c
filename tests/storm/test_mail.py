"""Mail and a server that dies, a worker that is killed, addresses that are refused: nothing is lost, nothing multiplies.

``STORM=full`` kills the worker a hundred times.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select, update

from config import ROOT, Config
from tests.conftest import LOCAL, SECRET, migrated_app, new_database
from tests.make import Make
from tests.smtp import Server, smtp_server
from training import clock
from training.db import atomic, db
from training.models import MailState, OutgoingMail, Role
from training.services.letters import again, delivery, outbox
from training.services.registrations import reminders, submissions

FULL = os.environ.get("STORM") == "full"
KILLS = 100 if FULL else 3
MESSAGES = 400 if FULL else 40


@pytest.fixture
def server():
    with smtp_server() as found:
        yield found


def config_of(app, server: Server) -> Config:
    return replace(app.config["CONFIG"], smtp_url=server.url)


@atomic
def queue(user, count: int) -> None:
    for number in range(count):
        outbox.enqueue(user, kind="test", subject=f"No. {number}", body=f"Letter {number}")


def in_state(state: MailState) -> int:
    return db.session.scalar(select(func.count(OutgoingMail.id)).where(OutgoingMail.state == state))


def test_a_server_that_is_down_for_an_hour_costs_nothing(app, make: Make, server):
    queue(make.user(), 25)
    config = config_of(app, server)
    server.die()
    begun = clock.now()
    with time_machine.travel(begun, tick=False) as at:
        for _ in range(60):
            outbox.send_due(config)
            at.shift(timedelta(minutes=1))
        assert (server.taken, in_state(MailState.QUEUED), in_state(MailState.FAILED)) == ([], 25, 0)

        server.start()
        for _ in range(int(outbox.LONGEST_WAIT_FOR_A_SERVER * 1.2) + 2):
            outbox.send_due(config)
            outbox.send_due(config)
            at.shift(timedelta(minutes=1))

    assert in_state(MailState.SENT) == 25
    assert len(server.ids()) == len(set(server.ids())) == 25


def test_a_server_that_dies_in_between_is_tried_again_and_nothing_is_sent_twice(app, make: Make, server):
    queue(make.user(), 12)
    config = config_of(app, server)
    through = delivery.transport(config)
    sent = 0

    def dies_after_five(message) -> None:
        nonlocal sent
        if sent == 5:
            server.die()
        through(message)
        sent += 1

    assert outbox.send_due(config, dies_after_five) == 5
    assert in_state(MailState.QUEUED) == 7
    server.start()
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        assert outbox.send_due(config) == 7

    assert len(server.ids()) == len(set(server.ids())) == 12


def test_a_refused_address_is_parked_and_seen_while_the_others_go_on(app, make: Make, server, client):
    bad, later, good = (make.user() for _ in range(3))
    server.refusals = {bad.email: "550 5.1.1 no such user", later.email: "451 4.7.1 greylisted"}
    for user in (bad, later, good):
        queue(user, 1)
    config = config_of(app, server)

    assert outbox.send_due(config) == 1

    states = dict(db.session.execute(select(OutgoingMail.to_email, OutgoingMail.state)).all())
    assert states == {bad.email: MailState.FAILED, later.email: MailState.QUEUED, good.email: MailState.SENT}
    page = client.sign_in(make.user()).get("/mail?state=failed").text
    assert bad.email in page and "no such user" in page and later.email not in page
    server.refusals = {}
    (parked,) = db.session.scalars(select(OutgoingMail).where(OutgoingMail.state == MailState.FAILED))
    again.send_again(parked)
    assert outbox.send_due(config) == 1
    assert server.recipients == [[good.email], [bad.email]]


def test_greylisting_is_waited_out_and_given_up_after_the_last_try(app, make: Make, server):
    users = [make.user() for _ in range(6)]
    server.refusals = {user.email: "451 later" for user in users}
    for user in users:
        queue(user, 1)
    config = config_of(app, server)
    waits = []
    begun = clock.now()
    with time_machine.travel(begun, tick=False) as at:
        for _ in range(outbox.MOST_ATTEMPTS):
            outbox.send_due(config)
            rows = db.session.scalars(select(OutgoingMail)).all()
            waits.append({round((row.due_at - clock.now()).total_seconds()) for row in rows})
            at.shift(timedelta(hours=5))

    assert in_state(MailState.FAILED) == 6
    assert all(len(wait) > 1 for wait in waits[:-1]), "the waits are jittered"
    assert max(waits[0]) < min(waits[2]) and max(map(max, waits[:-1])) <= 240 * 60 * 1.2


def test_a_message_that_cannot_be_written_is_parked_and_the_others_go_on(app, make: Make, server):
    bad = make.user()
    atomic(lambda: setattr(bad, "email", "a@b.example\r\nBcc: victim@example.org"))()
    queue(bad, 1)
    queue(make.user(), 1)
    first = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).first()

    assert outbox.send_due(config_of(app, server)) == 1

    assert first.state is MailState.FAILED
    assert len(server.taken) == 1 and all(len(to) == 1 for to in server.recipients)


def test_every_message_of_a_busy_day_has_one_recipient(app, make: Make, server):
    training, agency = make.training(capacity=3), make.agency()
    focal = make.user(Role.PARTNER, agency=agency)
    make.user(Role.PARTNER, agency=agency)
    make.user(Role.COORDINATOR)
    people = [make.trainee(agency, email=f"p{n}@example.org") for n in range(5)]
    done = submissions.submit_many(training, by=None, agency=agency, people=people)
    submissions.withdraw(done[0], by=focal, reason="ill")
    config = config_of(app, server)
    while outbox.send_due(config):
        pass

    assert len(server.taken) >= 10
    assert all(len(to) == 1 for to in server.recipients)
    assert all(
        [to] == [a.addr_spec for a in m["To"].addresses]
        for m, (to,) in zip(server.taken, server.recipients, strict=True)
    )


def test_a_lease_keeps_a_second_worker_off_and_without_it_both_would_send(app, make: Make, monkeypatch):
    queue(make.user(), 3)

    first, second = outbox.lease_due(), outbox.lease_due()
    assert (len(first), second) == (3, [])

    monkeypatch.setattr(outbox, "LEASE", timedelta(seconds=-1))
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        assert outbox.lease_due() == outbox.lease_due() == first


@pytest.fixture
def own(tmp_path: Path, worker_id: str, server):
    """A database of its own, with real commits, that worker processes share."""
    url = new_database(f"mail_{worker_id}", tmp_path)
    app = migrated_app(Config(database_url=url, instance_dir=tmp_path, **LOCAL))
    env = {
        **os.environ, "TRAINING_SECRET_KEY": SECRET, "TRAINING_LOCAL": "1", "TRAINING_INSTANCE_DIR": str(tmp_path),
        "DATABASE_URL": url, "TRAINING_SMTP_URL": server.url, "FLASK_APP": "wsgi:app",
    }  # fmt: skip
    with app.app_context():
        yield env
        db.session.remove()
        db.engine.dispose()


def worker(env: dict[str, str], *options: str) -> subprocess.Popen[bytes]:
    flask = Path(sys.executable).parent / "flask"
    return subprocess.Popen([flask, "worker", *options], env=env, cwd=ROOT, stdout=subprocess.DEVNULL)


@atomic
def five_minutes_pass() -> None:
    db.session.execute(update(OutgoingMail).values(leased_until=None))


@pytest.mark.real_commit
def test_a_worker_that_is_killed_again_and_again_loses_nothing(own, make: Make, server, record_property):
    queue(make.user(), MESSAGES)
    server.pause = 0.02
    kills = 0
    while kills < KILLS:
        before, process = len(server.taken), worker(own)
        for _ in range(400):
            if len(server.taken) > before + 2 or process.poll() is not None:
                break
            time.sleep(0.02)
        process.kill()
        process.wait()
        kills += 1
        five_minutes_pass()
    server.pause = 0.0
    for _ in range(3):
        last = worker(own, "--once")
        assert last.wait(120) == 0
        five_minutes_pass()
        db.session.remove()

    bodies = {message.get_content().strip() for message in server.taken}
    doubled = len(server.taken) - len(set(server.ids()))
    record_property("measured", f"{kills} kills, {len(set(server.ids()))} messages, {doubled} of them twice")
    assert bodies == {f"Letter {number}" for number in range(MESSAGES)}
    assert len(set(server.ids())) == MESSAGES
    assert doubled <= kills
    assert in_state(MailState.SENT) == MESSAGES


@pytest.mark.real_commit
def test_two_workers_remind_an_agency_once_and_share_the_outbox(own, make: Make, server):
    agency = make.agency()
    focal = make.user(Role.PARTNER, agency=agency)
    training = make.training(capacity=5)
    make.registration(training, make.trainee(agency))
    starts = clock.today() + timedelta(days=5)

    @atomic
    def nearer() -> None:
        training.starts_on = training.announcement.starts_on = starts
        db.session.execute(update(OutgoingMail).values(state=MailState.SENT))

    nearer()
    queue(focal, 30)
    both = [worker(own, "--once") for _ in range(2)]
    assert [process.wait(120) for process in both] == [0, 0]

    near = [m for m in server.taken if "starts soon" in m["Subject"]]
    assert len(near) == 1 and focal.email in near[0]["To"]
    assert len(server.ids()) == len(set(server.ids())) == 31
    with contextlib.suppress(Exception):
        db.session.remove()
    assert reminders.queue_due() == 0
