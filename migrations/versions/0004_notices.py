"""mail knows its training, agency and registration; reminders; people who are written to by their focal point"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import altered

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEFORE = ("queued", "sent", "failed")
AFTER = (*BEFORE, "no_address", "dropped")
LINKS = ("training", "agency", "registration")


def _states(states: tuple[str, ...]) -> str:
    return f"state IN ({', '.join(repr(state) for state in states)})"


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_reminder_agency_id")),
        sa.ForeignKeyConstraint(["training_id"], ["training.id"], name=op.f("fk_reminder_training_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "kind", "training_id", "agency_id", name=op.f("uq_reminder_kind_training_id_agency_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_reminder_agency_id"), "reminder", ["agency_id"])
    op.create_index(op.f("ix_reminder_training_id"), "reminder", ["training_id"])
    with altered("outgoing_mail") as table:
        table.drop_constraint(op.f("ck_outgoing_mail_mail_state"), type_="check")
        table.create_check_constraint(op.f("ck_outgoing_mail_mail_state"), _states(AFTER))
        for name in LINKS:
            table.add_column(sa.Column(f"{name}_id", sa.Integer(), nullable=True))
            table.create_foreign_key(op.f(f"fk_outgoing_mail_{name}_id"), name, [f"{name}_id"], ["id"])
            table.create_index(op.f(f"ix_outgoing_mail_{name}_id"), [f"{name}_id"])
    op.add_column(
        "trainee",
        sa.Column("contact_via_focal_point", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    with altered("trainee") as table:
        table.drop_column("contact_via_focal_point")
    # what only the later states know was never sent
    op.execute("UPDATE outgoing_mail SET state = 'failed' WHERE state IN ('no_address', 'dropped')")
    with altered("outgoing_mail") as table:
        for name in LINKS:
            table.drop_index(op.f(f"ix_outgoing_mail_{name}_id"))
            table.drop_constraint(op.f(f"fk_outgoing_mail_{name}_id"), type_="foreignkey")
            table.drop_column(f"{name}_id")
        table.drop_constraint(op.f("ck_outgoing_mail_mail_state"), type_="check")
        table.create_check_constraint(op.f("ck_outgoing_mail_mail_state"), _states(BEFORE))
    op.drop_table("reminder")
