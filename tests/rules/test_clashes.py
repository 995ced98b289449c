"""The rules about clashes: each says what it should, findings are symmetric, and days later they are the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.rules import clashes, days_off
from training.rules.findings import Name, Severity
from training.rules.timetable import (
    Absence,
    Block,
    Elsewhere,
    Facts,
    Frame,
    People,
    Room,
    Slot,
    Teacher,
    Where,
)

VIENNA, GRAZ, KYIV = Where("Vienna", "AT"), Where("Graz", "AT"), Where("Kyiv", "UA")
MONDAY = datetime(2027, 9, 6, 9)


def frame(number: int = 1, **wanted: object) -> Frame:
    values: dict[str, object] = {
        "id": number, "code": f"T-{number}", "zone": "UTC", "capacity": 20, "languages": frozenset({"en"}),
        "is_online": False, "has_place": True, "where": VIENNA, "first": date(2027, 1, 1), "last": date(2027, 12, 31),
    }  # fmt: skip
    return Frame(**{**values, **wanted})  # type: ignore[arg-type]


def room(number: int = 1, where: Where = VIENNA, seats: int = 30) -> Room:
    return Room(number, f"Room {number}", "Academy", seats, where, "UTC")


def slot(key: int = 1, starts: datetime = MONDAY, minutes: int = 180, **wanted: object) -> Slot:
    ends = starts + timedelta(minutes=minutes)
    values: dict[str, object] = {
        "frame": frame(), "title": "Morning", "break_minutes": 0, "contact": minutes, "needs": frozenset({1}),
        "theme_code": "BMV",
    }  # fmt: skip
    return Slot(
        key=key, starts_at=starts.replace(tzinfo=UTC), ends_at=ends.replace(tzinfo=UTC), starts_local=starts,
        ends_local=ends, **{**values, **wanted},
    )  # type: ignore[arg-type]  # fmt: skip


def said(slots: list[Slot], facts: Facts | None = None, *, is_list: bool = False) -> list[tuple[str, str]]:
    return [(one.rule, one.severity.value) for one in clashes.found(slots, facts or Facts(), is_list=is_list)]


EVA = Teacher(1, "Eva", themes=frozenset({1}), languages=frozenset({"en"}), most_days=2)
LATER = MONDAY + timedelta(hours=1)

CASES = {
    "own_overlap": ([slot(1), slot(2, LATER)], Facts(), "hard"),
    "optional": ([slot(1), slot(2, LATER, is_compulsory=False)], Facts(), "soft"),
    "room_twice": ([slot(1, room=room())], Facts(others=[slot(2, LATER, frame=frame(2), room=room())]), "hard"),
    "trainer_twice": ([slot(1, teachers=(EVA,))], Facts(others=[slot(2, LATER, frame=frame(2), teachers=(EVA,))]), "hard"),
    "room_blocked": ([slot(1, room=room())], Facts(blocks={1: [Block(1, LATER.replace(tzinfo=UTC), LATER.replace(tzinfo=UTC) + timedelta(hours=1), "painting")]}), "hard"),
    "no_such_time": ([slot(1, datetime(2027, 3, 28, 2, 30), frame=frame(zone="Europe/Vienna"))], Facts(), "hard"),
    "outside_programme": ([slot(1, frame=frame(last=date(2027, 9, 5)))], Facts(), "hard"),
    "participant_twice": ([slot(1)], Facts(elsewhere={1: [Elsewhere(7, "Pat", 9, "T-2", LATER.replace(tzinfo=UTC), LATER.replace(tzinfo=UTC) + timedelta(hours=9))]}), "soft"),
    "trainer_away": ([slot(1, teachers=(EVA,))], Facts(absences={1: [Absence(date(2027, 9, 6), date(2027, 9, 7))]}), "soft"),
    "trainer_unfit": ([slot(1, teachers=(replace(EVA, themes=frozenset({2})),))], Facts(), "soft"),
    "retired": ([slot(1, teachers=(replace(EVA, is_active=False),))], Facts(), "hard"),
    "retired, kept": ([slot(1, teachers=(replace(EVA, is_active=False),), kept=frozenset({1}))], Facts(), "soft"),
    "language": ([slot(1, teachers=(replace(EVA, languages=frozenset({"ru"})),))], Facts(), "soft"),
    "trainer_load": ([slot(1, teachers=(EVA,))], Facts(taught={1: {8: date(2027, 9, 1), 9: date(2027, 9, 2)}}), "soft"),
    "travel_gap": ([slot(1, teachers=(EVA,))], Facts(others=[slot(2, MONDAY + timedelta(hours=6), frame=frame(2, where=GRAZ), teachers=(EVA,))]), "soft"),
    "abroad": ([slot(1, teachers=(EVA,))], Facts(others=[slot(2, MONDAY + timedelta(days=1), frame=frame(2, where=KYIV), teachers=(EVA,))]), "soft"),
    "turn_over": ([slot(1, room=room())], Facts(others=[slot(2, MONDAY + timedelta(hours=3), frame=frame(2), room=room())]), "soft"),
    "room_small": ([slot(1, room=room(seats=10))], Facts(), "soft"),
    "people": ([slot(1, room=room(seats=24))], Facts(people={1: People({"AT": 26}, {})}), "soft"),
    "other_place": ([slot(1, room=room(where=GRAZ))], Facts(), "soft"),
    "holiday": ([slot(1)], Facts(holiday=lambda where, day: "Day" if where.country == "AT" else ""), "soft"),
    "abroad holiday": ([slot(1)], Facts(people={1: People({}, {"UA": 3})}, holiday=lambda where, day: "Day" if where.country == "UA" else ""), "soft"),
    "weekend": ([slot(1)], Facts(is_weekend=lambda where, day: True), "soft"),
    "night_online": ([slot(1, frame=frame(is_online=True))], Facts(people={1: People({"XX": 5}, {})}, zones=lambda code: ["America/Lima"]), "soft"),
    "too_long": ([slot(1, minutes=300)], Facts(), "soft"),
    "too long a day": ([slot(1, minutes=240), slot(2, MONDAY + timedelta(hours=4), minutes=241, break_minutes=30)], Facts(), "soft"),
    "no_room": ([slot(1, teachers=(EVA,))], Facts(), "gap"),
    "no_trainer": ([slot(1, room=room())], Facts(), "gap"),
}  # fmt: skip
NAMED = {
    "optional": "own_overlap", "retired": "trainer_unfit", "retired, kept": "trainer_unfit", "language": "trainer_unfit",
    "abroad": "travel_gap", "people": "room_small", "abroad holiday": "holiday", "too long a day": "too_long",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_rule_speaks_where_it_should(case: str):
    slots, facts, severity = CASES[case]

    found = said(slots, facts, is_list=severity == "gap")

    assert set(found) == {(NAMED.get(case, case), severity)}


def test_every_rule_has_a_case_and_a_name():
    assert {NAMED.get(case, case) for case in CASES} == set(clashes.NAMES) == set(Name)


FITS = {
    "touching": ([slot(1), slot(2, MONDAY + timedelta(hours=3))], Facts()),
    "another room": ([slot(1, room=room(1))], Facts(others=[slot(2, frame=frame(2), room=room(2))])),
    "a night": ([slot(1, teachers=(EVA,))], Facts(others=[slot(2, MONDAY + timedelta(days=1), frame=frame(2, where=GRAZ), teachers=(EVA,))])),
    "a day": ([slot(1, teachers=(EVA,))], Facts(others=[slot(2, MONDAY + timedelta(days=2), frame=frame(2, where=KYIV), teachers=(EVA,))])),
    "afternoons": ([slot(1, teachers=(EVA,))], Facts(absences={1: [Absence(date(2027, 9, 6), date(2027, 9, 6), "pm")]})),
    "within the limit": ([slot(1, teachers=(EVA,))], Facts(taught={1: {8: date(2027, 9, 1), 9: date(2027, 8, 31)}})),
    "nobody knows": ([slot(1, teachers=(Teacher(2, "Max"),))], Facts()),
    "by day": ([slot(1, frame=frame(is_online=True))], Facts(people={1: People({"XX": 5}, {})}, zones=lambda code: ["Asia/Amman"])),
    "one of many zones": ([slot(1, frame=frame(is_online=True))], Facts(people={1: People({"XX": 5}, {})}, zones=lambda code: ["America/Lima", "UTC"])),
}  # fmt: skip


@pytest.mark.parametrize("case", FITS)
def test_and_not_where_it_should_not(case: str):
    assert said(*FITS[case]) == []


def test_a_gap_is_for_the_list_alone():
    assert said([slot(1)]) == []
    assert said([slot(1)], is_list=True) == [("no_room", "gap"), ("no_trainer", "gap")]


def test_a_moved_session_of_the_other_training_counts_where_it_is_to_be():
    away = {
        1: [
            Elsewhere(
                7,
                "Pat",
                9,
                "T-2",
                MONDAY.replace(tzinfo=UTC),
                MONDAY.replace(tzinfo=UTC) + timedelta(hours=3),
            )
        ]
    }
    moved = slot(9, MONDAY + timedelta(days=1), frame=frame(2))

    assert said([slot(1)], Facts(elsewhere=away)) == [("participant_twice", "soft")]
    assert said([slot(1), moved], Facts(elsewhere=away)) == []


def test_what_was_compared_is_in_the_key_and_the_language_is_not():
    def key(people: int) -> str:
        facts = Facts(people={1: People({"AT": people}, {})})
        [found] = clashes.found([slot(1, room=room(seats=24))], facts)
        return found.key

    assert key(26) == key(26) != key(24 + 3)


def test_a_finding_of_several_sessions_is_one_with_its_sessions():
    slots = [slot(n, MONDAY + timedelta(days=n), room=room(seats=10)) for n in range(6)]
    facts = Facts()

    grouped = clashes.grouped(clashes.found(slots[:4], facts), slots)

    assert [(one.rule, one.slots, one.of) for one in grouped] == [("room_small", (0, 1, 2, 3), 6)]


# Laws

ROOMS, TEACHERS = (
    [None, room(1), room(2, GRAZ), room(3, KYIV)],
    [EVA, Teacher(2, "Max"), Teacher(3, "Ann", False)],
)
WHERES = [VIENNA, GRAZ, KYIV]


@st.composite
def timetables(draw: st.DrawFn) -> list[Slot]:
    found = []
    for key in range(1, draw(st.integers(2, 6)) + 1):
        number = draw(st.integers(1, 3))
        begins = MONDAY + timedelta(minutes=15 * draw(st.integers(0, 4 * 60)))
        found.append(
            slot(
                key, begins, 15 * draw(st.integers(1, 16)), frame=frame(number, where=WHERES[number - 1]),
                room=draw(st.sampled_from(ROOMS)), is_compulsory=draw(st.booleans()),
                teachers=tuple(draw(st.lists(st.sampled_from(TEACHERS), unique=True, max_size=2))),
            )
        )  # fmt: skip
    return found


PAIRS = {"own_overlap", "room_twice", "trainer_twice", "turn_over", "travel_gap"}


def about(slots: list[Slot], facts: Facts) -> set[tuple[str, int]]:
    return {(one.rule, key) for one in clashes.found(slots, facts) if one.rule in PAIRS for key in one.slots}


@settings(max_examples=150)
@given(timetables())
def test_findings_are_symmetric(slots: list[Slot]):
    """Where two sessions meet, each is told of the other, whoever is asked about."""
    one, other = slots[0], slots[1]
    alone = about([one], Facts(others=[other]))
    back = about([other], Facts(others=[one]))

    assert {rule for rule, _ in alone} == {rule for rule, _ in back}
    assert alone | back == about([one, other], Facts())
    whole = about(slots, Facts())
    assert whole == {
        found
        for n, one in enumerate(slots)
        for found in about([one], Facts(others=slots[:n] + slots[n + 1 :]))
    }


@settings(max_examples=150)
@given(timetables(), st.integers(-50, 60))
def test_findings_are_the_same_so_many_days_later(slots: list[Slot], days: int):
    def seen(by: timedelta) -> list[tuple[str, tuple[int, ...], Severity]]:
        return [
            (one.rule, one.slots, one.severity)
            for one in clashes.found([one.shifted(by) for one in slots], Facts())
            if one.rule not in ("outside_programme", "trainer_load")
        ]

    assert seen(timedelta(days=days)) == seen(timedelta(0))


# Days off


@pytest.mark.parametrize(
    ("country", "days"),
    [("EG", {4, 5}), ("JO", {4, 5}), ("DZ", {4, 5}), ("IR", {4}), ("UA", {5, 6}), ("XN", {5, 6})],
)
def test_a_weekend_is_the_countrys(country: str, days: set[int]):
    assert days_off.weekend(country) == days


def test_holidays_have_names_parts_and_made_up_days():
    assert days_off.holiday("KZ", "", date(2027, 3, 22)) == "Nowruz Holiday"
    assert days_off.holiday("XN", "", date(2027, 3, 22)) == "" and days_off.subdivisions("XN") == ()
    assert days_off.holiday("DE", "BY", date(2027, 1, 6)) and not days_off.holiday("DE", "", date(2027, 1, 6))
    assert days_off.is_made_up("CN", "", date(2026, 10, 10))
    assert len(days_off.of_year("AT", "", 2027)) >= 13
