"""Training sessions: the list, a pattern that generates many with a preview, and changes one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, request
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms import labels
from training.forms.schedule import CallOffForm, PatternForm, SessionFilter, SessionForm
from training.models import Role, Training, TrainingSession, When
from training.policy import Action
from training.rules.minutes import Decision
from training.services import marks, visible_trainings
from training.services.announcing import announcements
from training.services.attendance import registers
from training.services.directory import venues
from training.services.programmes import themes
from training.services.schedule import clashes, open_list, sessions, visible
from training.services.schedule.plan import Details
from training.services.seen import Seen
from training.text import language
from training.texts import proposed
from training.texts.proposed import Part
from training.web.kit import access, choices, edits, exports
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import address, page, paginate, sorting, submitted
from training.web.schedule import timetable

MOST_TOLD = 3
"""How many findings are said after a session is stored. The list has all."""
bp = Blueprint("sessions", __name__, url_prefix="/sessions")


@bp.get("")
@permit(Action.SESSION_LIST)
def index() -> Response:
    """List sessions: of what is to come the next one first, else the latest first. A trainer sees only their own."""
    form = choices.filtered(SessionFilter(request.args))
    sort = sorting(("starts_at",), "starts_at" if form.when.data is When.UPCOMING else "-starts_at")
    user = access.user()
    search = visible.as_announced if user.role is Role.TRAINER else visible.search
    found = search(user, **choices.wanted(form), sort=sort.key, descending=sort.descending)
    if file := exports.wanted(found, "sessions", form):
        return file
    listed = paginate(found)
    return page(
        "schedule/sessions/index.html",
        "schedule/sessions/_rows.html",
        form=form,
        chips=choices.chips(form),
        sorting=sort,
        sessions=listed,
        tallies=registers.tallies([getattr(one, "session", one) for one in listed.items]),
        places=[
            *((str(said), _place(when.value), when is form.when.data, None) for when, said in PLACES),
            (_("All"), _place(""), form.when.data is None, None),
        ],
    )


PLACES = tuple(labels.AHEAD_OR_PAST.items())


def _place(when: str) -> str:
    """The address of a tab. An open register is one of a session that has ended, so that filter stays behind."""
    return address(when=when, page="", sort="", **({"register": ""} if when == When.UPCOMING.value else {}))


def _pattern(training: Training) -> PatternForm:
    form = PatternForm(
        request.form,
        first_day=training.starts_on,
        last_day=training.ends_on,
        morning_starts=clashes.MORNING[0],
        morning_ends=clashes.MORNING[1],
        afternoon_starts=clashes.AFTERNOON[0],
        afternoon_ends=clashes.AFTERNOON[1],
    )
    form.room.offer(choices.of_rooms(venues.rooms(training.venue)))
    form.trainers.offer(choices.of_trainers())
    return form


def _as_pattern(form: PatternForm) -> dict[str, Any]:
    slots = [
        clashes.HalfDay(proposed.alone(part, language()), starts, ends, form.break_minutes.data or 0)
        for part, starts, ends in (
            (Part.MORNING, form.morning_starts.data, form.morning_ends.data),
            (Part.AFTERNOON, form.afternoon_starts.data, form.afternoon_ends.data),
        )
        if starts and ends
    ]
    names = ("first_day", "last_day", "room", "trainers", "weekends")
    return {**{name: form[name].data for name in names}, "slots": slots}


@bp.route("/of/<uuid:public_id>/plan", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def plan(training: Training) -> Response:
    """Generate sessions from a pattern.

    The preview says what speaks against each session, then they are stored.
    """
    form = _pattern(training)
    planned: list[clashes.Planned] = []
    taken: list[Details] = []
    if submitted(form):
        try:
            if "store" in request.form:
                stored = sessions.generate(training, by=access.user(), **_as_pattern(form))
                timetable.say(training)
                _tell(stored)
                return redirect(timetable.back(training), 303)
            taken = sessions.filled(training, sessions.pattern(training, **_as_pattern(form)))
            planned = sessions.preview(training, **_as_pattern(form))
        except DomainError as refusal:
            form.refuse(refusal)
    return page("schedule/sessions/plan.html", training=training, form=form, planned=planned, taken=taken)


def _form(training: Training, session: TrainingSession | None) -> SessionForm:
    teaching = [entry.trainer for entry in session.session_trainers] if session else []
    form = SessionForm(request.form, obj=session, trainers=teaching)
    if session is not None and session.break_minutes:
        middle = replace(marks.slot_of(session), break_starts=None).pause[0]
        when = f"{middle.astimezone(ZoneInfo(session.training.zone)):%H:%M}"
        form.break_starts.description = _("Left empty, it lies in the middle, from %(when)s.", when=when)
    if session is None and request.method == "GET":
        form.theme.data = training.theme
        form.starts_local.data, form.ends_local.data = clashes.first_slot(training.starts_on)
    form.theme.offer(choices.of_themes(themes.usable_under(training.theme)))
    form.room.offer(choices.of_rooms(venues.rooms()))
    form.trainers.offer(choices.of_trainers())
    return form


@bp.route("/of/<uuid:public_id>/new", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def new(training: Training) -> Response:
    """Add one session."""
    form = _form(training, None)
    del form.decision
    back = timetable.back(training)
    if submitted(form):
        try:
            added = sessions.add(training, by=access.user(), details=Details(**form.data))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            timetable.say(training)
            _tell([added])
            return redirect(back, 303)
    return page("edit.html", form=form, title=_("New session"), back=(training.code, back))


@bp.route("/<uuid:public_id>/edit", methods=["GET", "POST"])
@permit(Action.SESSION_CHANGE, visible.get)
def edit(session: TrainingSession) -> Response:
    """Change a session. What becomes of its marks is asked only where it is moved."""
    form = edits.begin(_form(session.training, session))
    back = timetable.back(session.training)
    minutes_before, held = session.scheduled_minutes, [session]

    def change(seen: Seen) -> None:
        values = {name: value for name, value in form.data.items() if name != "decision"}
        held[0] = sessions.change(
            session, by=access.user(), details=Details(**values), decision=form.decision.data, seen=seen
        )

    training = session.training
    said = lambda: _what_became(session, held[0], minutes_before)  # noqa: E731 -- it is read after the change
    if edits.save(form, session, change, said, lambda: timetable.undoable(training)):
        _tell(held)
        return redirect(back, 303)
    if not (form.decision.data or form.decision.errors):
        del form.decision
    else:
        _offer_answers(form, session)
    title = _("%(session)s, %(day)s", session=session.title, day=format_date(session.on_date, "d MMM y"))
    at_once = announcements.are_told_at_once(session.training, [session])
    save = _("Save and tell those concerned now") if at_once else _("Save")
    return page("edit.html", form=form, title=title, save=save, back=(session.training.code, back))


def _offer_answers(form: SessionForm, session: TrainingSession) -> None:
    """Offer the answers on the marks that would be accepted for these hours, and say why the others would not."""
    values = {name: value for name, value in form.data.items() if name != "decision"}
    if not (values["starts_local"] and values["ends_local"]):
        return
    found = sessions.answers(session, Details(**values))
    if not found.why_not:
        return
    left_out = [str(label) for one, label in labels.MARKS.items() if one not in found.accepted]
    why = _(
        "Not offered: %(answers)s. %(why)s",
        answers=", ".join(f"“{one}”" for one in left_out),
        why=found.why_not.translated(),
    )
    form.decision.offer_only(found.accepted, why)


def _tell(stored: Sequence[TrainingSession]) -> None:
    """Say what speaks against sessions that were just stored: the list has what can be done about it."""
    found = open_list.about(stored)
    if found:
        what = " ".join(one.message.translated() for one in found[:MOST_TOLD])
        flash(_("To look at: %(what)s", what=what + (" …" if len(found) > MOST_TOLD else "")), "warn")


def _what_became(session: TrainingSession, held: TrainingSession, minutes_before: int) -> str:
    """What a change did, its marks included."""
    if held is not session:
        return str(_("The session is held then. Its old marks do not count."))
    marked = marks.count(session)
    if not marked or session.scheduled_minutes == minutes_before:
        return str(_("Saved."))
    return str(
        _(
            "Saved. The marks follow (%(count)s): the session has %(now)s minutes instead of %(before)s.",
            count=marked,
            now=session.scheduled_minutes,
            before=minutes_before,
        )
    )


@bp.route("/<uuid:public_id>/cancel", methods=["GET", "POST"])
@permit(Action.SESSION_CHANGE, visible.get)
def cancel(session: TrainingSession) -> Response:
    """Call a session off."""
    form = CallOffForm(request.form)
    marked = marks.count(session)
    back = timetable.back(session.training)
    if submitted(form):
        decision = Decision.NOT_COUNTED if form.decision.data else None
        try:
            sessions.cancel(session, by=access.user(), reason=str(form.reason.data), decision=decision)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            timetable.say(session.training)
            return redirect(back, 303)
    if marked:
        form.decision.label.text = _("Its marks do not count (people marked: %(count)s)", count=marked)
    else:
        del form.decision
    return page(
        "schedule/sessions/call_off.html",
        form=form,
        session=session,
        at_once=announcements.are_told_at_once(session.training, [session]),
        back=(session.training.code, back),
    )


@bp.post("/<uuid:public_id>/hold")
@permit(Action.SESSION_CHANGE, visible.get)
def hold_after_all(session: TrainingSession) -> Response:
    """Take back that a session was called off, or moved away from its marks."""
    sessions.hold_after_all(session, by=access.user())
    timetable.say(session.training)
    return redirect(timetable.back(session.training), 303)
