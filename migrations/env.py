"""How Alembic reaches the database: one connection, one transaction, foreign keys off on SQLite while tables move."""

from __future__ import annotations

from alembic import context
from flask import current_app

migrate = current_app.extensions["migrate"]
metadata = migrate.db.metadatas[None]


def as_plain_type(kind: str, thing: object, autogen_context: object) -> str | bool:
    """Write our own column types as what they are in SQL: a migration imports nothing of the application."""
    if kind == "type" and type(thing).__module__ == "training.models.columns":
        return f"sa.DateTime(timezone={thing.impl.timezone})"
    return False


def run() -> None:
    """Upgrade or downgrade, all or nothing."""
    engine = migrate.db.engine
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # SQLite ignores this inside a transaction, and moving a table with it on deletes what refers to it.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=metadata,
            transactional_ddl=True,
            render_item=as_plain_type,
            **migrate.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(
                        f"The migration breaks {len(broken)} references, {broken[:3]} among them."
                    )
        if is_sqlite:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


run()
