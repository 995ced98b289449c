"""who should come and joint owners"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain columns with a default, as in 0008: a batch would make the table of trainings anew, and its checks would then
    # keep revision 0003 from going down on SQLite.
    op.add_column(
        "programme", sa.Column("joint_owner", sa.String(length=200), server_default="", nullable=False)
    )
    for name in ("target_group", "prerequisites"):
        op.add_column("training", sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("training", "prerequisites")
    op.drop_column("training", "target_group")
    op.drop_column("programme", "joint_owner")
