"""The timetable of a training: several sessions are moved, given rooms, trainers and hours, added, called off.

Each panel is a page of its own. With scripts it opens beside the timetable, and the timetable is replaced in place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms.base import Form
from training.forms.schedule import (
    CallOffForm,
    CopyForm,
    DayForm,
    HalfDayForm,
    HoursForm,
    MoveForm,
    TrainersForm,
)
from training.models import Training, TrainingSession
from training.policy import Action
from training.services import visible_trainings
from training.services.announcing import announcements, differences
from training.services.schedule import free, several, shift, span, steps, visible
from training.web.kit import access, choices
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import page, submitted, uuid_of, uuids

bp = Blueprint("timetable", __name__, url_prefix="/trainings/<uuid:public_id>/timetable")


@dataclass
class Ticked:
    """The sessions that somebody means: those that are ticked and may be changed, else all that may be."""

    training: Training
    sessions: list[TrainingSession] = field(default_factory=list)
    is_all: bool = False

    @property
    def public_ids(self) -> list[UUID]:
        """Their ids."""
        return [one.public_id for one in self.sessions]


def _ticked(training: Training) -> Ticked:
    movable = several.movable(training)
    asked = set(uuids("session"))
    found = [one for one in visible.of(training) if one.public_id in asked]
    kept = several.kept_back(training, found)
    found = [one for one in found if one.id not in kept]
    return Ticked(training, found or movable, is_all=not found or len(found) == len(movable))


def seen_versions() -> dict[UUID, int]:
    """The versions that the panel showed."""
    pairs = (value.partition(":") for value in request.form.getlist("seen"))
    return {
        number: int(version)
        for text, _colon, version in pairs
        if (number := uuid_of(text)) and version.isascii() and version.isdigit() and len(version) < 10
    }


def back(training: Training) -> str:
    """The address of the training's timetable."""
    return url_for("trainings.show", public_id=training.public_id)


def say(training: Training) -> None:
    """Say what the reader's last step did, with a button that takes it back."""
    step = steps.last_of(training, access.user())
    if step is not None:
        dates = (one.translated() for one in steps.dates_said(step))
        flash(" ".join([step.label, *dates]), f"undo {step.public_id}")


def undoable(training: Training) -> str:
    """The kind of message that offers to take back the reader's last step."""
    step = steps.last_of(training, access.user())
    return f"undo {step.public_id}" if step else "message"


def _panel(name: str, title: str, ticked: Ticked, form: Form, **more: Any) -> Response:
    part = f"schedule/timetable/_{name}.html"
    return page(
        "schedule/timetable/panel.html",
        part,
        shown=part,
        title=title,
        training=ticked.training,
        ticked=ticked,
        form=form,
        back=(ticked.training.code, back(ticked.training)),
        **{"at_once": announcements.are_told_at_once(ticked.training, ticked.sessions), **more},
    )


def _done(training: Training, act: Callable[[], object], form: Form) -> Response | None:
    """Do it, and say so on the timetable. A refusal stands in the form, and None comes back."""
    try:
        act()
    except DomainError as refusal:
        form.refuse(refusal)
        return None
    say(training)
    return redirect(back(training), 303)


