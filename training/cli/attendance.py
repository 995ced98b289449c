"""The attendance report as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from training import clock
from training.cli.refusals import refusing
from training.models import RegistrationState, Sex
from training.services import audit, visible_trainings
from training.services.directory import agencies
from training.services.programmes import frames, themes
from training.services.reports import data_files, detail_rows, downloads
from training.services.reports.selection import Filters

group = AppGroup("attendance", help="Attendance.")


@group.command("export")
@click.option("--format", "kind", type=click.Choice(["xlsx", "csv", "json", "pdf"]), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option(
    "--from", "ends_from", type=click.DateTime(["%Y-%m-%d"]), help="Trainings that end on or after this day."
)
@click.option(
    "--to", "ends_to", type=click.DateTime(["%Y-%m-%d"]), help="Trainings that end on or before this day."
)
@click.option("--theme", "theme_code")
@click.option(
    "--only", is_flag=True, help="Trainings tagged with the theme itself, not its programmes' others."
)
@click.option(
    "--whole", is_flag=True, hidden=True, help="Older scripts say it. A theme means its whole programmes."
)
@click.option("--programme", "programme_code")
@click.option("--training", "training_code")
@click.option("--agency", "agency_code")
@click.option("--country", help="The venue's country, two letters.")
@click.option("--sex", type=click.Choice([sex.value for sex in Sex]))
@click.option("--state", type=click.Choice([state.value for state in RegistrationState]))
@click.option("--activities", default="", help="all: with what does not count as training.")
@click.option(
    "--shape",
    type=click.Choice(["figures", "rows"]),
    help="CSV: rows unless said; JSON: figures unless said.",
)
@click.option("--names", "with_names", is_flag=True, help="XLSX and PDF: with people's names.")
@refusing
def export_attendance(
    kind: str,
    out: Path,
    ends_from: datetime | None,
    ends_to: datetime | None,
    theme_code: str | None,
    only: bool,
    whole: bool,
    programme_code: str | None,
    training_code: str | None,
    agency_code: str | None,
    country: str | None,
    sex: str | None,
    state: str | None,
    activities: str,
    shape: str | None,
    with_names: bool,
) -> None:
    """Write the attendance report to a file."""
    filters = Filters(
        ends_from=ends_from.date() if ends_from else None,
        ends_to=ends_to.date() if ends_to else None,
        theme=themes.by_code(theme_code) if theme_code else None,
        only=only,
        programme=frames.by_code(programme_code) if programme_code else None,
        training=visible_trainings.by_code(training_code) if training_code else None,
        agency=agencies.by_code(agency_code) if agency_code else None,
        country=country.upper() if country else None,
        sex=Sex(sex) if sex else None,
        state=RegistrationState(state) if state else None,
        activities=activities,
    )
    started = clock.now()
    demo_mark = current_app.config["DEMO"]
    if kind == "xlsx":
        downloads.xlsx(out, filters, user=None, demo=demo_mark, with_names=with_names)
    elif kind == "pdf":
        made = downloads.paper(filters, user=None, demo=demo_mark, language="en", with_names=with_names)
        out.write_bytes(made)
    else:
        with out.open("wb") as file:
            for piece in _pieces(kind, shape, filters, demo_mark):
                file.write(piece)
    rows = detail_rows.count_long_rows(filters, user=None)
    audit.record_export(by=None, action=f"report.attendance.{kind}", filters=filters.described(), rows=rows)
    click.echo(f"{out}: {rows:,} rows, {(clock.now() - started).total_seconds():.1f} s.")


def _pieces(kind: str, shape: str | None, filters: Filters, demo: bool) -> Iterator[bytes]:
    """The report as CSV or JSON."""
    match kind, shape:
        case "csv", "figures":
            return data_files.figures_csv(filters, user=None, demo=demo)
        case "csv", _:
            return downloads.long_csv(filters, user=None)
        case _, "rows":
            return downloads.long_json(filters, user=None)
    return data_files.as_json(filters, user=None, demo=demo)
