"""What somebody wishes for on the page of a new training: what was sent, what is proposed, and what a remedy changes.

A proposal is put into a field as long as nobody has written anything else there. The form carries what was proposed, so
that this works without scripts and without memory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from werkzeug.datastructures import MultiDict

from training.errors import Invalid
from training.models import Course, Programme, Room, Training
from training.rules import half_days, walltime
from training.services.directory import venues
from training.services.programmes import themes
from training.services.trainings import defaults
from training.services.trainings.timetables import Other
from training.text import language, msg
from training.web.kit.respond import uuid_of

Sent = MultiDict[str, str]
HOURS = ((time(9), time(12, 30)), (time(13, 30), time(17)))
USUAL_DAYS = 3
INITIAL = {
    "reserve_order": "rank",
    "promotion": "automatic",
    "offer_hours": "48",
    "promotion_ends_days": "0",
    "nearest_first": "y",
    "keeps_seats": "y",
}
"""What stands in fields of which nothing is proposed."""


@dataclass(frozen=True)
class Source:
    """What the new training is made in and from: a programme, and a course or another training."""

    programme: Programme
    course: Course | None = None
    training: Training | None = None


def initial(asked: Mapping[str, str]) -> Sent:
    """What the page begins with. The address may name a course, a first day, a venue, a room and a trainer."""
    sent: Sent = MultiDict(INITIAL)
    for name, value in (
        ("starts_on", asked.get("on")),
        ("days", asked.get("days")),
        ("venue", asked.get("venue")),
        ("room", asked.get("room")),
        ("trainers", asked.get("trainer")),
    ):
        if value:
            sent[name] = value
    room = uuid_of(asked.get("room", ""))
    for one in venues.rooms() if room is not None else []:
        if one.public_id == room:
            sent["venue"] = str(one.venue.public_id)
    return sent


def proposals(source: Source, first_day: date | None, zone: str, room: Room | None) -> dict[str, Any]:
    """What is proposed, by field, as a form sends it."""
    course, programme = source.course, source.programme
    if first_day is not None and not walltime.FIRST_YEAR <= first_day.year <= walltime.LAST_YEAR:
        first_day = None  # a year that is still being typed
    found: dict[str, Any] = {
        "code": defaults.code(programme),
        "title": course.title_in(language()) if course else "",
        "theme": course.theme.code if course else programme.theme.code,
        "capacity": str(course.capacity if course else 20),
        "completion_percent": str(course.completion_percent if course else programme.completion_percent),
        "admission": course.admission.value if course else "approval",
        "modality": course.modality.value if course else "in_person",
        "languages": course.language_codes if course else ["en"],
        "description": course.description if course else "",
        "days": str(course.days if course and course.days else USUAL_DAYS),
        "hours": "" if course and course.half_days else half_days.said_hours(HOURS),
        "room": str(room.public_id) if room else "",
        "registration_closes_local": "",
    }
    kinds = themes.activity_types()
    if course is not None or kinds:
        found["activity_type"] = (course.activity_type if course else kinds[0]).code
    if first_day is not None:
        days_before = course.closes_days_before if course else defaults.DAYS_BEFORE
        closes = defaults.closes(first_day, zone, days_before)
        found["registration_closes_local"] = closes.isoformat(timespec="minutes")
    if source.training is not None:
        found |= _of_training(source.training)
        if first_day is not None:
            before = (source.training.starts_on - source.training.registration_closes_local.date()).days
            closes = defaults.closes(first_day, zone, max(0, before))
            found["registration_closes_local"] = closes.isoformat(timespec="minutes")
    return found


def _of_training(training: Training) -> dict[str, Any]:
    """What a copy takes over from the training that it is made of."""
    return {
        "title": training.title,
        "theme": training.theme.code,
        "activity_type": training.activity_type.code,
        "capacity": str(training.capacity),
        "completion_percent": str(training.completion_percent),
        "admission": training.admission.value,
        "modality": training.modality.value,
        "languages": training.language_codes,
        "description": training.description,
        "target_group": training.target_group,
        "prerequisites": training.prerequisites,
        "link": training.link,
        "hours": "",
    }


def with_proposals(sent: Sent, proposed: Mapping[str, Any]) -> Sent:
    """What was sent, with what is proposed in each field in which nobody has written anything else."""
    before = _read(sent.get("proposed", "{}"))
    found: Sent = sent.copy()
    for name, value in proposed.items():
        wanted = [str(one) for one in value] if isinstance(value, list) else [value]
        was = before.get(name, "")
        known = sorted(was) if isinstance(was, list) else [was]
        now = sorted(one.replace("\r\n", "\n") for one in sent.getlist(name)) or [""]
        if now in (known, [""] if name not in before else None):
            found.setlist(name, wanted)
    found["proposed"] = json.dumps(proposed, ensure_ascii=False)
    return found


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def with_remedy(sent: Sent) -> Sent:
    """What was sent, with what the button changes that was pressed. A button that says nothing known changes nothing."""
    found: Sent = sent.copy()
    name, _, rest = found.get("do", "").partition(":")
    found.poplist("do")
    first, _, second = rest.partition(":")
    if name == "starts":
        found["starts_on"] = first
    elif name == "room":
        found["room"] = first
        for key in [one for one in found if one.startswith("room-")]:
            found.poplist(key)
    elif name == "leave":
        gone = set(first.split(","))
        found.setlist("held", [key for key in found.getlist("held") if key not in gone])
    elif name == "without":
        for key in second.split(","):
            found.add(f"without-{key}", first)
    elif name == "swap":
        found.setlist("trainers", [second if one == first else one for one in found.getlist("trainers")])
    return found


def left_out(sent: Sent) -> frozenset[str]:
    """The keys of half-days that were shown and are not ticked."""
    return frozenset(sent.getlist("known")) - frozenset(sent.getlist("held"))


def others(sent: Sent, rooms: Iterable[Room], trainers: Mapping[str, int]) -> dict[str, Other]:
    """What differs in single half-days. ``trainers`` are the ids by public id. Raises ``Invalid`` for odd hours."""
    by_id = {str(room.public_id): room for room in rooms}
    found = {}
    for key in sent.getlist("known"):
        hours = sent.get(f"hours-{key}", "").strip()
        if hours and hours == sent.get(f"usual-{key}"):
            hours = ""
        spans = half_days.read_hours(hours, "hours") if hours else []
        if len(spans) > 1:
            raise Invalid(msg("A half-day has one start and one end, as 09:00–12:30."), field="hours")
        found[key] = Other(
            hours=spans[0] if spans else None,
            room=by_id.get(sent.get(f"room-{key}", "")),
            without=frozenset(trainers[one] for one in sent.getlist(f"without-{key}") if one in trainers),
        )
    return found


def _differs(sent: Sent, name: str) -> bool:
    """Whether a field of one half-day says something else than what is usual."""
    kind, _, key = name.partition("-")
    usual = sent.get(f"usual-{key}", "") if kind == "hours" else ""
    return kind in ("hours", "room") and sent.get(name, "").strip() not in ("", usual)


def digest(sent: Sent) -> str:
    """What was wished for of the half-days, as a digest: by which a stale answer is told from another wish."""
    names = ("course", "starts_on", "days", "hours", "weekends", "venue", "country")
    said = [[name, sorted(sent.getlist(name))] for name in names]
    said.append(["left_out", sorted(left_out(sent))])
    said += [
        [name, sorted(sent.getlist(name))]
        for name in sorted(sent)
        if name.startswith("without-") or _differs(sent, name)
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


FOLDS: dict[str, tuple[str, ...]] = {
    "place": ("modality", "country", "zone", "other_zone", "link"),
    "when": ("weekends", "is_date_open", "ends_on"),
    "kind": ("theme", "activity_type"),
    "registration": ("admission", "registration_opens_local", "registration_closes_local"),
    "seats": (
        "reserve_order",
        "promotion",
        "offer_hours",
        "promotion_ends_days",
        "nearest_first",
        "keeps_seats",
    ),
    "rule": ("completion_percent", "languages"),
    "text": ("description", "target_group", "prerequisites"),
}
"""The folded parts of the page, and their fields."""
