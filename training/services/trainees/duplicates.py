"""Pairs of records that may be one person, found by keys. A partner is only shown people of its own agency.

Coordinators look at the pairs. Merging is in ``merging.merges``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from training import clock
from training.db import atomic, db
from training.errors import NotFound
from training.models import Agency, NotSame, Registration, Role, Sex, Trainee, TraineeKey, User
from training.rules import alike
from training.rules.alike import GRADES, Grade
from training.services import audit
from training.services.trainees import records
from training.services.trainees.records import Person

MOST_KEYS = 5_000
MOST_PEOPLE = 500
MOST = 10
"""How many likely people are offered at most. More help nobody."""
DIFFERING = (
    "family_name",
    "given_names",
    "native_name",
    "sex",
    "country",
    "function",
    "rank",
    "language",
    "email",
    "phone",
    "contact_via_focal_point",
    "agency",
    "theme",
)
"""The fields by which two people are compared, and which a merge lets somebody choose."""


@dataclass(frozen=True)
class Duplicate:
    """A known person who may be the person that is looked for."""

    trainee: Trainee
    grade: Grade


@dataclass(frozen=True)
class Pair:
    """Two people who may be one, and how many registrations each has."""

    one: Trainee
    other: Trainee
    grade: Grade | None
    counts: Mapping[int, int]

    @property
    def differing(self) -> list[str]:
        """The names of the fields in which they differ."""
        return [name for name in DIFFERING if getattr(self.one, name) != getattr(self.other, name)]

    @property
    def equal(self) -> list[str]:
        """The names of the fields in which both have the same value. Empty fields do not count."""
        return [name for name in DIFFERING if getattr(self.one, name) and name not in self.differing]

    @property
    def only_name(self) -> bool:
        """Whether nothing but the name speaks for it, and the country or the sex against it."""
        one, other = self.one, self.other
        sexes = {one.sex, other.sex} - {Sex.NOT_RECORDED}
        return (one.country != other.country or len(sexes) > 1) and not self.shares_contact

    @property
    def shares_contact(self) -> bool:
        """Whether they have an agency, an e-mail address or a phone number in common."""
        one, other = self.one, self.other
        shared = (one.email and one.email == other.email) or (one.phone and one.phone == other.phone)
        return bool(shared) or one.agency_id == other.agency_id

    @property
    def likelihood(self) -> Grade | None:
        """How sure it is that they are one person, with what else is known of them."""
        if self.grade is not None and self.only_name:
            return Grade.POSSIBLE
        return Grade.LIKELY if self.grade is Grade.CERTAIN and not self.shares_contact else self.grade

    @property
    def fuller(self) -> Trainee:
        """The one with more registrations, else the first. Merging keeps this one by default."""
        return max(self.people, key=lambda one: self.counts[one.id])

    def better(self, name: str) -> Trainee:
        """The person whose value of a field is taken by default: ``fuller``, if their field is filled."""
        blank = ("", None, Sex.NOT_RECORDED)
        other = self.other if self.fuller is self.one else self.one
        return other if getattr(self.fuller, name) in blank else self.fuller

    @property
    def people(self) -> tuple[Trainee, Trainee]:
        """Both."""
        return (self.one, self.other)


def of(person: Person, *, agency: Agency | None = None, least: Grade = Grade.POSSIBLE) -> list[Duplicate]:
    """The known people, of one agency or of all, who may be this person: the best first, at most ``MOST``."""
    return _of(person, None if agency is None else agency.id, least)


def likely_in(agency_id: int, asked: Sequence[Collection[alike.Key]]) -> list[list[int]]:
    """The ids of the agency's people who may be the same, for each person of ``asked`` (given by keys).

    This takes a few statements, however many people are asked for.
    """
    beyond = _beyond(Grade.LIKELY)
    wanted: dict[tuple[str, int], list[int]] = {}
    for place, keys_of_one in enumerate(asked):
        for key, side in keys_of_one:
            if key < beyond:
                wanted.setdefault((key, alike.other_side(side)), []).append(place)
    found: list[dict[int, None]] = [{} for _ in asked]
    keys = sorted({key for key, _ in wanted})
    for first in range(0, len(keys), MOST_KEYS):
        rows = db.session.execute(
            select(TraineeKey.key, TraineeKey.side, TraineeKey.trainee_id)
            .where(TraineeKey.key.in_(keys[first : first + MOST_KEYS]), TraineeKey.agency_id == agency_id)
            .order_by(TraineeKey.key, TraineeKey.trainee_id)
        )
        for key, side, number in rows:
            for place in wanted.get((key, side), ()):
                found[place][number] = None
    return [list(numbers) for numbers in found]


def for_user(user: User, person: Person) -> list[Duplicate]:
    """Likely duplicates as a hint to ``user``. A partner sees its own agency's people, coordinators all."""
    match user.role:
        case Role.PARTNER:
            return _of(person, user.agency_id, Grade.LIKELY) if user.agency_id is not None else []
        case Role.COORDINATOR | Role.ADMIN:
            return _of(person, None, Grade.LIKELY)
    return []


