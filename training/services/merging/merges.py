"""Making two records of one person one, and undoing it while nothing has built on it.

``MOVED`` and ``STAYS`` list what refers to a person. A test compares them with the foreign keys of the
tables. Every value that is known of a person can be chosen in a merge, or stands in ``OWN``. A test compares
both with the classed columns. Copies on registrations (like the agency of that day) never change. A special
value, such as a diet, stays with the record of which it was said.

Where both are registered for one training, their registrations become one (see ``joins``), in a training of any state. A
register that is closed or locked takes the marks too: its figures only become true, and each change is a correction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, inspect, or_, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from training import clock
from training.db import Base, atomic, db
from training.errors import Conflict, Invalid, NotFound
from training.models import (
    NotSame,
    PersonMerge,
    Registration,
    RegistrationState,
    Trainee,
    TraineeKey,
    User,
)
from training.models.about_people import is_special
from training.services import audit, locked_trainings
from training.services.letters import again
from training.services.locked_trainings import Lock, lock_in_order
from training.services.merging import joining, joins
from training.services.merging.joins import Choices
from training.services.trainees import duplicates, records
from training.text import Message, msg

MOVED: tuple[InstrumentedAttribute[Any], ...] = (Registration.trainee_id, Trainee.merged_into_id)
"""References that are moved to the person who stays. Undoing puts them back."""

STAYS: tuple[InstrumentedAttribute[Any], ...] = (
    TraineeKey.trainee_id,  # derived from the names: a person merged away has none
    NotSame.one_id,  # said of these two people as they were; ``_keep_apart`` copies it to ``kept``
    NotSame.other_id,
    PersonMerge.kept_id,  # history: it happened to this person
    PersonMerge.gone_id,
)

COLUMNS = {"agency": "agency_id", "theme": "theme_id"}
"""Fields whose value is a thing, and the column that holds its id."""

OWN: dict[str, str] = {
    "search_key": "derived from the names",
    "anonymised_at": "it happened to this row; whoever was anonymised meets nobody",
}
"""Columns of a person that a merge leaves to each of the two, and why. Every special column is among them."""


def of(trainee: Trainee) -> list[PersonMerge]:
    """The merges into this person that were not undone, the latest first."""
    return list(
        db.session.scalars(
            select(PersonMerge)
            .where(PersonMerge.kept_id == trainee.id, PersonMerge.undone_at.is_(None))
            .options(joinedload(PersonMerge.gone))
            .order_by(PersonMerge.id.desc())
        )
    )


def get(user: User, public_id: UUID) -> PersonMerge:
    """The merge with this id, or ``NotFound``."""
    found = db.session.scalar(
        select(PersonMerge)
        .where(PersonMerge.public_id == public_id)
        .options(joinedload(PersonMerge.kept), joinedload(PersonMerge.gone))
    )
    if found is None:
        raise NotFound
    return found


@atomic
def merge(
    kept: Trainee, gone: Trainee, *, by: User, values: Collection[str], choices: Choices | None = None
) -> PersonMerge:
    """Make two people one: ``kept`` stays, with the ``values`` (names of fields) of ``gone`` that are right.

    ``gone`` remains as a row that nobody sees. ``choices`` say which of two registrations for a training stays, and which
    marks are right; without them, what is proposed is taken. Raises ``Conflict`` if there is something else to decide by
    now, and ``Invalid`` for a question without an answer. A seat that becomes free goes to the next in line.
    """
    if unknown := set(values) - set(duplicates.DIFFERING):
        raise Invalid(msg("There is no field %(name)s to choose.", name=sorted(unknown)[0][:40]))
    _lock(kept, gone)
    if kept is gone or kept.merged_into_id or gone.merged_into_id:
        raise Conflict(msg("These two are one person already."), "merged")
    both = joins.of(kept, gone)
    locked_trainings.hold_sessions_of([one.training.id for one in both])
    both = joins.of(kept, gone)  # read again: somebody may have marked until the registers were held
    joins.check_not_foreign(both, by)
    joins.check_seen(both, choices)
    joined = [joining.join(one, choices, by=by) for one in both]
    columns = _columns(_taken(kept, gone, values))
    before, audited = _plain(kept, columns), audit.snapshot(kept)
    for column in columns:
        setattr(kept, column, getattr(gone, column))
    moved = {str(column): _move(column, gone.id, kept.id) for column in MOVED}
    gone.merged_into_id = kept.id
    _refresh(kept, gone)
    done = PersonMerge(
        kept=kept,
        gone=gone,
        at=clock.now(),
        by=by,
        by_name=by.name,
        before=before,
        after=_plain(kept, columns),
        moved={"rows": moved, "registrations": _registrations_of(kept), "apart": _keep_apart(kept, gone)},
        joined=joined,
    )
    db.session.add(done)
    for one in joined:
        _record(one, "registration.join", by)
        joining.give_seats(one, by=by)
    _tell(kept, moved, joined)
    audit.record(
        by=by,
        action="trainee.merge",
        thing=kept,
        before=audited,
        changes={"merged": gone.name, "moved": sum(len(rows) for rows in moved.values())},
    )
    return done


@atomic
def undo(done: PersonMerge, *, by: User) -> None:
    """Put everything back as it was before the merge. Raises ``Conflict`` if something has built on it.

    Whoever undoes it must see all registrations that were joined, as whoever merges. A value that somebody has changed since the merge stays as it is now.
    """
    kept, gone = done.kept, done.gone
    _lock(kept, gone)
    db.session.refresh(done)
    if refusal := why_not(done, by):
        raise refusal
    details: Any = done.moved
    for column in MOVED:
        rows = details["rows"][str(column)]
        db.session.execute(update(column.class_).where(column.class_.id.in_(rows)).values({column: gone.id}))
    if apart := [tuple(sorted((kept.id, number))) for number in details.get("apart", [])]:
        db.session.execute(delete(NotSame).where(tuple_(NotSame.one_id, NotSame.other_id).in_(apart)))
    joined: Any = done.joined
    locked_trainings.hold_sessions_of([one["training"] for one in joined])
    for one in joined:
        joining.part(one, by=by)
        _record(one, "registration.part", by)
    before: Any = done.before
    after: Any = done.after
    now = _plain(kept, list(after))
    for name, value in before.items():
        if now[name] == after[name]:
            setattr(kept, name, _typed(name, value))
    gone.merged_into_id = None
    done.undone_at, done.undone_by_name = clock.now(), by.name
    _refresh(kept, gone)
    _tell(kept, details["rows"], joined)
    audit.record(by=by, action="trainee.unmerge", thing=kept, changes={"separated": gone.name})


def why_not(done: PersonMerge, user: User) -> Conflict | None:
    """The reason why ``user`` cannot undo the merge, or None."""
    if refusal := _built_on(done):
        return Conflict(refusal, "built_on")
    joined: Any = done.joined
    ids = [number for one in joined for number in joining.registrations_of(one)]
    if others := joins.foreign_of(ids, user):
        return Conflict(
            msg(
                "This joined registrations for %(codes)s, which another coordinator looks after: ask them to undo it.",
                codes=", ".join(one.code for one in others),
            ),
            "foreign",
        )
    return None


def _built_on(done: PersonMerge) -> Message | None:
    details: Any = done.moved
    if done.undone_at is not None:
        return msg("This was undone already.")
    if done.kept.merged_into_id is not None:
        return msg("%(name)s was merged with somebody else since: undo that first.", name=done.kept.name)
    if done.gone.merged_into_id != done.kept_id:
        return msg("%(name)s belongs to somebody else by now.", name=done.gone.name)
    if set(_registrations_of(done.kept)) - {*details["registrations"], *_came_later(done)}:
        return msg("%(name)s was registered for another training since.", name=done.kept.name)
    for column in MOVED:
        model: Any = column.class_
        rows = model.id.in_(details["rows"][str(column)])
        if db.session.scalar(select(model.id).where(rows, column != done.kept_id).limit(1)):
            return msg("Something that moved in this merge belongs to another person now.")
    joined: Any = done.joined
    later: list[Any] = [one.joined for one in _later(done)]
    return joining.why_not(joined, [one for found in later for one in found])


def without_seats(done: PersonMerge) -> list[Registration]:
    """Those who would come back onto the reserve list if the merge was undone now: their seats went to others since.

    It is asked of a merge that can be undone (see ``why_not``).
    """
    joined: Any = done.joined
    return joining.without_seats(joined)


def _record(one: joining.Kept, action: str, by: User) -> None:
    """The audit log's entry about what was joined, or parted again."""
    thing = db.session.get_one(Registration, one["staying"])
    changes = {"registrations": len(one["joined"]), "marks": len(one["marks"]), "differing": one["differing"]}
    audit.record(by=by, action=action, thing=thing, changes=changes)


