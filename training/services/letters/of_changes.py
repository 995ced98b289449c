"""What an announcement tells, and who hears of it: each person, agency and trainer only of what differs for them.

The page that shows an announcement before it is made asks the same functions as the letters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.db import db
from training.models import LIVE, Registration, Trainer, Training
from training.rules import zones
from training.services import announced
from training.services.letters import timetables, to_people
from training.services.letters.parts import Part, about, name_of
from training.services.letters.timetables import Difference, FactsDiffer, Slot, where_of
from training.services.letters.to_people import Taught
from training.texts import letters, links, proposed
from training.texts.letters import Ready, block, one_line


def of_announcement(
    kind: str,
    training: Training,
    facts: FactsDiffer | None,
    sessions: Sequence[Difference],
    *,
    people: Iterable[str] = (),
    note: str = "",
    trainers: Mapping[int, str] | None = None,
    announcement_id: int | None = None,
    wait: timedelta = timedelta(),
) -> Part:
    """What has changed, and what it was before. What has not changed is left out.

    ``trainers`` are their names by id, where people are told who teaches.
    """
    lines, said_by_all = block(people), letters.paragraphs(note)

    def values(language: str) -> dict[str, str]:
        known = announced.facts(training).zone
        clocks = (facts.before.zone, facts.now.zone) if facts else (known, known)
        rescheduled = block(_line(one, clocks, language, trainers) for one in sessions)
        return {
            **about(training, language),
            **_facts(facts, language),
            "sessions": Ready(f"\n{rescheduled}") if sessions else "",
            "people": lines,
            "note": said_by_all,
        }

    return Part(kind, values, announcement_id, wait)


def _facts(facts: FactsDiffer | None, language: str) -> dict[str, str]:
    """The values of the lines about days, place, zone and link. Those that did not change are empty."""
    names = ("before", "now", "zone_before", "zone", "online_before", "online")
    if facts is None:
        return dict.fromkeys(names, "")
    was, now = facts.before, facts.now
    said = {
        "before": where_of(was).said(language),
        "now": where_of(now).said(language),
        "zone_before": zones.said(was.zone, language),
        "zone": zones.said(now.zone, language),
        "online_before": was.link or "–",
        "online": now.link or "–",
    }
    if not {"dates", "place"} & set(facts.changed):
        said["before"] = said["now"] = ""
    elif said["before"] == said["now"]:  # in person or online: the place alone does not say it
        for name, one in (("before", was), ("now", now)):
            said[name] = f"{said[name]} ({letters.MODALITY[language][str(one.modality)]})"
    for first, second, name in (("zone_before", "zone", "zone"), ("online_before", "online", "link")):
        if name not in facts.changed:
            said[first] = said[second] = ""
    return said


def _line(one: Difference, clocks: tuple[str, str], language: str, trainers: Mapping[int, str] | None) -> str:
    """What became of a session: "– Morning: 12 May 2026, 09:00–12:00 → called off (Vienna time)".

    ``clocks`` are the zones before and now. Where they differ, the hours of each side say their own.
    """
    words, was, now = letters.OF_SESSION[language], one.before, one.now
    there, where = (f" ({zones.said(zone, language)})" for zone in clocks)
    if one.sign == "new" and now is not None:
        return f"– {words['new']}: {_said(now, language, trainers)}{where}"
    if was is None or now is None or not now.is_held:
        gone = was or now
        title = one_line(proposed.said(gone.title, language)) if gone else ""
        off = words["not_yours"] if now is None else letters.CALLED_OFF[language]
        return f"– {title}: {_hours(gone, language) if gone else ''} → {off}{there if was else where}"
    title, called = (one_line(proposed.said(slot.title, language)) for slot in (was, now))
    if one.sign == "back":
        return f"– {title}: {letters.CALLED_OFF[language]} → {_said(now, language, trainers)}{where}"
    changed = [_both_hours(was, now, (there, where), language)]
    if there != where:
        where = ""  # each side has said its own
    if was.room_id != now.room_id:
        changed.append(f"{one_line(was.room) or '–'} → {one_line(now.room) or '–'}")
    if title != called:
        changed.append(f"{words['title']}: {called}")
    if was.break_minutes != now.break_minutes:
        changed.append(words["break"].format(was=was.break_minutes, now=now.break_minutes))
    if was.is_compulsory != now.is_compulsory:
        changed.append(words["compulsory" if now.is_compulsory else "optional"])
    if trainers is not None and was.trainer_ids != now.trainer_ids:
        changed.append(f"{_names(was, trainers) or '–'} → {_names(now, trainers) or '–'}")
    return f"– {title}: {'; '.join(changed)}{where}"


def _both_hours(was: Slot, now: Slot, clocks: tuple[str, str], language: str) -> str:
    """The hours before and now, or once if they are the same. Where the clocks differ, each side names its own."""
    before, after = _hours(was, language), _hours(now, language)
    if clocks[0] != clocks[1]:
        return f"{before}{clocks[0]} → {after}{clocks[1]}"
    return after if before == after else f"{before} → {after}"


def _hours(one: Slot, language: str) -> str:
    return letters.slot(one.starts, one.ends, language)


def _said(one: Slot, language: str, trainers: Mapping[int, str] | None = None) -> str:
    return timetables.said(
        one.title,
        one.starts,
        one.ends,
        language,
        room=one.room,
        break_minutes=one.break_minutes,
        is_compulsory=one.is_compulsory,
        trainers=_names(one, trainers) if trainers else "",
    )


def _names(one: Slot, trainers: Mapping[int, str]) -> str:
    return ", ".join(one_line(trainers[number]) for number in one.trainer_ids if number in trainers)


def of_deadline(training: Training, before: datetime) -> Part:
    """Registration closes at another time."""

    def values(language: str) -> dict[str, str]:
        zone = announced.facts(training).zone
        was, now = (letters.moment(at, zone, language) for at in (before, training.registration_closes_at))
        return {**about(training, language), "before": was, "deadline": now}

    return Part("deadline_moved", values)


OVERTAKEN, COPY = "coordinator_not_announced", "coordinator_changed"
"""What coordinators get: a warning of what is not announced yet, and the copy of an announcement."""


@dataclass(frozen=True)
class Announcing:
    """The note: what is announced of a training, and to which audiences.

    ``trainer_ids`` are those who teach in it from now on. ``wait`` is how long the letters stay, so that it can be undone.
    """

    training: Training
    facts: FactsDiffer | None
    sessions: Sequence[Difference]
    trainer_ids: frozenset[int]
    note: str = ""
    to_people: bool = True
    to_agencies: bool = True
    to_trainers: bool = True
    to_coordinators: bool = False
    announcement_id: int | None = None
    wait: timedelta = timedelta()

    @property
    def public(self) -> list[Difference]:
        """The sessions of which people and agencies are told."""
        if self.training.shows_trainers:
            return list(self.sessions)
        return [one for one in self.sessions if one.is_public]


@dataclass(frozen=True)
class Heard:
    """Who hears of an announcement. Each trainer with the sessions that differ for them."""

    people: Sequence[Registration]
    agencies: Mapping[int, Sequence[Registration]]
    trainers: Mapping[Trainer, Sequence[Difference]]

    def __bool__(self) -> bool:
        return bool(self.people or self.agencies or self.trainers)


def live_of(training: Training) -> list[Registration]:
    """The registrations that may still lead to a seat, with their people and agencies."""
    return list(
        db.session.scalars(
            select(Registration)
            .where(Registration.training_id == training.id, Registration.state.in_(LIVE))
            .options(joinedload(Registration.trainee), joinedload(Registration.agency))
            .order_by(Registration.id)
        )
    )


def by_agency(registrations: Iterable[Registration]) -> dict[int, list[str]]:
    """The lines with the people of each agency."""
    found: dict[int, list[str]] = defaultdict(list)
    for registration in registrations:
        found[registration.agency_id].append(f"– {name_of(registration)}")
    return found


def heard(one: Announcing) -> Heard:
    """Who hears of it: those for whom something differs, and no others."""
    is_public = bool(one.public)
    live = live_of(one.training) if is_public or one.facts else []
    people = live if is_public or (one.facts and one.facts.is_for_people) else []
    agencies: dict[int, list[Registration]] = defaultdict(list)
    for registration in live:
        agencies[registration.agency_id].append(registration)
    ids = set(one.trainer_ids) if one.facts else set()
    ids |= {n for each in one.sessions for slot in (each.before, each.now) if slot for n in slot.trainer_ids}
    trainers = {}
    for trainer in to_people.trainers(ids):
        own = [mine for each in one.sessions if (mine := each.of_trainer(trainer.id))]
        if own or (one.facts and trainer.id in one.trainer_ids):
            trainers[trainer] = own
    return Heard(people, agencies, trainers)


def add(
    one: Announcing,
    to_agencies: dict[tuple[Training, int], list[Part]],
    personal: dict[Registration, list[Part]],
    teaching: dict[Taught, list[Part]],
) -> None:
    """Add what each agency, person and trainer is told to what they are told besides."""
    told = heard(one)
    names = _all_names(one) if one.training.shows_trainers else None
    if one.to_agencies:
        for agency_id, registrations in told.agencies.items():
            lines = [f"– {name_of(each)}" for each in registrations]
            to_agencies[one.training, agency_id].append(
                _part("changed", one, one.public, people=lines, names=names)
            )
    if one.to_people and told.people:
        part = _part(letters.TO_PERSON["changed"], one, one.public, names=names)
        for registration in told.people:
            personal[registration].append(part)
    if one.to_trainers:
        for trainer, own in told.trainers.items():
            teaching[one.training, trainer].append(_part(letters.TO_TRAINER["changed"], one, own))


def of_copy(one: Announcing) -> Part:
    """The copy for those who plan: what was announced, and how many were told."""
    told, said = heard(one), _part(COPY, one, one.sessions, names=_all_names(one))
    reached = {
        "of_people": len(told.people) if one.to_people else 0,
        "of_agencies": len(told.agencies) if one.to_agencies else 0,
        "of_trainers": len(told.trainers) if one.to_trainers else 0,
    }
    counted = {name: str(count or "") for name, count in reached.items()}
    return replace(said, values=lambda language: {**said.values(language), **counted})


def of_overtaken(one: Announcing, begins: datetime) -> Part:
    """What is not announced yet although it is near, for those who plan. ``begins`` is when the next session does."""
    said = _part(OVERTAKEN, one, one.sessions, names=_all_names(one))
    count = len(one.sessions) + (len(one.facts.changed) if one.facts else 0)
    look = Ready(links.to_page(f"/trainings/{one.training.public_id}/announce"))

    def values(language: str) -> dict[str, str]:
        at = letters.moment(begins, announced.facts(one.training).zone, language)
        return {**said.values(language), "changes": str(count), "begins": at, "look": look}

    return replace(said, values=values)


def _all_names(one: Announcing) -> dict[int, str]:
    """The names of all trainers who taught, or teach now, in the sessions that differ."""
    ids = {n for each in one.sessions for slot in (each.before, each.now) if slot for n in slot.trainer_ids}
    return {trainer.id: one_line(trainer.name) for trainer in to_people.trainers(ids)}


def _part(
    kind: str,
    one: Announcing,
    sessions: Sequence[Difference],
    *,
    people: Iterable[str] = (),
    names: Mapping[int, str] | None = None,
) -> Part:
    return of_announcement(
        kind,
        one.training,
        one.facts,
        sessions,
        people=people,
        note=one.note,
        trainers=names,
        announcement_id=one.announcement_id,
        wait=one.wait,
    )
