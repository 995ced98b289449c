"""The plan is announced: what differs is told once to those whom it concerns, and the copy that others read is renewed.

A training is announced as a whole. Else nobody could say any more what people know. Whoever announces has seen what
differs (``seen`` is its digest), and of two who announce at once one finds that nothing differs any more.

Two kinds of announcement are told at once and cannot be undone: a change of what begins within 48 hours, and a training
that is cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, or_, select

from training import clock
from training.db import atomic, db
from training.errors import Conflict, NotFound
from training.models import (
    Agency,
    Announcement,
    MailState,
    OutgoingMail,
    Training,
    TrainingSession,
    User,
)
from training.services import announced, audit, locked_trainings, organisations, reasons
from training.services.announcing import announced_copies, differences
from training.services.announcing.differences import Differences
from training.services.letters import notices, of_changes, parts
from training.services.letters.of_changes import Announcing, Heard
from training.services.registrations import reserve_list
from training.services.registrations.reserve_list import Freed
from training.text import Message, msg

CHANGED = msg("The plan has changed meanwhile. Look at what differs now, then announce it.")
LEFT = msg("Its letters have left. Change the plan and announce that instead.")


@dataclass(frozen=True)
class Whom:
    """Who is told of an announcement. Where nobody is told, there is a reason. ``coordinators`` get a copy if wanted."""

    people: bool = True
    agencies: bool = True
    trainers: bool = True
    coordinators: bool = False
    reason: str = ""

    @property
    def anybody(self) -> bool:
        """Whether letters are written."""
        return self.people or self.agencies or self.trainers


EVERYBODY = Whom()


@dataclass(frozen=True)
class Counts:
    """How many hear of an announcement, and how many letters that makes."""

    people: int
    to_phone: int
    by_agency: int
    agencies: int
    focal_points: int
    trainers: int

    @property
    def letters(self) -> int:
        """How many letters are written to all of them."""
        return self.people - self.to_phone - self.by_agency + self.focal_points + self.trainers


def announcing(training: Training, found: Differences, note: str = "", whom: Whom = EVERYBODY) -> Announcing:
    """What would be announced, and to whom. Nothing is stored."""
    return Announcing(
        training,
        found.facts,
        found.sessions,
        found.trainer_ids,
        note,
        whom.people,
        whom.agencies,
        whom.trainers,
        whom.anybody and whom.coordinators,
    )


def without_focal_point(heard: Heard) -> list[Agency]:
    """The agencies that hear of it and have nobody to write to, by name."""
    ids = list(heard.agencies)
    reached = set(db.session.scalars(select(User.agency_id).where(User.agency_id.in_(ids), User.is_active)))
    found = {one.agency for some in heard.agencies.values() for one in some}
    return sorted((one for one in found if one.id not in reached), key=lambda one: one.name)


def counts(heard: Heard) -> Counts:
    """How many of those who hear of it there are."""
    to_phone = sum(parts.is_to_be_phoned(one) for one in heard.people)
    written = sum(parts.is_written_to(one) for one in heard.people)
    focal_points = 0
    if heard.agencies:
        focal_points = (
            db.session.scalar(
                select(func.count(User.id)).where(User.agency_id.in_(list(heard.agencies)), User.is_active)
            )
            or 0
        )
    return Counts(
        len(heard.people),
        to_phone,
        len(heard.people) - to_phone - written,
        len(heard.agencies),
        focal_points,
        len(heard.trainers),
    )


@dataclass(frozen=True)
class Read:
    """A letter as it would be written: to whom, in which language, and how many alike there are."""

    to: str
    kind: str
    language: str
    subject: str
    body: str


class _Shown(Exception):
    """Carries the letters out of a unit of work that is not stored."""

    def __init__(self, letters: list[Read]) -> None:
        super().__init__()
        self.letters = letters


def letters(training: Training, *, note: str = "") -> list[Read]:
    """The letters that would be written, one of each kind and language. They are written, and nothing is stored."""
    try:
        _write_and_drop(training, note)
    except _Shown as shown:
        return shown.letters
    return []


@atomic
def _write_and_drop(training: Training, note: str) -> None:
    locked_trainings.lock(training)
    found = differences.of(training)
    if not found:
        return
    one = announced_copies.store(training, found, by=None, told={})
    told = replace(announcing(training, found, note), announcement_id=one.id)
    seen: dict[tuple[str, str], Read] = {}
    for row in notices.rows_of(told):
        seen.setdefault(
            (row["kind"], row["language"]),
            Read(row["to_name"], row["kind"], row["language"], row["subject"], row["body"]),
        )
    raise _Shown(list(seen.values()))


@dataclass(frozen=True)
class Standing:
    """How a training's timetable stands: what differs, who does not know, and what was announced last."""

    differences: Differences
    counts: Counts
    last: Announcement | None


