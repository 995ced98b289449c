"""a draft blocks nobody"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NAME = "uq_registration_training_id_trainee_id_live"


def upgrade() -> None:
    _index("state NOT IN ('draft', 'declined', 'withdrawn', 'replaced')")


def downgrade() -> None:
    # drafts could not stand beside each other, nor beside a registration: those of one person are ended
    op.execute(
        "UPDATE registration SET state = 'withdrawn' WHERE state = 'draft' AND EXISTS (SELECT 1 FROM registration other"
        " WHERE other.training_id = registration.training_id AND other.trainee_id = registration.trainee_id"
        " AND other.id <> registration.id AND other.state NOT IN ('declined', 'withdrawn', 'replaced'))"
    )
    _index("state NOT IN ('declined', 'withdrawn', 'replaced')")


def _index(where: str) -> None:
    op.drop_index(NAME, "registration")
    op.create_index(
        NAME, "registration", ["training_id", "trainee_id"], unique=True,
        sqlite_where=sa.text(where), postgresql_where=sa.text(where),
    )  # fmt: skip
