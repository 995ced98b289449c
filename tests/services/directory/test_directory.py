"""Agencies, venues with their rooms, and trainers: added, changed, taken out of use, and what is refused about each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.make import Make
from tests.services.logged import entries
from training import clock
from training.db import db
from training.errors import Conflict, Invalid, NotFound
from training.models import AuditEntry, Role
from training.services import audit
from training.services.accounts import sign_ins
from training.services.directory import agencies, trainers, venues


def actions(thing) -> list[str]:
    return [
        entry.action
        for entry in db.session.scalars(audit.about(thing).order_by(None).order_by(AuditEntry.id))
    ]


@dataclass
class Asked:
    """What is asked for, and the field beside which the refusal stands."""

    field: str
    ask: Any


REFUSED = {
    "an agency's code twice": Asked("code", lambda make: make.agency(code=make.agency().code.lower())),
    "a venue's name twice in a city": Asked("name", lambda make: make.venue(name=make.venue().name)),
    "a zone that is none": Asked("zone", lambda make: make.venue(zone="Europe/Atlantis")),
    "a room's name twice in a venue": Asked("name", lambda make: two_rooms(make.venue(), "Blue", "Blue")),
    "an account that is no trainer's": Asked("user", lambda make: make.trainer(user=make.user(Role.MANAGER))),
    "an account of another trainer": Asked("user", lambda make: two_trainers(make, make.user(Role.TRAINER))),
    "an absence that ends before it begins": Asked(
        "ends_on", lambda make: away(make.trainer(), make, days=-1)
    ),
}


def two_rooms(venue, *names: str):
    return [
        venues.add_room(venue, by=None, details=venues.RoomDetails(name=name, capacity=10)) for name in names
    ]


def two_trainers(make: Make, user):
    return [make.trainer(user=user) for _ in range(2)]


def away(trainer, make: Make, days: int):
    today = clock.today()
    return trainers.add_absence(
        trainer, by=make.user(), starts_on=today, ends_on=today + timedelta(days=days), note="leave"
    )


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_beside_its_field(what: str, make: Make):
    with pytest.raises(Invalid) as refused:
        REFUSED[what].ask(make)

    assert refused.value.field == REFUSED[what].field


def test_the_same_name_in_another_city_and_in_another_venue_is_lawful(make: Make):
    first, second = make.venue(name="Academy"), make.venue(name="Academy", city="Graz")

    blue = [two_rooms(venue, "Blue")[0] for venue in (first, second)]

    assert [room.venue for room in blue] == [first, second]


def test_a_venue_keeps_its_own_name_when_it_is_changed_and_loses_it_to_nobody(make: Make):
    venue, other, by = make.venue(name="Academy"), make.venue(name="Station"), make.user()
    details = venues.Details(
        name="Academy", city="Vienna", country="AT", zone="Europe/Vienna", address="Ring 1"
    )

    venues.change(venue, by=by, details=details)
    before = entries()
    with pytest.raises(Invalid, match="this name in this city"):
        venues.change(other, by=by, details=details)

    assert (venue.address, other.name, other.address) == ("Ring 1", "Station", "")
    assert entries() == before
    assert actions(venue) == ["venue.create", "venue.change"]


def test_what_is_retired_is_offered_no_longer_and_its_sessions_stay(make: Make):
    venue, trainer, by = make.venue(), make.trainer(), make.user()
    blue, red = two_rooms(venue, "Blue", "Red")
    session = make.session(make.training(), room=blue, trainers=[trainer])

    venues.retire(blue, by=by)
    trainers.retire(trainer, by=by, reason="abroad")

    assert venues.rooms(venue) == [red]
    assert venues.room_counts([venue]) == {venue.id: 1}
    assert trainers.active() == []
    assert (session.room, [entry.trainer for entry in session.session_trainers]) == (blue, [trainer])
    with pytest.raises(Conflict, match="retired already"):
        trainers.retire(trainer, by=by, reason="abroad")


def test_a_trainer_is_away_from_the_first_to_the_last_day_and_no_longer(make: Make):
    trainer, first = make.trainer(), make.details().starts_on
    training = make.training(is_open=False, starts_on=first, ends_on=first + timedelta(days=4))
    held = [make.session(training, first + timedelta(days=n), trainers=[trainer]).id for n in range(5)]
    absence = trainers.add_absence(
        trainer, by=make.user(), starts_on=first + timedelta(days=1), ends_on=first + timedelta(days=3)
    )

    assert [one.key for one in trainers.planned_while_away(absence)] == held[1:4]


def test_an_agency_stands_below_another_and_never_below_itself(make: Make):
    above = make.agency()
    below = make.agency(parent=above)

    with pytest.raises(Invalid, match="below itself"):
        known = {field.name: getattr(above, field.name) for field in fields(agencies.Details)}
        agencies.change(above, by=make.user(), details=agencies.Details(**{**known, "parent": below}))

    assert (above.parent, below.parent) == (None, above)


def test_a_suspended_agency_is_signed_out_at_once_and_not_suspended_twice(make: Make):
    focal, by = make.user(Role.PARTNER), make.user()
    token = sign_ins.start_session(focal, hours=1)
    assert sign_ins.user_of_session(token) is not None

    agencies.suspend(focal.agency, by=by, reason="under review")

    assert sign_ins.user_of_session(token) is None
    assert focal.agency not in agencies.active()
    with pytest.raises(Conflict, match="suspended already"):
        agencies.suspend(focal.agency, by=by, reason="again")


def test_a_partner_finds_its_own_agency_and_no_venue(make: Make):
    focal, other, venue = make.user(Role.PARTNER), make.agency(), make.venue()

    assert agencies.get(focal, focal.agency.public_id) is focal.agency
    assert db.session.scalars(agencies.search(focal)).all() == [focal.agency]
    for get, thing in ((agencies.get, other), (venues.get, venue)):
        with pytest.raises(NotFound):
            get(focal, thing.public_id)
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.user_id == focal.id)).all() == []
