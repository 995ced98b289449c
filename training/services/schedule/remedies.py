"""What can be done about a finding, each by one click. ``take`` is the one act that carries a remedy out.

Proposed are rooms and trainers that are free in all sessions concerned. A remedy writes sessions as every other path
does (``sessions.change``), so what clashes by now is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.db import atomic, db
from training.errors import Conflict
from training.models import Room, Trainer, Training, TrainingSession, Venue
from training.models import User as Person
from training.rules import timetable
from training.rules.findings import Finding
from training.rules.timetable import Facts, Slot, Teacher
from training.services import audit, locked_trainings
from training.services.schedule import open_list, plan, sessions
from training.services.schedule.open_list import Open
from training.services.schedule.plan import Details
from training.services.timetables import clash_facts, slots
from training.text import Message, msg

MOST = 2
"""How many rooms, or trainers, are proposed for one finding."""
FURTHEST = 14
"""How many days ahead the next working day is looked for."""
OF_ROOMS = {"room_twice", "room_blocked", "room_small", "other_place", "no_room"}
OF_TRAINERS = {
    "trainer_twice",
    "trainer_away",
    "trainer_unfit",
    "trainer_load",
    "travel_gap",
    "no_trainer",
}


class Verb(StrEnum):
    """What a remedy does to the sessions of a finding."""

    ROOM = "room"
    TRAINER = "trainer"
    WITHOUT = "without"
    OPTIONAL = "optional"
    DAY = "day"


@dataclass(frozen=True)
class Remedy:
    """One thing to do. ``value`` is the id of the room or the trainer, or the day."""

    verb: Verb
    value: str
    label: Message

    @property
    def code(self) -> str:
        """How a form names it."""
        return f"{self.verb}:{self.value}"


@dataclass(frozen=True)
class _Around:
    """What is free: rooms and trainers with what they hold in the time, and the days off."""

    rooms: Sequence[timetable.Room]
    teachers: Sequence[Teacher]
    held: Sequence[Slot]
    facts: Facts

    def is_free(self, room: timetable.Room, wanted: Iterable[Slot]) -> bool:
        own = {one.key for one in wanted}
        blocks = self.facts.blocks.get(room.id, ())
        busy = [
            one for one in self.held if one.room is not None and one.room.id == room.id and one.key not in own
        ]
        return not any(one.meets(other) for one in wanted for other in busy) and not any(
            block.starts_at < one.ends_at and one.starts_at < block.ends_at
            for one in wanted
            for block in blocks
        )

    def can_teach(self, teacher: Teacher, wanted: Sequence[Slot]) -> bool:
        own = {one.key for one in wanted}
        busy = [
            one for one in self.held if teacher.id in {who.id for who in one.teachers} and one.key not in own
        ]
        away = self.facts.absences.get(teacher.id, ())
        return not any(one.meets(other) for one in wanted for other in busy) and not any(
            absence.covers(one) for one in wanted for absence in away
        )


def of(found: Sequence[Open]) -> dict[str, list[Remedy]]:
    """What can be done about each of these findings, by its key, by few statements for all."""
    if not found:
        return {}
    around = _around([slot for one in found for slot in one.slots])
    return {one.finding.key: list(_remedies(one, around)) for one in found}


def _around(wanted: Sequence[Slot]) -> _Around:
    first, last = min(one.starts_at for one in wanted), max(one.ends_at for one in wanted)
    rooms = [
        slots.room(one)
        for one in db.session.scalars(
            select(Room)
            .join(Room.venue)
            .where(Room.is_active, Venue.is_active)
            .options(joinedload(Room.venue))
        )
    ]
    active = db.session.scalars(select(Trainer.id).where(Trainer.is_active)).all()
    teachers = sorted(slots.teachers(active).values(), key=lambda one: one.name)
    held = slots.stored(
        TrainingSession.starts_at > first - clash_facts.A_DAY,
        TrainingSession.starts_at < last,
        TrainingSession.ends_at > first,
    )
    facts = clash_facts.closed(rooms, [one.id for one in teachers], first, last)
    return _Around(rooms, teachers, held, facts)


def _remedies(one: Open, around: _Around) -> Iterator[Remedy]:
    finding, wanted = one.finding, one.slots
    if finding.rule in OF_ROOMS:
        yield from _of_rooms(finding, wanted, around)
    if finding.rule in OF_TRAINERS:
        yield from _of_trainers(finding, wanted, around)
    if finding.rule == "own_overlap" and any(slot.is_compulsory for slot in wanted):
        yield Remedy(Verb.OPTIONAL, "", msg("Make %(session)s optional", session=wanted[-1].title))
    if finding.rule in ("holiday", "weekend"):
        yield from _of_days(wanted, around)


def _of_rooms(finding: Finding, wanted: Sequence[Slot], around: _Around) -> Iterator[Remedy]:
    frame, now = wanted[0].frame, wanted[0].room
    where = frame.where or (now.where if now is not None else None)
    people = [one for one in finding.fact[1:] if isinstance(one, int)] if finding.rule == "room_small" else []
    need = max(frame.capacity, *people, 0)
    fitting = [
        room
        for room in around.rooms
        if where is not None
        and (room.where.country, room.where.city) == (where.country, where.city or room.where.city)
        and room.seats >= need
        and (now is None or room.id != now.id)
        and around.is_free(room, wanted)
    ]
    here = now.venue if now is not None else ""
    for room in sorted(fitting, key=lambda one: (one.venue != here, one.seats, one.name, one.id))[:MOST]:
        if room.venue == here:
            said = msg("Take %(room)s: %(seats)s seats, free", room=room.name, seats=room.seats)
        else:
            said = msg(
                "Take %(room)s, %(venue)s: %(seats)s seats, free",
                room=room.name, venue=room.venue, seats=room.seats,
            )  # fmt: skip
        yield Remedy(Verb.ROOM, str(room.id), said)


def _of_trainers(finding: Finding, wanted: Sequence[Slot], around: _Around) -> Iterator[Remedy]:
    frame, here = wanted[0].frame, {who.id for slot in wanted for who in slot.teachers}
    needs = (
        frozenset().union(*(slot.needs for slot in wanted))
        if all(slot.needs for slot in wanted)
        else frozenset()
    )
    ranked: list[tuple[int, int, Teacher]] = []
    load: defaultdict[int, int] = defaultdict(int)
    for slot in around.held:
        for who in slot.teachers:
            load[who.id] += 1
    for who in around.teachers:
        is_fit = (not needs or bool(who.themes & needs)) and (
            not who.languages or not frame.languages or bool(who.languages & frame.languages)
        )
        if who.id not in here and is_fit and around.can_teach(who, wanted):
            ranked.append((load[who.id], len(ranked), who))
    for _, _, who in sorted(ranked)[:MOST]:
        if finding.trainer is None:
            said = msg("%(trainer)s is free: plan them", trainer=who.name)
        else:
            said = msg("%(trainer)s is free: plan them instead", trainer=who.name)
        yield Remedy(Verb.TRAINER, str(who.id), said)
    if finding.trainer is not None and all(len(slot.teachers) > 1 for slot in wanted):
        name = next(who.name for slot in wanted for who in slot.teachers if who.id == finding.trainer)
        yield Remedy(Verb.WITHOUT, str(finding.trainer), msg("Without %(trainer)s there", trainer=name))


def _of_days(wanted: Sequence[Slot], around: _Around) -> Iterator[Remedy]:
    """The next working day of the training on which nothing else of it is held."""
    slot = wanted[0]
    where, training = slot.where or slot.frame.where, db.session.get(Training, slot.frame.id)
    if where is None or training is None:
        return
    taken = {one.day for one in slots.stored(TrainingSession.training_id == slot.frame.id)}
    for ahead in range(1, FURTHEST):
        day = slot.day + timedelta(days=ahead)
        if day > training.ends_on:
            return
        if day not in taken and not clash_facts.is_day_off(where, day):
            yield Remedy(Verb.DAY, day.isoformat(), msg("Move to %(day)s", day=day))
            return


@atomic
def take(training: Training, *, by: Person, key: str, code: str) -> int:
    """Carry a remedy out in all sessions of the finding; returns in how many.

    Raises ``Conflict`` if the finding is not open any more, if the remedy is not proposed any more, and if it clashes.
    """
    locked_trainings.lock(training)
    one = open_list.get(training, key)
    remedy = next((found for found in of([one])[key] if found.code == code), None)
    if remedy is None:
        raise Conflict(open_list.GONE, "changed")
    wanted = one.slots[-1:] if remedy.verb is Verb.OPTIONAL else one.slots
    ids = [slot.key for slot in wanted]
    found = {
        session.id: session
        for session in db.session.scalars(select(TrainingSession).where(TrainingSession.id.in_(ids)))
    }
    now = [found[number] for number in ids]
    after = [_changed(plan.details_of(session), remedy, one.finding) for session in now]
    locked_trainings.hold_places(
        now,
        [details.room for details in after if details.room is not None],
        [trainer for details in after for trainer in details.trainers],
    )
    for session, details in zip(now, after, strict=True):
        sessions.change(session, by=by, details=details)
    changes = {"rule": one.finding.rule, "what": str(one.finding.message), "remedy": str(remedy.label)}
    audit.record(by=by, action="clash.remedy", thing=training, changes=changes)
    return len(now)


def _changed(now: Details, remedy: Remedy, finding: Finding) -> Details:
    match remedy.verb:
        case Verb.ROOM:
            return replace(now, room=db.session.get_one(Room, int(remedy.value)))
        case Verb.TRAINER:
            kept = [one for one in now.trainers if one.id != finding.trainer]
            return replace(now, trainers=[*kept, db.session.get_one(Trainer, int(remedy.value))])
        case Verb.WITHOUT:
            return replace(now, trainers=[one for one in now.trainers if one.id != int(remedy.value)])
        case Verb.OPTIONAL:
            return replace(now, is_compulsory=False)
        case Verb.DAY:
            ahead = date.fromisoformat(remedy.value) - now.starts_local.date()
            return replace(now, starts_local=now.starts_local + ahead, ends_local=now.ends_local + ahead)
