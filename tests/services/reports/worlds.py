"""Random worlds of attendance, as straight rows in the database, and a recount of them in plain SQL.

The recount shares no code with the service. It is written from the rules in docs/figures.md: what is due, who is a
participant, who came, who completed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from tests.make import Make
from training.db import atomic, db
from training.models import (
    Agency,
    AttendanceRecord,
    AttendanceStatus,
    DayBasis,
    Programme,
    RegisterState,
    Registration,
    RegistrationSource,
    RegistrationState,
    Trainee,
    Training,
    TrainingSession,
)

S = RegistrationState
NOW = datetime(2026, 6, 17, 12, tzinfo=UTC)
SLOTS = ((7, 210, 30), (9, 60, 0), (11, 180, 0), (13, 210, 30), (17, 120, 0), (8, 480, 60))
"""Hours in UTC (a zone without changes of clocks), minutes, minutes of break."""


@dataclass
class Basis:
    """What every world stands on: programmes of both day rules, and people."""

    programmes: list[Programme]
    agencies: list[Agency]
    people: list[Trainee]
    template: Training


def basis(make: Make) -> Basis:
    """Programmes, people and a training whose columns the random ones copy."""
    programmes = [
        make.programme(day_minutes=360), make.programme(day_minutes=300), make.programme(day_basis=DayBasis.HALF_DAYS),
    ]  # fmt: skip
    agencies = [make.agency() for _ in range(3)]
    people = [make.trainee(agencies[number % 3], sex="fmx"[number % 3]) for number in range(9)]
    return Basis(programmes, agencies, people, make.training(is_open=False, zone="UTC", starts_on=NOW.date()))


@atomic
def filled(world: Basis, seed: int) -> None:
    """Trainings, sessions, registrations and marks as chance has it, around ``NOW``; earlier ones go."""
    dice = random.Random(seed)
    for model in (AttendanceRecord, Registration, TrainingSession):
        db.session.query(model).delete()
    db.session.query(Training).filter(Training.id != world.template.id).delete()
    columns = [c.name for c in Training.__table__.columns if c.name not in ("id", "public_id")]
    for number in range(dice.randint(1, 3)):
        copied: dict[str, Any] = {name: getattr(world.template, name) for name in columns}
        programme = dice.choice(world.programmes)
        first = NOW.date() - timedelta(days=dice.randint(0, 4))
        training = Training(
            **copied
            | {
                "code": f"W{seed}-{number}", "programme_id": programme.id, "programme_theme_id": programme.theme_id,
                "theme_id": programme.theme_id, "starts_on": first, "ends_on": first + timedelta(days=4),
                "completion_percent": dice.choice((50, 80, 100)), "state": "running",
            }
        )  # fmt: skip
        db.session.add(training)
        db.session.flush()  # sessions and registrations name its id
        _sessions_and_people(dice, world, training)


def _sessions_and_people(dice: random.Random, world: Basis, training: Training) -> None:
    sessions = []
    for _ in range(dice.randint(1, 6)):
        hour, long, pause = dice.choice(SLOTS)
        begins = datetime.combine(training.starts_on, datetime.min.time(), UTC) + timedelta(
            days=dice.randint(0, 4), hours=hour
        )
        ends = begins + timedelta(minutes=long)
        sessions.append(
            TrainingSession(
                training_id=training.id, training_theme_id=training.theme_id, theme_id=training.theme_id, title="S",
                starts_local=begins.replace(tzinfo=None), ends_local=ends.replace(tzinfo=None), starts_at=begins,
                ends_at=ends, break_minutes=pause, scheduled_minutes=long - pause, is_compulsory=dice.random() < 0.85,
                cancelled_at=NOW if dice.random() < 0.1 else None,
                register_state=dice.choice(list(RegisterState)) if ends <= NOW else RegisterState.OPEN,
            )
        )  # fmt: skip
    registrations = []
    for person in dice.sample(world.people, dice.randint(1, 5)):
        for _ in range(dice.choice((1, 1, 1, 2))):
            registrations.append(_registration(dice, person, training, dice.choice(world.agencies)))
    alive: set[int] = set()
    for one in registrations:  # a person has one live registration in a training
        if one.trainee_id in alive and one.released_at is None:
            one.released_at, one.state = NOW, S.WITHDRAWN
        alive.add(one.trainee_id)
    db.session.add_all([*sessions, *registrations])
    db.session.flush()  # marks name their ids
    for session in sessions:
        for one in registrations:
            if session.starts_at <= NOW + timedelta(hours=1) and dice.random() < 0.7:
                db.session.add(_mark(dice, session, one))


def _registration(dice: random.Random, person: Trainee, training: Training, agency: Agency) -> Registration:
    at = datetime.combine(training.starts_on, datetime.min.time(), UTC)
    confirmed = None if dice.random() < 0.1 else at + timedelta(hours=dice.choice((-48, -48, -48, 8, 30, 60)))
    released = None
    if confirmed is not None and dice.random() < 0.3:
        released = confirmed + timedelta(hours=dice.choice((1, 30, 60)))
    state = S.SUBMITTED if confirmed is None else S.CONFIRMED if released is None else S.WITHDRAWN
    return Registration(
        training_id=training.id, trainee_id=person.id, agency_id=agency.id, agency_code=agency.code,
        agency_name=agency.name, agency_type_code="X", agency_country="AT", trainee_country="AT",
        state=state, confirmed_at=confirmed, released_at=released, submitted_at=at - timedelta(days=9),
        source=dice.choice((RegistrationSource.FORM, RegistrationSource.WALK_IN)),
    )  # fmt: skip


def _mark(dice: random.Random, session: TrainingSession, one: Registration) -> AttendanceRecord:
    status = dice.choice([*AttendanceStatus, AttendanceStatus.PRESENT, None])
    long = session.scheduled_minutes
    minutes = {"present": long, "late": dice.randint(1, long), "left_early": dice.randint(1, long)}
    return AttendanceRecord(
        session_id=session.id, of_minutes=long, registration_id=one.id, status=status,
        minutes=minutes.get(status.value, 0) if status else 0, recorded_at=NOW,
    )  # fmt: skip


RECOUNT = """
WITH sessions AS (
  SELECT s.*, CASE WHEN s.ends_at <= :now THEN 1 ELSE 0 END AS over, CASE WHEN s.starts_at <= :now THEN 1 ELSE 0 END AS begun
  FROM training_session s WHERE s.cancelled_at IS NULL AND s.is_compulsory
), cells AS (
  SELECT r.trainee_id, r.training_id, s.id AS session_id, s.scheduled_minutes AS long, s.over, s.begun, DATE(s.starts_local) AS day,
    s.register_state, r.released_at, r.confirmed_at, MIN(s.starts_at) OVER (PARTITION BY s.training_id) AS first_start,
    MAX(DATE(s.starts_local)) OVER (PARTITION BY s.training_id) AS last_day, a.status, a.minutes, r.id AS registration_id,
    r.agency_id, CASE WHEN r.released_at IS NULL THEN 1 ELSE 0 END AS live,
    CASE WHEN a.id IS NOT NULL OR r.confirmed_at IS NOT NULL AND (r.released_at IS NULL OR r.released_at > s.starts_at)
      AND (r.confirmed_at <= s.starts_at OR (r.source = 'walk_in' AND r.confirmed_at < s.ends_at)) THEN 1 ELSE 0 END AS listed
  FROM registration r JOIN sessions s ON s.training_id = r.training_id
  LEFT JOIN attendance_record a ON a.registration_id = r.id AND a.session_id = s.id
), taking_part AS (
  SELECT registration_id FROM cells GROUP BY registration_id
  HAVING MAX(CASE WHEN begun = 1 AND listed = 1 THEN 1 ELSE 0 END) = 1
), ranked AS (
  SELECT c.*, ROW_NUMBER() OVER (PARTITION BY trainee_id, training_id, session_id
    ORDER BY CASE WHEN status IS NULL THEN 0 ELSE 1 END DESC, COALESCE(minutes, 0) DESC,
    CASE WHEN status = 'excused' THEN 1 ELSE 0 END DESC, listed DESC) AS place
  FROM cells c WHERE registration_id IN (SELECT registration_id FROM taking_part)
), best AS (SELECT * FROM ranked WHERE place = 1
), people AS (
  SELECT trainee_id, training_id,
    SUM(COALESCE(minutes, 0)) AS attended,
    SUM(CASE WHEN status IS NOT NULL OR (over = 1 AND NOT (listed = 1 AND register_state = 'open')) THEN long ELSE 0 END) AS due,
    SUM(CASE WHEN status = 'excused' THEN long ELSE 0 END) AS due_excused, SUM(long) AS due_all,
    SUM(CASE WHEN status IS NOT NULL THEN 1 ELSE 0 END) AS recorded,
    SUM(CASE WHEN status = 'excused' THEN 1 ELSE 0 END) AS excused,
    SUM(CASE WHEN status IS NULL AND listed = 1 AND ((over = 1 AND register_state = 'open') OR over = 0) THEN 1 ELSE 0 END) AS waiting,
    SUM(CASE WHEN day = last_day THEN COALESCE(minutes, 0) ELSE 0 END) AS last_minutes
  FROM best GROUP BY trainee_id, training_id
), steps AS (
  SELECT trainee_id, training_id, MIN(CASE WHEN released_at IS NULL THEN 0 ELSE 1 END) AS gone,
    MIN(CASE WHEN confirmed_at > first_start THEN 1 ELSE 0 END) AS late
  FROM ranked GROUP BY trainee_id, training_id
), own AS (
  SELECT trainee_id, training_id, registration_id, agency_id, live, SUM(COALESCE(minutes, 0)) AS minutes
  FROM ranked GROUP BY trainee_id, training_id, registration_id, agency_id, live
), standing AS (
  SELECT trainee_id, training_id, agency_id,
    ROW_NUMBER() OVER (PARTITION BY trainee_id, training_id ORDER BY live DESC, minutes DESC, registration_id) AS place FROM own
), judged AS (
  SELECT p.*, s.gone, s.late, t.programme_id,
    CASE WHEN p.waiting = 0 AND p.due_all > 0 AND 100 * p.attended >= t.completion_percent * p.due_all THEN 1 ELSE 0 END AS done,
    CASE WHEN p.attended > 0 THEN 1 ELSE 0 END AS came
  FROM people p JOIN steps s ON s.trainee_id = p.trainee_id AND s.training_id = p.training_id
  JOIN training t ON t.id = p.training_id
  JOIN standing g ON g.trainee_id = p.trainee_id AND g.training_id = p.training_id AND g.place = 1
  WHERE :agency IN (0, g.agency_id)
)
SELECT COUNT(*) AS confirmed, COALESCE(SUM(came), 0) AS participations,
  COUNT(DISTINCT CASE WHEN came = 1 THEN trainee_id END) AS persons, COALESCE(SUM(done), 0) AS completed,
  COUNT(DISTINCT CASE WHEN done = 1 THEN trainee_id END) AS persons_trained,
  COALESCE(SUM(CASE WHEN came = 0 AND waiting = 0 AND NOT (recorded > 0 AND recorded = excused) THEN 1 ELSE 0 END), 0) AS no_shows,
  COALESCE(SUM(CASE WHEN came = 0 AND waiting = 0 AND recorded > 0 AND recorded = excused THEN 1 ELSE 0 END), 0) AS excused,
  COALESCE(SUM(CASE WHEN came = 0 AND waiting > 0 THEN 1 ELSE 0 END), 0) AS not_known,
  COALESCE(SUM(CASE WHEN waiting > 0 THEN 1 ELSE 0 END), 0) AS pending,
  COALESCE(SUM(CASE WHEN came = 1 AND waiting = 0 AND done = 0 AND (gone = 1 OR last_minutes = 0) THEN 1 ELSE 0 END), 0) AS dropped_out,
  COALESCE(SUM(CASE WHEN came = 1 AND late = 1 THEN 1 ELSE 0 END), 0) AS joined_late,
  COALESCE(SUM(attended), 0) AS attended, COALESCE(SUM(due), 0) AS due,
  COALESCE(SUM(CASE WHEN came = 1 THEN due ELSE 0 END), 0) AS due_attendees, COALESCE(SUM(due_excused), 0) AS due_excused
