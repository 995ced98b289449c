"""no id of a trainee is used twice, which was lost on SQLite when merges came"""

from __future__ import annotations

from alembic import op

from migrations.operations import altered

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        with altered("trainee", sqlite_autoincrement=True):
            pass


def downgrade() -> None:
    """Ids stay counted: nothing that came before relies on their being used twice."""
