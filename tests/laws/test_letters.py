"""A law of the house: one table names every kind of letter, when it is written and to whom; each has a writer."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from tests.laws.source import PACKAGE
from training.services.announcing import overtaken
from training.services.letters import notices
from training.services.registrations import reminders
from training.texts import letters
from training.texts.letters import KINDS, Kind, Moment, To

BY_THE_CLOCK = {
    reminders.SEATS_NEAR, reminders.DEADLINE_NEAR, reminders.START_NEAR,
    letters.TO_PERSON["start_near"], letters.TO_TRAINER["start_near"], overtaken.KIND,
}  # fmt: skip
"""What ``registrations.reminders`` and ``schedule.overtaken`` write."""
ANEW = {"hand_over", "trainee"}
"""What ``letters.again`` and the first notice write."""
READERS = {"coordinator_": To.COORDINATORS, "trainee": To.PEOPLE, "trainer_": To.TRAINERS}


def written() -> set[str]:
    """The kinds that something writes."""
    return {kind for kinds in notices.NOTES.values() for kind in kinds} | BY_THE_CLOCK | ANEW


def misread(kinds: Mapping[str, Kind]) -> list[str]:
    """Kinds whose name says another reader than the table."""
    return [
        name
        for name, kind in kinds.items()
        if next((to for start, to in READERS.items() if name.startswith(start)), None)
        is not (kind.to if kind.to in READERS.values() else None)
    ]


def noted() -> set[str]:
    """The classes that are noted anywhere in the services: ``note(Changed(…))``."""
    found = set()
    for path in (PACKAGE / "services").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "note" and call.args:
                thing = call.args[0]
                if isinstance(thing, ast.Call):
                    found.add(getattr(thing.func, "attr", getattr(thing.func, "id", "?")))
    return found


def test_every_kind_has_a_writer_and_every_writer_a_kind():
    assert written() == set(KINDS)


def test_what_is_noted_has_its_row():
    assert len(noted()) >= 5
    assert noted() <= {one.__name__ for one in notices.NOTES}


def test_the_name_of_a_kind_says_its_reader():
    assert misread(KINDS) == []
    planted = {"trainee_planted": Kind(Moment.AT_ONCE, To.COORDINATORS)}
    assert misread(planted) == ["trainee_planted"]


def test_what_is_announced_is_so_for_every_reader():
    """Nobody is told at once of what the others are told with an announcement."""
    told = {name for name, kind in KINDS.items() if kind.moment is Moment.ANNOUNCED}

    assert told == {
        "opened", "changed", "trainee_changed", "trainer_planned", "trainer_changed", "coordinator_changed",
        "postponed", "trainee_postponed", "trainer_postponed",
    }  # fmt: skip
    assert set(KINDS) - letters.WITH_TIMETABLE >= {"cancelled", "postponed", "declined", "withdrawn"}


def test_a_kind_without_a_writer_would_be_seen():
    assert written() != {*KINDS, "planted"}
