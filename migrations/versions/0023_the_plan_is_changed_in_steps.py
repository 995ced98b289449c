"""the plan is changed in steps that can be taken back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import altered, fill

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_plan_step_by_id")),
        sa.ForeignKeyConstraint(["training_id"], ["training.id"], name=op.f("fk_plan_step_training_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_step")),
        sa.UniqueConstraint("public_id", name=op.f("uq_plan_step_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_plan_step_at", "plan_step", ["at"], unique=False)
    op.create_index(op.f("ix_plan_step_by_id"), "plan_step", ["by_id"], unique=False)
    op.create_index("ix_plan_step_training_id_id", "plan_step", ["training_id", "id"], unique=False)
    op.add_column("training_session", sa.Column("version", sa.Integer(), nullable=True))
    fill("training_session", sa.column("version", sa.Integer()), 1)
    with altered("training_session") as batch_op:
        batch_op.alter_column("version", existing_type=sa.Integer(), nullable=False)


def downgrade() -> None:
    op.drop_column("training_session", "version")
    op.drop_index("ix_plan_step_training_id_id", table_name="plan_step")
    op.drop_index(op.f("ix_plan_step_by_id"), table_name="plan_step")
    op.drop_index("ix_plan_step_at", table_name="plan_step")
    op.drop_table("plan_step")
