"""An audit entry never holds a special value, whichever way it comes: it says that the column changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.make import Make
from tests.planted import as_special
from training.db import atomic, db
from training.models import AuditEntry, Registration, Trainee
from training.services import audit
from training.services.imports import staging
from training.services.trainees import records

BEFORE, AFTER = "no pork, canary one", "no nuts, canary two"


def entries() -> list[dict[str, Any]]:
    return [entry.changes for entry in db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id))]


def canaries() -> int:
    """How many entries hold one of the two values, wherever in them."""
    return sum("canary" in json.dumps(one) for one in entries())


def every_way(make: Make) -> None:
    """The value goes into the log by each door: a snapshot, single values, a dictionary, one inside another, a filter."""
    admin = make.user()
    trainee = make.trainee(rank=BEFORE)
    records.change(trainee, by=admin, person=make.person(trainee, rank=AFTER))
    atomic(records.take_over)({trainee: {"rank": BEFORE}}, by=admin)
    record = atomic(audit.record)
    record(by=admin, action="test.told", thing=trainee, changes={"rank": AFTER})
    record(by=admin, action="test.elsewhere", thing=trainee.agency, changes={"rank": [BEFORE, AFTER]})
    record(by=admin, action="test.inside", changes={"people": [{"rank": AFTER, "seen": True}]})
    record(by=admin, action="test.deeper", changes={"of": {"them": ({"rank": AFTER},)}})
    record(by=admin, action="test.pairs", changes={"said": [("rank", AFTER), ("country", "AT")]})
    audit.record_export(by=admin, action="test.csv", filters={"rank": AFTER}, rows=1)


def test_no_way_into_the_log_takes_a_special_value_along(make: Make, monkeypatch):
    as_special(monkeypatch, Trainee.rank, Registration.rank)
    every_way(make)

    assert canaries() == 0
    assert entries()[-8:] == [
        {"rank": "changed"},
        {"rank": "changed"},
        {"rank": "changed"},
        {"rank": "changed"},
        {"people": [{"rank": "changed", "seen": True}]},
        {"of": {"them": [{"rank": "changed"}]}},
        {"said": [["rank", "changed"], ["country", "AT"]]},
        {"filters": {"rank": "changed"}, "rows": 1},
    ]


def test_with_the_guard_off_every_way_would_take_it_along(make: Make, monkeypatch):
    as_special(monkeypatch, Trainee.rank, Registration.rank)
    monkeypatch.setattr(audit, "is_special", lambda name, model=None: False)
    every_way(make)

    assert canaries() == 8


def test_a_special_value_that_stays_the_same_is_no_change(make: Make, monkeypatch):
    as_special(monkeypatch, Trainee.rank)
    trainee = make.trainee(rank=BEFORE)
    records.change(trainee, by=make.user(), person=make.person(trainee, function="Inspector"))

    assert entries()[-1].keys() == {"function"}


def test_a_snapshot_compares_special_values_and_neither_shows_nor_stores_them(make: Make, monkeypatch):
    as_special(monkeypatch, Trainee.rank)
    kept = audit.snapshot(make.trainee(rank=BEFORE))["rank"]

    assert kept == audit.Withheld(BEFORE) != audit.Withheld(AFTER)
    assert "canary" not in repr(kept)
    with pytest.raises(TypeError):
        json.dumps(kept)


def test_the_cells_of_a_list_are_in_no_snapshot_and_how_many_they_are_is_told(make: Make):
    training = make.training()
    batch = staging.stage_pasted(
        training, by=make.user(), agency=make.agency(), text=f"Family name\tGiven names\nAmber\t{BEFORE}\n"
    )

    assert isinstance(audit.snapshot(batch)["source"], audit.Withheld)
    assert "rows" not in audit.snapshot(batch)
    assert entries()[-1]["lines"] == 1
    assert canaries() == 0


def test_what_json_cannot_hold_is_no_part_of_an_entry(make: Make):
    with pytest.raises(TypeError, match="an audit entry takes what JSON can hold"):
        atomic(audit.record)(by=make.user(), action="test.thing", changes={"person": make.trainee()})
