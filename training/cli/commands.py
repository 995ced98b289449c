"""The commands. Scripts can rely on the exit status: 0 done, 1 refused (reasons on stderr), 2 wrong usage."""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import OperationalError

from training.cli import attendance
from training.cli.refusals import refusing
from training.db import release
from training.errors import DomainError, Invalid
from training.models import Role
from training.services import backups, request_keys, stored_files, visible_trainings
from training.services.accounts import users
from training.services.announcing import overtaken
from training.services.demo import areas, build
from training.services.directory import agencies
from training.services.imports import confirming, staging
from training.services.imports.verdicts import Verdict
from training.services.letters import bounces, outbox
from training.services.programmes import themes
from training.services.registrations import reminders, reserve_list
from training.services.schedule import steps
from training.services.trainings import zone_rules
from training.uploads.store import Store

log = logging.getLogger(__name__)

SECONDS_BETWEEN_REMINDERS = 60
TRY_LATER = 75
"""The status by which a command tells a mail server to keep a message and try again (``EX_TEMPFAIL``)."""
MOST_ERRORS = 500

user_group = AppGroup("user", help="Accounts.")
participants_group = AppGroup("participants", help="Participants.")
mail_group = AppGroup("mail", help="Mail.")


def init_app(app: Flask) -> None:
    """Register every command."""
    for command in (
        seed,
        make_demo,
        worker,
        zones_command,
        backup,
        restore,
        user_group,
        participants_group,
        attendance.group,
        mail_group,
    ):
        app.cli.add_command(command)


def _store() -> Store:
    """The files of this instance."""
    return Store(current_app.config["CONFIG"].files_folder)


@click.command()
@with_appcontext
@refusing
def seed() -> None:
    """Add the themes, activity types and agency types that are missing."""
    added = themes.seed()
    if any(added.values()):
        click.echo("Added " + ", ".join(f"{count} {name}" for name, count in added.items()) + ".")


@click.command("demo")
@click.option("--scale", type=click.Choice(sorted(build.SCALES)), default="small", show_default=True)
@with_appcontext
@refusing
def make_demo(scale: str) -> None:
    """Fill an empty database with invented people, agencies and trainings."""
    if not current_app.config["DEMO"]:
        click.echo("Demo data are for instances with TRAINING_DEMO=1 only.", err=True)
        raise SystemExit(1)
    themes.seed()
    sign_ins = build.make(scale)
    areas.describe(_store())
    lines = "".join(f"  {one.role:<12} {one.email:<26} {one.password}\n" for one in sign_ins)
    path = Path(current_app.config["CONFIG"].instance_dir) / "demo-sign-ins.txt"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(lines)
    click.echo(f"The demo data are made. Sign in with:\n{lines}", nl=False)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and stop.")
@with_appcontext
def worker(once: bool) -> None:
    """Send what is due in the outbox, put expired offers back and remind agencies, until stopped.

    At its start it follows the rules of clocks, if they are others than those by which instants were derived.
    """
    config = current_app.config["CONFIG"]
    stopping = False
    remind_at = 0.0
    has_followed = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping:
        try:
            if not has_followed:
                _follow_if_new()
                has_followed = True
            reserve_list.expire_offers()
            if time.monotonic() >= remind_at:
                reminders.queue_due()
                overtaken.queue_due()
                request_keys.purge()
                steps.forget()
                confirming.purge()
                outbox.forget_texts()
                stored_files.sweep(_store())
                remind_at = time.monotonic() + SECONDS_BETWEEN_REMINDERS
            sent = outbox.send_due(config)
            while once and (more := outbox.send_due(config)):
                sent += more
        except OperationalError as failure:
            log.warning("the database is unavailable or busy: %s", type(failure.orig).__name__)
            if once:
                raise
        finally:
            release()
        if once:
            click.echo(f"{sent} messages sent.")
            return
        _rest(lambda: stopping)


def _rest(is_stopping: Callable[[], bool]) -> None:
    for _ in range(10):
        if not is_stopping():
            time.sleep(0.2)


