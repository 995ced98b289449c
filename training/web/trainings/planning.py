"""Trainings: people plan them, change them and move them through their states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select
from werkzeug.wrappers import Response

from training import clock
from training.errors import DomainError, Invalid
from training.forms import labels
from training.forms.trainings import NewDatesForm, OpenForm, TrainingFilter, TrainingForm
from training.models import (
    HOLDS_SEAT,
    Agency,
    OpenTo,
    Training,
    TrainingSession,
    TrainingState,
    When,
)
from training.policy import Action, can
from training.rules import zones
from training.services import announced, locked_trainings, seat_counts, visible_trainings
from training.services.announcing import announcements
from training.services.attendance import own_register
from training.services.papers import sign_in_sheets
from training.services.programmes import themes
from training.services.registrations import drafts, seats, visible, why_waiting
from training.services.schedule import asleep, several, steps
from training.services.schedule import sessions as schedule_sessions
from training.services.schedule import visible as schedule_visible
from training.services.seen import Seen
from training.services.trainings import agendas, changes, moves
from training.text import Message, msg
from training.web.kit import access, choices, edits, exports, reasons
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import address, asks_only, page, paginate, sorting, submitted

bp = Blueprint("trainings", __name__, url_prefix="/trainings")


def _form(training: Training) -> TrainingForm:
    form = TrainingForm(request.form, obj=training)
    form.theme.offer(choices.of_themes(themes.usable_under(training.programme.theme)))
    form.activity_type.offer(choices.of_activity_types())
    venues = choices.of_venues()
    form.venue.offer(venues)
    form.venue.note("zone", {key: venue.zone for key, _label, venue in venues})
    form.country.offer(choices.of_countries())
    country = form.venue.data.country if form.venue.data else form.country.data or ""
    usual = current_app.config["CONFIG"].default_zone
    form.zone.offer(choices.of_zones([*zones.of_country(country), usual]))
    form.languages.offer(choices.of_languages())
    return form


@bp.get("")
@permit(Action.TRAINING_LIST)
def index() -> Response:
    """List the trainings that the reader may see: the next one first, of what is over the last one first."""
    form = choices.filtered(TrainingFilter(request.args))
    ahead = form.when.data in (When.UPCOMING, When.RUNNING)
    sort = sorting(("starts_on", "title", "code"), "starts_on" if ahead else "-starts_on")
    wanted = choices.wanted(form)
    found = visible_trainings.search(access.user(), **wanted, sort=sort.key, descending=sort.descending)
    if file := exports.wanted(found, "trainings", form):
        return file
    wanted.pop("when", None)
    listed = paginate(found)
    agency = access.user().agency
    own = seats.for_agency(listed.items, agency) if agency else {}
    return page(
        "trainings/planning/index.html",
        "trainings/planning/_rows.html",
        form=form,
        chips=choices.chips(form),
        sorting=sort,
        trainings=listed,
        places=_places(visible_trainings.search(access.user(), **wanted), form.when.data),
        held=visible_trainings.held_counts(listed.items),
        own=own,
    )


def _places(found: Select[Training], shown: When | None) -> list[tuple[str, str, bool, int]]:
    """The tabs of the list: (label, address, whether it is shown, how many). An empty one is left out."""
    counts = visible_trainings.counts_by_when(found, access.user())
    tabs = [
        (str(labels.WHEN[when]), address(when=when.value, page="", sort=""), when is shown, count)
        for when, count in counts.items()
        if count or when in (shown, When.UPCOMING)
    ]
    return [*tabs, (_("All"), address(when="", page="", sort=""), shown is None, sum(counts.values()))]


def _why_not_held(training: Training, listed: Sequence[TrainingSession]) -> dict[int, Message | None]:
    """The sessions that were called off, by id, with why each cannot be held again: for whoever might do it.

    None where it can. While a training is postponed, nothing is offered.
    """
    if training.state not in _HELD_AGAIN or not can(access.user(), Action.TRAINING_CHANGE, training):
        return {}
    return {one.id: schedule_sessions.why_not_held_after_all(one) for one in listed if one.is_cancelled}


_HELD_AGAIN = frozenset(schedule_sessions.PLANNABLE) - {TrainingState.POSTPONED}


@bp.get("/<uuid:public_id>")
@permit(Action.TRAINING_READ, visible_trainings.get)
def show(training: Training) -> Response:
    """A training: its sessions, seats and participants, as far as the reader may see them."""
    asks_only("page", tab=(TIMETABLE, SEATS, REGISTRATIONS, ABOUT))
    user = access.user()
    if user.agency is not None:
        return _show_to(user.agency, training)
    if not announced.reads_plan(user):
        return _show_to_trainer(training)
    may_read, may_plan = (
        can(user, Action.PARTICIPANTS_READ, training),
        can(user, Action.TRAINING_CHANGE, training),
    )
    counts = visible_trainings.state_counts(training) if may_read else {}
    sessions = schedule_visible.of(training)
    is_postponed = training.state is TrainingState.POSTPONED
    allocations = seats.table(training) if may_read else []
    tab, tabs = _tabs(
        training, len(sessions), sum(counts.values()) if may_read else None, bool(allocations) or may_plan
    )
    is_planning = may_plan and training.state in schedule_sessions.PLANNABLE
    in_view = sessions if tab == TIMETABLE else []
    last = steps.last_of(training, user) if is_planning else None
    refused = moves.refused(training) if may_plan else {}
    response = page(
        "trainings/planning/show.html",
        "trainings/planning/_timetable.html" if tab == TIMETABLE else None,
        training=training,
        tab=tab,
        tab_links=tabs,
        participants_may_be_read=may_read,
        sessions=sessions,
        days=_by_day(in_view),
        is_planning=is_planning,
        kept=several.kept_back(training, in_view) if is_planning else {},
        untold=steps.untold(training, in_view) if is_planning else set(),
        last_step=last,
        in_latin=sign_in_sheets.names_in_latin(training, sessions) if may_read and in_view else None,
        is_open=visible_trainings.is_registration_open(training),
        participants=paginate(visible.of(training, user), 50) if may_read and tab == REGISTRATIONS else None,
        counts=counts,
        held=sum(counts.get(state, 0) for state in HOLDS_SEAT),
        allocations=allocations if tab == SEATS else [],
        moves=[name for name in moves.available(training) if name in SOON or name not in refused],
        why_not_next=_why_not_next(training, refused),
        agendas=agendas.of(training),
        new_dates=NewDatesForm() if is_postponed and asleep.to_wake(training) else None,
        standing=announcements.standing(training) if may_read else None,
        now=clock.now(),
        why_not_held=_why_not_held(training, in_view),
    )
    if tab == TIMETABLE and request.headers.get("HX-Request"):
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#timetable", "outerHTML"
    return response


SOON = ("open", "confirm")
"""Moves that a change of the timetable on this page makes possible: their buttons stay, and say what is missing."""


def _why_not_next(training: Training, refused: dict[str, Message]) -> Message | None:
    """Why the next step is not offered yet, where time alone brings it."""
    after = {TrainingState.CONFIRMED: "start", TrainingState.RUNNING: "complete"}
    return refused.get(after.get(training.state, ""))


TIMETABLE, SEATS, REGISTRATIONS, ABOUT = "timetable", "seats", "registrations", "about"


def _tabs(
    training: Training, sessions: int, registrations: int | None, has_seats: bool
) -> tuple[str, list[tuple[str, str, bool, int | None]]]:
    """The tab that the address asks for, and all of them: (label, address, whether it is shown, how many)."""
    found: dict[str, tuple[str, int | None]] = {TIMETABLE: (_("Timetable"), sessions)}
    if registrations is not None:
        found[REGISTRATIONS] = _("Registrations"), registrations
        if has_seats:
            found[SEATS] = _("Seats"), None
    found[ABOUT] = _("About"), None
    asked = request.args.get("tab", "")
    asked = REGISTRATIONS if not asked and "page" in request.args else asked
    tab = asked if asked in found else TIMETABLE
    here = [
        (label, url_for(".show", public_id=training.public_id, tab=name), name == tab, count)
        for name, (label, count) in found.items()
    ]
    return tab, here


def _by_day(sessions: list[TrainingSession]) -> dict[date, list[TrainingSession]]:
    days: dict[date, list[TrainingSession]] = {}
    for one in sorted(sessions, key=lambda one: (one.starts_local, one.id)):
        days.setdefault(one.on_date, []).append(one)
    return days


def _show_to(agency: Agency, training: Training) -> Response:
    """A training as an agency that may register for it reads it: what it is, when, for whom, and its own people."""
    participants = paginate(visible.of(training, access.user()), 50)
    waiting = [one for one in participants.items if one.state == "reserve"]
    return page(
        "trainings/planning/show_to_agency.html",
        training=training,
        days=announced.timetable(training),
        trainers=announced.trainers_of(announced.held(training)) if training.shows_trainers else {},
        contacts=visible_trainings.contacts(training),
        own=seats.for_agency([training], agency)[training.id],
        is_open=visible_trainings.is_registration_open(training),
        drafts=drafts.of(training, agency),
        may_draft=drafts.may_be_kept(training),
        opens_later=training.registration_opens_at > clock.now(),
        participants=participants,
        shares=own_register.shares(participants.items),
        why=why_waiting.why_not_yet(training, waiting, to_agency=True) if waiting else {},
        own_ranks=seat_counts.own_ranks(waiting),
        rule=why_waiting.rule(training),
    )


def _show_to_trainer(training: Training) -> Response:
    """A training as somebody reads it who teaches in it: the announced timetable, with the way to the own registers."""
    own = schedule_visible.as_announced(access.user()).where(Training.id == training.id)
    return page(
        "trainings/planning/show_to_trainer.html",
        training=training,
        days=announced.timetable(training),
        own={one.session_id: one for one in paginate(own, 200).items},
        contacts=visible_trainings.contacts(training),
        now=clock.now(),
    )


@bp.route("/<uuid:public_id>/edit", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def edit(training: Training) -> Response:
    """Change a training."""
    form = _form(training)
    if locked_trainings.live_sessions(training):  # its dates follow from them
        del form.starts_on, form.ends_on
    form = edits.begin(form)
    back = url_for(".show", public_id=training.public_id)

    def change(seen: Seen) -> None:
        changes.change(training, by=access.user(), details=changes.Details(**form.data), seen=seen)

    if edits.save(form, training, change):
        return redirect(back, 303)
    return page("edit.html", form=form, title=training.title, back=(training.code, back))


def _change_state(training: Training, name: str) -> Response:
    moves.change_state(training, by=access.user(), name=name)
    flash(str(labels.MOVED[name]))
    return redirect(url_for(".show", public_id=training.public_id), 303)


def _for_a_reason(training: Training, name: str, hint: str, *, title: str = "", said: str = "") -> Response:
    back = url_for(".show", public_id=training.public_id)
    refused = reasons.refused(
        lambda reason: moves.change_state(training, by=access.user(), name=name, reason=reason),
        title or str(labels.ACTION_NAMES[name]),
        (training.code, back),
        hint,
    )
    if refused:
        return refused
    flash(said or str(labels.MOVED[name]))
    return redirect(back, 303)


@bp.route("/<uuid:public_id>/open", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def open(training: Training) -> Response:
    """Open registration. The form asks who gets a letter, and says how many that are."""
    answers = moves.open_to(training)
    usual = OpenTo.KEPT if answers[OpenTo.KEPT].agencies else OpenTo.ALL
    form = OpenForm(request.form, whom=usual)
    form.agencies.offer(choices.of_agencies(answers[OpenTo.ALL].agencies))
    back = url_for(".show", public_id=training.public_id)
    if submitted(form):
        picked = form.agencies.data if form.whom.data is OpenTo.PICKED else answers[form.whom.data].agencies
        try:
            if not picked and form.whom.data is OpenTo.PICKED:
                raise Invalid(msg("Pick the agencies that get a letter."), field="agencies")
            moves.change_state(
                training,
                by=access.user(),
                name="open",
                opening=moves.Opening(picked, bool(form.by_invitation.data)),
            )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(str(labels.MOVED["open"]))
            return redirect(back, 303)
    return page("trainings/planning/open.html", training=training, form=form, answers=answers, back=back)


@bp.post("/<uuid:public_id>/confirm")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def confirm(training: Training) -> Response:
    """Confirm that the training takes place."""
    return _change_state(training, "confirm")


@bp.post("/<uuid:public_id>/start")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def start(training: Training) -> Response:
    """Mark the training as begun."""
    return _change_state(training, "start")


@bp.post("/<uuid:public_id>/complete")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def complete(training: Training) -> Response:
    """Mark the training as over. Its registers must be closed."""
    return _change_state(training, "complete")


@bp.post("/<uuid:public_id>/stop")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def stop(training: Training) -> Response:
    """End the training early, for a reason: its sessions that are left are called off."""
    left = _("The sessions that are left are called off, and people are told.")
    return _for_a_reason(training, "stop", left)


@bp.post("/<uuid:public_id>/reopen")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def reopen(training: Training) -> Response:
    """Set a completed training back to running, for a reason."""
    return _for_a_reason(training, "reopen", _("It is kept with the training."))


@bp.post("/<uuid:public_id>/postpone")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def postpone(training: Training) -> Response:
    """Postpone the training, for a reason."""
    return _for_a_reason(training, "postpone", _("It is kept with the training."))


@bp.post("/<uuid:public_id>/cancel")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def cancel(training: Training) -> Response:
    """Cancel the training. All its registrations end."""
    return _for_a_reason(
        training,
        "cancel",
        _("Rooms and trainers are set free, and every registration ends. This cannot be undone."),
        title=_("Cancel the training"),
        said=_(
            "The training is cancelled, its rooms and trainers are free, and its registrations have ended."
        ),
    )
