"""Partners see their own and nothing else: foreign and missing answer alike, in pages, actions and files."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta

import pytest

from tests.make import Make
from training import clock
from training.models import Admission, Role
from training.services import visible_trainings
from training.services.registrations import visible
from training.services.schedule import visible as schedule_visible
from training.services.trainings import moves

CANARY = "Zanzibarsky"


@pytest.fixture
def world(make: Make):
    """Two agencies in one training; everything of the second bears the canary."""
    mine, theirs = make.agency(), make.agency(name=f"{CANARY} Service")
    training = make.training(capacity=5)
    own = make.registration(training, make.trainee(mine, family_name="Ownperson"))
    foreign = make.registration(
        training, make.trainee(theirs, family_name=CANARY, email="canary@example.org")
    )
    return {"training": training, "own": own, "foreign": foreign, "mine": mine, "theirs": theirs,
            "user": make.user(Role.PARTNER, agency=mine)}  # fmt: skip


def test_everything_reachable_shows_only_the_partners_own_people(world, client):
    client.sign_in(world["user"])
    training = world["training"].public_id
    pages = ["/", "/trainings", "/registrations", "/trainees", "/calendar", f"/trainings/{training}",
             f"/registrations/for/{training}/new", f"/imports/for/{training}/new", f"/agencies/{world['mine'].public_id}",
             f"/registrations/{world['own'].public_id}", f"/trainees/{world['own'].trainee.public_id}",
             f"/trainees?text={CANARY}", "/registrations?sort=agency"]  # fmt: skip

    shown = {path: client.get(path) for path in pages}

    assert {path: page.status_code for path, page in shown.items()} == dict.fromkeys(pages, 200)
    assert [
        path for path, page in shown.items() if CANARY in page.text and f"text={CANARY}" not in path
    ] == []
    searched = shown[f"/trainees?text={CANARY}"].text
    for echo in (f'value="{CANARY}"', f"text={CANARY}", f"matches “{CANARY}”"):  # what the reader asked for
        searched = searched.replace(echo, "")
    assert CANARY not in searched
    assert "Ownperson" in shown["/trainees"].text


def test_foreign_and_missing_objects_answer_the_same_404(world, client):
    client.sign_in(world["user"])
    foreign = {
        "/registrations/{}": world["foreign"].public_id,
        "/trainees/{}": world["foreign"].trainee.public_id,
        "/trainees/{}/edit": world["foreign"].trainee.public_id,
        "/agencies/{}": world["theirs"].public_id,
    }

    for path, public_id in foreign.items():
        theirs, nothing = client.get(path.format(public_id)), client.get(path.format(uuid.uuid4()))
        assert (theirs.status_code, nothing.status_code) == (404, 404), path
        assert _without_token(theirs.text) == _without_token(nothing.text), path


def _without_token(page: str) -> str:
    import re  # noqa: PLC0415 -- only this helper needs it

    return re.sub(r'(csrf[-_]token" (content|value)=")[^"]*', r"\1", page)


def test_actions_on_foreign_registrations_change_nothing(world, client):
    client.sign_in(world["user"])
    base = f"/registrations/{world['foreign'].public_id}"

    answers = [
        client.post(f"{base}/{action}", data={"reason": "x"}).status_code
        for action in ("withdraw", "replace", "resubmit")
    ]

    assert answers == [404, 404, 404]
    assert world["foreign"].state.value == "confirmed"


def test_a_partner_has_no_decisions_registers_reports_or_settings(world, client):
    client.sign_in(world["user"])
    session = schedule_visible.of(world["training"])[0].public_id
    training = world["training"].public_id

    gets = [f"/sessions/{session}/register", "/reports/attendance", "/reports/attendance.csv", "/users", "/audit", "/mail",
            "/organisation", "/programmes", "/agencies", "/trainers", f"/trainings/{training}/edit",
            f"/sessions/of/{training}/sign-in-sheet.pdf"]  # fmt: skip
    posts = [f"/registrations/{world['own'].public_id}/confirm", f"/trainings/{training}/cancel"]

    assert {client.get(path).status_code for path in gets} == {403}
    assert {client.post(path, data={"reason": "x"}).status_code for path in posts} == {403}


def test_ticking_a_foreign_person_is_refused(world, client, make: Make):
    client.sign_in(world["user"])
    other = make.training()

    response = client.post(
        f"/registrations/for/{other.public_id}/new", data={"person": str(world["foreign"].trainee.public_id)}
    )

    assert response.status_code in (404, 422)
    assert visible.live_of(other, world["foreign"].trainee) is None


def test_an_agency_in_a_posted_form_is_bound_to_the_partners_own(world, client):
    client.sign_in(world["user"])

    response = client.post(
        "/trainees/new",
        data={
            "family_name": "X",
            "given_names": "Y",
            "country": "AT",
            "sex": "f",
            "agency": world["theirs"].code,
        },
    )

    assert response.status_code == 422
    assert "Pick one of the list." in response.text


def test_of_the_pool_a_partner_reads_open_few_or_full_only(world, client, make: Make):
    client.sign_in(world["user"])

    before = client.get(f"/trainings/{world['training'].public_id}").text
    for _ in range(3):
        make.registration(world["training"])
    after = client.get(f"/trainings/{world['training'].public_id}").text

    assert "Seats are free." in before or "Few seats are left." in before
    assert "No seat is free; the reserve list is open." in after
    assert "/ 5" not in before + after


def test_drafts_and_trainings_kept_wholly_for_others_are_not_offered(client, make: Make):
    agency = make.agency()
    draft = make.training(is_open=False)
    kept = make.training(capacity=2, admission=Admission.APPROVAL)
    make.kept(kept, by=None, seats=2, agency=make.agency())
    client.sign_in(make.user(Role.PARTNER, agency=agency))

    assert [client.get(f"/trainings/{t.public_id}").status_code for t in (draft, kept)] == [404, 404]


def test_a_coordinator_outside_the_scope_gets_404_for_people_and_actions(world, client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("LMI")]))
    training = world["training"].public_id

    assert client.get(f"/trainings/{training}").status_code == 200
    assert "Ownperson" not in client.get(f"/trainings/{training}").text
    for path in (f"/registrations/{world['own'].public_id}", f"/trainings/{training}/edit",
                 f"/sessions/{schedule_visible.of(world['training'])[0].public_id}/register",
                 f"/sessions/of/{training}/sign-in-sheet.pdf"):  # fmt: skip
        assert client.get(path).status_code == 404, path


def test_a_trainer_opens_only_the_sessions_that_they_give(client, make: Make):
    user = make.user(Role.TRAINER)
    trainer = make.trainer(user=user)
    mine = make.session(make.training(), trainers=[trainer])
    other = make.session(make.training())
    draft = make.session(make.training(is_open=False), trainers=[trainer])
    client.sign_in(user)

    assert client.get(f"/sessions/{mine.public_id}/register").status_code == 200
    assert client.get(f"/sessions/{other.public_id}/register").status_code == 404
    assert client.get(f"/sessions/{draft.public_id}/register").status_code == 404, "nobody was told of it"


def test_a_manager_reads_and_changes_nothing(world, client, make: Make):
    client.sign_in(make.user(Role.MANAGER))
    training = world["training"].public_id

    assert client.get(f"/trainings/{training}").status_code == 200
    assert client.get("/reports/attendance.csv?ends_from=").status_code == 200
    for path in (f"/trainings/{training}/cancel", f"/registrations/{world['own'].public_id}/withdraw"):
        assert client.post(path, data={"reason": "x"}).status_code == 403


def test_without_signing_in_everything_leads_to_the_door(app, client):
    open_to_all = {"accounts.sign_in", "accounts.leave", "accounts.language", "accounts.forgotten",
                   "accounts.set_password", "home.health", "my.show", "my.decline", "my.confirmation", "organisation.style",
                   "organisation.logo", "static", "public_pages.show", "styleguide.show"}  # fmt: skip
    adapter = app.url_map.bind("localhost")

    for rule in app.url_map.iter_rules():
        if rule.endpoint in open_to_all or "GET" not in rule.methods:
            continue
        values = {
            name: {
                "public_id": uuid.uuid4(),
                "other_id": uuid.uuid4(),
                "code": "BMV",
                "ending": "csv",
                "kind": "opened",
                "country": "AT",
            }[name]
            for name in rule.arguments
        }
        response = client.get(adapter.build(rule.endpoint, values))
        assert response.status_code == 303, rule.endpoint
        assert "/sign-in" in response.headers["Location"]


def test_a_coordinator_adds_people_at_the_door_all_or_none(client, make: Make):
    today, agency = clock.today(), make.agency()
    closes = datetime.combine(today + timedelta(days=1), time(17))
    training = make.training(capacity=2, starts_on=today, is_open=False, registration_closes_local=closes)
    make.session(training)
    moves.change_state(training, by=None, name="open")
    moves.change_state(training, by=None, name="start")
    people = [str(make.trainee(agency).public_id) for _ in range(3)]
    client.sign_in(make.user(Role.COORDINATOR))
    address = f"/registrations/for/{training.public_id}/new?for={agency.code}"

    too_many = client.post(address, data={"person": people, "door": "1"})
    two = client.post(address, data={"person": people[:2], "door": "1"})

    assert (too_many.status_code, two.status_code) == (422, 303)
    assert too_many.text.count(" checked") == 3
    assert visible_trainings.held_counts([training]) == {training.id: 2}


def test_the_order_of_a_list_tells_nothing_of_who_stands_ahead(client, make: Make):
    mine, alone, among = make.agency(), make.training(capacity=1), make.training(capacity=1)
    for training in (alone, among):
        make.registration(training)
    make.registration(among)
    make.registration(among)
    for training, name in [(alone, "Ana"), (among, "Bea"), (alone, "Cleo")]:
        make.registration(training, make.trainee(mine, family_name=name))
    client.sign_in(make.user(Role.PARTNER, agency=mine))

    lists = {client.get(f"/registrations?as=csv{sort}").text for sort in ("", "&sort=rank", "&sort=-rank")}

    assert len(lists) == 1
    assert "Cleo" in lists.pop()
