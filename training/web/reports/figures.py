"""The attendance report: people filter it, read it and export it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training import clock
from training.errors import Invalid
from training.forms import labels
from training.forms.reports import ReportFilter
from training.forms.typed import OFF, ON
from training.models import Sex, User
from training.policy import Action, can
from training.rules.indicators import Participation, rate
from training.services import audit
from training.services.programmes import themes
from training.services.reports import (
    data_files,
    definitions,
    detail_rows,
    downloads,
    notes,
    participations,
    report,
    selection,
)
from training.services.reports.data_files import FIGURES_ALONE, ROWS
from training.services.reports.figures import Split
from training.services.reports.report import Report
from training.services.reports.selection import ALL, Filters
from training.web.kit import access, choices
from training.web.kit.access import permit
from training.web.kit.language import country_name
from training.web.kit.respond import address, download, first, page, paginate


def split_label(label: str, table: str) -> str:
    """The name that a table of the summary shows for this line."""
    if table == "country":
        return country_name(label)
    if table == "sex":
        return str(labels.SEX.get(Sex(label), label))
    if table == "agency_type":
        return themes.agency_type_name(label, str(get_locale() or "en").partition("_")[0])
    return label


def participation_rate(one: Participation) -> float | None:
    """One person's attendance rate in one training."""
    return rate(one.attended, one.due)


bp = Blueprint("reports", __name__, url_prefix="/reports")
MOST_TRAININGS = 100
"""The filter offers this many of the latest trainings. The page of any other training links to its report."""
MOST_LINES = 12
"""So many lines of a table stand on the page."""
MOST_LISTED = 12
"""The page lists this much of each note; the files list all of it."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NO_FILTER = {"page", "shape", "names", "whole"}
"""What an address may say besides filters. ``names=yes`` asks for people's names in a file, and ``whole`` is of older addresses: a theme means its whole programmes."""
ALL_TIME = "period"
"""In an address without a filter it says that all time is meant, and not this year. Chips that are removed leave it."""
KNOWN = {"shape": {ROWS, FIGURES_ALONE}, "names": {"yes", "no", ""}, "whole": ON | OFF, ALL_TIME: {"any"}}
"""What may be said of that which is no filter."""


def _form() -> ReportFilter:
    form, user = ReportFilter(request.args), access.user()
    form.activities.offer([(ALL, _("everything, expert missions too"), ALL)])
    offered, asked = first(selection.trainings(user), MOST_TRAININGS), request.args.get("training")
    if asked and asked not in {t.code for t in offered}:
        offered = [*first(selection.trainings(user, code=asked), 1), *offered]
    form.training.offer([(t.code, f"{t.code} · {t.title}", t) for t in offered])
    mine = selection.offered_to(user)
    form.donor.offer([(one, one, one) for one in selection.donors(mine.get("programme"))])
    choices.filtered(form, mine, beside=NO_FILTER | {ALL_TIME})
    for name, known in KNOWN.items():
        form.refuse_unless(name, request.args.getlist(name), known)
    return form


def _of_this_year() -> Response | None:
    """Where the address says no filter: the report of this year so far, whose address says so, and so do its pages and files."""
    if set(request.args) - NO_FILTER:
        return None
    today = clock.today()
    first_day = today.replace(month=1, day=1)
    return redirect(address(ends_from=first_day.isoformat(), ends_to=today.isoformat()))


def _asked() -> tuple[ReportFilter, Filters] | Response:
    """The form and what it asks for; or where to go instead, or the page that says what was not understood.

    With that page there are no figures and no files.
    """
    if elsewhere := _of_this_year():
        return elsewhere
    form = _form()
    if not form.errors and not form.refusals:
        try:
            return form, Filters(**choices.wanted(form))
        except Invalid as refusal:
            form.refuse(refusal)
    return _refused(form)


def _refused(form: ReportFilter) -> Response:
    return page("reports/figures/attendance.html", "reports/figures/_refused.html", status=422, form=form)


bp.add_app_template_filter(split_label)
bp.add_app_template_filter(participation_rate)


@bp.get("/attendance")
@permit(Action.REPORT_READ)
def attendance() -> Response:
    """The numbers of the selection, how final they are, and the rows behind them."""
    asked = _asked()
    if isinstance(asked, Response):
        return asked
    (form, filters), user = asked, access.user()
    made = report.make(filters, user=user, demo=current_app.config["DEMO"])
    rows = paginate(participations.people(filters, user=user), 30)

    def export_url(ending: str, shape: str = "", names: str = "") -> str:
        return address(page="", shape=shape, names=names).replace("/attendance", f"/attendance.{ending}", 1)

    return page(
        "reports/figures/attendance.html",
        "reports/figures/_result.html",
        form=form,
        chips=choices.chips(form, **{ALL_TIME: "any"}),
        made=made,
        totals=made.totals,
        state=made.header.state,
        notes=[(note, notes.together(note.rows, MOST_LISTED)) for note in made.notes],
        rows=rows,
        by_number=made.by_number,
        tables=made.lines_with_participants,
        names=report.TABLES,
        theme_names=choices.theme_names(),
        row_url=_row_url(filters, made),
        open_registers=_open_registers(filters),
        figures=definitions.FIGURES,
        definitions=definitions.DEFINITIONS,
        by_theme=definitions.BY_THEME,
        files=downloads,
        in_latin=downloads.names_in_latin(filters, user=user, known=rows.items if rows.pages <= 1 else None)
        if can(user, Action.REPORT_EXPORT)
        else None,
        export_url=export_url,
    )


