"""The attendance report as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from training import clock
from training.cli.refusals import refusing
from training.errors import Invalid
from training.models import RegistrationState, Sex
from training.services import audit, visible_trainings
from training.services.directory import agencies
from training.services.programmes import frames, themes
from training.services.reports import data_files, detail_rows, downloads, selection
from training.services.reports.selection import Filters
from training.text import msg

group = AppGroup("attendance", help="Attendance.")


@group.command("export")
@click.option("--format", "kind", type=click.Choice(["xlsx", "csv", "json", "pdf"]), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--from", "ends_from", multiple=True, help="Trainings that end on or after this day.")
@click.option("--to", "ends_to", multiple=True, help="Trainings that end on or before this day.")
@click.option("--theme", multiple=True)
@click.option(
    "--only", is_flag=True, help="Trainings tagged with the theme itself, not its programmes' others."
)
@click.option(
    "--whole", is_flag=True, hidden=True, help="Older scripts say it. A theme means its whole programmes."
)
@click.option("--programme", multiple=True)
@click.option("--donor", multiple=True, help="The donor as its programmes name it.")
@click.option("--training", multiple=True)
@click.option("--agency", multiple=True)
@click.option("--country", multiple=True, help="The venue's country, two letters.")
@click.option("--trainee-country", multiple=True, help="The participants' country, two letters.")
@click.option("--sex", multiple=True, help=", ".join(Sex))
@click.option(
    "--state", multiple=True, help="Rows of these registrations too: " + ", ".join(RegistrationState)
)
@click.option("--activities", multiple=True, help="all: with what does not count as training.")
@click.option(
    "--shape", multiple=True, help="figures or rows. CSV: rows unless said; JSON: figures unless said."
)
@click.option("--names", "with_names", is_flag=True, help="XLSX and PDF: with people's names.")
@refusing
def export_attendance(
    kind: str, out: Path, only: bool, whole: bool, with_names: bool, **said: tuple[str, ...]
) -> None:
    """Write the attendance report to a file."""
    shape = data_files.shape_of(kind, _once(said.pop("shape"), "shape"))
    wanted = {name: value for name, values in said.items() if (value := _once(values, name)) is not None}
    filters = Filters(only=only, **{name: READS[name](value) for name, value in wanted.items()})
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


def _once(values: Sequence[str], name: str) -> str | None:
    """What an option says. An empty text is a slip, such as a variable that is not set, and must not mean everything."""
    if len(values) > 1:
        raise Invalid(msg("Say --%(name)s once.", name=OPTIONS.get(name, name)))
    if values and not values[0].strip():
        raise Invalid(msg("--%(name)s is empty. Leave it out to mean all.", name=OPTIONS.get(name, name)))
    return values[0] if values else None


def _day(said: str) -> date:
    try:
        return datetime.strptime(said, "%Y-%m-%d").date()
    except ValueError:
        raise Invalid(msg("%(day)s is no day. Write it as 2027-03-31.", day=said[:40])) from None


def _member(kind: type[Sex] | type[RegistrationState], said: str) -> Any:
    try:
        return kind(said)
    except ValueError:
        raise Invalid(
            msg("There is no %(value)s. Known are: %(known)s.", value=said[:40], known=", ".join(kind))
        ) from None


OPTIONS = {"ends_from": "from", "ends_to": "to", "trainee_country": "trainee-country"}
READS: dict[str, Callable[[str], Any]] = {
    "ends_from": _day,
    "ends_to": _day,
    "theme": themes.by_code,
    "programme": frames.by_code,
    "donor": selection.donor_named,
    "training": visible_trainings.by_code,
    "agency": agencies.by_code,
    "country": str.upper,
    "trainee_country": str.upper,
    "sex": partial(_member, Sex),
    "state": partial(_member, RegistrationState),
    "activities": str,
}
"""How the text of an option becomes a filter."""


def _pieces(kind: str, shape: str, filters: Filters, demo: bool) -> Iterator[bytes]:
    """The report as CSV or JSON."""
    match kind, shape:
        case "csv", data_files.FIGURES_ALONE:
            return data_files.figures_csv(filters, user=None, demo=demo)
        case "csv", _:
            return downloads.long_csv(filters, user=None)
        case _, data_files.ROWS:
            return downloads.long_json(filters, user=None)
    return data_files.as_json(filters, user=None, demo=demo)