@dataclass(frozen=True)
class Waiting:
    """The letters of an announcement that can still be undone: how many, and until when."""

    training: Training
    announcement: Announcement
    letters: int
    until: datetime


def waiting(training: Training) -> Waiting | None:
    """The letters that wait about the training, whoever caused them. None once they have left."""
    one = announced_copies.that_can_be_undone(training)
    if one is None or one.undo_until is None:
        return None
    queued = (OutgoingMail.announcement_id == one.id, OutgoingMail.state == MailState.QUEUED)
    letters = db.session.scalar(select(func.count(OutgoingMail.id)).where(*queued)) or 0
    return Waiting(training, one, letters, one.undo_until)


def standing(training: Training, loaded: differences.Loaded | None = None) -> Standing:
    """How the training's timetable stands now. What is ``loaded`` already is not loaded again."""
    found = differences.of(training, loaded)
    heard = of_changes.heard(announcing(training, found))
    return Standing(found, counts(heard), training.announcement)


def get(training: Training, public_id: UUID) -> Announcement:
    """The announcement of this training with this id, or ``NotFound``."""
    found = db.session.scalar(announced_copies.of(training).where(Announcement.public_id == public_id))
    if found is None:
        raise NotFound
    return found


@atomic
def announce(
    training: Training, *, by: User, seen: str, note: str = "", whom: Whom = EVERYBODY
) -> Announcement:
    """Announce what differs. Raises ``Conflict`` if that is not what ``seen`` says, or nothing.

    Letters wait, so that it can be undone, unless something begins within 48 hours. Nor can it be undone where somebody
    moved up, or has less time to take a seat, by the dates that it tells. Telling nobody needs a reason.
    """
    locked_trainings.lock(training)
    found = differences.of(training)
    if not found:
        raise Conflict(
            msg("Everybody knows this timetable already: there is nothing to announce."), "nothing"
        )
    if found.digest != seen:
        raise Conflict(CHANGED, "changed")
    if not whom.anybody:
        reasons.check(whom.reason)
    one = _announce(training, found, by=by, note=note, whom=whom, wait=timedelta() if found.near else wait())
    if found.facts is not None and "dates" in found.facts.changed:  # they say until when somebody may move up
        has_shortened = reserve_list.shorten_offers(training, by)
        if reserve_list.promote(training, Freed(), by=by) or has_shortened:
            one.undo_until = None
    return one


def are_told_at_once(
    training: Training, changed: Sequence[TrainingSession], to: Iterable[datetime] = ()
) -> bool:
    """Whether a change of these sessions is told as soon as it is stored.

    It is if one begins, or was to begin, within 48 hours. ``to`` is when they are to begin from now on.
    """
    if training.announcement is None or training.state not in differences.ANNOUNCED_IN:
        return False
    ids = {one.id for one in changed}
    known = [one for one in announced.sessions(training) if one.session_id in ids]
    hours = [(one.starts_at, one.ends_at) for one in changed]
    hours += [(one.starts_at, one.ends_at) for one in known]
    soon = clock.now() + differences.NEAR
    return any(differences.is_near(*one) for one in hours) or any(at < soon for at in to)


def near(training: Training) -> frozenset[object]:
    """What differs of what begins within 48 hours, before an act. ``tell_what_is_near`` compares it with after."""
    db.session.flush()  # what differs is read from the database
    return differences.of(training).near


def tell_what_is_near(
    training: Training, before: frozenset[object], *, by: User | None
) -> Announcement | None:
    """The step after every act that changes a plan: if it made what begins within 48 hours differ, all is told at once.

    ``before`` is what was ``near`` before the act. What differed already waits on: only time made it near, and nothing is
    sent by itself. Returns the announcement that this makes. The caller holds the training's lock.
    """
    db.session.flush()  # what differs is read from the database
    found = differences.of(training)
    return _announce(training, found, by=by) if found.near - before else None


