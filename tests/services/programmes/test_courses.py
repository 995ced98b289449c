"""The catalogue: courses with their half-days and agenda, changed without loss, retired and taken up again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from tests.make import Make
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import AgendaItem, AuditEntry, CourseSession, Role
from training.services.programmes import courses
from training.services.seen import Seen, as_stored, shown


def details(course, **wanted):
    now = as_stored(
        courses.Details, course, languages=course.language_codes, timetable=courses.timetable(course)
    )
    return replace(now, **wanted)


def test_a_course_has_its_half_days_and_their_agenda(make: Make):
    course = make.course()

    assert (course.days, course.minutes, len(course.half_days)) == (2, 4 * 180, 4)
    assert [item.title for item in course.half_days[0].agenda] == ["Opening", "Under the lamp"]
    assert [one.is_compulsory for one in course.half_days] == [True, True, True, False]
    assert course.title_in("fr") == "Forged documents", "without a French title it is the English one"


def test_half_days_that_stay_keep_what_the_text_does_not_say(make: Make):
    course, by = make.course(), make.user()
    first = course.half_days[0]
    trainer = make.trainer(given_names="Ana", family_name="Lind")
    _name_speaker(course, trainer)
    text = courses.timetable(course).replace("Paper and light", "Paper").replace("Day 2", "Day 3")

    courses.change(course, by=by, details=details(course, timetable=text))

    assert course.half_days[0].id == first.id and course.half_days[0].title == "Paper"
    assert course.half_days[0].agenda[0].trainer is trainer
    assert [one.day for one in course.half_days] == [1, 1, 3, 3]
    assert db.session.scalar(select(func.count(CourseSession.id))) == 4
    assert db.session.scalar(select(func.count(AgendaItem.id))) == 2
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "course.change")).one()
    assert "timetable" in entry.changes


def _name_speaker(course, trainer):
    @atomic
    def name() -> None:
        course.half_days[0].agenda[0].trainer, course.half_days[0].agenda[0].speaker = trainer, ""

    name()


def test_a_code_stands_once_and_what_makes_no_sense_is_refused_beside_its_field(make: Make):
    course, by = make.course(), make.user()
    for wanted, field in (({"code": course.code.lower()}, "code"), ({"timetable": "nonsense"}, "timetable")):
        with pytest.raises(Invalid) as refused:
            make.course(**wanted)
        assert refused.value.field == field
    with pytest.raises(Invalid):
        courses.change(course, by=by, details=details(course, timetable="09:00–08:00 A"))
    assert len(course.half_days) == 4


def test_what_two_people_changed_is_not_overwritten(make: Make):
    course, by = make.course(), make.user()
    before = details(course)
    seen = Seen.read(shown(vars(before)))
    courses.change(course, by=by, details=replace(before, capacity=30))

    courses.change(course, by=by, details=replace(before, objectives="To see"), seen=seen)

    assert (course.capacity, course.objectives) == (30, "To see")


def test_a_retired_course_leaves_the_catalogue_and_comes_back(make: Make):
    course, by, programme = make.course(), make.user(), make.programme()
    courses.retire(course, by=by)
    assert courses.usable_in(programme) == []
    with pytest.raises(Conflict):
        courses.retire(course, by=by)
    courses.resume(course, by=by)
    assert courses.usable_in(programme) == [course]


def test_a_course_fits_programmes_whose_theme_covers_its_own(make: Make):
    own, other, whole = (
        make.course(),
        make.course(theme=make.theme("THB")),
        make.course(theme=make.theme("MIEUX2")),
    )

    assert courses.usable_in(make.programme("BMV")) == [own]
    assert set(courses.usable_in(make.programme("MIEUX2"))) == {own, other, whole}


def test_the_catalogue_is_searched_in_any_language_and_staff_alone_see_it(make: Make):
    course = make.course(title_ru="Поддельные документы")
    make.course(title_en="Visas", theme=make.theme("ASY"))

    def found(role: Role = Role.MANAGER, **wanted):
        return list(db.session.scalars(courses.search(make.user(role), **wanted)))

    assert found(text="документы") == [course] == found(theme=make.theme("BMV"))
    assert len(found()) == 2 and found(Role.PARTNER) == found(Role.TRAINER) == []
    assert len(found(sort="used", descending=True)) == 2 and found(retired=True) == []
