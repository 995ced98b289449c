"""letters that come back, the address for answers, and addresses compared in one form"""

from __future__ import annotations

import idna
import sqlalchemy as sa
from alembic import op

from migrations.operations import altered, silent_triggers

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BEFORE = ("queued", "sent", "failed", "no_address", "dropped")
AFTER = ("queued", "sent", "bounced", "failed", "no_address", "dropped")
CHECK = "ck_outgoing_mail_mail_state"


def _states(states: tuple[str, ...]) -> str:
    return f"state IN ({', '.join(repr(state) for state in states)})"


def upgrade() -> None:
    with altered("outgoing_mail") as batch_op:
        batch_op.add_column(sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("bounce_code", sa.String(length=12), nullable=True))
        batch_op.drop_constraint(op.f(CHECK), type_="check")
        batch_op.create_check_constraint(op.f(CHECK), _states(AFTER))
    with silent_triggers("outgoing_mail"):
        op.execute("UPDATE outgoing_mail SET bounce_code = ''")
    with altered("outgoing_mail") as batch_op:
        batch_op.alter_column("bounce_code", existing_type=sa.String(length=12), nullable=False)
    with altered("organisation") as batch_op:
        batch_op.add_column(sa.Column("reply_email", sa.String(length=254), nullable=True))
    op.execute("UPDATE organisation SET reply_email = ''")
    with altered("organisation") as batch_op:
        batch_op.alter_column("reply_email", existing_type=sa.String(length=254), nullable=False)
    _compare_readable_domains()


def _compare_readable_domains() -> None:
    """Give accounts with an international domain the key by which they are found, whichever form is typed."""
    connection = op.get_bind()
    user = sa.table("user", sa.column("id", sa.Integer), sa.column("email_key", sa.String))
    known = {key: number for number, key in connection.execute(sa.select(user.c.id, user.c.email_key))}
    for old, number in list(known.items()):
        name, at, domain = old.rpartition("@")
        if domain.isascii() and "xn--" not in domain:
            continue
        try:
            domain = idna.decode(idna.encode(domain, uts46=True, transitional=False))
        except (idna.IDNAError, UnicodeError):
            continue  # no letter ever reached it
        new = f"{name}{at}{domain}"
        if new not in known:  # two accounts of one address stay two
            known[new] = number
            connection.execute(sa.update(user).where(user.c.id == number).values(email_key=new))


def downgrade() -> None:
    with altered("organisation") as batch_op:
        batch_op.drop_column("reply_email")
    with silent_triggers("outgoing_mail"):
        op.execute("UPDATE outgoing_mail SET state = 'sent' WHERE state = 'bounced'")
    with altered("outgoing_mail") as batch_op:
        batch_op.drop_constraint(op.f(CHECK), type_="check")
        batch_op.create_check_constraint(op.f(CHECK), _states(BEFORE))
        batch_op.drop_column("bounce_code")
        batch_op.drop_column("bounced_at")
