"""From nothing to a draft on one page: a new training, a copy, a series; and new dates for a postponed one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.models import Training, Venue
from training.policy import Action, can
from training.rules import zones
from training.services import visible_trainings
from training.services.trainings import (
    changes,
    copies,
    defaults,
    from_course,
    previews,
)
from training.web.kit import access
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import page
from training.web.trainings import wishes
from training.web.trainings.asked import OF_PAGE, Asked, asked_for, course_of, programmes, source_of
from training.web.trainings.wishes import Sent, Source

bp = Blueprint("planner", __name__, url_prefix="/trainings")


def _shown(asked: Asked, *, status: int = 200) -> Response:
    """The page, or the parts of it that follow from what was sent."""
    user, source = access.user(), asked.source
    others = [one for one in programmes() if one is not source.programme]
    parts: dict[str, Any] = {
        "asked": asked,
        "form": asked.form,
        "programme": source.programme,
        "programmes": [] if source.training else others,
        "of_training": source.training,
        "preview": asked.preview,
        "sent": asked.sent,
        "may_lengthen": can(user, Action.PROGRAMME_CHANGE, source.programme),
        "folds": wishes.FOLDS,
    }
    return page(
        "trainings/planner/new.html",
        "trainings/planner/_live.html" if "HX-Request" in request.headers else None,
        status,
        **parts,
    )


def _sent() -> Sent:
    return MultiDict(request.form)


@bp.route("/new", methods=["GET", "POST"])
@permit(Action.TRAINING_CREATE)
@once
def new() -> Response:
    """Plan a training on one page. The address may name its programme, its course and its first day."""
    if not request.values.get("programme") and not programmes():
        return page("trainings/planner/no_programme.html")
    source = source_of()
    if request.method != "POST":
        sent = wishes.initial(request.args)
        if source.course is not None:
            sent["course"] = source.course.code
        return _shown(asked_for(source, sent))
    return _save(source)


@bp.route("/<uuid:public_id>/copy", methods=["GET", "POST"])
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
@once
def copy(training: Training) -> Response:
    """Plan the same training again on other days. Its code and its deadlines are new, and nobody is registered."""
    source = source_of(training)
    if request.method != "POST":
        return _shown(asked_for(source, _of_copy(training)))
    return _save(source)


def _of_copy(training: Training) -> Sent:
    """What the page of a copy begins with."""
    sent = wishes.initial(request.args)
    found = copies.patterns(training)
    if training.venue is not None:
        sent.setdefault("venue", str(training.venue.public_id))
        rooms = [one.room for one in found if one.room is not None and one.room.venue_id == training.venue_id]
        if rooms and sent["venue"] == str(training.venue.public_id):
            sent["room"] = str(max(rooms, key=rooms.count).public_id)
    else:
        sent["country"], sent["zone"] = training.country, training.zone
    sent["reserve_order"], sent["promotion"] = training.reserve_order.value, training.promotion.value
    sent["offer_hours"], sent["promotion_ends_days"] = (
        str(training.offer_hours),
        str(training.promotion_ends_days),
    )
    sent.setlist("trainers", [str(one.public_id) for one in copies.trainers(found)])
    if not training.nearest_first:
        sent.poplist("nearest_first")
    return sent


@bp.post("/new/check")
@permit(Action.TRAINING_CREATE)
def check() -> Response:
    """Look at a new training before it is stored."""
    if not request.values.get("programme") and not programmes():
        return page("trainings/planner/no_programme.html")
    return _shown(asked_for(source_of(), wishes.with_remedy(_sent())))


@bp.post("/<uuid:public_id>/copy/check")
@permit(Action.TRAINING_CHANGE, visible_trainings.get)
def check_copy(training: Training) -> Response:
    """Look at a copy before it is stored."""
    return _shown(asked_for(source_of(training), wishes.with_remedy(_sent())))


def _save(source: Source) -> Response:
    """Store the draft. What clashes, or has changed since it was shown, is shown again."""
    sent = _sent()
    asked = asked_for(source, sent, proposes=False)
    form, preview = asked.form, asked.preview
    if not _is_sound(asked):
        return _shown(_filled_in(asked), status=422)
    if preview is not None:
        if preview.is_blocked:
            form.refusals.append(_("It clashes as it is. See what stands against it, and what would help."))
            return _shown(asked, status=422)
        if previews.is_stale(preview, sent.get("shown", ""), is_same_wish=sent.get("wish") == asked.wish):
            form.refusals.append(
                _(
                    "What stands against it, or its half-days, have changed since. Look at it, then save again."
                )
            )
            return _shown(asked, status=422)
    try:
        training = _store(asked)
    except DomainError as refusal:
        form.refuse(refusal)
        return _shown(asked, status=422)
    if "another" in sent:
        flash(_("%(code)s is planned as a draft.", code=training.code))
        return redirect(url_for(".new", programme=source.programme.code), 303)
    if preview is None and not training.is_date_open:
        flash(_("The training is planned. Generate its sessions next."))
        return redirect(url_for("sessions.plan", public_id=training.public_id), 303)
    flash(_("The training is planned as a draft. Nobody is told before you open registration."))
    return redirect(url_for("trainings.show", public_id=training.public_id), 303)


def _filled_in(asked: Asked) -> Asked:
    """What was refused, with what is proposed for what is still empty. Nothing that nobody has seen is stored."""
    if "proposed" not in asked.sent:
        return asked
    filled = asked_for(asked.source, asked.sent)
    if _is_sound(filled):
        filled.form.refusals.append(_("What was empty is filled in now. Look at it, then save again."))
    return filled


def _is_sound(asked: Asked) -> bool:
    """Whether the form's own rules hold. What they refuse stands beside its field."""
    form = asked.form
    is_sound = form.validate()
    if asked.refusal is not None:
        form.refuse(asked.refusal)
    if asked.preview is None and form.ends_on.data is None and not form.starts_on.errors:
        form.ends_on.errors = [*form.ends_on.errors, _("This is needed while there are no half-days.")]
    venue: Venue | None = form.venue.data
    meant = zones.meant(form.zone.data or "")
    if venue is not None and meant and meant != venue.zone and not form.other_zone.data:
        text = _("The venue has another time zone. Tick that this one is meant, or leave it empty.")
        form.zone.errors = [*form.zone.errors, text]
    return is_sound and not form.errors and not form.refusals


