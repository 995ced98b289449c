"""seats that became free and wait for somebody, and who let an offered seat pass"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain statements: a batch would make the table anew and lose the triggers that watch its children.
    op.add_column("training", sa.Column("freed_seats", sa.Integer(), server_default="0", nullable=False))
    op.add_column("registration", sa.Column("let_pass_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("registration", "let_pass_at")
    op.drop_column("training", "freed_seats")
