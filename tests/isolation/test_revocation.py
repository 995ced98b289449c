"""Who loses a right loses it with the next request: accounts, agencies, moves, cancelled trainings, links, queued mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import SECRET
from tests.isolation.asking import Asker, address, routes, tables
from tests.isolation.crawler import readable
from tests.isolation.test_matrix import FOREIGN
from tests.isolation.world import TOKEN, World, token_of, world
from tests.make import Make
from training import clock, policy
from training.db import atomic, db
from training.models import ImportBatch, OutgoingMail, Role, Training, User
from training.policy import Action, allows, has
from training.services.accounts import colleagues, users
from training.services.directory import agencies
from training.services.imports import staging
from training.services.letters import outbox
from training.services.merging import merges
from training.services.programmes import themes
from training.services.registrations import kept_seats, submissions
from training.services.trainees import records
from training.services.trainings import moves
from training.texts import links

WHO = "colleague of A"


@pytest.fixture
def here(make: Make) -> World:
    return world(make)


def _deactivated(here: World) -> None:
    users.deactivate(here.users[WHO], by=here.users["admin"])


def _put_out_by_the_lead(here: World) -> None:
    colleagues.deactivate(here.users[WHO], by=here.users["lead of A"])


def _agency_suspended(here: World) -> None:
    agencies.suspend(here.mine["agency"], by=here.users["admin"], reason="asked for")


def _changed(here: World, role: Role, **wanted: object) -> None:
    user = here.users[WHO]
    details = users.Details(name=user.name, role=role, language="en", **wanted)
    users.change(user, by=here.users["admin"], details=details)


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
    monkeypatch.setattr("training.services.registrations.visible.visible_to", _all_registrations)

    assert answers(app, here.users[WHO], here.mine) != set()


def _all_registrations(user):
    return db.select(submissions.Registration).join(submissions.Registration.training)


def test_a_person_who_moved_or_was_merged_is_gone_with_the_next_request(app, here, make: Make):
    moved, gone, kept = (make.trainee(here.mine["agency"], family_name=f"Moved{n}") for n in range(3))
    asker = Asker(app, here.users[WHO])

    records.transfer(moved, by=here.users["admin"], agency=here.theirs["agency"])
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

    moves.change_state(here.trainings[0], name="cancel", by=here.users["admin"], reason="floods")

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


def test_a_link_stops_when_the_person_was_merged_away(client, here, make: Make):
    kept, gone = make.trainee(here.mine["agency"]), make.trainee(here.mine["agency"])
    registration = make.registration(make.training(), gone)
    token = links.token(registration.public_id, gone.public_id, secret_key=SECRET)
    assert client.get(f"/my/{token}").status_code == 200

    merges.merge(kept, gone, by=here.users["admin"], values=[])

    assert client.get(f"/my/{token}").status_code == 410


@pytest.mark.parametrize("event", SIGNED_OUT, ids=lambda one: one.__name__.strip("_"))
def test_mail_that_waits_goes_to_nobody_who_may_not_read_it_any_more(event: Callable[[World], None], here):
    user = here.users[WHO]
    submissions.withdraw(here.mine["registration"], by=here.users["admin"], reason="ill")
    waiting = [
        one for one in db.session.scalars(db.select(OutgoingMail).where(OutgoingMail.to_email == user.email))
        if one.training_id is not None
    ]  # fmt: skip
    assert waiting and all(outbox.reason_to_drop(one) == "" for one in waiting)

    event(here)
    db.session.expire_all()

    assert all(outbox.reason_to_drop(one) for one in waiting)


def test_a_session_of_the_old_role_is_worth_nothing_in_the_new_one(app, here):
    coordinator = here.users["coordinator"]
    asker = Asker(app, coordinator)
    assert asker.ask("GET", f"/trainings/{here.trainings[0].public_id}/seats").status_code == 200

    details = users.Details(name="x", role=Role.MANAGER, language="en")
    users.change(coordinator, by=here.users["admin"], details=details)

    assert asker.ask("GET", "/trainees").status_code == 303
    again = Asker(app, coordinator)
    assert again.ask("GET", f"/trainees/{here.mine['trainee'].public_id}").status_code == 200
    assert again.ask("POST", f"/trainees/{here.mine['trainee'].public_id}/edit").status_code == 403
    assert again.ask("GET", f"/trainings/{here.trainings[0].public_id}/seats").status_code == 403


def files_of_agency(here: World) -> list[str]:
    """The files that a focal point of A may fetch."""
    confirmed = here.mine["confirmed"].public_id
    return [f"/registrations/{confirmed}/confirmation.pdf", f"/imports/{here.mine['batch'].public_id}",
            "/trainees?as=csv", "/trainees?as=xlsx", "/registrations?as=csv", "/registrations?as=xlsx"]  # fmt: skip


def files_of_staff(here: World) -> list[str]:
    """The files that bear the names of a training's participants."""
    session, training = here.mine["session"].public_id, here.trainings[0].public_id
    reports = [f"/reports/attendance.{ending}?ends_from=" for ending in ("csv", "xlsx", "pdf", "json")]
    return [f"/sessions/{session}/sign-in-sheet.pdf", f"/sessions/of/{training}/sign-in-sheet.pdf",
            "/trainees?as=csv", "/registrations?as=xlsx", "/agencies?as=csv", *reports]  # fmt: skip


