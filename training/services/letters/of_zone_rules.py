"""What is told when the rules of clocks change: times on the clock stay, and the moments that they stand for move.

The coordinators are told of all of it. Agencies and people are told only where somebody joins from another zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from training.models import Training
from training.rules import zones
from training.services import announced
from training.services.letters.parts import Part, about
from training.text import Message, in_language
from training.texts import letters, proposed
from training.texts.letters import Ready, block, one_line

SESSION, OPENS, CLOSES, OFFER = "session", "opens", "closes", "offer"


@dataclass(frozen=True)
class MovedMoment:
    """A moment that follows the new rules: a session's start, with its ``title``, or what ``what`` says."""

    what: str
    before: datetime
    now: datetime
    title: str = ""

    def said(self, zone: str, language: str) -> str:
        """A line: "Morning, 5 Dec 2026, 09:00 Africa/Casablanca: 5 Dec 2026, 08:00 UTC → 5 Dec 2026, 09:00 UTC"."""
        title = one_line(proposed.said(self.title, language)) or letters.MOMENT[language][self.what]
        there, before, now = (
            letters.moment(at, name, language)
            for at, name in ((self.now, zone), (self.before, "UTC"), (self.now, "UTC"))
        )
        return f"{title}, {there}: {before} → {now}"


@dataclass(frozen=True)
class Lost:
    """A room or a trainer that a session lost, as another one has it at that time."""

    title: str
    thing: str
    to: str
    is_room: bool

    def said(self, language: str) -> str:
        """A line for the coordinators."""
        text = letters.LOST[language]["room" if self.is_room else "trainer"]
        return text.format(
            session=one_line(proposed.said(self.title, language)),
            thing=one_line(self.thing),
            training=self.to,
        )


@dataclass(frozen=True)
class ZoneRules:
    """The note: what followed the new rules in a training, what was lost by it, and what could not follow."""

    training: Training
    moved: Sequence[MovedMoment]
    lost: Sequence[Lost] = ()
    left: Sequence[Message] = ()
    is_for_all: bool = False
    """Whether agencies and people are told too."""
    known: Sequence[MovedMoment] = ()
    """What moved of the announced timetable, for agencies and people. They read nothing of the plan."""


def of_zone_rules(kind: str, note: ZoneRules, people: Iterable[str] = ()) -> Part:
    """The part of a letter. Only coordinators read of windows, of what was lost and of what could not follow."""
    training, lines = note.training, block(people)
    is_whole = kind == "coordinator_zone_rules"
    moved = note.moved if is_whole else note.known
    zone = training.zone if is_whole else announced.facts(training).zone

    def values(language: str) -> dict[str, str]:
        with in_language(language):
            left = [f"– {one_line(one.translated())}" for one in note.left]
        return {
            **about(training, language),
            "zone": zones.city(zone, language),
            "moved": _block(f"– {one.said(zone, language)}" for one in moved),
            "lost": _block(f"– {one.said(language)}" for one in note.lost),
            "left": _block(left),
            "people": lines,
        }

    return Part(kind, values)


def _block(lines: Iterable[str]) -> str:
    found = block(lines)
    return Ready(f"\n{found}") if found else ""
