"""Demo data: invented people and agencies, the same every time, with dates around today; by bulk inserts.

``small`` is what a newcomer looks at; ``large`` is what speed is measured on.
"""

from __future__ import annotations

import itertools
import random
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from anyascii import anyascii
from sqlalchemy import func, insert, select, text

from training import clock
from training.db import Base, atomic, db
from training.errors import Conflict
from training.models import (
    ActivityType,
    Agency,
    AgencyType,
    Organisation,
    Programme,
    Role,
    Room,
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
from training.rules import alike, passwords
from training.rules import countries as rules_countries
from training.rules.names import search_key
from training.services import audit
from training.services.demo.past_trainings import (
    Made,
    Scale,
    Shape,
    attendance_rows,
    registration_rows,
    session_rows,
)
from training.text import msg
from training.texts import invented

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
ROOMS = ("Room 1", "Room 2", "Conference hall")


@dataclass
class SignIn:
    """An account of the demo and its password, which is random."""

    role: str
    email: str
    password: str


@dataclass
class World:
    """What was made so far, as later steps need it."""

    rng: random.Random
    scale: Scale
    today: date
    themes: dict[str, int] = field(default_factory=dict)
    agency_types: dict[str, int] = field(default_factory=dict)
    agencies: list[dict[str, Any]] = field(default_factory=list)
    trainees_of: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    rooms: list[dict[str, Any]] = field(default_factory=list)
    trainers: list[int] = field(default_factory=list)
    programmes: list[dict[str, Any]] = field(default_factory=list)


@atomic
def make(scale: str) -> list[SignIn]:
    """Fill an empty database and return the accounts; raises ``Conflict`` where there are programmes already."""
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
            accent="#1d4ed8",
        )
    )
    _insert(Agency, _agencies(world))
    _insert(Trainee, _trainees(world))
    _insert(TraineeKey, _trainee_keys(world))
    _insert(Venue, _venues(world))
    _insert(Room, _rooms(world))
    sign_ins = _users(world)
    _insert(Trainer, _trainers(world))
    _insert(trainer_theme, ({"trainer_id": n, "theme_id": 1 + n % 6} for n in world.trainers))
    _insert(Programme, _programmes(world))
    _trainings(world)
    _set_sequences()
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
    """Ids were given here; PostgreSQL's counters go on behind them."""
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


def _stamps() -> dict[str, Any]:
    at = clock.now()
    return {"created_at": at, "changed_at": at}


def _id(world: World) -> uuid.UUID:
    return uuid.UUID(int=world.rng.getrandbits(128), version=4)


def _agencies(world: World) -> Iterator[dict[str, Any]]:
    countries = list(rules_countries.COUNTRIES.items())
    for n in range(world.scale.agencies):
        code, (country, _script, _zone, _city) = countries[n % len(countries)]
        turn = n // len(countries)
        kind, theme, name = invented.AGENCY_NAMES[(turn * 5 + n) % len(invented.AGENCY_NAMES)]
        title = name.format(country) + (f", branch {turn - 4}" if turn > 4 else "")
        row = {
            "id": n + 1, "public_id": _id(world), "code": f"{code}-{n + 1:03}", "name": title, "native_name": "",
            "search_key": search_key(title, f"{code}-{n + 1:03}"), "type_id": world.agency_types[kind],
            "theme_id": world.themes[theme], "country": code, "parent_id": None,
            "address": f"{n + 1} Example Street, {country}", "website": "", "email": f"office{n + 1}@example.org",
            "phone": "", "confidential": kind == "civil_society", "is_active": True, **_stamps(),
        }  # fmt: skip
        world.agencies.append({**row, "type_code": kind})
        yield row