def _store(asked: Asked) -> Training:
    """Store the draft by the act that fits."""
    form, source = asked.form, asked.source
    values = {
        name: value for name, value in form.data.items() if name not in (*OF_PAGE, "lengthens", "keeps_seats")
    }
    first, last = form.starts_on.data, form.ends_on.data
    if asked.preview is not None:
        first, last = asked.preview.first_day, asked.preview.last_day
    opens = form.registration_opens_local.data
    if opens is None and form.registration_closes_local.data is not None:
        opens = defaults.opens(form.registration_closes_local.data)
    values |= {"starts_on": first, "ends_on": last, "registration_opens_local": opens}
    details = changes.Details(**values)
    if source.training is not None:
        return copies.copy(
            source.training,
            by=access.user(),
            details=details,
            table=asked.table,
            keeps_seats=bool(form.keeps_seats.data),
            lengthens=_lengthens(asked),
        )
    return from_course.create(
        source.programme,
        by=access.user(),
        details=details,
        table=asked.table,
        course=course_of(asked),
        days_wanted=form.days.data if form.is_date_open.data else None,
        lengthens=_lengthens(asked),
    )


def _lengthens(asked: Asked) -> bool:
    may = can(access.user(), Action.PROGRAMME_CHANGE, asked.source.programme)
    return may and bool(asked.form.lengthens.data)
