"""Duplicates: pairs of records that may be one person. Staff compare, merge or tell them apart."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import Conflict, DomainError, Invalid, NotFound
from training.models import PersonMerge, Registration
from training.policy import Action
from training.rules.alike import Grade
from training.services.merging import joins, merges
from training.services.merging.joins import Choices
from training.services.trainees import duplicates
from training.services.trainees.duplicates import Pair
from training.web.kit import access
from training.web.kit.access import permit
from training.web.kit.respond import address, asks_only, page, page_number, uuid_of

bp = Blueprint("duplicates", __name__, url_prefix="/trainees/duplicates")
PER_PAGE = 20
MOST_PAGES = 200
"""Later pairs move forward as pairs are settled. Pages further back would cost the database too much."""


class Settled(NamedTuple):
    """What became of a pair, and the address that takes this back, or nothing when the reader cannot.

    ``waiting`` would have lost their seats by then.
    """

    said: str
    undo: str
    waiting: list[Registration]


@bp.get("")
@permit(Action.TRAINEE_MERGE)
def index() -> Response:
    """List pairs of all agencies, the surest first. The pairs are not counted."""
    asks_only("page", "merged", "one", "other", grade=(Grade.LIKELY, Grade.POSSIBLE))
    number, widely = min(page_number(), MOST_PAGES), request.args.get("grade") == Grade.POSSIBLE
    found = duplicates.pairs(
        first=(number - 1) * PER_PAGE, most=PER_PAGE + 1, least=Grade.POSSIBLE if widely else Grade.LIKELY
    )
    return page(
        "merging/duplicates/index.html",
        settled=_settled(),
        pairs=found[:PER_PAGE],
        widely=widely,
        number=number,
        before=address(page=number - 1 if number > 2 else "") if number > 1 else "",
        after=address(page=number + 1) if len(found) > PER_PAGE and number < MOST_PAGES else "",
    )


def _settled() -> Settled | None:
    """The pair that was settled last. The list shows it, so that the person can take this back at once."""
    try:
        if merged := uuid_of(request.args.get("merged", "")):
            done = merges.get(access.user(), merged)
            if done.undone_at:
                return None
            said = _("Merged. All data now belong to %(name)s.", name=done.kept.name)
            if merges.why_not(done, access.user()):
                return Settled(said, "", [])
            return Settled(said, url_for(".undo", public_id=done.public_id), merges.without_seats(done))
        one, other = (uuid_of(request.args.get(name, "")) for name in ("one", "other"))
        if one and other:
            pair = duplicates.get_pair(access.user(), one, other)
            if not duplicates.are_not_same(pair):
                return None
            names = {"one": pair.one.name, "other": pair.other.name}
            undo = url_for(".may_be_same", public_id=one, other_id=other)
            return Settled(_("Remembered: %(one)s and %(other)s are two people.", **names), undo, [])
    except NotFound:
        pass
    return None


@bp.route("/<uuid:public_id>/<uuid:other_id>", methods=["GET", "POST"])
@permit(Action.TRAINEE_MERGE, duplicates.get_pair)
def merge(pair: Pair) -> Response:
    """Show what becomes one, to choose which record stays, which values are right, and which marks.

    After a refusal, what was chosen is still chosen.
    """
    refusal: DomainError | None = None
    if request.method == "POST":
        stays = pair.other if request.form.get("stays") == "other" else pair.one
        goes = pair.one if stays is pair.other else pair.other
        theirs = "one" if goes is pair.one else "other"
        values = [name for name in pair.differing if request.form.get(name) == theirs]
        try:
            done = merges.merge(stays, goes, by=access.user(), values=values, choices=_choices())
        except (Conflict, Invalid) as refused:
            refusal = refused
        else:
            return redirect(url_for(".index", merged=done.public_id), 303)
    both = joins.of(*pair.people)
    return page(
        "merging/duplicates/merge.html",
        status=200 if refusal is None else 409 if isinstance(refusal, Conflict) else 422,
        pair=pair,
        joins=both,
        foreign=joins.foreign(both, access.user()),
        seen=joins.seen(both),
        chosen=request.form,
        refusal=refusal.explained.translated() if refusal else "",
        missing=refusal.field if isinstance(refusal, Invalid) else "",
    )


def _choices() -> Choices:
    """What the form decides on: which registrations stay, and which marks are right."""
    said: dict[str, dict[UUID, UUID]] = {"stays": {}, "mark": {}}
    for name, value in request.form.items():
        kind, _dash, of = name.partition("-")
        about, answer = uuid_of(of), uuid_of(value)
        if kind in said and about and answer:
            said[kind][about] = answer
    return Choices(request.form.get("looked_at", ""), said["stays"], said["mark"])


@bp.post("/<uuid:public_id>/<uuid:other_id>/not-same")
@permit(Action.TRAINEE_MERGE, duplicates.get_pair)
def not_same(pair: Pair) -> Response:
    """Remember that the two records are not one person."""
    duplicates.not_same(pair, by=access.user())
    return redirect(url_for(".index", one=pair.one.public_id, other=pair.other.public_id), 303)


@bp.post("/<uuid:public_id>/<uuid:other_id>/not-same/undo")
@permit(Action.TRAINEE_MERGE, duplicates.get_pair)
def may_be_same(pair: Pair) -> Response:
    """Take back that the two records are not one person."""
    duplicates.may_be_same(pair, by=access.user())
    flash(_("Undone: the two may be one person."))
    return redirect(url_for(".index"), 303)


@bp.post("/merges/<uuid:public_id>/undo")
@permit(Action.TRAINEE_MERGE, merges.get)
def undo(done: PersonMerge) -> Response:
    """Undo a merge: both records are again as they were before."""
    merges.undo(done, by=access.user())
    flash(_("Undone: %(name)s is a person of their own again.", name=done.gone.name))
    return redirect(url_for("trainees.show", public_id=done.gone.public_id), 303)
