"""New rules of clocks: wall times stay, and the instants that they stand for are derived anew.

It keeps true: instants are those of the rules in use, before anything else. Where two sessions would hold one room or
trainer at once by that, the one that was made later goes without, and its coordinators are told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from config import BadSettings, Config
from training.db import atomic, db
from training.errors import DomainError
from training.models import Modality, Room, Trainer, Training, TrainingSession, User
from training.rules import taken_twice, zones
from training.rules.taken_twice import Held, Loss
from training.services import announced, audit, locked_trainings, organisations
from training.services.announcing import announced_copies, announcements
from training.services.letters import notices
from training.services.letters.of_zone_rules import Lost, MovedMoment, ZoneRules
from training.services.registrations import reserve_list
from training.services.schedule import plan
from training.services.schedule.plan import Change
from training.services.trainings import moments
from training.services.trainings.moments import Following
from training.text import Message, msg

IN_USE = zones.VERSION
"""The version of the rules of clocks in use, such as 2026f."""
ROUNDS = 3
"""How often we begin anew where somebody plans at the same moment."""


@dataclass(frozen=True)
class Followed:
    """What became of a training: what moved, what was lost by that, and what could not follow."""

    training: Training
    moved: Sequence[MovedMoment] = ()
    lost: Sequence[Lost] = ()
    left: Sequence[Message] = ()


def check_settings(config: Config) -> None:
    """Raise ``BadSettings`` if the zone that the settings name is none."""
    if zones.meant(config.default_zone) is None:
        raise BadSettings(["TRAINING_DEFAULT_ZONE must be a time zone: write a city, such as Vienna."])


def versions() -> str:
    """The version of the rules in use, and that by which instants were derived last, as a line."""
    return f"Time zone rules in use: {IN_USE}. Instants were derived by: {stored_version() or 'none yet'}."


def stored_version() -> str:
    """By which version of the rules instants were derived last. Empty if that is not known."""
    return organisations.get().tz_version


def preview() -> list[Followed]:
    """What would move by the rules in use, and what cannot follow them. Nothing is stored."""
    return [Followed(one.training, one.moved, left=one.left) for one in moments.to_follow()]


def lines(found: Iterable[Followed]) -> list[str]:
    """What becomes of trainings, in their zones and in UTC, line by line, for a command."""
    written = []
    for one in found:
        written.append(f"{one.training.code}, {one.training.zone}:")
        written += [f"  {moment.said(one.training.zone, 'en')}" for moment in one.moved]
        written += [f"  {lost.said('en')}" for lost in one.lost]
        written += [f"  cannot follow: {why}" for why in one.left]
    return written


def follow_if_new() -> list[Followed]:
    """Follow the rules in use if others were in use before. The worker does this when it starts."""
    return [] if stored_version() == IN_USE else follow_all(by=None)


def follow_all(*, by: User | None) -> list[Followed]:
    """Derive everything that is to come anew, each training as a whole. Returns what became of each.

    Trainings whose sessions pass through each other are one unit of work. What a training's rules of its own refuse
    stays. Its coordinators are told of that once for each version of the rules.
    """
    is_new = stored_version() != IN_USE
    followed: list[Followed] = []
    failed: dict[int, Message] = {}
    for _ in range(ROUNDS):
        failed = {}
        for ids in _units(moments.to_follow()):
            try:
                followed += follow(_trainings(ids), by=by)
            except DomainError as refusal:
                failed |= dict.fromkeys(ids, refusal.message)
        if not failed:
            break
    done = {one.training.id for one in followed}
    left = [
        Followed(
            one.training, left=[*one.left, *(failed[number] for number in {one.training.id} & failed.keys())]
        )
        for one in moments.to_follow()
        if one.training.id not in done
    ]
    if is_new:
        for one in (one for one in left if one.left):
            tell_of_what_stays(one.training, left=one.left, by=by)
        organisations.keep_tz_version(IN_USE, by=by)
    return followed + left


def _units(found: Sequence[Following]) -> list[list[int]]:
    """The ids of trainings of which something moves, those together whose sessions pass through each other."""
    groups = taken_twice.groups(moments.places(found))
    known = {number for ids in groups for number in ids}
    return groups + [[one.training.id] for one in found if one.moved and one.training.id not in known]


@atomic
def follow(trainings: Sequence[Training], *, by: User | None) -> list[Followed]:
    """Derive what is to come in these trainings anew, all or nothing. Returns what became of each that it touched."""
    ids = [training.id for training in trainings]
    locked_trainings.lock_all(ids)
    found = {one.training.id: one for one in moments.to_follow(ids)}
    lost = _losses(list(found.values()), ids)
    moving = {number for one in found.values() for number in one.sessions} | set(lost)
    sessions = _sessions(moving)
    names = {number: [_named(one) for one in of_session] for number, of_session in lost.items()}
    locked_trainings.hold_places(sessions)
    plan.park(sessions)
    followed = []
    for training in sorted(trainings, key=lambda one: one.id):
        own = [session for session in sessions if session.training_id == training.id]
        following = found.get(training.id, Following(training))
        told = [name for session in own for name in names.get(session.id, ())]
        if own or following.moved:
            known = _follow(following, own, lost, by)
            followed.append(_told(following, told, known, by))
    return followed


@atomic
def tell_of_what_stays(training: Training, *, left: Sequence[Message], by: User | None) -> None:
    """Tell the coordinators of what cannot follow the new rules, so that they put it right."""
    changes = {"version": IN_USE, "left": [str(one) for one in left]}
    audit.record(by=by, action="training.zone_rules", thing=training, changes=changes)
    notices.zone_rules_followed(ZoneRules(training, (), left=left))


def _follow(
    following: Following, sessions: Sequence[TrainingSession], lost: dict[int, list[Loss]], by: User | None
) -> list[MovedMoment]:
    """Store what moves. Returns what moved of the announced timetable."""
    training = following.training
    near = announcements.near(training)
    training.registration_opens_at = following.opens_at or training.registration_opens_at
    training.registration_closes_at = following.closes_at or training.registration_closes_at
    changes = [Change(one, _without(plan.details_of(one), lost.get(one.id, ()))) for one in sessions]
    reason = msg("The rules of clocks there changed.").translated()
    plan.apply(training, changes, by=by, reason=reason, hours_stand=True)
    known = announced_copies.follow_zone_rules(training)
    announcements.tell_what_is_near(training, near, by=by)
    reserve_list.shorten_offers(training, by)
    return known


def _told(following: Following, lost: list[Lost], known: Sequence[MovedMoment], by: User | None) -> Followed:
    """Write the training's entry, and tell those whom it concerns: in person nobody joins from another zone."""
    training = following.training
    changes = {
        "version": IN_USE,
        "moved": [one.said(training.zone, "en") for one in following.moved],
        "lost": [one.said("en") for one in lost],
        "left": [str(one) for one in following.left],
    }
    audit.record(by=by, action="training.zone_rules", thing=training, changes=changes)
    is_for_all = announced.facts(training).modality is not Modality.IN_PERSON
    notices.zone_rules_followed(ZoneRules(training, following.moved, lost, following.left, is_for_all, known))
    return Followed(training, following.moved, lost, following.left)