@click.command("zones")
@click.option(
    "--apply", "is_applied", is_flag=True, help="Derive what is to come anew, and tell whom it concerns."
)
@with_appcontext
@refusing
def zones_command(is_applied: bool) -> None:
    """Show the version of the rules of clocks, and what would move by them. What is over stays as it was."""
    click.echo(zone_rules.versions())
    found = zone_rules.follow_all(by=None) if is_applied else zone_rules.preview()
    for line in zone_rules.lines(found):
        click.echo(line)
    moved = sum(len(one.moved) for one in found)
    click.echo(f"{moved} moments {'moved' if is_applied else 'would move'}.")


def _follow_if_new() -> None:
    click.echo(zone_rules.versions(), err=True)
    for line in zone_rules.lines(zone_rules.follow_if_new()):
        click.echo(line, err=True)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
@refusing
def backup(file: Path) -> None:
    """Copy the database to FILE while it is used, and then the files that it names to FILE.files.tar.

    Status 1 when the content of a file is missing or damaged: the backup stands without it.
    """
    made = backups.backup(file, _store())
    click.echo(f"{file}: {made.size:,} bytes, verified.")
    if made.files is not None:
        click.echo(f"{made.files}: {made.count:,} files, {made.files.stat().st_size:,} bytes.")
    if made.lost:
        click.echo(
            f"The content of these files is missing or damaged here: {', '.join(made.lost)}.", err=True
        )
        raise SystemExit(1)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
@refusing
def restore(file: Path) -> None:
    """Put the backup FILE in the database's place, with its files; a damaged one is refused. Stop the server first."""
    kept = backups.restore(file, _store())
    click.echo(f"Restored. The database that stood there is kept as {kept.name}.")


@user_group.command("create")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--agency", "agency_code", help="The code of a partner's agency.")
@click.option("--theme", "theme_codes", multiple=True, help="A coordinator's theme; may be repeated.")
@click.option("--all-themes", is_flag=True, help="A coordinator of all themes.")
@click.option("--language", type=click.Choice(["en", "fr", "ru"]), default="en")
@click.option("--password", help="Set now; without it an invitation is mailed.")
@refusing
def create_user(
    email: str,
    name: str,
    role: str,
    agency_code: str | None,
    theme_codes: tuple[str, ...],
    all_themes: bool,
    language: str,
    password: str | None,
) -> None:
    """Create an account."""
    config = current_app.config["CONFIG"]
    wanted: dict[str, Any] = {
        "by": None,
        "email": email,
        "name": name,
        "role": Role(role),
        "language": language,
        "all_themes": all_themes,
        "agency": agencies.by_code(agency_code) if agency_code else None,
        "themes": [themes.by_code(code) for code in theme_codes],
    }
    if password:
        user = users.create(**wanted, password=password)
    else:
        user = users.invite(**wanted, public_url=config.public_url, secret_key=config.secret_key)
    click.echo(f"{user.email} can {'sign in' if password else 'set a password by the mailed link'}.")


def _say_what_stands_against(seen: confirming.Preview) -> None:
    """Print on stderr what somebody must correct or choose in each row, and an earlier import of the list."""
    if seen.earlier is not None:
        when, who = seen.earlier.confirmed_at, seen.earlier.by_name or "a command"
        click.echo(f"This very list was already imported on {when:%Y-%m-%d at %H:%M} UTC by {who}.", err=True)
    for error in seen.errors[:MOST_ERRORS]:
        sheet = f"sheet “{error.sheet}”, " if error.sheet else ""
        click.echo(
            f"{sheet}row {error.row}, column {error.column} ({error.title}): {error.message} [{error.value}]",
            err=True,
        )
    if len(seen.errors) > MOST_ERRORS:
        click.echo(
            f"and {len(seen.errors) - MOST_ERRORS:,} more: {len(seen.errors):,} errors in all.", err=True
        )
    for line in seen.lines:
        for name, (known, new) in line.not_taken.items():
            click.echo(
                f"row {line.number}: registered before, with {name} “{known}”. “{new}” is not stored.",
                err=True,
            )
        if line.verdict is Verdict.DOUBTFUL and line.duplicate_of:
            click.echo(
                f"row {line.number}: this may be the person of row {line.duplicate_of}. Choose on the page.",
                err=True,
            )
        elif line.verdict is Verdict.DOUBTFUL:
            names = "; ".join(f"{one.name} ({one.email})" if one.email else one.name for one in line.likely)
            click.echo(
                f"row {line.number}: this may be {names}. Choose on the page, or add the e-mail address.",
                err=True,
            )