def fetched(app, user: User, paths: list[str]) -> dict[str, Any]:
    """What somebody who signs in now is given."""
    asker = Asker(app, user)
    return {path: asker.ask("GET", path) for path in paths}


@pytest.mark.parametrize("event", SIGNED_OUT, ids=lambda one: one.__name__.strip("_"))
def test_files_end_with_the_next_request_and_do_not_come_back(event: Callable[[World], None], app, here):
    """An open session fetches nothing more; who may sign in again gets nothing of the old agency."""
    user, paths = here.users[WHO], files_of_agency(here)
    asker, own = Asker(app, user), here.mine["confirmed"].trainee.family_name
    given = {path: asker.ask("GET", path) for path in paths}
    assert {path: one.status_code for path, one in given.items()} == dict.fromkeys(paths, 200)
    assert all(own in readable(given[path]) for path in (paths[0], *paths[2:]))

    event(here)

    assert {asker.ask("GET", path).status_code for path in paths} == {303}
    for path, one in fetched(app, user, paths).items():
        assert one.status_code in (303, 403, 404) or "?as=" in path, path
        assert "plain" not in readable(one).replace(user.name, "").replace(user.email, ""), path


def test_the_files_of_staff_end_with_the_role_and_with_the_theme(app, here):
    user, admin, paths = here.users["coordinator"], here.users["admin"], files_of_staff(here)
    assert {one.status_code for one in fetched(app, user, paths).values()} == {200}
    asker = Asker(app, user)

    asy = [themes.by_code("ASY")]
    details = users.Details(name="x", role=Role.COORDINATOR, language="en", themes=asy)
    users.change(user, by=admin, details=details)
    given = fetched(app, user, paths)
    assert {asker.ask("GET", path).status_code for path in paths} == {303}
    assert [given[path].status_code for path in paths[:2]] == [404, 404]
    for path in ("/registrations?as=xlsx", *paths[5:]):
        assert TOKEN not in readable(given[path]) and "plain" not in readable(given[path]), path

    users.change(user, by=admin, details=users.Details(name="x", role=Role.TRAINER, language="en"))
    given = fetched(app, user, paths)
    assert [one.status_code for one in given.values()] == [404, *[403] * (len(paths) - 1)]


def test_of_a_person_who_moved_the_papers_say_what_they_said_that_day(app, here, make: Make):
    one, admin = here.mine["confirmed"], here.users["admin"]
    known = one.trainee.family_name
    records.transfer(one.trainee, by=admin, agency=here.theirs["agency"])
    person = make.person(one.trainee, family_name="Newname", email="secret@example.org", language="fr")
    records.change(one.trainee, by=here.users["lead of B"], person=person)

    old = {path: readable(one) for path, one in fetched(app, here.users[WHO], files_of_agency(here)).items()}
    for path, text in old.items():
        assert "Newname" not in text and "secret@" not in text, path
        assert (known in text) == (path.startswith("/registrations")), path
    link = Asker(app, None).ask("GET", f"/my/{token_of(one)}")
    assert link.status_code in (200, 410)
    assert "Newname" not in link.text and "secret@" not in link.text, "the old agency may have the link"


