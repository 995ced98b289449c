"""Trainers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms.directory import AbsenceForm, TrainerFilter, TrainerForm
from training.forms.labels import DAY_PART
from training.models import Role, Trainer, TrainerAbsence
from training.policy import Action
from training.services.accounts import users
from training.services.directory import trainers
from training.services.letters import bounces
from training.services.schedule import visible
from training.services.seen import Seen
from training.web.kit import access, choices, edits, exports, reasons
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import asks_only, first, page, paginate, sorting, submitted

bp = Blueprint("trainers", __name__, url_prefix="/trainers")


def _form(trainer: Trainer | None) -> TrainerForm:
    form = TrainerForm(request.form, obj=trainer)
    form.country.offer(choices.of_countries())
    form.languages.offer(choices.of_languages())
    form.themes.offer(choices.of_themes())
    form.user.offer(choices.of_users(first(users.search(role=Role.TRAINER), 300)))
    return form


def _returned(trainer: Trainer) -> bounces.Returned | None:
    """The last letter to the trainer's account that came back."""
    user = trainer.user
    return bounces.of_users([user]).get(user.id) if user is not None else None


@bp.get("")
@permit(Action.TRAINER_LIST)
def index() -> Response:
    """Every trainer, by name."""
    form = choices.filtered(TrainerFilter(request.args))
    sort = sorting(("name", "country"), "name")
    found = trainers.search(access.user(), **choices.wanted(form), sort=sort.key, descending=sort.descending)
    if file := exports.wanted(found, "trainers", form):
        return file
    return page(
        "directory/trainers/index.html",
        "directory/trainers/_rows.html",
        form=form,
        chips=choices.chips(form),
        sorting=sort,
        trainers=paginate(found),
    )


@bp.get("/<uuid:public_id>")
@permit(Action.TRAINER_READ, trainers.get)
def show(trainer: Trainer) -> Response:
    """A trainer with their sessions and absences."""
    asks_only("page")
    return page(
        "directory/trainers/show.html",
        trainer=trainer,
        sessions=paginate(visible.given_by(trainer), 20),
        absences=trainers.absences(trainer),
        returned=_returned(trainer),
        form=AbsenceForm(),
        parts=DAY_PART,
    )


@bp.route("/new", methods=["GET", "POST"])
@permit(Action.TRAINER_CHANGE)
@once
def new() -> Response:
    """Add a trainer."""
    form = _form(None)
    if submitted(form):
        try:
            trainer = trainers.create(by=access.user(), details=trainers.Details(**form.data))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for(".show", public_id=trainer.public_id), 303)
    return page("edit.html", form=form, title=_("New trainer"), back=(_("Trainers"), url_for(".index")))


@bp.route("/<uuid:public_id>/edit", methods=["GET", "POST"])
@permit(Action.TRAINER_CHANGE, trainers.get)
def edit(trainer: Trainer) -> Response:
    """Change a trainer."""
    form = edits.begin(_form(trainer))
    back = url_for(".show", public_id=trainer.public_id)

    def change(seen: Seen) -> None:
        trainers.change(trainer, by=access.user(), details=trainers.Details(**form.data), seen=seen)

    if edits.save(form, trainer, change):
        return redirect(back, 303)
    return page("edit.html", form=form, title=trainer.name, back=(trainer.name, back))


@bp.post("/<uuid:public_id>/absences")
@permit(Action.TRAINER_CHANGE, trainers.get)
@once
def add_absence(trainer: Trainer) -> Response:
    """Note days on which the trainer is away."""
    form = AbsenceForm(request.form)
    if submitted(form):
        try:
            absence = trainers.add_absence(trainer, by=access.user(), **form.data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_planned_then(absence))
            return redirect(url_for(".show", public_id=trainer.public_id), 303)
    return page(
        "directory/trainers/show.html",
        trainer=trainer,
        sessions=paginate(visible.given_by(trainer), 20),
        absences=trainers.absences(trainer),
        returned=_returned(trainer),
        form=form,
        parts=DAY_PART,
    )


def _planned_then(absence: TrainerAbsence) -> str:
    """What was noted, and which sessions of the trainer are planned then."""
    planned = trainers.planned_while_away(absence)
    if not planned:
        return _("Noted. No session is planned then.")
    codes = ", ".join(dict.fromkeys(one.frame.code for one in planned))
    return ngettext(
        "Noted. %(num)s session is planned then: %(codes)s.",
        "Noted. %(num)s sessions are planned then: %(codes)s.",
        len(planned),
        codes=codes,
    )


@bp.post("/<uuid:public_id>/absences/remove")
@permit(Action.TRAINER_CHANGE, trainers.get)
def remove_absence(trainer: Trainer) -> Response:
    """Take back that a trainer is away."""
    absence = trainers.absence_of(trainer, request.form.get("absence", ""))
    if absence is not None:
        trainers.remove_absence(absence, by=access.user())
    flash(_("The absence is taken back."))
    return redirect(url_for(".show", public_id=trainer.public_id), 303)


@bp.route("/me/absences", methods=["GET", "POST"])
@permit(Action.ABSENCE_ADD)
@once
def own_absences() -> Response:
    """A trainer's own absences."""
    trainer, form = trainers.of_user(access.user()), AbsenceForm(request.form)
    if submitted(form):
        try:
            absence = trainers.add_own_absence(by=access.user(), **form.data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_planned_then(absence))
            return redirect(url_for(".own_absences"), 303)
    return page(
        "directory/trainers/own_absences.html",
        form=form,
        absences=trainers.absences(trainer) if trainer else [],
        parts=DAY_PART,
    )


@bp.post("/<uuid:public_id>/retire")
@permit(Action.TRAINER_CHANGE, trainers.get)
def retire(trainer: Trainer) -> Response:
    """Stop scheduling a trainer."""
    back = url_for(".show", public_id=trainer.public_id)
    refused = reasons.refused(
        lambda reason: trainers.retire(trainer, by=access.user(), reason=reason),
        _("Retire"),
        (trainer.name, back),
        _("The sessions that were given stay."),
    )
    return refused or redirect(back, 303)
