"""Partner agencies."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError, NotFound
from training.forms.directory import AgencyFilter, AgencyForm
from training.models import Agency
from training.policy import Action
from training.services.accounts import colleagues, users
from training.services.directory import agencies
from training.services.letters import bounces
from training.services.registrations import visible
from training.services.seen import Seen
from training.web.kit import access, choices, edits, exports, reasons
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import asks_only, page, paginate, sorting, submitted, uuids

bp = Blueprint("agencies", __name__, url_prefix="/agencies")


def _form(agency: Agency | None) -> AgencyForm:
    form = AgencyForm(request.form, obj=agency)
    form.type.offer(choices.of_agency_types())
    form.theme.offer(choices.of_themes())
    form.country.offer(choices.of_countries())
    form.parent.offer(
        choices.of_agencies([a for a in agencies.active() if agency is None or a.id != agency.id])
    )
    return form


@bp.get("")
@permit(Action.AGENCY_LIST)
def index() -> Response:
    """Every agency, by name."""
    form = choices.filtered(AgencyFilter(request.args))
    sort = sorting(("name", "code", "country"), "name")
    found = agencies.search(access.user(), **choices.wanted(form), sort=sort.key, descending=sort.descending)
    if file := exports.wanted(found, "agencies", form):
        return file
    listed = paginate(found)
    return page(
        "directory/agencies/index.html",
        "directory/agencies/_rows.html",
        form=form,
        chips=choices.chips(form),
        sorting=sort,
        agencies=listed,
        counts=agencies.people_counts(listed.items),
    )


@bp.get("/<uuid:public_id>")
@permit(Action.AGENCY_READ, agencies.get)
def show(agency: Agency) -> Response:
    """An agency with its focal points and its latest registrations."""
    asks_only("page")
    found = visible.search(access.user(), agency=agency)
    focal_points = users.focal_points(agency)
    return page(
        "directory/agencies/show.html",
        agency=agency,
        focal_points=focal_points,
        returned=bounces.of_agency(agency),
        returned_of=bounces.of_users(focal_points),
        registrations=paginate(found, 15),
        people=agencies.people_counts([agency]).get(agency.id, 0),
    )


@bp.route("/new", methods=["GET", "POST"])
@permit(Action.AGENCY_CREATE)
@once
def new() -> Response:
    """Add an agency."""
    form = _form(None)
    if submitted(form):
        try:
            agency = agencies.create(by=access.user(), details=agencies.Details(**form.data))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("The agency is added."))
            return redirect(url_for(".show", public_id=agency.public_id), 303)
    return page("edit.html", form=form, title=_("New agency"), back=(_("Agencies"), url_for(".index")))


@bp.route("/<uuid:public_id>/edit", methods=["GET", "POST"])
@permit(Action.AGENCY_CHANGE, agencies.get)
def edit(agency: Agency) -> Response:
    """Change an agency."""
    form = edits.begin(_form(agency))
    back = url_for(".show", public_id=agency.public_id)

    def change(seen: Seen) -> None:
        agencies.change(agency, by=access.user(), details=agencies.Details(**form.data), seen=seen)

    if edits.save(form, agency, change):
        return redirect(back, 303)
    return page("edit.html", form=form, title=agency.name, back=(agency.code, back))


@bp.post("/<uuid:public_id>/lead")
@permit(Action.AGENCY_CHANGE, agencies.get)
def lead(agency: Agency) -> Response:
    """Make a focal point of the agency its lead, or take the lead away."""
    chosen = {one.public_id: one for one in users.focal_points(agency)}
    asked = uuids("focal_point")
    if len(asked) != 1 or asked[0] not in chosen:
        raise NotFound
    is_lead = request.form.get("lead") == "1"
    colleagues.set_lead(chosen[asked[0]], by=access.user(), is_lead=is_lead)
    flash(_("Saved."))
    return redirect(url_for(".show", public_id=agency.public_id), 303)


@bp.post("/<uuid:public_id>/suspend")
@permit(Action.AGENCY_CHANGE, agencies.get)
def suspend(agency: Agency) -> Response:
    """Keep an agency from registering people, and sign its focal points out."""
    back = url_for(".show", public_id=agency.public_id)
    refused = reasons.refused(
        lambda reason: agencies.suspend(agency, by=access.user(), reason=reason),
        _("Suspend"),
        (agency.name, back),
        _("Its focal points are signed out at once."),
    )
    if refused:
        return refused
    flash(_("The agency is suspended and its focal points are signed out."))
    return redirect(back, 303)


@bp.post("/<uuid:public_id>/resume")
@permit(Action.AGENCY_CHANGE, agencies.get)
def resume(agency: Agency) -> Response:
    """Let a suspended agency register people again."""
    agencies.resume(agency, by=access.user())
    flash(_("The agency can register people again."))
    return redirect(url_for(".show", public_id=agency.public_id), 303)
