"""The database: its base class, its connections, and ``@atomic``, the only place that commits.

Savepoints and rollbacks work on SQLite only while its driver begins no transactions by itself. This module
therefore sends ``BEGIN``. A unit of work that writes gets ``BEGIN IMMEDIATE``, so that a second writer waits
and does not fail.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, current_app
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, Integer, MetaData, String, Table, event, insert, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.orm.attributes import InstrumentedAttribute, flag_modified, set_committed_value
from sqlalchemy.orm.interfaces import ORMOption

from config import ROOT, Config
from training.errors import Conflict, Invalid
from training.text import msg

TAKEN = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23505"}
"""How the two databases say that a unique key is taken."""
MISSING = {"SQLITE_CONSTRAINT_FOREIGNKEY", "23503"}
"""How they say that what a row refers to is not there, or does not fit any more."""
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T", bound="Base")

BUSY_SECONDS = 10
MOST_PARAMETERS = 1_000
POSTGRES_OPTIONS = (
    "-c timezone=UTC -c lock_timeout=10s -c statement_timeout=120s -c idle_in_transaction_session_timeout=60s"
)
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every model. No table gives the same id twice."""

    metadata = MetaData(naming_convention=NAMING)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        table = cls.__dict__.get("__table__")
        if isinstance(table, Table) and "id" in table.c:
            table.dialect_options["sqlite"]["autoincrement"] = True


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
migrate = Migrate(db=db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)


NOTES, FIRST, LOCKS, FINISH = "notes", "first", "locks", "finish_of_work"
Finish = Callable[[list[Any]], None]
"""Gets all notes of a unit of work and writes what follows from them, just before the commit."""


def note(thing: Any) -> None:
    """Keep ``thing`` for the end of the running unit of work. A rolled-back savepoint loses its notes."""
    db.session().info.setdefault(NOTES, []).append(thing)


class WriteOutsideAtomic(RuntimeError):
    """A programming error: something was changed outside a function marked ``@atomic``."""


def init_app(app: Flask, config: Config, finish: Finish) -> None:
    """Connect ``app`` to the database that ``config`` names.

    ``finish`` gets the notes of each unit of work and writes what follows from them.
    """
    options: dict[str, Any] = {"pool_pre_ping": not config.is_sqlite}
    if config.is_sqlite:
        options["connect_args"] = {"timeout": BUSY_SECONDS}
    else:
        options["connect_args"] = {"options": POSTGRES_OPTIONS}
        options |= {"pool_size": 5, "max_overflow": 5, "pool_timeout": 15}
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    app.config["SEAT_LOCK"], app.config["LOCKS_ARE_CHECKED"] = config.seat_lock, config.local
    app.extensions[FINISH] = finish
    db.init_app(app)
    migrate.init_app(app)
    with app.app_context():
        db.engine.update_execution_options(seat_lock=config.seat_lock)


def atomic(function: Callable[P, R]) -> Callable[P, R]:
    """Run ``function`` as one unit of work: all of its changes are stored, or none when it raises.

    The outermost call ends the request's read transaction and begins one that writes. On SQLite this is
    ``BEGIN IMMEDIATE``, so that writers queue. Things that were loaded before are read again. Just before the
    commit, the notes are written (see ``note``). Inside ``as_one``, the unit of work stays open after this
    call.

    A call inside another call is a savepoint: the caller may catch its refusal and go on.

    Raises ``Conflict`` when two people store the same unique key at once, or one removes what the other refers to.
    A look beforehand cannot see this.
    """

    @wraps(function)
    def unit_of_work(*args: P.args, **kwargs: P.kwargs) -> R:
        session = db.session()
        with _taken_is_a_conflict():
            if is_writing():
                return _inside(session, function, *args, **kwargs)
            first = session.info.get(FIRST)
            session.commit()
            session.info["writing"], session.info[NOTES], session.info[LOCKS] = True, [], set()
            try:
                session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
                if first is not None:
                    first()
                result = function(*args, **kwargs)
                if first is None:
                    _store(session)
                else:
                    session.flush()  # a taken unique key is refused here, where the caller can answer it
                return result
            except BaseException:
                _roll_back(session)
                raise

    return unit_of_work


