"""The page of a new training as it stands: what was sent with what is proposed, and what would be stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _

from training.errors import DomainError, NotFound
from training.forms.trainings import NewTrainingForm
from training.models import Course, Programme, Room, Training, Venue
from training.policy import Action, can
from training.rules import half_days, zones
from training.services.directory import trainers, venues
from training.services.programmes import courses, frames, themes
from training.services.trainings import (
    copies,
    defaults,
    previews,
    timetables,
)
from training.services.trainings.previews import Frame, Preview
from training.services.trainings.timetables import Timetable
from training.text import language
from training.web.kit import access, choices
from training.web.kit.language import language_name, place_time, wall
from training.web.trainings import wishes
from training.web.trainings.wishes import Sent, Source

OF_PAGE = ("course", "room", "days", "hours", "weekends", "is_date_open", "trainers", "other_zone")
"""Fields that are none of the training's own facts."""


@dataclass
class Asked:
    """The page as it stands: what was sent with what is proposed, and what would be stored."""

    source: Source
    first: Sent
    sent: Sent
    form: NewTrainingForm
    frame: Frame | None = None
    table: Timetable | None = None
    preview: Preview | None = None
    refusal: DomainError | None = None

    @property
    def rooms(self) -> list[tuple[Room, previews.Taken | None]]:
        """The rooms of the venue, each with what it is taken by."""
        if self.frame is None or self.frame.venue is None:
            return []
        held = self.preview.held if self.preview else []
        return previews.rooms_free(self.frame.venue, held, self.frame.zone)

    @property
    def candidates(self) -> list[previews.Candidate]:
        """The trainers that the page offers: those picked, then who is free and fits."""
        frame = self.frame or Frame(
            zone=zones.UTC,
            country="",
            capacity=1,
            theme=self.form.theme.data,
            languages=self.form.languages.data,
        )
        held = self.preview.held if self.preview else []
        everyone = previews.trainers_ranked(frame, held)
        picked = {one.id for one in self.form.trainers.data or []}
        first = [one for one in everyone if one.trainer.id in picked]
        wanted = self.sent.get("who", "")
        rest = previews.trainers_ranked(frame, held, wanted) if wanted.strip() else everyone
        rest = [one for one in rest if one.trainer.id not in picked]
        return first + rest[: previews.MOST_TRAINERS]

    @property
    def brought(self) -> set[str]:
        """The fields that hold something else than what was sent."""
        return {
            name
            for name in self.form._fields
            if self.sent.getlist(name) != self.first.getlist(name) and name not in ("room", "trainers")
        }

    @property
    def is_outside(self) -> bool:
        """Whether it would end after its programme."""
        return self.preview is not None and self.preview.last_day > self.source.programme.ends_on

    @property
    def said(self) -> dict[str, str]:
        """What is said of each folded part of the page."""
        form, zone = self.form, self.frame.zone if self.frame else ""
        kind = form.activity_type.data
        closes = form.registration_closes_local.data
        when = [_("weekends and holidays too")] if form.weekends.data else []
        when += [_("dates still open")] if form.is_date_open.data else []
        return {
            "kind": _said(
                form.theme.data.code if form.theme.data else "", kind.name_in(language()) if kind else ""
            ),
            "place": _said(
                form.modality.said, place_time(zone) if zone and self.frame and self.frame.country else ""
            ),
            "when": _said(*when),
            "registration": _said(
                form.admission.said, _("closes %(when)s", when=wall(closes)) if closes else ""
            ),
            "seats": _said(form.reserve_order.said, form.promotion.said),
            "rule": _said(
                f"{form.completion_percent.data or 0} %",
                ", ".join(language_name(code) for code in form.languages.data or []),
            ),
            "text": (form.description.data or "").partition("\n")[0][:60] or _("none yet"),
        }

    @property
    def wish(self) -> str:
        """What was wished for, as a digest."""
        return wishes.digest(self.sent)


def _said(*parts: object) -> str:
    return " · ".join(str(part) for part in parts if part)


def programmes() -> list[Programme]:
    """The programmes in which the reader may plan a training."""
    user = access.user()
    return [one for one in frames.in_scope_of(user) if can(user, Action.TRAINING_CREATE, one)]


def source_of(training: Training | None = None) -> Source:
    """The programme and the course that were asked for. Raises ``NotFound`` for a programme that is not in scope."""
    user = access.user()
    if training is not None:
        return Source(training.programme, training.course, training)
    found = programmes()
    wanted = request.form.get("do", "").removeprefix("programme:")
    if not request.form.get("do", "").startswith("programme:"):
        wanted = request.values.get("programme", "")
    programme = next((one for one in found if one.code == wanted), None)
    if wanted and programme is None:
        raise NotFound
    course_code = request.values.get("course", "")
    if programme is None:
        programme = _programme_for(course_code, defaults.programme_of(user, found), found)
    if programme is None:
        raise NotFound
    course = next((one for one in courses.usable_in(programme) if one.code == course_code), None)
    return Source(programme, course)


