"""Every route × method × principal × object: who may not is told nothing and changes nothing.

``answers.txt`` says, for every route and method, what is answered to each principal about the things of agency A. It is
written by ``ANSWERS=write pytest tests/isolation/test_matrix.py -k table``, after looking at what changed, and it is held
against the rule in ``refusal``. There is no column for a sign-in that waits for a second factor, nor for a focal point
who only reads: the product has no second factor, and every focal point of an agency may register.
"""

from __future__ import annotations

import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.isolation.asking import IDS, Asker, address, routes, tables, undone
from tests.isolation.world import World, hidden, world
from tests.make import Make
from training import policy
from training.db import db
from training.models import OutgoingMail, Registration, Role, Trainee, User
from training.policy import Action, has
from training.services.accounts import users
from training.services.imports import confirming, staging, undoing
from training.services.merging import merges
from training.services.schedule import visible

FOREIGN = {"registration", "trainee", "agency", "batch", "colleague"}
"""Kinds of which a partner sees its own alone."""
SCOPED = {
    "training",
    "session",
    "registration",
    "batch",
    "programme",
    "seat_request",
    "mail",
    "theme",
    "leaflet",
    "course",
    "plan_step",
}
"""Kinds that a coordinator acts on within the own themes."""
READ_BY_ALL = {
    "theme:read",
    "training:read",
    "programme:read",
    "session:read",
    "calendar:read",
    "board:read",
    "programme:list",
    "course:read",
    "course:list",
}
"""What every coordinator may look at, whatever its theme; letters are previewed of no training at all."""
PRINCIPALS = ("anonymous", "disabled", "lead of A", "colleague of A", "lead of B", "trainer", "trainer elsewhere",
              "coordinator elsewhere", "coordinator", "manager", "admin")  # fmt: skip
TABLE = Path(__file__).with_name("answers.txt")
SIGN_IN = 303
OVERRIDES = {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "DELETE", "X-Method-Override": "PUT"}
ODD = ("PUT", "PATCH", "DELETE", "TRACE")
FULL = os.environ.get("STORM") == "full"
TRY = PRINCIPALS if FULL else ("anonymous", "lead of A", "lead of B", "admin")
"""Who asks by HEAD and OPTIONS, and posts where nothing is posted."""
TRY_ODD = PRINCIPALS if FULL else ("admin",)
"""Who tries odd methods and headers that ask for one: they are refused before anybody looks at who asks."""
WITHOUT_OPTIONS = {"/static/<path:filename>"}
EMPTY = {"/organisation/logo"}
"""Where there is nothing, for anybody: no logo was given."""


@pytest.fixture
def here(make: Make) -> World:
    return world(make)


def principals(app, here: World) -> dict[str, Asker]:
    """Somebody of each kind, signed in; the disabled one has a session from before."""
    leaver = users.create(
        by=None, email="leaver@example.org", name="Leaver", role=here.users["lead of A"].role, agency=here.mine["agency"]
    )  # fmt: skip
    askers = {"anonymous": Asker(app, None), "disabled": Asker(app, leaver)}
    users.deactivate(leaver, by=here.users["admin"])
    return {name: askers.get(name) or Asker(app, here.users[name]) for name in PRINCIPALS}


def refusal(name: str, user: User | None, action: str, kind: str, rule: str) -> int | None:
    """The rule: how somebody is refused, or none where they may."""
    if action == "public":
        return None
    if user is None:
        return SIGN_IN
    if not has(user, Action(action)):
        return 403
    is_foreign = (
        name == "lead of B" and kind in FOREIGN
        or name == "trainer elsewhere" and kind in ("training", "session")
        or name == "coordinator elsewhere" and kind in SCOPED and action not in READ_BY_ALL and rule != PREVIEW
    )  # fmt: skip
    return 404 if is_foreign else None


PREVIEW = "/mail/preview/<kind>"


def known_answers() -> dict[tuple[str, str], list[int]]:
    """(rule, method) → status for each principal, as committed."""
    return {
        (rule, method): [int(one) for one in statuses]
        for rule, method, *statuses in (line.split(" ") for line in TABLE.read_text().splitlines()[1:])
    }


def fields(rule: str, here: World) -> dict[str, str] | None:
    """What a form must hold for it not to be about nobody."""
    return (
        {"focal_point": str(here.mine["colleague"].public_id)}
        if rule.endswith("/agencies/<uuid:public_id>/lead")
        else None
    )


