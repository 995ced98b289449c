"""Rules of what fits: trainers, rooms, days off and hours. And what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from training.rules.findings import Finding, Severity, of_slot, town
from training.rules.timetable import Facts, People, Slot, Where
from training.text import Message, msg

MOST_A_DAY, MOST_WITHOUT_BREAK = 8 * 60, 4 * 60
"""Minutes of sessions."""
NIGHT_ENDS, NIGHT_BEGINS = 6, 22
"""Hours on the clock between which nobody should have to learn."""


def trainer_away(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """Trainers are away."""
    for one in slots:
        for trainer in one.teachers:
            for away in facts.absences.get(trainer.id, ()):
                if not away.covers(one):
                    continue
                if away.first == away.last:
                    said = msg("%(trainer)s is away on that day.", trainer=trainer.name)
                elif away.note:
                    said = msg(
                        "%(trainer)s is away from %(first)s to %(last)s: %(note)s.",
                        trainer=trainer.name, first=away.first, last=away.last, note=away.note.rstrip("."),
                    )  # fmt: skip
                else:
                    said = msg(
                        "%(trainer)s is away from %(first)s to %(last)s.",
                        trainer=trainer.name, first=away.first, last=away.last,
                    )  # fmt: skip
                made = of_slot(
                    "trainer_away", Severity.SOFT, one, said, trainer.id, str(away.first), str(away.last)
                )
                yield replace(made, trainer=trainer.id)


def trainer_unfit(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """A trainer teaches some themes, in some languages, until they are retired."""
    for one in slots:
        for trainer in one.teachers:
            if not trainer.is_active:
                severity = Severity.SOFT if trainer.id in one.kept else Severity.HARD
                said = msg("%(trainer)s is retired and is not scheduled any more.", trainer=trainer.name)
                yield replace(
                    of_slot("trainer_unfit", severity, one, said, trainer.id, "retired"), trainer=trainer.id
                )
            elif trainer.themes and one.needs and not trainer.themes & one.needs:
                said = msg(
                    "%(trainer)s does not teach %(theme)s.",
                    trainer=trainer.name,
                    theme=one.theme_code,
                )
                yield replace(
                    of_slot("trainer_unfit", Severity.SOFT, one, said, trainer.id, *sorted(one.needs)),
                    trainer=trainer.id,
                )
            elif trainer.languages and one.frame.languages and not trainer.languages & one.frame.languages:
                languages = sorted(one.frame.languages)
                said = msg(
                    "%(trainer)s does not teach in the training's languages (%(languages)s).",
                    trainer=trainer.name,
                    languages=", ".join(languages),
                )
                yield replace(
                    of_slot("trainer_unfit", Severity.SOFT, one, said, trainer.id, *languages),
                    trainer=trainer.id,
                )


def trainer_load(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """A trainer agreed to a number of days a month."""
    asked = {one.key for one in slots}
    days: defaultdict[tuple[int, int, int], set[date]] = defaultdict(set)
    for trainer_id, taught in facts.taught.items():
        for key, day in taught.items():
            if key not in asked:
                days[trainer_id, day.year, day.month].add(day)
    for one in slots:
        for trainer in one.teachers:
            days[trainer.id, one.day.year, one.day.month].add(one.day)
    for one in slots:
        for trainer in one.teachers:
            month = sorted(days[trainer.id, one.day.year, one.day.month])
            if trainer.most_days is not None and len(month) > trainer.most_days:
                if one.day not in month[trainer.most_days :]:
                    continue  # the first days of the month are within the limit
                said = msg(
                    "%(trainer)s would teach on %(days)s days of that month, and the limit is %(limit)s.",
                    trainer=trainer.name,
                    days=len(month),
                    limit=trainer.most_days,
                )
                made = of_slot(
                    "trainer_load", Severity.SOFT, one, said,
                    trainer.id, one.day.year, one.day.month, len(month), trainer.most_days,
                )  # fmt: skip
                yield replace(made, trainer=trainer.id)


def room_small(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """A room seats so many."""
    for one in slots:
        if one.room is None:
            continue
        people = facts.people[one.frame.id].count if one.frame.id in facts.people else 0
        if people > one.room.seats:
            said = msg(
                "%(room)s seats %(seats)s, and %(people)s people have a seat.",
                room=one.room.name, seats=one.room.seats, people=people,
            )  # fmt: skip
            yield of_slot("room_small", Severity.SOFT, one, said, one.room.id, one.room.seats, people)
        elif one.frame.capacity > one.room.seats:
            said = msg(
                "%(room)s seats %(seats)s, and the training has %(capacity)s.",
                room=one.room.name, seats=one.room.seats, capacity=one.frame.capacity,
            )  # fmt: skip
            yield of_slot(
                "room_small", Severity.SOFT, one, said, one.room.id, one.room.seats, "of", one.frame.capacity
            )


def other_place(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """A room stands where its training is held."""
    for one in slots:
        room, where = one.room, one.frame.where
        if room is None or where is None:
            continue
        is_elsewhere = room.where.country != where.country or (
            where.city and room.where.city and room.where.city != where.city
        )
        if is_elsewhere:
            said = msg(
                "%(room)s is in %(there)s, and the training in %(place)s.",
                room=room.name, there=town(room.where, facts), place=town(where, facts),
            )  # fmt: skip
            yield of_slot("other_place", Severity.SOFT, one, said, room.id, where.city, where.country)
        elif room.zone != one.frame.zone:
            said = msg(
                "%(room)s has clocks of %(there)s, and the training's hours are of %(zone)s.",
                room=room.name, there=room.zone, zone=one.frame.zone,
            )  # fmt: skip
            yield of_slot("other_place", Severity.SOFT, one, said, room.id, room.zone, one.frame.zone)


def holiday(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """Nobody works on holidays, where it is held and where people come from."""
    for one in slots:
        where = one.where or one.frame.where
        if where is not None and (name := facts.holiday(where, one.day)):
            said = msg("%(day)s is a holiday there: %(name)s.", day=one.day, name=name)
            yield of_slot("holiday", Severity.SOFT, one, said, where.country, str(one.day))
        people = facts.people.get(one.frame.id, People())
        for country, count in people.agencies.items():
            if where is not None and country == where.country:
                continue
            if name := facts.holiday(Where("", country), one.day):
                said = msg(
                    "%(day)s is a holiday for %(count)s of %(all)s people (%(country)s): %(name)s.",
                    day=one.day,
                    count=count,
                    all=people.count,
                    country=facts.country(country),
                    name=name,
                )
                yield of_slot("holiday", Severity.SOFT, one, said, country, str(one.day), count)


def weekend(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """Nobody works on the weekend of the country where it is held. A holiday on it is told of once."""
    for one in slots:
        where = one.where or one.frame.where
        if where is not None and facts.is_weekend(where, one.day) and not facts.holiday(where, one.day):
            said = msg("%(day)s is on the weekend there.", day=one.day)
            yield of_slot("weekend", Severity.SOFT, one, said, where.country, str(one.day))


def night_online(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """Online, it may be night where people are."""
    for one in slots:
        people = facts.people.get(one.frame.id)
        if not one.frame.is_online or people is None:
            continue
        for country, count in people.homes.items():
            zones = facts.zones(country)
            clocks = [one.starts_at.astimezone(ZoneInfo(zone)) for zone in zones]
            if clocks and all(at.hour < NIGHT_ENDS or at.hour >= NIGHT_BEGINS for at in clocks):
                said = msg(
                    "It begins at %(time)s at night for %(count)s people (%(country)s).",
                    time=f"{clocks[0]:%H:%M}", count=count, country=facts.country(country),
                )  # fmt: skip
                yield of_slot("night_online", Severity.SOFT, one, said, country, count, f"{clocks[0]:%H:%M}")


def too_long(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """Nobody learns longer than that."""
    asked = {one.key for one in slots}
    days: defaultdict[tuple[int, date], list[Slot]] = defaultdict(list)
    trainings = {one.frame.id for one in slots}
    for one in (*slots, *(other for other in facts.others if other.frame.id in trainings)):
        days[one.frame.id, one.day].append(one)
    for of_day in days.values():
        minutes = sum(one.contact for one in of_day if one.is_compulsory)
        for one in of_day:
            if one.key not in asked:
                continue
            stretch = one.contact if not one.break_minutes else -(-one.contact // 2)
            if stretch > MOST_WITHOUT_BREAK:
                said = msg("%(time)s without a break.", time=_long(stretch))
                yield of_slot("too_long", Severity.SOFT, one, said, "break", stretch)
            if minutes > MOST_A_DAY and one.is_compulsory:
                said = msg("%(time)s of sessions on %(day)s.", time=_long(minutes), day=one.day)
                yield of_slot("too_long", Severity.SOFT, one, said, str(one.day), minutes)


def _long(minutes: int) -> Message:
    hours, rest = divmod(minutes, 60)
    if not rest:
        return msg("%(hours)s hours", hours=hours)
    return msg("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)


def no_room(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """People who come together need a room."""
    for one in slots:
        if one.room is None and one.frame.has_place:
            yield of_slot("no_room", Severity.GAP, one, msg("It has no room."))


def no_trainer(slots: Sequence[Slot], facts: Facts) -> Iterator[Finding]:
    """Somebody has to teach."""
    for one in slots:
        if not one.teachers:
            yield of_slot("no_trainer", Severity.GAP, one, msg("It has no trainer."))
