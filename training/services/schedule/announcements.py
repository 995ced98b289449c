"""The plan is announced: what differs is told once to those whom it concerns, and the copy that others read is renewed.

A training is announced as a whole. Else nobody could say any more what people know. Whoever announces has seen what
differs (``seen`` is its digest), and of two who announce at once one finds that nothing differs any more.

Two kinds of announcement take effect at once: a change of what begins within 48 hours, and a training that is cancelled or
postponed. They cannot be undone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select, update
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from training import clock
from training.db import Row, atomic, db, insert_many, store_many
from training.errors import Conflict, NotFound
from training.models import (
    Announced,
    AnnouncedSession,
    Announcement,
    Audience,
    MailState,
    OutgoingMail,
    Training,
    TrainingSession,
    TrainingState,
    User,
)
from training.rules import walltime
from training.services import announced, audit, locked_trainings, organisations, reasons
from training.services.announced import Facts
from training.services.letters import notices, of_announcements, parts
from training.services.letters.of_announcements import Announcing, Heard
from training.services.schedule import differences
from training.services.schedule.differences import Differences
from training.text import msg

CHANGED = msg("The plan has changed meanwhile. Look at what differs now, then announce it.")
UNDONE = msg("The announcement was undone.")
LEFT = msg("Its letters have left. Change the plan and announce that instead.")


@dataclass(frozen=True)
class Whom:
    """Who is told of an announcement. Where nobody is told, there is a reason."""

    people: bool = True
    agencies: bool = True
    trainers: bool = True
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
    )


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
    one = store(training, found, by=None, told={})
    told = replace(announcing(training, found, note), announcement_id=one.id)
    seen: dict[tuple[str, str], Read] = {}
    for row in notices.rows_of(told):
        seen.setdefault(
            (row["kind"], row["language"]),
            Read(row["to_name"], row["kind"], row["language"], row["subject"], row["body"]),
        )
    raise _Shown(list(seen.values()))


def of(training: Training) -> Select[Announcement]:
    """The training's announcements, the latest first, those that were undone included."""
    found = select(Announcement).where(Announcement.training_id == training.id)
    return found.order_by(Announcement.number.desc())


@dataclass(frozen=True)
class Standing:
    """How a training's timetable stands: what differs, who does not know, and what can still be undone."""

    differences: Differences
    counts: Counts
    last: Announcement | None
    undoable: Announcement | None
    waiting: int


def standing(training: Training) -> Standing:
    """How the training's timetable stands now."""
    found = differences.of(training)
    heard = of_announcements.heard(announcing(training, found))
    undoable = that_can_be_undone(training)
    waiting = 0
    if undoable is not None:
        queued = (OutgoingMail.announcement_id == undoable.id, OutgoingMail.state == MailState.QUEUED)
        waiting = db.session.scalar(select(func.count(OutgoingMail.id)).where(*queued)) or 0
    return Standing(found, counts(heard), training.announcement, undoable, waiting)


def that_can_be_undone(training: Training) -> Announcement | None:
    """The last announcement, while it can still be undone."""
    last = training.announcement
    return last if last is not None and _can_be_undone(last) else None


def get(training: Training, public_id: UUID) -> Announcement:
    """The announcement of this training with this id, or ``NotFound``."""
    found = db.session.scalar(of(training).where(Announcement.public_id == public_id))
    if found is None:
        raise NotFound
    return found