def answers_to(app, asker: Asker, name: str, here: World) -> dict[tuple[str, str], int]:
    """What is answered for every route and method; what the person may do is taken back each time."""
    user, found = here.users.get(name), {}
    for rule, methods, action, kind in routes():
        path = address(rule, kind, here.mine)
        for method in methods:
            if refusal(name, user, action, kind, rule) is not None:
                found[rule, method] = asker.ask(method, path).status_code
                continue
            with undone(app):
                used = asker if rule != "/sign-out" else Asker(app, user)
                found[rule, method] = used.ask(method, path, data=fields(rule, here)).status_code
    return found


def test_the_table_of_answers_is_what_is_answered_and_refusals_change_nothing(app, here, record_property):
    askers, before = principals(app, here), tables()
    found = {name: answers_to(app, asker, name, here) for name, asker in askers.items()}

    lines = [
        f"{rule} {method} {' '.join(str(found[name][rule, method]) for name in PRINCIPALS)}"
        for rule, method in found["admin"]
    ]
    if os.environ.get("ANSWERS") == "write":
        TABLE.write_text("\n".join(["# " + ", ".join(PRINCIPALS), *lines, ""]))
    record_property("measured", f"{len(lines) * len(PRINCIPALS)} answers as the table says")
    assert lines == TABLE.read_text().splitlines()[1:]
    assert tables() == before


def test_the_table_follows_from_the_rule(here):
    wrong, known = [], known_answers()
    for rule, methods, action, kind in routes():
        for method in methods:
            for name, status in zip(PRINCIPALS, known[rule, method], strict=True):
                wanted = refusal(name, here.users.get(name), action, kind, rule)
                is_right = (
                    status == wanted
                    if wanted is not None
                    else rule in EMPTY or status not in (401, 403, 404) and status < 500
                )
                if not is_right:
                    wrong.append((rule, method, name, status, wanted))

    assert set(known) == {(rule, method) for rule, methods, _, _ in routes() for method in methods}
    assert wrong == []


@pytest.mark.once  # methods are told apart before the database is asked; GET is asked on both by the table of answers
def test_head_options_other_methods_and_overrides_open_nothing(app, here, record_property):
    """HEAD is answered like GET, a method that is asked for by a header is not heard, and all others are 405."""
    askers, before, wrong, asked, known = principals(app, here), tables(), [], 0, known_answers()
    for name in TRY:
        asker, place = askers[name], PRINCIPALS.index(name)
        for rule, kind in {rule: kind for rule, _, _, kind in routes()}.items():
            path, allowed = address(rule, kind, here.mine), {m for r, m in known if r == rule}
            read = known[rule, "GET"][place] if "GET" in allowed else 405
            wanted = {"HEAD": read, "OPTIONS": 405 if rule in WITHOUT_OPTIONS else 200}
            if "POST" not in allowed:
                wanted["POST"] = 405
            if name in TRY_ODD:
                wanted |= {**dict.fromkeys(ODD, 405), "GET": read}
            for method, status in wanted.items():
                response = asker.ask(method, path, headers=OVERRIDES if method == "GET" else None)
                asked += 1
                if response.status_code != status or method == "HEAD" and response.data:
                    wrong.append((name, method, rule, response.status_code, status))

    record_property("measured", f"{asked} calls by HEAD, OPTIONS, other methods and headers that ask for one")
    assert wrong == []
    assert tables() == before


def differences(asker: Asker, things: dict[str, Any], kinds: set[str]) -> list[tuple[object, ...]]:
    """Where what is asked about these things is not answered as if they did not exist."""
    user, wrong = asker.user, []
    for rule, methods, action, kind in routes():
        if kind not in kinds or action != "public" and not has(user, Action(action)):
            continue
        for method in methods:
            foreign = asker.ask(method, address(rule, kind, things))
            missing = asker.ask(method, address(rule, kind, {}))
            same = plain(foreign.text, things) == plain(missing.text, {})
            if (foreign.status_code, missing.status_code, same) != (404, 404, True):
                wrong.append((method, rule, foreign.status_code, missing.status_code, same))
            if set(foreign.headers.keys()) != set(missing.headers.keys()):
                wrong.append((method, rule, "headers"))
    return wrong


def plain(text: str, things: dict[str, Any]) -> str:
    """A page but for the ids and links that were asked for."""
    return IDS.sub("", text).replace(str(things.get("token", "/my/x")), "x")


