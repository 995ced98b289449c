"""The outbox's page: every state visible, a coordinator's own trainings alone, letters seen before they are sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.make import Make
from training import clock
from training.db import atomic
from training.forms import labels
from training.models import MailState, OutgoingMail, Role
from training.services.letters import outbox
from training.texts import letters


@pytest.fixture
def rows(make: Make):
    """A message in every state about a training of BMV, and one about an account."""
    training = make.training()
    user = make.user(Role.PARTNER)
    make.registration(training, make.trainee(user.agency, email="x@example.org"))

    @atomic
    def store() -> list[OutgoingMail]:
        found = []
        for state in MailState:
            row = outbox.enqueue(user, kind="test", subject=f"In state {state.value}", body="…")
            row.state, row.training_id, row.agency_id = state, training.id, user.agency_id
            found.append(row)
        outbox.enqueue(user, kind="user.reset", subject="Choose a new password", body="secret link")
        return found

    return {"training": training, "messages": {row.state: row for row in store()}}


def test_every_state_is_shown_and_filtered_by(rows, client, make: Make):
    client.sign_in(make.user())

    page = client.get("/mail").text

    for state in MailState:
        assert f"In state {state.value}" in page
        narrowed = client.get(f"/mail?state={state.value}").text
        assert f"In state {state.value}" in narrowed
    assert "In state sent" not in client.get("/mail?state=failed").text
    code = rows["training"].code
    assert "Choose a new password" not in client.get(f"/mail?training={code.lower()}").text
    assert "In state sent" in client.get(f"/mail?training={code}").text
    assert "secret link" not in page


def test_a_coordinator_sees_and_sends_again_those_of_the_own_trainings_alone(rows, client, make: Make):
    failed = rows["messages"][MailState.FAILED]
    again = f"/mail/{failed.public_id}/again"
    inside, outside = (make.user(Role.COORDINATOR, themes=[make.theme(code)]) for code in ("BMV", "LMI"))

    client.sign_in(outside)
    assert "In state" not in client.get("/mail").text
    assert client.post(again).status_code == 404
    assert failed.state is MailState.FAILED
    client.sign_in(inside)
    page = client.get("/mail").text
    assert "In state failed" in page and "Choose a new password" not in page
    assert client.post(again).status_code == 303
    assert failed.state is MailState.QUEUED


@pytest.mark.parametrize("state", [MailState.SENT, MailState.DROPPED, MailState.NO_ADDRESS, MailState.QUEUED])
def test_only_what_failed_is_sent_again(state, rows, client, make: Make):
    message = rows["messages"][state]

    assert client.sign_in(make.user()).post(f"/mail/{message.public_id}/again").status_code == 409
    assert message.state is state


def test_partners_and_managers_have_no_outbox(client, make: Make):
    for role in (Role.PARTNER, Role.MANAGER, Role.TRAINER):
        client.sign_in(make.user(role))
        assert client.get("/mail").status_code == 403
        assert client.get("/mail/preview/confirmed").status_code == 403


@pytest.mark.parametrize("kind", letters.KINDS)
def test_every_letter_can_be_seen_before_it_is_sent(kind, client, make: Make):
    training = make.training(title="Reading <b>stamps</b>")
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("BMV")]))

    page = client.get(f"/mail/preview/{kind}?training={training.code}&language=ru")

    assert page.status_code == 200
    assert "Reading &lt;b&gt;stamps&lt;/b&gt;" in page.text and "<b>stamps" not in page.text
    assert "С уважением" in page.text


def test_every_kind_has_its_word():
    assert set(labels.LETTER) == set(letters.KINDS)


def test_a_preview_is_of_known_kinds_and_trainings_in_scope(client, make: Make):
    training = make.training()
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("LMI")]))

    assert client.get(f"/mail/preview/confirmed?training={training.code}").status_code == 404
    assert client.get("/mail/preview/confirmed?training=NOPE").status_code == 404
    assert client.get("/mail/preview/..%2Fsecret").status_code == 404
    assert client.get("/mail/preview/frame").status_code == 404
    assert client.get("/mail/preview/confirmed?language=xx").status_code == 422


def test_a_preview_shows_the_next_training_in_scope_unless_another_is_asked_for(client, make: Make):
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("BMV")]))
    nothing = client.get("/mail/preview/confirmed").text
    own = make.training(title="Reading stamps", code="OWN")
    foreign = make.training(programme_theme="LMI", title="Foreign", code="FAR")

    page = client.get("/mail/preview/confirmed").text

    assert foreign.starts_on == own.starts_on and "Which training?" in nothing
    assert "Reading stamps" in page and 'value="OWN"' in page and 'value="FAR"' not in page


def test_the_preview_finds_the_next_training_in_scope_behind_many_others(client, make: Make):
    borders = make.programme()
    for _ in range(101):
        make.training(programme=borders, is_open=False)
    mine = make.training(programme_theme="THB", is_open=False, starts_on=clock.today() + timedelta(days=60))
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("THB")]))

    assert mine.code in client.get("/mail/preview/confirmed").text
