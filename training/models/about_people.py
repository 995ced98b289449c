"""What columns hold about people: the class and the retention of each, as its model declares them.

A model writes ``mapped_column(info=personal(Keep.AUDIT))``. The audit log, exports and merges read it here.
The letters are the classes of data of field.md 4.2. docs/security.md says the same for people who run the
application.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Column, Table
from sqlalchemy.orm import DeclarativeBase

from training.db import Base

INFO = "about_people"


class Class(StrEnum):
    """How much a value tells of a person, and so where it may go."""

    OPEN = "open"
    """How the work stands: states, instants, versions. It tells nothing of a person whose name is not beside it."""
    PERSONAL = "personal"
    """Who somebody is, where they work, what they attended, with sex, rank, remarks (A, B, C and G)."""
    SPECIAL = "special"
    """Health, diet, disability, religion, origin (D). Never audited or merged, in a file on request only."""


class Keep(StrEnum):
    """How long a value is kept. ``MEANINGS`` says until when."""

    COUNTED = "counted"
    AUDIT = "audit"
    IN_USE = "in_use"
    JOURNEY = "journey"
    THIRTY_DAYS = "thirty_days"
    LOG = "log"
    STEP = "step"


MEANINGS: dict[Keep, str] = {
    Keep.COUNTED: "for good, since reports count it; without a name once the person is anonymised (B, and field.md 4.3)",
    Keep.AUDIT: "until the audit period of the programme ends: its last day and its months of retention (A, B)",
    Keep.IN_USE: "while the account, the trainer or the agency is in use, then as audit (A)",
    Keep.JOURNEY: "until 90 days after the training: passports, flights, allowances (C)",
    Keep.THIRTY_DAYS: "until 30 days after the training (D)",
    Keep.LOG: "12 months (G)",
    Keep.STEP: "until the step is over: the application itself empties or deletes it (nobody needs it longer)",
}
"""What each retention means, with its source."""


@dataclass(frozen=True)
class About:
    """What a column holds about a person, and how long."""

    holds: Class
    keep: Keep


def openly(keep: Keep) -> dict[str, About]:
    """The ``info`` of a column that tells nothing of people, in a table about people."""
    return {INFO: About(Class.OPEN, keep)}


def personal(keep: Keep) -> dict[str, About]:
    """The ``info`` of a column that tells who somebody is, where they work or what they attended."""
    return {INFO: About(Class.PERSONAL, keep)}


def special(keep: Keep) -> dict[str, About]:
    """The ``info`` of a column of health, diet, disability, religion or origin.

    Raises ``ValueError`` for a retention that is too long for such values (D).
    """
    if keep not in (Keep.THIRTY_DAYS, Keep.STEP):
        raise ValueError("A special value lives 30 days after the training at most.")
    return {INFO: About(Class.SPECIAL, keep)}


SAYS_NOTHING: dict[str, str] = {
    "activity_type": "a list of kinds",
    "agency_type": "a list of kinds",
    "course": "a template of trainings: what and how long",
    "course_session": "a half-day of a template",
    "holiday": "days of a calendar",
    "organisation": "the organisation itself, with the addresses that it publishes",
    "programme": "a frame and its rules",
    "programme_coordinator": "a link: who coordinates what",
    "programme_target": "figures that were promised",
    "public_page": "what the organisation publishes of itself",
    "reminder": "that an agency was reminded, of what, when",
    "room": "a place",
    "room_block": "when a room is closed",
    "roster_mapping": "the titles of an agency's columns, never their cells",
    "seat_allocation": "numbers of seats",
    "theme_leaflet": "a link: which file is a theme's leaflet, in which language",
    "theme_use": "which tags fit together",
    "trainer_theme": "a link: who teaches what",
    "training": "a plan: what, where and when",
    "training_invitation": "a link: which agency was invited to which training",
    "user_theme": "a link: whose tags a coordinator looks after",
    "venue": "a place",
}
"""Tables that hold nothing about people, and why. Every other table classes its columns."""

REFERENCES = frozenset(
    {
        "activity_type",
        "agency",
        "agency_type",
        "announcement",
        "attendance_record",
        "course",
        "course_session",
        "programme",
        "registration",
        "room",
        "stored_file",
        "theme",
        "theme_use",
        "trainee",
        "trainer",
        "training",
        "training_session",
        "user",
        "venue",
    }
)
"""Tables to which a reference needs no class.

A list of diets does not belong here: a reference to a diet tells as much as the diet itself, so it needs a
class.
"""

BOOKKEEPING = frozenset({"public_id", "created_at", "changed_at"})


def is_structure(column: Column[object]) -> bool:
    """Whether a column needs no class: numbers of rows, references to ``REFERENCES``, public ids and time stamps.

    A key of text holds what somebody typed, so it needs a class.
    """
    if column.foreign_keys:
        return all(key.target_fullname.rpartition(".")[0] in REFERENCES for key in column.foreign_keys)
    return column.name in BOOKKEEPING or (column.primary_key and column.type.python_type is int)


def about(column: Column[object]) -> About | None:
    """The class and the retention of a column, or None if it has none."""
    found: About | None = column.info.get(INFO)
    return found


def classed(table: Table) -> dict[str, About]:
    """The columns of a table that have a class, by name, each with what it holds and how long."""
    return {column.name: found for column in table.columns if (found := about(column)) is not None}


def is_special(name: str, model: type[DeclarativeBase] | None = None) -> bool:
    """Whether a column of this name holds special values.

    The column of ``model`` decides. If there is none of this name, the columns of all models decide.
    """
    if model is not None and isinstance(table := model.__table__, Table) and name in table.columns:
        tables = [table]
    else:
        tables = list(Base.metadata.tables.values())
    found = (about(table.columns[name]) for table in tables if name in table.columns)
    return any(one is not None and one.holds is Class.SPECIAL for one in found)
