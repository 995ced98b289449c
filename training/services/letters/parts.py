"""What letters about trainings say, and who gets a copy: focal points, coordinators, the people themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from training import clock
from training.db import Row, db
from training.models import (
    Agency,
    MailState,
    Organisation,
    Registration,
    RegistrationState,
    Role,
    Theme,
    Trainer,
    Training,
    User,
)
from training.rules import addresses
from training.services import organisations, read_by
from training.services.letters import outbox
from training.services.letters.timetables import NONE, Timetables, whereabouts, zone_of
from training.texts import letters, links
from training.texts.letters import Letter, Ready, block, fill, one_line

Values = Callable[[str], dict[str, str]]
Line = Callable[[str], str]
"""Takes a language, and gives a line about a person in it."""
PARTS = (
    "submitted",
    "confirmed",
    "reserve",
    "offer_over",
    "offered",
    "returned",
    "declined",
    "replaced",
    "withdrawn",
)


@dataclass(frozen=True)
class Part:
    """A part of a letter: its kind, and the values of its placeholders by language.

    ``announcement_id`` is the announcement that it tells of. The letter waits as long as
    that can be undone.
    """

    kind: str
    values: Values
    announcement_id: int | None = None
    wait: timedelta = timedelta()

    def written(self, language: str) -> Letter:
        """The part in a language."""
        return fill(self.kind, language, self.values(language))


def name_of(registration: Registration) -> str:
    """The person's name on one line, as the registration's agency knows it."""
    return one_line(registration.name)


def with_reason(registration: Registration, reason: str) -> str:
    """A line with the person and what was said."""
    said = one_line(reason)[:1000]
    return f"– {name_of(registration)}: {said}" if said else f"– {name_of(registration)}"


def line_of(
    registration: Registration,
    reason: str,
    ranks: Mapping[int, int],
    substitutes: Mapping[int | None, Registration],
    language: str,
) -> str:
    """A person's line in the part about their state."""
    name = name_of(registration)
    match registration.state:
        case RegistrationState.RESERVE:
            return f"{ranks.get(registration.id, 1)}. {name}"
        case RegistrationState.OFFERED if registration.offer_expires_at:
            until = letters.moment(registration.offer_expires_at, zone_of(registration.training), language)
            return f"– {name}: {until}"
        case RegistrationState.REPLACED if registration.id in substitutes:
            return f"– {name} → {name_of(substitutes[registration.id])}"
        case RegistrationState.DECLINED | RegistrationState.RETURNED | RegistrationState.WITHDRAWN:
            return with_reason(registration, letters.said(reason, language))
    return f"– {name}"


def about(training: Training, language: str) -> dict[str, str]:
    """What every part says of the training."""
    return {"training": training.title, "when": whereabouts(training).said(language)}


def of_lines(kind: str, training: Training, lines: Iterable[str], reason: str = "") -> Part:
    """A part with people on lines, and a reason where the kind has one."""
    people, why = block(lines), one_line(reason)[:1000]
    return Part(kind, lambda language: {**about(training, language), "people": people, "reason": why})


def of_people(training: Training, by_state: Mapping[str, list[Line]]) -> list[Part]:
    """The parts about registrations, one for each state."""

    def part(kind: str, lines: Sequence[Line]) -> Part:
        return Part(
            kind,
            lambda language: {**about(training, language), "people": block(line(language) for line in lines)},
        )

    return [part(kind, by_state[kind]) for kind in PARTS if by_state.get(kind)]


def of_hand_over(training: Training, people: Iterable[Registration]) -> Part:
    """The people whom the focal point has to tell, each with their link."""
    lines = [f"– {name_of(one)}\n    {links.to_my(one.public_id, one.trainee.public_id)}" for one in people]
    return of_lines("hand_over", training, lines)


def of_opening(training: Training, announcement_id: int | None = None, wait: timedelta = timedelta()) -> Part:
    """Registration is open: from when, and until when."""

    def values(language: str) -> dict[str, str]:
        opens, deadline = (
            letters.moment(at, zone_of(training), language)
            for at in (training.registration_opens_at, training.registration_closes_at)
        )
        return {**about(training, language), "opens": opens, "deadline": deadline}

    return Part("opened", values, announcement_id, wait)


def of_seats(kind: str, training: Training, seats: int, reason: str, agency: str = "") -> Part:
    """What an agency does with its seats, or the answer to its request."""
    said = {"seats": str(seats), "reason": one_line(reason)[:1000], "agency": agency}
    return Part(kind, lambda language: {**about(training, language), **said})


