"""A law of the house: what is known of a person is chosen from when two are merged, or stays with each for a reason."""

from __future__ import annotations

import json

from sqlalchemy import Column, MetaData, String, Table

from tests.make import Make
from tests.planted import as_special
from training.db import Base
from training.models import Trainee
from training.models.about_people import Class, Keep, about, classed, is_structure, personal, special
from training.services.merging import merges
from training.services.trainees import duplicates


def left_out(table: Table) -> list[str]:
    """The columns of a person that merging does not know, or knows wrongly."""
    chosen = {merges.COLUMNS.get(name, name) for name in duplicates.DIFFERING}
    known = {column.name for column in table.columns}
    wrong = [f"{name}: choose it in DIFFERING, or say in OWN why each keeps it" for name in classed(table)
             if name not in chosen | merges.OWN.keys()]  # fmt: skip
    wrong += [f"{name}: special, so it stands in OWN" for name, said in classed(table).items()
              if said.holds is Class.SPECIAL and name in chosen]  # fmt: skip
    wrong += [f"{name}: there is no such column" for name in (chosen | merges.OWN.keys()) - known]
    return wrong + [f"{name}: chosen and kept" for name in chosen & merges.OWN.keys()]


def table_with(*columns: Column[str]) -> Table:
    table = Base.metadata.tables["trainee"].to_metadata(MetaData())
    for column in columns:
        table.append_column(column)
    return table


def test_merging_knows_every_column_about_a_person():
    table = Base.metadata.tables["trainee"]

    assert left_out(table) == []
    assert len(classed(table)) >= 13
    for name in merges.COLUMNS.values():  # references, which need no class
        assert is_structure(table.columns[name]) and about(table.columns[name]) is None


def test_a_new_column_that_merging_does_not_know_would_be_seen():
    new = Column("badge", String(20), info=personal(Keep.AUDIT))

    assert left_out(table_with(new)) == ["badge: choose it in DIFFERING, or say in OWN why each keeps it"]


def test_a_special_column_is_never_chosen(monkeypatch):
    table = table_with(Column("diet", String(20), info=special(Keep.THIRTY_DAYS)))
    monkeypatch.setattr(duplicates, "DIFFERING", (*duplicates.DIFFERING, "diet"))

    assert left_out(table) == ["diet: special, so it stands in OWN"]
    monkeypatch.undo()
    monkeypatch.setitem(merges.OWN, "diet", "it was said of each of the two")
    assert left_out(table) == []


def merged(make: Make) -> tuple[str, str]:
    """The rank of who stays, and all that is kept of a merge that was to take the other's."""
    agency = make.agency()
    kept, gone = (make.trainee(agency, rank=rank) for rank in ("one", "canary"))
    done = merges.merge(kept, gone, by=make.user(), values=["rank"])
    return kept.rank, json.dumps([done.before, done.after, done.moved])


def test_a_merge_takes_no_special_value_and_keeps_none(make: Make, monkeypatch):
    as_special(monkeypatch, Trainee.rank)
    rank, kept = merged(make)

    assert (rank, "canary" in kept) == ("one", False)


def test_without_the_classes_a_merge_would_take_it_and_keep_it(make: Make):
    rank, kept = merged(make)

    assert (rank, "canary" in kept) == ("canary", True)
