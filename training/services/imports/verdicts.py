"""What confirming a staged file would do with each of its rows.

Rows are compared with people of the same agency only. Nothing that other agencies know ever shows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, select

from training.db import db
from training.models import LIVE, Admission, ImportBatch, Registration, Trainee
from training.rosters import headers
from training.rosters.rows import CellError, RosterRow, first_of, mark_duplicates
from training.rules import addresses
from training.rules import given as given_fields
from training.rules.alike import Key
from training.rules.given import Given
from training.rules.names import same_person_key
from training.services.registrations import elsewhere
from training.services.timetables import clash_facts
from training.services.trainees import duplicates, records
from training.services.trainees.records import Person
from training.text import Message, msg

NEW, SKIP = "new", "skip"
"""What somebody may choose for a row, besides the id of a known person."""
STORED_NAMES = {"guessed": "proposed"}
"""Fields of the mapping, with the older names under which batches keep them. So old batches stay readable."""
NAMES_OF_BOTH = {"given_names", "full_name", "passport_name"}
COMPARED = ("native_name", "sex", "country", "function", "rank", "language", "email", "phone")


class Verdict(StrEnum):
    """What confirming would do with a row."""

    NEW = "new"
    KNOWN = "known"
    UPDATE = "update"
    DOUBTFUL = "doubtful"
    REGISTERED = "registered"
    REFUSED = "refused"
    SKIPPED = "skipped"


class Known(NamedTuple):
    """A person of the agency, with the fields of which a row may say something new."""

    id: int
    public_id: UUID
    family_name: str
    given_names: str
    native_name: str
    sex: str
    country: str
    function: str
    rank: str
    language: str
    email: str
    phone: str

    @property
    def name(self) -> str:
        """As lists show it."""
        return f"{self.family_name}, {self.given_names}".strip(", ")


@dataclass
class Line:
    """A row: what the sheet says, what would happen, what is wrong with it, and whom it may mean.

    - ``likely``: the known people among whom somebody has to choose
    - ``changes``: what the sheet says anew of a known person, as (known, new) by field
    - ``faults``: what was typed but cannot be taken, by field
    - ``shown``: what stands in the fields to correct
    - ``duplicate_of``: the number of an earlier row that may be the same person
    - ``registration``: the agency's registration of a person who is registered already
    - ``not_taken``: what the sheet says anew of that registration, as (known, new) by field; a list does not
      change it
    """

    number: int
    values: dict[str, str]
    verdict: Verdict = Verdict.NEW
    errors: list[CellError] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)
    choice: str = ""
    person: Known | None = None
    likely: list[Known] = field(default_factory=list)
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    duplicate_of: int = 0
    registration: UUID | None = None
    not_taken: dict[str, tuple[str, str]] = field(default_factory=dict)


def as_json(row: RosterRow) -> dict[str, Any]:
    """A row as the batch keeps it."""
    errors = [
        [
            e.row,
            e.column,
            e.title,
            e.value,
            e.message.text,
            {k: str(v) for k, v in e.message.params.items()},
            e.sheet,
        ]
        for e in row.errors
    ]
    return {
        "number": row.number,
        "values": row.values,
        "proposals": row.guesses,
        "errors": errors,
        "faults": row.faults,
        "choice": "",
    }


def shown(kept: dict[str, Any]) -> dict[str, str]:
    """What stands in a row's fields to be corrected.

    A text that cannot be taken stands as it was typed. A dash says that the person has no given names.
    """
    values, faults = dict.fromkeys(given_fields.NAMES, "") | kept["values"], kept.get("faults", {})
    texts = {name: faults.get(name) or text for name, text in values.items()}
    if values["family_name"] and not values["given_names"] and not faults.keys() & NAMES_OF_BOTH:
        texts["given_names"] = "-"
    return texts


def from_json(kept: dict[str, Any]) -> RosterRow:
    """The row that the batch keeps."""
    errors = [CellError(e[0], e[1], e[2], e[3], Message(e[4], e[5]), e[6]) for e in kept["errors"]]
    values = dict.fromkeys(given_fields.NAMES, "") | kept["values"]  # an older batch lacks newer fields
    return RosterRow(kept["number"], values, errors, list(kept["proposals"]))


def mapping_of(batch: ImportBatch) -> headers.Mapping:
    """Which column is what in the staged file."""
    assert isinstance(batch.mapping, dict)
    named = {key: batch.mapping[STORED_NAMES.get(key, key)] for key in headers.Mapping.__dataclass_fields__}
    return headers.Mapping(**named)


def mapping_as_json(mapping: headers.Mapping) -> dict[str, Any]:
    """Which column is what, as the batch keeps it."""
    return {STORED_NAMES.get(key, key): value for key, value in asdict(mapping).items()}


def judge(batch: ImportBatch, *, stored_at: datetime | None = None) -> list[Line]:
    """The lines of a staged file with their verdicts as of now.

    ``stored_at`` is when the same file was stored before. If a row was said to be a new person before that, it is
    judged again.
    """
    kept = [_chosen(row, stored_at) for row in batch.rows if isinstance(row, dict)]
    rows = [from_json(row) for row in kept]
    mark_duplicates(
        [r for r, k in zip(rows, kept, strict=True) if k["choice"] != SKIP], mapping_of(batch), _sheet(batch)
    )
    lines = [
        Line(
            row.number,
            row.values,
            errors=row.errors,
            guesses=row.guesses,
            choice=k["choice"],
            faults=k.get("faults", {}),
            shown=shown(k),
        )
        for row, k in zip(rows, kept, strict=True)
    ]
    _match(batch, lines)
    registered = _registered(batch, [line.person.id for line in lines if line.person])
    _refuse_elsewhere(batch, lines, registered)
    for line in lines:
        line.verdict = _verdict(line, registered)
        if line.verdict is Verdict.REGISTERED and line.person is not None:
            _say_what_is_not_taken(line, registered[line.person.id])
        if line.person is not None:
            line.changes = _changes(line.person, line.values)
            if line.verdict is Verdict.KNOWN and line.changes:
                line.verdict = Verdict.UPDATE
        if line.verdict is not Verdict.NEW:
            line.guesses = []  # nobody has to confirm how the name of a known person was split
    return lines


def _chosen(kept: dict[str, Any], stored_at: datetime | None) -> dict[str, Any]:
    is_old = stored_at is not None and kept.get("chosen_at", "") <= stored_at.isoformat()
    return {**kept, "choice": ""} if is_old and kept["choice"] == NEW else kept


def _sheet(batch: ImportBatch) -> str:
    return str(batch.source.get("sheet", "")) if isinstance(batch.source, dict) else ""


def _verdict(line: Line, registered: Mapping[int, Registered]) -> Verdict:
    if line.choice == SKIP:
        return Verdict.SKIPPED
    if line.errors:
        return Verdict.REFUSED
    if line.person is not None:
        return Verdict.REGISTERED if line.person.id in registered else Verdict.KNOWN
    return Verdict.DOUBTFUL if line.likely or line.duplicate_of else Verdict.NEW


def _match(batch: ImportBatch, lines: Sequence[Line]) -> None:
    """Find the person of each line, or the people who may be that person."""
    by_key: dict[str, list[Known]] = {}
    by_email: dict[str, list[Known]] = {}
    by_id: dict[str, Known] = {}
    for one in known_people(batch.agency_id):
        by_key.setdefault(same_person_key(one.family_name, one.given_names), []).append(one)
        if one.email:
            by_email.setdefault(addresses.key(one.email), []).append(one)
        by_id[str(one.public_id)] = one
    rows_of: dict[int, int] = {}
    for line in lines:
        if line.choice == SKIP or line.choice == NEW:
            continue
        if line.choice:
            line.person = by_id.get(line.choice)
        if line.person is None:
            line.person, line.likely = _same(line.values, by_key, by_email)
        if line.person is None:
            continue
        if line.person.id in rows_of:
            line.errors.append(
                _error(
                    line,
                    msg(
                        "This row and row %(row)s are the same person, whom you know already. "
                        "Leave one of the two rows out.",
                        row=rows_of[line.person.id],
                    ),
                    _sheet(batch),
                )
            )
        rows_of.setdefault(line.person.id, line.number)
    _look_alike(batch, lines, {one.id: one for one in by_id.values()})


def _look_alike(batch: ImportBatch, lines: Sequence[Line], known: dict[int, Known]) -> None:
    """Find people of the agency, and rows above, whose name is another spelling of an unknown name."""
    strangers = [
        line
        for line in lines
        if line.person is None and not line.likely and line.choice != SKIP and not line.errors
    ]
    keys = [records.keys_of(_person(line.values), near=False) for line in strangers]
    for line, numbers in zip(strangers, duplicates.likely_in(batch.agency_id, keys), strict=True):
        if not line.choice:
            line.likely = [known[number] for number in numbers if number in known]
    _mark_duplicates(strangers, keys)


def _person(values: dict[str, str]) -> Person:
    return Person(
        family_name=values["family_name"],
        given_names=values["given_names"],
        native_name=values["native_name"],
        email=values["email"],
        country="",
    )


def _mark_duplicates(lines: Sequence[Line], keys: Sequence[set[Key]]) -> None:
    """Mark rows whose names are spellings of one name, unless different e-mail addresses tell them apart.

    The same address in both rows does not prove that they are one person: it may be an office's.
    """
    seen: dict[Key, dict[str, Line]] = {}
    for line, found in zip(lines, keys, strict=True):
        email, named = line.values["email"], [key for key in found if not key[0].startswith("1e ")]
        met = [first_of(seen.get((key, (0, 2, 1)[side]), {}), email) for key, side in named]
        if not line.choice and not line.likely:
            line.duplicate_of = min((one.number for one in met if one), default=0)
        for key in named:
            seen.setdefault(key, {}).setdefault(email, line)


def _same(
    values: dict[str, str], by_key: dict[str, list[Known]], by_email: dict[str, list[Known]]
) -> tuple[Known | None, list[Known]]:
    """(the person or None, the people who may be that person).

    A row means a known person if exactly one has the same name and no different e-mail address. Otherwise
    somebody has to choose among the people whose name or address is the same.
    """
    named = by_key.get(same_person_key(values["family_name"], values["given_names"]), [])
    email = addresses.key(values["email"])
    exact = [one for one in named if email and addresses.key(one.email) == email]
    fitting = exact or [one for one in named if not email or not one.email]
    if len(fitting) == 1:
        return fitting[0], []
    likely = {one.id: one for one in [*fitting, *named, *(by_email.get(email, []) if email else [])]}
    return None, list(likely.values())


def known_people(agency_id: int) -> Iterable[Known]:
    """The agency's people as plain rows, because there may be many thousands."""
    columns = [getattr(Trainee, name) for name in Known._fields]
    found = select(*columns).where(*_is_known(agency_id))
    return [Known(*row) for row in db.session.execute(found)]


