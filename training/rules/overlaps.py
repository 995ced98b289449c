"""Rules of time: two things at once, nobody's time, and too little time between.

Each finding is symmetric: where one session is told of the other, the other is told of the first. They do not change if
all sessions move by the same number of days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from training.errors import Invalid
from training.rules import walltime
from training.rules.findings import Finding, Severity, name_of, of_slot, room_of, teachers_of, town
from training.rules.timetable import Facts, Slot, neighbours, pairs
from training.text import Message, msg

TURN_OVER = timedelta(minutes=15)


def own_overlap(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """Two sessions of one training at once: hard if both are compulsory."""
    for one, other, _ in pairs(slots, facts.others, lambda slot: (slot.frame.id,)):
        is_hard = one.is_compulsory and other.is_compulsory
        if (one.starts_local, one.ends_local) == (other.starts_local, other.ends_local) and is_hard:
            said = msg(
                "This training has a session then already: %(title)s, %(day)s, %(when)s.",
                title=other.title,
                day=other.day,
                when=other.hours,
            )
        elif is_hard:
            said = msg(
                "It overlaps with %(title)s, %(day)s, %(when)s: nobody can be in both. "
                "Choose other hours, or make one of them optional.",
                title=other.title,
                day=other.day,
                when=other.hours,
            )
        else:
            said = msg(
                "It overlaps with %(title)s, %(day)s, %(when)s. One of them is optional.",
                title=other.title,
                day=other.day,
                when=other.hours,
            )
        severity = Severity.HARD if is_hard else Severity.SOFT
        yield of_slot("own_overlap", severity, one, said, *sorted((one.key, other.key)))


def room_twice(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """A room has one session at a time."""
    for one, other, _ in pairs(slots, facts.others, room_of):
        assert one.room is not None
        said = msg(
            "%(room)s is taken by %(training)s at that time.", room=one.room.name, training=other.frame.code
        )
        yield of_slot("room_twice", Severity.HARD, one, said, one.room.id, other.frame.id)


def trainer_twice(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """A trainer has one session at a time."""
    for one, other, trainer in pairs(slots, facts.others, teachers_of):
        said = msg(
            "%(trainer)s teaches in %(training)s at that time.",
            trainer=name_of(one, trainer),
            training=other.frame.code,
        )
        yield replace(
            of_slot("trainer_twice", Severity.HARD, one, said, trainer, other.frame.id), trainer=trainer
        )


def room_blocked(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """A room that is closed takes no session."""
    for one in slots:
        for block in facts.blocks.get(one.room.id, ()) if one.room is not None else ():
            if one.room is not None and block.starts_at < one.ends_at and one.starts_at < block.ends_at:
                said = msg(
                    "%(room)s is closed at that time: %(reason)s.",
                    room=one.room.name,
                    reason=block.reason.rstrip("."),
                )
                yield of_slot("room_blocked", Severity.HARD, one, said, one.room.id, block.id)


def no_such_time(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """Clocks skip some times."""
    for one in slots:
        for local in (one.starts_local, one.ends_local):
            try:
                walltime.instant(local, one.frame.zone)
            except Invalid as skipped:
                yield of_slot("no_such_time", Severity.HARD, one, skipped.message, str(local))
                break


def outside_programme(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """Sessions lie within their programme."""
    for one in slots:
        if not one.frame.first <= one.day <= one.ends_local.date() <= one.frame.last:
            said = msg(
                "The programme runs from %(first)s to %(last)s. Choose days between these dates.",
                first=one.frame.first,
                last=one.frame.last,
            )
            yield of_slot(
                "outside_programme", Severity.HARD, one, said, str(one.frame.first), str(one.frame.last)
            )


def participant_twice(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """People with a seat are in one session at a time."""
    asked = {one.key: one for one in slots}
    for one in slots:
        if not one.is_compulsory:
            continue
        people: dict[str, dict[int, str]] = {}
        for other in facts.elsewhere.get(one.frame.id, ()):
            moved = asked.get(other.key)
            starts, ends = (
                (moved.starts_at, moved.ends_at) if moved is not None else (other.starts_at, other.ends_at)
            )
            if starts < one.ends_at and one.starts_at < ends:
                people.setdefault(other.code, {})[other.person] = other.name
        for code, names in people.items():
            shown = ", ".join(sorted(names.values())[:3]) + (" …" if len(names) > 3 else "")
            if len(names) == 1:
                said = msg("%(names)s has a seat in %(training)s then too.", names=shown, training=code)
            else:
                said = msg(
                    "%(count)s people have a seat in %(training)s then too: %(names)s.",
                    count=len(names),
                    training=code,
                    names=shown,
                )
            yield of_slot("participant_twice", Severity.SOFT, one, said, code, *sorted(names))


def travel_gap(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """A trainer needs nights or days to travel."""
    asked = {one.key for one in slots}
    placed = [one for one in slots if one.where is not None]
    others = [one for one in facts.others if one.where is not None]
    for first, second, trainer in neighbours(placed, others, teachers_of):
        if _is_too_near(first, second, facts):
            assert first.where is not None and second.where is not None
            said = msg(
                "%(trainer)s is in %(from)s until %(until)s and in %(to)s from %(on)s.",
                **{
                    "trainer": name_of(first, trainer),
                    "from": town(first.where, facts),
                    "to": town(second.where, facts),
                    "until": _moment(first.ends_local.date(), f"{first.ends_local:%H:%M}"),
                    "on": _moment(second.day, f"{second.starts_local:%H:%M}"),
                },
            )
            for one in (first, second):
                if one.key in asked:
                    made = of_slot("travel_gap", Severity.SOFT, one, said, trainer, first.key, second.key)
                    yield replace(made, trainer=trainer)


def _moment(day: date, hour: str) -> Message:
    return msg("%(day)s, %(time)s", day=day, time=hour)


def _is_too_near(first: Slot, second: Slot, facts: Facts) -> bool:
    """Whether nobody can travel from one to the other: they meet, or there are too few nights or days between."""
    here, there = first.where, second.where
    if here is None or there is None or first.meets(second):
        return False  # the same hours are another rule's
    nights = (second.day - first.ends_local.date()).days
    if here.country != there.country and here.country and there.country:
        return nights - 1 < facts.days_between_countries if facts.days_between_countries else False
    if here.city and there.city and here.city != there.city:
        return nights < facts.nights_between_cities
    return False


def turn_over(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """A room and a trainer need some minutes between two trainings."""
    for one, other, _ in pairs(slots, facts.others, room_of, TURN_OVER):
        if one.frame.id != other.frame.id and not one.meets(other):
            assert one.room is not None
            said = msg(
                "%(minutes)s minutes between this and %(training)s in %(room)s.",
                minutes=_between(one, other), training=other.frame.code, room=one.room.name,
            )  # fmt: skip
            yield of_slot("turn_over", Severity.SOFT, one, said, one.room.id, other.key, _between(one, other))
    for one, other, trainer in pairs(slots, facts.others, teachers_of, TURN_OVER):
        if one.frame.id != other.frame.id and not one.meets(other):
            said = msg(
                "%(trainer)s has %(minutes)s minutes between this and %(training)s.",
                trainer=name_of(one, trainer), minutes=_between(one, other), training=other.frame.code,
            )  # fmt: skip
            made = of_slot("turn_over", Severity.SOFT, one, said, trainer, other.key, _between(one, other))
            yield replace(made, trainer=trainer)


def _between(one: Slot, other: Slot) -> int:
    gap = max(one.starts_at, other.starts_at) - min(one.ends_at, other.ends_at)
    return int(gap.total_seconds() // 60)
