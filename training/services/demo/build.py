"""Demo data: invented people and agencies, the same every time, with dates around today.

``small`` is for newcomers to look at. ``large`` is for measuring speed. Rows are inserted in bulk.
"""

from __future__ import annotations

import random
import secrets
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select, text

from training import clock
from training.db import Base, atomic, db
from training.errors import Conflict
from training.models import (
    ActivityType,
    Agency,
    AgencyType,
    AgendaItem,
    Course,
    CourseSession,
    Organisation,
    Programme,
    ProgrammeTarget,
    Role,
    Room,
    Series,
    Theme,
    ThemeUse,
    Trainee,
    TraineeKey,
    Trainer,
    Training,
    User,
    Venue,
    trainer_theme,
    user_theme,
)
from training.rules import passwords
from training.rules.names import search_key
from training.services import audit
from training.services.announcing import announced_copies
from training.services.demo import basis, catalogue
from training.services.demo.basis import World
from training.services.demo.kept_registers import attendance_rows
from training.services.demo.past_trainings import (
    Made,
    Scale,
    Shape,
    registration_rows,
    session_rows,
)
from training.text import msg
from training.texts import invented_catalogue, invented_courses

SCALES = {
    "small": Scale(
        agencies=30, trainees=900, trainings=60, venues=10, trainers=24, programmes=8, days_back=300
    ),
    "large": Scale(
        agencies=500,
        trainees=100_000,
        trainings=8_000,
        venues=160,
        trainers=900,
        programmes=64,
        days_back=1_400,
    ),
}
CHUNK = 5_000
AHEAD = ("draft", "open", "confirmed", "running", "postponed")
"""The states of trainings that have an agenda."""


@dataclass
class SignIn:
    """An account of the demo, and its random password."""

    role: str
    email: str
    password: str


@atomic
def make(scale: str) -> list[SignIn]:
    """Fill an empty database and return the accounts. Raises ``Conflict`` if there are programmes already."""
    if db.session.scalar(select(func.count(Programme.id))):
        raise Conflict(
            msg("There are programmes in this database already: demo data go into a new one only."),
            "not_empty",
        )
    world = World(random.Random(20_260_101), SCALES[scale], clock.today())
    world.themes = dict(db.session.execute(select(Theme.code, Theme.id)).all())
    world.agency_types = dict(db.session.execute(select(AgencyType.code, AgencyType.id)).all())
    db.session.add(
        Organisation(
            id=1,
            name="Capacity Building Centre (demo)",
            address="Example Street 1\n1010 Example",
            reply_email="office@example.org",
            accent="#1d4ed8",
        )
    )
    _insert(Agency, basis.agencies(world))
    _insert(Trainee, basis.trainees(world))
    _insert(TraineeKey, basis.trainee_keys(world))
    _insert(Venue, basis.venues(world))
    _insert(Room, basis.rooms(world))
    sign_ins = _users(world)
    _insert(Trainer, basis.trainers(world))
    _insert(trainer_theme, ({"trainer_id": n, "theme_id": 1 + n % 6} for n in world.trainers))
    _insert(Programme, basis.programmes(world))
    types = dict(db.session.execute(select(ActivityType.code, ActivityType.id)).all())
    _insert(Course, catalogue.courses(world, types))
    _insert(CourseSession, catalogue.half_days())
    _insert(AgendaItem, catalogue.agendas())
    _insert(Series, catalogue.series(world))
    planned = _trainings(world, types)
    _insert(ProgrammeTarget, basis.targets(world, planned))
    _set_sequences()
    announced_copies.announce_first()
    audit.record(by=None, action="demo.make", changes={"scale": scale})
    return sign_ins


def _insert(table: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Insert in chunks, so that memory does not grow with the rows."""
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) >= CHUNK:
            db.session.execute(insert(table), chunk)
            chunk = []
    if chunk:
        db.session.execute(insert(table), chunk)


def _set_sequences() -> None:
    """Make PostgreSQL's counters go on behind the ids that were given here."""
    if db.engine.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if "id" in table.c and table.name != "organisation":
            db.session.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'), "
                    f'COALESCE((SELECT MAX(id) FROM "{table.name}"), 1))'
                )
            )


def _users(world: World) -> list[SignIn]:
    """One account for each role, and a second partner.

    The passwords are random. The caller prints them, and only their hashes are stored.
    """
    wanted: tuple[tuple[Role, str, str, int | None, list[str]], ...] = (
        (Role.ADMIN, "admin", "Ada Admin", None, []),
        (Role.COORDINATOR, "coordinator", "Cora Coordinator", None, ["BMV", "THB", "MIEUX2"]),
        (Role.PARTNER, "partner", "Paul Partner", world.agencies[0]["id"], []),
        (Role.PARTNER, "partner2", "Perla Partner", world.agencies[1]["id"], []),
        (Role.TRAINER, "trainer", "Theo Trainer", None, []),
        (Role.MANAGER, "manager", "Mina Manager", None, []),
    )
    made = []
    for number, (role, name, full, agency, themes) in enumerate(wanted, start=1):
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        email = f"{name}@example.org"
        db.session.execute(
            insert(User),
            [
                {
                    "id": number,
                    "public_id": uuid.uuid4(),
                    "email": email,
                    "email_key": email,
                    "name": full,
                    "role": role,
                    "language": "en",
                    "password_hash": passwords.hashed(password),
                    "is_active": True,
                    "all_themes": False,
                    "agency_id": agency,
                    "is_lead": role is Role.PARTNER,
                    **basis.stamps(),
                }
            ],
        )
        if themes:
            db.session.execute(
                insert(user_theme), [{"user_id": number, "theme_id": world.themes[code]} for code in themes]
            )
        made.append(SignIn(role.value, email, password))
    return made


