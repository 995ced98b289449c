"""Builders: each makes the least valid thing through the services; a test names only what it is about."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import current_app

from tests.uploads import made
from training import clock
from training.db import atomic
from training.models import (
    ActivityType,
    Admission,
    Agency,
    Announcement,
    Course,
    Modality,
    Programme,
    Registration,
    Role,
    SeatAllocation,
    Series,
    Theme,
    ThemeLeaflet,
    Trainee,
    Trainer,
    Training,
    TrainingSession,
    User,
    Venue,
)
from training.rules.minutes import Decision
from training.services import locked_trainings, seat_counts
from training.services.accounts import users
from training.services.announcing import announced_copies, announcements, differences
from training.services.directory import agencies, trainers, venues
from training.services.programmes import courses, frames, leaflets, themes
from training.services.registrations import kept_seats, submissions
from training.services.schedule import plan, sessions
from training.services.stored_files import Taken
from training.services.trainees import records
from training.services.trainees.records import Person
from training.services.trainings import changes, copies, moves
from training.uploads.check import PDF, Checked
from training.uploads.store import Store

numbers = itertools.count(1)
PDF_BYTES = made.pdf()
COURSE = """
Day 1
09:00–12:30 Paper and light (break 30)
  09:00 Opening | Ana Lind
  Under the lamp
