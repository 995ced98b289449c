"""rooms close, holidays, limits of trainers, and what is left as it is"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import altered, fill

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holiday",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("subdivision", sa.String(length=8), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_fr", sa.String(length=200), nullable=False),
        sa.Column("name_ru", sa.String(length=200), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_holiday_dates_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
        sa.UniqueConstraint("public_id", name=op.f("uq_holiday_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_holiday_country_first_on", "holiday", ["country", "first_on"], unique=False)
    op.create_table(
        "room_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("starts_local", sa.DateTime(timezone=False), nullable=False),
        sa.Column("ends_local", sa.DateTime(timezone=False), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_local > starts_local", name=op.f("ck_room_block_times_in_order")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_block_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_block")),
        sa.UniqueConstraint("public_id", name=op.f("uq_room_block_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_room_block_room_id_starts_local", "room_block", ["room_id", "starts_local"], unique=False
    )
    op.create_table(
        "acknowledgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_acknowledgement_by_id")),
        sa.ForeignKeyConstraint(
            ["training_id"], ["training.id"], name=op.f("fk_acknowledgement_training_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgement")),
        sa.UniqueConstraint("rule", "key", name=op.f("uq_acknowledgement_rule_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_acknowledgement_training_id"), "acknowledgement", ["training_id"], unique=False)
    op.add_column("organisation", sa.Column("nights_between_cities", sa.Integer(), nullable=True))
    op.add_column("organisation", sa.Column("days_between_countries", sa.Integer(), nullable=True))
    # What the rows that stand there get is the model's default; they may need something else.
    fill("organisation", sa.column("nights_between_cities", sa.Integer()), 1)
    # What the rows that stand there get is the model's default; they may need something else.
    fill("organisation", sa.column("days_between_countries", sa.Integer()), 1)
    with altered("organisation") as batch_op:
        batch_op.alter_column("nights_between_cities", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("days_between_countries", existing_type=sa.Integer(), nullable=False)
        batch_op.create_check_constraint(
            batch_op.f("ck_organisation_days_between_countries"), "days_between_countries BETWEEN 0 AND 14"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_organisation_nights_between_cities"), "nights_between_cities BETWEEN 0 AND 14"
        )

    op.add_column("registration", sa.Column("override_reason", sa.Text(), nullable=True))
    # What the rows that stand there get is the model's default; they may need something else.
    fill("registration", sa.column("override_reason", sa.Text()), "")
    with altered("registration") as batch_op:
        batch_op.alter_column("override_reason", existing_type=sa.Text(), nullable=False)

    op.add_column("room", sa.Column("equipment", sa.Text(), nullable=True))
    op.add_column("room", sa.Column("notes", sa.Text(), nullable=True))
    # What the rows that stand there get is the model's default; they may need something else.
    fill("room", sa.column("equipment", sa.Text()), "")
    # What the rows that stand there get is the model's default; they may need something else.
    fill("room", sa.column("notes", sa.Text()), "")
    with altered("room") as batch_op:
        batch_op.alter_column("equipment", existing_type=sa.Text(), nullable=False)
        batch_op.alter_column("notes", existing_type=sa.Text(), nullable=False)

    op.add_column("trainer", sa.Column("most_days_a_month", sa.Integer(), nullable=True))
    with altered("trainer") as batch_op:
        batch_op.create_check_constraint(
            batch_op.f("ck_trainer_most_days_a_month"), "most_days_a_month BETWEEN 1 AND 31"
        )

    op.add_column("trainer_absence", sa.Column("part", sa.String(length=24), nullable=True))
    op.add_column("trainer_absence", sa.Column("by_trainer", sa.Boolean(), nullable=True))
    # What the rows that stand there get is the model's default; they may need something else.
    fill("trainer_absence", sa.column("part", sa.String(length=24)), "day")
    # What the rows that stand there get is the model's default; they may need something else.
    fill("trainer_absence", sa.column("by_trainer", sa.Boolean()), False)
    with altered("trainer_absence") as batch_op:
        batch_op.alter_column("part", existing_type=sa.String(length=24), nullable=False)
        batch_op.alter_column("by_trainer", existing_type=sa.Boolean(), nullable=False)
        batch_op.create_check_constraint(
            batch_op.f("ck_trainer_absence_day_part"), "part IN ('day', 'am', 'pm')"
        )

    op.add_column("venue", sa.Column("subdivision", sa.String(length=8), nullable=True))
    # What the rows that stand there get is the model's default; they may need something else.
    fill("venue", sa.column("subdivision", sa.String(length=8)), "")
    with altered("venue") as batch_op:
        batch_op.alter_column("subdivision", existing_type=sa.String(length=8), nullable=False)


def downgrade() -> None:
    op.drop_column("venue", "subdivision")
    with altered("trainer_absence") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_trainer_absence_day_part"), type_="check")
        batch_op.drop_column("by_trainer")
        batch_op.drop_column("part")

    with altered("trainer") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_trainer_most_days_a_month"), type_="check")
        batch_op.drop_column("most_days_a_month")

    op.drop_column("room", "notes")
    op.drop_column("room", "equipment")
    op.drop_column("registration", "override_reason")
    with altered("organisation") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_organisation_nights_between_cities"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_organisation_days_between_countries"), type_="check")
        batch_op.drop_column("days_between_countries")
        batch_op.drop_column("nights_between_cities")

    op.drop_index(op.f("ix_acknowledgement_training_id"), table_name="acknowledgement")
    op.drop_index("ix_room_block_room_id_starts_local", table_name="room_block")
    op.drop_index("ix_holiday_country_first_on", table_name="holiday")
    op.drop_table("acknowledgement")
    op.drop_table("room_block")
    op.drop_table("holiday")