def _of(person: Person, agency_id: int | None, least: Grade) -> list[Duplicate]:
    beyond = _beyond(least)
    wanted = {(key, side) for key, side in records.keys_of(person) if key < beyond}
    if not wanted:
        return []
    best = (
        select(TraineeKey.trainee_id, func.min(TraineeKey.key).label("key"))
        .where(records.meets(wanted, agency_id))
        .group_by(TraineeKey.trainee_id)
        .order_by("key", TraineeKey.trainee_id)
        .limit(MOST)
        .subquery()
    )
    found = (
        select(Trainee)
        .join(best, best.c.trainee_id == Trainee.id)
        .add_columns(best.c.key)
        .options(joinedload(Trainee.agency))
        .order_by(best.c.key, Trainee.id)
    )
    if agency_id is not None:  # no name of another agency's person is shown, whatever the keys say
        found = found.where(Trainee.agency_id == agency_id)
    return [Duplicate(trainee, GRADES[key[0]]) for trainee, key in db.session.execute(found)]


def pairs(*, first: int = 0, most: int, least: Grade = Grade.LIKELY) -> list[Pair]:
    """Pairs who may be one person, in all agencies, the best grade first. Pairs known to be two are left out.

    A pair is listed once, under the smallest key that both have. The index of the keys gives the order, so the first
    pages are read without finding all the others. For the same reason nobody counts the pairs.
    """
    one, other = aliased(TraineeKey), aliased(TraineeKey)
    smaller_one, smaller_other = aliased(TraineeKey), aliased(TraineeKey)
    met_before = (
        select(1)
        .select_from(smaller_one)
        .join(smaller_other, smaller_other.key == smaller_one.key)
        .where(
            smaller_one.trainee_id == one.trainee_id,
            smaller_other.trainee_id == other.trainee_id,
            smaller_one.key < one.key,
            _meet(smaller_one, smaller_other),
        )
        .exists()
    )
    apart = select(1).where(NotSame.one_id == one.trainee_id, NotSame.other_id == other.trainee_id).exists()
    found = (
        select(one.trainee_id, other.trainee_id, one.key)
        .select_from(one)
        .join(other, and_(other.key == one.key, other.trainee_id > one.trainee_id, _meet(one, other)))
        .where(one.key < _beyond(least), ~met_before, ~apart, *_not_only_name(one, other, least))
        .order_by(one.key, one.trainee_id, other.trainee_id)
        .limit(most)
        .offset(first)
    )
    rows = db.session.execute(found).all()
    return _as_pairs([(one_id, other_id, GRADES[key[0]]) for one_id, other_id, key in rows])


def among(people: Collection[int], *, most: int, least: Grade = Grade.LIKELY) -> list[tuple[int, int]]:
    """Pairs of ids among these people who may be one person, at most ``most``. Pairs known to be two are left out."""
    known, numbers = set(people), sorted(people)
    one, other = aliased(TraineeKey), aliased(TraineeKey)
    apart = select(1).where(NotSame.one_id == one.trainee_id, NotSame.other_id == other.trainee_id).exists()
    found: set[tuple[int, int]] = set()
    for first in range(0, len(numbers), MOST_PEOPLE):
        pairs_of = (
            select(one.trainee_id, other.trainee_id)
            .join(other, and_(other.key == one.key, other.trainee_id > one.trainee_id, _meet(one, other)))
            .where(one.trainee_id.in_(numbers[first : first + MOST_PEOPLE]), one.key < _beyond(least), ~apart)
            .where(*_not_only_name(one, other, least))
        )
        rows = db.session.execute(pairs_of.distinct())
        found |= {(a, b) for a, b in rows if b in known}
        if len(found) >= most:
            break
    return sorted(found)[:most]