13:30–17:00 Photos (break 30)
Day 2
09:00–12:30 Visas (break 30)
13:30–17:00 Writing it up (break 30, optional)
"""


class Make:
    """``make.training(capacity=2)`` and the like."""

    def course(self, **wanted: Any) -> Course:
        """A course of two days with four half-days."""
        defaults = {
            "code": f"C-{next(numbers)}", "title_en": "Forged documents", "theme": self.theme(),
            "activity_type": self.activity(), "timetable": COURSE,
        }  # fmt: skip
        return courses.create(by=None, details=courses.Details(**{**defaults, **wanted}))

    def series(self, training: Training, by: User) -> Series:
        """A series of the training and another one, eight weeks later."""
        row = copies.Row(first_day=training.starts_on + timedelta(weeks=8), venue=training.venue)
        return copies.repeat(training, by=by, rows=[row])

    def theme(self, code: str = "BMV") -> Theme:
        return themes.by_code(code)

    def store(self) -> Store:
        """The files of the application under test."""
        return Store(current_app.config["CONFIG"].files_folder)

    def taken(self, content: bytes = PDF_BYTES, name: str = "leaflet.pdf") -> Taken:
        """A file in the store, as if it had been checked."""
        sha256 = self.store().put(content)
        return Taken(self.store(), Checked(name, PDF.media_type, sha256, content))

    def leaflet(self, theme: str = "BMV", language: str = "en", content: bytes = PDF_BYTES) -> ThemeLeaflet:
        file = self.taken(content)
        return leaflets.put(self.theme(theme), by=None, language=language, file=file)

    def activity(self) -> ActivityType:
        return themes.activity_types()[0]

    def agency(self, **wanted: Any) -> Agency:
        n = next(numbers)
        defaults = {"code": f"AG-{n}", "name": f"Agency {n}", "country": "AT", "theme": self.theme(),
                    "type": themes.agency_types()[0]}  # fmt: skip
        return agencies.create(by=None, details=agencies.Details(**{**defaults, **wanted}))

    def user(self, role: Role = Role.ADMIN, **wanted: Any) -> User:
        n = next(numbers)
        if role is Role.PARTNER:
            wanted.setdefault("agency", None)
            wanted["agency"] = wanted["agency"] or self.agency()
        if role is Role.COORDINATOR and "themes" not in wanted:
            wanted.setdefault("all_themes", True)
        return users.create(by=None, email=f"user{n}@example.org", name=f"User {n}", role=role, **wanted)

    def programme(self, theme: str = "BMV", **wanted: Any) -> Programme:
        today = clock.today()
        defaults = {"code": f"P-{next(numbers)}", "title": "Borders that work", "theme": self.theme(theme),
                    "starts_on": today - timedelta(days=1000), "ends_on": today + timedelta(days=1000)}  # fmt: skip
        return frames.create(by=None, details=frames.Details(**{**defaults, **wanted}))

    def details(self, **wanted: Any) -> changes.Details:
        starts = wanted.get("starts_on") or clock.today() + timedelta(days=30)
        defaults = {
            "code": f"T-{next(numbers)}", "title": "Detection of forged documents", "theme": self.theme(),
            "activity_type": self.activity(), "modality": Modality.IN_PERSON, "languages": ["en"],
            "zone": "Europe/Vienna", "starts_on": starts, "ends_on": starts + timedelta(days=2), "capacity": 20,
            "admission": Admission.FIRST_COME, "country": "AT", "completion_percent": 80,
            "registration_opens_local": datetime.combine(starts - timedelta(days=60), time(9)),
            "registration_closes_local": datetime.combine(starts - timedelta(days=1), time(17)),
        }  # fmt: skip
        return changes.Details(**{**defaults, **wanted})

    def changed(self, training: Training, **wanted: Any) -> changes.Details:
        """The details of ``training`` as they stand, but for what is ``wanted``."""
        now = {field.name: getattr(training, field.name) for field in fields(changes.Details)}
        return changes.Details(**{**now, "languages": training.language_codes, **wanted})

    def training(
        self, *, programme: Programme | None = None, is_open: bool = True, **wanted: Any
    ) -> Training:
        programme = programme or self.programme(wanted.pop("programme_theme", "BMV"))
        wanted.setdefault("theme", programme.theme)
        training = changes.create(programme, by=None, details=self.details(**wanted))
        if is_open:
            self.session(training)
            moves.change_state(training, by=None, name="open")
        return training

    def session(
        self, training: Training, day: date | None = None, *, is_known: bool = True, **wanted: Any
    ) -> TrainingSession:
        """A session of three hours, at the first of 9, 13 and 17 o'clock that has none yet.

        Where the training is open, others know of it, unless ``is_known`` says otherwise.
        """
        day = day or training.starts_on
        taken = {one.starts_local for one in locked_trainings.live_sessions(training)}
        starts = next(
            at for hour in (9, 13, 17) if (at := datetime.combine(day, time(hour))) not in taken or hour == 17
        )
        defaults = {"title": "Morning", "starts_local": starts, "ends_local": starts + timedelta(hours=3)}
        made = sessions.add(training, by=None, details=plan.Details(**{**defaults, **wanted}))
        if is_known:
            self.known(training)
        return made

    @staticmethod
    @atomic
    def known(training: Training) -> None:
        """Others know the plan as it stands. No letter is written."""
        found = differences.of(training)
        if found:
            announced_copies.store(training, found, by=None, told={})

    def change_session(
        self, session: TrainingSession, *, by: User, decision: Decision | None = None, **wanted: Any
    ) -> TrainingSession:
        """``session`` as it stands, but for what is ``wanted``; returns the one that is held."""
        details = replace(plan.details_of(session), **wanted)
        return sessions.change(session, by=by, details=details, decision=decision)

    def announced(self, training: Training, *, by: User | None = None, **wanted: Any) -> Announcement:
        """What differs in ``training`` is announced to everybody concerned."""
        seen = differences.of(training).digest
        return announcements.announce(training, by=by or self.user(), seen=seen, **wanted)

    def kept(self, training: Training, *, by: User | None = None, **wanted: Any) -> SeatAllocation:
        """Seats kept for an agency or a country; who waited for them moves up."""
        kept_seats.keep(training, by=by, **wanted)
        whom = wanted.get("agency"), wanted.get("country")
        [kept] = [one for one in seat_counts.allocations(training) if (one.agency, one.country) == whom]
        return kept

    def venue(self, **wanted: Any) -> Venue:
        defaults = {
            "name": f"Venue {next(numbers)}",
            "city": "Vienna",
            "country": "AT",
            "zone": "Europe/Vienna",
        }
        return venues.create(by=None, details=venues.Details(**{**defaults, **wanted}))

    def trainer(self, **wanted: Any) -> Trainer:
        defaults = {"family_name": f"Expert {next(numbers)}", "given_names": "Eva"}
        return trainers.create(by=None, details=trainers.Details(**{**defaults, **wanted}))

    def person(self, trainee: Trainee, **wanted: Any) -> Person:
        """What is known of ``trainee``, but for what is ``wanted``."""
        return Person(**{field.name: getattr(trainee, field.name) for field in fields(Person)} | wanted)

    def trainee(self, agency: Agency | None = None, **wanted: Any) -> Trainee:
        defaults = {"family_name": f"Person{next(numbers)}", "given_names": "Pat", "country": "AT"}
        return records.create(agency or self.agency(), by=None, person=Person(**{**defaults, **wanted}))

    def registration(
        self, training: Training | None = None, trainee: Trainee | None = None, **wanted: Any
    ) -> Registration:
        return submissions.submit(
            training or self.training(),
            by=None,
            trainee=trainee or self.trainee(),
            override=True,
            **{"override_reason": "A test needs both.", **wanted},
        )
