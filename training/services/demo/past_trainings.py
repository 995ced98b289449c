"""What happens in the demo's trainings: sessions without clashes, and registrations in every state."""

from __future__ import annotations

import random
import uuid
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import Any
from zoneinfo import ZoneInfo

from training.models import (
    AgendaItem,
    AttendanceRecord,
    Registration,
    RegistrationStep,
    SeatAllocation,
    SessionTrainer,
    TrainingSession,
)
from training.rules.given import NOTHING
from training.rules.seats import Kept, SeatCount
from training.services.demo import days

HALF_DAYS = ((time(9), time(12, 30), "Morning"), (time(13, 30), time(17), "Afternoon"))
BREAK = 30
LEAVES, COMES_LATE, EXCUSED = 5, 6, 7
"""The places, in one training of seven, of people whose attendance is hard to count: one leaves on the first evening,
one comes on the third day, one is excused throughout."""
Fate = tuple[str, str, datetime | None, datetime | None]
BIG = 2_000
"""How many people the largest training of the large scale has."""


@dataclass(frozen=True)
class Scale:
    """How much there is of everything."""

    agencies: int
    trainees: int
    trainings: int
    venues: int
    trainers: int
    programmes: int
    days_back: int


@dataclass(frozen=True)
class Shape:
    """When a training is held and how it goes."""

    starts_on: date
    days: int
    state: str
    capacity: int
    seated: int
    reserve: int
    reason: str = ""

    @property
    def held_on(self) -> list[date]:
        """Its days. It pauses on weekends and holidays."""
        held = [self.starts_on]
        while len(held) < self.days:
            held.append(days.workday(held[-1] + timedelta(days=1)))
        return held

    @property
    def ends_on(self) -> date:
        """Its last day."""
        return self.held_on[-1]

    @classmethod
    def of(cls, n: int, scale: Scale, today: date) -> Shape:
        """The shape of training ``n``. Two in three are over. The others run, are to come, or are off."""
        is_large = scale.trainings > 1_000
        capacity = BIG if is_large and n == 8 else (23 if is_large else 18) + n % 9
        if n == 1:  # this week's, with the trainer who has an account
            return cls(days.week(today, 5, -1), 5, "running", capacity, capacity - 2, 1)
        if n % 15 == 1:
            return cls(days.workdays_ago(today, 1 + n % 3), 4, "running", capacity, capacity - 2, 1)
        if n % 5 == 2:
            ahead = today + timedelta(days=10 + (n * 13) % 80)
            state = ("open", "open", "confirmed", "draft")[n // 5 % 4]
            return cls(days.week(ahead, 3, 1), 3, state, capacity, 0 if state == "draft" else 8, 0)
        if n % 30 == 23:
            ahead = today + timedelta(days=20)
            return cls(days.week(ahead, 3, 1), 3, "cancelled", capacity, 5, 0, "The host withdrew.")
        if n % 30 == 29:
            ahead = today + timedelta(days=40)
            return cls(days.week(ahead, 3, 1), 3, "postponed", capacity, 5, 0, "Elections on these days.")
        back = today - timedelta(days=13 + (n * scale.days_back // scale.trainings) % scale.days_back)
        length = 3 + n % 2
        return cls(days.week(back, length, -1), length, "completed", capacity, capacity, 1 + n % 2)


@dataclass
class Made:
    """What the trainings are made from, what they have taken, and the rows that wait to be stored."""

    scale: Scale
    today: date
    rng: random.Random
    agencies: list[dict[str, Any]]
    trainees_of: dict[int, list[dict[str, Any]]]
    rooms: list[dict[str, Any]]
    trainers: list[int]
    taken: set[tuple[str, int, date]] = field(default_factory=set)
    session_id: int = 0
    registration_id: int = 0
    sessions: list[dict[str, Any]] = field(default_factory=list)
    session_trainers: list[dict[str, Any]] = field(default_factory=list)
    registrations: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    allocations: list[dict[str, Any]] = field(default_factory=list)
    agendas: list[dict[str, Any]] = field(default_factory=list)
    next_person: int = 0
    agencies_of: dict[int, list[int]] = field(default_factory=dict)
    away: dict[int, list[tuple[date, date]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort the agencies by their field."""
        for place, agency in enumerate(self.agencies):
            self.agencies_of.setdefault(agency["theme_id"], []).append(place)

    def pending(self) -> dict[Any, list[dict[str, Any]]]:
        """The rows that wait, in the order in which they can be stored."""
        return {
            TrainingSession: self.sessions,
            SessionTrainer: self.session_trainers,
            SeatAllocation: self.allocations,
            Registration: self.registrations,
            RegistrationStep: self.steps,
            AttendanceRecord: self.records,
            AgendaItem: self.agendas,
        }

    def clear(self) -> None:
        """Forget the rows that are stored."""
        for rows in self.pending().values():
            rows.clear()

    def new_id(self) -> uuid.UUID:
        """A public id, the same in every run."""
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)


def session_rows(made: Made, training: dict[str, Any], shape: Shape) -> None:
    """Two half-days a day, in a room and with a trainer that are free on that day."""
    zone = ZoneInfo(training["zone"])
    rooms = [r["id"] for r in made.rooms if r["venue_id"] == training["venue_id"]]
    last_workday = days.workdays_ago(made.today, 1)
    half_days = HALF_DAYS if training["venue_id"] else HALF_DAYS[:1]  # nobody sits before a screen all day
    for number, day in enumerate(shape.held_on):
        room = _free(made, "room", rooms, day)
        first = [made.trainers[0]] if training["id"] == 2 else []
        start = training["id"] * 5 % len(made.trainers)
        pool = first or made.trainers[start:] + made.trainers[:start]
        trainer = _free(made, "trainer", pool, day)
        for starts, ends, title in half_days:
            made.session_id += 1
            starts_local, ends_local = datetime.combine(day, starts), datetime.combine(day, ends)
            starts_at, ends_at = starts_local.replace(tzinfo=zone), ends_local.replace(tzinfo=zone)
            is_last = number == shape.days - 1 and title == half_days[-1][2]
            power_failed = shape.state == "completed" and training["id"] % 11 == 0 and is_last
            called_off = shape.state == "cancelled" or power_failed
            sleeps = shape.state == "postponed"
            ended = ends_at.date() < made.today
            is_open = not ended or shape.state == "running" and day >= last_workday
            state = (
                "open"
                if is_open or called_off or sleeps
                else "locked"
                if training["id"] % 4 == 0
                else "closed"
            )
            late = training["id"] % 13 == 0 and ends_at.date() + timedelta(days=21) < made.today
            made.sessions.append(
                {
                    "id": made.session_id,
                    "public_id": made.new_id(),
                    "training_id": training["id"],
                    "training_theme_id": training["theme_id"],
                    "theme_id": training["theme_id"],
                    "title": f"Day {number + 1}, {title.lower()}",
                    "starts_local": starts_local,
                    "ends_local": ends_local,
                    "marked_starts_local": None,
                    "marked_ends_local": None,
                    "starts_at": starts_at,
                    "ends_at": ends_at,
                    "break_minutes": BREAK,
                    "break_starts": None,
                    "scheduled_minutes": 180,
                    "room_id": room,
                    "is_compulsory": True,
                    "cancelled_at": training["created_at"] if called_off else None,
                    "suspended_at": training["created_at"] if sleeps else None,
                    "replaces_id": None,
                    "cancel_reason": (shape.reason or "The power failed.") if called_off else "",
                    "register_state": state,
                    "closed_at": ends_at + timedelta(days=20 if late else 0) if state != "open" else None,
                    "closed_by_id": None,
                    "locked_at": ends_at if state == "locked" else None,
                    "created_at": training["created_at"],
                    "changed_at": training["created_at"],
                }
            )
            if trainer is not None:
                made.session_trainers.append(
                    {
                        "session_id": made.session_id,
                        "trainer_id": trainer,
                        "starts_at": starts_at,
                        "ends_at": ends_at,
                        "is_off": called_off or sleeps,
                    }
                )


def _free(made: Made, kind: str, candidates: list[int], day: date) -> int | None:
    """The first candidate that is free that day, or None. It is marked as taken that day."""
    for candidate in candidates:
        if (kind, candidate, day) not in made.taken:
            made.taken.add((kind, candidate, day))
            return candidate
    return None


def _agencies(made: Made, training: dict[str, Any]) -> list[dict[str, Any]]:
    """Four agencies, others each time: of the training's field and its programme's as far as there are so many."""
    fields = dict.fromkeys((training["theme_id"], training["programme_theme_id"]))
    fitting = [place for one in fields for place in made.agencies_of.get(one, ())]
    turned = [fitting[(made.next_person + number) % len(fitting)] for number in range(len(fitting))]
    others = ((made.next_person * 3 + turn * 7) % len(made.agencies) for turn in range(len(made.agencies)))
    places = dict.fromkeys(chain(turned, others))
    return [made.agencies[place] for place in islice(places, 4)]


def _is_free(made: Made, person: int, training: dict[str, Any]) -> bool:
    """Whether the person is at no other training on these days."""
    return all(
        last < training["starts_on"] or first > training["ends_on"]
        for first, last in made.away.get(person, ())
    )


def _people(made: Made, training: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """``count`` people of four agencies of the training's field, other people each time.

    More than 200 come from all agencies.
    """
    made.next_person += 1
    if count > 200:
        return [person for people in made.trainees_of.values() for person in people][:count]
    share = -(-count // 4)
    found: list[dict[str, Any]] = []
    for agency in _agencies(made, training):
        people = made.trainees_of.get(agency["id"], [])
        first = (made.next_person * 5) % max(1, len(people))
        turned = chain(people[first:], people[:first])
        found += islice((one for one in turned if _is_free(made, one["id"], training)), share)
    for one in found:
        made.away.setdefault(one["id"], []).append((training["starts_on"], training["ends_on"]))
    return found[:count]


def registration_rows(made: Made, training: dict[str, Any], shape: Shape) -> None:
    """People in every state: confirmed, reserve, withdrawn, declined, replaced, submitted, at the door."""
    if shape.state == "draft":
        return
    people = _people(made, training, shape.seated + shape.reserve + 3)
    starts_at = datetime.combine(shape.starts_on, time(9), ZoneInfo(training["zone"]))
    submitted = min(starts_at - timedelta(days=20), training["created_at"] - timedelta(hours=1))
    agencies = {agency["id"]: agency for agency in made.agencies}
    for place, person in enumerate(people):
        made.registration_id += 1
        state, source, confirmed, released = _fate(place, shape, training, submitted, starts_at)
        agency = agencies[person["agency_id"]]
        made.registrations.append(
            {
                "id": made.registration_id,
                "public_id": made.new_id(),
                "training_id": training["id"],
                "trainee_id": person["id"],
                "state": state,
                "source": source,
                "reserve_rank": place - shape.seated + 1 if state == "reserve" else None,
                "agency_id": agency["id"],
                "agency_code": agency["code"],
                "agency_name": agency["name"],
                "agency_type_code": agency["type_code"],
                "agency_country": agency["country"],
                "trainee_country": person["country"],
                "function": person["function"],
                "rank": person["rank"],
                "submitted_at": submitted,
                "confirmed_at": confirmed,
                "released_at": released,
                "offer_expires_at": None,
                "acknowledged_at": None,
                "replaces_id": made.registration_id - 1 if source == "replacement" else None,
                **asdict(NOTHING),
                "created_at": submitted,
                "changed_at": submitted,
            }
        )
        made.steps.append(
            {
                "registration_id": made.registration_id,
                "from_state": None,
                "to_state": "submitted",
                "at": submitted,
                "by_id": None,
                "by_name": "Demo",
                "reason_code": None,
                "reason": "",
            }
        )
        if state != "submitted":
            made.steps.append(
                {
                    "registration_id": made.registration_id,
                    "from_state": "submitted",
                    "to_state": state,
                    "at": released or confirmed or submitted,
                    "by_id": None,
                    "by_name": "Demo",
                    "reason_code": "organiser" if shape.reason and state == "withdrawn" else None,
                    "reason": shape.reason if state == "withdrawn" else "",
                }
            )
    if people:
        _keep_seats(made, training, made.registrations[-len(people) :], submitted)


def _keep_seats(made: Made, training: dict[str, Any], registered: list[dict[str, Any]], at: datetime) -> None:
    """Keep eight seats for each of two agencies, or as many as the seats that are taken leave."""
    counted = SeatCount(training["capacity"])
    for one in registered:
        if one["state"] == "confirmed":
            counted.take((one["agency_id"], one["agency_country"]))
    for agency_id in dict.fromkeys(registered[n]["agency_id"] for n in (0, len(registered) // 2)):
        most = counted.most_to_keep(Kept(8, agency_id), counted.kept)
        if most > 0:
            counted.kept.append(Kept(min(8, most), agency_id))
            row = {"public_id": made.new_id(), "training_id": training["id"], "agency_id": agency_id}
            row |= {"seats": min(8, most), "created_at": at, "changed_at": at}
            made.allocations.append(row | dict.fromkeys(("country", "release_local", "released_at")))


def _fate(
    place: int, shape: Shape, training: dict[str, Any], submitted: datetime, starts_at: datetime
) -> Fate:
    """(state, source, confirmed at, released at) of the person at this place."""
    confirmed = min(submitted + timedelta(days=1), training["created_at"])
    before = starts_at - timedelta(days=2)
    if shape.state in ("cancelled", "postponed"):
        return (
            ("withdrawn", "form", confirmed, training["created_at"])
            if shape.state == "cancelled"
            else ("confirmed", "form", confirmed, None)
        )
    if shape.state in ("open", "confirmed"):
        return ("confirmed", "form", confirmed, None) if place < 5 else ("submitted", "form", None, None)
    if place >= shape.seated + shape.reserve:
        odd = place - shape.seated - shape.reserve
        return (
            ("withdrawn", "form", confirmed, before),
            ("declined", "form", None, None),
            ("withdrawn", "form", confirmed, before),
        )[odd]
    if place >= shape.seated:
        return "reserve", "form", None, None
    hard = {
        LEAVES: ("withdrawn", "form", confirmed, starts_at + timedelta(hours=9)),
        COMES_LATE: ("confirmed", "walk_in", starts_at + timedelta(days=2), None),
    }
    if shape.state == "completed" and training["id"] % 7 == 0 and place in hard:
        return hard[place]
    return _easy_fate(place, shape, training, confirmed, starts_at)


def _easy_fate(
    place: int, shape: Shape, training: dict[str, Any], confirmed: datetime, starts_at: datetime
) -> Fate:
    before = starts_at - timedelta(days=2)
    if place == 3 and training["id"] % 5 == 0:
        return "replaced", "form", confirmed, before
    if place == 4 and training["id"] % 5 == 0:
        return "confirmed", "replacement", before, None
    if place == shape.seated - 1 and training["id"] % 3 == 0:
        return "confirmed", "walk_in", starts_at, None
    return "confirmed", "form", confirmed, None
