"""Trainees. Coordinators share them all. A partner sees its own agency's people only.

People whom a partner adds are compared with these people only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, false, intersect, or_, select
from sqlalchemy.orm import joinedload

from training.db import MOST_PARAMETERS, Row, atomic, db, insert_many, store_many
from training.errors import Conflict, Invalid, NotFound
from training.models import Agency, NotSame, Registration, Role, Sex, Theme, Trainee, TraineeKey, User
from training.rules import alike
from training.rules.names import clean, fold, search_key
from training.services import audit, visible_trainings
from training.services.letters import again
from training.services.locked_trainings import Lock, lock_in_order
from training.services.seen import Seen, as_stored, settle
from training.text import msg

MOST_NAMES = 8
"""A text with more words than this is not searched as a name."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """What is known of a person. Names are spelled as in the passport."""

    family_name: str
    given_names: str
    native_name: str = ""
    sex: Sex = Sex.NOT_RECORDED
    country: str
    function: str = ""
    rank: str = ""
    language: str = ""
    email: str = ""
    phone: str = ""
    contact_via_focal_point: bool = False


def visible_to(user: User) -> Select[Trainee]:
    """The people whom ``user`` may see. A record that was merged into another one is not among them."""
    found = select(Trainee).where(Trainee.merged_into_id.is_(None))
    match user.role:
        case Role.PARTNER:
            return found.where(Trainee.agency_id == user.agency_id)
        case Role.TRAINER:
            return found.where(false())
    return found


def search(
    user: User,
    *,
    text: str = "",
    theme: Theme | None = None,
    only: bool = False,
    agency: Agency | None = None,
    country: str | None = None,
    sex: Sex | None = None,
    sort: str = "name",
    descending: bool = False,
) -> Select[Trainee]:
    """People by name in any script and spelling, or by e-mail address.

    A multi-thematic programme means also those who take part in its trainings, unless ``only`` their own tag counts.
    """
    found = visible_to(user).options(joinedload(Trainee.agency), joinedload(Trainee.theme))
    if words := fold(text).split():
        among = user.agency_id if user.role is Role.PARTNER else agency.id if agency else None
        as_typed = [Trainee.search_key.contains(word, autoescape=True) for word in words]
        found = found.where(or_(and_(*as_typed), is_named(text, among)))
    if theme:
        own = Trainee.theme_id == theme.id
        if theme.is_multi_thematic and not only:
            takes_part = visible_trainings.registered_under(theme, user, Registration.trainee_id)
            own = or_(own, Trainee.id.in_(takes_part))
        found = found.where(own)
    if agency:
        found = found.where(Trainee.agency_id == agency.id)
    if country:
        found = found.where(Trainee.country == country)
    if sex:
        found = found.where(Trainee.sex == sex)
    column = {"name": Trainee.search_key, "country": Trainee.country, "added": Trainee.id}[sort]
    return found.order_by(column.desc() if descending else column, Trainee.id)


def is_named(text: str, agency_id: int | None = None) -> ColumnElement[bool]:
    """Whether a person of this agency (None: of any) bears all these names, in any script and spelling."""
    parts = alike.words(text)
    if not 0 < len(parts) <= MOST_NAMES:
        return false()
    bearing = [select(TraineeKey.trainee_id).where(meets(keys, agency_id)) for keys in parts]
    return Trainee.id.in_(intersect(*bearing) if len(bearing) > 1 else bearing[0])


def meets(keys: Collection[alike.Key], agency_id: int | None = None) -> ColumnElement[bool]:
    """Whether one of ``keys`` meets a stored key of a person of this agency (None: of any)."""
    found = or_(
        *(
            and_(
                TraineeKey.key.in_(sorted(key for key, one in keys if one == side)),
                TraineeKey.side == alike.other_side(side),
            )
            for side in sorted({side for _, side in keys})
        )
    )
    return found if agency_id is None else and_(TraineeKey.agency_id == agency_id, found)


def get(user: User, public_id: UUID) -> Trainee:
    """The person with this id among those whom ``user`` may see, or ``NotFound``."""
    found = db.session.scalar(
        visible_to(user)
        .where(Trainee.public_id == public_id)
        .options(joinedload(Trainee.agency), joinedload(Trainee.theme))
    )
    if found is None:
        raise NotFound
    return found


def get_or_kept(user: User, public_id: UUID) -> Trainee:
    """Like ``get``, but staff who ask for a record that was merged away get the record that was kept."""
    gone = db.session.scalar(
        select(Trainee).where(Trainee.public_id == public_id, Trainee.merged_into_id.is_not(None))
    )
    if gone is None or user.role is Role.PARTNER:
        return get(user, public_id)
    while gone.merged_into is not None:
        gone = gone.merged_into
    return get(user, gone.public_id)


def pick(agency: Agency, public_ids: Sequence[UUID]) -> list[Trainee]:
    """The agency's people with these ids, in this order. Raises ``NotFound`` if one is not among them."""
    found = list(
        db.session.scalars(
            select(Trainee).where(
                Trainee.agency_id == agency.id,
                Trainee.public_id.in_(set(public_ids)),
                Trainee.merged_into_id.is_(None),
            )
        )
    )
    if len(found) != len(set(public_ids)):
        raise NotFound
    places = {public_id: place for place, public_id in enumerate(public_ids)}
    return sorted(found, key=lambda one: places[one.public_id])


