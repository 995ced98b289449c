"""What people are told of the reserve list: why somebody has no seat yet, the rule in words, and who is next."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from training.db import db
from training.models import (
    HOLDS_SEAT,
    Admission,
    Promotion,
    Registration,
    ReserveOrder,
    Training,
    TrainingState,
)
from training.rules.seats import SeatCount
from training.rules.timetable import Elsewhere
from training.services import seat_counts
from training.services.registrations import elsewhere, reserve_list
from training.services.registrations.reserve_list import Freed
from training.services.registrations.steps import S
from training.services.timetables import clash_facts
from training.text import Message, msg


def why_not_yet(
    training: Training, waiting: Sequence[Registration], *, to_agency: bool
) -> dict[int, Message]:
    """Why each of these people on the reserve list has no seat yet, by the registration's id.

    With ``to_agency`` the sentence says only what an agency may know: nothing of other agencies, and no
    numbers of the pool.
    """
    if training.state is TrainingState.POSTPONED:
        return {
            one.id: msg("The training is postponed: seats are given again once it has new days.")
            for one in waiting
        }
    if not reserve_list.may_promote(training):
        day = reserve_list.ends_on(training)
        return {
            one.id: msg("Since %(day)s nobody moves up from the reserve list.", day=day) for one in waiting
        }
    counted = seat_counts.count(training)
    away = clash_facts.elsewhere(training, [one.trainee_id for one in waiting]) if waiting else {}
    return {
        one.id: _elsewhere(one, away[one.trainee_id], to_agency)
        if one.trainee_id in away and not one.override_reason
        else _why_not_yet(counted, one, to_agency)
        for one in waiting
    }


def _elsewhere(one: Registration, found: Sequence[Elsewhere], to_agency: bool) -> Message:
    return msg(
        "%(said)s A free seat goes to the next in line.",
        said=elsewhere.said(one.name, found, agency_id=one.agency_id if to_agency else None),
    )


def _why_not_yet(counted: SeatCount, one: Registration, to_agency: bool) -> Message:
    share = counted.share_of(seat_counts.origin_of(one))
    if not one.agency.is_active:
        return msg("The agency is suspended. Its people are passed over until it may register again.")
    if counted.free_in_all <= 0:
        return msg("No seat is free. The person moves up when one becomes free.")
    if counted.free_of(share) > 0:
        if share is not None and share.agency_id:
            return msg("A seat that is kept for the agency is free: the coordinator decides who gets it.")
        return msg("The coordinator decides who gets the seats that are free.")
    if share is not None and share.agency_id:
        return msg("The seats kept for the agency are used up. It can ask for more.")
    if to_agency:
        return msg("No seat is free for the agency now.")
    if share is not None:
        return msg("The seats kept for its country are used up.")
    return msg("The seats that are free are kept for others until they are released.")


def next_up(training: Training) -> list[Registration]:
    """Who should get the free seats by the rule, the next one first.

    It is empty if the rule gives the seats by itself, or nobody moves up any more.

    "Nearest first" means near to the agency that gave a seat up last.
    """
    if training.promotion is not Promotion.PROPOSED or not reserve_list.may_promote(training):
        return []
    last = db.session.scalar(
        select(Registration)
        .where(
            Registration.training_id == training.id,
            Registration.released_at.is_not(None),
            Registration.state != S.REPLACED,
        )
        .order_by(Registration.released_at.desc(), Registration.id.desc())
        .limit(1)
    )
    counted = seat_counts.count(training)
    freed = Freed(counted.free_in_all, seat_counts.origin_of(last) if last else None)
    return reserve_list.next_in_line(training, counted, freed)


def with_seats_to_give(found: Select[Training], most: int) -> list[Training]:
    """The first trainings in which a seat is free, somebody waits, and a coordinator gives the seats."""
    of = (
        select(func.count(Registration.id)).where(Registration.training_id == Training.id).correlate(Training)
    )
    held = of.where(Registration.state.in_(HOLDS_SEAT)).scalar_subquery()
    waiting = of.where(Registration.state == S.RESERVE).scalar_subquery()
    wanted = found.where(Training.promotion == Promotion.PROPOSED, held < Training.capacity, waiting > 0)
    near = db.session.scalars(wanted.order_by(Training.starts_on, Training.id).limit(4 * most))
    return [training for training in near if reserve_list.may_promote(training)][:most]


def rule(training: Training) -> Message:
    """The rule of the reserve list in words that anyone can read."""
    order = (
        msg("in the order of submission")
        if training.reserve_order is ReserveOrder.SUBMITTED
        else msg("in the order of their rank")
    )
    first = (
        msg("first people of the agency that gave up the seat, then people of its country, then all others")
        if training.nearest_first
        else msg("all agencies alike")
    )
    day = reserve_list.ends_on(training)
    if training.promotion is Promotion.PROPOSED:
        return msg(
            "Until %(day)s, the coordinator offers a free seat. The order is: %(first)s, %(order)s.",
            first=first,
            order=order,
            day=day,
        )
    if (
        training.admission is Admission.APPROVAL
    ):  # here a seat that was free before people were put on the list stays free
        return msg(
            "Until %(day)s, a seat that is given up or added goes to the next in line at once. "
            "The order is: %(first)s, %(order)s.",
            first=first,
            order=order,
            day=day,
        )
    return msg(
        "Until %(day)s, a free seat goes to the next in line at once. The order is: %(first)s, %(order)s.",
        first=first,
        order=order,
        day=day,
    )
