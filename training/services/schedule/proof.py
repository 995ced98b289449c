"""Marks are proof: what they and the register say of where a session may lie, and what must be decided first."""

from __future__ import annotations

from datetime import datetime

from training import clock
from training.errors import Invalid
from training.models import RegisterState, TrainingSession
from training.rules import walltime
from training.rules.minutes import Decision, Slot
from training.services import marks
from training.text import Message, msg


def check_decided(session: TrainingSession, decision: Decision | None) -> int:
    """How many people are marked in the session. Raises ``Invalid`` if somebody is, and nobody has decided on it."""
    marked = marks.count(session)
    if marked and decision is None:
        raise Invalid(
            msg("People marked in this session: %(count)s. Say what becomes of their marks.", count=marked),
            field="decision",
        )
    return marked


def is_moved(session: TrainingSession, starts: datetime, ends: datetime) -> bool:
    """Whether the session goes to another day, to hours that do not overlap those at which it was marked, or ahead.

    Less is put right only. Hours that are put right several times are compared with the first ones: else a session
    could be moved in small steps, and nobody would be asked.
    """
    if (starts, ends) == (session.starts_local, session.ends_local):
        return False
    first, last = hours_of_marks(session)
    return (
        starts.date() != first.date()
        or starts >= last
        or ends <= first
        or _is_put_off(session, walltime.instant(starts, session.training.zone, "starts_local"))
    )


def hours_of_marks(session: TrainingSession) -> tuple[datetime, datetime]:
    """The hours at which the session was marked, or said to be held."""
    begins, ends = session.marked_starts_local, session.marked_ends_local
    return begins or session.starts_local, ends or session.ends_local


def _is_put_off(session: TrainingSession, starts_at: datetime) -> bool:
    """Whether the session would be still to come although it has begun, or too far ahead for anybody to mark in it."""
    now = clock.now()
    is_too_early = session.starts_at <= now or starts_at - marks.EARLY > now
    return starts_at > max(now, session.starts_at) and is_too_early


def kept_by_register(session: TrainingSession, slot: Slot) -> Message | None:
    """Why the session's register does not let it lie in ``slot``, if that is so.

    A locked register keeps the hours. What took place is not still to come.
    """
    if (slot.starts_at, slot.ends_at, slot.contact) == (
        session.starts_at,
        session.ends_at,
        session.scheduled_minutes,
    ):
        return None
    if session.register_state is RegisterState.LOCKED:
        return msg(
            "The register of %(session)s, %(day)s, is locked, so its hours stay. Reopen the register first.",
            session=session.title,
            day=session.on_date,
        )
    is_proof = session.register_state is not RegisterState.OPEN or marks.count(session)
    if is_proof and _is_put_off(session, slot.starts_at):
        return msg(
            "The register of %(session)s, %(day)s, says that it took place. By this time zone it would be still to come. "
            "Put its hours right, or choose the zone in which it was held.",
            session=session.title,
            day=session.on_date,
        )
    return None
