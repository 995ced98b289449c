"""Letters that came back on the pages: marked by hand, taken back, shown where the address stands; and the command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.make import Make
from tests.rules.reports_of_servers import CAME_BACK, NO_REPORTS, STILL_TRYING, filled
from training import clock
from training.db import db
from training.models import MailState, OutgoingMail, Role, Trainee
from training.rules import return_paths
from training.services.accounts import sign_ins
from training.services.letters import bounces, outbox

BOUNCES = "bounces@centre.example"


@pytest.fixture
def letter(app, make: Make) -> OutgoingMail:
    """The notice to Anna, which has gone out."""
    focal = make.user(Role.PARTNER)
    make.registration(trainee=make.trainee(focal.agency, family_name="Amber", email="anna@a.example"))
    outbox.send_due(replace(app.config["CONFIG"], bounce_address=BOUNCES), lambda _: None)
    return db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "trainee")).one()


@pytest.fixture
def person(letter) -> Trainee:
    return letter.registration.trainee


def report_on(letter: OutgoingMail, app, text: str = CAME_BACK["postfix"][0]) -> bytes:
    secret_key = app.config["CONFIG"].secret_key
    proof = return_paths.proof(letter.public_id, letter.to_email, secret_key)
    return filled(text, to=return_paths.envelope_sender(BOUNCES, letter.public_id, proof))


def come_back(letter: OutgoingMail, app) -> None:
    bounces.take(report_on(letter, app), secret_key=app.config["CONFIG"].secret_key)


def test_an_administrator_marks_a_letter_by_hand_and_takes_it_back(letter, app, client, make: Make):
    client.sign_in(make.user())
    path = f"/mail/{letter.public_id}"
    assert "Came back…" in client.get("/mail?state=sent").text

    assert f'href="{path}/bounced"' in client.get("/mail?state=sent").text
    refused = client.post(f"{path}/bounced", data={"reason": " "})
    assert refused.status_code == 422 and 'id="reason-error">This is needed.' in refused.text
    assert client.post(f"{path}/bounced", data={"reason": "she left"}).status_code == 303
    page = client.get("/mail?state=bounced").text
    assert "she left" in page and "Did not come back" in page and "Try again" in page

    assert client.post(f"{path}/not-bounced").status_code == 303
    assert letter.state is MailState.SENT
    assert client.post(f"{path}/not-bounced").status_code == 409
    come_back(letter, app)
    late = client.post(f"{path}/bounced", data={"reason": "she left"})
    assert late.status_code == 422 and "Only a letter that was sent can have come back." in late.text


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.PARTNER, Role.MANAGER, Role.TRAINER])
def test_nobody_else_marks_one(role: Role, letter, client, make: Make):
    client.sign_in(make.user(role))

    for step in ("bounced", "not-bounced"):
        assert client.post(f"/mail/{letter.public_id}/{step}", data={"reason": "x"}).status_code == 403
    assert letter.state is MailState.SENT
    assert role is not Role.COORDINATOR or "Came back…" not in client.get("/mail").text


def test_the_mail_page_says_when_and_why_and_whether_for_good(letter, app, client, make: Make):
    come_back(letter, app)

    page = client.sign_in(make.user()).get("/mail?state=bounced").text

    assert "mailbox unknown (5.1.1). For good." in page and "User unknown" in page
    assert "1 came back" in client.get("/").text


def test_the_focal_point_reads_it_at_the_person_and_in_the_list_without_what_the_server_said(
    letter, person, app, client, make: Make
):
    come_back(letter, app)
    sentence = f"This address came back on {clock.today():%-d %b %Y}: mailbox unknown."
    focal = make.user(Role.PARTNER, agency=person.agency)
    other = make.user(Role.PARTNER)
    client.sign_in(focal)

    for path in ("/trainees", f"/trainees/{person.public_id}"):
        page = client.get(path).text
        assert sentence in page and "Correct it." in page
        assert "User unknown" not in page and "Send to" not in page
    client.sign_in(other)
    assert sentence not in client.get("/trainees").text
    assert client.get(f"/trainees/{person.public_id}").status_code == 404


def test_a_coordinator_corrects_the_address_and_is_offered_the_letter(
    letter, person, app, client, make: Make
):
    come_back(letter, app)
    client.sign_in(make.user(Role.COORDINATOR))
    path = f"/trainees/{person.public_id}"
    told = {"family_name": "Amber", "given_names": "Pat", "country": "AT", "sex": "not_recorded"}

    client.save(f"{path}/edit", {**told, "email": "anna.amber@a.example"})
    page = client.get(path).text
    assert "Letters came back from the old address." in page
    assert "This address came back" not in page and "Send to anna.amber@a.example" in page
    again = f"/mail/{letter.public_id}/again?back={path}"
    assert again in page
    response = client.post(again)

    assert (response.status_code, response.location) == (303, path)
    assert letter.state is MailState.QUEUED
    assert "Send to" not in client.get(path).text


def test_a_coordinator_of_another_theme_is_not_offered_it(letter, person, app, client, make: Make):
    come_back(letter, app)
    client.sign_in(make.user(Role.COORDINATOR, themes=[make.theme("LMI")]))

    page = client.get(f"/trainees/{person.public_id}").text

    assert "This address came back" in page and "Send to" not in page


def test_accounts_say_it_to_administrators_to_the_lead_and_on_the_agencys_page(app, client, make: Make):
    lead = make.user(Role.PARTNER, is_lead=True)
    colleague = make.user(Role.PARTNER, agency=lead.agency)
    trainer = make.trainer(user=make.user(Role.TRAINER))
    for user in (colleague, trainer.user):
        outbox.atomic(outbox.enqueue)(user, kind="test", subject="x", body="y")
    outbox.send_due(replace(app.config["CONFIG"], bounce_address=BOUNCES), lambda _: None)
    for one in db.session.scalars(select(OutgoingMail)).all():
        come_back(one, app)
    pages = {
        "/users": make.user(), "/colleagues": lead, f"/agencies/{lead.agency.public_id}": lead,
        f"/trainers/{trainer.public_id}": make.user(Role.COORDINATOR),
    }  # fmt: skip

    for path, user in pages.items():
        page = client.sign_in(user).get(path).text
        assert "This address came back on" in page, path
        assert ("An administrator can correct it." in page) is (user.role is not Role.ADMIN), path


def test_an_administrator_corrects_an_accounts_address_and_sends_the_letter_again(app, client, make: Make):
    user, taken = make.user(Role.MANAGER), make.user()
    letter = outbox.atomic(outbox.enqueue)(user, kind="test", subject="x", body="y")
    outbox.atomic(setattr)(letter, "training_id", make.training().id)
    outbox.atomic(setattr)(letter, "state", MailState.FAILED)
    token = sign_ins.start_session(user, hours=1)
    client.sign_in(make.user())
    path = f"/users/{user.public_id}/edit"
    typed = {"name": user.name, "role": "manager", "language": "en"}

    assert f'value="{user.email}"' in client.get(path).text
    for wrong, why in (
        (taken.email.upper(), "an account with this address already"),
        ("x", "needs a name, an @"),
    ):
        refused = client.save(path, {**typed, "email": wrong})
        assert refused.status_code == 422 and why in refused.text
    db.session.expire_all()
    assert sign_ins.user_of_session(token) is user
    assert client.save(path, {**typed, "email": "Right@xn--bcher-kva.example"}).status_code == 303

    assert (user.email, user.email_key) == ("Right@bücher.example", "right@bücher.example")
    assert sign_ins.user_of_session(token) is None
    assert client.post(f"/mail/{letter.public_id}/again").status_code == 303
    readers: list[str] = []
    outbox.atomic(setattr)(user, "role", Role.ADMIN)  # the letter's reader must still be allowed to have it
    outbox.send_due(app.config["CONFIG"], lambda email: readers.append(email["To"]))
    assert "Right@xn--bcher-kva.example" in " ".join(readers)


def test_a_confidential_agencys_addresses_stay_hidden(app, client, make: Make):
    agency = make.agency(confidential=True)
    focal = make.user(Role.PARTNER, agency=agency)
    outbox.atomic(outbox.enqueue)(focal, kind="test", subject="x", body="y")
    outbox.send_due(replace(app.config["CONFIG"], bounce_address=BOUNCES), lambda _: None)
    come_back(db.session.scalars(select(OutgoingMail)).one(), app)

    assert (
        "came back" not in client.sign_in(make.user(Role.MANAGER)).get(f"/agencies/{agency.public_id}").text
    )


def run(app, content: bytes, *more: str):
    return app.test_cli_runner().invoke(args=["mail", "bounced", "-", *more], input=content)


def test_the_command_marks_what_a_pipe_or_a_file_holds(letter, app, tmp_path: Path):
    path = tmp_path / "report"
    path.write_bytes(report_on(letter, app))

    done = app.test_cli_runner().invoke(args=["mail", "bounced", str(path)])
    assert (done.exit_code, done.output) == (0, "The letter is marked as come back.\n")
    done = run(app, report_on(letter, app))
    assert (done.exit_code, done.output) == (0, "The letter was marked as come back before.\n")
    db.session.expire_all()
    assert letter.state is MailState.BOUNCED


def test_the_command_refuses_with_a_sentence_that_names_nobody(letter, app):
    forged = filled(CAME_BACK["postfix"][0], to=BOUNCES)
    late = run(app, report_on(letter, app, STILL_TRYING["postfix"]))
    found = [run(app, content) for content in (forged, filled(NO_REPORTS["holiday notice"]), b"")]

    assert (late.exit_code, [one.exit_code for one in found]) == (0, [1, 1, 1])
    assert found[0].stderr.strip() == str(bounces.NOT_OURS)
    assert not any("anna@" in one.output for one in (late, *found))
    piped = run(app, forged, "--pipe")
    assert (piped.exit_code, piped.stderr.strip()) == (0, str(bounces.NOT_OURS))
    assert letter.state is MailState.SENT


def test_the_command_takes_the_recipient_from_the_mail_server(letter, app):
    whole = report_on(letter, app).decode()
    to = whole.partition("To: ")[2].partition("\n")[0]

    assert run(app, whole.replace(to, BOUNCES).encode(), "--recipient", to).exit_code == 0


def test_a_busy_database_makes_the_mail_server_try_again(letter, app, monkeypatch):
    def busy(*_args, **_more):
        raise OperationalError("select", {}, Exception("locked"))

    monkeypatch.setattr(bounces, "take", busy)

    assert run(app, b"x").exit_code == 75
    assert app.test_cli_runner().invoke(args=["mail", "bounced", "/nowhere/x"]).exit_code == 2