FROM judged
"""
TAKES_PART = """
  EXISTS (SELECT 1 FROM training_session b WHERE b.training_id = r.training_id AND b.starts_at <= :now
    AND b.cancelled_at IS NULL AND b.is_compulsory AND (EXISTS (SELECT 1 FROM attendance_record o WHERE o.session_id = b.id
      AND o.registration_id = r.id) OR (r.confirmed_at IS NOT NULL AND (r.released_at IS NULL OR r.released_at > b.starts_at)
      AND (r.confirmed_at <= b.starts_at OR (r.source = 'walk_in' AND r.confirmed_at < b.ends_at)))))
"""
HALVES = """
SELECT COUNT(DISTINCT half) FROM (
  SELECT r.trainee_id || '/' || DATE(s.starts_local) || '/' || h.name AS half
  FROM attendance_record a JOIN registration r ON r.id = a.registration_id
  JOIN training_session s ON s.id = a.session_id AND s.cancelled_at IS NULL AND s.is_compulsory
  JOIN (SELECT 'am' AS name UNION ALL SELECT 'pm') h ON
    (h.name = 'am' AND CAST(SUBSTR(CAST(s.starts_local AS TEXT), 12, 2) AS INTEGER) < 13)
    OR (h.name = 'pm' AND CAST(SUBSTR(CAST(s.starts_local AS TEXT), 12, 2) AS INTEGER) >= 13)
    OR (h.name = 'pm' AND CAST(SUBSTR(CAST(s.ends_local AS TEXT), 12, 2) AS INTEGER) >= 14)
  WHERE TAKES_PART AND a.minutes > 0) found
