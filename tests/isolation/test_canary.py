"""Everything that agency A can reach, read to the last byte: no token of agency B."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

import pytest
from flask import current_app

from tests.isolation.asking import IDS, Asker, undone
from tests.isolation.crawler import MOST_MONTHS, Crawl, crawl, readable, seeds
from tests.isolation.world import TOKEN, World, hidden, world
from tests.make import Make
from training.db import atomic, db
from training.models import OutgoingMail, Registration, RegistrationState, Role, Trainee, Training, User
from training.services.letters import outbox
from training.services.registrations import reminders, seats, submissions
from training.services.trainees import duplicates, records
from training.services.trainees.records import Person

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


@pytest.mark.once  # what is seen on both databases is the same: the random worlds hold the rule against both
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
    left = [path for path in done.seeds if path not in done.seen and not done.is_refused_already(path)]
    assert left == [], "every seed was asked for"
    assert [path for path, status in done.statuses.items() if status >= 500] == []
    assert leaks(done.seen, known) == []
    months = [path for path in done.seen if path.startswith("/calendar?") and "month=" in path]
    assert len([path for path in months if path not in done.seeds]) <= MOST_MONTHS
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
    monkeypatch.setattr("training.services.trainees.records.visible_to", lambda user: db.select(Trainee))

    assert leaks(crawl(Asker(app, here.users["lead of A"]), ["/trainees?as=xlsx"], follow=False).seen) != []
    assert leaks(crawl(Asker(app, here.users["lead of A"]), ["/trainees"], follow=False).seen) != []


LISTS = ("trainings", "registrations", "trainees")
BY_ITSELF = re.compile(
    r'csrf[^>]*content="[^"]*"|name="csrf_token" value="[^"]*"|name="request_key" value="[^"]*"|<dcterms:[^/]*</dcterms:\w+>'
)
"""What changes from answer to answer: keys of forms, and when a workbook was made."""


def seen_by_a(asker: Asker, trainings: list[Training]) -> dict[str, str]:
    """All that A has of numbers: its first page, lists and files in every order, trainings, seats, forms."""
    paths = ["/", "/calendar", "/trainees?text=ova", "/registrations?text=ova", "/registrations?sort=agency"]
    for name in LISTS:
        paths += [f"/{name}", f"/{name}?as=csv", f"/{name}?as=xlsx", f"/{name}?page=2"]
    for one in trainings:
        paths += [f"/trainings/{one.public_id}", f"/trainings/{one.public_id}/seats/ask",
                  f"/registrations/for/{one.public_id}/new", f"/imports/for/{one.public_id}/new"]  # fmt: skip
    return {path: BY_ITSELF.sub("", readable(asker.ask("GET", path))) for path in paths}


def written_to_a(here: World, trainings: list[Training]) -> list[tuple[str, str]]:
    """What A's focal point is reminded of and told; taken back."""
    user = here.users["colleague of A"]
    with undone(current_app._get_current_object()):
        latest = db.session.scalar(db.select(db.func.max(OutgoingMail.id))) or 0
        for one in trainings:
            for kind in (reminders.DEADLINE_NEAR, reminders.START_NEAR):
                reminders.remind(one, kind=kind)
        letters = db.select(OutgoingMail.subject, OutgoingMail.body).where(
            OutgoingMail.user_id == user.id, OutgoingMail.id > latest
        )
        return [(subject, body) for subject, body in db.session.execute(letters.order_by(OutgoingMail.id))]


def grow(here: World, training: Training, count: int) -> None:
    """B puts many people forward."""
    b = here.theirs["agency"]
    strangers = [Person(family_name=f"{TOKEN}900{n}", given_names="Sam", country="AT") for n in range(count)]
    more = atomic(records.add_many)(b, strangers)
    submissions.submit_many(training, by=None, agency=b, people=more, override=True)


@pytest.fixture
def wide(make: Make) -> tuple[World, list[Training]]:
    """Trainings with room: by approval, first come with seats kept for B, and with seats kept for the country of both."""
    here = world(make)
    kept, of_country = make.training(capacity=5_000), make.training(capacity=5_000)
    make.kept(kept, by=here.users["admin"], seats=1_500, agency=here.theirs["agency"])
    make.kept(of_country, by=here.users["admin"], seats=3_000, country="AT")
    for one in (kept, of_country):
        make.registration(one, make.trainee(here.mine["agency"]))
        returned = make.registration(here.trainings[1], make.trainee(here.mine["agency"]))
        submissions.return_for_correction(returned, by=here.users["admin"], reason="x")
    return here, [here.trainings[1], kept, of_country]


def test_what_a_sees_does_not_change_when_b_grows(app, wide):
    """A thousand people of B wait in one training, and hundreds hold seats in two others, kept for B and for the country."""
    here, trainings = wide
    asker = Asker(app, here.users["colleague of A"])
    before = seen_by_a(asker, trainings)

    for one, count in zip(trainings, (1_000, 500, 500), strict=True):
        grow(here, one, count)

    held = db.session.scalar(
        db.select(db.func.count()).where(
            Registration.training_id.in_([one.id for one in trainings[1:]]),
            Registration.confirmed_at.is_not(None),
        )
    )
    assert held > 1_000, "they hold seats"
    after = seen_by_a(asker, trainings)
    assert [path for path in before if after[path] != before[path]] == []


