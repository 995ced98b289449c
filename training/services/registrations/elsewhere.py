"""People with a seat in another training at the same hours: nobody gives them a second one without a reason.

Callers hold the training and then the people (``locked_trainings.lock_people``). So two coordinators cannot give one
person two seats at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from training.db import is_expired, refresh_many
from training.errors import Conflict, Invalid
from training.models import Admission, Role, Trainee, Training, User
from training.rules.timetable import Elsewhere
from training.services import locked_trainings
from training.services.timetables import clash_facts
from training.text import Message, msg


def said(name: str, found: Sequence[Elsewhere], *, agency_id: int | None = None) -> Message:
    """In which training the person has a seat then. An agency reads the name of a training that it registered for."""
    first = found[0]
    if agency_id is None or any(one.agency_id == agency_id for one in found):
        shown = next((one for one in found if agency_id in (None, one.agency_id)), first)
        return msg("%(name)s has a seat in %(training)s at that time.", name=name, training=shown.code)
    return msg("%(name)s has a seat in another training at that time.", name=name)


def of(training: Training, people: Iterable[Trainee]) -> dict[int, list[Elsewhere]]:
    """Which of these people have a seat in another training at its hours, by the trainee's id."""
    return clash_facts.elsewhere(training, [one.id for one in people])


def check(
    training: Training, people: Sequence[Trainee], *, by: User | None, override_reason: str = ""
) -> None:
    """Raise ``Conflict`` for the first of these people who has a seat in another training at its hours.

    A coordinator's reason lets them have both. An agency has no such reason: it raises ``Invalid``.
    """
    found = of(training, people)
    for one in people:
        refuse(one, found, by=by, override_reason=override_reason)


def refuse(
    person: Trainee, found: Mapping[int, Sequence[Elsewhere]], *, by: User | None, override_reason: str = ""
) -> None:
    """``check`` of one person, with what was ``found`` of all."""
    is_agency = by is not None and by.role is Role.PARTNER
    if override_reason.strip() and is_agency:
        raise Invalid(
            msg("Only a coordinator can give a second seat at the same time."), field="override_reason"
        )
    if person.id in found and not override_reason.strip():
        agency_id = by.agency_id if by is not None and is_agency else None
        raise Conflict(said(person.name, found[person.id], agency_id=agency_id), "elsewhere")


def check_first_come(
    training: Training, people: Sequence[Trainee], *, by: User | None, override_reason: str = ""
) -> None:
    """Hold the people and those in line. Where the first to come get a seat, ``check`` them."""
    refresh_many([one for one in people if is_expired(one)])  # else each is read by a statement of its own
    locked_trainings.lock_people(training, [one.id for one in people], with_line=True)
    if training.admission is Admission.FIRST_COME:
        check(training, people, by=by, override_reason=override_reason)
