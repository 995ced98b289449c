"""What counts as changed, what is written of it, and who may read whose change it was."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.make import Make
from training.models import Role, Sex
from training.services import audit, seen
from training.services.directory import agencies
from training.services.seen import ChangedMeanwhile, Seen, merge, plain, settle, shown
from training.services.trainees import records

FIELDS = ("a", "b", "c")
values = st.fixed_dictionaries({name: st.sampled_from(["x", "y", "z"]) for name in FIELDS})


@given(values, values, values)
def test_each_field_has_one_fate_and_nothing_is_written_over_what_was_not_seen(old, mine, now):
    merged = merge(old, mine, now)

    for name in FIELDS:
        is_mine, is_theirs = mine[name] != old[name], now[name] != old[name]
        fates = [name in merged.written, name in merged.conflicts, name in merged.others]
        is_same = mine[name] == now[name]
        assert fates == [
            is_mine and not is_theirs,
            is_mine and is_theirs and not is_same,
            is_theirs and not is_mine,
        ]


@given(values, values)
def test_what_was_not_shown_is_a_conflict_wherever_it_differs(mine, now):
    merged = merge({}, mine, now)

    assert merged.conflicts == {name for name in FIELDS if mine[name] != now[name]}
    assert merged.written == merged.others == frozenset()


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("two\nlines", "two\r\nlines"),
        ("two\nlines ", "two\rlines"),
        ("café", "cafe\u0301"),
        (None, ""),
        ([], ()),
        (["en", "fr"], ["fr", "en"]),
        (Sex.F, "f"),
        (datetime(2027, 3, 31, 9, 30), datetime(2027, 3, 31, 9, 30, 12)),
        (date(2027, 3, 31), "2027-03-31"),
    ],
)
def test_what_a_browser_or_the_database_adds_is_no_change(one, same):
    assert plain(one) == plain(same)


@pytest.mark.parametrize(("one", "other"), [("a", "A"), ("", "0"), (0, None), (["en"], ["en", "fr"]), (1, 2)])
def test_what_a_person_would_see_is_a_change(one, other):
    assert plain(one) != plain(other)


@pytest.mark.parametrize("sent", ["", "[]", "null", "{", "[" * 100_000, '"text"', "NaN"])
def test_what_no_form_of_ours_carries_shows_nothing(sent: str):
    assert Seen.read(sent).values == {}


@dataclass(frozen=True)
class Plan:
    """What a test's form is about."""

    title: str
    seats: int
    languages: tuple[str, ...] = field(default=())


def test_both_changes_stand_and_the_act_knows_what_others_changed():
    old, now = Plan("Old", 20, ("en",)), Plan("Old", 25, ("en", "fr"))
    told = Seen.read(shown({"title": "Old", "seats": 20, "languages": ["en"]}))

    assert settle(told, Plan("New", 20, ("en",)), now) == Plan("New", 25, ("en", "fr"))
    assert told.others == {"seats", "languages"}
    assert settle(None, old, now) == old, "a command writes all"


def test_one_field_changed_by_both_is_refused_and_names_the_field():
    told = Seen.read(shown({"title": "Old", "seats": 20, "languages": []}))

    with pytest.raises(ChangedMeanwhile) as refused:
        settle(told, Plan("New", 21), Plan("Old", 25))

    assert (refused.value.fields, refused.value.code) == ({"seats"}, "changed")
    assert told.now["seats"] == 25


def test_who_changed_a_field_is_read_from_the_log_by_those_who_may_know(make: Make):
    agency, staff = make.agency(), make.user(Role.COORDINATOR)
    colleague, focal = (make.user(Role.PARTNER, agency=agency) for _ in range(2))
    person = make.trainee(agency)
    records.change(person, by=staff, person=make.person(person, rank="Major"))
    records.change(person, by=colleague, person=make.person(person, function="Clerk"))

    def who(name: str, reader: object) -> object:
        return audit.changed_by(person, name, reader=reader)

    assert who("rank", make.user()) == staff
    assert who("rank", focal) is None, "an agency does not read the names of staff"
    assert (who("function", focal), who("function", colleague)) == (colleague, colleague)
    assert who("function", make.user(Role.PARTNER)) is None
    assert who("email", make.user()) is None, "nobody changed it"


def test_a_field_that_refers_to_a_thing_is_found_by_its_column(make: Make):
    agency, by = make.agency(), make.user()
    details = seen.as_stored(agencies.Details, agency)
    agencies.change(agency, by=by, details=replace(details, theme=make.theme("ASY")))

    assert audit.changed_by(agency, "theme", reader=by) == by