def test_what_a_is_written_does_not_change_when_b_grows(wide):
    here, trainings = wide
    before = written_to_a(here, trainings)
    for one in trainings:
        grow(here, one, 200)

    assert len(before) > 2
    assert written_to_a(here, trainings) == before


def test_a_count_of_all_would_be_seen(app, wide, monkeypatch):
    here, trainings = wide
    monkeypatch.setattr(
        "training.services.registrations.visible.visible_to",
        lambda user: db.select(Registration).join(Registration.training),
    )
    asker = Asker(app, here.users["colleague of A"])
    before = seen_by_a(asker, trainings)
    grow(here, trainings[0], 50)

    assert seen_by_a(asker, trainings) != before


def twice(
    asker: Asker, queries: list[str], send: Callable[[Any, bool], Any], people: Sequence[Any]
) -> list[Any]:
    """The answer to what is done with each of two people, and how many statements it took."""
    found = []
    for n, one in enumerate(people):
        with undone(asker.client.application):
            queries.clear()
            response = send(one, bool(n))
            found.append((response.status_code, IDS.sub("", response.text), len(queries)))
    return found


def known_and_stranger(here: World) -> list[Person]:
    """Somebody whom B knows, word for word, and somebody whom nobody does."""
    known = here.theirs["trainee"]
    return [
        Person(family_name=family, given_names=known.given_names, email=email, country="AT", sex=known.sex)
        for family, email in (
            (known.family_name, known.email),
            ("q" + known.family_name[1:], "q" + known.email[1:]),
        )
    ]


@pytest.mark.parametrize("way", ["form", "list", "substitute"])
def test_registering_somebody_whom_b_knows_answers_like_registering_a_stranger(way, app, make: Make, queries):
    here = world(make)
    asker, people = Asker(app, here.users["colleague of A"]), known_and_stranger(here)
    own = (
        [records.create(here.mine["agency"], by=None, person=one) for one in people]
        if way == "substitute"
        else []
    )
    training = here.trainings[1].public_id

    def send(one: Person, is_second: bool) -> Any:
        if way == "form":
            data = {"family_name": one.family_name, "given_names": one.given_names, "email": one.email, "sex": "f",
                    "country": "AT", "agency": here.mine["agency"].code}  # fmt: skip
            return asker.ask("POST", f"/registrations/for/{training}/new", data=data)
        if way == "list":
            rows = f"Family name,Given names,E-mail\n{one.family_name},{one.given_names},{one.email}\n"
            staged = asker.ask("POST", f"/imports/for/{training}/new", data={"rows": rows})
            assert staged.status_code == 303
            page = asker.ask("GET", staged.headers["Location"].partition("#")[0])
            own_words = rf'{one.family_name}|{one.email}|name="token" value="[^"]*"'
            page.data = re.sub(own_words.encode(), b"", page.data)
            return page
        data = {"substitute": str(own[is_second].public_id), "reason": "ill"}
        return asker.ask("POST", f"/registrations/{here.mine['confirmed'].public_id}/replace", data=data)

    twice(
        asker, queries, send, people
    )  # whoever asks first finds what the making of the world has left in memory
    answers = twice(asker, queries, send, people)

    assert answers[0] == answers[1]
    assert answers[0][0] == (200 if way == "list" else 303)


def test_a_hint_from_another_agency_would_be_seen(app, make: Make, queries, monkeypatch):
    hints, admin = (
        duplicates.for_user,
        User(role=Role.ADMIN),
    )  # not stored: the world is built in an empty database
    monkeypatch.setattr(
        "training.services.trainees.duplicates.for_user", lambda user, person: hints(admin, person)
    )

    with pytest.raises(AssertionError):
        test_registering_somebody_whom_b_knows_answers_like_registering_a_stranger("form", app, make, queries)


def test_the_old_agency_loses_sight_of_somebody_who_moved_with_the_next_request(app, make: Make):
    here = world(make)
    one, b = here.theirs["registration"], here.theirs["agency"]
    user, other = here.users["B"], make.agency()
    asker = Asker(app, user)
    person = f"/trainees/{one.trainee.public_id}"
    assert asker.ask("GET", person).status_code == 200

    records.transfer(one.trainee, by=here.users["admin"], agency=other)
    moved = make.person(one.trainee, family_name="Newname", email="secret@example.org")
    records.change(one.trainee, by=here.users["admin"], person=moved)

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
    letter = outbox.atomic(outbox.enqueue)(user, kind="test", subject="x", body="y")
    assert letter.to_email == user.email


def test_of_the_pool_only_open_few_or_full_is_said(app, make: Make):
    here = world(make)
    seen = seats.for_agency([here.trainings[1]], here.mine["agency"])[here.trainings[1].id]

    assert (seen.kept, seen.free) == (None, None)
    assert seen.pool.value in ("open", "few", "full")
