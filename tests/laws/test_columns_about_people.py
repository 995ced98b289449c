"""A law of the house: every column about people is classed in its model, and every table says whether it has some."""

from __future__ import annotations

import pytest
from sqlalchemy import JSON, Column, ForeignKey, Integer, MetaData, String, Table

import training.models  # noqa: F401 -- every table
from training.db import Base
from training.models.about_people import (
    MEANINGS,
    REFERENCES,
    SAYS_NOTHING,
    Class,
    Keep,
    about,
    classed,
    is_special,
    is_structure,
    openly,
    personal,
    special,
)

PEOPLE = frozenset({"trainee", "registration", "attendance_record", "trainer", "user"})


def offences(metadata: MetaData) -> list[str]:
    """What breaks the law in these tables, a sentence each that says what to do."""
    found = []
    for table in metadata.sorted_tables:
        bare = [column for column in table.columns if about(column) is None and not is_structure(column)]
        to = {key.target_fullname.rpartition(".")[0] for key in table.foreign_keys}
        if table.name not in SAYS_NOTHING:
            found += [f"{table.name}.{column.name}: class it, with its retention" for column in bare]
            if not classed(table):
                found.append(f"{table.name}: class its columns, or say in SAYS_NOTHING why it holds nothing")
        elif classed(table):
            found.append(f"{table.name}: it classes a column, so it cannot stand in SAYS_NOTHING")
        elif bare and to & PEOPLE:
            found.append(f"{table.name}: it refers to a person, so its columns are classed")
    return found


def planted(*columns: Column[object], name: str = "planted") -> MetaData:
    """The tables of the application with one more."""
    metadata = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(metadata)
    Table(name, metadata, Column("id", Integer, primary_key=True), *columns)
    return metadata


def test_every_column_about_people_has_its_class_and_its_retention():
    tables = {table.name: classed(table) for table in Base.metadata.sorted_tables}
    seen = [one for columns in tables.values() for one in columns.values()]

    assert offences(Base.metadata) == []
    assert len(tables) >= 35
    assert len([name for name, columns in tables.items() if columns]) >= 20
    assert len(seen) >= 160
    assert {one.holds for one in seen} == set(Class)


def test_what_is_said_of_tables_is_said_of_tables_that_there_are():
    assert SAYS_NOTHING.keys() <= Base.metadata.tables.keys()
    assert Base.metadata.tables.keys() >= REFERENCES | PEOPLE
    assert MEANINGS.keys() == set(Keep)


def test_names_sex_rank_and_remarks_are_personal_and_the_cells_of_a_list_are_special():
    trainee, registration, batch = (
        classed(Base.metadata.tables[name]) for name in ("trainee", "registration", "import_batch")
    )

    assert {trainee[name].holds for name in ("family_name", "sex", "rank", "email")} == {Class.PERSONAL}
    assert registration["remarks"].holds is Class.PERSONAL
    assert {batch[name].holds for name in ("source", "rows")} == {Class.SPECIAL}


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (Column("diet", String(20)), "planted.diet: class it, with its retention"),
        (
            Column("trainee_id", ForeignKey("trainee.id")),
            "planted: class its columns, or say in SAYS_NOTHING",
        ),
        (Column("anything", JSON), "planted.anything: class it, with its retention"),
        (Column("name", String(20), primary_key=True), "planted.name: class it, with its retention"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_new_table_without_a_word_about_people_would_be_seen(column, told):
    assert any(one.startswith(told) for one in offences(planted(column)))


def test_a_new_column_of_a_table_about_people_would_be_seen():
    metadata = planted(Column("name", String(20), info=personal(Keep.AUDIT)), Column("diet", String(20)))
    metadata.tables["trainee"].append_column(Column("faith", String(20)))

    assert sorted(offences(metadata)) == [
        "planted.diet: class it, with its retention",
        "trainee.faith: class it, with its retention",
    ]


def test_a_reference_to_a_list_of_diets_is_classed_as_a_diet_is():
    metadata = planted(Column("code", String(20), info=openly(Keep.AUDIT)), name="diet")
    metadata.tables["registration"].append_column(Column("diet_id", ForeignKey("diet.id")))

    assert offences(metadata) == ["registration.diet_id: class it, with its retention"]


def test_a_table_that_refers_to_a_person_cannot_just_say_that_it_holds_nothing(monkeypatch):
    monkeypatch.setitem(SAYS_NOTHING, "planted", "trust me")
    referring = Column("trainee_id", ForeignKey("trainee.id"))

    assert offences(planted(referring, Column("note", String(20)))) == [
        "planted: it refers to a person, so its columns are classed"
    ]
    assert offences(planted(Column("trainee_id", ForeignKey("trainee.id")))) == []  # a link alone
    assert offences(planted(Column("note", String(20), info=personal(Keep.AUDIT)))) == [
        "planted: it classes a column, so it cannot stand in SAYS_NOTHING"
    ]


@pytest.mark.parametrize("keep", [one for one in Keep if one not in (Keep.THIRTY_DAYS, Keep.STEP)])
def test_a_special_value_lives_thirty_days_after_the_training_at_most(keep):
    with pytest.raises(ValueError, match="30 days"):
        special(keep)


def test_a_name_is_looked_up_in_its_model_and_else_in_all():
    assert is_special("rows", training.models.ImportBatch)
    assert not is_special("source", training.models.Registration)  # how it came in, not the cells of a list
    assert is_special("rows", training.models.Trainee)
    assert is_special("rows")
    assert not is_special("no_such_column")