def _trainees(world: World) -> Iterator[dict[str, Any]]:
    rng = world.rng
    women = {1: 50, 2: 55, 3: 30, 4: 52, 5: 50, 6: 58}
    for n in range(world.scale.trainees):
        agency = world.agencies[(n * 7) % len(world.agencies)]
        script = rules_countries.COUNTRIES[agency["country"]][1]
        sex = "f" if rng.randrange(100) < women.get(agency["theme_id"], 45) else "m"
        family = rng.choice(invented.FAMILY[script])
        given = rng.choice(invented.GIVEN[(script, sex)])
        native = f"{family} {given}" if script != "latin" else ""
        if script == "cyrillic":
            family, given = anyascii(family), anyascii(given)
        elif script == "arabic":
            family, given = invented.ARABIC_LATIN[family], invented.ARABIC_LATIN[given]
        if world.scale.trainees > 5_000:
            family = f"{family}-{invented.FAMILY['latin'][n % 25]}"
        email = f"person{n + 1}@example.org"
        row = {
            "id": n + 1, "public_id": _id(world), "family_name": family, "given_names": given, "native_name": native,
            "search_key": search_key(family, given, native, email),
            "sex": "not_recorded" if rng.random() < 0.01 else sex, "country": agency["country"],
            "agency_id": agency["id"], "theme_id": agency["theme_id"], "function": rng.choice(invented.FUNCTIONS),
            "rank": rng.choice(invented.RANKS), "language": {"cyrillic": "ru", "arabic": "ar"}.get(script, "en"),
            "email": email, "phone": f"+99 555 {n + 1:06}", "anonymised_at": None, **_stamps(),
        }  # fmt: skip
        world.trainees_of.setdefault(agency["id"], []).append(row)
        yield row


def _trainee_keys(world: World) -> Iterator[dict[str, Any]]:
    for row in itertools.chain.from_iterable(world.trainees_of.values()):
        names = {name: row[name] for name in ("family_name", "given_names", "native_name", "email")}
        for key, side in alike.keys(**names):
            yield {"trainee_id": row["id"], "key": key, "side": side, "agency_id": row["agency_id"]}


def _venues(world: World) -> Iterator[dict[str, Any]]:
    countries = list(rules_countries.COUNTRIES.items())
    for n in range(world.scale.venues):
        code, (_name, _script, zone, city) = countries[n % len(countries)]
        yield {
            "id": n + 1, "public_id": _id(world), "name": f"Training centre {n // len(countries) + 1}", "city": city,
            "country": code, "zone": zone, "address": f"{n + 1} Campus Road", "is_active": True, **_stamps(),
        }  # fmt: skip


def _rooms(world: World) -> Iterator[dict[str, Any]]:
    countries = list(rules_countries.COUNTRIES.items())
    for n in range(world.scale.venues * len(ROOMS)):
        venue = n // len(ROOMS)
        code, (_name, _script, zone, _city) = countries[venue % len(countries)]
        row = {
            "id": n + 1, "public_id": _id(world), "venue_id": venue + 1, "name": ROOMS[n % len(ROOMS)],
            "capacity": (24, 30, 120)[n % len(ROOMS)], "is_active": True, **_stamps(),
        }  # fmt: skip
        world.rooms.append({**row, "country": code, "zone": zone})
        yield row


def _users(world: World) -> list[SignIn]:
    """One account for each role; passwords are random and kept nowhere but in what is printed."""
    wanted = (
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
                    "id": number, "public_id": uuid.uuid4(), "email": email, "email_key": email, "name": full,
                    "role": role, "language": "en", "password_hash": passwords.hashed(password), "is_active": True,
                    "all_themes": False, "agency_id": agency, "is_lead": role is Role.PARTNER, **_stamps(),
                }
            ],
        )  # fmt: skip
        if themes:
            db.session.execute(
                insert(user_theme), [{"user_id": number, "theme_id": world.themes[code]} for code in themes]
            )
        made.append(SignIn(role.value, email, password))
    return made


def _trainers(world: World) -> Iterator[dict[str, Any]]:
    trainer_user = db.session.scalar(select(User.id).where(User.role == Role.TRAINER))
    for n in range(world.scale.trainers):
        sex = "f" if n % 2 else "m"
        family = invented.FAMILY["latin"][n % 25] + ("" if n < 25 else f" {n // 25}")
        given = invented.GIVEN[("latin", sex)][n % 10]
        world.trainers.append(n + 1)
        yield {
            "id": n + 1, "public_id": _id(world), "family_name": family if n else "Trainer",
            "given_names": given if n else "Theo", "search_key": search_key(family if n else "Trainer", given),
            "email": f"expert{n + 1}@example.org", "phone": "", "country": "XN", "organisation": "Expert roster (demo)",
            "languages": ("en", "en,fr", "en,ru", "en,ar")[n % 4], "notes": "",
            "user_id": trainer_user if n == 0 else None, "is_active": True, **_stamps(),
        }  # fmt: skip


