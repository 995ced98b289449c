"""Every form of the desk sent five times at once with the same content; run as a process of its own.

``python -m tests.storm.double URL TRIALS [--without-key]`` prints, for each form, how many effects it had in each trial
and how many different answers: an effect is a line of the audit log with the form's action.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.parse
from collections.abc import Iterator

from sqlalchemy import func, select

from config import Config
from tests.make import Make, numbers
from tests.storm.importer import in_letters
from tests.storm.pages import Browser, Fields, at_once
from training.app import create_app
from training.db import db
from training.models import Admission, AuditEntry, AuditOutcome, Role, User
from training.services.registrations import reserve_list

TIMES = 5
Case = tuple[str, str, Browser, str, Fields]
"""The form's name, the action that it takes, who sends it, where to, and what."""


def cases(staff: Browser, focal: Browser, user: User) -> Iterator[Case]:
    """Every form, on things made for it."""
    make = Make()
    agency, number = user.agency, str(next(numbers))
    training = make.training(capacity=5, admission=Admission.APPROVAL)
    held = [make.registration(training, make.trainee(agency)) for _ in range(6)]
    make.kept(training, by=None, seats=3, agency=agency)
    one, other = (
        in_letters(2 * int(number)),
        in_letters(2 * int(number) + 1),
    )  # nobody may look like a duplicate
    person = {"family_name": one, "given_names": one, "country": "AT", "agency": agency.code}
    page = f"/registrations/for/{training.public_id}/new"
    new = focal.form(page, "family_name")
    yield "add a person and register", "trainee.create", focal, page, new.filled(**person)
    ticked = focal.form(page).filled(person=str(make.trainee(agency).public_id))
    yield "register known people", "registration.submit_many", focal, page, ticked
    new = focal.form("/trainees/new", "family_name")
    yield (
        "new person",
        "trainee.create",
        focal,
        "/trainees/new",
        new.filled(**{**person, "family_name": other, "given_names": other, "email": ""}),
    )
    sessions = f"/sessions/of/{training.public_id}/new"
    later = staff.form(sessions, "title").filled(
        title="Evening", starts_local=f"{training.ends_on}T18:00", ends_local=f"{training.ends_on}T20:00"
    )
    yield "new session", "session.create", staff, sessions, later
    venue = staff.form("/venues/new", "name").filled(
        name=f"Hall {number}", city="Vienna", country="AT", zone="Europe/Vienna"
    )
    yield "new venue", "venue.create", staff, "/venues/new", venue
    trainer = staff.form("/trainers/new", "family_name").filled(
        family_name=f"Expert{number}", given_names="Eva"
    )
    yield "new trainer", "trainer.create", staff, "/trainers/new", trainer
    ask = f"/trainings/{training.public_id}/seats/ask"
    more = focal.form(ask, "what")
    yield (
        "ask for seats",
        "seats.ask",
        focal,
        ask,
        more.filled(what="more", seats="2", sentence="more people"),
    )
    yield (
        "give seats back",
        "seats.give_back",
        focal,
        ask,
        focal.form(ask, "what").filled(what="return", seats="1", sentence="fewer people"),
    )
    keep = f"/trainings/{training.public_id}/seats"
    other = make.agency()
    yield (
        "keep seats",
        "seats.allocate",
        staff,
        keep,
        staff.form(keep, "release_local").filled(agency=other.code, seats="1"),
    )
    reserve_list.reserve(held[1], by=None)
    acts = [("confirm", 0), ("offer", 1), ("reserve", 2), ("decline", 3), ("return", 4)]
    for act, n in acts:
        to = f"/registrations/{held[n].public_id}/{act}"
        form = staff.form(f"/registrations/{held[n].public_id}", action=to)
        yield act, f"registration.{act}", staff, to, form.filled(reason="told apart")
    to = f"/registrations/{held[5].public_id}/withdraw"
    form = focal.form(f"/registrations/{held[5].public_id}", action=to)
    yield "withdraw", "registration.withdraw", focal, to, form.filled(reason="ill")


def effects(action: str) -> int:
    """Lines of the audit log with this action."""
    db.session.rollback()
    done = AuditEntry.outcome == AuditOutcome.DONE
    return db.session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == action, done)) or 0


def main(url: str, trials: int, with_key: bool) -> None:
    """Send every form in every trial."""
    parts = urllib.parse.urlsplit(url)
    app = create_app(Config.from_env(os.environ))
    found: dict[str, dict[str, list[object]]] = {}
    with app.app_context():
        make, address = Make(), (parts.hostname or "", parts.port or 80)
        user = make.user(Role.PARTNER)
        staff, focal = Browser(app, address, make.user(Role.ADMIN)), Browser(app, address, user)
        for _ in range(trials):
            for name, action, browser, to, sent in cases(staff, focal, user):
                if not with_key:
                    sent = [(field, value) for field, value in sent if field != "request_key"]
                before = effects(action)
                answers = at_once([(browser, (to, sent))] * TIMES)
                of = found.setdefault(name, {"effects": [], "answers": []})
                of["effects"].append(effects(action) - before)
                of["answers"].append(sorted({f"{status} {led_to}" for status, led_to in answers}))
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), "--without-key" not in sys.argv)