@bp.route("/move", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def move(training: Training) -> Response:
    """Move sessions. The preview says old and new, what speaks against it, and who is told."""
    form, ticked = MoveForm(request.form), _ticked(training)
    quick = request.form.get("quick", "")
    if quick in ("-7", "7", "1"):
        form.put("days", int(quick))
        form.put("first_day", None)
    moved: list[shift.Moved] = []
    if submitted(form):
        how = shift.Move(
            days=form.days.data or 0,
            first_day=form.first_day.data,
            minutes=form.minutes.data or 0,
            skips=bool(form.skips.data),
        )
        if "store" in request.form or "tell" in request.form:
            done = _done(
                training,
                lambda: several.move(
                    training,
                    by=access.user(),
                    move=how,
                    public_ids=ticked.public_ids,
                    seen=seen_versions(),
                    tells="tell" in request.form,
                ),
                form,
            )
            if done:
                return done
        try:
            moved = shift.preview(training, ticked.sessions, how)
        except DomainError as refusal:
            form.refuse(refusal)
    dates = shift.dates_after(training, moved) if moved else None
    to = [one.planned.starts_at for one in moved]
    return _panel(
        "move",
        _("Move the training") if ticked.is_all else _("Move sessions"),
        ticked,
        form,
        moved=moved,
        is_blocked=any(one.planned.is_blocked for one in moved),
        dates=dates,
        closes=span.closing(training, *dates) if dates else None,
        told=several.told(training, ticked.sessions),
        gathers=not differences.of(training),
        at_once=announcements.are_told_at_once(training, ticked.sessions, to),
    )


@bp.route("/room", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def room(training: Training) -> Response:
    """Hold sessions in another room."""
    form, ticked = Form(), _ticked(training)
    offers = free.rooms(training, ticked.sessions)
    if request.method == "POST":
        picked = {str(one.thing.public_id): one.thing for one in offers}.get(request.form.get("room", ""))
        done = _done(
            training,
            lambda: several.set_room(
                training, by=access.user(), room=picked, public_ids=ticked.public_ids, seen=seen_versions()
            ),
            form,
        )
        if done:
            return done
    return _panel("room", _("Room"), ticked, form, offers_found=offers)


@bp.route("/trainers", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def staff(training: Training) -> Response:
    """Say who gives sessions."""
    ticked = _ticked(training)
    teaching = [{entry.trainer for entry in one.session_trainers} for one in ticked.sessions]
    common = set.intersection(*teaching) if teaching else set()
    form = TrainersForm(request.form, trainers=sorted(common, key=lambda one: one.name))
    form.trainers.offer(choices.of_trainers())
    if submitted(form):
        done = _done(
            training,
            lambda: several.set_trainers(
                training,
                by=access.user(),
                trainers=form.trainers.data,
                public_ids=ticked.public_ids,
                seen=seen_versions(),
            ),
            form,
        )
        if done:
            return done
    some = set().union(*teaching) - common
    names = ", ".join(sorted(one.name for one in some))
    return _panel("trainers", _("Trainers"), ticked, form, only_in_some=names)


@bp.route("/trainer", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def replace_trainer(training: Training) -> Response:
    """Put another trainer in the place of one, in all sessions that this one gives."""
    number = uuid_of(request.values.get("trainer", ""))
    everybody = {
        entry.trainer.public_id: entry.trainer
        for one in visible.of(training)
        for entry in one.session_trainers
    }
    old = everybody.get(number) if number else None
    form, ticked = Form(), _ticked(training)
    if old is None:
        return redirect(back(training), 303)
    given = [one for one in ticked.sessions if old in [entry.trainer for entry in one.session_trainers]]
    ticked = Ticked(training, given)
    offers = free.teachers(training, given, but=old)
    if request.method == "POST":
        known = {str(one.thing.public_id): one.thing for one in offers}
        done = _done(
            training,
            lambda: several.replace_trainer(
                training,
                by=access.user(),
                old=old,
                new=known.get(request.form.get("new", "")),
                public_ids=ticked.public_ids,
                seen=seen_versions(),
            ),
            form,
        )
        if done:
            return done
    return _panel("trainer", old.name, ticked, form, old=old, offers_found=offers)


@bp.route("/hours", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def hours(training: Training) -> Response:
    """Hold sessions at other hours. The end follows the start."""
    ticked = _ticked(training)
    form = HoursForm(request.form, **_common_hours(ticked.sessions))
    if submitted(form):
        before = _common_hours(ticked.sessions)
        ends = form.ends.data if form.ends.data != before.get("ends") else None
        done = _done(
            training,
            lambda: several.set_hours(
                training,
                by=access.user(),
                starts=form.starts.data,
                ends=ends,
                break_minutes=form.break_minutes.data,
                public_ids=ticked.public_ids,
                seen=seen_versions(),
            ),
            form,
        )
        if done:
            return done
    return _panel("hours", _("Hours"), ticked, form)


def _common_hours(found: list[TrainingSession]) -> dict[str, Any]:
    """The hours and breaks that all sessions share."""
    values: dict[str, set[Any]] = {
        "starts": {one.starts_local.time() for one in found},
        "ends": {one.ends_local.time() for one in found},
        "break_minutes": {one.break_minutes for one in found},
    }
    return {name: next(iter(some)) for name, some in values.items() if len(some) == 1}


@bp.route("/call-off", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def call_off(training: Training) -> Response:
    """Call sessions off, for a reason."""
    form, ticked = CallOffForm(request.form), _ticked(training)
    del form.decision
    if submitted(form):
        done = _done(
            training,
            lambda: several.call_off(
                training,
                by=access.user(),
                reason=str(form.reason.data),
                public_ids=ticked.public_ids,
                seen=seen_versions(),
            ),
            form,
        )
        if done:
            return done
    return _panel("call_off", _("Call off"), ticked, form, told=several.told(training, ticked.sessions))


@bp.route("/copy", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def copy(training: Training) -> Response:
    """Plan the same sessions on other days too."""
    form, ticked = CopyForm(request.form, first_day=shift.next_day(training)), _ticked(training)
    if submitted(form):
        how = shift.Move(first_day=form.first_day.data, skips=bool(form.skips.data))
        done = _done(
            training,
            lambda: several.copy_to(
                training, by=access.user(), move=how, public_ids=ticked.public_ids, seen=seen_versions()
            ),
            form,
        )
        if done:
            return done
    return _panel("copy", _("Copy sessions"), ticked, form)


@bp.route("/half-day", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def half_day(training: Training) -> Response:
    """Add a half-day, as those that are there."""
    like = shift.next_half_day(training)
    form = HalfDayForm(
        request.form,
        title=like.title,
        day=like.starts_local.date(),
        starts=like.starts_local.time(),
        ends=like.ends_local.time(),
    )
    if submitted(form):
        assert form.day.data and form.starts.data and form.ends.data
        begins, ends = (datetime.combine(form.day.data, at) for at in (form.starts.data, form.ends.data))
        ends += timedelta(days=ends <= begins)
        done = _done(
            training,
            lambda: several.add_like(
                training, by=access.user(), like=like, title=form.title.data, starts=begins, ends=ends
            ),
            form,
        )
        if done:
            return done
    return _panel("half_day", _("Add a half-day"), Ticked(training), form, like=like)


@bp.route("/day", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def day(training: Training) -> Response:
    """Add a day, as the last one is."""
    form = DayForm(request.form, day=shift.next_day(training))
    if submitted(form) and (on := form.day.data):
        done = _done(training, lambda: several.add_day(training, by=access.user(), day=on), form)
        if done:
            return done
    return _panel("day", _("Add a day"), Ticked(training, shift.last_day(training)), form)


@bp.post("/remove")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def remove(training: Training) -> Response:
    """Remove sessions of which nobody was told."""
    try:
        several.remove(training, by=access.user(), public_ids=uuids("session"), seen=seen_versions())
    except DomainError as refusal:
        flash(refusal.explained.translated(), "error")
    else:
        say(training)
    return redirect(back(training), 303)
