"""Adding people at the door: whoever keeps the register of the day puts them on it.

This may be a trainer, who must not see the agencies' people. So the answer is always the same line in the register. It
does not tell whether the person was known, how the name is spelled, or whether the person waited for a seat.
"""

from __future__ import annotations

from training import clock
from training.db import atomic, db
from training.errors import Conflict
from training.models import (
    Agency,
    RegisterState,
    Registration,
    Sex,
    Trainee,
    Training,
    TrainingSession,
    User,
)
from training.rules.alike import Grade
from training.services import locked_trainings, visible_trainings
from training.services.attendance import registers
from training.services.registrations import late_changes, steps, visible
from training.services.trainees import duplicates, records
from training.services.trainees.records import Person
from training.services.trainings import changes
from training.text import msg


def is_open(session: TrainingSession) -> bool:
    """Whether people can be added: it is the session's day, the register is open, and the training is on."""
    return (
        session.register_state is RegisterState.OPEN
        and session.is_held
        and session.starts_local.date() == clock.today(session.training.zone)
        and session.training.state in visible_trainings.OFFERED_TO_PARTNERS
    )


@atomic
def add(
    session: TrainingSession,
    *,
    by: User,
    agency: Agency,
    family_name: str,
    given_names: str,
    function: str = "",
    sex: Sex = Sex.NOT_RECORDED,
    raise_seats: bool = False,
    is_another: bool = False,
) -> Registration:
    """Put a person of the agency on the register: the one known by this name, or a new one.

    The seats are never exceeded. With ``raise_seats`` a training whose seats are all held gets one seat more in the
    same step. Raises ``Conflict`` if somebody on the register bears this name already, in any spelling. With
    ``is_another`` the name is taken, because the caller says that this is another person.
    """
    training = session.training
    locked_trainings.lock(training)
    db.session.refresh(session)
    if not is_open(session):
        raise Conflict(
            msg("People are added here on the day of the session, while its register is open."), "not_today"
        )
    trainee = _person(
        session,
        agency,
        by,
        Person(
            family_name=family_name,
            given_names=given_names,
            function=function,
            sex=sex,
            country=agency.country,
        ),
        is_another,
    )
    try:
        registration = _give_seat(training, trainee, by)
    except Conflict as refusal:
        if refusal.code != "full" or not raise_seats:
            raise
        changes.add_seat_at_the_door(training, by=by)
        registration = _give_seat(training, trainee, by)
    registers.put_on(session, registration, by=by)
    return registration


@atomic
def _give_seat(training: Training, trainee: Trainee, by: User) -> Registration:
    known = visible.live_of(training, trainee)
    if known is not None:
        return late_changes.let_in(known, by=by)
    return late_changes.walk_in(training, by=by, trainee=trainee)


def _person(session: TrainingSession, agency: Agency, by: User, person: Person, is_another: bool) -> Trainee:
    """The agency's person of this name, else the one who waits for a seat under another spelling.

    A new person is added if nobody fits. The same holds if several people fit, because nobody can tell who it
    is.
    """
    same = records.of_name(agency, person.family_name, person.given_names)
    here = {row.registration.trainee_id for row in registers.register(session)}
    likely = [one.trainee for one in duplicates.of(person, agency=agency, least=Grade.LIKELY)]
    is_here = any(one.id in here for one in same)
    if is_here and not is_another:
        raise Conflict(
            msg("%(name)s is on this register already.", name=f"{person.family_name} {person.given_names}"),
            "on_register",
        )
    if not is_another and (alike := next((one for one in likely if one.id in here), None)):
        raise Conflict(
            msg("%(name)s is on this register and may be the same person.", name=alike.name), "on_register"
        )
    if not same:
        waiting = steps.registered_of(session.training, likely) - here
        same = [one for one in likely if one.id in waiting]
    return same[0] if len(same) == 1 and not is_here else records.create(agency, by=by, person=person)
