"""sessions can be parked while they are rescheduled, and a mark is never longer than its session"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

from migrations.operations import altered

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# table, what must be free, when the row counts: before and after
BEFORE = (
    ("training_session", "room_id", "{row}cancelled_at IS NULL"),
    ("session_trainer", "trainer_id", "NOT {row}is_cancelled"),
)
AFTER = (
    ("training_session", "room_id", "{row}cancelled_at IS NULL AND {row}suspended_at IS NULL"),
    ("session_trainer", "trainer_id", "NOT {row}is_off"),
)
TOO_LONG = "minutes > (SELECT scheduled_minutes FROM training_session WHERE training_session.id = session_id)"
OLD_KEY = "fk_attendance_record_session_id"
NEW_KEY = "fk_attendance_record_session_id_of_minutes"


def upgrade() -> None:
    _refuse_long_sessions()
    _drop_clash_rules(BEFORE)
    op.execute("ALTER TABLE session_trainer RENAME COLUMN is_cancelled TO is_off")
    with altered("training_session") as batch_op:
        batch_op.add_column(sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("break_starts", sa.Time(), nullable=True))
        batch_op.add_column(sa.Column("replaces_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            "fk_training_session_replaces_id", "training_session", ["replaces_id"], ["id"]
        )
        batch_op.create_check_constraint("a_day_at_most", "scheduled_minutes + break_minutes <= 1440")
        batch_op.create_check_constraint(
            "called_off_or_suspended", "cancelled_at IS NULL OR suspended_at IS NULL"
        )
        batch_op.create_index("ix_training_session_replaces_id", ["replaces_id"])
        batch_op.create_index(
            "uq_training_session_id_scheduled_minutes", ["id", "scheduled_minutes"], unique=True
        )
    _add_clash_rules(AFTER)
    _shorten_marks()
    with altered("attendance_record") as batch_op:
        batch_op.add_column(sa.Column("of_minutes", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE attendance_record SET of_minutes = (SELECT scheduled_minutes FROM training_session "
        "WHERE training_session.id = session_id)"
    )
    with altered("attendance_record") as batch_op:
        batch_op.alter_column("of_minutes", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_constraint(OLD_KEY, type_="foreignkey")
        batch_op.create_foreign_key(
            NEW_KEY,
            "training_session",
            ["session_id", "of_minutes"],
            ["id", "scheduled_minutes"],
            onupdate="CASCADE",
        )
        batch_op.create_check_constraint("minutes_within_session", "minutes <= of_minutes")


def downgrade() -> None:
    with altered("attendance_record") as batch_op:
        batch_op.drop_constraint(op.f("ck_attendance_record_minutes_within_session"), type_="check")
        batch_op.drop_constraint(NEW_KEY, type_="foreignkey")
        batch_op.create_foreign_key(OLD_KEY, "training_session", ["session_id"], ["id"])
        batch_op.drop_column("of_minutes")
    _drop_clash_rules(AFTER)
    op.execute("ALTER TABLE session_trainer RENAME COLUMN is_off TO is_cancelled")
    with altered("training_session") as batch_op:
        batch_op.drop_index("uq_training_session_id_scheduled_minutes")
        batch_op.drop_index("ix_training_session_replaces_id")
        batch_op.drop_constraint(op.f("ck_training_session_called_off_or_suspended"), type_="check")
        batch_op.drop_constraint(op.f("ck_training_session_a_day_at_most"), type_="check")
        batch_op.drop_constraint("fk_training_session_replaces_id", type_="foreignkey")
        batch_op.drop_column("replaces_id")
        batch_op.drop_column("break_starts")
        batch_op.drop_column("suspended_at")
    _add_clash_rules(BEFORE)


def _refuse_long_sessions() -> None:
    """A session lasts a day at most from now on. Longer ones are for people to put right."""
    long = op.get_bind().execute(
        sa.text(
            "SELECT training.code, training_session.title FROM training_session "
            "JOIN training ON training.id = training_session.training_id "
            "WHERE scheduled_minutes + break_minutes > 1440 ORDER BY training.code, training_session.id"
        )
    )
    named = "; ".join(f"{code}: {title}" for code, title in long)
    if named:
        raise CommandError(f"These sessions last longer than a day. Split each into days first: {named}.")


def _shorten_marks() -> None:
    """Marks that were longer than their session get its minutes. Each change is kept as a correction."""
    op.execute(
        "INSERT INTO attendance_correction "
        "(record_id, old_status, old_minutes, new_status, new_minutes, reason, at, by_id, by_name) "
        "SELECT attendance_record.id, status, minutes, status, scheduled_minutes, "
        "'The session had been shortened after this mark was made.', CURRENT_TIMESTAMP, NULL, '' "
        "FROM attendance_record JOIN training_session ON training_session.id = session_id "
        "WHERE minutes > scheduled_minutes"
    )
    op.execute(
        "UPDATE attendance_record SET version = version + 1, minutes = (SELECT scheduled_minutes "
        f"FROM training_session WHERE training_session.id = session_id) WHERE {TOO_LONG}"
    )


def _add_clash_rules(rules: tuple[tuple[str, str, str], ...]) -> None:
    for table, thing, counts in rules:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT ex_{table}_{thing}_clash EXCLUDE USING gist "
                f"({thing} WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&) "
                f"WHERE ({counts.format(row='')} AND {thing} IS NOT NULL)"
            )
            continue
        for event in ("INSERT", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER tr_{table}_{thing}_clash_{event.lower()} BEFORE {event} ON {table} "
                f"WHEN NEW.{thing} IS NOT NULL AND {counts.format(row='NEW.')} BEGIN "
                f"SELECT RAISE(ABORT, 'ex_{table}_{thing}_clash') WHERE EXISTS (SELECT 1 FROM {table} "
                f"WHERE {thing} = NEW.{thing} AND {counts.format(row='')} AND id <> COALESCE(NEW.id, -1) "
                f"AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at); END"
            )


def _drop_clash_rules(rules: tuple[tuple[str, str, str], ...]) -> None:
    for table, thing, _ in rules:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ex_{table}_{thing}_clash")
            continue
        for event in ("insert", "update"):
            op.execute(f"DROP TRIGGER tr_{table}_{thing}_clash_{event}")
