"""The timetable as letters say it, line by line: what was announced, and who teaches where that is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from training.models import Training
from training.rules import zones
from training.services import announced
from training.texts import letters
from training.texts.letters import Ready, block, one_line


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
    parts = [one_line(title)]
    if room:
        parts.append(one_line(room))
    if break_minutes:
        parts.append(words["with_break"].format(minutes=break_minutes))
    if not is_compulsory:
        parts.append(words["optional"])
    if trainers:
        parts.append(trainers)
    return f"{letters.slot(starts, ends, language)}: {', '.join(parts)}"
