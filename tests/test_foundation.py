"""Settings that refuse to start, SQLite's pragmas, backups, commands, the outbox."""

from __future__ import annotations

import csv
import json
import sqlite3
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask_migrate import downgrade
from sqlalchemy import create_engine, text

from config import ROOT, BadSettings, Config
from tests.conftest import LOCAL, migrated_app, new_database
from tests.make import Make
from training import clock
from training.db import atomic, db
from training.errors import Invalid
from training.models import BatchState, ImportBatch, MailState
from training.models.columns import UtcDateTime, WallTime
from training.services.letters import outbox

SAFE = {
    "TRAINING_SECRET_KEY": "x" * 40,
    "TRAINING_PUBLIC_URL": "https://training.example.org",
    "TRAINING_SMTP_URL": "smtp://mail",
}


def test_all_problems_of_the_settings_are_said_at_once():
    with pytest.raises(BadSettings) as refused:
        Config.from_env(
            {"TRAINING_PROXY_HOPS": "many", "DATABASE_URL": "mysql://x", "TRAINING_DEMO": "perhaps"}
        )

    assert len(refused.value.problems) == 6


@pytest.mark.parametrize(
    "change",
    [
        {"TRAINING_SECRET_KEY": "short"},
        {"TRAINING_PUBLIC_URL": "http://x.example"},
        {"TRAINING_SMTP_URL": ""},
        {"TRAINING_SEAT_LOCK": "0"},
    ],
)
def test_an_unsafe_production_setting_does_not_start(change):
    assert Config.from_env(SAFE).host == "training.example.org"
    with pytest.raises(BadSettings):
        Config.from_env({**SAFE, **change})


def test_every_setting_is_described():
    described = (ROOT / "docs" / "settings.md").read_text()

    for name in Config.__dataclass_fields__:
        variable = "DATABASE_URL" if name == "database_url" else f"TRAINING_{name.upper()}"
        assert f"`{variable}`" in described, variable


@pytest.mark.database
def test_the_way_back_keeps_every_import_of_a_list_that_was_confirmed_again(tmp_path: Path):
    app = migrated_app(
        Config(database_url=new_database("training_way_back", tmp_path), instance_dir=tmp_path, **LOCAL)
    )
    with app.app_context():
        make, list_of = Make(), "f" * 64
        agency, training = make.agency(), make.training()

        @atomic
        def confirm(*states: BatchState) -> None:
            for state in states:
                batch = ImportBatch(
                    training=training, agency=agency, sha256=list_of, file_name="a.csv", state=state
                )
                db.session.add(batch)
                db.session.flush()

        confirm(BatchState.UNDONE, *[BatchState.CONFIRMED] * 3)
        db.session.remove()
        downgrade(revision="0011")
        with db.engine.connect() as connection:
            rows = connection.execute(text("SELECT state, sha256 FROM import_batch ORDER BY id")).all()
        db.engine.dispose()

    assert [state for state, _ in rows] == ["undone", "confirmed", "confirmed", "confirmed"]
    assert [number == list_of for _, number in rows] == [True, True, False, False]
    assert len({number for _, number in rows}) == 3


@pytest.mark.once
@pytest.mark.database
def test_every_connection_to_sqlite_has_its_pragmas(tmp_path: Path):
    app = migrated_app(Config(database_url=f"sqlite:///{tmp_path}/p.sqlite3", instance_dir=tmp_path, **LOCAL))
    with app.app_context():
        for _ in range(2):
            with db.engine.connect() as connection:
                found = {
                    p: connection.execute(text(f"PRAGMA {p}")).scalar()
                    for p in ("journal_mode", "foreign_keys", "synchronous", "secure_delete")
                }
            assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "secure_delete": 1}
        db.engine.dispose()


