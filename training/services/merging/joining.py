"""Making the registrations of one person for one training one, with their marks, and parting them again. Single steps.

The caller holds the trainings, the people and the registers, and audits. What was before is kept with the merge as plain
values, so that parting puts everything back that nobody has touched since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import delete, select

from training import clock
from training.db import db
from training.errors import Invalid
from training.models import (
    HOLDS_SEAT,
    LIVE,
    AttendanceCorrection,
    AttendanceMethod,
    AttendanceRecord,
    AttendanceStatus,
    RegisterState,
    Registration,
    RegistrationState,
    Training,
    TrainingSession,
    TrainingState,
    User,
)
from training.rules.seats import SeatCount
from training.services import locked_trainings, marks, seat_counts
from training.services.attendance import expected, registers
from training.services.merging import joins, standings
from training.services.merging.joins import Choices, Join
from training.services.registrations import reserve_list
from training.services.registrations.reserve_list import Freed
from training.text import Message, msg
from training.texts import letters

S = RegistrationState
Kept = dict[str, Any]
"""What a merge keeps of one training, as JSON."""


def join(one: Join, choices: Choices | None, *, by: User) -> Kept:
    """Make the registrations one. The seats that become free stay free: see ``give_seats``.

    Raises ``Invalid`` if the registration that is to stay may not hold the seat that it would take over.
    """
    staying = one.staying(choices)
    others = [other for other in one.registrations if other is not staying]
    right = [one.right(number, staying, choices) for number in one.marks]
    before = {other.id: standings.of(other) for other in one.registrations}
    asked = _asked(one.registrations)
    wanted = standings.combined(
        before[staying.id], [before[other.id] for other in others], joins.starts(one.training)
    )
    standings.join(others, staying, by=by)
    if wanted.state in HOLDS_SEAT and not before[staying.id].holds_seat:
        _check_seat(staying, [other for other in others if before[other.id].holds_seat])
    standings.take(staying, wanted, by=by, reason=letters.JOINED["en"], told=True)
    cells = _cells(staying)
    taken = [_take(mark, cells.get(mark.session_id), staying, by) for mark in right if _is_new(mark, cells)]
    return {
        "training": one.training.id,
        "staying": staying.id,
        "before": standings.plain(before[staying.id]),
        "after": standings.plain(wanted),
        "joined": [{"id": other.id, "before": standings.plain(before[other.id])} for other in others],
        "marks": taken + _keep_asking(asked, staying, by),
        "differing": len(one.questions),
    }


def _check_seat(staying: Registration, held: Sequence[Registration]) -> None:
    """Raise ``Invalid`` if a seat that only others may have would go to ``staying``. Those who ``held`` one left it."""
    training, origin = staying.training, seat_counts.origin_of(staying)
    if training.state in locked_trainings.FINISHED:  # seats are kept for nobody any more
        return
    counted = seat_counts.count(training)
    share = counted.share_of(origin)
    is_own = any(counted.share_of(seat_counts.origin_of(one)) == share for one in held)
    if not is_own and counted.free_for(origin) <= 0:
        raise Invalid(
            msg(
                "No seat in %(code)s is free for %(agency)s. Let the registration of %(holder)s stay, which holds a "
                "seat, or keep one for %(agency)s first.",
                code=training.code,
                agency=staying.agency_name,
                holder=held[0].agency_name,
            ),
            field=f"stays-{training.public_id}",
        )


def _asked(registrations: Sequence[Registration]) -> dict[int, TrainingSession]:
    """The sessions that have begun whose open registers list one of these, by their ids."""
    found = (
        select(TrainingSession)
        .join(Registration, Registration.training_id == TrainingSession.training_id)
        .outerjoin(AttendanceRecord, expected.join_on())
        .where(
            Registration.id.in_([one.id for one in registrations]),
            TrainingSession.is_held,
            TrainingSession.register_state == RegisterState.OPEN,
            TrainingSession.starts_at <= clock.now(),
            expected.is_listed(),
        )
        .order_by(TrainingSession.id)
    )
    return {one.id: one for one in db.session.scalars(found)}


def _keep_asking(asked: dict[int, TrainingSession], staying: Registration, by: User) -> list[Kept]:
    """List the person where a register still asks for a mark, and would not list the registration that stays."""
    listed = _asked([staying])
    missing = [session for number, session in asked.items() if number not in listed]
    for session in missing:
        registers.put_on(session, staying, by=by)
    db.session.flush()  # the cells' ids are kept
    cells = _cells(staying)
    return [_noted(cells[session.id], None, None) for session in missing]


def _cells(registration: Registration) -> dict[int, AttendanceRecord]:
    """The cells of a registration by the session's id, cleared ones too."""
    found = select(AttendanceRecord).where(AttendanceRecord.registration_id == registration.id)
    return {one.session_id: one for one in db.session.scalars(found)}