""".replace("TAKES_PART", TAKES_PART)

BESIDE = """
WITH held AS (SELECT * FROM training_session WHERE cancelled_at IS NULL),
begun AS (SELECT training_id FROM held WHERE is_compulsory AND starts_at <= :now)
SELECT
  (SELECT COUNT(*) FROM registration r WHERE r.state = 'confirmed' AND r.training_id NOT IN (SELECT training_id FROM begun)
    AND r.training_id IN (SELECT training_id FROM held WHERE is_compulsory)) AS to_come,
  (SELECT COALESCE(SUM(minutes), 0) FROM (
    SELECT MAX(a.minutes) AS minutes FROM attendance_record a JOIN registration r ON r.id = a.registration_id
    JOIN held s ON s.id = a.session_id WHERE NOT s.is_compulsory AND a.minutes > 0 AND (s.starts_at <= :now OR TAKES_PART)
    GROUP BY r.trainee_id, r.training_id, s.id) once) AS optional
""".replace("TAKES_PART", TAKES_PART)


def recounted(agency: Agency | None = None) -> dict[str, int]:
    """The figures by plain SQL: all of them, or those of the people who stand for an agency."""
    now: Any = NOW
    if db.engine.dialect.name == "sqlite":
        now = NOW.replace(tzinfo=None).isoformat(" ", "microseconds")
    row = (
        db.session.execute(text(RECOUNT), {"now": now, "agency": agency.id if agency else 0}).mappings().one()
    )
    found = {name: int(value) for name, value in row.items()}
    if agency:
        return found
    beside = db.session.execute(text(BESIDE), {"now": now}).mappings().one()
    halves = int(db.session.scalar(text(HALVES), {"now": now}) or 0)
    return found | {name: int(value) for name, value in beside.items()} | {"half_days": halves}
