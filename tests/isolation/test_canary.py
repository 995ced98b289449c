"""Everything that agency A can reach, read to the last byte: no token of agency B."""

from __future__ import annotations

import re
from collections.abc import Collection

import pytest

from tests.isolation.asking import Asker
from tests.isolation.crawler import MOST_MONTHS, Crawl, crawl, seeds
from tests.isolation.world import TOKEN, World, hidden, world
from tests.make import Make
from training.db import atomic, db
from training.models import OutgoingMail, Registration, RegistrationState, Trainee, Training
from training.services import mail, registrations, seats, trainees
from training.services.trainees import Person

WHO = ["lead of A", "colleague of A", "trainer"]


def leaks(seen: dict[str, str], known: Collection[str] = ()) -> list[tuple[str, str]]:
    """(address, what of B it shows); what somebody typed into the address themselves is not B's."""
    found = []
    for path, text in seen.items():
        own = re.sub(rf'text={TOKEN}|value="{TOKEN}"', "", text)
        tokens = [one for one in re.findall(rf"{TOKEN}\d+[^\s<\"]*", own) if number_of(one) not in known]
        if tokens:
            found.append((path, tokens[0]))
    return found


def number_of(token: str) -> str:
    """The part of a token that no other one has."""
    return re.match(rf"{TOKEN}\d+", token)[0]


def of_the_register(training: Training) -> set[str]:
    """What a trainer reads by duty: names, functions and agencies of those who come to a session that they give."""
    found = db.session.scalars(
        db.select(Registration).where(
            Registration.training_id == training.id, Registration.state == RegistrationState.CONFIRMED
        )
    )
    said = " ".join(
        f"{one.trainee_name} {one.trainee.native_name} {one.function} {one.agency_name}" for one in found
    )
    return set(re.findall(rf"{TOKEN}\d+", said))


@pytest.mark.parametrize("name", WHO)
def test_nothing_that_they_can_reach_shows_a_token_of_b(name, app, make: Make, record_property):
    here = world(make)
    hidden(make, here)
    known = of_the_register(here.trainings[0]) if name == "trainer" else set()

    done = crawl(Asker(app, here.users[name]), seeds(here))

    record_property(
        "measured", f"as {name}: {len(done.seen)} answers read, {done.sent} of them to forms;"
        f" files opened: {', '.join(f'{len(found)} {kind}' for kind, found in done.files.items())}",
    )  # fmt: skip
    assert [path for path in done.seeds if path not in done.seen] == [], "every seed was asked for"
    assert [path for path, status in done.statuses.items() if status >= 500] == []
    assert leaks(done.seen, known) == []
    assert sum(path.startswith("/calendar?month") for path in done.seen) <= MOST_MONTHS
    assert all(done.files.values())
    if name == "lead of A":
        check_what_was_opened(done, here)


def check_what_was_opened(done: Crawl, here: World) -> None:
    """The pages and files that a lead has were all opened and read."""
    own, training = here.mine, here.trainings[0].public_id
    papers = [
        f"/my/{own['token']}/confirmation.pdf",
        f"/registrations/{own['confirmed'].public_id}/confirmation.pdf",
    ]
    pages = [f"/agencies/{own['agency'].public_id}", "/colleagues", "/colleagues/new", "/trainees/new",
             f"/registrations/for/{training}/new", f"/imports/for/{training}/new", f"/my/{own['token']}",
             f"/my/{own['token']}/decline", "/trainees?as=csv", "/trainees?as=xlsx",
             "/registrations?as=csv", "/registrations?as=xlsx", "/trainings?as=csv", "/trainings?as=xlsx"]  # fmt: skip
    name = own["confirmed"].trainee.family_name

    assert [(path, done.statuses[path]) for path in (*pages, *papers) if done.statuses[path] != 200] == []
    assert all(name in done.seen[path] and "/Creator" in done.seen[path] for path in papers)
    assert name in done.seen["/trainees?as=xlsx"] and "core-properties" in done.seen["/trainees?as=xlsx"]
    assert done.sent > 20


def test_the_crawl_finds_what_a_forgotten_limit_would_show(app, make: Make, monkeypatch):
    here = world(make)
    monkeypatch.setattr("training.services.trainees.visible_to", lambda user: db.select(Trainee))

    assert leaks(crawl(Asker(app, here.users["lead of A"]), ["/trainees?as=xlsx"], follow=False).seen) != []
    assert leaks(crawl(Asker(app, here.users["lead of A"]), ["/trainees"], follow=False).seen) != []


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