def test_instants_refuse_naive_values_and_wall_time_refuses_aware_ones():
    dialect = create_engine("sqlite://").dialect

    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), dialect)
    with pytest.raises(ValueError, match="no zone"):
        WallTime().process_bind_param(datetime(2026, 1, 1, tzinfo=UTC), dialect)


@pytest.fixture
def own(tmp_path: Path):
    """An application with a SQLite file of its own, and its command runner."""
    app = migrated_app(
        Config(database_url=f"sqlite:///{tmp_path}/own.sqlite3", instance_dir=tmp_path, demo=True, **LOCAL)
    )
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def run(app, *arguments: str):
    return app.test_cli_runner().invoke(args=list(arguments))


@pytest.mark.once
@pytest.mark.real_commit
def test_a_backup_is_verified_and_a_damaged_one_is_refused(own, tmp_path: Path):
    assert run(own, "demo").exit_code == 0
    copy = tmp_path / "copy.sqlite3"

    made = run(own, "backup", str(copy))
    again = run(own, "backup", str(copy))
    damaged = tmp_path / "damaged.sqlite3"
    content = bytearray(copy.read_bytes())
    content[4096 * 30 : 4096 * 40] = b"\xff" * 4096 * 10
    damaged.write_bytes(content)
    refused = run(own, "restore", str(damaged))
    cut = tmp_path / "cut.sqlite3"
    cut.write_bytes(copy.read_bytes()[: len(content) // 2])

    assert (made.exit_code, again.exit_code, refused.exit_code, run(own, "restore", str(cut)).exit_code) == (
        0,
        1,
        1,
        1,
    )
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(tmp_path / "own.sqlite3") as live:
        live.execute("DELETE FROM attendance_record")
    live.close()
    assert run(own, "restore", str(copy)).exit_code == 0
    with sqlite3.connect(tmp_path / "own.sqlite3") as live:
        assert live.execute("SELECT COUNT(*) FROM attendance_record").fetchone()[0] > 4000
    live.close()


@pytest.mark.once
@pytest.mark.real_commit
def test_the_main_job_by_commands(own, tmp_path: Path):
    assert run(own, "seed").exit_code == 0
    assert run(own, "demo").exit_code == 0
    assert run(own, "demo").exit_code == 1
    assert run(own, "user", "create", "x@example.org", "--name", "X", "--role", "partner").exit_code == 1
    assert run(own, "user", "create", "m@example.org", "--name", "M", "--role", "manager").exit_code == 0
    with sqlite3.connect(tmp_path / "own.sqlite3") as live:
        code = live.execute(
            "SELECT code FROM training WHERE state = 'open' AND admission = 'approval'"
        ).fetchone()[0]
    live.close()
    samples = ROOT / "tests" / "data" / "rosters"
    where = ("--training", code, "--agency", "XN-001")

    checked = run(own, "participants", "import", str(samples / "norland-en.xlsx"), *where, "--check")
    done = run(own, "participants", "import", str(samples / "norland-en.xlsx"), *where, "--json")
    twice = run(own, "participants", "import", str(samples / "norland-en.xlsx"), *where, "--json")
    wrong = run(own, "participants", "import", str(samples / "with-errors.xlsx"), *where)
    guessed = run(own, "participants", "import", str(samples / "marqab-ar.xlsx"), *where)
    accepted = run(
        own, "participants", "import", str(samples / "marqab-ar.xlsx"), *where, "--accept-proposals"
    )

    assert (checked.exit_code, done.exit_code, twice.exit_code) == (0, 0, 0)
    assert json.loads(done.stdout)["registered"] == 18
    assert json.loads(twice.stdout)["registered"] == 0
    again = run(own, "participants", "import", str(samples / "norland-en.xlsx"), *where, "--check")
    assert "already imported on" in twice.stderr and "already imported on" in again.stderr
    assert "already imported on" not in done.stderr
    (tmp_path / "bad.csv").write_text("Family name,Given names,Sex\n" + "Aa,,q\n" * 300)
    many = run(own, "participants", "import", str(tmp_path / "bad.csv"), *where).stderr.splitlines()
    assert (len(many), many[-1]) == (501, "and 100 more: 600 errors in all.")
    (tmp_path / "odd.csv").write_text("Aa 1,Bb 2\nxx 3,yy 4\n")
    assert "No header row" in run(own, "participants", "import", str(tmp_path / "odd.csv"), *where).stderr
    assert (wrong.exit_code, guessed.exit_code, accepted.exit_code) == (1, 1, 0)
    assert "row 6, column D (E-mail)" in wrong.stderr
    assert run(own, "participants", "import", "nothing.xlsx", *where).exit_code == 2

    for kind in ("csv", "json", "xlsx", "pdf"):
        out = tmp_path / f"report.{kind}"
        assert (
            run(own, "attendance", "export", "--format", kind, "--out", str(out), "--theme", "BMV").exit_code
            == 0
        )
        assert out.stat().st_size > 1000
    with (tmp_path / "report.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert {row["theme_code"] for row in rows} == {"BMV"}
    told = json.loads((tmp_path / "report.json").read_text())
    assert (told["rows"][0]["programme_code"], told["header"]["filters"]) == (
        rows[0]["programme_code"],
        {"theme": "BMV"},
    )
    assert run(own, "attendance", "export", "--format", "csv", "--out", "x", "--theme", "NOPE").exit_code == 1
    written = run(own, "worker", "--once").stdout
    letters = [path.read_text() for path in (tmp_path / "mail").glob("*.eml")]
    assert f"{len(letters)} messages sent." in written
    assert sum("Subject: You are invited" in letter for letter in letters) == 1
    assert sum("@border.norland.example" in letter.partition("\n\n")[0] for letter in letters) >= 15
    assert "0 messages sent." in run(own, "worker", "--once").stdout


def test_mail_is_sent_once_and_a_refused_one_is_parked(make: Make, app):
    user = make.user()
    good = outbox.atomic(outbox.enqueue)(user, kind="test", subject="Hello\r\nBcc: x@example.org", body="Hi")
    sent: list[EmailMessage] = []

    assert outbox.send_due(app.config["CONFIG"], sent.append) == 1
    assert outbox.send_due(app.config["CONFIG"], sent.append) == 0
    assert (good.state, good.body, sent[0]["To"], sent[0]["Bcc"]) == (
        MailState.SENT,
        "",
        f"{user.name} <{user.email}>",
        None,
    )

    bad = outbox.atomic(outbox.enqueue)(user, kind="test", subject="Hello", body="Hi")

    def refuse(message: EmailMessage) -> None:
        raise ConnectionRefusedError("no server")

    outbox.send_due(app.config["CONFIG"], refuse)
    assert (bad.state, bad.attempts) == (MailState.QUEUED, 1)
    assert bad.due_at > clock.now()
    assert "ConnectionRefusedError" in bad.last_error


def test_health_answers_without_signing_in(client):
    assert client.get("/health").json == {"status": "ok", "database": "ok"}


def test_text_too_long_or_with_a_nul_is_refused_on_both_databases(make: Make):
    with pytest.raises(Invalid, match="at most 200 characters"):
        make.agency(name="x" * 201)
    with pytest.raises(Invalid, match="cannot be stored"):
        make.agency(name="a\x00b")


def test_ids_are_not_used_twice(make: Make):
    first = make.training(is_open=False)
    last = make.session(first)

    @atomic
    def remove() -> None:
        db.session.delete(last)

    number = last.id
    remove()

    assert make.session(first).id > number


def test_a_unit_of_work_inside_another_takes_keywords_of_every_name(app):
    @atomic
    def inner(*, function: str, session: str) -> tuple[str, str]:
        return function, session

    @atomic
    def outer() -> tuple[str, str]:
        return inner(function="officer", session="morning")

    assert outer() == inner(function="officer", session="morning") == ("officer", "morning")