def of_deadline(
    kind: str, training: Training, at: datetime, *, seats: int = 0, pool: str = "", lines: Iterable[str] = ()
) -> Part:
    """A deadline is near.

    ``seats`` is how many of the agency's own seats are free. ``pool`` says how the seats of its country stand
    (a key of ``letters.FREE``). ``lines`` name people whose registration is unfinished.
    """
    people, free = block(lines), str(seats) if seats else ""

    def values(language: str) -> dict[str, str]:
        said = {"deadline": letters.moment(at, zone_of(training), language), "seats": free, "people": people}
        return {**about(training, language), **said, "pool": letters.FREE[language].get(pool, "")}

    return Part(kind, values)


def composed(
    parts: Sequence[Part],
    training: Training,
    language: str,
    name: str,
    organisation: Organisation,
    timetables: Timetables,
) -> tuple[str, Letter]:
    """(kind, letter): the whole letter that is made of these parts."""
    main = [part for part in parts if part.kind != "hand_over"] or parts
    written = [part.written(language) for part in parts]
    letter = letters.framed(
        written,
        language,
        {
            "training": training.title,
            "name": name,
            "organisation": organisation.name,
            "link": Ready(links.to_page(f"/trainings/{training.public_id}")),
            **(timetables.of(training, language) if says_timetable(parts) else NONE),
        },
        subject=written[parts.index(main[0])].subject if len(main) == 1 else "",
    )
    return (main[0].kind if len(main) == 1 else letters.FRAME), letter


def says_timetable(parts: Iterable[Part]) -> bool:
    """Whether the whole timetable stands below these parts."""
    return any(part.kind in letters.WITH_TIMETABLE for part in parts)


def to_agencies(parts: Mapping[tuple[Training, int], Sequence[Part]]) -> list[Row]:
    """One message for each active focal point of each agency. A row says so if an agency has none."""
    if not parts:
        return []
    agency_ids = {agency_id for _, agency_id in parts}
    readers: dict[int, list[User]] = defaultdict(list)
    for user in db.session.scalars(
        select(User).where(User.agency_id.in_(agency_ids), User.is_active).order_by(User.id)
    ):
        readers[user.agency_id or 0].append(user)
    unread = agency_ids - set(readers)
    names = (
        dict(db.session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(unread))).all())
        if unread
        else {}
    )
    found, organisation, timetables = [], organisations.get(), Timetables()
    for (training, agency_id), said in parts.items():
        for user in readers[agency_id]:
            language = letters.language_of(user.language)
            kind, letter = composed(said, training, language, user.name, organisation, timetables)
            found.append(row(kind, letter, language, training, user=user, agency_id=agency_id, parts=said))
        if not readers[agency_id]:
            name = names[agency_id]
            kind, letter = composed(said, training, "en", name, organisation, timetables)
            found.append(row(kind, letter, "en", training, agency_id=agency_id, name=name, parts=said))
    return found


Told = tuple[Training, Part, set[int | None]]
"""(the training, what coordinators are told of it, the ids of the users who did it)."""


def to_coordinators(told: Sequence[Told]) -> list[Row]:
    """One message for each coordinator whose scope holds the training, except one who did all of it."""
    found, organisation, timetables = [], organisations.get(), Timetables()
    readers = {training: _coordinators_of(training) for training in {training for training, _, _ in told}}
    for training, part, doers in told:
        for user in readers[training]:
            if doers == {user.id}:
                continue
            language = letters.language_of(user.language)
            _, letter = composed([part], training, language, user.name, organisation, timetables)
            found.append(row(part.kind, letter, language, training, user=user))
    return found


def of_digest(kind: str, training: Training, lines: Sequence[tuple[Registration, str]]) -> Part:
    """People under the name of their agency, each with what was said of them."""
    return Part(
        kind, lambda language: {**about(training, language), "people": block(_digest(lines, language))}
    )


def _digest(lines: Sequence[tuple[Registration, str]], language: str) -> list[str]:
    by_agency: dict[str, list[str]] = defaultdict(list)
    for registration, reason in lines:
        said = letters.said(reason, language) or letters.outcome(registration.state.value, language)
        by_agency[one_line(registration.agency_name)].append(f"  {with_reason(registration, said)}")
    return [line for agency, people in by_agency.items() for line in (agency, *people)]


