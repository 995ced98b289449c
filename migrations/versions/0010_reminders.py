"""a reminder knows of which day it reminded"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import altered

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = ("kind", "training_id", "agency_id")
DAY_THEN = (
    "UPDATE reminder SET day = (SELECT CASE reminder.kind WHEN 'start_near' THEN training.starts_on "
    "ELSE date(training.registration_closes_local) END FROM training WHERE training.id = reminder.training_id)"
)


def upgrade() -> None:
    op.add_column("reminder", sa.Column("day", sa.Date(), nullable=True))
    op.execute(DAY_THEN)  # nobody is reminded again of what has not moved
    with altered("reminder") as table:
        table.alter_column("day", existing_type=sa.Date(), nullable=False)
        table.drop_constraint(op.f("uq_reminder_kind_training_id_agency_id"), type_="unique")
        table.create_unique_constraint(op.f("uq_reminder_kind_training_id_agency_id_day"), [*KEY, "day"])


def downgrade() -> None:
    # of several about one training the first stays
    op.execute(
        "DELETE FROM reminder WHERE id NOT IN (SELECT MIN(id) FROM reminder GROUP BY kind, training_id, agency_id)"
    )
    with altered("reminder") as table:
        table.drop_constraint(op.f("uq_reminder_kind_training_id_agency_id_day"), type_="unique")
        table.create_unique_constraint(op.f("uq_reminder_kind_training_id_agency_id"), list(KEY))
        table.drop_column("day")