def _is_new(mark: AttendanceRecord, cells: dict[int, AttendanceRecord]) -> bool:
    own = cells.get(mark.session_id)
    return own is None or joins.content(own) != joins.content(mark)


def _take(mark: AttendanceRecord, own: AttendanceRecord | None, staying: Registration, by: User) -> Kept:
    before = _plain(own) if own is not None else None
    record, correction = registers.take_over(mark, own, staying, by=by, reason=letters.JOINED["en"])
    return _noted(record, before, correction)


def _noted(record: AttendanceRecord, before: Kept | None, correction: int | None) -> Kept:
    return {"record": record.id, "before": before, "after": _plain(record), "correction": correction}


def registrations_of(kept: Kept) -> list[int]:
    """The ids of the registrations that became one."""
    return [kept["staying"], *(one["id"] for one in kept["joined"])]


def give_seats(kept: Kept, *, by: User) -> list[Registration]:
    """Give the seats that became free to the next in line. Returns who was promoted."""
    training = db.session.get_one(Training, kept["training"])
    if training.state in locked_trainings.FINISHED:
        return []
    held = [one["id"] for one in kept["joined"] if _holds_seat(one["before"])]
    if not held:
        return reserve_list.promote(training, Freed(), by=by)
    origins = [seat_counts.origin_of(db.session.get_one(Registration, number)) for number in held]
    staying = seat_counts.origin_of(db.session.get_one(Registration, kept["staying"]))
    share_of = seat_counts.count(training).share_of
    is_taken_over = not _holds_seat(kept["before"]) and share_of(staying) in map(share_of, origins)
    return reserve_list.promote(training, Freed(len(held) - is_taken_over, origins[0]), by=by)


def _holds_seat(standing: Kept) -> bool:
    return S(standing["state"]) in HOLDS_SEAT


def part(kept: Kept, *, by: User) -> None:
    """Make the registrations several again. What somebody has changed since stays with the one that stayed.

    A seat that has gone to somebody else is not taken from them: its person comes back at the head of the reserve list.
    """
    training = db.session.get_one(Training, kept["training"])
    staying = db.session.get_one(Registration, kept["staying"])
    for one in reversed(kept["marks"]):
        _put_back(one)
    before, after = _before(kept, training), standings.read(kept["after"])
    origin = seat_counts.origin_of(staying)
    if before != after and standings.of(staying).decided == after.decided:
        standings.take(staying, before, by=by, reason=letters.PARTED["en"], told=True)
        if staying.state is S.RESERVE and before.reserve_rank is not None:
            standings.make_room(staying, before.reserve_rank)
    for said in kept["joined"]:
        _part(training, db.session.get_one(Registration, said["id"]), _before(said, training), by)
    if training.state not in locked_trainings.FINISHED:
        reserve_list.promote(training, Freed(0, origin), by=by)


def _before(said: Kept, training: Training) -> standings.Standing:
    """Where a registration stood before the merge. No offer outlives the training's cut-off, which may have moved since."""
    found = standings.read(said["before"])
    if found.offer_expires_at is None:
        return found
    return replace(found, offer_expires_at=min(found.offer_expires_at, reserve_list.cut_off(training)))


def _part(training: Training, one: Registration, before: standings.Standing, by: User) -> None:
    if is_called_off(training) and before.state in LIVE:
        standings.end(one, before, by=by)
    elif not before.holds_seat or has_seat(seat_counts.count(training), one):
        standings.part(one, before, by=by)
    else:
        standings.wait_again(one, before, by=by)


def is_called_off(training: Training) -> bool:
    """Whether all registrations ended with the training, which was cancelled."""
    return training.state is TrainingState.CANCELLED