def hold(people: Sequence[Trainee], *, to_change: bool = False) -> None:
    """Read people again, and keep them from being merged or transferred until the unit of work ends.

    With ``to_change`` nobody else can change them either. Raises ``Conflict`` if one of them was merged into somebody
    else, or transferred to another agency, since they were read.
    """
    agencies = {one.id: one.agency_id for one in people}
    now = lock_in_order(Trainee, agencies, Lock.MINE if to_change else Lock.KEPT)
    if len(now) != len(agencies) or any(one.merged_into_id for one in now):
        raise Conflict(
            msg("One of these people was merged with another record. Load the page again."), "merged"
        )
    if any(one.agency_id != agencies[one.id] for one in now):
        raise Conflict(msg("Somebody here has moved to another agency meanwhile: look again."), "changed")


def of_name(agency: Agency, family_name: str, given_names: str) -> list[Trainee]:
    """The agency's people of this name. Capitals, accents and the script do not matter."""
    name = fold(family_name), fold(given_names)
    if not all(name):
        return []
    found = select(Trainee).where(
        Trainee.agency_id == agency.id,
        Trainee.merged_into_id.is_(None),
        Trainee.search_key.contains(name[0], autoescape=True),
    )
    return [
        one
        for one in db.session.scalars(found.order_by(Trainee.id))
        if (fold(one.family_name), fold(one.given_names)) == name
    ]


@atomic
def create(agency: Agency, *, by: User | None, person: Person, theme: Theme | None = None) -> Trainee:
    """Add a person to an agency. The theme is the agency's unless another one is given."""
    trainee = Trainee(agency=agency, theme_id=(theme.id if theme else agency.theme_id), **_columns(person))
    db.session.add(trainee)
    db.session.flush()  # the keys name the person's id
    keep_keys([trainee])
    audit.record(by=by, action="trainee.create", thing=trainee)
    return trainee


@atomic
def change(
    trainee: Trainee,
    *,
    by: User | None,
    person: Person,
    theme: Theme | None = None,
    seen: Seen | None = None,
) -> Trainee:
    """Change what is known of a person. Registrations keep what they copied.

    Raises ``Conflict`` if the person was merged or transferred meanwhile, and ``NotFound`` for a partner
    whose agency the person has left.
    """
    hold([trainee], to_change=True)
    if by is not None and by.role is Role.PARTNER and trainee.agency_id != by.agency_id:
        raise NotFound  # the person moved before this began
    person = settle(seen, person, as_stored(Person, trainee))
    before = audit.snapshot(trainee)
    _set(trainee, person)
    keep_keys([trainee])
    if theme is not None:
        trainee.theme = theme
    again.of_people([trainee])
    audit.record(by=by, action="trainee.change", thing=trainee, before=before)
    return trainee


@atomic
def transfer(trainee: Trainee, *, by: User, agency: Agency) -> Trainee:
    """Transfer a person to another agency.

    The old agency keeps its registrations, but does not see the person any more. Raises ``Invalid`` if the
    person is with this agency already. Raises ``Conflict`` if the person was merged away or anonymised.
    """
    lock_in_order(Trainee, [trainee.id], Lock.WHOLE)
    if trainee.merged_into_id or trainee.anonymised_at:
        raise Conflict(
            msg("This person's record was merged or made anonymous, so it cannot be transferred."), "ended"
        )
    if trainee.agency_id == agency.id:
        raise Invalid(msg("The person belongs to this agency already. Pick another one."), field="agency")
    before = audit.snapshot(trainee)
    trainee.agency = agency
    db.session.flush()  # the agency's id is compared with what it was
    keep_keys([trainee])  # the keys hold the agency's id
    again.of_returned(trainee)
    audit.record(by=by, action="trainee.transfer", thing=trainee, before=before)
    return trainee


