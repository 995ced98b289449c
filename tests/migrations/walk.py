"""A filled database that goes up and down, and what it lost on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, create_engine

from config import ROOT, Config
from tests.conftest import LOCAL, new_database
from tests.migrations import filled
from training.db import db

TRIGGERS_DROPPED: dict[str, set[str]] = {}
"""Triggers that a revision means to drop; any other that is gone after it was lost."""
FEWER_ROWS: dict[str, set[str]] = {}
"""Tables of which a revision, or the way back from it, means to lose rows; what it made is gone anyway."""


@dataclass
class State:
    """What a database is at one revision."""

    schema: dict[str, Any]
    rows: dict[str, int]
    ids: dict[str, int]


@dataclass
class Walk:
    """The database of the application; ``made`` is what each revision made of an empty one."""

    folder: str = str(ROOT / "migrations")
    made: dict[str, State] = field(default_factory=dict)

    def look(self) -> State:
        """What the database is now."""
        with db.engine.connect() as connection:
            return State(filled.schema(connection), filled.counts(connection), filled.ids_given(connection))

    def up(self, number: str) -> None:
        """Upgrade to this revision."""
        upgrade(directory=self.folder, revision=number)

    def down(self, number: str) -> None:
        """Downgrade to the revision before this one."""
        downgrade(directory=self.folder, revision=below(number) or "base")

    def bounce(self, number: str) -> list[str]:
        """From this revision down, up and down again; what was lost, as sentences."""
        first = self.look()
        self.down(number)
        wrong, before, again = self.trial(number)
        kept = State(
            first.schema, {name: first.rows[name] for name in first.rows.keys() & before.rows}, first.ids
        )
        return wrong + compare(f"{number}, up again", number, kept, again)

    def trial(self, number: str) -> tuple[list[str], State, State]:
        """From the revision before up to this one, and down again; what was lost, and what stood below and above."""
        before = self.look()
        self.up(number)
        above = self.look()
        self.down(number)
        wrong = compare(f"{number}, down", number, before, self.look())
        wrong += lost_rows(f"{number}, up", number, before, above)
        made = self.made.get(below(number))
        if made is not None:
            wrong += differences(f"{number}, after another", made.schema, before.schema)
        lost = triggers(before) - triggers(above) - TRIGGERS_DROPPED.get(number, set())
        return wrong + [f"{number}, up: the {name} is lost" for name in sorted(lost)], before, above


def compare(where: str, number: str, one: State, other: State) -> list[str]:
    """What is not the same in two states of one revision."""
    return lost_rows(where, number, one, other) + differences(where, one.schema, other.schema)


def below(number: str) -> str:
    """The revision before; nothing before the first."""
    return f"{int(number) - 1:04d}" if int(number) > 1 else ""


def lost_rows(where: str, number: str, one: State, other: State) -> list[str]:
    """Tables that stand in both states and have not as many rows, or forgot the ids that they gave."""
    common = (one.rows.keys() & other.rows.keys()) - FEWER_ROWS.get(number, set())
    found = [
        f"{where}: {table} had {one.rows[table]} rows and has {other.rows[table]}"
        for table in sorted(common)
        if one.rows[table] != other.rows[table]
    ]
    return found + [
        f"{where}: {table} had given {one.ids[table]} ids and has given {other.ids.get(table)}"
        for table in sorted(common & one.ids.keys())
        if one.ids[table] != other.ids.get(table)
    ]


def triggers(state: State) -> set[str]:
    """The triggers of all tables, and the constraints of PostgreSQL that stand for some."""
    return {fact for facts in state.schema.values() for fact in facts if fact.startswith("trigger ")}


def differences(where: str, one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What is not the same in two schemas, as sentences."""
    found = []
    for table in sorted(one.keys() | other.keys()):
        was, now = one.get(table, {}), other.get(table, {})
        found += [
            f"{where}: {table}, {fact}: {was.get(fact, 'nothing')} became {now.get(fact, 'nothing')}"
            for fact in sorted(was.keys() | now.keys())
            if was.get(fact) != now.get(fact)
        ]
    return found


def from_models(schema: dict[str, Any], models: MetaData, folder: Path) -> list[str]:
    """What ``schema`` and a database made by the models do not have in common; models know no triggers."""
    engine = create_engine(Config(database_url=new_database("training_models", folder), **LOCAL).database)
    with engine.begin() as connection:
        models.create_all(connection)
        wanted = filled.schema(connection)
    engine.dispose()
    return [line for line in differences("models", wanted, schema) if ", trigger " not in line]