@atomic
def announce(
    training: Training, *, by: User, seen: str, note: str = "", whom: Whom = EVERYBODY
) -> Announcement:
    """Announce what differs. Raises ``Conflict`` if that is not what ``seen`` says, or nothing.

    Letters wait, so that it can be undone. Telling nobody needs a reason.
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
    return _announce(training, found, by=by, note=note, whom=whom, wait=wait())


def tell_what_is_near(training: Training, *, by: User | None) -> Announcement | None:
    """The step after every act that changes a plan: if it touches what begins within 48 hours, all is told at once.

    Returns the announcement that this makes. The caller holds the training's lock.
    """
    db.session.flush()  # what differs is read from the database
    found = differences.of(training)
    return _announce(training, found, by=by) if found.is_near else None


def tell_now(training: Training, *, by: User | None) -> Announcement | None:
    """The single step that tells at once whatever differs. Returns the announcement that this makes."""
    db.session.flush()  # what differs is read from the database
    found = differences.of(training)
    return _announce(training, found, by=by) if found else None


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
    made = counts(of_announcements.heard(told))
    counted = {
        "people": made.people if whom.people else 0,
        "agencies": made.agencies if whom.agencies else 0,
        "trainers": made.trainers if whom.trainers else 0,
    }
    one = store(training, found, by=by, note=note, wait=wait, told=counted)
    notices.announced(replace(told, announcement_id=one.id, wait=wait))
    action = "training.announce" if whom.anybody else "training.announce_silently"
    said = {"number": one.number, "differences": len(found), **counted}
    audit.record(
        by=by, action=action, thing=training, changes=said | ({"reason": whom.reason} if whom.reason else {})
    )
    return one


def store(
    training: Training,
    found: Differences,
    *,
    by: User | None,
    note: str = "",
    wait: timedelta = timedelta(),
    told: dict[str, int],
) -> Announcement:
    """The single step: the plan as it stands is what others know from now on. The caller tells them.

    ``found`` is what ``differences.between`` says of it. The copy can be taken back for as long as ``wait``.
    """
    rows, changed = found.rows, {one.session_id for one in found.sessions}
    if changed:
        db.session.execute(
            update(TrainingSession)
            .where(TrainingSession.id.in_(changed))
            .values(sequence=TrainingSession.sequence + 1)
            .execution_options(synchronize_session=False)
        )
        for row in rows:
            if row.id in changed:
                set_committed_value(row, "sequence", row.sequence + 1)
    one = _new(training, announced.planned(training), by=by, note=note, wait=wait, told=told)
    insert_many(
        AnnouncedSession,
        [_copy(one, row) for row in rows if row.is_held or row.id in found.known],
    )
    return one


def _copy(announcement: Announcement, row: TrainingSession) -> Row:
    """A session as it is announced."""
    return {
        "announcement_id": announcement.id,
        "session_id": row.id,
        "title": row.title,
        "starts_local": row.starts_local,
        "ends_local": row.ends_local,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "break_minutes": row.break_minutes,
        "is_compulsory": row.is_compulsory,
        "room_id": row.room_id,
        "trainer_ids": sorted(entry.trainer_id for entry in row.session_trainers),
        "state": Announced.HELD if row.is_held else Announced.CALLED_OFF,
        "sequence": row.sequence,
    }


def call_all_off(training: Training, *, by: User | None) -> Announcement | None:
    """The single step of a training that is cancelled or postponed: others know that nothing of it is held.

    All else stays as it was announced, so that nobody learns of a plan by this. The caller tells them.
    """
    if training.announcement is None:
        return None
    known = announced.sessions(training)
    one = _new(training, announced.facts(training), by=by)
    names = [
        column.key
        for column in AnnouncedSession.__table__.columns
        if column.key not in ("announcement_id", "state")
    ]
    insert_many(
        AnnouncedSession,
        [
            {
                **{name: getattr(copy, name) for name in names},
                "announcement_id": one.id,
                "state": Announced.CALLED_OFF,
            }
            for copy in known
        ],
    )
    return one


def _new(
    training: Training,
    facts: Facts,
    *,
    by: User | None,
    note: str = "",
    wait: timedelta = timedelta(),
    told: dict[str, int] | None = None,
) -> Announcement:
    last = db.session.scalar(
        select(func.max(Announcement.number)).where(
            Announcement.training_id == training.id, Announcement.audience == Audience.ALL
        )
    )
    at = clock.now()
    if (waiting := that_can_be_undone(training)) is not None:
        _let_go(
            waiting
        )  # else its letters would come after those of the next one, and say what is not so any more
    one = Announcement(
        training_id=training.id,
        audience=Audience.ALL,
        number=(last or 0) + 1,
        at=at,
        by_id=by.id if by else None,
        note=note.strip(),
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        zone=facts.zone,
        venue_id=facts.venue.id if facts.venue else None,
        country=facts.country,
        link=facts.link,
        modality=facts.modality,
        told=told or {},
        undo_until=at + wait if wait else None,
    )
    db.session.add(one)
    db.session.flush()  # the copies name its id
    training.announcement = one
    db.session.flush()  # what others know is read from the database
    return one


@atomic
def undo(training: Training, announcement: Announcement, *, by: User) -> None:
    """Withdraw the announcement: its letters are dropped, and others know again what they knew before.

    Raises ``Conflict`` once its letters leave, and for the first one: a training that is opened is taken back as a step.
    """
    check_undo(training, announcement)
    if is_first(training, announcement):
        raise Conflict(msg("Registration was opened by this. Take that step back instead."), "state")
    _refuse_if_told_otherwise(training, announcement)
    withdraw(training, announcement)
    said = {"number": announcement.number}
    audit.record(by=by, action="training.announce_undone", thing=training, changes=said)


def check_undo(training: Training, announcement: Announcement) -> None:
    """Lock the training. Raises ``Conflict`` if the announcement cannot be undone any more."""
    locked_trainings.lock(training)
    db.session.refresh(announcement)
    if announcement.withdrawn_at is not None:
        raise Conflict(msg("This announcement was undone already."), "undone")
    if training.announcement_id != announcement.id or not _can_be_undone(announcement):
        raise Conflict(LEFT, "too_late")


@atomic
def send_now(training: Training, announcement: Announcement, *, by: User) -> None:
    """Let the letters of an announcement leave at once. It cannot be undone any more."""
    check_undo(training, announcement)
    _let_go(announcement)
    said = {"number": announcement.number}
    audit.record(by=by, action="training.send_now", thing=training, changes=said)


def _let_go(announcement: Announcement) -> None:
    """The letters of the announcement leave now, so that it cannot be undone any more."""
    announcement.undo_until = None
    waiting = (OutgoingMail.announcement_id == announcement.id, OutgoingMail.state == MailState.QUEUED)
    db.session.execute(
        update(OutgoingMail)
        .where(*waiting)
        .values(due_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _refuse_if_told_otherwise(training: Training, announcement: Announcement) -> None:
    """Whoever was written to of something else since then, such as a new registration, has read the new timetable."""
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
        raise Conflict(
            msg(
                "%(name)s has had a letter with this timetable already. Change the plan and announce that instead.",
                name=name,
            ),
            "told",
        )


def withdraw(training: Training, announcement: Announcement) -> None:
    """The single step of undoing. The caller holds the training's lock and has checked."""
    gone = (OutgoingMail.announcement_id == announcement.id,)
    unsent = OutgoingMail.state.in_([MailState.QUEUED, MailState.NO_ADDRESS])
    db.session.execute(
        update(OutgoingMail)
        .where(*gone, unsent)
        .values(state=MailState.DROPPED, last_error=str(UNDONE), body="", leased_until=None)
        .execution_options(synchronize_session=False)
    )
    announcement.withdrawn_at = clock.now()
    training.announcement = db.session.scalar(
        of(training)
        .where(Announcement.withdrawn_at.is_(None), Announcement.number < announcement.number)
        .limit(1)
    )
    db.session.flush()  # what others know is read from the database


