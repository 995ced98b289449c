"""Look and announce: what differs from what others know, who is told, and the button that tells them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from training.errors import Conflict, DomainError
from training.forms.schedule import AnnounceForm
from training.models import Agency, Announcement, Registration, Training, TrainingState
from training.policy import Action
from training.services import visible_trainings
from training.services.announcing import announced_copies, announcements
from training.services.announcing.announcements import Whom
from training.services.announcing.differences import Differences
from training.services.letters import of_changes, outbox, parts, to_people
from training.services.letters.timetables import Difference
from training.services.trainings import taking_back, undoing
from training.web.kit import access
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import first, page, uuid_of, uuids

FOLD = 4
"""As many sessions that change alike are said in one line, and listed below it."""

bp = Blueprint("announcements", __name__, url_prefix="/trainings")


@dataclass(frozen=True)
class Group:
    """Sessions that differ in the same way. A group of one is a session."""

    sessions: Sequence[Difference]

    @property
    def first(self) -> Difference:
        """One of them, which says what changed in all."""
        return self.sessions[0]

    @property
    def is_folded(self) -> bool:
        """Whether they are said in one line."""
        return len(self.sessions) >= FOLD


def _alike(one: Difference) -> object:
    """Two sessions that answer the same change in the same way."""
    was, now = one.before, one.now
    if one.sign != "changed" or was is None or now is None or was.title != now.title:
        return one.session_id
    return (
        now.starts - was.starts,
        now.ends - was.ends,
        (was.room_id, now.room_id) if was.room_id != now.room_id else None,
        (was.break_minutes, now.break_minutes) if was.break_minutes != now.break_minutes else None,
        (was.is_compulsory, now.is_compulsory) if was.is_compulsory != now.is_compulsory else None,
        (was.trainer_ids, now.trainer_ids) if was.trainer_ids != now.trainer_ids else None,
    )


def _groups(found: Differences) -> list[Group]:
    by_change: dict[object, list[Difference]] = {}
    for one in found.sessions:
        by_change.setdefault(_alike(one), []).append(one)
    groups: list[Group] = []
    for alike in by_change.values():
        groups += [Group(alike)] if len(alike) >= FOLD else [Group([one]) for one in alike]
    return sorted(groups, key=lambda group: _begins(group.first))


def _begins(one: Difference) -> str:
    slot = one.before or one.now
    return f"{slot.starts:%Y-%m-%d %H:%M}" if slot else ""


def _shown(training: Training, form: AnnounceForm, *, is_new: bool = False) -> Response:
    standing = announcements.standing(training)
    found = standing.differences
    heard = of_changes.heard(announcements.announcing(training, found))
    ids = {n for one in found.sessions for slot in (one.before, one.now) if slot for n in slot.trainer_ids}
    return page(
        "announcing/announcements/show.html",
        training=training,
        form=form,
        standing=standing,
        groups=_groups(found),
        rows={row.id: row for row in found.rows},
        names={trainer.id: trainer.name for trainer in to_people.trainers(ids)},
        heard=heard,
        agencies=_agencies(heard.agencies),
        unread=announcements.without_focal_point(heard),
        to_phone=[one for one in heard.people if parts.is_to_be_phoned(one)],
        is_new=is_new,
    )


def _agencies(of_people: Mapping[int, Sequence[Registration]]) -> list[Agency]:
    return sorted({one.agency for found in of_people.values() for one in found}, key=lambda one: one.name)


@bp.get("/<uuid:public_id>/announce")
@permit(Action.PARTICIPANTS_READ, visible_trainings.get)
def show(training: Training) -> Response:
    """Show what differs from what others know, and who would be told."""
    return _shown(training, AnnounceForm())


@bp.post("/<uuid:public_id>/announce")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def announce(training: Training) -> Response:
    """Announce what was shown, or show it anew where the plan has changed meanwhile."""
    form = AnnounceForm(request.form)
    if not form.validate():
        return _shown(training, form)
    is_silent = "silent" in request.form
    whom = (
        Whom(people=False, agencies=False, trainers=False, reason=str(form.reason.data))
        if is_silent
        else Whom(
            bool(form.people.data),
            bool(form.agencies.data),
            bool(form.trainers.data),
            bool(form.coordinators.data),
            str(form.reason.data),
        )
    )
    try:
        one = announcements.announce(
            training,
            by=access.user(),
            seen=request.form.get("seen", ""),
            note="" if is_silent else str(form.note.data),
            whom=whom,
        )
    except DomainError as refusal:
        form.refuse(refusal)
        return _shown(training, form, is_new=isinstance(refusal, Conflict) and refusal.code == "changed")
    flash(_said(one.number, is_silent=not whom.anybody))
    return redirect(_page_of(training), 303)


def _said(number: int, *, is_silent: bool) -> str:
    if is_silent:
        return str(_("Announcement %(number)s is stored, and nobody is told.", number=number))
    return str(_("Announcement %(number)s is made.", number=number))


@bp.get("/<uuid:public_id>/announce/letters")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def letters(training: Training) -> Response:
    """Show the letters that an announcement would write, one of each kind and language."""
    return page(
        "announcing/announcements/letters.html", training=training, letters=announcements.letters(training)
    )


@bp.get("/<uuid:public_id>/letters")
@permit(Action.MAIL_READ, visible_trainings.get)
def told(training: Training) -> Response:
    """Show the letters of each announcement, the latest first, and who is still to be phoned."""
    found = outbox.of_announcements(training)
    made = first(announced_copies.of(training), 100)
    return page(
        "announcing/announcements/told.html",
        training=training,
        told=[(one, found.get(one.id, [])) for one in made],
    )


def _meant(training: Training) -> Announcement:
    """The announcement that the button stood for: another one may have been made since the page was shown."""
    number = uuid_of(request.form.get("announcement", ""))
    if number is None:
        raise Conflict(announcements.LEFT, "too_late")
    return announcements.get(training, number)


@bp.post("/<uuid:public_id>/announce/undo")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def undo(training: Training) -> Response:
    """Undo the last announcement while its letters wait. What was opened is a draft again, what was postponed is held."""
    one = _meant(training)
    if training.state is TrainingState.POSTPONED:
        undoing.undo_postponing(training, one, by=access.user())
        flash(_("The training is not postponed any more. Nobody was told."))
    elif announcements.is_first(training, one):
        undoing.undo_opening(training, one, by=access.user())
        flash(_("The training is a draft again. Nobody was told."))
    else:
        announcements.undo(training, one, by=access.user())
        flash(_("The announcement is undone. Its letters were not sent."))
    return redirect(_page_of(training), 303)


@bp.post("/<uuid:public_id>/announce/send")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def send(training: Training) -> Response:
    """Let the letters that wait leave at once."""
    announcements.send_now(training, _meant(training), by=access.user())
    flash(_("The letters leave now."))
    return redirect(_page_of(training), 303)


@bp.post("/<uuid:public_id>/announce/take-back")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def take_back(training: Training) -> Response:
    """Take back what is ticked: the plan says again what others know."""
    try:
        count = taking_back.take_back(
            training,
            by=access.user(),
            seen=request.form.get("seen", ""),
            sessions=uuids("session"),
            facts="facts" in request.form,
        )
    except DomainError as refusal:
        form = AnnounceForm()
        form.refuse(refusal)
        return _shown(training, form, is_new=isinstance(refusal, Conflict) and refusal.code == "changed")
    flash(ngettext("%(num)s change was taken back.", "%(num)s changes were taken back.", count))
    return redirect(url_for(".show", public_id=training.public_id), 303)


def _page_of(training: Training) -> str:
    return url_for("trainings.show", public_id=training.public_id)
