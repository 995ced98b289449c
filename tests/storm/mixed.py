"""Registrations, withdrawals, changed capacities, people moved and seats kept anew; run as a process of its own.

``python -m tests.storm.mixed URL ROUNDS`` prints one tally a round as JSON.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
import urllib.parse
from collections import Counter

from config import Config
from tests.make import Make
from tests.model.promises import Promises
from tests.storm.pages import Browser, at_once
from training.app import create_app
from training.db import db
from training.models import Role, User
from training.services.registrations import submissions, visible

REGISTER, WITHDRAW, RESIZE, TRANSFER, KEEP = 100, 50, 20, 20, 20
SEATS = 40


def one_round(seed: int, staff: Browser, partners: list[tuple[int, Browser]]) -> dict[str, object]:
    """A training with fifty people, then everything at once; what came of it."""
    drawn, make = random.Random(seed), Make()
    training = make.training(capacity=SEATS)
    users = [db.session.get_one(User, number) for number, _ in partners]
    for user in users:
        people = [make.trainee(user.agency) for _ in range(WITHDRAW // len(users))]
        submissions.submit_many(training, by=user, agency=user.agency, people=people)
    page = f"/registrations/for/{training.public_id}/new"
    forms = [browser.form(page) for _, browser in partners]
    csrf = [dict(one.fields)["csrf_token"] for one in forms]
    sends = []
    people = [str(make.trainee(users[n % len(users)].agency).public_id) for n in range(REGISTER)]
    for n, person in enumerate(people):
        of = n % len(partners)
        sends.append((partners[of][1], (page, [("csrf_token", csrf[of]), ("person", person)])))
    for of, user in enumerate(users):
        for one in db.session.scalars(visible.of(training, user)).all()[: WITHDRAW // len(users)]:
            to = f"/registrations/{one.public_id}/withdraw"
            sends.append((partners[of][1], (to, [("csrf_token", csrf[of]), ("reason", "ill")])))
    edit, keep = f"/trainings/{training.public_id}/edit", f"/trainings/{training.public_id}/seats"
    change, kept = staff.form(edit, "capacity"), staff.form(keep, "seats")
    for _ in range(RESIZE):
        sends.append((staff, (edit, change.filled(capacity=str(drawn.randrange(20, 80))))))
    for _ in range(KEEP):
        of_agency = drawn.choice(users).agency.code
        sends.append((staff, (keep, kept.filled(agency=of_agency, seats=str(drawn.randrange(0, 8))))))
    by_staff = dict(kept.fields)["csrf_token"]
    for n, person in enumerate(people[:TRANSFER], 1):
        other = users[n % len(users)].agency.code
        to = f"/trainees/{person}/transfer"
        sends.append((staff, (to, [("csrf_token", by_staff), ("agency", other)])))
    drawn.shuffle(sends)
    promises = Promises(training.id)
    db.session.remove()
    begun = time.monotonic()
    statuses = Counter(status for status, _ in at_once(sends))
    lasted = time.monotonic() - begun
    broken = ""
    try:
        promises.check_at_rest()
    except AssertionError as failure:
        broken = str(failure)
    return {
        "statuses": {str(k): v for k, v in statuses.items()},
        "broken": broken,
        "seconds": round(lasted, 2),
    }


def main(url: str, rounds: int) -> None:
    """Run the rounds; stop where a promise was broken."""
    parts = urllib.parse.urlsplit(url)
    address = (parts.hostname or "", parts.port or 80)
    app = create_app(Config.from_env(os.environ | {"TRAINING_SEAT_LOCK": "1"}))
    with app.app_context():
        make = Make()
        staff = Browser(app, address, make.user(Role.COORDINATOR))
        users = [make.user(Role.PARTNER) for _ in range(10)]
        partners = [(user.id, Browser(app, address, user)) for user in users]
        tallies = []
        for seed in range(rounds):
            tallies.append(one_round(seed, staff, partners))
            if tallies[-1]["broken"]:
                break
    print(json.dumps(tallies))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
