"""courses and series"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# Plain statements: a batch would make the table anew, and SQLite then could not drop the columns of earlier revisions.
COLUMNS = (
    "course_id INTEGER CONSTRAINT fk_training_course_id REFERENCES course (id)",
    "series_id INTEGER CONSTRAINT fk_training_series_id REFERENCES series (id)",
    "series_number INTEGER CONSTRAINT ck_training_number_in_its_series "
    "CHECK ((series_id IS NULL) = (series_number IS NULL))",
    "is_date_open BOOLEAN DEFAULT {false} NOT NULL",
    "days_wanted INTEGER CONSTRAINT ck_training_days_wanted_1_to_60 CHECK (days_wanted BETWEEN 1 AND 60)",
)


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("title_fr", sa.String(length=200), nullable=False),
        sa.Column("title_ru", sa.String(length=200), nullable=False),
        sa.Column("search_key", sa.String(length=1600), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("activity_type_id", sa.Integer(), nullable=False),
        sa.Column("languages", sa.String(length=200), nullable=False),
        sa.Column(
            "modality",
            sa.Enum(
                "in_person",
                "online",
                "hybrid",
                name="modality",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("completion_percent", sa.Integer(), nullable=False),
        sa.Column(
            "admission",
            sa.Enum(
                "first_come",
                "approval",
                name="admission",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("objectives", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("closes_days_before", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("capacity BETWEEN 1 AND 10000", name=op.f("ck_course_capacity_1_to_10000")),
        sa.CheckConstraint(
            "closes_days_before BETWEEN 0 AND 365", name=op.f("ck_course_closes_days_before_0_to_365")
        ),
        sa.CheckConstraint(
            "completion_percent BETWEEN 1 AND 100", name=op.f("ck_course_completion_percent_1_to_100")
        ),
        sa.ForeignKeyConstraint(
            ["activity_type_id"], ["activity_type.id"], name=op.f("fk_course_activity_type_id")
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_course_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("code", name=op.f("uq_course_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_course_activity_type_id"), "course", ["activity_type_id"], unique=False)
    op.create_index(op.f("ix_course_theme_id"), "course", ["theme_id"], unique=False)
    op.create_table(
        "course_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("break_minutes", sa.Integer(), nullable=False),
        sa.Column("is_compulsory", sa.Boolean(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("trainers_wanted", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "break_minutes BETWEEN 0 AND 240", name=op.f("ck_course_session_break_minutes_0_to_240")
        ),
        sa.CheckConstraint("day BETWEEN 1 AND 60", name=op.f("ck_course_session_day_1_to_60")),
        sa.CheckConstraint("ends > starts", name=op.f("ck_course_session_times_in_order")),
        sa.CheckConstraint(
            "trainers_wanted BETWEEN 0 AND 20", name=op.f("ck_course_session_trainers_wanted_0_to_20")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_session_course_id")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_course_session_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_session")),
        sa.UniqueConstraint(
            "course_id", "day", "starts", name=op.f("uq_course_session_course_id_day_starts")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_course_session_theme_id"), "course_session", ["theme_id"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_series_by_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_series_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("public_id", name=op.f("uq_series_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_series_course_id"), "series", ["course_id"], unique=False)
    op.create_table(
        "agenda_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("course_session_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("speaker", sa.String(length=200), nullable=False),
        sa.Column("trainer_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(session_id IS NULL) <> (course_session_id IS NULL)",
            name=op.f("ck_agenda_item_session_or_course_session"),
        ),
        sa.ForeignKeyConstraint(
            ["course_session_id"], ["course_session.id"], name=op.f("fk_agenda_item_course_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_session.id"], name=op.f("fk_agenda_item_session_id")
        ),
        sa.ForeignKeyConstraint(["trainer_id"], ["trainer.id"], name=op.f("fk_agenda_item_trainer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_agenda_item_course_session_id"), "agenda_item", ["course_session_id"], unique=False
    )
    op.create_index(op.f("ix_agenda_item_session_id"), "agenda_item", ["session_id"], unique=False)
    op.create_index(op.f("ix_agenda_item_trainer_id"), "agenda_item", ["trainer_id"], unique=False)
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for column in COLUMNS:
        op.execute(
            f"ALTER TABLE training ADD COLUMN {column.format(false='FALSE' if is_postgresql else '0')}"
        )
    op.create_index(op.f("ix_training_course_id"), "training", ["course_id"], unique=False)
    op.create_index(op.f("ix_training_series_id"), "training", ["series_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_training_series_id"), table_name="training")
    op.drop_index(op.f("ix_training_course_id"), table_name="training")
    for column in ("days_wanted", "is_date_open", "series_number", "series_id", "course_id"):
        op.execute(f"ALTER TABLE training DROP COLUMN {column}")
    op.drop_index(op.f("ix_agenda_item_trainer_id"), table_name="agenda_item")
    op.drop_index(op.f("ix_agenda_item_session_id"), table_name="agenda_item")
    op.drop_index(op.f("ix_agenda_item_course_session_id"), table_name="agenda_item")
    op.drop_index(op.f("ix_series_course_id"), table_name="series")
    op.drop_index(op.f("ix_course_session_theme_id"), table_name="course_session")
    op.drop_index(op.f("ix_course_theme_id"), table_name="course")
    op.drop_index(op.f("ix_course_activity_type_id"), table_name="course")
    op.drop_table("agenda_item")
    op.drop_table("series")
    op.drop_table("course_session")
    op.drop_table("course")