def test_the_link_of_somebody_made_anonymous_stops(app, here):
    one, asker = here.mine["confirmed"], Asker(app, None)
    pages = [f"/my/{token_of(one)}", f"/my/{token_of(one)}/decline", f"/my/{token_of(one)}/confirmation.pdf"]
    assert [asker.ask("GET", path).status_code for path in pages] == [200, 200, 200]

    atomic(setattr)(one.trainee, "anonymised_at", clock.now())
    db.session.expire_all()

    before = tables()
    assert [asker.ask("GET", path).status_code for path in pages] == [410, 410, 410]
    assert asker.ask("POST", f"{pages[0]}/confirm").status_code == 410
    assert asker.ask("POST", pages[1], data={"text": "x"}).status_code == 410
    assert tables() == before


@dataclass
class Shared:
    """A training that was open to A, and all that A has of it."""

    training: Training
    batch: ImportBatch

    def pages(self) -> list[str]:
        number = self.training.public_id
        return [f"/trainings/{number}", f"/trainings/{number}/seats/ask", f"/registrations/for/{number}/new",
                f"/imports/for/{number}/new", f"/imports/{self.batch.public_id}",
                f"/imports/{self.batch.public_id}/columns"]  # fmt: skip


@pytest.fixture
def shared(here, make: Make) -> Shared:
    training = make.training(capacity=3, title="Lookhere")
    batch = staging.stage_pasted(
        training,
        by=here.users[WHO],
        agency=here.mine["agency"],
        text="Family name,Given names\nNewcomer,Ann\n",
    )
    return Shared(training, batch)


def test_a_training_whose_seats_are_all_kept_for_others_is_gone_with_the_next_request(app, here, shared):
    """Its pages, its forms, what was staged for it, and its line in lists and files."""
    asker = Asker(app, here.users[WHO])
    lists = [
        "/",
        "/trainings",
        "/trainings?as=csv",
        "/trainings?as=xlsx",
        "/trainings?text=look",
        "/calendar",
    ]
    assert {asker.ask("GET", path).status_code for path in shared.pages()} == {200}
    assert all("Lookhere" in readable(asker.ask("GET", path)) for path in lists[:4])

    kept_seats.keep(shared.training, by=here.users["admin"], seats=3, agency=here.theirs["agency"])

    before = tables()
    assert {path: asker.ask("GET", path).status_code for path in shared.pages()} == dict.fromkeys(
        shared.pages(), 404
    )
    for path in (*shared.pages()[1:4], shared.pages()[5], *(f"{shared.pages()[4]}/{verb}" for verb in ("confirm", "discard", "undo", "rows/2"))):  # fmt: skip
        data = {"person": str(here.mine["trainee"].public_id), "what": "more", "seats": "1", "sentence": "x"}
        assert asker.ask("POST", path, data=data).status_code == 404, path
    assert [path for path in lists if "Lookhere" in readable(asker.ask("GET", path))] == []
    assert tables() == before


def test_mail_about_a_training_that_is_offered_no_more_is_not_sent(here, make: Make):
    planned = make.training(capacity=3, is_open=False)
    make.session(planned)
    moves.change_state(planned, by=here.users["admin"], name="open")
    letter = db.session.scalars(
        db.select(OutgoingMail).where(
            OutgoingMail.user_id == here.users[WHO].id, OutgoingMail.training_id == planned.id
        )
    ).one()
    assert outbox.reason_to_drop(letter) == ""

    make.kept(planned, by=here.users["admin"], seats=3, agency=here.theirs["agency"])
    db.session.expire_all()

    assert outbox.reason_to_drop(letter) != ""


def test_what_stays_in_reach_would_be_seen(app, here, shared, monkeypatch):
    monkeypatch.setattr("training.services.visible_trainings.visible_to", lambda user: db.select(Training))
    monkeypatch.setattr("training.services.registrations.visible.visible_to", _all_registrations)
    monkeypatch.setitem(policy.POLICY[Role.PARTNER], Action.REGISTRATION_READ, policy.anything)

    with pytest.raises(AssertionError):
        test_a_training_whose_seats_are_all_kept_for_others_is_gone_with_the_next_request(app, here, shared)
    with pytest.raises(AssertionError):
        test_files_end_with_the_next_request_and_do_not_come_back(_with_another_agency, app, here)