def _taken(kept: Trainee, gone: Trainee, values: Collection[str]) -> set[str]:
    """The fields whose values are taken from ``gone``.

    If only the focal point may write to one of the two, this also holds of the one who stays.
    """
    flag = "contact_via_focal_point"
    chosen = set(values) - {flag}
    return chosen | {flag} if gone.contact_via_focal_point and not kept.contact_via_focal_point else chosen


def _columns(fields: Collection[str]) -> list[str]:
    """The columns of these fields, without special ones: the merge keeps the values for good."""
    named = [COLUMNS.get(name, name) for name in duplicates.DIFFERING if name in fields]
    return [column for column in named if not is_special(column, Trainee)]


def _tell(kept: Trainee, rows: dict[str, list[int]], joined: Sequence[joining.Kept]) -> None:
    """Send new links, because those in earlier letters are wrong now. Adapt letters that wait.

    Where a registration became part of another one, its person gets the link of that one.
    """
    others = [number for one in joined for number in joining.registrations_of(one)]
    again.of_registrations(sorted({*rows[str(Registration.trainee_id)], *others}))
    again.of_people([kept])


def _lock(kept: Trainee, gone: Trainee) -> None:
    """Hold both people's trainings, then the people, in ascending order. Nobody is registered meanwhile."""
    ids = [kept.id, gone.id]
    theirs = select(Registration.training_id).where(Registration.trainee_id.in_(ids)).distinct()
    held = set(db.session.scalars(theirs))
    locked_trainings.lock_all(held)
    in_line = select(Registration.trainee_id).where(
        Registration.training_id.in_(held), Registration.state == RegistrationState.RESERVE
    )
    # with those in line, because seats that become free are given to them
    lock_in_order(Trainee, {*ids, *db.session.scalars(in_line)}, Lock.WHOLE)
    if not set(db.session.scalars(theirs)) <= held:
        raise Conflict(
            msg("One of the two has just been registered for a training. Try once more."), "changed"
        )


