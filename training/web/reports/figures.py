"""The attendance report: people filter it, read it and export it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, current_app, request
from flask_babel import get_locale
from werkzeug.wrappers import Response

from training import clock
from training.errors import NotFound
from training.forms import labels
from training.forms.reports import ReportFilter
from training.models import Sex, User
from training.policy import Action
from training.rules.indicators import Participation, rate
from training.services import audit, visible_trainings
from training.services.programmes import themes
from training.services.reports import detail_rows, downloads, figures, participations
from training.services.reports.selection import Filters
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
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _form() -> ReportFilter:
    form = ReportFilter(request.args)
    if not request.args:  # without filters, the report begins with this year
        form.ends_from.data = clock.today().replace(month=1, day=1)
    offered = first(
        visible_trainings.search(access.user(), sort="starts_on", descending=True), MOST_TRAININGS
    )
    asked = request.args.get("training")
    if asked and _is_known(asked) and asked not in {t.code for t in offered}:
        offered.insert(0, visible_trainings.by_code(asked))
    form.training.offer([(t.code, f"{t.code} · {t.title}", t) for t in offered])
    return choices.filtered(form)


def _is_known(code: str | None) -> bool:
    try:
        return bool(code) and visible_trainings.by_code(code or "") is not None
    except NotFound:
        return False


def _filters(form: ReportFilter) -> Filters:
    return Filters(**choices.wanted(form))


bp.add_app_template_filter(split_label)
bp.add_app_template_filter(participation_rate)


@bp.get("/attendance")
@permit(Action.REPORT_READ)
def attendance() -> Response:
    """The numbers of the selection, how final they are, and the rows behind them."""
    form = _form()
    filters, user = _filters(form), access.user()
    found = participations.of_selection(filters, user=user)
    rows = paginate(participations.people(filters, user=user), 30)
    return page(
        "reports/figures/attendance.html",
        "reports/figures/_result.html",
        form=form,
        chips=choices.chips(form, period="any"),
        totals=figures.summary(found),
        state=figures.data_state(filters, user=user),
        rows=rows,
        by_number={one.registration_id: one.participation for one in found},
        tables=figures.split_tables(found),
        names=downloads.TABLE_NAMES,
        overlapping=figures.overlapping_by_theme(found),
        files=downloads,
        export_url=lambda ending: address(page="").replace("/attendance", f"/attendance.{ending}", 1),
    )


@bp.get("/attendance.<any(csv,xlsx,pdf,json):ending>")
@permit(Action.REPORT_EXPORT)
def export(ending: str) -> Response:
    """The selection as a file. The audit log keeps who took it, by which filters, and how many rows."""
    filters, user = _filters(_form()), access.user()
    audit.record_export(
        by=user,
        action=f"report.attendance.{ending}",
        filters=filters.described(),
        rows=detail_rows.count_long_rows(filters, user=user),
    )
    name = f"attendance-{clock.today().isoformat()}.{ending}"
    demo = current_app.config["DEMO"]
    match ending:
        case "csv":
            return download(downloads.long_csv(filters, user=user), name, "text/csv")
        case "json":
            return download(downloads.long_json(filters, user=user), name, "application/json")
        case "pdf":
            language = str(get_locale() or "en")
            return download(
                downloads.paper(filters, user=user, demo=demo, language=language), name, "application/pdf"
            )
    return download(_workbook(filters, user, demo), name, XLSX)


def _workbook(filters: Filters, user: User, demo: bool) -> Iterator[bytes]:
    """The workbook in pieces. Its folder is deleted before it is sent, while the file stays open."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "attendance.xlsx"
        downloads.xlsx(path, filters, user=user, demo=demo)
        file = path.open("rb")
    return iter(lambda: file.read(256 * 1024), b"")
