"""The attendance register of a session: marking, closing and correcting it.

Also the sign-in sheet on paper.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training import clock
from training.errors import Conflict, DomainError, Invalid
from training.forms.attendance import DoorForm
from training.forms.system import ReasonForm
from training.models import AttendanceStatus, RegisterState, Training, TrainingSession
from training.policy import Action, can
from training.rules import typed_days
from training.services import marks, visible_trainings
from training.services.attendance import at_the_door, registers
from training.services.papers import sign_in_sheets
from training.services.schedule import sessions, visible
from training.text import Message, msg
from training.texts import words
from training.web.kit import access, choices, language, reasons
from training.web.kit.access import permit
from training.web.kit.respond import Pages, asks_only, download, page, page_number, submitted

bp = Blueprint("registers", __name__, url_prefix="/sessions")
PER_PAGE = 100


def _shown(
    session: TrainingSession,
    clashes: list[registers.Clash] | None = None,
    refusal: str = "",
    door: DoorForm | None = None,
    full: str = "",
    is_duplicate: bool = False,
    status: int = 422,
) -> Response:
    """The page of the register. When all marks are refused, it shows them again as sent, with ``status``."""
    if door is None and at_the_door.is_open(session) and can(access.user(), Action.REGISTER_ADD, session):
        door = _door(None)
    tally = registers.tally(session)
    pages = Pages(page_number(), tally.listed, PER_PAGE)
    rows = registers.register(session, first=pages.first - 1 if pages.total else 0, most=PER_PAGE)
    return page(
        "attendance/registers/show.html",
        status=409 if clashes else status if refusal or full else 200,
        session=session,
        rows=rows,
        others=registers.others(session) if can(access.user(), Action.REGISTER_MARK, session) else [],
        tally=tally,
        pages=pages,
        clashes=clashes or [],
        refusal=refusal,
        corrections=registers.corrections(session),
        is_open=session.register_state is RegisterState.OPEN,
        has_begun=registers.opens_at(session) <= clock.now(),
        opens_at=registers.opens_at(session),
        undo=_made_at_once(session, rows),
        letters={AttendanceStatus(key): one for key, one in words.MARK_LETTERS[language.chosen()].items()},
        marked=marks.count(session) if session.is_cancelled else 0,
        instead=visible.instead_of(session) if session.is_cancelled else [],
        why_not_held=_why_not_held(session),
        door=door,
        full=full,
        is_duplicate=is_duplicate,
        in_latin=sign_in_sheets.names_in_latin(session.training, [session]),
    )


def _why_not_held(session: TrainingSession) -> Message | None:
    """Why the session that was called off cannot be held again, for whoever might do it."""
    may = session.is_cancelled and can(access.user(), Action.SESSION_CHANGE, session)
    return sessions.why_not_held_after_all(session) if may else None


def _door(data: Any) -> DoorForm:
    form = DoorForm(data)
    form.agency.offer(choices.of_agencies())
    return form


@bp.get("/<uuid:public_id>/register")
@permit(Action.REGISTER_READ, visible.get)
def show(session: TrainingSession) -> Response:
    """The register."""
    asks_only("page", "since")
    return _shown(session)


@bp.post("/<uuid:public_id>/register")
@permit(Action.REGISTER_MARK, visible.get)
def save(session: TrainingSession) -> Response:
    """Store the marks. A cell that somebody else changed meanwhile is shown beside one's own mark."""
    if refused := _not_saved(session):
        return refused
    flash(_("Saved."))
    return redirect(url_for(".show", public_id=session.public_id, page=request.form.get("page") or None), 303)


def _not_saved(
    session: TrainingSession, door: DoorForm | None = None, *, along: bool = False
) -> Response | None:
    """Store the marks. Returns the page that says why some were refused, or None when all were stored.

    ``along`` says that another button sent the marks along. Without marks, that button then goes ahead.
    """
    said = ReasonForm(request.form)
    if said.reason.data and not said.validate():
        return _shown(session, refusal=str(said.reason.errors[0]), door=door)
    try:
        marks = _marks()
        if along and not marks:
            return None
        clashes = registers.save(session, by=access.user(), marks=marks, reason=said.reason.data or "")
    except (Conflict, Invalid) as refusal:
        status = 409 if isinstance(refusal, Conflict) else 422
        return _shown(session, refusal=refusal.explained.translated(), door=door, status=status)
    return _shown(session, clashes, door=door) if clashes else None


def _marks() -> list[registers.Mark]:
    """The marks that somebody changed. A cell that comes back as it was loaded is left out."""
    found = []
    for name in request.form:
        if not name.startswith("was-"):
            continue
        key = name.removeprefix("was-")
        sent = "|".join(
            request.form.get(f"{part}-{key}", "").strip() for part in ("status", "arrived", "left", "early")
        )
        if sent != request.form[name]:
            found.append(_mark(key))
    return found


def _mark(key: str) -> registers.Mark:
    status = request.form.get(f"status-{key}", "")
    version = request.form.get(f"version-{key}", "")
    try:
        return registers.Mark(
            UUID(key),
            AttendanceStatus(status) if status else None,
            int(version) if re.fullmatch(r"[0-9]{1,9}", version) else -1,
            _time(f"arrived-{key}") if status == AttendanceStatus.LATE else None,
            _time(f"left-{key}") if status in marks.WITH_TIMES else None,
            status == AttendanceStatus.LATE and f"early-{key}" in request.form,
        )
    except ValueError:
        raise Invalid(msg("A mark could not be understood: use the letters and times as shown.")) from None


