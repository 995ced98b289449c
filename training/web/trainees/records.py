"""Trainees."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms.trainees import NewTraineeForm, TraineeFilter, TraineeForm, TransferForm
from training.models import Role, Trainee
from training.policy import Action, allows, can
from training.services.letters import bounces
from training.services.merging import merges
from training.services.registrations import visible
from training.services.seen import Seen
from training.services.trainees import duplicates, records
from training.web.kit import access, choices, edits, exports
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import asks_only, first, page, paginate, sorting, submitted, uuid_of

bp = Blueprint("trainees", __name__, url_prefix="/trainees")
OneForm = TypeVar("OneForm", bound=TraineeForm)


def _offer(form: OneForm) -> OneForm:
    form.country.offer(choices.of_countries())
    form.language.offer(choices.of_languages())
    return form


def _person(form: TraineeForm) -> records.Person:
    data = {name: value for name, value in form.data.items() if name != "agency"}
    return records.Person(**{**data, "language": data["language"] or ""})


@bp.get("")
@permit(Action.TRAINEE_LIST)
def index() -> Response:
    """List people by name. A partner sees only those of their own agency."""
    form = TraineeFilter(request.args)
    if access.user().role is Role.PARTNER:
        del form.agency
    form = choices.filtered(form)
    sort = sorting(("name", "country", "added"), "name")
    found = records.search(access.user(), **choices.wanted(form), sort=sort.key, descending=sort.descending)
    if file := exports.wanted(found, "trainees", form):
        return file
    listed = paginate(found)
    return page(
        "trainees/records/index.html",
        "trainees/records/_rows.html",
        form=form,
        chips=choices.chips(form),
        sorting=sort,
        trainees=listed,
        returned=bounces.of_people(listed.items),
    )


@bp.get("/<uuid:public_id>")
@permit(Action.TRAINEE_READ, records.get_or_kept)
def show(trainee: Trainee) -> Response:
    """A person with the registrations that the reader may see.

    Staff who open a record that was merged away go on to the record that was kept.
    """
    if trainee.public_id != (request.view_args or {})["public_id"]:
        return redirect(url_for(".show", public_id=trainee.public_id))
    asks_only("page")
    found = visible.of_trainee(trainee, access.user())
    merged = merges.of(trainee) if allows(access.user().role, Action.TRAINEE_MERGE) else []
    why_not = {one.id: merges.why_not(one, access.user()) for one in merged}
    came_back = bounces.to_person(trainee)
    return page(
        "trainees/records/show.html",
        trainee=trainee,
        registrations=paginate(found, 50),
        merged=[
            (one, why_not[one.id], [] if why_not[one.id] else merges.without_seats(one)) for one in merged
        ],
        returned=bounces.of_people([trainee]).get(trainee.id),
        came_back=[one for one in came_back if can(access.user(), Action.MAIL_SEND, one)],
    )


@bp.route("/new", methods=["GET", "POST"])
@permit(Action.TRAINEE_CREATE)
@once
def new() -> Response:
    """Add a person to an agency. Somebody who was looking for a substitute goes back to that registration."""
    user = access.user()
    came_from = uuid_of(request.args.get("registration", ""))
    replaced = visible.get(user, came_from) if came_from else None
    form = NewTraineeForm(request.form)
    _offer(form).agency.offer(choices.of_agencies())
    if access.user().role is Role.PARTNER:
        form.agency.data = form.agency.data or access.agency()
        form.country.data = form.country.data or access.agency().country
    elif replaced is not None:
        form.agency.data = form.agency.data or replaced.agency
    known: list[duplicates.Duplicate] = []
    if submitted(form):
        person = _person(form)
        known = [] if "anyway" in request.form else duplicates.for_user(user, person)
        try:
            trainee = None if known else records.create(form.agency.data, by=user, person=person)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            if trainee is not None:
                there = url_for(".show", public_id=trainee.public_id)
                if replaced is not None:
                    there = url_for(
                        "registrations.replace", public_id=replaced.public_id, substitute=trainee.public_id
                    )
                return redirect(there, 303)
    return page(
        "trainees/records/new.html", status=422 if known else 200, form=form, known=known, replaced=replaced
    )


@bp.route("/<uuid:public_id>/edit", methods=["GET", "POST"])
@permit(Action.TRAINEE_CHANGE, records.get)
def edit(trainee: Trainee) -> Response:
    """Change a person. Somebody who came from a registration to correct it goes back there."""
    form = edits.begin(_offer(TraineeForm(request.form, obj=trainee)))
    name, address, back = trainee.name, trainee.email, url_for(".show", public_id=trainee.public_id)
    if came_from := uuid_of(request.args.get("registration", "")):
        back = url_for("registrations.show", public_id=came_from)

    def change(seen: Seen) -> None:
        records.change(trainee, by=access.user(), person=_person(form), seen=seen)

    if edits.save(form, trainee, change):
        if trainee.email != address and bounces.to_person(trainee):
            flash(_("Letters came back from the old address. They can be sent again on the person's page."))
        return redirect(back, 303)
    return page("edit.html", form=form, title=name, back=(name, back))


@bp.route("/<uuid:public_id>/transfer", methods=["GET", "POST"])
@permit(Action.TRAINEE_TRANSFER, records.get)
def transfer(trainee: Trainee) -> Response:
    """Move a person to the agency where they work now."""
    form = TransferForm(request.form)
    form.agency.offer(choices.of_agencies())
    back = url_for(".show", public_id=trainee.public_id)
    if submitted(form):
        try:
            records.transfer(trainee, by=access.user(), agency=form.agency.data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("%(name)s is with %(agency)s now.", name=trainee.name, agency=trainee.agency.name))
            return redirect(back, 303)
    found = visible.of_trainee(trainee, access.user())
    return page(
        "trainees/records/transfer.html",
        form=form,
        trainee=trainee,
        registrations=first(found, 50),
        back=back,
    )
