"""Steps of a training that can be undone while their letters wait: that it was opened, and that it was postponed."""

from __future__ import annotations

from sqlalchemy import delete, select

from training import clock
from training.db import atomic, db
from training.errors import Conflict, Invalid
from training.models import Announcement, Registration, Training, TrainingInvitation, TrainingState, User
from training.services import audit, locked_trainings
from training.services.announcing import announced_copies, announcements
from training.services.registrations import reserve_list
from training.services.registrations.reserve_list import Freed
from training.services.schedule import asleep, plan, span
from training.text import msg

STATE = msg("This is not possible any more: the training's state has changed meanwhile.")


@atomic
def undo_opening(training: Training, announcement: Announcement, *, by: User) -> None:
    """Take back that a training was opened: it is a draft again, and the letters that wait are dropped.

    ``announcement`` is the one that opened it. Raises ``Conflict`` once its letters have left, once somebody has had
    another letter about the training, and once somebody has registered, by name.
    """
    _check_waiting(training, announcement, TrainingState.OPEN)
    if not announcements.is_first(training, announcement):
        raise Conflict(STATE, "state")
    registered = db.session.scalar(
        select(Registration).where(Registration.training_id == training.id).order_by(Registration.id).limit(1)
    )
    if registered is not None:
        raise Conflict(
            msg(
                "%(agency)s has registered somebody already, so this stays open. Postpone or cancel it instead.",
                agency=registered.agency_name,
            ),
            "registered",
        )
    announcements.check_told_since(
        training,
        announcement,
        msg("%(name)s has had a letter about this meanwhile. Postpone or cancel the training instead."),
    )
    before = audit.snapshot(training)
    announced_copies.withdraw(training, announcement)
    db.session.execute(delete(TrainingInvitation).where(TrainingInvitation.training_id == training.id))
    training.is_by_invitation = False
    training.state, training.state_changed_at = TrainingState.DRAFT, clock.now()
    audit.record(by=by, action="training.open_undone", thing=training, before=before)


@atomic
def undo_postponing(training: Training, announcement: Announcement, *, by: User) -> list[Registration]:
    """Take back that a training was postponed: its timetable wakes as it was, and the letters that wait are dropped.

    ``announcement`` is the one that postponed it. The training is in the state that it was in before. Returns who was promoted: seats may have become free meanwhile.
    Raises ``Conflict`` once the letters have left, for a room or a trainer that is taken meanwhile, by name, and once
    somebody has had another letter that says no dates.
    """
    _check_waiting(training, announcement, TrainingState.POSTPONED)
    announcements.check_told_since(
        training,
        announcement,
        msg("%(name)s has had a letter about this meanwhile. Go on with new dates instead."),
    )
    locked_trainings.lock_people(training, with_line=True)
    locked_trainings.hold_sessions_of([training.id])
    before = audit.snapshot(training)
    as_it_was = [(one, plan.details_of(one)) for one in asleep.of(training)]
    reason = msg("The training is held as it was planned.").translated()
    try:
        asleep.wake(training, as_it_was, by=by, reason=reason)
    except Invalid as refusal:  # nobody typed anything: what stood then does not fit any more
        raise Conflict(refusal.message, "not_yet") from None
    span.follow_sessions(training)  # others may have been planned meanwhile
    was = announcement.told
    assert isinstance(was, dict)
    announced_copies.withdraw(training, announcement)
    training.state, training.state_reason = TrainingState(was["was"]), ""
    training.state_changed_at = clock.now()
    audit.record(by=by, action="training.postpone_undone", thing=training, before=before)
    db.session.flush()  # the query for the next in line reads the state from the database
    return reserve_list.promote(training, Freed(), by=by)


def _check_waiting(training: Training, announcement: Announcement, state: TrainingState) -> None:
    """Lock the training. Raises ``Conflict`` unless it is in ``state`` and the announcement's letters still wait."""
    announcements.check_undo(training, announcement)
    if training.state is not state:
        raise Conflict(STATE, "state")