def _trainings(world: World, types: dict[str, int]) -> Counter[int]:
    """Trainings with their sessions, registrations and records, a few hundred at a time.

    Returns how many each programme has.
    """
    planned: Counter[int] = Counter()
    pairs = {(u.frame_id, u.theme_id) for u in db.session.scalars(select(ThemeUse))}
    made = Made(
        world.scale, world.today, world.rng, world.agencies, world.trainees_of, world.rooms, world.trainers
    )
    rows: list[tuple[dict[str, Any], Shape]] = []
    numbers = _in_series(world)
    for n in range(world.scale.trainings):
        rows.append(_training(world, n, types, pairs, numbers.get(n)))
        planned[rows[-1][0]["programme_id"]] += 1
        if len(rows) == 250 or n == world.scale.trainings - 1:
            _insert(Training, (training for training, _ in rows))
            _store(made, rows)
            rows = []
    return planned


def _store(made: Made, rows: list[tuple[dict[str, Any], Shape]]) -> None:
    for training, shape in rows:
        session_rows(made, training, shape)
        registration_rows(made, training, shape)
        attendance_rows(made, training, shape)
        if shape.state in AHEAD:
            mine = [one for one in made.sessions if one["training_id"] == training["id"]]
            made.agendas += catalogue.agenda_of(training["title"], mine)
    for table, pending in made.pending().items():
        _insert(table, iter(pending))
    made.clear()


def _in_series(world: World) -> dict[int, int]:
    """Which trainings that are to come are the series, each with its number in it, by their dates."""
    shapes = {n: Shape.of(n, world.scale, world.today) for n in range(min(60, world.scale.trainings))}
    ahead = [n for n, shape in shapes.items() if n % 5 == 2 and shape.state in AHEAD]
    ordered = sorted(ahead[-catalogue.IN_SERIES :], key=lambda n: shapes[n].starts_on)
    return {n: number for number, n in enumerate(ordered, start=1)}


def _training(
    world: World, n: int, types: dict[str, int], pairs: set[tuple[int, int]], in_series: int | None = None
) -> tuple[dict[str, Any], Shape]:
    """One training's row, and the shape that says what happens in it."""
    topic = invented_courses.TOPICS[n % len(invented_courses.TOPICS)]
    if in_series is not None:
        topic = next(one for one in invented_courses.TOPICS if one.title == invented_catalogue.SERIES)
    title, is_online = topic.title, topic.type in invented_courses.ONLINE
    fitting = [p for p in world.programmes if (p["theme_id"], world.themes[topic.theme]) in pairs]
    programme = fitting[(n // 3) % len(fitting)]
    shape = Shape.of(n, world.scale, world.today)
    room = world.rooms[(n * 3) % len(world.rooms)]
    starts = datetime.combine(shape.starts_on, time(9))
    zone = ZoneInfo(room["zone"])
    opens, closes = starts - timedelta(days=60), starts - timedelta(days=7 if n % 2 else 3)
    row = {
        "id": n + 1,
        "public_id": basis.public_id(world),
        "code": f"{programme['code']}-{n + 1:03}",
        "title": title,
        "search_key": search_key(title, f"{programme['code']}-{n + 1:03}"),
        "programme_id": programme["id"],
        "programme_theme_id": programme["theme_id"],
        "theme_id": world.themes[topic.theme],
        "activity_type_id": types[topic.type],
        "modality": "online" if is_online else "in_person",
        "languages": ("en", "en,fr", "en,ru")[n % 3],
        "venue_id": None if is_online else room["venue_id"],
        "country": "" if is_online else room["country"],
        "link": f"https://meet.example.org/{n + 1:03}" if is_online else "",
        "zone": room["zone"],
        "starts_on": shape.starts_on,
        "ends_on": shape.ends_on,
        "capacity": shape.capacity,
        "admission": "first_come" if n % 3 == 0 else "approval",
        "registration_opens_local": opens,
        "registration_opens_at": opens.replace(tzinfo=zone),
        "registration_closes_local": closes,
        "registration_closes_at": closes.replace(tzinfo=zone),
        "completion_percent": 80,
        "description": topic.description,
        "target_group": invented_courses.WHO_SHOULD_COME[topic.theme],
        "state": shape.state,
        "state_reason": shape.reason,
        "state_changed_at": None,
        "course_id": catalogue.COURSES_OF.get(topic.title),
        "series_id": 1 if in_series is not None else None,
        "series_number": in_series,
        "is_date_open": False,
        "days_wanted": None,
        **basis.stamps(),
    }
    return row, shape
