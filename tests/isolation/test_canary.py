"""Everything that agency A can reach, read to the last byte: no token of agency B."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from tests.isolation.routes import LIST
from tests.isolation.test_matrix import Asker, address
from tests.isolation.world import TOKEN, world
from tests.make import Make
from tests.papers import text_of
from training.db import atomic, db
from training.models import OutgoingMail, Registration, RegistrationState, Role, Trainee
from training.policy import Action, allows
from training.services import mail, registrations, seats, trainees
from training.services.trainees import Person

SAFE_QUERIES = ("", "?as=csv", "?as=xlsx", f"?text={TOKEN}", "?sort=agency", "?sort=-name", "?page=2", "?agency=X",
                "?show=all", "?language=fr")  # fmt: skip


def readable(response) -> str:
    """The answer as text, whatever it is: page, CSV, the parts of a workbook, a PDF's text; its headers too."""
    body = response.data
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            body = b"\n".join(parts.read(name) for name in parts.namelist())
    elif body.startswith(b"%PDF"):
        body = text_of(body).encode()
    return body.decode("utf-8", "replace") + str(response.headers)


def crawl(asker: Asker, here) -> dict[str, str]:
    """What every route answers to A, with A's things, with B's, and what its pages link to."""
    seen: dict[str, str] = {}
    waiting = []
    for line in LIST.read_text().splitlines():
        rule, methods, _endpoint, action, kind = line.split(" ")
        if "GET" in methods.split(",") and (action == "public" or allows(Role.PARTNER, Action(action))):
            waiting += [
                address(rule, kind, things) + query
                for things in (here.mine, here.theirs)
                for query in SAFE_QUERIES
            ]
    while waiting:
        path = waiting.pop()
        if path in seen or len(seen) > 1500:
            continue
        response = asker.ask("GET", path)
        seen[path] = readable(response)
        for link in re.findall(r'(?:href|action|hx-get)="(/[^"#]*)"', seen[path]):
            target = link.replace("&amp;", "&")
            if "/static/" not in target and target not in seen and len(target) < 300:
                waiting.append(target)
    return seen


def leaks(seen: dict[str, str]) -> list[tuple[str, str]]:
    """(address, what of B it shows); what somebody typed into the address themselves is not B's."""
    found = []
    for path, text in seen.items():
        own = text.replace(f"text={TOKEN}", "").replace(f'value="{TOKEN}"', "")
        tokens = re.findall(rf"{TOKEN}\d+[^\s<\"]*", own)
        if tokens:
            found.append((path, tokens[0]))
    return found


@pytest.mark.parametrize("name", ["lead of A", "colleague of A"])
def test_nothing_that_a_can_reach_shows_a_token_of_b(name, app, make: Make):
    here = world(make)

    seen = crawl(Asker(app, here.users[name]), here)

    assert len(seen) > 150
    assert leaks(seen) == []
    assert "plain" in "".join(seen.values())


def test_the_crawl_finds_what_a_forgotten_limit_would_show(app, make: Make, monkeypatch):
    here = world(make)
    monkeypatch.setattr("training.services.trainees.visible_to", lambda user: db.select(Trainee))

    assert leaks(crawl(Asker(app, here.users["lead of A"]), here)) != []


def test_no_mail_to_a_bears_a_token_of_b(app, make: Make):
    here = world(make)
    for one in db.session.scalars(
        db.select(Registration).where(Registration.state == RegistrationState.CONFIRMED)
    ):
        registrations.withdraw(one, by=None, reason="ill")
    own = here.users["colleague of A"]

    letters = db.session.scalars(db.select(OutgoingMail).where(OutgoingMail.to_email == own.email)).all()

    assert letters
    assert [m.subject for m in letters if re.search(rf"{TOKEN}\d", m.subject + m.body + m.to_name)] == []


def test_what_a_sees_does_not_change_when_b_grows(app, make: Make):
    here = world(make)
    asker = Asker(app, here.users["colleague of A"])
    pages = ["/", "/trainings", "/registrations", "/trainees", "/calendar", f"/trainings/{here.trainings[1].public_id}",
             "/trainees?as=csv", "/registrations?as=csv", "/trainees?text=ova"]  # fmt: skip
    pattern = re.compile(r'csrf[^>]*content="[^"]*"|name="csrf_token" value="[^"]*"')
    before = {path: pattern.sub("", asker.ask("GET", path).text) for path in pages}

    b = here.theirs["agency"]
    strangers = [Person(family_name=f"{TOKEN}900{n}", given_names="Sam", country="AT") for n in range(1_000)]
    more = atomic(trainees.add_many)([trainees.new(b, one) for one in strangers])
    registrations.submit_many(here.trainings[1], by=None, agency=b, people=more, override=True)

    assert {path: pattern.sub("", asker.ask("GET", path).text) for path in pages} == before


def test_registering_somebody_whom_b_knows_answers_like_registering_a_stranger(app, make: Make, queries):
    here = world(make)
    known = here.theirs["trainee"]
    asker = Asker(app, here.users["colleague of A"])
    path = f"/registrations/for/{here.trainings[1].public_id}/new"
    answers = []
    for family, given, email in (
        (known.family_name, known.given_names, known.email), ("Stranger", "Sam", "sam@example.org")
    ):  # fmt: skip
        data = {"family_name": family, "given_names": given, "email": email, "sex": "f", "country": "AT",
                "agency": here.mine["agency"].code}  # fmt: skip
        queries.clear()
        response = asker.client.post(path, data=data, headers=asker.headers, csrf=False)
        answers.append((response.status_code, response.text, len(queries)))

    assert answers[0] == answers[1]
    assert answers[0][0] == 303


def test_the_old_agency_loses_sight_of_somebody_who_moved_with_the_next_request(app, make: Make):
    here = world(make)
    one, b = here.theirs["registration"], here.theirs["agency"]
    user, other = here.users["B"], make.agency()
    asker = Asker(app, user)
    person = f"/trainees/{one.trainee.public_id}"
    assert asker.ask("GET", person).status_code == 200

    trainees.transfer(one.trainee, by=here.users["admin"], agency=other)
    moved = make.person(one.trainee, family_name="Newname", email="secret@example.org")
    trainees.change(one.trainee, by=here.users["admin"], person=moved)

    assert asker.ask("GET", person).status_code == 404
    for path in ("/registrations", f"/registrations/{one.public_id}", f"/trainings/{one.training.public_id}",
                 "/registrations?as=csv"):  # fmt: skip
        text = asker.ask("GET", path).text
        assert "Newname" not in text, path
        assert "secret@example.org" not in text, path
    assert "Newname" not in asker.ask("GET", "/registrations?text=secret").text
    assert b.id == one.agency_id


def test_a_focal_point_who_changed_agency_sees_the_new_one_with_the_next_request(app, make: Make):
    here = world(make)
    user, to, person = here.users["B"], here.mine["agency"], here.theirs["trainee"].family_name
    asker = Asker(app, user)
    assert person in asker.ask("GET", "/trainees").text

    atomic(setattr)(user, "agency_id", to.id)
    db.session.expire_all()

    assert person not in asker.ask("GET", "/trainees").text
    letter = mail.atomic(mail.enqueue)(user, kind="test", subject="x", body="y")
    assert letter.to_email == user.email


def test_of_the_pool_only_open_few_or_full_is_said(app, make: Make):
    here = world(make)
    seen = seats.for_agency([here.trainings[1]], here.mine["agency"])[here.trainings[1].id]

    assert (seen.kept, seen.free) == (None, None)
    assert seen.pool.value in ("open", "few", "full")
