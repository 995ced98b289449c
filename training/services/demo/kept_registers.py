"""The marks in the demo's registers, easy ones and those that are hard to count."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from training.services.demo.past_trainings import EXCUSED, Made, Shape

IS_ABSENT, IS_EXCUSED = 99, 93


def attendance_rows(made: Made, training: dict[str, Any], shape: Shape) -> None:
    """Marks for the sessions that are over: mostly present, some late, some away, a few who never came.

    Somebody who left or came late has marks only where they were expected. Where the power failed, half of the last
    sessions were marked before they were called off.
    """
    if shape.state not in ("completed", "running"):
        return
    rng = made.rng
    mine = [one for one in made.sessions if one["training_id"] == training["id"]]
    over = [one for one in mine if one["register_state"] != "open"]
    if training["id"] % 22 == 0:
        over += [one for one in mine if one["cancelled_at"]]
    half_filled = _half_filled(made, training, shape, mine)
    people = [
        one for one in made.registrations if one["training_id"] == training["id"] and one["confirmed_at"]
    ]
    for place, registration in enumerate(people):
        never_came = rng.random() < 0.05
        is_excused = training["id"] % 7 == 0 and place == EXCUSED
        for session in [*over, half_filled] if half_filled and place < len(people) // 2 else over:
            luck = IS_EXCUSED if is_excused else IS_ABSENT if never_came else rng.randrange(100)
            if _is_expected(session, registration):
                made.records.append(_record(session, registration, luck))


def _half_filled(
    made: Made, training: dict[str, Any], shape: Shape, mine: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """The last session that is over of every second training that runs: somebody was called away from its register."""
    if shape.state != "running" or training["id"] % 2:
        return None
    over = [one for one in mine if one["register_state"] == "open" and one["ends_at"].date() < made.today]
    return over[-1] if over else None


def _is_expected(session: dict[str, Any], registration: dict[str, Any]) -> bool:
    since = session["ends_at"] if registration["source"] == "walk_in" else session["starts_at"]
    released = registration["released_at"]
    return registration["confirmed_at"] <= since and (released is None or released > session["starts_at"])


def _record(session: dict[str, Any], registration: dict[str, Any], luck: int) -> dict[str, Any]:
    status, minutes, arrived, left, estimated = "present", 180, None, None, False
    if luck >= 95:
        status, minutes = "absent", 0
    elif luck >= IS_EXCUSED:
        status, minutes = "excused", 0
    elif luck >= 91:
        status, minutes, left = "left_early", 135, _shifted(session["ends_local"], -45)
    elif luck >= 88:
        status, minutes, arrived = "late", 160, _shifted(session["starts_local"], 20)
    elif luck == 87:
        status, minutes, estimated = "late", 150, True
    return {
        "session_id": session["id"],
        "of_minutes": session["scheduled_minutes"],
        "registration_id": registration["id"],
        "status": status,
        "also_left_early": False,
        "arrived": arrived,
        "left": left,
        "minutes": minutes,
        "is_estimated": estimated,
        "method": "roll_call",
        "version": 1,
        "recorded_at": session["ends_at"],
        "recorded_by_id": None,
        "recorded_by_name": "Demo",
    }


def _shifted(at: datetime, minutes: int) -> time:
    return (at + timedelta(minutes=minutes)).time()