def _programmes(world: World) -> Iterator[dict[str, Any]]:
    first = date((world.today - timedelta(days=world.scale.days_back + 30)).year, 1, 1)
    last = date(world.today.year + 2, 12, 31)
    for n in range(world.scale.programmes):
        code, title, theme, donor = invented.PROGRAMMES[n % len(invented.PROGRAMMES)]
        turn = n // len(invented.PROGRAMMES)
        code, title = (f"{code}-{turn}", f"{title}, part {turn + 1}") if turn else (code, title)
        row = {
            "id": n + 1, "public_id": _id(world), "code": code, "title": title, "theme_id": world.themes[theme],
            "search_key": search_key(title, code, donor), "donor": donor, "grant_reference": f"DEMO/{n + 1:03}",
            "starts_on": first, "ends_on": last, "countries": ",".join(rules_countries.COUNTRIES),
            "objectives": "", "completion_percent": 80, "day_basis": "hours", "day_minutes": 360,
            "deduction_minutes": 30, "evidence_rule": "", "retention_months": 60, "privacy_notice": "",
            "donor_block": f"Funded by {donor}", "state": "active", "state_reason": "", **_stamps(),
        }  # fmt: skip
        world.programmes.append({**row, "theme_code": theme})
        yield row


def _trainings(world: World) -> None:
    """Trainings with their sessions, registrations and records, a few hundred at a time."""
    types = list(db.session.scalars(select(ActivityType.id).order_by(ActivityType.position).limit(8)))
    pairs = {(u.frame_id, u.theme_id) for u in db.session.scalars(select(ThemeUse))}
    made = Made(
        world.scale, world.today, world.rng, world.agencies, world.trainees_of, world.rooms, world.trainers
    )
    rows: list[tuple[dict[str, Any], Shape]] = []
    for n in range(world.scale.trainings):
        rows.append(_training(world, n, types, pairs))
        if len(rows) == 250 or n == world.scale.trainings - 1:
            _insert(Training, (training for training, _ in rows))
            _store(made, rows)
            rows = []


def _store(made: Made, rows: list[tuple[dict[str, Any], Shape]]) -> None:
    for training, shape in rows:
        session_rows(made, training, shape)
        registration_rows(made, training, shape)
        attendance_rows(made, training, shape)
    for table, pending in made.pending().items():
        _insert(table, iter(pending))
    made.clear()


def _training(
    world: World, n: int, types: list[int], pairs: set[tuple[int, int]]
) -> tuple[dict[str, Any], Shape]:
    """One training's row, and what is to happen in it."""
    theme, title = invented.TOPICS[n % len(invented.TOPICS)]
    fitting = [p for p in world.programmes if (p["theme_id"], world.themes[theme]) in pairs]
    programme = fitting[(n // 3) % len(fitting)]
    shape = Shape.of(n, world.scale, world.today)
    room = world.rooms[(n * 3) % len(world.rooms)]
    starts = datetime.combine(shape.starts_on, time(9))
    zone = ZoneInfo(room["zone"])
    opens, closes = starts - timedelta(days=60), starts - timedelta(days=7 if n % 2 else 3)
    row = {
        "id": n + 1, "public_id": _id(world), "code": f"{programme['code']}-{n + 1:03}", "title": title,
        "search_key": search_key(title, f"{programme['code']}-{n + 1:03}"), "programme_id": programme["id"],
        "programme_theme_id": programme["theme_id"], "theme_id": world.themes[theme],
        "activity_type_id": types[n % len(types)], "modality": "in_person", "languages": ("en", "en,fr", "en,ru")[n % 3],
        "venue_id": room["venue_id"], "country": room["country"], "link": "", "zone": room["zone"],
        "starts_on": shape.starts_on, "ends_on": shape.ends_on, "capacity": shape.capacity,
        "admission": "first_come" if n % 3 == 0 else "approval", "registration_opens_local": opens,
        "registration_opens_at": opens.replace(tzinfo=zone), "registration_closes_local": closes,
        "registration_closes_at": closes.replace(tzinfo=zone), "completion_percent": 80, "description": "",
        "state": shape.state, "state_reason": shape.reason, "state_changed_at": None, **_stamps(),
    }  # fmt: skip
    return row, shape