def _move(column: InstrumentedAttribute[Any], gone_id: int, kept_id: int) -> list[int]:
    """Make the rows that refer to ``gone_id`` refer to ``kept_id``, and return their ids."""
    model = column.class_
    ids = list(db.session.scalars(select(model.id).where(column == gone_id).order_by(model.id)))
    if ids:
        db.session.execute(update(model).where(model.id.in_(ids)).values({column: kept_id}))
    return ids


def _refresh(kept: Trainee, gone: Trainee) -> None:
    """Derive search keys and keys for matching from the names again."""
    db.session.flush()  # refreshing would lose what was not sent
    for one in (kept, gone):
        db.session.refresh(one)
        one.search_key = records.key_for_search(one)
    records.keep_keys([kept, gone])


def _keep_apart(kept: Trainee, gone: Trainee) -> list[int]:
    """Note that people who are known not to be ``gone`` are not ``kept`` either.

    Returns the ids of the people of whom this is new.
    """
    said: dict[int, dict[int, NotSame]] = {kept.id: {}, gone.id: {}}
    found = select(NotSame).where(or_(NotSame.one_id.in_(said), NotSame.other_id.in_(said)))
    for row in db.session.scalars(found):
        for number, other_id in ((row.one_id, row.other_id), (row.other_id, row.one_id)):
            if number in said:
                said[number][other_id] = row
    new = sorted(set(said[gone.id]) - set(said[kept.id]) - {kept.id})
    for other_id in new:
        one_id, last_id = sorted((kept.id, other_id))
        row = said[gone.id][other_id]
        db.session.add(
            NotSame(one_id=one_id, other_id=last_id, at=row.at, by_id=row.by_id, by_name=row.by_name)
        )
    return new


def _came_later(done: PersonMerge) -> list[int]:
    """The registrations that came with people who were merged into the same person later.

    They leave again with these people.
    """
    moved: list[Any] = [one.moved for one in _later(done)]
    return [number for one in moved for number in one["rows"][str(Registration.trainee_id)]]


def _later(done: PersonMerge) -> Sequence[PersonMerge]:
    """Merges into the same person after this one."""
    return db.session.scalars(
        select(PersonMerge).where(
            PersonMerge.kept_id == done.kept_id, PersonMerge.id > done.id, PersonMerge.undone_at.is_(None)
        )
    ).all()


def _registrations_of(trainee: Trainee) -> list[int]:
    """The ids of the person's submitted registrations. A draft does not stand against undoing a merge."""
    own = (Registration.trainee_id == trainee.id) & Registration.submitted_at.is_not(None)
    return list(db.session.scalars(select(Registration.id).where(own).order_by(Registration.id)))


def _plain(thing: Base, columns: list[str]) -> dict[str, Any]:
    kept = audit.snapshot(thing)
    return {column: kept[column] for column in columns if column in kept}


def _typed(column: str, value: Any) -> Any:
    """A value from JSON as the column takes it. JSON holds a member of an enumeration by its value."""
    kind: Any = inspect(Trainee).columns[column].type
    return kind.enum_class(value) if getattr(kind, "enum_class", None) and value is not None else value
