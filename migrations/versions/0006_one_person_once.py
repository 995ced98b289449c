"""keys under which the spellings of one name meet, pairs that are not the same person, and merges"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import altered

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with altered("trainee") as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_trainee_merged_into_id"), "trainee", ["merged_into_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_trainee_merged_into_id"), ["merged_into_id"], unique=False)
    op.create_table(
        "not_same",
        sa.Column("one_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("other_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_not_same_in_order")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_not_same_by_id")),
        sa.ForeignKeyConstraint(["one_id"], ["trainee.id"], name=op.f("fk_not_same_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["trainee.id"], name=op.f("fk_not_same_other_id")),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_not_same")),
    )
    op.create_index(op.f("ix_not_same_other_id"), "not_same", ["other_id"], unique=False)
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_person_merge_by_id")),
        sa.ForeignKeyConstraint(["gone_id"], ["trainee.id"], name=op.f("fk_person_merge_gone_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["trainee.id"], name=op.f("fk_person_merge_kept_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_merge_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_person_merge_kept_id"), "person_merge", ["kept_id"], unique=False)
    op.create_index(op.f("ix_person_merge_gone_id"), "person_merge", ["gone_id"], unique=False)
    op.create_table(
        "trainee_key",
        sa.Column("trainee_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("side", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainee.id"], name=op.f("fk_trainee_key_trainee_id")),
        sa.PrimaryKeyConstraint("trainee_id", "key", "side", name=op.f("pk_trainee_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_trainee_key_key", "trainee_key", ["key", "trainee_id", "side"], unique=False)


def downgrade() -> None:
    op.drop_table("trainee_key")
    op.drop_table("person_merge")
    op.drop_table("not_same")
    with altered("trainee") as batch_op:
        batch_op.drop_constraint(op.f("fk_trainee_merged_into_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_trainee_merged_into_id"))
        batch_op.drop_column("merged_into_id")