def _beyond(least: Grade) -> str:
    """A text that sorts behind every key of the grade ``least`` or of a better one."""
    return chr(ord(next(mark for mark, grade in GRADES.items() if grade is least)) + 1)


def _not_only_name(one: type[TraineeKey], other: type[TraineeKey], least: Grade) -> list[ColumnElement[bool]]:
    """Leaves out pairs of whom nothing but the name speaks for one person, as ``Pair.only_name``: they are possible only."""
    if least is Grade.POSSIBLE:
        return []
    left, right = aliased(Trainee), aliased(Trainee)
    only_name = select(1).where(
        left.id == one.trainee_id,
        right.id == other.trainee_id,
        or_(
            left.country != right.country,
            and_(left.sex != right.sex, left.sex != Sex.NOT_RECORDED, right.sex != Sex.NOT_RECORDED),
        ),
        left.agency_id != right.agency_id,
        or_(left.email == "", left.email != right.email),
        or_(left.phone == "", left.phone != right.phone),
    )
    return [~only_name.exists()]


def _meet(one: type[TraineeKey], other: type[TraineeKey]) -> ColumnElement[bool]:
    return or_(and_(one.side == 0, other.side == 0), one.side + other.side == 3)


def _as_pairs(found: Sequence[tuple[int, int, Grade | None]]) -> list[Pair]:
    ids = {number for one, other, _ in found for number in (one, other)}
    rows = db.session.scalars(
        select(Trainee)
        .where(Trainee.id.in_(ids))
        .options(joinedload(Trainee.agency), joinedload(Trainee.theme))
    )
    people = {one.id: one for one in rows}
    counts = registration_counts(ids)
    return [Pair(people[one], people[other], grade, counts) for one, other, grade in found]


def registration_counts(ids: set[int]) -> dict[int, int]:
    """How many registrations each of these people has, by their id."""
    rows = db.session.execute(
        select(Registration.trainee_id, func.count().label("n"))
        .where(Registration.trainee_id.in_(ids), Registration.submitted_at.is_not(None))
        .group_by(Registration.trainee_id)
    )
    return dict.fromkeys(ids, 0) | {one.trainee_id: one.n for one in rows}


def get_pair(user: User, public_id: UUID, other_id: UUID) -> Pair:
    """Two people by their ids. Raises ``NotFound`` if ``user`` may not see one, or the ids are equal."""
    if public_id == other_id:
        raise NotFound
    one, other = records.get(user, public_id), records.get(user, other_id)
    grade = alike.grade(records.keys_of(one), records.keys_of(other))
    return Pair(one, other, grade, registration_counts({one.id, other.id}))


@atomic
def not_same(pair: Pair, *, by: User) -> None:
    """Remember that the two are not one person, so that the pair is not listed again."""
    if not are_not_same(pair):
        one_id, other_id = _ids(pair)
        db.session.add(
            NotSame(one_id=one_id, other_id=other_id, at=clock.now(), by_id=by.id, by_name=by.name)
        )
        audit.record(by=by, action="trainee.not_same", thing=pair.one, changes={"other": pair.other.name})


def are_not_same(pair: Pair) -> bool:
    """Whether somebody said that the two are not one person."""
    return db.session.get(NotSame, _ids(pair)) is not None


def _ids(pair: Pair) -> tuple[int, int]:
    return min(pair.one.id, pair.other.id), max(pair.one.id, pair.other.id)


@atomic
def may_be_same(pair: Pair, *, by: User) -> None:
    """Take back that the two are not one person. They are listed again if they look alike."""
    known = db.session.get(NotSame, _ids(pair))
    if known is not None:
        db.session.delete(known)
        audit.record(by=by, action="trainee.may_be_same", thing=pair.one, changes={"other": pair.other.name})
