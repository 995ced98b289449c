"""the hours at which a session was marked"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "training_session", sa.Column("marked_starts_local", sa.DateTime(timezone=False), nullable=True)
    )
    op.add_column(
        "training_session", sa.Column("marked_ends_local", sa.DateTime(timezone=False), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("training_session", "marked_ends_local")
    op.drop_column("training_session", "marked_starts_local")