def roll_back() -> None:
    """Drop the changes that are not stored yet. Everything is read anew from here on."""
    db.session.rollback()


def release() -> None:
    """Give the connection back and forget what was read. A loop calls this at the end of each round."""
    db.session.remove()


def is_writing() -> bool:
    """Whether a unit of work is open."""
    return bool(db.session().info.get("writing"))


@contextmanager
def as_one(first: Callable[[], None]) -> Iterator[None]:
    """Make one unit of work of all ``@atomic`` calls inside. The first one begins it and calls ``first``.

    The unit of work is stored at the end, or not at all when an exception leaves the block. A block without
    an ``@atomic`` call opens none, and a refusal of the first call closes it: no other writer has to wait
    then.
    """
    session = db.session()
    session.info[FIRST] = first
    try:
        with _taken_is_a_conflict():
            yield
            if is_writing():
                _store(session)
    finally:
        session.info[FIRST] = None
        if is_writing():
            _roll_back(session)


def _inside(session: Session, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    kept, held = len(session.info[NOTES]), set(session.info[LOCKS])
    try:
        with session.begin_nested():
            return function(*args, **kwargs)
    except BaseException:
        del session.info[NOTES][kept:]
        session.info[LOCKS] = held  # a savepoint that is taken back gives its locks back
        raise


def _store(session: Session) -> None:
    current_app.extensions[FINISH](session.info[NOTES])
    session.commit()
    session.info["writing"], session.info[NOTES] = False, []


def _roll_back(session: Session) -> None:
    try:
        session.rollback()
    finally:
        session.info["writing"], session.info[NOTES] = False, []


@contextmanager
def _taken_is_a_conflict() -> Iterator[None]:
    try:
        yield
    except IntegrityError as refused:
        kind = getattr(refused.orig, "sqlite_errorname", getattr(refused.orig, "sqlstate", ""))
        if kind in MISSING:
            raise Conflict(
                msg(
                    "Somebody else changed what this refers to at the same moment. "
                    "Your change was not stored. Load the page again."
                ),
                "same_moment",
            ) from refused
        if kind not in TAKEN:
            raise
        raise Conflict(
            msg(
                "Somebody else stored the same thing at the same moment. Your change was not stored. Load the page again."
            ),
            "same_moment",
        ) from refused


def found_or_stored(find: Callable[[], T | None], new: Callable[[], T]) -> T:
    """What ``find`` finds; else what ``new`` makes, stored.

    Where somebody else stores the same row at the same moment, it is theirs: a row that is made at its first save is not
    made twice, and whoever saves second is compared with the first as ever.
    """
    if (found := find()) is not None:
        return found
    try:
        with db.session.begin_nested():
            row = new()
            db.session.add(row)
            db.session.flush()  # the unique key is looked at here
        return row
    except IntegrityError:
        if (found := find()) is None:
            raise
        return found


Row = dict[str, Any]
"""One row to be stored: column name → value."""


def insert_many(model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows by one statement. This goes past the ORM, which takes longer than the database itself.

    All rows name the same columns, and foreign keys are given as ids. A column that no row names gets its
    default. Raises ``Invalid`` when a value does not fit its column. Raises ``ValueError`` when the rows
    differ in their columns, because the statement would store only the columns of the first row.
    """
    if not rows:
        return
    for row in rows:
        if row.keys() != rows[0].keys():
            raise ValueError(f"Rows of {model.__name__} differ in their columns.")
        _check_columns(model, row)
    table = inspect(model).local_table
    assert isinstance(table, Table)
    db.session.execute(insert(table), rows)


def store_many(model: type[T], rows: Sequence[Row]) -> list[T]:
    """``insert_many`` for a model that has a ``public_id``. Returns the stored things, in order."""
    ids = [uuid.uuid4() for _ in rows]
    insert_many(model, [{**row, "public_id": number} for row, number in zip(rows, ids, strict=True)])
    public_id: InstrumentedAttribute[uuid.UUID] = inspect(model).attrs["public_id"].class_attribute
    found: dict[uuid.UUID, T] = {}
    for first in range(0, len(ids), MOST_PARAMETERS):
        some = public_id.in_(ids[first : first + MOST_PARAMETERS])
        found |= dict(db.session.execute(select(public_id, model).where(some)).all())
    return [found[number] for number in ids]


def know(thing: Base, **related: Base) -> None:
    """Fill in relationships of a stored thing, so that they are not read from the database again."""
    for name, other in related.items():
        set_committed_value(thing, name, other)


def update_many(things: Sequence[Base], columns: Sequence[str]) -> None:
    """Store these columns of things of one model by one statement.

    Without this, SQLAlchemy puts two things into one statement only when the same columns changed in both.
    """
    for thing in things:
        for column in columns:
            flag_modified(thing, column)
    db.session.flush()


def is_expired(thing: Base) -> bool:
    """Whether ``thing`` was loaded before the unit of work began, so that the next look reads it again."""
    return bool(inspect(thing).expired_attributes)


def refresh_many(things: Sequence[Base], *options: ORMOption) -> None:
    """Read things of one model again by one statement.

    Without this, each thing that was loaded before the unit of work began is read by a statement of its own.
    """
    if not things:
        return
    model = type(things[0])
    [number] = inspect(model).primary_key
    keys = [inspect(thing).identity for thing in things]  # known without reading the thing
    numbers = sorted({key[0] for key in keys if key is not None})
    for first in range(0, len(numbers), MOST_PARAMETERS):
        found = select(model).where(number.in_(numbers[first : first + MOST_PARAMETERS])).options(*options)
        db.session.scalars(found.execution_options(populate_existing=True)).all()


def locks_are_checked() -> bool:
    """Whether a row that is locked out of order is an error, as on a developer's machine. Others only log it."""
    return bool(current_app.config["LOCKS_ARE_CHECKED"])


def seat_lock_is_on() -> bool:
    """Whether writers queue for seats. False only in the test that shows what happens without the lock."""
    return bool(db.engine.get_execution_options().get("seat_lock", True))


@event.listens_for(Engine, "connect")
def _prepare_sqlite(dbapi_connection: Any, record: Any) -> None:
    """Set the pragmas on every new connection, because a pragma holds for one connection only."""
    if not type(dbapi_connection).__module__.startswith("sqlite3"):
        return
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=FULL",
        "recursive_triggers=ON",
        "trusted_schema=OFF",
        "secure_delete=ON",
        "cache_size=-32000",
        "mmap_size=268435456",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    options = connection.get_execution_options()
    if not options.get("seat_lock", True):
        return  # each statement commits by itself: the test without the seat lock needs this
    connection.exec_driver_sql(f"BEGIN {options.get('sqlite_begin', 'DEFERRED')}")


@event.listens_for(Session, "before_flush")
def _refuse_write_outside_atomic(session: Session, context: Any, instances: Any) -> None:
    if not session.info.get("writing"):
        raise WriteOutsideAtomic("Changes are stored inside @atomic only.")
    for thing in [*session.new, *session.dirty]:
        _check_columns(type(thing), vars(thing))


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_write_outside_atomic(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not state.session.info.get("writing"):
        raise WriteOutsideAtomic("Changes are stored inside @atomic only.")


@cache
def _bounded(model: type[Base]) -> tuple[list[tuple[str, int | None]], list[str]]:
    """The text columns, each with its longest length, and the whole-number columns."""
    kinds = {one.key: one.columns[0].type for one in inspect(model).column_attrs}
    texts = [(key, kind.length) for key, kind in kinds.items() if isinstance(kind, String)]
    return texts, [key for key, kind in kinds.items() if isinstance(kind, Integer)]


def _check_columns(model: type[Base], row: Mapping[str, Any]) -> None:
    """Refuse what PostgreSQL refuses and SQLite stores: too long a text, NUL, a number beyond 32 bits."""
    texts, numbers = _bounded(model)
    for key, most in texts:
        value = row.get(key)
        if isinstance(value, str):
            if most and len(value) > most:
                raise Invalid(msg("Use at most %(most)s characters.", most=most), field=key)
            if "\x00" in value:
                raise Invalid(msg("This contains a character that cannot be stored."), field=key)
    for key in numbers:
        value = row.get(key)
        if isinstance(value, int) and not -(2**31) <= value < 2**31:
            raise Invalid(msg("This number is too large."), field=key)