def _losses(found: Sequence[Following], ids: Sequence[int]) -> dict[int, list[Loss]]:
    """What the sessions of these trainings lose, by the session's id."""
    lost: defaultdict[int, list[Loss]] = defaultdict(list)
    for one in taken_twice.losses(moments.places(found, ids)):
        lost[one.number].append(one)
    return dict(lost)


def _named(one: Loss) -> Lost:
    session, to = (db.session.get_one(TrainingSession, number) for number in (one.number, one.to))
    is_room = one.held.kind == "room"
    thing: Room | Trainer
    if is_room:
        thing = db.session.get_one(Room, one.held.number)
    else:
        thing = db.session.get_one(Trainer, one.held.number)
    return Lost(session.title, thing.name, to.training.code, is_room)


def _without(details: plan.Details, lost: Sequence[Loss]) -> plan.Details:
    gone = {one.held for one in lost}
    room = details.room
    return replace(
        details,
        room=None if room and Held("room", room.id) in gone else room,
        trainers=[one for one in details.trainers if Held("trainer", one.id) not in gone],
    )


def _sessions(ids: set[int]) -> list[TrainingSession]:
    found = select(TrainingSession).where(TrainingSession.id.in_(ids)).order_by(TrainingSession.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def _trainings(ids: Sequence[int]) -> list[Training]:
    return list(db.session.scalars(select(Training).where(Training.id.in_(ids)).order_by(Training.id)))
