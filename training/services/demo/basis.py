"""What demo trainings stand on: rows of invented agencies, people, places, trainers and programmes."""

from __future__ import annotations

import itertools
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from anyascii import anyascii
from sqlalchemy import select

from training import clock
from training.db import db
from training.models import (
    Role,
    User,
)
from training.rules import alike, countries
from training.rules.names import search_key
from training.services.demo.past_trainings import (
    Scale,
)
from training.texts import invented, invented_courses

TRIES = 6
ROOMS = ("Room 1", "Room 2", "Conference hall")


@dataclass
class World:
    """What was made so far. Later steps build on it."""

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


def stamps() -> dict[str, Any]:
    at = clock.now()
    return {"created_at": at, "changed_at": at}


def public_id(world: World) -> uuid.UUID:
    return uuid.UUID(int=world.rng.getrandbits(128), version=4)


def agencies(world: World) -> Iterator[dict[str, Any]]:
    lands = list(countries.COUNTRIES.items())
    for n in range(world.scale.agencies):
        code, (country, _script, _zone, _city) = lands[n % len(lands)]
        turn = n // len(lands)
        kind, theme, name = invented.AGENCY_NAMES[(turn * 5 + n) % len(invented.AGENCY_NAMES)]
        title = name.format(country) + (f", branch {turn - 4}" if turn > 4 else "")
        row = {
            "id": n + 1,
            "public_id": public_id(world),
            "code": f"{code}-{n + 1:03}",
            "name": title,
            "native_name": "",
            "search_key": search_key(title, f"{code}-{n + 1:03}"),
            "type_id": world.agency_types[kind],
            "theme_id": world.themes[theme],
            "country": code,
            "parent_id": None,
            "address": f"{n + 1} Example Street, {country}",
            "website": "",
            "email": f"office{n + 1}@example.org",
            "phone": "",
            "confidential": kind == "civil_society",
            "is_active": True,
            **stamps(),
        }
        world.agencies.append({**row, "type_code": kind})
        yield row


def trainees(world: World) -> Iterator[dict[str, Any]]:
    rng = world.rng
    names: set[tuple[str, str, str]] = set()
    women = {1: 50, 2: 55, 3: 30, 4: 52, 5: 50, 6: 58}
    for n in range(world.scale.trainees):
        agency = world.agencies[(n * 7) % len(world.agencies)]
        script = countries.COUNTRIES[agency["country"]][1]
        sex = "f" if rng.randrange(100) < women.get(agency["theme_id"], 45) else "m"
        for _ in range(
            TRIES
        ):  # namesakes of one country look like duplicates, of which the demo has a few only
            family = rng.choice(invented.FAMILY[script])
            given = rng.choice(invented.GIVEN[(script, sex)])
            if (agency["country"], family, given) not in names:
                break
        names.add((agency["country"], family, given))
        native = f"{family} {given}" if script != "latin" else ""
        if script == "cyrillic":
            family, given = anyascii(family), anyascii(given)
        elif script == "arabic":
            family, given = invented.ARABIC_LATIN[family], invented.ARABIC_LATIN[given]
        if world.scale.trainees > 5_000:
            family = f"{family}-{invented.FAMILY['latin'][n % 25]}"
        email = f"person{n + 1}@example.org"
        row = {
            "id": n + 1,
            "public_id": public_id(world),
            "family_name": family,
            "given_names": given,
            "native_name": native,
            "search_key": search_key(family, given, native, email),
            "sex": "not_recorded" if rng.random() < 0.01 else sex,
            "country": agency["country"],
            "agency_id": agency["id"],
            "theme_id": agency["theme_id"],
            "function": rng.choice(invented.FUNCTIONS),
            "rank": rng.choice(invented.RANKS),
            "language": {"cyrillic": "ru", "arabic": "ar"}.get(script, "en"),
            "email": email,
            "phone": f"+99 555 {n + 1:06}",
            "anonymised_at": None,
            **stamps(),
        }
        world.trainees_of.setdefault(agency["id"], []).append(row)
        yield row


def trainee_keys(world: World) -> Iterator[dict[str, Any]]:
    for row in itertools.chain.from_iterable(world.trainees_of.values()):
        names = {name: row[name] for name in ("family_name", "given_names", "native_name", "email")}
        for key, side in alike.keys(**names):
            yield {"trainee_id": row["id"], "key": key, "side": side, "agency_id": row["agency_id"]}