@pytest.mark.parametrize("name", ["lead of A", "colleague of A"])
def test_what_is_foreign_to_a_partner_answers_like_what_does_not_exist(name, app, here, make: Make):
    unseen, asker = hidden(make, here), Asker(app, here.users[name])
    forged = f"{here.theirs['token'].rpartition('.')[0]}.{here.mine['token'].rpartition('.')[2]}"
    before = tables()

    assert differences(asker, here.theirs, FOREIGN) == []
    for training in unseen.values():
        assert differences(asker, {"training": training}, {"training"}) == []
    assert differences(asker, {"token": forged}, {"token"}) == []
    assert tables() == before


def test_what_is_deleted_merged_away_or_made_anonymous_answers_like_what_does_not_exist(
    app, here, make: Make
):
    a, admin = here.mine["agency"], here.users["admin"]
    batch = staging.stage(
        here.trainings[1], by=admin, agency=a, content=b"Family name,Given names\nGone,Ann\n", file_name="x.csv"
    )  # fmt: skip
    confirming.confirm(batch, by=admin)
    registration = db.session.scalars(
        db.select(Registration).join(Registration.trainee).where(Trainee.family_name == "Gone")
    ).one()
    deleted = {"registration": Gone(registration.public_id), "trainee": Gone(registration.trainee.public_id)}
    undoing.undo(batch, by=admin)
    kept, away = make.trainee(a), make.trainee(a)
    merges.merge(kept, away, by=admin, values=[])

    asker, before = Asker(app, here.users["lead of A"]), tables()

    assert differences(asker, deleted, {"registration", "trainee"}) == []
    assert differences(asker, {"trainee": away}, {"trainee"}) == []
    assert tables() == before


@dataclass(frozen=True)
class Gone:
    """What is left of a thing that was deleted: somebody still has its address."""

    public_id: uuid.UUID


def test_a_trainer_sees_no_session_and_no_training_of_others(app, here):
    before = tables()

    assert differences(Asker(app, here.users["trainer elsewhere"]), here.mine, {"session", "training"}) == []
    untaught = {"session": visible.of(here.trainings[0])[0], "training": here.trainings[1]}
    assert differences(Asker(app, here.users["trainer"]), untaught, {"session", "training"}) == []
    assert tables() == before


def test_a_link_opens_the_same_to_whoever_has_it_and_one_of_others_is_no_key_to_more(app, here):
    """A link is a key by itself: being signed in adds nothing to it, and the page leads to no other person."""
    asked = [
        Asker(app, user).ask("GET", f"/my/{here.theirs['token']}") for user in (None, here.users["lead of A"])
    ]

    assert [one.status_code for one in asked] == [200, 200]
    assert IDS.sub("", asked[0].text) == IDS.sub("", asked[1].text)
    others = {one.family_name for one in db.session.scalars(db.select(Trainee))}
    others.discard(here.theirs["confirmed"].trainee.family_name)
    assert [one for one in others if re.search(rf"\b{one}\b", asked[0].text)] == []


def test_a_coordinator_of_other_themes_gets_no_letter_of_these(app, here):
    letter = db.session.scalars(
        db.select(OutgoingMail).where(OutgoingMail.training_id == here.trainings[0].id)
    ).first()
    assert letter is not None
    asker, before = Asker(app, here.users["coordinator elsewhere"]), tables()

    assert asker.ask("POST", f"/mail/{letter.public_id}/again").status_code == 404
    assert letter.subject not in asker.ask("GET", "/mail").text
    preview = f"/mail/preview/opened?training={here.trainings[0].code}"
    assert asker.ask("GET", preview).status_code == 404
    assert letter.subject in Asker(app, here.users["coordinator"]).ask("GET", "/mail").text
    assert tables() == before


def test_the_look_at_the_tables_would_see_a_change(app, here, make: Make):
    before = tables()
    make.trainee()

    assert tables() != before


def test_a_guard_that_is_off_would_be_seen(app, here, monkeypatch):
    monkeypatch.setitem(policy.POLICY[Role.PARTNER], Action.REGISTRATION_WITHDRAW, policy.anything)
    monkeypatch.setattr(
        "training.services.registrations.visible.visible_to",
        lambda user: db.select(policy.Registration).join(policy.Registration.training),
    )

    with pytest.raises(AssertionError):
        assert differences(Asker(app, here.users["lead of A"]), here.theirs, FOREIGN) == []
