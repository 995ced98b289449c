"""A law of the house: a file holds no class of values about people but those that its code names in ``HOLDS``.

Lists are read column by column. Papers and reports are made of people whose every text is a token of its own, and
what of these stands in the file is looked up in the models.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import is_dataclass, make_dataclass
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import time_machine
from python_calamine import CalamineWorkbook
from sqlalchemy import Column, String, Text, inspect

from config import ROOT
from tests.make import Make
from tests.papers import text_of
from tests.planted import as_special
from training import clock, models
from training.db import atomic, db
from training.models import AuditEntry, Modality, Registration, Role, Trainee
from training.models.about_people import Class, about, classed
from training.services.attendance import registers
from training.services.directory import countries
from training.services.papers import confirmations, sign_in_sheets
from training.services.reports import downloads
from training.services.reports.figures import Filters
from training.services.schedule import visible
from training.web.kit import exports

MODELS: dict[str, Any] = {
    "programmes": models.Programme,
    "trainings": models.Training,
    "sessions": models.TrainingSession,
    "agencies": models.Agency,
    "trainees": models.Trainee,
    "registrations": models.Registration,
    "trainers": models.Trainer,
    "venues": models.Venue,
    "users": models.User,
}
OF_NO_MODEL = {"countries": countries.Line}
"""Lists of what is counted: no column of a model stands in them."""
SAID = {"modality": Modality.ONLINE.value, "zone": "Europe/Vienna"}
"""What a copy keeps as plain text, and what is read as a member of an enumeration."""
SAME, DIFFERENT, EMPTY = "same", "different", "empty"


class Value(str):
    """What a column gives while it is watched: text that serves for a number, a day and a member of an enumeration."""

    value = "value"

    def __format__(self, how: str) -> str:
        return "value"


class Watched:
    """A thing of a model without values: which columns are read of it and of what it leads to is kept in ``seen``."""

    def __init__(self, model: Any, mode: str, seen: list[Column[Any]]) -> None:
        self.watching = (model, mode, seen)

    def __getattr__(self, name: str) -> Any:
        model, mode, seen = self.watching
        mapper = inspect(model)
        if name in mapper.column_attrs:
            seen.append(mapper.column_attrs[name].columns[0])
            if name in SAID:
                return Value(SAID[name])
            return Value({SAME: "same", DIFFERENT: str(len(seen)), EMPTY: ""}[mode])
        if name in mapper.relationships:
            way = mapper.relationships[name]
            to = Watched(way.mapper.class_, mode, seen)
            return [to] if way.uselist else to
        found = getattr(model, name)
        return found.fget(self) if isinstance(found, property) else partial(found, self)


def read_by(value: Any, model: Any) -> set[Class]:
    """The classes of the columns that a column of a list reads, whichever way it decides."""
    seen: list[Column[Any]] = []
    for mode in (SAME, DIFFERENT, EMPTY):
        value(Watched(model, mode, seen))
    assert seen, "a column of a file that reads nothing"
    return {found.holds if (found := about(column)) else Class.OPEN for column in seen}


def not_counted(line: Any) -> list[str]:
    """The fields of a line of numbers that are neither a number nor the code by which it is counted."""
    inner = [hint for hint in get_type_hints(line).items() if not is_dataclass(hint[1])]
    nested = [one for _, one in get_type_hints(line).items() if is_dataclass(one)]
    inner += [hint for one in nested for hint in get_type_hints(one).items()]
    return [f"{name} is {kind}" for name, kind in inner if kind is not int and (name, kind) != ("code", str)]


def unnamed(name: str) -> list[str]:
    """What is wrong with what a list says that it holds."""
    named = set(exports.HOLDS[name])
    if name in OF_NO_MODEL:
        return [f"{name} names {one} and holds none" for one in sorted(named)] + not_counted(
            OF_NO_MODEL[name]
        )
    model = MODELS[name]
    usual = [read_by(value, model) for column in exports.COLUMNS[name] for value in column[1:]]
    special = [
        read_by(value, model) for column in exports.SPECIAL_COLUMNS.get(name, ()) for value in column[1:]
    ]
    held = set().union(*usual, *special)
    wrong = [f"{name} holds {one} and does not name it" for one in sorted(held - named)]
    wrong += [f"{name} names {one} and holds none" for one in sorted(named - held)]
    if any(Class.SPECIAL in one for one in usual):
        wrong.append(f"{name}: a special value stands in SPECIAL_COLUMNS")
    return wrong


@pytest.mark.parametrize("name", exports.COLUMNS)
def test_a_list_holds_what_it_names(name):
    assert unnamed(name) == []


def test_a_name_in_a_line_of_numbers_would_be_seen():
    named = make_dataclass("Named", [("code", str), ("lead", str), ("people", int)])

    assert not_counted(countries.Line) == []
    assert not_counted(named) == ["lead is <class 'str'>"]


def test_every_list_names_what_it_holds():
    assert exports.HOLDS.keys() == exports.COLUMNS.keys() == MODELS.keys() | OF_NO_MODEL.keys()
    assert exports.SPECIAL_COLUMNS.keys() <= exports.COLUMNS.keys()
    assert sum(len(columns) for columns in exports.COLUMNS.values()) >= 70


def test_a_special_column_in_a_list_would_be_seen(monkeypatch):
    as_special(monkeypatch, Trainee.rank, Registration.trainee_name)

    for name in ("trainees", "registrations"):
        monkeypatch.setitem(exports.HOLDS, name, (Class.OPEN, Class.PERSONAL))
        assert unnamed(name)[:2] == [
            f"{name} holds special and does not name it",
            f"{name}: a special value stands in SPECIAL_COLUMNS",
        ]


def tokens(thing: Any) -> Iterator[tuple[str, Class]]:
    """Every text about a person in ``thing`` made a token of its own; (token, class)."""
    table = inspect(type(thing)).local_table
    for number, (name, said) in enumerate(classed(table).items()):
        kind = table.columns[name].type
        if type(kind) in (String, Text) and (kind.length or 40) >= 40:
            token = f"Q{table.name[:7]}{number}z".replace("_", "")
            setattr(thing, name, token)
            yield token, said.holds


@pytest.fixture
def told(make: Make) -> tuple[Registration, dict[str, Class]]:
    """Somebody who came to a training that was held, and the tokens of whatever is known of them."""
    starts = clock.today() - timedelta(days=10)
    with time_machine.travel(datetime.combine(starts - timedelta(days=20), time(8))):
        training = make.training(starts_on=starts)
        held = make.session(
            training, starts_local=datetime.combine(starts, time(14)),
            ends_local=datetime.combine(starts, time(16)), trainers=[make.trainer()],
        )  # fmt: skip
        registration = make.registration(training)

    @atomic
    def fill() -> dict[str, Class]:
        teacher = held.session_trainers[0].trainer
        return {
            token: kind
            for thing in (registration.trainee, registration, teacher)
            for token, kind in tokens(thing)
        }

    found = fill()
    registers.save(
        held, by=None,
        marks=[registers.Mark(registration.public_id, models.AttendanceStatus.PRESENT, 0)],
    )  # fmt: skip
    return registration, found


def workbook(path: Path) -> str:
    book = CalamineWorkbook.from_path(path)
    return str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])


def files(registration: Registration, folder: Path) -> dict[str, tuple[tuple[Class, ...], str]]:
    """The text of every file that is no list, by name, with what its code names."""
    training, path = registration.training, folder / "report.xlsx"
    only, rest = Filters(training=training), {"user": None, "demo": False}
    downloads.xlsx(path, only, with_names=True, **rest)
    report = downloads.HOLDS
    sheet = sign_in_sheets.sign_in_sheet(training, visible.of(training), reader=None, demo=False)
    paper = confirmations.confirmation(registration, reader=None, demo=False)
    return {
        "report.csv": (report, b"".join(downloads.long_csv(only, user=None)).decode()),
        "report.json": (report, b"".join(downloads.long_json(only, user=None)).decode()),
        "report.xlsx": (report, workbook(path)),
        "report.pdf": (report, text_of(downloads.paper(only, language="en", with_names=True, **rest))),
        "sheet": (sign_in_sheets.HOLDS, text_of(sheet)),
        "paper": (confirmations.HOLDS, text_of(paper)),
    }


def beyond(told: tuple[Registration, dict[str, Class]], folder: Path) -> dict[str, set[Class]]:
    """The classes that a file holds beyond those that it names, by file."""
    registration, known = told
    found = {}
    for name, (named, text) in files(registration, folder).items():
        held = {kind for token, kind in known.items() if token in text}
        assert held, f"{name} shows nothing of anybody: nothing was looked at"
        found[name] = held - set(named)
    return found


def test_papers_and_reports_hold_what_they_name(told, tmp_path: Path):
    assert len(told[1]) >= 18
    assert set().union(*beyond(told, tmp_path).values()) == set()


def test_a_special_value_in_papers_and_reports_would_be_seen(told, tmp_path: Path, monkeypatch):
    registration, known = told
    as_special(monkeypatch, Trainee.family_name)
    known[registration.trainee.family_name] = about(Trainee.__table__.columns["family_name"]).holds

    assert [held for held in beyond(told, tmp_path).values() if held != {Class.SPECIAL}] == []


def writers() -> dict[str, str]:
    """The source of every module that writes files, by its path."""
    package = ROOT / "training"
    return {
        str(path.relative_to(package)): path.read_text()
        for path in sorted(package.rglob("*.py"))
        if "training.output" in path.read_text() and path.parent.name != "output"
    }


def silent(source: str) -> bool:
    """Whether a module writes files and does not name what they hold, or does not ask who may take it."""
    tree = ast.parse(source)
    named = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and "HOLDS" in ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    ]
    asks = any(
        isinstance(node, ast.Call) and "may_take." in ast.unparse(node.func) for node in ast.walk(tree)
    )
    return not named or (not asks and ast.unparse(named[0]) != "()")


def test_whatever_writes_files_names_what_they_hold_and_asks_who_may_take_it():
    found = writers()

    assert [path for path, source in found.items() if silent(source)] == []
    assert len(found) >= 5


@pytest.mark.parametrize("source", ["x = 1", "HOLDS = (1, 2)", "may_take.whole(None, ())"])
def test_a_writer_of_files_that_is_silent_would_be_seen(source):
    assert silent(source)
    assert not silent("HOLDS = (1, 2)\nmay_take.whole(None, HOLDS)")
    assert not silent("HOLDS: tuple[Class, ...] = ()")


@pytest.fixture
def diets(monkeypatch) -> None:
    """A special column in the list of registrations, as one will come."""
    as_special(monkeypatch, Registration.remarks)
    usual = [column for column in exports.COLUMNS["registrations"] if str(column[0]) != "Remarks"]
    monkeypatch.setitem(exports.COLUMNS, "registrations", tuple(usual))
    monkeypatch.setitem(exports.SPECIAL_COLUMNS, "registrations", (("Diet", lambda one: one.remarks),))
    monkeypatch.setitem(exports.HOLDS, "registrations", tuple(Class))


def rows(client, why: str = "") -> list[list[str]]:
    answer = client.get("/registrations", query_string={"as": "csv", "special": why})
    return [line.split(",") for line in answer.get_data(as_text=True).splitlines()]


@pytest.fixture
def eater(make: Make, diets) -> Registration:
    registration = make.registration()

    @atomic
    def fill() -> None:
        registration.remarks = "no nuts"

    fill()
    return registration


def test_a_special_column_that_stands_where_it_should_is_lawful(diets):
    assert unnamed("registrations") == []


def test_special_values_leave_only_where_somebody_says_what_for(client, make: Make, eater):
    client.sign_in(make.user())

    assert [line[-1] for line in rows(client)] == ["Confirmed", rows(client)[1][-1]]
    assert "no nuts" not in str(rows(client))
    assert [line[-1] for line in rows(client, "rooms and meals")] == ["Diet", "no nuts"]
    told = [
        one.changes
        for one in db.session.scalars(db.select(AuditEntry).where(AuditEntry.outcome == "exported"))
    ]
    assert told[-1] == {"filters": {"special": "rooms and meals"}, "rows": 1}
    assert "no nuts" not in str(told)


def test_who_does_not_look_after_people_reads_that_they_are_withheld(client, make: Make, eater):
    client.sign_in(make.user(Role.PARTNER, agency=eater.agency))

    assert [line[-1] for line in rows(client, "curious")] == ["Diet", exports.WITHHELD]


def test_without_the_question_special_values_would_leave(client, make: Make, eater, monkeypatch):
    monkeypatch.setattr(exports.may_take, "classes", lambda reader, holds, **rest: frozenset(holds))
    client.sign_in(make.user(Role.PARTNER, agency=eater.agency))

    assert [line[-1] for line in rows(client, "curious")] == ["Diet", "no nuts"]
