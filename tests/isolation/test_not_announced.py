"""What is planned and not announced: no page, file or letter of a partner, a trainer or a person shows it."""

from __future__ import annotations

import pytest

from tests.conftest import SECRET
from tests.isolation.asking import Asker
from tests.isolation.crawler import crawl, readable
from tests.make import Make
from training.db import atomic, db
from training.models import OutgoingMail, Role
from training.services.directory import venues
from training.services.registrations import reminders
from training.services.trainings import changes
from training.texts import links

WORDS = (
    "Zqxdraft",
    "Zqxnew",
    "Zqxroom",
    "Zqxvenue",
    "Zqxcity",
    "Zqxtitle",
    "zqx-link",
    "03:17",
    "Tokyo",
    "2031",
)
"""Canaries: each stands in one thing that was planned and not announced."""


@pytest.fixture
def here(make: Make):
    """A training that was announced, and changed in every way since; a draft beside it."""
    by = make.user()
    focal, teaching = make.user(Role.PARTNER), make.user(Role.TRAINER)
    trainer, other = make.trainer(user=teaching), make.user(Role.TRAINER)
    new_trainer = make.trainer(user=other)
    training = make.training()
    session = make.session(training, trainers=[trainer], title="Profiling")
    registration = make.registration(training, make.trainee(focal.agency, email="ada@example.org"))
    venue = make.venue(name="Zqxvenue", city="Zqxcity")
    room = venues.add_room(venue, by=by, details=venues.RoomDetails(name="Zqxroom", capacity=20))
    draft = make.training(is_open=False, starts_on=training.starts_on)
    make.session(draft, title="Zqxdraft", trainers=[new_trainer])
    clear()
    make.change_session(
        session,
        by=by,
        title="Zqxtitle",
        room=room,
        trainers=[trainer, new_trainer],
        starts_local=session.starts_local.replace(hour=3, minute=17),
        ends_local=session.ends_local.replace(hour=6),
    )
    later = training.ends_on.replace(year=2031)
    programme = training.programme
    atomic(lambda: setattr(programme, "ends_on", later))()
    make.session(training, later, is_known=False, title="Zqxnew", trainers=[trainer])
    changes.change(
        training,
        by=by,
        details=make.changed(training, venue=venue, zone="Asia/Tokyo", link="https://zqx-link.example"),
    )
    return {
        "training": training,
        "draft": draft,
        "session": session,
        "registration": registration,
        "focal": focal,
        "teaching": teaching,
        "other": other,
        "by": by,
    }


@atomic
def clear() -> None:
    for row in db.session.scalars(db.select(OutgoingMail)):
        db.session.delete(row)


def found_in(text: str) -> list[str]:
    return [word for word in WORDS if word in text]


@pytest.mark.parametrize("who", ["focal", "teaching", "other"])
def test_nothing_that_they_can_reach_shows_the_plan(who, here, app):
    training = here["training"].public_id
    starts = ["/", "/trainings", f"/trainings/{training}", "/trainings?as=csv", "/trainings?as=xlsx", "/registrations",
              "/registrations?as=csv", "/sessions", "/sessions?as=csv", "/themes/BMV",
              f"/calendar?month={here['training'].starts_on:%Y-%m}"]  # fmt: skip

    done = crawl(Asker(app, here[who]), starts)

    # the register is the session as it is held: whoever teaches in it opens it to mark
    seen = {path: text for path, text in done.seen.items() if "/sessions/" not in path}
    assert len(seen) > 8
    assert [(path, found) for path, text in seen.items() if (found := found_in(text))] == []
    assert [path for path, status in done.statuses.items() if status >= 500] == []


def test_neither_the_page_of_a_person_nor_their_paper_shows_the_plan(here, app):
    one = here["registration"]
    token = links.token(one.public_id, one.trainee.public_id, secret_key=SECRET)
    asker = Asker(app, None)

    for path in (f"/my/{token}", f"/my/{token}/confirmation.pdf", f"/my/{token}/decline"):
        answer = asker.ask("GET", path)
        assert answer.status_code == 200, path
        assert found_in(readable(answer)) == [], path


def test_no_letter_shows_the_plan_before_it_is_announced(here, make: Make):
    training = here["training"]
    make.registration(training, make.trainee(here["focal"].agency, email="ben@example.org"))
    reminders.remind(training, kind=reminders.START_NEAR)
    reminders.remind(training, kind=reminders.DEADLINE_NEAR)

    written = db.session.scalars(db.select(OutgoingMail)).all()

    assert {one.kind for one in written} >= {
        "trainee",
        "start_near",
        "trainee_start_near",
        "trainer_start_near",
    }
    assert [(one.kind, found) for one in written if (found := found_in(f"{one.subject} {one.body}"))] == []


def test_the_canaries_are_seen_once_it_is_announced(here, make: Make, app):
    """The negative control: the same look finds them all, but for the draft's."""
    make.announced(here["training"], by=here["by"])

    page = readable(Asker(app, here["focal"]).ask("GET", f"/trainings/{here['training'].public_id}"))
    letters = " ".join(one.body for one in db.session.scalars(db.select(OutgoingMail)))

    assert set(WORDS) - set(found_in(page)) == {"Zqxdraft"}
    assert set(WORDS) - set(found_in(letters)) == {"Zqxdraft"}
