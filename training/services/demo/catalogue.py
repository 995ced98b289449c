"""The demo's catalogue of courses, the agendas of trainings that are to come, and a series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time
from typing import Any

from training.rules.names import search_key
from training.services.demo import basis
from training.services.demo.basis import World
from training.texts import invented_catalogue
from training.texts.invented_courses import ONLINE

HOURS = ((time(9), time(12, 30)), (time(13, 30), time(17)))
BREAK = 30
IN_SERIES = 5
COURSES_OF = {one.topic: number for number, one in enumerate(invented_catalogue.COURSES, start=1)}
"""The id of the course of each topic that has one."""


def courses(world: World, types: dict[str, int]) -> Iterator[dict[str, Any]]:
    """The courses of the catalogue."""
    for number, one in enumerate(invented_catalogue.COURSES, start=1):
        yield {
            "id": number,
            "public_id": basis.public_id(world),
            "code": one.code,
            "title_en": one.topic,
            "title_fr": one.fr,
            "title_ru": one.ru,
            "search_key": search_key(one.topic, one.fr, one.ru, one.code),
            "theme_id": world.themes[one.theme],
            "activity_type_id": types[one.type],
            "languages": "en,fr" if number % 2 else "en,ru",
            "modality": "online" if one.type in ONLINE else "in_person",
            "capacity": 20 + number % 3 * 2,
            "completion_percent": 80,
            "admission": "approval",
            "objectives": one.objectives,
            "description": "",
            "closes_days_before": 14,
            "is_active": True,
            **basis.stamps(),
        }


def half_days() -> Iterator[dict[str, Any]]:
    """The half-days of the courses: two a day, and online one."""
    for number, course, place, item in _each():
        per_day = 1 if course.type in ONLINE else 2
        starts, ends = HOURS[place % per_day]
        yield {
            "id": number,
            "course_id": COURSES_OF[course.topic],
            "day": 1 + place // per_day,
            "position": place,
            "title": item[0],
            "starts": starts,
            "ends": ends,
            "break_minutes": BREAK,
            "is_compulsory": True,
            "theme_id": None,
            "trainers_wanted": 1,
        }


def agendas() -> Iterator[dict[str, Any]]:
    """The agenda of each half-day of the courses."""
    for number, _course, _place, item in _each():
        yield from (_item(title, place, course_session_id=number) for place, title in enumerate(item[1:]))


def _each() -> Iterator[tuple[int, invented_catalogue.Course, int, Sequence[str]]]:
    number = 0
    for course in invented_catalogue.COURSES:
        for place, item in enumerate(course.half_days):
            number += 1
            yield number, course, place, item


def _item(title: str, place: int, **of: int) -> dict[str, Any]:
    return {
        "session_id": None,
        "course_session_id": None,
        "position": place,
        "starts": None,
        "ends": None,
        "title": title,
        "speaker": "",
        "trainer_id": None,
        **of,
    }


def agenda_of(topic: str, sessions: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The agenda of the sessions of a training, by the half-days of its course. The sessions take their titles."""
    number = COURSES_OF.get(topic)
    if number is None:
        return
    course = invented_catalogue.COURSES[number - 1]
    for session, item in zip(sessions, course.half_days, strict=False):
        session["title"] = item[0]
        yield from (_item(title, place, session_id=session["id"]) for place, title in enumerate(item[1:]))


def series(world: World) -> Iterator[dict[str, Any]]:
    """One series, made by the coordinator."""
    yield {
        "id": 1,
        "public_id": basis.public_id(world),
        "title": invented_catalogue.SERIES,
        "course_id": COURSES_OF[invented_catalogue.SERIES],
        "rule": "by dates",
        "by_id": 2,
        **basis.stamps(),
    }