@bp.get("/attendance.<any(csv,xlsx,pdf,json):ending>")
@permit(Action.REPORT_EXPORT)
def export(ending: str) -> Response:
    """The selection as a file. The audit log keeps who took it, by which filters, and how many rows."""
    asked = _asked()
    if isinstance(asked, Response):
        return asked
    (form, filters), user = asked, access.user()
    try:
        shape = data_files.shape_of(ending, request.args.get("shape"))
    except Invalid as refusal:
        form.refuse(refusal)
        return _refused(form)
    with_names = ending in ("xlsx", "pdf") and request.args.get("names") == "yes"
    audit.record_export(
        by=user,
        action=f"report.attendance.{ending}",
        filters=filters.described() | ({"names": "yes"} if with_names else {}),
        rows=detail_rows.count_long_rows(filters, user=user),
    )
    name = f"attendance-{_about(filters)}.{ending}"
    demo = current_app.config["DEMO"]
    match ending, shape:
        case "csv", data_files.FIGURES_ALONE:
            pieces = data_files.figures_csv(filters, user=user, demo=demo)
            return download(pieces, name.replace("attendance", "figures"), "text/csv")
        case "csv", _:
            return download(downloads.long_csv(filters, user=user), name, "text/csv")
        case "json", data_files.ROWS:
            return download(downloads.long_json(filters, user=user), name, "application/json")
        case "json", _:
            return download(data_files.as_json(filters, user=user, demo=demo), name, "application/json")
        case "pdf", _:
            language = str(get_locale() or "en")
            paper = downloads.paper(filters, user=user, demo=demo, language=language, with_names=with_names)
            return download(paper, name, "application/pdf")
    return download(_workbook(filters, user, demo, with_names), name, XLSX)


def _about(filters: Filters) -> str:
    """What the name of a file says: whose report it is, and of which period."""
    of = filters.training or filters.programme or filters.theme
    code = re.sub(r"[^A-Za-z0-9-]+", "-", of.code).strip("-") if of else ""
    until = (filters.ends_to or clock.today()).isoformat()
    days = [filters.ends_from.isoformat(), "to", until] if filters.ends_from else [until]
    return "-".join([code, *days] if code else days)


def _row_url(filters: Filters, made: Report) -> Callable[[str, Split], str]:
    """Where a line of a table leads: a training to its page, others to the report of this line; else nowhere."""
    shown = [one.code for one in made.lines_with_participants["training"][:MOST_LINES]]
    pages, theme = selection.pages_of(shown), filters.theme
    joint = {one.code for one in themes.every() if one.is_multi_thematic}
    programmes = {one.programme for one in made.found}

    def of(table: str, line: Split) -> str:
        match table:
            case "training":
                return url_for("trainings.show", public_id=pages[line.code]) if line.code in pages else ""
            case "theme":
                only = "y" if line.label in joint else ""
                if theme is None or theme.code == line.label:
                    return address(theme=line.label, only=only, page="")
                if len(programmes) == 1:
                    return address(theme=line.label, only=only, programme=next(iter(programmes)), page="")
            case "sex":
                return address(sex=line.label, page="")
            case "country":
                return address(trainee_country=line.label, page="")
            case "agency":
                return address(agency=line.code, page="")
        return ""

    return of


def _open_registers(filters: Filters) -> str:
    """The list of open registers, with as much of the selection as it can be filtered by."""
    of = filters.described()
    wanted = {name: of[name] for name in ("theme", "programme") if name in of}
    if filters.training:
        wanted["text"] = filters.training.code
    if filters.only:
        wanted["only"] = "y"
    return url_for("sessions.index", register="open", sort="starts_at", **wanted)


def _workbook(filters: Filters, user: User, demo: bool, with_names: bool) -> Iterator[bytes]:
    """The workbook in pieces. Its folder is deleted before it is sent, while the file stays open."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "attendance.xlsx"
        downloads.xlsx(path, filters, user=user, demo=demo, with_names=with_names)
        file = path.open("rb")
    return iter(lambda: file.read(256 * 1024), b"")