def _programme_for(course_code: str, usual: Any, found: list[Any]) -> Any:
    """The usual programme, if it takes the course that was asked for; else the first one that does."""
    ordered = sorted(found, key=lambda one: one is not usual)
    if not course_code or usual is None:
        return usual
    takes = (one for one in ordered if any(c.code == course_code for c in courses.usable_in(one)))
    return next(takes, usual)


def _form(source: Source, sent: Sent) -> NewTrainingForm:
    form = NewTrainingForm(sent)
    form.course.offer([(one.code, _course_label(one), one) for one in courses.usable_in(source.programme)])
    form.theme.offer(choices.of_themes(themes.usable_under(source.programme.theme)))
    form.activity_type.offer(choices.of_activity_types())
    found = choices.of_venues()
    form.venue.offer(found)
    form.venue.note("zone", {key: venue.zone for key, _label, venue in found})
    form.country.offer(choices.of_countries())
    country = form.venue.data.country if form.venue.data else form.country.data or ""
    usual = current_app.config["CONFIG"].default_zone
    form.zone.offer(choices.of_zones([*zones.of_country(country), usual]))
    form.languages.offer(choices.of_languages())
    form.room.offer(choices.of_rooms(venues.rooms(form.venue.data) if form.venue.data else []))
    form.trainers.offer(choices.of_trainers())
    if source.training is None:
        del form.keeps_seats
    else:
        del form.course
    return form


def _course_label(course: Course) -> str:
    title = course.title_in(language())
    if not course.days:
        return title
    return _("%(title)s · %(days)s d · %(theme)s", title=title, days=course.days, theme=course.theme.code)


def asked_for(source: Source, sent: Sent, *, proposes: bool = True) -> Asked:
    """The page for what was sent. What is proposed depends on what is picked, so it is filled in step by step."""
    asked = Asked(source, sent, sent, _form(source, sent))
    if not proposes:
        _lay_out(asked)
        return asked
    for _step in range(
        2
    ):  # the room that is proposed depends on the half-days, and these on the other proposals
        room = None
        if asked.frame is not None and asked.preview is not None:
            room = previews.room_proposed(asked.frame, asked.preview.held)
        first_day = asked.form.starts_on.data
        proposed = wishes.proposals(
            Source(source.programme, course_of(asked), source.training), first_day, _zone(asked.form), room
        )
        asked.sent = wishes.with_proposals(asked.sent, proposed)
        asked.form = _form(source, asked.sent)
        _lay_out(asked)
    return asked


def course_of(asked: Asked) -> Course | None:
    if asked.source.training is not None:
        return None
    found: Course | None = asked.form.course.data
    return found


def _zone(form: NewTrainingForm) -> str:
    venue: Venue | None = form.venue.data
    return zones.meant(form.zone.data or "") or (
        venue.zone if venue else current_app.config["CONFIG"].default_zone
    )


def _lay_out(asked: Asked) -> None:
    """Lay the half-days on their days, and ask what speaks against them."""
    form, sent = asked.form, asked.sent
    venue: Venue | None = form.venue.data
    country = venue.country if venue else form.country.data or ""
    asked.frame = Frame(
        zone=_zone(form),
        country=country,
        capacity=form.capacity.data or 1,
        theme=form.theme.data,
        languages=form.languages.data or (),
        venue=venue,
        programme=asked.source.programme,
    )
    asked.table = asked.preview = asked.refusal = None
    first_day: date | None = form.starts_on.data
    if first_day is None or form.is_date_open.data:
        return
    try:
        patterns = _patterns(asked)
        if not patterns:
            return
        asked.table = Timetable(
            first_day=first_day,
            patterns=patterns,
            country=country,
            rests=not form.weekends.data,
            room=form.room.data,
            trainers=form.trainers.data or (),
            left_out=wishes.left_out(sent),
            others=wishes.others(
                sent,
                venues.rooms(venue) if venue else [],
                {str(one.public_id): one.id for one in trainers.active()},
            ),
        )
        asked.preview = previews.preview(asked.frame, asked.table)
    except DomainError as refusal:
        asked.refusal = refusal


def _patterns(asked: Asked) -> list[timetables.Pattern]:
    """The half-days by the other training, by the course, or by the hours of a day."""
    hours = half_days.read_hours(asked.form.hours.data or "")
    days = asked.form.days.data
    course = course_of(asked)
    if asked.source.training is not None:
        found = copies.patterns(asked.source.training)
    elif course is not None and course.half_days:
        found = timetables.of_course(course)
        if days:
            found = [one for one in found if one.half_day.day <= days]
    else:
        return timetables.of_hours(days or wishes.USUAL_DAYS, hours, language()) if hours else []
    return timetables.at_hours(found, hours) if hours else found
