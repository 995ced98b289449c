"""timetables are announced"""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from migrations.operations import silent_triggers

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

REFERENCES = (
    ("outgoing_mail", "trainer_id", "trainer"),
    ("outgoing_mail", "announcement_id", "announcement"),
    ("outgoing_mail", "caused_by_id", '"user"'),
    ("training", "announcement_id", "announcement"),
)
OF_A_SESSION = (
    ("title", sa.String()),
    ("starts_local", sa.DateTime(timezone=False)),
    ("ends_local", sa.DateTime(timezone=False)),
    ("starts_at", sa.DateTime(timezone=True)),
    ("ends_at", sa.DateTime(timezone=True)),
    ("break_minutes", sa.Integer()),
    ("is_compulsory", sa.Boolean()),
    ("room_id", sa.Integer()),
)
"""What the copy takes from a session as it stands."""
ANNOUNCEMENT = sa.table(
    "announcement",
    sa.column("id", sa.Integer()),
    sa.column("public_id", sa.Uuid()),
    sa.column("training_id", sa.Integer()),
    sa.column("audience", sa.String()),
    sa.column("number", sa.Integer()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("note", sa.Text()),
    sa.column("starts_on", sa.Date()),
    sa.column("ends_on", sa.Date()),
    sa.column("zone", sa.String()),
    sa.column("venue_id", sa.Integer()),
    sa.column("country", sa.String()),
    sa.column("link", sa.String()),
    sa.column("modality", sa.String()),
    sa.column("told", sa.JSON()),
)
ANNOUNCED_SESSION = sa.table(
    "announced_session",
    sa.column("announcement_id", sa.Integer()),
    sa.column("session_id", sa.Integer()),
    *(sa.column(name, kind) for name, kind in OF_A_SESSION),
    sa.column("trainer_ids", sa.JSON()),
    sa.column("state", sa.String()),
    sa.column("sequence", sa.Integer()),
)
SESSION = sa.table(
    "training_session",
    sa.column("id", sa.Integer()),
    sa.column("training_id", sa.Integer()),
    sa.column("cancelled_at", sa.DateTime(timezone=True)),
    sa.column("suspended_at", sa.DateTime(timezone=True)),
    *(sa.column(name, kind) for name, kind in OF_A_SESSION),
)


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum("all", "trainers", name="audience", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column(
            "modality",
            sa.Enum(
                "in_person",
                "online",
                "hybrid",
                name="modality",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_announcement_dates_in_order")),
        sa.CheckConstraint("number > 0", name=op.f("ck_announcement_number_positive")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_announcement_by_id")),
        sa.ForeignKeyConstraint(["training_id"], ["training.id"], name=op.f("fk_announcement_training_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_announcement_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("public_id", name=op.f("uq_announcement_public_id")),
        sa.UniqueConstraint(
            "training_id", "audience", "number", name=op.f("uq_announcement_training_id_audience_number")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "training_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_training_invitation_agency_id")),
        sa.ForeignKeyConstraint(
            ["training_id"], ["training.id"], name=op.f("fk_training_invitation_training_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_invitation")),
        sa.UniqueConstraint(
            "training_id", "agency_id", name=op.f("uq_training_invitation_training_id_agency_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_training_invitation_agency_id"), "training_invitation", ["agency_id"], unique=False
    )
    op.create_table(
        "announced_session",
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts_local", sa.DateTime(timezone=False), nullable=False),
        sa.Column("ends_local", sa.DateTime(timezone=False), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("break_minutes", sa.Integer(), nullable=False),
        sa.Column("is_compulsory", sa.Boolean(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("trainer_ids", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held", "called_off", name="announced", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_announced_session_announcement_id")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_announced_session_room_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_session.id"], name=op.f("fk_announced_session_session_id")
        ),
        sa.PrimaryKeyConstraint("announcement_id", "session_id", name=op.f("pk_announced_session")),
    )
    op.create_index(
        op.f("ix_announced_session_session_id"), "announced_session", ["session_id"], unique=False
    )
    # Plain columns with a default, as in 0020: a batch would make the table of trainings anew, and its checks would then
    # keep revision 0003 from going down on SQLite.
    for table, column, other in REFERENCES:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER "
            f"CONSTRAINT fk_{table}_{column} REFERENCES {other} (id)"
        )
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.add_column("outgoing_mail", sa.Column("phoned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "outgoing_mail",
        sa.Column("phoned_by_name", sa.String(length=200), server_default="", nullable=False),
    )
    for name in ("is_by_invitation", "shows_trainers"):
        op.add_column("training", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("training_session", sa.Column("sequence", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "organisation", sa.Column("letters_wait", sa.Integer(), server_default="60", nullable=False)
    )
    _announce_what_is_no_draft()


def _announce_what_is_no_draft() -> None:
    """Announcement no. 1 of every training that is not a draft, as its rows stand now. No letters are written."""
    connection, now = op.get_bind(), datetime.now(UTC)
    trainings = connection.execute(
        sa.text(
            "SELECT id, starts_on, ends_on, zone, venue_id, country, link, modality FROM training "
            "WHERE state <> 'draft' ORDER BY id"
        ).columns(starts_on=sa.Date, ends_on=sa.Date)
    ).mappings()
    rows = [
        {
            **{
                name: one[name]
                for name in ("starts_on", "ends_on", "zone", "venue_id", "country", "link", "modality")
            },
            "training_id": one["id"],
            "public_id": uuid.uuid4(),
            "audience": "all",
            "number": 1,
            "at": now,
            "note": "",
            "told": {},
        }
        for one in trainings
    ]
    if not rows:
        return
    connection.execute(sa.insert(ANNOUNCEMENT), rows)
    teaching = defaultdict(list)
    for session_id, trainer_id in connection.execute(
        sa.text("SELECT session_id, trainer_id FROM session_trainer ORDER BY session_id, trainer_id")
    ):
        teaching[session_id].append(trainer_id)
    sessions = (
        connection.execute(
            sa.select(ANNOUNCEMENT.c.id.label("announcement_id"), *SESSION.c)
            .join(SESSION, SESSION.c.training_id == ANNOUNCEMENT.c.training_id)
            .order_by(SESSION.c.id)
        )
        .mappings()
        .all()
    )
    copies = [
        {
            **{name: one[name] for name, _ in OF_A_SESSION},
            "announcement_id": one["announcement_id"],
            "session_id": one["id"],
            "trainer_ids": teaching[one["id"]],
            "state": "held" if one["cancelled_at"] is None and one["suspended_at"] is None else "called_off",
            "sequence": 0,
        }
        for one in sessions
    ]
    if copies:
        connection.execute(sa.insert(ANNOUNCED_SESSION), copies)
    with silent_triggers("training"):
        op.execute(
            "UPDATE training SET announcement_id = (SELECT announcement.id FROM announcement "
            "WHERE announcement.training_id = training.id) WHERE state <> 'draft'"
        )


def downgrade() -> None:
    op.drop_column("organisation", "letters_wait")
    op.drop_column("training_session", "sequence")
    for name in ("shows_trainers", "is_by_invitation"):
        op.drop_column("training", name)
    for name in ("phoned_by_name", "phoned_at"):
        op.drop_column("outgoing_mail", name)
    for table, column, _ in reversed(REFERENCES):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
        op.drop_column(table, column)
    op.drop_index(op.f("ix_announced_session_session_id"), table_name="announced_session")
    op.drop_index(op.f("ix_training_invitation_agency_id"), table_name="training_invitation")
    op.drop_table("announced_session")
    op.drop_table("training_invitation")
    op.drop_table("announcement")