def by_ids(numbers: Sequence[int]) -> dict[int, Trainee]:
    """The people with these ids, by id."""
    found = select(Trainee).where(Trainee.id.in_(numbers)).options(joinedload(Trainee.agency))
    return {one.id: one for one in db.session.scalars(found)} if numbers else {}


def lock(numbers: Sequence[int]) -> dict[int, Trainee]:
    """Hold these people until the unit of work ends, read them again, and return them by id."""
    return {one.id: one for one in lock_in_order(Trainee, numbers, Lock.WHOLE)}


def take_over(values: Mapping[Trainee, dict[str, str]], *, by: User | None) -> None:
    """Take single values of people from an agency's list, in few statements. The caller holds the people."""
    changes = []
    for trainee, said in values.items():
        known = {field.name: getattr(trainee, field.name) for field in fields(Person)}
        _set(trainee, Person(**{**known, **said, "sex": Sex(said.get("sex", known["sex"]))}))
        changes.append((trainee, {name: [known[name], getattr(trainee, name)] for name in said}))
    audit.record_many(by=by, action="trainee.change", changes=changes)
    keep_keys(list(values))
    again.of_people([trainee for trainee, said in values.items() if "email" in said])


def add_many(agency: Agency, people: Sequence[Person]) -> list[Trainee]:
    """Add people to an agency in few statements, and return them in order. The caller audits."""
    ids = {"agency_id": agency.id, "theme_id": agency.theme_id}
    stored = store_many(Trainee, [{**ids, **_columns(person)} for person in people])
    keep_keys(stored)
    return stored


def remove(numbers: Sequence[int]) -> None:
    """Remove people to whom nothing refers any more. The caller makes sure of this, and audits."""
    for column in (TraineeKey.trainee_id, NotSame.one_id, NotSame.other_id, Trainee.id):
        db.session.execute(delete(column.class_).where(column.in_(numbers)))


def keys_of(person: Person | Trainee, *, near: bool = True) -> set[alike.Key]:
    """The keys under which a person meets others.

    Without ``near`` the person meets only people who are likely to be the same. A person who was merged away
    or anonymised meets nobody.
    """
    if isinstance(person, Trainee) and (person.merged_into_id or person.anonymised_at):
        return set()
    return alike.keys(
        family_name=person.family_name,
        given_names=person.given_names,
        native_name=person.native_name,
        email=person.email,
        near=near,
    )


def keep_keys(people: Sequence[Trainee]) -> None:
    """Store people's keys as they are now. Code that changes a name, address or agency must call this."""
    db.session.flush()  # the keys name the ids of people who were just added
    known: dict[int, set[tuple[str, int, int]]] = {one.id: set() for one in people}
    numbers = list(known)
    for first in range(0, len(numbers), MOST_PARAMETERS):
        found = select(TraineeKey.trainee_id, TraineeKey.key, TraineeKey.side, TraineeKey.agency_id).where(
            TraineeKey.trainee_id.in_(numbers[first : first + MOST_PARAMETERS])
        )
        for number, key, side, agency_id in db.session.execute(found):
            known[number].add((key, side, agency_id))
    wanted = {one.id: {(key, side, one.agency_id) for key, side in keys_of(one)} for one in people}
    changed = [number for number in numbers if known[number] != wanted[number]]
    stale = [number for number in changed if known[number]]
    for first in range(0, len(stale), MOST_PARAMETERS):
        some = stale[first : first + MOST_PARAMETERS]
        db.session.execute(delete(TraineeKey).where(TraineeKey.trainee_id.in_(some)))
    rows = [
        {"trainee_id": number, "key": key, "side": side, "agency_id": agency_id}
        for number in changed
        for key, side, agency_id in sorted(wanted[number])
    ]
    insert_many(TraineeKey, rows)


def key_for_search(person: Person | Trainee) -> str:
    """The search key of a person: names in both scripts, and the address."""
    return search_key(person.family_name, person.given_names, person.native_name, person.email)


def _columns(person: Person) -> Row:
    """The columns of a person: texts without invisible characters, and the key for searches."""
    texts = ("family_name", "given_names", "native_name", "function", "rank")
    said = {field.name: getattr(person, field.name) for field in fields(Person)}
    return said | {name: clean(said[name]) for name in texts} | {"search_key": key_for_search(person)}


def _set(trainee: Trainee, person: Person) -> None:
    for name, value in _columns(person).items():
        setattr(trainee, name, value)
