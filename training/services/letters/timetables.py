"""The timetable as letters say it, line by line: what was announced, and who teaches where that is told.

Also how it differs: data classes that say how something was and how it is now. They know no schedule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from training.models import Modality, Training
from training.rules import zones
from training.services import announced
from training.services.announced import Facts
from training.texts import letters, proposed, words
from training.texts.letters import Ready, block, one_line


@dataclass(frozen=True)
class Whereabouts:
    """When and where a training is held."""

    starts_on: date
    ends_on: date
    place: str
    country: str
    is_online: bool

    def said(self, language: str) -> str:
        """Days and place as text, such as "12–14 May 2026, Vienna, Training centre"."""
        where = self.place or (
            letters.ONLINE[language] if self.is_online else words.country(self.country, language)
        )
        return ", ".join(
            part for part in (letters.days(self.starts_on, self.ends_on, language), where) if part
        )


def whereabouts(training: Training) -> Whereabouts:
    """When and where the training is held, as it was announced."""
    return where_of(announced.facts(training))


def where_of(facts: Facts) -> Whereabouts:
    """When and where a training is held, as these facts say it."""
    venue = facts.venue
    return Whereabouts(
        facts.starts_on,
        facts.ends_on,
        f"{venue.city}, {venue.name}" if venue else "",
        facts.country,
        facts.modality is Modality.ONLINE,
    )


def zone_of(training: Training) -> str:
    """The zone by whose clocks people know the training."""
    return announced.facts(training).zone


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
    def place(self) -> tuple[object, ...]:
        """Both sides but for their days, which follow from the sessions. Empty if only these differ."""
        sides = tuple((one.zone, _place(one), one.link) for one in (self.before, self.now))
        return sides if sides[0] != sides[1] else ()

    @property
    def plain(self) -> tuple[object, ...]:
        """Both sides as values that can be compared and written down."""
        return tuple(
            (one.starts_on, one.ends_on, one.zone, _place(one), one.link) for one in (self.before, self.now)
        )


def _place(one: Facts) -> tuple[object, ...]:
    return one.venue.id if one.venue else None, one.country, str(one.modality)


class Timetables:
    """The timetables that the letters of one unit of work say, each made once for a training, language and trainer."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, int | None], dict[str, str]] = {}

    def of(self, training: Training, language: str, trainer_id: int | None = None) -> dict[str, str]:
        """The values ``timetable`` and ``clocks``. With ``trainer_id``, of the sessions that this trainer gives."""
        key = training.id, language, trainer_id
        if key not in self._known:
            self._known[key] = _said(training, language, trainer_id)
        return self._known[key]


NONE = {"timetable": "", "clocks": ""}
"""The values for a letter that says no timetable."""


def _said(training: Training, language: str, trainer_id: int | None) -> dict[str, str]:
    held = [one for one in announced.held(training) if trainer_id is None or trainer_id in one.trainer_ids]
    if not held:
        return NONE
    names = names_of(training) if training.shows_trainers else {}
    lines = [
        said(
            one.title,
            one.starts_local,
            one.ends_local,
            language,
            room=one.room.name if one.room else "",
            break_minutes=one.break_minutes,
            is_compulsory=one.is_compulsory,
            trainers=", ".join(names[number] for number in one.trainer_ids if number in names),
        )
        for one in held
    ]
    return {
        "timetable": Ready(block(f"– {line}" for line in lines)),
        "clocks": zones.said(announced.facts(training).zone, language),
    }


def names_of(training: Training) -> Mapping[int, str]:
    """The names of the trainers whom the announced timetable names, by id."""
    known = announced.trainers_of(announced.sessions(training))
    return {number: one_line(one.name) for number, one in known.items()}


def said(
    title: str,
    starts: datetime,
    ends: datetime,
    language: str,
    *,
    room: str = "",
    break_minutes: int = 0,
    is_compulsory: bool = True,
    trainers: str = "",
) -> str:
    """A session as a line: "12 May 2026, 09:00–12:30: Morning, Room 2, 15 min break"."""
    words = letters.OF_SESSION[language]
    parts = [one_line(proposed.said(title, language))]
    if room:
        parts.append(one_line(room))
    if break_minutes:
        parts.append(words["with_break"].format(minutes=break_minutes))
    if not is_compulsory:
        parts.append(words["optional"])
    if trainers:
        parts.append(trainers)
    return f"{letters.slot(starts, ends, language)}: {', '.join(parts)}"