def tell_now(training: Training, *, by: User | None) -> Announcement | None:
    """The single step that tells at once whatever differs. Returns the announcement that this makes."""
    db.session.flush()  # what differs is read from the database
    found = differences.of(training)
    return _announce(training, found, by=by) if found else None


def begins_soon(training: Training) -> bool:
    """Whether others expect a session within 48 hours: then no letter about it waits."""
    return any(differences.is_near(one.starts_at, one.ends_at) for one in announced.held(training))


def wait() -> timedelta:
    """How long the letters of an announcement wait."""
    return timedelta(seconds=organisations.get().letters_wait)


def _announce(
    training: Training,
    found: Differences,
    *,
    by: User | None,
    note: str = "",
    whom: Whom = EVERYBODY,
    wait: timedelta = timedelta(),
) -> Announcement:
    told = announcing(training, found, note, whom)
    made = counts(of_changes.heard(told))
    counted = {
        "people": made.people if whom.people else 0,
        "agencies": made.agencies if whom.agencies else 0,
        "trainers": made.trainers if whom.trainers else 0,
    }
    one = announced_copies.store(training, found, by=by, note=note, wait=wait, told=counted)
    notices.announced(replace(told, announcement_id=one.id, wait=wait))
    action = "training.announce" if whom.anybody else "training.announce_silently"
    said = {"number": one.number, "differences": len(found), **counted}
    audit.record(
        by=by, action=action, thing=training, changes=said | ({"reason": whom.reason} if whom.reason else {})
    )
    return one


@atomic
def undo(training: Training, announcement: Announcement, *, by: User) -> None:
    """Withdraw the announcement: its letters are dropped, and others know again what they knew before.

    Raises ``Conflict`` once its letters leave, and for the first one: a training that is opened is taken back as a step.
    """
    check_undo(training, announcement)
    if is_first(training, announcement):
        raise Conflict(msg("Registration was opened by this. Take that step back instead."), "state")
    check_told_since(
        training,
        announcement,
        msg(
            "%(name)s has had a letter with this timetable already. Change the plan and announce that instead."
        ),
    )
    announced_copies.withdraw(training, announcement)
    said = {"number": announcement.number}
    audit.record(by=by, action="training.announce_undone", thing=training, changes=said)


def check_undo(training: Training, announcement: Announcement) -> None:
    """Lock the training. Raises ``Conflict`` if the announcement cannot be undone any more."""
    locked_trainings.lock(training)
    db.session.refresh(announcement)
    if announcement.withdrawn_at is not None:
        raise Conflict(msg("This announcement was undone already."), "undone")
    if training.announcement_id != announcement.id or not announced_copies.can_be_undone(announcement):
        raise Conflict(LEFT, "too_late")


@atomic
def send_now(training: Training, announcement: Announcement, *, by: User) -> None:
    """Let the letters of an announcement leave at once. It cannot be undone any more."""
    check_undo(training, announcement)
    announced_copies.let_go(announcement)
    said = {"number": announcement.number}
    audit.record(by=by, action="training.send_now", thing=training, changes=said)


def check_told_since(training: Training, announcement: Announcement, told: Message) -> None:
    """Raise ``Conflict`` with ``told`` and a name if somebody was written to of something else since the announcement.

    Whoever has registered since then, say, has read the new timetable.
    """
    name = db.session.scalar(
        select(OutgoingMail.to_name)
        .where(
            OutgoingMail.training_id == training.id,
            OutgoingMail.created_at >= announcement.at,
            or_(OutgoingMail.announcement_id.is_(None), OutgoingMail.announcement_id != announcement.id),
            OutgoingMail.state != MailState.DROPPED,
        )
        .order_by(OutgoingMail.id)
        .limit(1)
    )
    if name is not None:
        raise Conflict(replace(told, params={"name": name}), "told")


def is_first(training: Training, announcement: Announcement) -> bool:
    """Whether nothing was announced before: the training was opened by it."""
    earlier = exists().where(
        Announcement.training_id == training.id,
        Announcement.withdrawn_at.is_(None),
        Announcement.number < announcement.number,
    )
    return not db.session.scalar(select(earlier))