def _coordinators_of(training: Training) -> list[User]:
    themes = (training.theme_id, training.programme_theme_id)
    return list(
        db.session.scalars(
            select(User)
            .where(
                User.role == Role.COORDINATOR,
                User.is_active,
                or_(User.all_themes, User.themes.any(Theme.id.in_(themes))),
            )
            .options(selectinload(User.themes))
            .order_by(User.id)
        )
    )


def is_written_to(registration: Registration) -> bool:
    """Whether the person is told directly: there is a usable address, and nobody has said not to use it."""
    return not _is_by_focal_point(registration) and addresses.is_usable(registration.trainee.email)


def is_to_be_phoned(registration: Registration) -> bool:
    """Whether the person is told directly but cannot be written to. Somebody has to phone them."""
    return not _is_by_focal_point(registration) and not addresses.is_usable(registration.trainee.email)


def _is_by_focal_point(registration: Registration) -> bool:
    return registration.trainee.contact_via_focal_point or registration.agency.confidential


def to_trainees(people: Sequence[Registration]) -> list[Row]:
    """The notice to each person, in their language. A person without an address gets a row that says so.

    People whom their focal point tells are left out.
    """
    shared: dict[tuple[Training, str], dict[str, str]] = {}
    languages = read_by.people(one for one in people if not _is_by_focal_point(one))
    return [
        row(
            "trainee",
            of_trainee(one, language, shared),
            language,
            one.training,
            agency_id=one.agency_id,
            name=name_of(one),
            registration=one,
        )
        for one, language in languages.items()
    ]


def of_trainee(
    registration: Registration, language: str, shared: dict[tuple[Training, str], dict[str, str]]
) -> Letter:
    """The notice to a registered person: who registered them for what, which data are kept, and their rights.

    What it says to everybody is kept in ``shared``, because thousands of letters go out at once.
    """
    training, trainee = registration.training, registration.trainee
    if (training, language) not in shared:
        shared[training, language] = to_everybody(training, language)
    return fill(
        "trainee",
        language,
        {
            **shared[training, language],
            "name": f"{trainee.given_names} {trainee.family_name}",
            "agency": registration.agency_name,
            "link": Ready(links.to_my(registration.public_id, trainee.public_id)),
        },
    )


def to_everybody(training: Training, language: str) -> dict[str, str]:
    """The values of the notice that are the same for everybody."""
    organisation = organisations.get()
    return {
        **about(training, language),
        **Timetables().of(training, language),
        "privacy": Ready(privacy(training, language).body),
        "organisation": organisation.name,
        "address": letters.paragraphs(organisation.address),
    }


def privacy(training: Training, language: str) -> Letter:
    """Which data of a registered person are kept, how long, and their rights. The subject is the heading."""
    programme = training.programme
    values = {
        "months": str(programme.retention_months),
        "notice": letters.paragraphs(programme.privacy_notice),
    }
    return fill(letters.PRIVACY, language, values)


def row(
    kind: str,
    letter: Letter,
    language: str,
    training: Training,
    *,
    user: User | None = None,
    agency_id: int | None = None,
    name: str = "",
    registration: Registration | None = None,
    trainer: Trainer | None = None,
    parts: Iterable[Part] = (),
) -> Row:
    """A message for the outbox (``OutgoingMail``), not stored yet. It waits while what it tells can be undone."""
    at = clock.now()
    announcements = {part.announcement_id: part.wait for part in parts if part.announcement_id}
    wait = min(announcements.values(), default=timedelta())
    address = address_of(user, registration, trainer)
    reachable = user is not None or addresses.is_usable(address)
    why_not = outbox.BAD_ADDRESS if address else outbox.NO_ADDRESS
    return {
        "to_email": one_line(address)[:254],
        "to_name": one_line(user.name if user else name)[:200],
        "user_id": user.id if user else None,
        "language": language,
        "kind": kind,
        "subject": letter.subject,
        "body": letter.body if reachable else "",
        "state": MailState.QUEUED if reachable else MailState.NO_ADDRESS,
        "last_error": "" if reachable else str(why_not),
        "due_at": at + wait,
        "created_at": at,
        "training_id": training.id,
        "agency_id": agency_id,
        "registration_id": registration.id if registration else None,
        "trainer_id": trainer.id if trainer else None,
        "announcement_id": max(announcements, default=None),
    }


def address_of(user: User | None, registration: Registration | None, trainer: Trainer | None) -> str:
    """The address of a letter's one reader. A trainer without one of their own is written to by their account's."""
    if user is not None:
        return user.email
    if trainer is not None:
        return trainer.email or (trainer.user.email if trainer.user and trainer.user.is_active else "")
    return registration.trainee.email if registration else ""