def _time(name: str) -> time | None:
    text = request.form.get(name, "").strip()
    return typed_days.read_time(text, "") if text else None


def _done(
    session: TrainingSession, text: str, anchor: str | None = None, since: int | None = None
) -> Response:
    flash(text)
    return redirect(url_for(".show", public_id=session.public_id, since=since, _anchor=anchor), 303)


def _mark_rest(session: TrainingSession, status: AttendanceStatus) -> tuple[int, int]:
    """(how many got the mark, the moment before it in microseconds: from then on it can be taken back)."""
    since = int(clock.now().timestamp() * 1_000_000)
    return registers.mark_rest(session, by=access.user(), status=status), since


def _made_at_once(session: TrainingSession, rows: list[registers.Row]) -> list[registers.Row]:
    """The rows that the reader has just marked with one button, as long as nobody has changed them since.

    They are sent back as a marked row is, so that taking them back meets the same checks as any other mark.
    """
    since = request.args.get("since", "")
    if not re.fullmatch(r"[0-9]{1,17}", since) or session.register_state is not RegisterState.OPEN:
        return []
    return [
        row
        for row in rows
        if row.record
        and row.record.status in (AttendanceStatus.PRESENT, AttendanceStatus.ABSENT)
        and row.record.recorded_by_id == access.user().id
        and row.record.recorded_at.timestamp() * 1_000_000 >= int(since)
    ]


@bp.post("/<uuid:public_id>/register/all-present")
@permit(Action.REGISTER_MARK, visible.get)
def all_present(session: TrainingSession) -> Response:
    """Mark everybody without a status as present."""
    if refused := _not_saved(session, along=True):
        return refused
    count, since = _mark_rest(session, AttendanceStatus.PRESENT)
    return _done(session, _("%(count)s people are marked present.", count=count), since=since)


@bp.post("/<uuid:public_id>/register/rest-absent")
@permit(Action.REGISTER_MARK, visible.get)
def rest_absent(session: TrainingSession) -> Response:
    """Mark everybody without a status as absent."""
    if refused := _not_saved(session, along=True):
        return refused
    count, since = _mark_rest(session, AttendanceStatus.ABSENT)
    return _done(session, _("%(count)s people are marked absent.", count=count), since=since)


@bp.post("/<uuid:public_id>/register/door")
@permit(Action.REGISTER_ADD, visible.get)
def door(session: TrainingSession) -> Response:
    """Add a person who stands at the door.

    Those who plan the training may raise its seats by one for this.
    """
    form, may_raise = _door(request.form), can(access.user(), Action.SEATS_CHANGE, session.training)
    if refused := _not_saved(session, form, along=True):
        return refused
    if not submitted(form):
        return _shown(session, door=form)
    try:
        added = at_the_door.add(
            session,
            by=access.user(),
            **form.data,
            raise_seats=may_raise and "raise" in request.form,
            is_another="another" in request.form,
        )
    except DomainError as refusal:
        if may_raise and isinstance(refusal, Conflict) and refusal.code == "full":
            return _shown(session, door=form, full=refusal.explained.translated())
        form.refuse(refusal)
        return _shown(
            session, door=form, is_duplicate=isinstance(refusal, Conflict) and refusal.code == "on_register"
        )
    # the form was sent to #door and a browser keeps that anchor, but the answer stands above it
    return _done(session, _("Added at the door: %(name)s.", name=added.trainee_name), "main")


@bp.post("/<uuid:public_id>/register/close")
@permit(Action.REGISTER_CLOSE, visible.get)
def close(session: TrainingSession) -> Response:
    """Sign the register off."""
    if refused := _not_saved(session, along=True):
        return refused
    try:
        registers.close(session, by=access.user())
    except DomainError as refusal:
        return _shown(session, refusal=refusal.explained.translated())
    return _done(session, _("The register is closed."))


@bp.post("/<uuid:public_id>/register/lock")
@permit(Action.REGISTER_REOPEN, visible.get)
def lock(session: TrainingSession) -> Response:
    """Lock a closed register."""
    registers.lock(session, by=access.user())
    return _done(session, _("The register is locked."))


@bp.post("/<uuid:public_id>/register/reopen")
@permit(Action.REGISTER_REOPEN, visible.get)
def reopen(session: TrainingSession) -> Response:
    """Open a closed register again, for a reason."""
    refused = reasons.refused(
        lambda reason: registers.reopen(session, by=access.user(), reason=reason),
        _("Reopen"),
        (session.title, url_for(".show", public_id=session.public_id)),
        _("It is kept with the register."),
    )
    return refused or _done(session, _("The register is open again."))


@bp.get("/of/<uuid:public_id>/sign-in-sheet.pdf")
@permit(Action.PARTICIPANTS_READ, visible_trainings.get)
def sheet(training: Training) -> Response:
    """The sign-in sheet of a whole training."""
    pdf = sign_in_sheets.sign_in_sheet(
        training, visible.of(training), reader=access.user(), demo=current_app.config["DEMO"]
    )
    return download(pdf, f"sign-in-{training.code}.pdf", "application/pdf")


@bp.get("/<uuid:public_id>/sign-in-sheet.pdf")
@permit(Action.REGISTER_READ, visible.get)
def session_sheet(session: TrainingSession) -> Response:
    """The sign-in sheet of one session."""
    pdf = sign_in_sheets.sign_in_sheet(
        session.training, [session], reader=access.user(), demo=current_app.config["DEMO"]
    )
    return download(pdf, f"sign-in-{session.training.code}.pdf", "application/pdf")
