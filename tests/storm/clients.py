"""Two hundred focal points who press the button at the same moment; run as a process of its own.

``python clients.py URL ROUNDS PEOPLE`` prints one tally a round as JSON.
"""

from __future__ import annotations

import contextvars
import http.client
import json
import os
import sys
import threading
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sqlalchemy import func, select  # noqa: E402

from config import Config  # noqa: E402
from tests.make import Make  # noqa: E402
from training.app import create_app  # noqa: E402
from training.db import atomic, db  # noqa: E402
from training.models import Registration, Role, User  # noqa: E402
from training.services.accounts import sign_ins  # noqa: E402

SEATS = 20


@dataclass
class Caller:
    """A signed-in focal point with its CSRF token, and the person to register."""

    cookie: str
    token: str
    person: str


def cookie_of(app, user_id: int) -> str:
    with app.app_context():
        token = sign_ins.start_session(db.session.get_one(User, user_id), hours=1)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    return f"training={client.get_cookie('training').value}"


def token_and_cookie(address: tuple[str, int], cookie: str) -> tuple[str, str]:
    connection = http.client.HTTPConnection(*address, timeout=60)
    connection.request("GET", "/account", headers={"Cookie": cookie})
    response = connection.getresponse()
    page = response.read().decode()
    new = (response.getheader("Set-Cookie") or cookie).partition(";")[0]
    return page.partition('name="csrf-token" content="')[2].partition('"')[0], new


def press(
    address: tuple[str, int], path: str, caller: Caller, start: threading.Barrier, answers: list[int]
) -> None:
    connection = http.client.HTTPConnection(*address, timeout=120)
    body = urllib.parse.urlencode({"person": caller.person, "csrf_token": caller.token})
    headers = {"Cookie": caller.cookie, "Content-Type": "application/x-www-form-urlencoded"}
    start.wait()
    connection.request("POST", path, body, headers)
    answers.append(connection.getresponse().status)


@atomic
def put_down(make: Make, agencies: list[tuple[int, str, str]], people: int) -> list[Caller]:
    """Somebody to register for each caller, all stored at once: a commit for each takes longer than the storm."""
    callers = []
    for number in range(people):
        agency_id, cookie, token = agencies[number % len(agencies)]
        agency = db.session.get_one(User, agency_id).agency
        callers.append(Caller(cookie, token, str(make.trainee(agency).public_id)))
    return callers


def one_round(address: tuple[str, int], agencies: list[tuple[int, str, str]], people: int) -> dict[str, int]:
    make = Make()
    training = make.training(capacity=SEATS)
    path = f"/registrations/for/{training.public_id}/new"
    callers = put_down(make, agencies, people)
    number = training.id
    db.session.remove()
    start, answers = threading.Barrier(people), []
    threads = [
        threading.Thread(target=press, args=(address, path, caller, start, answers)) for caller in callers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = dict(
        db.session.execute(
            select(Registration.state, func.count())
            .where(Registration.training_id == number)
            .group_by(Registration.state)
        ).all()
    )
    counted = {state.value: count for state, count in states.items()}
    return {
        "confirmed": counted.get("confirmed", 0), "reserve": counted.get("reserve", 0),
        "failed": sum(status >= 500 for status in answers), "refused": sum(400 <= status < 500 for status in answers),
    }  # fmt: skip


def main(url: str, rounds: int, people: int) -> None:
    parts = urllib.parse.urlsplit(url)
    address = (parts.hostname or "", parts.port or 80)
    app = create_app(Config.from_env(os.environ | {"TRAINING_SEAT_LOCK": "1"}))
    with app.app_context():
        make = Make()
        agencies = []
        for _ in range(10):
            user = make.user(Role.PARTNER)
            token, cookie = token_and_cookie(address, contextvars.Context().run(cookie_of, app, user.id))
            agencies.append((user.id, cookie, token))
        tallies = []
        for _ in range(rounds):
            tallies.append(one_round(address, agencies, people))
            if tallies[-1]["confirmed"] > SEATS:
                break  # oversold: nothing more to prove
    print(json.dumps(tallies))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