def has_seat(counted: SeatCount, one: Registration) -> bool:
    """Whether a registration that comes back may have its seat again."""
    if one.training.state in locked_trainings.FINISHED:  # seats are kept for nobody any more
        return counted.free_in_all > 0
    return counted.free_for(seat_counts.origin_of(one)) > 0


def without_seats(found: Sequence[Kept]) -> list[Registration]:
    """Those who would come back onto the reserve list if the merge was undone now."""
    left = []
    for kept in found:
        staying = db.session.get_one(Registration, kept["staying"])
        if is_called_off(staying.training):
            continue
        counted = seat_counts.count(staying.training)
        after, before = standings.read(kept["after"]), standings.read(kept["before"])
        if standings.of(staying).decided == after.decided and after.state in HOLDS_SEAT:
            counted.take(seat_counts.origin_of(staying), -(before.state not in HOLDS_SEAT))
        for said in kept["joined"]:
            one = db.session.get_one(Registration, said["id"])
            if not _holds_seat(said["before"]):
                continue
            if has_seat(counted, one):
                counted.take(seat_counts.origin_of(one))
            else:
                left.append(one)
    return left


def why_not(found: Sequence[Kept], later: Sequence[Kept]) -> Message | None:
    """The reason why these registrations cannot be parted, or None. ``later`` is what later merges joined."""
    for kept in found:
        ids = [one["id"] for one in kept["joined"]]
        still = select(Registration.id).where(
            Registration.id.in_(ids), Registration.joined_into_id == kept["staying"]
        )
        if any(one["training"] == kept["training"] for one in later):
            return msg("A later merge joined registrations for the same training: undo that first.")
        if len(db.session.scalars(still).all()) != len(ids):
            return msg("Something that moved in this merge belongs to another person now.")
    return None


# Marks as they were


def _plain(mark: AttendanceRecord) -> Kept:
    return {
        "status": mark.status,
        "arrived": mark.arrived and mark.arrived.isoformat(),
        "left": mark.left and mark.left.isoformat(),
        "also_left_early": mark.also_left_early,
        "minutes": mark.minutes,
        "is_estimated": mark.is_estimated,
        "method": mark.method,
        "recorded_at": mark.recorded_at.isoformat(),
        "recorded_by_id": mark.recorded_by_id,
        "recorded_by_name": mark.recorded_by_name,
    }


SAID = ("status", "arrived", "left", "also_left_early")


def _put_back(one: Kept) -> None:
    """Put a mark back as it was. If somebody has marked the person since, that stays."""
    mark = db.session.get(AttendanceRecord, one["record"])
    if mark is None or any(_plain(mark)[name] != one["after"][name] for name in SAID):
        return
    corrections = AttendanceCorrection.record_id == mark.id
    if one["before"] is None:
        db.session.execute(delete(AttendanceCorrection).where(corrections))
        db.session.delete(mark)
        db.session.flush()  # the row goes before others come back: no id is waited for
        return
    before = one["before"]
    has_followed = (
        mark.minutes != one["after"]["minutes"]
    )  # the session was changed since, and the mark with it
    mark.status = before["status"] and AttendanceStatus(before["status"])
    mark.arrived = before["arrived"] and time.fromisoformat(before["arrived"])
    mark.left = before["left"] and time.fromisoformat(before["left"])
    mark.also_left_early = before["also_left_early"]
    mark.minutes, mark.is_estimated = before["minutes"], before["is_estimated"]
    if has_followed:
        _derive(mark)
    mark.method, mark.recorded_at = (
        AttendanceMethod(before["method"]),
        datetime.fromisoformat(before["recorded_at"]),
    )
    mark.recorded_by_id, mark.recorded_by_name = before["recorded_by_id"], before["recorded_by_name"]
    mark.version += 1
    db.session.execute(
        delete(AttendanceCorrection).where(corrections, AttendanceCorrection.id == one["correction"])
    )


def _derive(mark: AttendanceRecord) -> None:
    session = mark.training_session
    try:
        mark.minutes, mark.is_estimated = marks.minutes_of(
            marks.slot_of(session), mark, session.training.programme.deduction_minutes
        )
    except Invalid:  # its times do not fit the session any more: it is as long as it can be
        mark.minutes = min(mark.minutes, session.scheduled_minutes)
