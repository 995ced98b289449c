"""Signing in and out, mailed links, throttling, sessions that end for good."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from tests.make import Make
from training import clock
from training.models import AuditEntry, OutgoingMail, Role
from training.services.accounts import sign_ins, users

PASSWORD = "lantern-otter-gravel-9"


@pytest.fixture
def user(make: Make):
    return make.user(Role.MANAGER, password=PASSWORD)


def sign_in(client, email, password, path="/sign-in"):
    return client.post(path, data={"email": email, "password": password})


def link_of(user) -> str:
    body = (
        sign_ins.db.session.query(OutgoingMail)
        .filter_by(user_id=user.id)
        .order_by(OutgoingMail.id.desc())
        .first()
        .body
    )
    return re.search(r"(/set-password/\S+)", body)[1]


def test_signing_in_leads_to_where_one_wanted_to_go(client, user):
    response = sign_in(client, user.email.upper(), PASSWORD, "/sign-in?next=/trainings?sort=title")

    assert (response.status_code, response.headers["Location"]) == (303, "/trainings?sort=title")
    assert client.get("/trainings").status_code == 200


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "///evil", "/%09/evil", "javascript:alert(1)", "\\\\evil"]
)  # fmt: skip
def test_the_way_back_never_leaves_the_site(client, user, target):
    response = sign_in(client, user.email, PASSWORD, f"/sign-in?next={target}")

    location = response.headers["Location"]
    assert location.startswith("/") and not location.startswith(("//", "/\\")), location


def test_wrong_and_unknown_get_the_same_sentence(client, user):
    wrong = sign_in(client, user.email, "not the password")
    unknown = sign_in(client, "nobody@example.org", "not the password")

    for response in (wrong, unknown):
        assert response.status_code == 422
        assert "The address or the password is not right." in response.text


def test_many_wrong_tries_are_throttled_even_with_the_right_password_then(client, user):
    for _ in range(sign_ins.MOST_TRIES_PER_ACCOUNT):
        sign_in(client, user.email, "wrong")

    response = sign_in(client, user.email, PASSWORD)

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "300"
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert sign_in(client, user.email, PASSWORD).status_code == 303


def test_signing_out_ends_the_session_on_the_server(client, user):
    sign_in(client, user.email, PASSWORD)
    with client.session_transaction() as cookie:
        stolen = dict(cookie)
    client.post("/sign-out")

    with client.session_transaction() as cookie:
        cookie.update(stolen)

    assert client.get("/account").status_code == 303


def test_deactivation_and_a_new_password_end_every_session(client, user, make: Make, app):
    client.sign_in(user)
    users.deactivate(user, by=make.user())

    assert client.get("/account").status_code == 303
    assert sign_in(client, user.email, PASSWORD).status_code == 422


def test_changing_the_password_keeps_this_session_and_ends_the_others(client, user, app):
    other = app.test_client().sign_in(user)
    client.sign_in(user)

    response = client.post("/account/password", data={"current": PASSWORD, "new": "marble-heron-window-4"})

    assert response.status_code == 303
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 303


def test_sessions_end_after_their_hours(client, user):
    client.sign_in(user)

    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert client.get("/account").status_code == 303


def test_an_invitation_sets_a_password_once(client, make: Make):
    admin = make.user()
    client.sign_in(admin)
    client.post(
        "/users/new", data={"email": "new@example.org", "name": "New", "role": "manager", "language": "fr"}
    )
    invited = sign_ins.find_by_email("new@example.org")
    path = link_of(invited)
    client.post("/sign-out")

    assert client.get(path).status_code == 200
    assert client.post(path, data={"password": "short"}).status_code == 422
    assert client.post(path, data={"password": PASSWORD}).status_code == 303
    assert client.get(path).status_code == 404
    assert sign_in(client, "new@example.org", PASSWORD).status_code == 303


def test_a_reset_link_goes_to_the_stored_address_only_and_the_answer_tells_nothing(client, user):
    known = client.post("/forgotten", data={"email": user.email})
    unknown = client.post("/forgotten", data={"email": "nobody@example.org"})

    queued = sign_ins.db.session.query(OutgoingMail).all()
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert [mail.to_email for mail in queued] == [user.email]
    assert "http://127.0.0.1:8000/set-password/" in queued[0].body


def test_a_tampered_or_expired_link_is_not_found(client, user):
    client.post("/forgotten", data={"email": user.email})
    path = link_of(user)

    assert client.get(path[:-2] + "xx").status_code == 404
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "password", ["short", "passwordpassword", "aaaaaaaaaaaaaaaa", "User12345678", "x" * 129]
)
def test_easy_passwords_are_refused(client, make: Make, password):
    user = make.user(Role.MANAGER, password=PASSWORD)
    client.sign_in(user)

    response = client.post("/account/password", data={"current": PASSWORD, "new": password})

    assert response.status_code == 422


def test_another_host_is_refused_and_a_form_without_its_token_too(client, user):
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400
    assert (
        client.post("/sign-in", data={"email": user.email, "password": PASSWORD}, csrf=False).status_code
        == 400
    )


def test_signing_in_and_refusals_are_in_the_audit_log(client, user):
    sign_in(client, user.email, "wrong")
    sign_in(client, user.email, PASSWORD)
    client.get("/users")

    found = [
        (e.action, e.outcome.value) for e in sign_ins.db.session.query(AuditEntry).filter_by(user_id=user.id)
    ]
    assert ("user.sign_in", "refused") in found
    assert ("user.sign_in", "done") in found
    assert ("user:list", "refused") in found


def test_a_coordinator_needs_themes_and_a_partner_an_agency(client, make: Make):
    client.sign_in(make.user())
    data = {"email": "c@example.org", "name": "C", "language": "en"}

    coordinator = client.post("/users/new", data={**data, "role": "coordinator"})
    partner = client.post("/users/new", data={**data, "role": "partner"})

    assert "Pick the coordinator&#39;s themes, or all of them." in coordinator.text
    assert "A partner needs an agency." in partner.text
    assert 'value="c@example.org"' in partner.text
