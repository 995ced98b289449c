"""What stands on the board's lines: runs, halves, absences, closed rooms, days off; and whose trainings are said whole."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial

import pytest

from tests.make import Make
from training.models import DayPart, Role, Training, User
from training.policy import Action, can
from training.services.board import days, lines
from training.services.board.lines import Asked, Kind, Period
from training.services.directory import trainers, venues
from training.services.trainings import moves

DAY = timedelta(days=1)
MONDAY = date(2027, 3, 22)
PERIOD = Period(MONDAY, MONDAY + 13 * DAY)


def reads(user: User) -> days.Reader:
    """As the page lets somebody read."""
    return days.Reader(
        user, partial(can, user, Action.TRAINING_CHANGE), partial(can, user, Action.PARTICIPANTS_READ)
    )


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour))


@pytest.fixture
def training(make: Make) -> Training:
    return make.training(is_open=False, starts_on=MONDAY, ends_on=MONDAY + 2 * DAY)


def row(board: days.Board, name: str) -> days.Row:
    return next(one for one in board.rows if one.line.name == name)


def test_whole_days_in_a_row_are_one_run_and_its_title_is_said_once(make: Make, training: Training):
    eva = make.trainer()
    for n in (0, 1, 4):
        make.session(training, starts_local=at(MONDAY + n * DAY, 9), ends_local=at(MONDAY + n * DAY, 17),
                     trainers=[eva])  # fmt: skip

    found = row(days.board(reads(make.user()), Kind.TRAINERS, PERIOD, Asked()), eva.name)

    entries = {cell.on - MONDAY: entry for cell in found.cells for entry in cell.entries}
    assert list(entries) == [0 * DAY, 1 * DAY, 4 * DAY]
    assert [(one.begins, one.ends, one.length) for one in entries.values()] == [
        (True, False, 2),
        (False, True, 1),
        (True, True, 1),
    ]
    assert entries[0 * DAY].hours == "09:00–17:00"
    assert found.days_given == 3


@pytest.mark.parametrize(("starts", "ends", "half"), [(9, 12, "am"), (13, 17, "pm"), (12, 14, "day")])
def test_halves_part_at_one_o_clock(make: Make, training: Training, starts: int, ends: int, half: str):
    make.session(training, starts_local=at(MONDAY, starts), ends_local=at(MONDAY, ends))

    [found] = days.board(reads(make.user()), Kind.TRAININGS, PERIOD, Asked()).rows

    assert [one.half for one in found.cells[0].entries] == [half]


def test_mornings_alone_do_not_join(make: Make, training: Training):
    for n in range(2):
        make.session(training, MONDAY + n * DAY)

    [found] = days.board(reads(make.user()), Kind.TRAININGS, PERIOD, Asked()).rows

    assert [one.begins for cell in found.cells for one in cell.entries] == [True, True]


def test_a_night_stands_on_both_days(make: Make, training: Training):
    make.session(training, starts_local=at(MONDAY, 22), ends_local=at(MONDAY + DAY, 3))

    [found] = days.board(reads(make.user()), Kind.TRAININGS, PERIOD, Asked()).rows

    assert [one.half for cell in found.cells for one in cell.entries] == ["pm", "am"]


def test_absences_closed_rooms_and_days_off_of_the_lines_country(make: Make):
    admin, eva = make.user(), make.trainer(country="EG")
    trainers.add_absence(eva, by=admin, starts_on=MONDAY, ends_on=MONDAY + DAY, part=DayPart.AM, note="")
    room = venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="Blue", capacity=40))
    venues.block(
        room, by=admin, starts_local=at(MONDAY, 13), ends_local=at(MONDAY + DAY, 12), reason="painting"
    )

    of_eva = row(days.board(reads(admin), Kind.TRAINERS, PERIOD, Asked()), eva.name)
    of_room = row(days.board(reads(admin), Kind.ROOMS, PERIOD, Asked()), "Blue")

    assert [one.away for one in of_eva.cells[:3]] == ["am", "am", ""]
    assert [one.away for one in of_room.cells[:3]] == ["pm", "am", ""]
    assert [cell.on.weekday() for cell in of_eva.cells[7:14] if cell.off] == [4, 5]
    assert [cell.on.weekday() for cell in of_room.cells[:7] if cell.off == "weekend"] == [5, 6]


def test_only_free_leaves_out_who_teaches_or_is_away(make: Make, training: Training):
    admin, busy, away, free = make.user(), make.trainer(), make.trainer(), make.trainer()
    make.session(training, trainers=[busy])
    trainers.add_absence(away, by=admin, starts_on=MONDAY, ends_on=MONDAY, note="")
    later = Period(MONDAY + 7 * DAY, MONDAY + 13 * DAY)

    def names(period: Period) -> set[str]:
        return {
            one.line.name for one in days.board(reads(admin), Kind.TRAINERS, period, Asked(free=True)).rows
        }

    assert names(PERIOD) == {free.name}
    assert names(later) == {busy.name, away.name, free.name}


def test_whoever_is_retired_stands_there_while_they_teach(make: Make, training: Training):
    admin, eva, old = make.user(), make.trainer(), make.trainer()
    make.session(training, trainers=[eva])
    for one in (eva, old):
        trainers.retire(one, by=admin, reason="Moved on.")

    assert [one.line.name for one in days.board(reads(admin), Kind.TRAINERS, PERIOD, Asked()).rows] == [
        eva.name
    ]


def test_filters_by_theme_language_and_city(make: Make, training: Training):
    admin = make.user()
    eva = make.trainer(themes=[make.theme("BMV")], languages=["ru"])
    make.trainer(themes=[make.theme("ASY")], languages=["en"])
    room = venues.add_room(make.venue(city="Graz"), by=None, details=venues.RoomDetails(name="G", capacity=9))
    venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="V", capacity=9))
    make.session(training)

    def names(kind: Kind, **wanted) -> list[str]:
        return [one.line.name for one in days.board(reads(admin), kind, PERIOD, Asked(**wanted)).rows]

    assert names(Kind.TRAINERS, theme=make.theme("BMV")) == [eva.name]
    assert names(Kind.TRAINERS, theme=make.theme("BMV"), language="en") == []
    assert names(Kind.ROOMS, city="Graz") == [room.name]
    assert names(Kind.TRAININGS, theme=make.theme("ASY")) == []
    assert names(Kind.TRAININGS, language="en") == [training.code]
    assert "Graz" in lines.cities()


def test_of_a_foreign_area_the_code_and_the_hours_alone_are_said(make: Make, training: Training):
    make.session(training)
    mine, other = (make.user(Role.COORDINATOR, themes=[make.theme(code)]) for code in ("BMV", "ASY"))

    shown = {
        user: days.board(reads(user), Kind.TRAININGS, PERIOD, Asked()).rows[0].shown
        for user in (mine, other, make.user(Role.MANAGER))
    }

    assert [(one.is_mine, one.is_theirs) for one in shown.values() if one] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_what_waits_are_drafts_without_sessions_of_the_own_area(make: Make, training: Training):
    mine, other = (make.user(Role.COORDINATOR, themes=[make.theme(code)]) for code in ("BMV", "ASY"))

    assert [days.waiting(user) for user in (mine, other)] == [[training], []]
    make.session(training)
    assert days.waiting(mine) == []


def test_what_is_not_announced_is_named_until_it_is(make: Make):
    admin = make.user()
    training = make.training(starts_on=MONDAY, ends_on=MONDAY)
    period = Period(MONDAY, MONDAY + 6 * DAY)
    assert days.not_announced(admin, period) == []

    [session] = days.board(reads(admin), Kind.TRAININGS, period, Asked()).rows
    one = make.session(training, starts_local=at(MONDAY, 15), ends_local=at(MONDAY, 16), is_known=False)

    assert days.not_announced(admin, period) == [training]
    make.announced(training)
    assert days.not_announced(admin, period) == []
    make.change_session(one, by=admin, trainers=[make.trainer()])
    assert days.not_announced(admin, period) == [training]


def test_a_cancelled_training_stands_nowhere(make: Make):
    admin = make.user()
    training = make.training(starts_on=MONDAY, ends_on=MONDAY)
    moves.change_state(training, by=admin, name="cancel", reason="No money.")

    assert days.board(reads(admin), Kind.TRAININGS, PERIOD, Asked()).rows == []


@pytest.mark.parametrize("kind", list(Kind))
def test_many_lines_take_as_few_statements_as_one(make: Make, queries, kind: Kind):
    admin, counts = make.user(), []
    for count in (1, 6):
        for _ in range(count):
            training = make.training(starts_on=MONDAY, ends_on=MONDAY)
            room = venues.add_room(make.venue(), by=None, details=venues.RoomDetails(name="R", capacity=9))
            make.session(training, room=room, trainers=[make.trainer(themes=[make.theme()])])
        make.training(is_open=False, starts_on=MONDAY, ends_on=MONDAY)
        queries.clear()
        days.board(reads(admin), kind, PERIOD, Asked())
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 16


def test_more_than_a_page_begins_with_those_who_have_something(make: Make, training: Training, monkeypatch):
    monkeypatch.setattr(lines, "MOST", 2)
    admin, everybody = make.user(), [make.trainer(family_name=name) for name in ("Abel", "Bauer", "Zorn")]
    make.session(training, trainers=[everybody[2]])

    first, second = (
        days.board(reads(admin), Kind.TRAINERS, PERIOD, Asked(), page=number) for number in (1, 2)
    )

    assert [one.line.name for one in first.rows] == ["Eva Zorn", "Eva Abel"]
    assert [one.line.name for one in second.rows] == ["Eva Bauer"]
    assert (first.total, len(days.board(reads(admin), Kind.TRAINERS, PERIOD, Asked(), page=99).rows)) == (
        3,
        1,
    )
