"""a registration can become part of another one of the same person, and a merge knows what it joined"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import altered

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BEFORE = (
    "draft", "submitted", "returned", "confirmed", "reserve", "offered", "declined", "withdrawn", "replaced",
)  # fmt: skip
AFTER = (*BEFORE, "joined")
ENDED = ("draft", "declined", "withdrawn", "replaced")
LIVE = "uq_registration_training_id_trainee_id_live"


def _among(column: str, states: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(state) for state in states)})"


def upgrade() -> None:
    with altered("registration") as batch_op:
        batch_op.add_column(sa.Column("joined_into_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_registration_joined_into_id"), "registration", ["joined_into_id"], ["id"]
        )
        batch_op.drop_constraint(op.f("ck_registration_registration_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_registration_registration_state"), _among("state", AFTER))
        batch_op.create_check_constraint(
            op.f("ck_registration_joined_into_another"), "joined_into_id IS NULL OR state = 'joined'"
        )
        batch_op.create_index(op.f("ix_registration_joined_into_id"), ["joined_into_id"])
    _one_live((*ENDED, "joined"))
    _steps(AFTER)
    with altered("person_merge") as batch_op:
        batch_op.add_column(sa.Column("joined", sa.JSON(), nullable=True))
    op.execute("UPDATE person_merge SET joined = '[]'")
    with altered("person_merge") as batch_op:
        batch_op.alter_column("joined", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    with altered("person_merge") as batch_op:
        batch_op.drop_column("joined")
    # what was joined has ended: no older state says it better
    op.execute("UPDATE registration_step SET from_state = 'withdrawn' WHERE from_state = 'joined'")
    op.execute("UPDATE registration_step SET to_state = 'withdrawn' WHERE to_state = 'joined'")
    op.execute("UPDATE registration SET joined_into_id = NULL, state = 'withdrawn' WHERE state = 'joined'")
    _steps(BEFORE)
    with altered("registration") as batch_op:
        batch_op.drop_index(op.f("ix_registration_joined_into_id"))
        batch_op.drop_constraint(op.f("ck_registration_joined_into_another"), type_="check")
        batch_op.drop_constraint(op.f("ck_registration_registration_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_registration_registration_state"), _among("state", BEFORE))
        batch_op.drop_constraint(op.f("fk_registration_joined_into_id"), type_="foreignkey")
        batch_op.drop_column("joined_into_id")
    _one_live(ENDED)


def _steps(states: tuple[str, ...]) -> None:
    with altered("registration_step") as batch_op:
        for column in ("from_state", "to_state"):
            name = op.f(f"ck_registration_step_{column}")
            batch_op.drop_constraint(name, type_="check")
            batch_op.create_check_constraint(name, _among(column, states))


def _one_live(ended: tuple[str, ...]) -> None:
    """A person has at most one registration for a training that has not ended."""
    where = sa.text(_among("state", ended).replace(" IN ", " NOT IN ", 1))
    op.drop_index(LIVE, "registration")
    op.create_index(
        LIVE,
        "registration",
        ["training_id", "trainee_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