def is_first(training: Training, announcement: Announcement) -> bool:
    """Whether nothing was announced before: the training was opened by it."""
    earlier = exists().where(
        Announcement.training_id == training.id,
        Announcement.withdrawn_at.is_(None),
        Announcement.number < announcement.number,
    )
    return not db.session.scalar(select(earlier))


def _can_be_undone(announcement: Announcement) -> bool:
    until = announcement.undo_until
    return announcement.withdrawn_at is None and until is not None and clock.now() < until


def follow_zone_rules(training: Training) -> None:
    """The single step of new rules of clocks: what was announced keeps its wall times, and its instants follow."""
    zone = announced.facts(training).zone
    for copy in announced.sessions(training):
        if copy.ends_at > clock.now():
            copy.starts_at = walltime.reached(copy.starts_local, zone)
            copy.ends_at = walltime.reached(copy.ends_local, zone)


def announce_first() -> None:
    """The single step of rows that were stored past the acts, such as invented ones: each is known as it stands."""
    without = Training.announcement_id.is_(None) & (Training.state != TrainingState.DRAFT)
    for ids in _some(list(db.session.scalars(select(Training.id).where(without).order_by(Training.id)))):
        trainings = list(db.session.scalars(select(Training).where(Training.id.in_(ids))))
        names = ("starts_on", "ends_on", "zone", "venue_id", "country", "link", "modality")
        rows = [
            {
                **{name: getattr(one, name) for name in names},
                "training_id": one.id,
                "number": 1,
                "at": clock.now(),
                "told": {},
            }
            for one in trainings
        ]
        known = {one.training_id: one for one in store_many(Announcement, rows)}
        sessions = db.session.scalars(
            select(TrainingSession)
            .where(TrainingSession.training_id.in_(ids))
            .options(selectinload(TrainingSession.session_trainers))
            .order_by(TrainingSession.id)
        )
        insert_many(AnnouncedSession, [_copy(known[row.training_id], row) for row in sessions])
        for one in trainings:
            one.announcement_id = known[one.id].id
        db.session.flush()  # what is asked for next is read from the database


def _some(ids: list[int], most: int = 500) -> list[list[int]]:
    return [ids[first : first + most] for first in range(0, len(ids), most)]