def is_known(agency_id: int, public_id: str) -> bool:
    """Whether this is the id of one of the agency's people."""
    try:
        number = UUID(public_id)
    except ValueError:
        return False
    found = select(Trainee.public_id).where(*_is_known(agency_id), Trainee.public_id == number)
    return str(db.session.scalar(found)) == public_id


def _is_known(agency_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Trainee.agency_id == agency_id,
        Trainee.anonymised_at.is_(None),
        Trainee.merged_into_id.is_(None),
    )


class Registered(NamedTuple):
    """A live registration of somebody whom the list names.

    ``given`` is what was given with it, or None if another agency made it.
    """

    public_id: UUID
    given: Given | None


def _registered(batch: ImportBatch, people: Sequence[int]) -> dict[int, Registered]:
    """These people's live registrations for the training, of any agency, by the person's id."""
    if not people:
        return {}
    columns = [getattr(Registration, name) for name in given_fields.NAMES]
    found = select(Registration.trainee_id, Registration.public_id, Registration.agency_id, *columns).where(
        Registration.training_id == batch.training_id, Registration.state.in_(LIVE)
    )
    wanted = set(people)
    return {
        row.trainee_id: Registered(
            row.public_id, given_fields.of(row) if row.agency_id == batch.agency_id else None
        )
        for row in db.session.execute(found)
        if row.trainee_id in wanted
    }


