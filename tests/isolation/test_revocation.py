"""Who loses a right loses it with the next request: accounts, agencies, moves, cancelled trainings, links, queued mail."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import SECRET
from tests.isolation.asking import Asker, address, routes, tables
from tests.isolation.test_matrix import FOREIGN
from tests.isolation.world import World, world
from tests.make import Make
from training import links, policy
from training.db import atomic, db
from training.models import OutgoingMail, Role, User
from training.policy import Action, allows, has
from training.services import (
    agencies,
    cancellations,
    colleagues,
    mail,
    merges,
    people,
    registrations,
    trainees,
)

WHO = "colleague of A"


@pytest.fixture
def here(make: Make) -> World:
    return world(make)


def _deactivated(here: World) -> None:
    people.deactivate(here.users[WHO], by=here.users["admin"])


def _put_out_by_the_lead(here: World) -> None:
    colleagues.deactivate(here.users[WHO], by=here.users["lead of A"])


def _agency_suspended(here: World) -> None:
    agencies.suspend(here.mine["agency"], by=here.users["admin"], reason="asked for")


def _changed(here: World, role: Role, **wanted: object) -> None:
    user = here.users[WHO]
    people.change(user, by=here.users["admin"], name=user.name, role=role, language="en", **wanted)


def _made_a_trainer(here: World) -> None:
    _changed(here, Role.TRAINER)


def _with_another_agency(here: World) -> None:
    _changed(here, Role.PARTNER, agency=here.theirs["agency"])


SIGNED_OUT = (_deactivated, _put_out_by_the_lead, _agency_suspended, _made_a_trainer, _with_another_agency)


@pytest.mark.parametrize("event", SIGNED_OUT, ids=lambda one: one.__name__.strip("_"))
def test_an_open_session_ends_for_every_address_and_changes_nothing_more(
    event: Callable[[World], None], app, here
):
    asker = Asker(app, here.users[WHO])
    assert asker.ask("GET", "/trainees").status_code == 200

    event(here)

    before, wrong = tables(), []
    for rule, methods, action, kind in routes():
        for method in methods if action != "public" else ():
            response = asker.ask(method, address(rule, kind, here.mine))
            if response.status_code != 303 or "/sign-in" not in response.headers["Location"]:
                wrong.append((method, rule, response.status_code))
    assert wrong == []
    assert tables() == before


def answers(app, user: User, things: dict[str, object]) -> set[tuple[str, str, int]]:
    """What is answered to somebody about the things of an agency that is not theirs, unless it is 404 (403 by role)."""
    asker, found = Asker(app, user), set()
    for rule, methods, action, kind in routes():
        if kind in FOREIGN:
            may = allows(user.role, Action(action)) and has(user, Action(action))
            for method in methods:
                status = asker.ask(method, address(rule, kind, things)).status_code
                if status != (404 if may else 403):
                    found.add((method, rule, status))
    return found


@pytest.mark.parametrize(
    "event", [_made_a_trainer, _with_another_agency], ids=lambda one: one.__name__.strip("_")
)
def test_signed_in_again_nothing_of_the_old_agency_is_left(event: Callable[[World], None], app, here):
    event(here)
    before = tables()

    assert answers(app, here.users[WHO], here.mine) == set()
    assert tables() == before


def test_without_the_look_at_the_agency_the_old_one_would_be_seen(app, here, monkeypatch):
    _with_another_agency(here)
    monkeypatch.setitem(policy.POLICY[Role.PARTNER], Action.REGISTRATION_READ, policy.anything)
    monkeypatch.setattr("training.services.registrations.visible_to", _all_registrations)

    assert answers(app, here.users[WHO], here.mine) != set()


def _all_registrations(user):
    return db.select(registrations.Registration).join(registrations.Registration.training)


def test_a_person_who_moved_or_was_merged_is_gone_with_the_next_request(app, here, make: Make):
    moved, gone, kept = (make.trainee(here.mine["agency"], family_name=f"Moved{n}") for n in range(3))
    asker = Asker(app, here.users[WHO])

    trainees.transfer(moved, by=here.users["admin"], agency=here.theirs["agency"])
    merges.merge(kept, gone, by=here.users["admin"], values=[])

    for one, status in ((moved, 404), (gone, 404), (kept, 200)):
        assert asker.ask("GET", f"/trainees/{one.public_id}").status_code == status
        assert asker.ask("GET", f"/trainees/{one.public_id}/edit").status_code == status
    for path in ("/trainees", "/trainees?as=csv", "/trainees?text=Moved"):
        text = asker.ask("GET", path).text
        assert "Moved2" in text and "Moved0" not in text and "Moved1" not in text
    page = f"/registrations/for/{here.mine['training'].public_id}/new"
    before = tables()
    for one in (moved, gone):
        response = asker.client.post(page, data={"person": str(one.public_id)}, headers=asker.headers)
        assert response.status_code in (404, 422)
    assert tables() == before


def test_a_cancelled_training_stops_the_link_and_takes_no_more_people(app, client, here, make: Make):
    registration = make.registration(
        here.trainings[0], make.trainee(here.mine["agency"], email="p@example.org")
    )
    token = links.token(registration.public_id, registration.trainee.public_id, secret_key=SECRET)
    assert client.get(f"/my/{token}").status_code == 200

    cancellations.cancel(here.trainings[0], by=here.users["admin"], reason="floods")

    assert client.get(f"/my/{token}").status_code == 410
    assert client.post(f"/my/{token}/confirm", csrf=False).status_code == 410
    assert client.get(f"/my/{token}/confirmation.pdf").status_code == 410
    asker = Asker(app, here.users[WHO])
    stranger = make.trainee(here.mine["agency"])
    before = tables()
    page = f"/registrations/for/{here.trainings[0].public_id}/new"
    response = asker.client.post(page, data={"person": str(stranger.public_id)}, headers=asker.headers)
    assert response.status_code in (404, 409, 422)
    assert tables() == before


def test_a_link_stops_when_the_person_was_merged_away_or_made_anonymous(client, here, make: Make):
    kept, gone = make.trainee(here.mine["agency"]), make.trainee(here.mine["agency"])
    registration = make.registration(make.training(), gone)
    token = links.token(registration.public_id, gone.public_id, secret_key=SECRET)
    assert client.get(f"/my/{token}").status_code == 200

    merges.merge(kept, gone, by=here.users["admin"], values=[])

    assert client.get(f"/my/{token}").status_code == 410


@pytest.mark.parametrize("event", SIGNED_OUT, ids=lambda one: one.__name__.strip("_"))
def test_mail_that_waits_goes_to_nobody_who_may_not_read_it_any_more(event: Callable[[World], None], here):
    user = here.users[WHO]
    registrations.withdraw(here.mine["registration"], by=here.users["admin"], reason="ill")
    waiting = [
        one for one in db.session.scalars(db.select(OutgoingMail).where(OutgoingMail.to_email == user.email))
        if one.training_id is not None
    ]  # fmt: skip
    assert waiting and all(mail.reason_to_drop(one) == "" for one in waiting)

    event(here)
    db.session.expire_all()

    assert all(mail.reason_to_drop(one) for one in waiting)


def test_a_session_of_the_old_role_is_worth_nothing_in_the_new_one(app, here):
    coordinator = here.users["coordinator"]
    asker = Asker(app, coordinator)
    assert asker.ask("GET", f"/seats/of/{here.trainings[0].public_id}").status_code in (200, 404)

    people.change(coordinator, by=here.users["admin"], name="x", role=Role.MANAGER, language="en")

    assert asker.ask("GET", "/trainees").status_code == 303
    again = Asker(app, coordinator)
    assert again.ask("GET", f"/trainees/{here.mine['trainee'].public_id}").status_code == 200
    assert again.ask("POST", f"/trainees/{here.mine['trainee'].public_id}/edit").status_code == 403


def test_files_are_made_anew_for_who_asks_and_never_fetched_by_another(app, here):
    theirs = [f"/imports/{here.theirs['batch'].public_id}", f"/imports/{here.theirs['batch'].public_id}/rows"]
    asker = Asker(app, here.users[WHO])
    for path in theirs:
        assert asker.ask("GET", path).status_code == 404
    mine = f"/imports/{here.mine['batch'].public_id}"
    assert asker.ask("GET", mine).status_code == 200

    atomic(setattr)(here.users[WHO], "agency_id", here.theirs["agency"].id)
    db.session.expire_all()

    assert asker.ask("GET", mine).status_code == 404
    assert asker.ask("GET", theirs[0]).status_code == 200
