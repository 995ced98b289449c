"""Seats: coordinators keep and release them, agencies ask for more or give some back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import Conflict, DomainError
from training.forms.registrations import AnswerForm, SeatRequestForm, SeatsForm
from training.models import SeatRequest, Training
from training.policy import Action
from training.services import seat_counts, visible_trainings
from training.services.registrations import kept_seats, seat_requests, seats, why_waiting
from training.services.seen import Seen, shown
from training.web.kit import access, choices, edits
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import page, submitted, uuids

bp = Blueprint("seats", __name__, url_prefix="/trainings")


@bp.route("/<uuid:public_id>/seats", methods=["GET", "POST"])
@permit(Action.SEATS_CHANGE, visible_trainings.get)
@once
def keep(training: Training) -> Response:
    """Keep seats for an agency or a country."""
    form = _seats_form(request.form)
    if request.method != "POST":
        _fill_in(form, training)
    form.seen = request.form.get(edits.FIELD, "") if form.is_sent else _table(training)
    edits.take(form, asdict(kept_seats.now(training, form.agency.data, form.country.data)))
    if submitted(form):
        seen = _seen(form)
        try:
            promoted = kept_seats.keep(training, by=access.user(), **form.data, seen=seen)
        except DomainError as refusal:
            edits.refuse(form, refusal, seen, training)
            if seen.now:
                form.seen = _table(training)
        else:
            said = _("The seats are kept.") if form.seats.data else _("No seats are kept for them.")
            flash(" ".join([said, *edits.news(form, seen, training), _promoted(len(promoted))]))
            return redirect(url_for(".keep", public_id=training.public_id), 303)
    return _keep_page(training, form)


def _table(training: Training) -> str:
    """What the page shows of all kept seats: it is this table that a new number changes."""
    kept = {
        str(one.agency.public_id if one.agency else one.country): shown(
            {"seats": one.seats, "release_local": one.release_local}
        )
        for one in seat_counts.allocations(training)
        if one.released_at is None
    }
    return shown(kept)


def _seen(form: SeatsForm) -> Seen:
    """What the page showed for the agency or country of the form: a line of the table, or that nothing is kept."""
    table = edits.seen(form).values
    if not form.seen:
        return Seen({})
    agency, country = form.agency.data, form.country.data
    line = table.get(str(agency.public_id if agency else country))
    return Seen.read(line) if isinstance(line, str) else Seen({"seats": 0, "release_local": ""})


def _fill_in(form: SeatsForm, training: Training) -> None:
    """Fill in the kept seats that somebody came to change. A new number then does not lose their deadline."""
    asked = request.args.get("change", "")
    for one in seat_counts.allocations(training):
        if str(one.public_id) == asked:
            form.agency.data, form.country.data = one.agency, one.country
            form.seats.data, form.release_local.data = one.seats, one.release_local


def _seats_form(sent: Any = None) -> SeatsForm:
    form = SeatsForm(sent)
    form.agency.offer(choices.of_agencies())
    form.country.offer(choices.of_countries())
    return form


def _keep_page(
    training: Training, form: SeatsForm, answer: AnswerForm | None = None, answered: SeatRequest | None = None
) -> Response:
    """The page of kept seats and of agencies' requests.

    ``answer`` is a refused answer to the request ``answered``.
    """
    return page(
        "registrations/seats/keep.html",
        training=training,
        form=form,
        allocations=seats.table(training),
        requests=seat_requests.of(training, access.user()),
        answer=answer,
        answered=answered,
    )


def _promoted(count: int) -> str:
    return _("Moved up from the reserve list: %(count)s.", count=count) if count else ""


@bp.route("/<uuid:public_id>/seats/release", methods=["GET", "POST"])
@permit(Action.SEATS_CHANGE, visible_trainings.get)
@once
def release(training: Training) -> Response:
    """Show who would get the unused seats that are ticked for release. Then release them."""
    is_sent, refusal, status = request.method == "POST", None, 200
    picked = uuids("allocation") if is_sent or "ticked" in request.args else None
    if "look" in request.form:
        there = url_for(".release", public_id=training.public_id, ticked=1, allocation=picked)
        return redirect(there, 303)
    if picked is not None and is_sent:
        seen = Seen.read(request.form.get(edits.FIELD, ""))
        try:
            promoted = kept_seats.release(
                training, by=access.user(), picked=picked, expected=uuids("moving_up"), seen=seen
            )
        except DomainError as refused:
            refusal, status = refused.explained, 409 if isinstance(refused, Conflict) else 422
            changed = kept_seats.changed(training, picked, seen)
            picked = [one for one in picked if one not in changed]
        else:
            flash(_("The unused seats are released.") + " " + _promoted(len(promoted)))
            return redirect(url_for(".keep", public_id=training.public_id), 303)
    preview = kept_seats.release_preview(training, picked)
    return page(
        "registrations/seats/release.html",
        status=status,
        training=training,
        refusal=refusal,
        release=preview,
        seen=shown(preview.lines),
        rule=why_waiting.rule(training),
    )


@bp.route("/<uuid:public_id>/seats/ask", methods=["GET", "POST"])
@permit(Action.SEATS_ASK, visible_trainings.get)
@once
def ask(training: Training) -> Response:
    """An agency asks for more seats, or gives some back."""
    agency, gives = access.agency(), request.form.get("what") == "return"
    forms = {
        name: SeatRequestForm(request.form if gives == (name == "return") else None)
        for name in ("more", "return")
    }
    form = forms["return" if gives else "more"]
    if submitted(form):
        try:
            if gives:
                seat_requests.give_back(training, by=access.user(), agency=agency, **form.data)
                flash(_("The seats are given back. Thank you: somebody else can come."))
            else:
                seat_requests.ask(training, by=access.user(), agency=agency, **form.data)
                flash(_("Your request is with the coordinator, who answers here."))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for(".ask", public_id=training.public_id), 303)
    return page(
        "registrations/seats/ask.html",
        training=training,
        more=forms["more"],
        giving=forms["return"],
        own=seats.for_agency([training], agency)[training.id],
        requests=seat_requests.of(training, access.user()),
    )


@bp.post("/seat-requests/<uuid:public_id>/answer")
@permit(Action.SEATS_CHANGE, seat_requests.get)
@once
def answer(wish: SeatRequest) -> Response:
    """Grant or decline what an agency asks for."""
    form, declines = AnswerForm(request.form), "decline" in request.form
    if declines:
        del form.seats  # declining needs no number
    if submitted(form):
        said = form.answer.data or ""
        try:
            if declines:
                seat_requests.decline(wish, by=access.user(), answer=said)
                flash(_("Declined; the agency reads your sentence."))
            else:
                promoted = seat_requests.grant(
                    wish, by=access.user(), seats=form.seats.data or wish.seats, answer=said
                )
                flash(_("Granted.") + " " + _promoted(len(promoted)))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for(".keep", public_id=wish.training.public_id), 303)
    return _keep_page(wish.training, _seats_form(), form, wish)