@participants_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--training", "training_code", required=True, help="The training's code.")
@click.option("--agency", "agency_code", required=True, help="The agency's code.")
@click.option("--check", is_flag=True, help="Read and judge only; store nothing.")
@click.option("--accept-proposals", is_flag=True, help="Names that were split by a guess are right.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@refusing
def import_participants(
    file: Path, training_code: str, agency_code: str, check: bool, accept_proposals: bool, as_json: bool
) -> None:
    """Register the people of a spreadsheet for a training, all or none."""
    training, agency = visible_trainings.by_code(training_code), agencies.by_code(agency_code)
    batch = staging.stage(training, by=None, agency=agency, content=file.read_bytes(), file_name=file.name)
    if not batch.rows:
        confirming.discard(batch, by=None)
        raise Invalid(staging.NOT_TOLD)
    seen = confirming.preview(batch)
    _say_what_stands_against(seen)
    if seen.open_count or check:
        confirming.discard(batch, by=None)
        if as_json:
            click.echo(
                json.dumps({"rows": len(seen.lines), "errors": len(seen.errors), "open": seen.open_count})
            )
        elif not seen.open_count:
            click.echo(
                f"{len(seen.lines)} people, {seen.count(Verdict.NEW)} of them new. Nothing was stored."
            )
        raise SystemExit(1 if seen.open_count else 0)
    try:
        outcome = confirming.confirm(batch, by=None, accept_guesses=accept_proposals, override=True)
    except DomainError:
        confirming.discard(batch, by=None)
        raise
    if as_json:
        click.echo(json.dumps(vars(outcome)))
        return
    click.echo(
        f"{outcome.registered} registered ({outcome.confirmed} confirmed, {outcome.reserve} on the reserve list), "
        f"{outcome.new_people} new people, {outcome.unchanged} were registered before."
    )


SAID_OF_BOUNCE = {
    bounces.Taken.MARKED: "The letter is marked as come back.",
    bounces.Taken.KNOWN: "The letter was marked as come back before.",
    bounces.Taken.DELAYED: "The letter is late: its server is still trying. Nothing was marked.",
    bounces.Taken.NOTHING: "The report says of no failure. Nothing was marked.",
    bounces.Taken.NOT_SENT: "The letter does not count as sent. Nothing was marked.",
}


@mail_group.command("bounced")
@click.argument("file", type=click.File("rb"))
@click.option("--recipient", default="", help="The address to which the report came.")
@click.option(
    "--pipe", "is_pipe", is_flag=True, help="Refusals end with status 0: no mail server waits for them."
)
@refusing
def take_bounce(file: BinaryIO, recipient: str, is_pipe: bool) -> None:
    """Mark the letter on which a mail server reports. FILE is the report, or - for a pipe from the mail server.

    Status 75: the database is busy, or the letter is being sent. The mail server tries again later.
    """
    content = file.read(bounces.MOST_BYTES)
    secret_key = current_app.config["CONFIG"].secret_key
    try:
        taken = bounces.take(content, secret_key=secret_key, recipient=recipient)
    except OperationalError as failure:
        log.warning("the database is unavailable or busy: %s", type(failure.orig).__name__)
        raise SystemExit(TRY_LATER) from None
    except DomainError as refusal:
        if not is_pipe:
            raise
        click.echo(str(refusal.explained), err=True)
        return
    if taken is bounces.Taken.BEING_SENT:
        raise SystemExit(TRY_LATER)
    click.echo(SAID_OF_BOUNCE[taken])