def venues(world: World) -> Iterator[dict[str, Any]]:
    lands = list(countries.COUNTRIES.items())
    for n in range(world.scale.venues):
        code, (_name, _script, zone, city) = lands[n % len(lands)]
        yield {
            "id": n + 1,
            "public_id": public_id(world),
            "name": f"Training centre {n // len(lands) + 1}",
            "city": city,
            "country": code,
            "zone": zone,
            "address": f"{n + 1} Campus Road",
            "is_active": True,
            **stamps(),
        }


def rooms(world: World) -> Iterator[dict[str, Any]]:
    lands = list(countries.COUNTRIES.items())
    for n in range(world.scale.venues * len(ROOMS)):
        venue = n // len(ROOMS)
        code, (_name, _script, zone, _city) = lands[venue % len(lands)]
        row = {
            "id": n + 1,
            "public_id": public_id(world),
            "venue_id": venue + 1,
            "name": ROOMS[n % len(ROOMS)],
            "capacity": (24, 30, 120)[n % len(ROOMS)],
            "is_active": True,
            **stamps(),
        }
        world.rooms.append({**row, "country": code, "zone": zone})
        yield row


def trainers(world: World) -> Iterator[dict[str, Any]]:
    lands = list(countries.COUNTRIES)
    trainer_user = db.session.scalar(select(User.id).where(User.role == Role.TRAINER))
    for n in range(world.scale.trainers):
        sex = "f" if n % 2 else "m"
        family = invented.FAMILY["latin"][n % 25] + ("" if n < 25 else f" {n // 25}")
        given = invented.GIVEN[("latin", sex)][n % 10]
        world.trainers.append(n + 1)
        yield {
            "id": n + 1,
            "public_id": public_id(world),
            "family_name": family if n else "Trainer",
            "given_names": given if n else "Theo",
            "search_key": search_key(family if n else "Trainer", given),
            "email": f"expert{n + 1}@example.org",
            "phone": "",
            "country": lands[n % len(lands)],
            "organisation": "Expert roster (demo)",
            "languages": ("en", "en,fr", "en,ru", "en,ar")[n % 4],
            "notes": "",
            "user_id": trainer_user if n == 0 else None,
            "is_active": True,
            **stamps(),
        }


def programmes(world: World) -> Iterator[dict[str, Any]]:
    first = date((world.today - timedelta(days=world.scale.days_back + 30)).year, 1, 1)
    last = date(world.today.year + 2, 12, 31)
    for n in range(world.scale.programmes):
        frame = invented_courses.PROGRAMMES[n % len(invented_courses.PROGRAMMES)]
        turn = n // len(invented_courses.PROGRAMMES)
        code = f"{frame.code}-{turn}" if turn else frame.code
        title = f"{frame.title}, part {turn + 1}" if turn else frame.title
        row = {
            "id": n + 1,
            "public_id": public_id(world),
            "code": code,
            "title": title,
            "theme_id": world.themes[frame.theme],
            "search_key": search_key(title, code, frame.donor),
            "donor": frame.donor,
            "grant_reference": f"DEMO/{n + 1:03}",
            "starts_on": first,
            "ends_on": last,
            "countries": ",".join(countries.COUNTRIES),
            "objectives": frame.objectives,
            "joint_owner": frame.joint_owner,
            "completion_percent": 80,
            "day_basis": "hours",
            "day_minutes": 360,
            "deduction_minutes": 30,
            "evidence_rule": "",
            "retention_months": 60,
            "privacy_notice": "",
            "donor_block": f"Funded by {frame.donor}",
            "state": "active",
            "state_reason": "",
            **stamps(),
        }
        world.programmes.append({**row, "theme_code": frame.theme})
        yield row


def targets(world: World, planned: Counter[int]) -> Iterator[dict[str, Any]]:
    """What each programme promised its donor, by the number of its trainings so far: it has years to go."""
    for programme in world.programmes:
        people = -(-planned[programme["id"]] * 30 // 50) * 50 or 50
        promised = {"participations": people, "persons_trained": people * 11 // 20, "person_days": people * 3}
        for indicator, target in promised.items():
            yield {"programme_id": programme["id"], "indicator": indicator, "target": target}
