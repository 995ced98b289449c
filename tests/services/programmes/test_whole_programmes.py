"""A filter by a multi-thematic programme means the whole programme, in every list; ``only`` narrows it to its own tag."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.make import Make
from training.db import db
from training.models import Admission, ReasonCode, Role, Theme, User
from training.services import visible_trainings
from training.services.directory import agencies, trainers
from training.services.programmes import frames
from training.services.registrations import drafts, submissions
from training.services.registrations import visible as registrations
from training.services.schedule import calendars
from training.services.schedule import sessions as held
from training.services.schedule import visible as sessions
from training.services.trainees import records
from training.services.trainings import moves

LISTS: dict[str, Callable[..., Any]] = {
    "trainings": visible_trainings.search,
    "sessions": sessions.search,
    "registrations": registrations.search,
    "people": records.search,
    "agencies": agencies.search,
    "trainers": trainers.search,
}


@dataclass
class Programme:
    """MIEUX II with a training that carries its tag and one that carries an area's, and what hangs on each."""

    theme: Theme
    own: dict[str, Any]
    of_area: dict[str, Any]
    starts_on: Any


def filled(make: Make, programme: Any, theme: str, tag: str) -> dict[str, Any]:
    """A training of ``theme`` with a session, somebody who takes part, their agency, and a trainer; these carry ``tag``."""
    agency = make.agency(theme=make.theme(tag))
    trainer = make.trainer(themes=[make.theme(tag)])
    training = make.training(programme=programme, theme=make.theme(theme))
    session = make.session(training, training.ends_on, trainers=[trainer])
    registration = make.registration(training, make.trainee(agency))
    return {
        "trainings": training, "sessions": session, "registrations": registration, "people": registration.trainee,
        "agencies": agency, "trainers": trainer,
    }  # fmt: skip


@pytest.fixture
def mieux(make: Make) -> Programme:
    frame = make.programme("MIEUX2")
    own, of_area = filled(make, frame, "MIEUX2", "MIEUX2"), filled(make, frame, "ASY", "ASY")
    filled(make, make.programme("ASY"), "ASY", "ASY")
    return Programme(make.theme("MIEUX2"), own, of_area, own["trainings"].starts_on)


def found(name: str, user: User, **wanted: Any) -> set[Any]:
    """What the list holds, but for the session that every training needs to open."""
    rows = set(db.session.scalars(LISTS[name](user, **wanted)).unique())
    return {one for one in rows if name != "sessions" or one.session_trainers}


@pytest.mark.parametrize("name", LISTS)
def test_it_means_the_whole_programme_and_only_narrows_it_to_the_tag(name: str, make: Make, mieux: Programme):
    manager = make.user(Role.MANAGER)

    whole = found(name, manager, theme=mieux.theme)
    only = found(name, manager, theme=mieux.theme, only=True)

    assert whole == {mieux.own[name], mieux.of_area[name]}
    assert only == {mieux.own[name]}


@pytest.mark.parametrize("name", LISTS)
def test_an_area_means_what_is_tagged_with_it(name: str, make: Make, mieux: Programme):
    manager, area = make.user(Role.MANAGER), make.theme("ASY")

    by_area = found(name, manager, theme=area)

    assert by_area == found(name, manager, theme=area, only=True)
    assert mieux.of_area[name] in by_area and mieux.own[name] not in by_area
    assert len(by_area) == 2


def test_the_calendar_shows_the_whole_programme_too(make: Make, mieux: Programme):
    manager, first = make.user(Role.MANAGER), mieux.starts_on.replace(day=1)

    def shown(**wanted: Any) -> set[Any]:
        return {one for day in calendars.month(manager, first, **wanted) for one in day.trainings}

    assert shown(theme=mieux.theme) == {mieux.own["trainings"], mieux.of_area["trainings"]}
    assert shown(theme=mieux.theme, only=True) == {mieux.own["trainings"]}


def test_who_was_declined_withdrawn_or_is_a_draft_does_not_take_part(make: Make, mieux: Programme):
    by, training = make.user(), mieux.of_area["trainings"]
    by_approval = make.training(
        programme=training.programme, theme=training.theme, admission=Admission.APPROVAL
    )
    gone, declined = make.registration(training), make.registration(by_approval)
    submissions.withdraw(gone, by=by, reason="ill")
    submissions.decline(declined, by=by, reason="full", reason_code=ReasonCode.NO_SEAT)
    focal = make.user(Role.PARTNER)
    drafted = make.trainee(focal.agency)
    drafts.keep(training, by=focal, agency=focal.agency, people=[drafted])

    people = found("people", by, theme=mieux.theme)

    assert people.isdisjoint({gone.trainee, declined.trainee, drafted})
    assert gone.trainee.agency not in found("agencies", by, theme=mieux.theme)


def test_a_coordinator_of_another_area_learns_of_no_registration(make: Make, mieux: Programme):
    """Their lists of people hold everybody, but not who is registered for a training outside of their themes."""
    elsewhere = make.user(Role.COORDINATOR, themes=[make.theme("THB")])
    of_the_area = make.user(Role.COORDINATOR, themes=[make.theme("ASY")])

    for name in ("people", "agencies"):
        assert found(name, elsewhere, theme=mieux.theme) == {mieux.own[name]}, "who carries the tag"
        assert found(name, of_the_area, theme=mieux.theme) == {mieux.own[name], mieux.of_area[name]}


def test_an_agency_learns_of_no_registration_by_another_agency(make: Make, mieux: Programme):
    """Somebody who moved to it was registered where they came from."""
    moved, new = mieux.of_area["people"], make.user(Role.PARTNER)
    records.transfer(moved, by=make.user(), agency=new.agency)
    own = make.registration(mieux.of_area["trainings"], make.trainee(new.agency)).trainee

    assert moved in set(db.session.scalars(records.search(new)))
    assert found("people", new, theme=mieux.theme) == {own}


def test_a_session_that_was_called_off_makes_nobody_its_trainer(make: Make, mieux: Programme):
    by = make.user()
    trainer = make.trainer(themes=[make.theme("ASY")])
    session = make.session(mieux.of_area["trainings"], mieux.of_area["trainings"].ends_on, trainers=[trainer])
    assert trainer in found("trainers", by, theme=mieux.theme)

    held.cancel(session, by=by, reason="ill")

    assert trainer not in found("trainers", by, theme=mieux.theme)


def test_the_areas_of_a_programme_add_up(make: Make):
    frame = make.programme("MIEUX2")
    for code in ("ASY", "ASY", "MIEUX2", "BMV"):
        make.training(programme=frame, theme=make.theme(code))
    cancelled = make.training(programme=frame, theme=make.theme("THB"))
    moves.change_state(cancelled, by=make.user(), name="cancel", reason="floods")

    areas = frames.spread(frame).areas

    assert [(one.theme.code, one.trainings) for one in areas] == [
        ("MIEUX2", 1), ("IMR", 0), ("THB", 0), ("BMV", 1), ("ASY", 2), ("MD", 0), ("LMI", 0),
    ]  # fmt: skip
    assert sum(one.share or 0 for one in areas) == pytest.approx(100)


def test_a_programme_without_a_training_covers_its_areas_all_the_same(make: Make):
    areas = frames.spread(make.programme("MIEUX2")).areas

    assert [one.theme.code for one in areas] == ["IMR", "THB", "BMV", "ASY", "MD", "LMI"]
    assert {(one.trainings, one.share) for one in areas} == {(0, None)}
