"""Spreadsheet import. People send or paste a list, correct its rows, and confirm all rows at once.

A confirmed list can be undone.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError, Invalid
from training.forms import labels
from training.forms.imports import RosterForm
from training.models import BatchState, ImportBatch, Role, Training, User
from training.models.about_people import Class
from training.output import roster_template
from training.policy import Action
from training.rosters import headers
from training.rosters.read import MOST_BYTES
from training.rules.given import NAMES as NAMES_OF_GIVEN
from training.services import visible_trainings
from training.services.imports import confirming, staging, undoing, verdicts
from training.services.imports.verdicts import Verdict
from training.services.registrations import seats
from training.text import msg
from training.web.kit import access, choices
from training.web.kit.access import permit
from training.web.kit.exports import XLSX
from training.web.kit.once import once
from training.web.kit.respond import Pages, asks_only, download, page, page_number, submitted

bp = Blueprint("imports", __name__, url_prefix="/imports")
HOLDS: tuple[Class, ...] = ()
"""Classes of values in the list to download: none, as it holds only titles and an invented example."""
PER_PAGE = 100
TABS = ("open", "guessed", "all")
IN_THE_WAY = (Verdict.REFUSED, Verdict.DOUBTFUL)
FIXABLE = (
    "family_name",
    "given_names",
    "native_name",
    "sex",
    "country",
    "function",
    "rank",
    "language",
    "email",
    "phone",
    *NAMES_OF_GIVEN,
)
NAMES = ("family_name", "given_names")


@bp.route("/for/<uuid:public_id>/new", methods=["GET", "POST"])
@permit(Action.REGISTRATION_SUBMIT, visible_trainings.get)
def new(training: Training) -> Response:
    """Take a spreadsheet or pasted rows, read them and show them. No person is stored yet."""
    form = RosterForm(request.form)
    if access.user().role is Role.PARTNER:
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
    return page(
        "imports/lists/new.html",
        training=training,
        form=form,
        languages=labels.ROSTER_LANGUAGES,
        earlier=confirming.of(training, access.user()),
    )


def _stage(training: Training, form: RosterForm) -> ImportBatch:
    agency = form.agency.data if "agency" in form else access.agency()
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        content = sent.stream.read(MOST_BYTES + 1)
        return staging.stage(
            training, by=access.user(), agency=agency, content=content, file_name=sent.filename
        )
    pasted = request.form.get("rows", "")  # not trimmed: a blank first cell counts
    if not pasted.strip():
        raise Invalid(msg("Choose a file, or paste rows below."), field="file")
    return staging.stage_pasted(training, by=access.user(), agency=agency, text=pasted)


@bp.get("/template")
@permit(Action.REGISTRATION_SUBMIT)
def template() -> Response:
    """Download an empty list to fill in. The address names its language."""
    asks_only(language=labels.ROSTER_LANGUAGES)
    asked = request.args.get("language") or str(get_locale() or "en")
    language = asked if asked in labels.ROSTER_LANGUAGES else "en"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        roster_template.workbook(path, language)
        return download(path.read_bytes(), f"participants-{language}.xlsx", XLSX)


@bp.get("/<uuid:public_id>")
@permit(Action.REGISTRATION_SUBMIT, confirming.get)
def show(batch: ImportBatch) -> Response:
    """Show, row by row, what confirming would do. After confirming, show what it did."""
    asks_only("page", "at", show=TABS)
    return _shown(batch)


def _shown(batch: ImportBatch, refusal: str = "") -> Response:
    status = 422 if refusal else 200
    if batch.state is not BatchState.STAGED:
        return page(
            "imports/lists/done.html",
            status=status,
            batch=batch,
            refusal=refusal,
            why_not=(why_not := undoing.why_not(batch)),
            extent=undoing.extent(batch) if why_not is None else None,
        )
    if not batch.rows:
        return redirect(url_for(".columns", public_id=batch.public_id), 303)
    seen = confirming.preview(batch)
    in_the_way = [line for line in seen.lines if line.verdict in IN_THE_WAY]
    guessed = [line for line in seen.lines if line.guesses]
    tabs = dict(zip(TABS, (in_the_way, guessed, seen.lines), strict=True))
    only = request.args.get("show", "open" if in_the_way else "guessed" if refusal and guessed else "all")
    only = only if only in tabs else "all"
    lines = tabs[only]
    at = request.args.get(
        "at", 0, type=int
    )  # the row that was corrected last: the page shows this row, or the next one
    place = next((place for place, line in enumerate(lines) if line.number >= at), 0) if at else None
    number = page_number() if place is None else place // PER_PAGE + 1
    pages = Pages(number, len(lines), PER_PAGE)
    is_done = any(line.number == at and line.verdict not in IN_THE_WAY for line in seen.lines)
    return page(
        "imports/lists/show.html",
        status=status,
        batch=batch,
        preview=seen,
        refusal=refusal,
        only=only,
        pages=pages,
        at=lines[place].number if place is not None and lines else None,
        lines=lines[pages.first - 1 : pages.last],
        in_the_way=in_the_way,
        guessed=guessed,
        names=labels.ROSTER_FIELD,
        given=NAMES_OF_GIVEN,
        fixable=FIXABLE,
        to_mend=_to_mend,
        done=at if is_done else None,
        own=seats.for_agency([batch.training], batch.agency)[batch.training_id],
    )


def _to_mend(line: verdicts.Line) -> list[str]:
    """The fields of the row that have a mistake or a guess, for the form that corrects it.

    The name fields are added when a mistake or a guess lies in none of the form's fields, or in the full
    name.
    """
    wrong = [name for name in FIXABLE if name in line.faults or name in line.guesses]
    of_both = line.faults.keys() - set(FIXABLE) or "full_name" in line.guesses
    return wrong if wrong and not of_both else [*NAMES, *(name for name in wrong if name not in NAMES)]


def _of_row(user: User, public_id: UUID, number: int) -> ImportBatch:
    return confirming.get(user, public_id)


@bp.post("/<uuid:public_id>/rows/<int:number>")
@permit(Action.REGISTRATION_SUBMIT, _of_row)
def row(batch: ImportBatch) -> Response:
    """Correct a row, say which person it means, or leave it out."""
    number = (request.view_args or {})["number"]
    choice = request.form.get("choice")
    if choice is not None:
        staging.choose(batch, by=access.user(), number=number, choice=choice[:40])
    else:
        values = {name: request.form[name] for name in FIXABLE if name in request.form}
        staging.correct(batch, by=access.user(), number=number, values=values)
    return redirect(url_for(".show", public_id=batch.public_id, at=number, _anchor="row"), 303)


@bp.route("/<uuid:public_id>/columns", methods=["GET", "POST"])
@permit(Action.REGISTRATION_SUBMIT, confirming.get)
def columns(batch: ImportBatch) -> Response:
    """Say which column holds what."""
    refusal, status = "", 200
    if request.method == "POST" and "sheet" in request.form:
        try:
            staging.take_sheet(batch, by=access.user(), sheet=request.form["sheet"])
        except Invalid as found:
            refusal, status = found.explained.translated(), 422
        else:
            return redirect(url_for(".columns", public_id=batch.public_id), 303)
    elif request.method == "POST":
        asked = {
            int(name[1:]): value for name, value in request.form.items() if re.fullmatch(r"c[0-9]{1,3}", name)
        }
        header = request.form.get("header_row", "")
        try:
            staging.remap(
                batch,
                by=access.user(),
                fields=asked,
                header_row=int(header) if re.fullmatch(r"[0-9]{1,5}", header) else None,
            )
        except Invalid as found:
            refusal, status = found.explained.translated(), 422
        else:
            flash(
                _(
                    "The columns are read as you said. Your agency's next list with these titles is read the same way."
                )
            )
            return redirect(url_for(".show", public_id=batch.public_id), 303)
    if batch.state is not BatchState.STAGED:
        return redirect(url_for(".show", public_id=batch.public_id), 303)
    return page(
        "imports/lists/columns.html",
        status=status,
        batch=batch,
        columns=staging.columns(batch),
        refusal=refusal,
        fields=[(name, labels.ROSTER_FIELD[name]) for name in headers.FIELDS],
        header_row=verdicts.mapping_of(batch).header_row,
        asked=request.form,
        spare=staging.other_sheets(batch),
        corrected=staging.corrected_count(batch),
    )


@bp.post("/<uuid:public_id>/confirm")
@permit(Action.REGISTRATION_SUBMIT, confirming.get)
@once
def confirm(batch: ImportBatch) -> Response:
    """Store the people and register them, all or nothing."""
    try:
        outcome = confirming.confirm(
            batch,
            by=access.user(),
            accept_guesses="accept_guesses" in request.form,
            override=access.user().role is not Role.PARTNER,
            expected=request.form.get("token", ""),
        )
    except DomainError as refusal:
        return _shown(batch, refusal.explained.translated())
    stored = outcome.registered or outcome.updated
    flash(_("The list is confirmed.") if stored else _("All people of this list were already registered."))
    return redirect(url_for(".show", public_id=batch.public_id), 303)


@bp.post("/<uuid:public_id>/discard")
@permit(Action.REGISTRATION_SUBMIT, confirming.get)
def discard(batch: ImportBatch) -> Response:
    """Throw the file away."""
    confirming.discard(batch, by=access.user())
    flash(_("The file is thrown away; nothing was stored."))
    return redirect(url_for("trainings.show", public_id=batch.training.public_id), 303)


@bp.post("/<uuid:public_id>/undo")
@permit(Action.REGISTRATION_SUBMIT, confirming.get)
def undo(batch: ImportBatch) -> Response:
    """Take back what the file stored."""
    try:
        gone = undoing.undo(batch, by=access.user())
    except DomainError as refusal:
        return _shown(batch, refusal.explained.translated())
    flash(_("Undone: the registrations are taken back (%(count)s).", count=gone))
    return redirect(url_for(".show", public_id=batch.public_id), 303)
