"""Venues and their rooms."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms.directory import BlockForm, RoomForm, VenueFilter, VenueForm
from training.models import Room, RoomBlock, Venue
from training.policy import Action
from training.rules import zones
from training.services.directory import venues
from training.services.seen import Seen
from training.web.kit import access, choices, edits, exports
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import page, paginate, sorting, submitted

bp = Blueprint("venues", __name__, url_prefix="/venues")


def _form(venue: Venue | None) -> VenueForm:
    form = VenueForm(request.form, obj=venue)
    form.country.offer(choices.of_countries())
    form.zone.offer(choices.of_zones(zones.of_country(form.country.data or "")))
    return form


@bp.get("")
@permit(Action.VENUE_LIST)
def index() -> Response:
    """Every venue, by city."""
    form = choices.filtered(VenueFilter(request.args))
    sort = sorting(("city", "name", "country"), "city")
    found = venues.search(access.user(), **choices.wanted(form), sort=sort.key, descending=sort.descending)
    if file := exports.wanted(found, "venues", form):
        return file
    listed = paginate(found)
    return page(
        "directory/venues/index.html",
        "directory/venues/_rows.html",
        form=form,
        chips=choices.chips(form),
        sorting=sort,
        venues=listed,
        counts=venues.room_counts(listed.items),
    )


@bp.get("/<uuid:public_id>")
@permit(Action.VENUE_READ, venues.get)
def show(venue: Venue) -> Response:
    """A venue with its rooms, and when they are closed."""
    return _show(venue)


def _show(venue: Venue, form: RoomForm | None = None, block_form: BlockForm | None = None) -> Response:
    return page(
        "directory/venues/show.html",
        venue=venue,
        rooms=venues.rooms(venue),
        blocks=venues.blocks(venue),
        form=form or RoomForm(),
        block_form=block_form or _block_form(venue),
    )


def _block_form(venue: Venue) -> BlockForm:
    form = BlockForm(request.form if request.endpoint == "venues.block" else None)
    form.room.offer([(str(one.public_id), one.name, one) for one in venues.rooms(venue)])
    return form


@bp.post("/<uuid:public_id>/block")
@permit(Action.VENUE_CHANGE, venues.get)
@once
def block(venue: Venue) -> Response:
    """Close a room for some hours."""
    form = _block_form(venue)
    if submitted(form):
        try:
            venues.block(by=access.user(), **form.data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("The room is closed then."))
            return redirect(url_for(".show", public_id=venue.public_id), 303)
    return _show(venue, block_form=form)


@bp.post("/blocks/<uuid:public_id>/remove")
@permit(Action.VENUE_CHANGE, venues.get_block)
def unblock(block: RoomBlock) -> Response:
    """Open a room again."""
    venue = block.room.venue
    venues.unblock(block, by=access.user())
    flash(_("The room is open then."))
    return redirect(url_for(".show", public_id=venue.public_id), 303)


@bp.route("/new", methods=["GET", "POST"])
@permit(Action.VENUE_CHANGE)
@once
def new() -> Response:
    """Add a venue."""
    form = _form(None)
    if submitted(form):
        try:
            venue = venues.create(by=access.user(), details=venues.Details(**form.data))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("The venue is added. Add its rooms next."))
            return redirect(url_for(".show", public_id=venue.public_id), 303)
    return page("edit.html", form=form, title=_("New venue"), back=(_("Venues"), url_for(".index")))


@bp.route("/<uuid:public_id>/edit", methods=["GET", "POST"])
@permit(Action.VENUE_CHANGE, venues.get)
def edit(venue: Venue) -> Response:
    """Change a venue."""
    form = edits.begin(_form(venue))
    back = url_for(".show", public_id=venue.public_id)

    def change(seen: Seen) -> None:
        venues.change(venue, by=access.user(), details=venues.Details(**form.data), seen=seen)

    if edits.save(form, venue, change):
        return redirect(back, 303)
    return page("edit.html", form=form, title=venue.name, back=(venue.name, back))


@bp.post("/<uuid:public_id>/rooms")
@permit(Action.VENUE_CHANGE, venues.get)
@once
def add_room(venue: Venue) -> Response:
    """Add a room."""
    form = RoomForm(request.form)
    if submitted(form):
        try:
            venues.add_room(venue, by=access.user(), details=venues.RoomDetails(**form.data))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for(".show", public_id=venue.public_id), 303)
    return _show(venue, form)


@bp.route("/rooms/<uuid:public_id>/edit", methods=["GET", "POST"])
@permit(Action.VENUE_CHANGE, venues.get_room)
def edit_room(room: Room) -> Response:
    """Change a room."""
    form = edits.begin(RoomForm(request.form, obj=room))
    back = url_for(".show", public_id=room.venue.public_id)

    def change(seen: Seen) -> None:
        venues.change_room(room, by=access.user(), details=venues.RoomDetails(**form.data), seen=seen)

    if edits.save(form, room, change):
        return redirect(back, 303)
    return page("edit.html", form=form, title=room.name, back=(room.venue.name, back))


@bp.post("/rooms/<uuid:public_id>/retire")
@permit(Action.VENUE_CHANGE, venues.get_room)
def retire_room(room: Room) -> Response:
    """Stop offering a room."""
    venues.retire(room, by=access.user())
    return redirect(url_for(".show", public_id=room.venue.public_id), 303)
