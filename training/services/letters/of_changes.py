"""What is told when a training changes: its place, its deadline, and sessions that are rescheduled or called off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from training.models import Training, TrainingSession
from training.rules import zones
from training.services.letters.parts import Part, Whereabouts, about, whereabouts
from training.texts import letters
from training.texts.letters import Ready, block, one_line


@dataclass(frozen=True)
class Facts:
    """What people rely on."""

    where: Whereabouts
    zone: str
    online: str
    closes_at: datetime


@dataclass(frozen=True)
class Times:
    """When a session is held, by the clock there."""

    starts: datetime
    ends: datetime
    is_cancelled: bool

    def said(self, language: str) -> str:
        """The time as text, such as "12 May 2026, 09:00–12:00", or the words for a session called off."""
        if self.is_cancelled:
            return letters.CALLED_OFF[language]
        return letters.slot(self.starts, self.ends, language)


@dataclass(frozen=True)
class RescheduledSession:
    """A session, and the time at which it was to be held before the change."""

    session: TrainingSession
    before: Times

    @property
    def is_elsewhen(self) -> bool:
        """Whether the session is held at another time than before, or not at all."""
        return times(self.session) != self.before


def facts(training: Training) -> Facts:
    """What people rely on, as things stand."""
    return Facts(whereabouts(training), training.zone, training.link, training.registration_closes_at)


def times(session: TrainingSession) -> Times:
    """When the session is held, as things stand."""
    return Times(session.starts_local, session.ends_local, session.is_cancelled)


def of_change(
    kind: str,
    training: Training,
    before: Facts,
    sessions: Sequence[RescheduledSession],
    people: Iterable[str] = (),
) -> Part:
    """What has changed, and what it was before. What has not changed is left out."""
    now, lines = facts(training), block(people)

    def values(language: str) -> dict[str, str]:
        said = {
            "before": before.where.said(language),
            "now": now.where.said(language),
            "zone_before": zones.said(before.zone, language),
            "zone": zones.said(now.zone, language),
            "online_before": before.online or "–",
            "online": now.online or "–",
        }
        for first, second in (("before", "now"), ("zone_before", "zone"), ("online_before", "online")):
            if said[first] == said[second]:
                said[first] = said[second] = ""
        rescheduled = block(_line(one, now.zone, language) for one in sessions)
        return {
            **about(training, language),
            **said,
            "sessions": Ready(f"\n{rescheduled}") if sessions else "",
            "people": lines,
        }

    return Part(kind, values)


def of_deadline(training: Training, before: datetime) -> Part:
    """Registration closes at another time."""

    def values(language: str) -> dict[str, str]:
        was, now = (
            letters.moment(at, training.zone, language) for at in (before, training.registration_closes_at)
        )
        return {**about(training, language), "before": was, "deadline": now}

    return Part("deadline_moved", values)


def _line(one: RescheduledSession, zone: str, language: str) -> str:
    was, now = one.before.said(language), times(one.session).said(language)
    return f"– {one_line(one.session.title)}: {was} → {now} ({zones.said(zone, language)})"