def _refuse_elsewhere(batch: ImportBatch, lines: Sequence[Line], registered: Collection[int]) -> None:
    """Where the first to come get a seat, refuse the rows of people with a seat in another training at that time."""
    if batch.training.admission is not Admission.FIRST_COME:
        return
    people = {one.person.id: one for one in lines if one.person and one.choice != SKIP}
    new = people.keys() - set(registered)
    away = clash_facts.elsewhere(batch.training, new) if new else {}
    for number, found in away.items():
        line = people[number]
        said = elsewhere.said(line.values["family_name"], found, agency_id=batch.agency_id)
        line.errors.append(_error(line, said, _sheet(batch)))


def _say_what_is_not_taken(line: Line, registered: Registered) -> None:
    """Note what the sheet says anew of a registration that stands already.

    Nothing is noted of a registration that another agency made.
    """
    if registered.given is not None:
        line.not_taken = given_fields.news(line.values, registered.given)
        line.registration = registered.public_id


def _changes(person: Known, values: dict[str, str]) -> dict[str, tuple[str, str]]:
    """What the sheet says anew of somebody known, as (known, new) by field. An empty cell says nothing."""
    return {
        name: (getattr(person, name), values[name])
        for name in COMPARED
        if values.get(name) and values[name] != getattr(person, name)
    }


def _error(line: Line, message: Message, sheet: str) -> CellError:
    return CellError(line.number, "", "", line.values["family_name"][:80], message, sheet)
