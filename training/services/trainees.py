"""Trainees. Coordinators share them; a partner sees and is matched against its own agency's people only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import joinedload

from training.db import atomic, db
from training.errors import NotFound
from training.models import Agency, Role, Sex, Theme, Trainee, User
from training.names import clean, fold, same_person_key, search_key
from training.services import audit


@dataclass(frozen=True, kw_only=True)
class Person:
    """What is known of a person; names as in the passport."""

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
    """The people whom ``user`` may see."""
    found = select(Trainee)
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
    agency: Agency | None = None,
    country: str | None = None,
    sex: Sex | None = None,
    sort: str = "name",
    descending: bool = False,
) -> Select[Trainee]:
    """People by name in any script, or by e-mail address."""
    found = visible_to(user).options(joinedload(Trainee.agency), joinedload(Trainee.theme))
    for word in fold(text).split():
        found = found.where(Trainee.search_key.contains(word, autoescape=True))
    if theme:
        found = found.where(Trainee.theme_id == theme.id)
    if agency:
        found = found.where(Trainee.agency_id == agency.id)
    if country:
        found = found.where(Trainee.country == country)
    if sex:
        found = found.where(Trainee.sex == sex)
    column = {"name": Trainee.search_key, "country": Trainee.country, "added": Trainee.id}[sort]
    return found.order_by(column.desc() if descending else column, Trainee.id)


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


def pick(agency: Agency, public_ids: Sequence[UUID]) -> list[Trainee]:
    """The agency's people with these ids, in this order; ``NotFound`` when one is not among them."""
    found = list(
        db.session.scalars(
            select(Trainee).where(Trainee.agency_id == agency.id, Trainee.public_id.in_(set(public_ids)))
        )
    )
    if len(found) != len(set(public_ids)):
        raise NotFound
    places = {public_id: place for place, public_id in enumerate(public_ids)}
    return sorted(found, key=lambda one: places[one.public_id])


def likely_same(agency: Agency, person: Person) -> list[Trainee]:
    """People of the agency who may be this one: the same folded name in any order, or the same e-mail address."""
    key = same_person_key(person.family_name, person.given_names)
    first = key.split()[0] if key else ""
    by_name = select(Trainee).where(
        Trainee.agency_id == agency.id, Trainee.search_key.contains(first, autoescape=True)
    )
    found = {t.id: t for t in db.session.scalars(by_name) if first and key_of(t) == key}
    if person.email:
        by_email = select(Trainee).where(
            Trainee.agency_id == agency.id, func.lower(Trainee.email) == person.email.lower()
        )
        found |= {t.id: t for t in db.session.scalars(by_email)}
    return list(found.values())


def of_name(agency: Agency, family_name: str, given_names: str) -> list[Trainee]:
    """The agency's people of exactly this name, however it is spelled or capitalised."""
    name = fold(family_name), fold(given_names)
    if not all(name):
        return []
    found = select(Trainee).where(
        Trainee.agency_id == agency.id, Trainee.search_key.contains(name[0], autoescape=True)
    )
    return [
        one
        for one in db.session.scalars(found.order_by(Trainee.id))
        if (fold(one.family_name), fold(one.given_names)) == name
    ]


def key_of(trainee: Trainee) -> str:
    """The key under which two spellings of one name meet."""
    return same_person_key(trainee.family_name, trainee.given_names)


@atomic
def create(agency: Agency, *, by: User | None, person: Person, theme: Theme | None = None) -> Trainee:
    """Add a person to an agency; the theme is the agency's unless another is given."""
    trainee = new(agency, person, theme)
    db.session.add(trainee)
    audit.record(by=by, action="trainee.create", thing=trainee)
    return trainee


@atomic
def change(trainee: Trainee, *, by: User | None, person: Person, theme: Theme | None = None) -> Trainee:
    """Change what is known of a person; registrations keep what they copied."""
    before = audit.snapshot(trainee)
    _set(trainee, person)
    if theme is not None:
        trainee.theme = theme
    audit.record(by=by, action="trainee.change", thing=trainee, before=before)
    return trainee


@atomic
def transfer(trainee: Trainee, *, by: User, agency: Agency) -> Trainee:
    """Move a person to another agency: the old one keeps its registrations and loses sight of the person."""
    before = audit.snapshot(trainee)
    trainee.agency = agency
    db.session.flush()  # the agency's id is compared with what it was
    audit.record(by=by, action="trainee.transfer", thing=trainee, before=before)
    return trainee


def by_ids(numbers: Sequence[int]) -> dict[int, Trainee]:
    """These people, by their id."""
    found = select(Trainee).where(Trainee.id.in_(numbers)).options(joinedload(Trainee.agency))
    return {one.id: one for one in db.session.scalars(found)} if numbers else {}


def take_over(trainee: Trainee, values: dict[str, str]) -> None:
    """Take single values from an agency's own list; the caller audits."""
    known = {field.name: getattr(trainee, field.name) for field in fields(Person)}
    _set(trainee, Person(**{**known, **values, "sex": Sex(values.get("sex", known["sex"]))}))


def new(agency: Agency, person: Person, theme: Theme | None = None) -> Trainee:
    """A person of the agency, not stored yet."""
    trainee = Trainee(agency=agency, agency_id=agency.id, theme_id=(theme.id if theme else agency.theme_id))
    _set(trainee, person)
    return trainee


def key_for_search(person: Person) -> str:
    """The search key of a person: names in both scripts, and the address."""
    return search_key(person.family_name, person.given_names, person.native_name, person.email)


def _set(trainee: Trainee, person: Person) -> None:
    trainee.family_name, trainee.given_names = clean(person.family_name), clean(person.given_names)
    trainee.native_name, trainee.sex, trainee.country = clean(person.native_name), person.sex, person.country
    trainee.function, trainee.rank, trainee.language = (
        clean(person.function),
        clean(person.rank),
        person.language,
    )
    trainee.email, trainee.phone = person.email, person.phone
    trainee.contact_via_focal_point = person.contact_via_focal_point
    trainee.search_key = key_for_search(person)
