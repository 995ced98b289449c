"""Spreadsheet import: sent, looked at row by row, confirmed all at once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from training.errors import DomainError, Invalid
from training.forms.trainings import RosterForm
from training.models import BatchState, ImportBatch, Role, Training
from training.policy import Action
from training.rosters.read import MOST_BYTES
from training.services import imports, seats, trainings
from training.text import msg
from training.web import choices
from training.web.access import permit
from training.web.once import once
from training.web.respond import page, submitted

bp = Blueprint("imports", __name__, url_prefix="/imports")


def _user() -> Any:
    return current_user._get_current_object()


@bp.route("/for/<uuid:public_id>/new", methods=["GET", "POST"])
@permit(Action.REGISTRATION_SUBMIT, trainings.get)
def new(training: Training) -> Response:
    """Send a spreadsheet; it is read and shown, nothing is stored."""
    form = RosterForm(request.form)
    if current_user.role is Role.PARTNER:
        del form.agency
    else:
        form.agency.offer(choices.of_agencies())
    if submitted(form):
        try:
            batch = _stage(training, form)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for(".show", public_id=batch.public_id), 303)
    return page("imports/new.html", training=training, form=form)


def _stage(training: Training, form: RosterForm) -> ImportBatch:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid(msg("Choose the file first."), field="file")
    content = sent.stream.read(MOST_BYTES + 1)
    agency = form.agency.data if "agency" in form else current_user.agency
    return imports.stage(training, by=_user(), agency=agency, content=content, file_name=sent.filename)


@bp.get("/<uuid:public_id>")
@permit(Action.REGISTRATION_SUBMIT, imports.get)
def show(batch: ImportBatch, refusal: str = "") -> Response:
    """What confirming would do, row by row."""
    return page(
        "imports/show.html",
        status=422 if refusal else 200,
        batch=batch,
        preview=imports.preview(batch) if batch.state is BatchState.STAGED else None,
        own=seats.for_agency([batch.training], batch.agency)[batch.training_id],
        refusal=refusal,
    )


@bp.post("/<uuid:public_id>/confirm")
@permit(Action.REGISTRATION_SUBMIT, imports.get)
@once
def confirm(batch: ImportBatch) -> Response:
    """Store the people and register them, all or nothing."""
    try:
        outcome = imports.confirm(
            batch, by=_user(), accept_proposals="accept_proposals" in request.form,
            override=current_user.role is not Role.PARTNER,
        )  # fmt: skip
    except DomainError as refusal:
        return show.__wrapped__(batch, refusal.explained.translated())
    flash(
        _("%(registered)s registered: %(confirmed)s confirmed, %(reserve)s on the reserve list; %(new_people)s new people,"
          " %(unchanged)s were registered before.", **vars(outcome))
    )  # fmt: skip
    return redirect(url_for("trainings.show", public_id=batch.training.public_id), 303)


@bp.post("/<uuid:public_id>/discard")
@permit(Action.REGISTRATION_SUBMIT, imports.get)
def discard(batch: ImportBatch) -> Response:
    """Throw the file away."""
    imports.discard(batch, by=_user())
    flash(_("The file is thrown away; nothing was stored."))
    return redirect(url_for("trainings.show", public_id=batch.training.public_id), 303)
