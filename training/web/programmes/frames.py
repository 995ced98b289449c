"""Programmes."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms.programmes import ProgrammeFilter, ProgrammeForm, TargetsForm
from training.models import Programme, Role
from training.policy import Action, has, in_scope
from training.services import visible_trainings
from training.services.programmes import frames
from training.services.reports import figures, participations
from training.services.reports.selection import Filters
from training.services.seen import Seen
from training.web.kit import access, choices, edits, exports, reasons
from training.web.kit.access import permit
from training.web.kit.language import country_name
from training.web.kit.once import once
from training.web.kit.respond import asks_only, page, paginate, sorting, submitted

bp = Blueprint("programmes", __name__, url_prefix="/programmes")


def _form(programme: Programme | None) -> ProgrammeForm:
    form = ProgrammeForm(request.form, obj=programme)
    form.theme.offer(choices.of_themes())
    form.countries.offer(choices.of_countries())
    form.coordinators.offer(choices.of_coordinators())
    if has(access.user(), Action.USER_CHANGE):
        form.coordinators.way_out = (
            _("Invite a coordinator"),
            url_for("users.new", role=Role.COORDINATOR.value),
        )
    return form


@bp.get("")
@permit(Action.PROGRAMME_LIST)
def index() -> Response:
    """Every programme, latest first."""
    form = choices.filtered(ProgrammeFilter(request.args))
    sort = sorting(("starts_on", "title", "code", "donor"), "-starts_on")
    found = frames.search(access.user(), **choices.wanted(form), sort=sort.key, descending=sort.descending)
    if file := exports.wanted(found, "programmes", form):
        return file
    listed = paginate(found)
    return page(
        "programmes/frames/index.html",
        "programmes/frames/_rows.html",
        form=form,
        chips=choices.chips(form),
        sorting=sort,
        programmes=listed,
        counts=frames.training_counts(listed.items),
    )


@bp.get("/<uuid:public_id>")
@permit(Action.PROGRAMME_READ, frames.get)
def show(programme: Programme) -> Response:
    """A programme with its figures, its countries, the areas that it covers, and its trainings."""
    asks_only("page")
    user = access.user()
    found = paginate(visible_trainings.search(user, programme=programme), 50)
    listed = participations.of_selection(Filters(programme=programme), user=user)
    so_far, is_limited = (
        figures.summary(listed),
        user.role is Role.COORDINATOR and not in_scope(user, programme),
    )
    spread = frames.spread(programme)
    came = {one.label: one.totals.participations for one in figures.split(listed, lambda one: [one.country])}
    return page(
        "programmes/frames/show.html",
        programme=programme,
        so_far=so_far,
        is_limited=is_limited,
        areas=spread.areas,
        countries=[
            (code, spread.countries.get(code, 0), came.get(code, 0))
            for code in sorted({*spread.countries, *came}, key=country_name)
        ],
        trainings=found,
        held=visible_trainings.held_counts(found.items),
        targets=figures.against_targets(programme, None if is_limited else so_far),
        target_names=TargetsForm(),
        steps=frames.available(programme),
    )


@bp.route("/new", methods=["GET", "POST"])
@permit(Action.PROGRAMME_CREATE)
@once
def new() -> Response:
    """Add a programme."""
    form = _form(None)
    if submitted(form):
        try:
            programme = frames.create(by=access.user(), details=frames.Details(**form.data))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("The programme is added. Activate it when it begins."))
            return redirect(url_for(".show", public_id=programme.public_id), 303)
    return page("edit.html", form=form, title=_("New programme"), back=(_("Programmes"), url_for(".index")))


@bp.route("/<uuid:public_id>/edit", methods=["GET", "POST"])
@permit(Action.PROGRAMME_CHANGE, frames.get)
def edit(programme: Programme) -> Response:
    """Change a programme."""
    form = edits.begin(_form(programme))
    back = url_for(".show", public_id=programme.public_id)

    def change(seen: Seen) -> None:
        frames.change(programme, by=access.user(), details=frames.Details(**form.data), seen=seen)

    if edits.save(form, programme, change):
        return redirect(back, 303)
    return page("edit.html", form=form, title=programme.title, back=(programme.code, back))


@bp.route("/<uuid:public_id>/targets", methods=["GET", "POST"])
@permit(Action.PROGRAMME_CHANGE, frames.get)
def targets(programme: Programme) -> Response:
    """Set the numbers that were promised to the donor."""
    known = {one.indicator: one.target for one in frames.targets(programme)}
    form = edits.begin(TargetsForm(request.form, data=known))
    back = url_for(".show", public_id=programme.public_id)

    def change(seen: Seen) -> None:
        promised = frames.Targets(**form.data)
        frames.set_targets(programme, by=access.user(), promised=promised, seen=seen)

    if edits.save(form, programme, change):
        return redirect(back, 303)
    return page(
        "edit.html",
        form=form,
        title=_("Targets of %(code)s", code=programme.code),
        back=(programme.code, back),
    )


def _change_state(programme: Programme, name: str) -> Response:
    frames.change_state(programme, by=access.user(), name=name)
    flash(_("Done."))
    return redirect(url_for(".show", public_id=programme.public_id), 303)


@bp.post("/<uuid:public_id>/activate")
@permit(Action.PROGRAMME_CHANGE, frames.get)
def activate(programme: Programme) -> Response:
    """Begin a programme, or begin it again."""
    return _change_state(programme, "activate")


@bp.post("/<uuid:public_id>/close")
@permit(Action.PROGRAMME_CHANGE, frames.get)
def close(programme: Programme) -> Response:
    """End a programme as planned."""
    return _change_state(programme, "close")


@bp.post("/<uuid:public_id>/cancel")
@permit(Action.PROGRAMME_CHANGE, frames.get)
def cancel(programme: Programme) -> Response:
    """End a programme before it is done."""
    back = url_for(".show", public_id=programme.public_id)
    refused = reasons.refused(
        lambda reason: frames.change_state(programme, by=access.user(), name="cancel", reason=reason),
        _("Cancel the programme"),
        (programme.code, back),
        _("It is kept with the programme."),
    )
    if refused:
        return refused
    flash(_("Done."))
    return redirect(back, 303)
