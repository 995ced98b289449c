"""What an announcement tells: what differs from what people knew, and the whole timetable below it.

It knows no schedule. It gets data classes that say how something was and how it is now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from training.models import Training
from training.rules import zones
from training.services import announced
from training.services.announced import Facts
from training.services.letters import timetables
from training.services.letters.parts import Part, about, where_of
from training.texts import letters
from training.texts.letters import Ready, block, one_line


@dataclass(frozen=True)
class Slot:
    """A session as it is planned, or as people know it. ``starts`` and ``ends`` are by the clock there."""

    title: str
    starts: datetime
    ends: datetime
    starts_at: datetime
    ends_at: datetime
    break_minutes: int
    is_compulsory: bool
    room_id: int | None
    room: str
    trainer_ids: tuple[int, ...]
    is_held: bool

    @property
    def public(self) -> tuple[object, ...]:
        """What everybody is told of it, but for who teaches."""
        return (
            self.title,
            self.starts,
            self.ends,
            self.break_minutes,
            self.is_compulsory,
            self.room_id,
            self.is_held,
        )

    @property
    def key(self) -> tuple[object, ...]:
        """All that is announced of it."""
        return (*self.public, self.trainer_ids)


@dataclass(frozen=True)
class Difference:
    """A session that differs: None before is a new one, None now is one that is gone."""

    session_id: int
    before: Slot | None
    now: Slot | None

    @property
    def is_public(self) -> bool:
        """Whether it differs in more than who teaches."""
        return (self.before and self.before.public) != (self.now and self.now.public)

    @property
    def sign(self) -> str:
        """What kind of change it is: ``new``, ``off``, ``back`` or ``changed``."""
        was, now = _is_held(self.before), _is_held(self.now)
        if was and not now:
            return "off"
        if now and not was:
            return "new" if self.before is None else "back"
        return "changed"

    def of_trainer(self, number: int) -> Difference | None:
        """The difference as a trainer sees it, or None if nothing of theirs differs. Of the others it says nothing."""
        before, now = (
            replace(one, trainer_ids=(number,)) if one is not None and number in one.trainer_ids else None
            for one in (self.before, self.now)
        )
        if not _is_held(before) and not _is_held(now):
            return None
        found = Difference(self.session_id, before, now)
        return found if found.is_public else None


def _is_held(one: Slot | None) -> bool:
    return one is not None and one.is_held


@dataclass(frozen=True)
class FactsDiffer:
    """When, where and how a training is held, before and now."""

    before: Facts
    now: Facts

    @classmethod
    def of(cls, before: Facts, now: Facts) -> FactsDiffer | None:
        """The difference, or None if there is none."""
        found = cls(before, now)
        return found if found.changed else None

    @property
    def changed(self) -> tuple[str, ...]:
        """What differs: ``dates``, ``place``, ``zone`` and ``link``."""
        was, now = self.before, self.now
        pairs = {
            "dates": ((was.starts_on, was.ends_on), (now.starts_on, now.ends_on)),
            "place": (_place(was), _place(now)),
            "zone": (was.zone, now.zone),
            "link": (was.link, now.link),
        }
        return tuple(name for name, (first, second) in pairs.items() if first != second)

    @property
    def is_for_people(self) -> bool:
        """Whether people are told themselves. The link alone is handed on by their agency to those who have a seat."""
        return self.changed != ("link",)

    @property
    def plain(self) -> tuple[object, ...]:
        """Both sides as values that can be compared and written down."""
        return tuple(
            (one.starts_on, one.ends_on, one.zone, _place(one), one.link) for one in (self.before, self.now)
        )


def _place(one: Facts) -> tuple[object, ...]:
    return one.venue.id if one.venue else None, one.country, str(one.modality)


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
        zone = announced.facts(training).zone
        rescheduled = block(_line(one, zone, language, trainers) for one in sessions)
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


def _line(one: Difference, zone: str, language: str, trainers: Mapping[int, str] | None) -> str:
    """What became of a session: "– Morning: 12 May 2026, 09:00–12:00 → called off (Vienna time)"."""
    words, was, now = letters.OF_SESSION[language], one.before, one.now
    where = f" ({zones.said(zone, language)})"
    if one.sign == "new" and now is not None:
        return f"– {words['new']}: {_said(now, language, trainers)}{where}"
    if was is None or now is None or not now.is_held:
        gone = was or now
        title = one_line(gone.title) if gone else ""
        off = words["not_yours"] if now is None else letters.CALLED_OFF[language]
        return f"– {title}: {_hours(gone, language) if gone else ''} → {off}{where}"
    title = one_line(was.title)
    if one.sign == "back":
        return f"– {title}: {letters.CALLED_OFF[language]} → {_said(now, language, trainers)}{where}"
    changed = []
    if (was.starts, was.ends) != (now.starts, now.ends):
        changed.append(f"{_hours(was, language)} → {_hours(now, language)}")
    else:
        changed.append(_hours(now, language))
    if was.room_id != now.room_id:
        changed.append(f"{one_line(was.room) or '–'} → {one_line(now.room) or '–'}")
    if was.title != now.title:
        changed.append(f"{words['title']}: {one_line(now.title)}")
    if was.break_minutes != now.break_minutes:
        changed.append(words["break"].format(was=was.break_minutes, now=now.break_minutes))
    if was.is_compulsory != now.is_compulsory:
        changed.append(words["compulsory" if now.is_compulsory else "optional"])
    if trainers is not None and was.trainer_ids != now.trainer_ids:
        changed.append(f"{_names(was, trainers) or '–'} → {_names(now, trainers) or '–'}")
    return f"– {title}: {'; '.join(changed)}{where}"


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
