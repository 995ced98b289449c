"""What a report says of itself: the same on the page and in every file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from training import clock
from training.models import Role, User
from training.services import organisations
from training.services.reports import definitions
from training.services.reports.figures import DataState
from training.services.reports.participations import Listed
from training.services.reports.selection import ALL, Filters
from training.text import Message, msg

ROLES = {
    Role.ADMIN: msg("administrator"),
    Role.COORDINATOR: msg("coordinator"),
    Role.PARTNER: msg("partner"),
    Role.TRAINER: msg("trainer"),
    Role.MANAGER: msg("manager"),
}
FILTERS = {
    "ends_from": msg("Ended from"),
    "ends_to": msg("Ended until"),
    "theme": msg("Theme"),
    "only": msg("Tagged with the theme itself only"),
    "programme": msg("Programme"),
    "training": msg("Training"),
    "agency": msg("Agency"),
    "country": msg("Venue's country"),
    "sex": msg("Sex"),
    "state": msg("Rows of registrations"),
}
MOST_RULES, MOST_NAMED = 6, 4


@dataclass(frozen=True)
class Header:
    """What the report is, who made it when, what it is about, how final it is, and by which rules it counts.

    ``asked`` are the filters for programs. ``day_rules`` and ``completion_rules`` are those that occur in the selection.
    """

    organisation: str
    is_demo: bool
    made_at: datetime
    by: Message
    filters: dict[str, str]
    asked: dict[str, str | bool]
    activities: Message
    state: DataState
    day_rules: tuple[Message, ...]
    completion_rules: tuple[Message, ...]
    participants: int

    def lines(self) -> list[tuple[str, Message, str]]:
        """(key, name, value in the reader's language) in the order in which they are shown."""
        said = [
            ("title", msg("Report"), msg("Attendance report").translated()),
            ("organisation", msg("Organisation"), self.organisation),
            ("made_at", msg("Made at"), f"{self.made_at:%Y-%m-%d %H:%M} UTC"),
            ("by", msg("Made by"), self.by.translated()),
            ("state", msg("Data state"), state_text(self.state).translated()),
        ]
        if self.is_demo:
            said.insert(
                2, ("demo", msg("Demo"), msg("Demo data: invented people and agencies.").translated())
            )
        for name, value in self.filters.items():
            shown = value if name not in ("only",) else msg("yes").translated()
            said.append((f"filter.{name}", FILTERS[name], shown))
        said += [
            ("period", msg("Period"), msg("A training belongs to the period of its last day.").translated()),
            ("activities", msg("Activities counted"), self.activities.translated()),
            ("participants", msg("Participants behind the figures"), str(self.participants)),
        ]
        if self.day_rules:
            said.append(("day_rules", msg("Person-days"), _listed(self.day_rules)))
        if self.completion_rules:
            said.append(("completion_rules", msg("Completion"), _listed(self.completion_rules)))
        return [*said, ("definitions", msg("Definitions"), definitions.VERSION)]

    def as_json(self) -> dict[str, Any]:
        """The same for programs: plain values, with the words beside them."""
        state = self.state
        return {
            "title": "attendance report",
            "organisation": self.organisation,
            "is_demo": self.is_demo,
            "generated_at": self.made_at.isoformat(timespec="seconds"),
            "definitions_version": definitions.VERSION,
            "filters": self.asked,
            "state": {
                "is_final": state.is_final,
                "sessions": state.sessions,
                "registers_open": state.open_registers,
                "to_come": state.to_come,
            },
            "participants": self.participants,
            "words": {key: value for key, _, value in self.lines()},
        }


def of(
    filters: Filters, found: Sequence[Listed], state: DataState, *, user: User | None, demo: bool
) -> Header:
    """The header of a report of these people, made now."""
    return Header(
        organisation=organisations.get().name,
        is_demo=demo,
        made_at=clock.now(),
        by=_by(user),
        filters={name: value for name, value in filters.described().items() if name in FILTERS},
        asked=filters.plain(),
        activities=msg("all, like expert missions")
        if filters.activities == ALL
        else msg("what counts as training"),
        state=state,
        day_rules=_day_rules(found),
        completion_rules=_completion_rules(found),
        participants=len(found),
    )


def state_text(state: DataState) -> Message:
    """How final the numbers are, in a sentence."""
    if not state.sessions:
        return msg("Nothing to report yet: this selection has no session.")
    if state.is_final:
        return msg("Final: all %(count)s registers are closed.", count=state.sessions)
    return msg(
        "Provisional: %(still_open)s of %(ended)s registers open, %(to_come)s sessions to come.",
        still_open=state.open_registers,
        ended=state.ended,
        to_come=state.to_come,
    )


def _by(user: User | None) -> Message:
    if user is None:
        return msg("a command, all themes")
    if user.role is Role.COORDINATOR and not user.all_themes:
        codes = ", ".join(sorted(theme.code for theme in user.themes))
        return msg("%(name)s, %(role)s, themes %(codes)s", name=user.name, role=ROLES[user.role], codes=codes)
    return msg("%(name)s, %(role)s, all themes", name=user.name, role=ROLES[user.role])


def _day_rules(found: Sequence[Listed]) -> tuple[Message, ...]:
    programmes: dict[tuple[bool, int], set[str]] = {}
    for one in found:
        by_half_days = bool(one.participation.by_half_days)
        rule = by_half_days, 0 if by_half_days else one.participation.day_minutes
        programmes.setdefault(rule, set()).add(one.programme)
    said = []
    for (by_half_days, minutes), codes in sorted(programmes.items()):
        named = ", ".join(sorted(codes)[:MOST_NAMED]) + (", …" if len(codes) > MOST_NAMED else "")
        if by_half_days:
            said.append(msg("half-days ÷ 2 (programme %(codes)s)", codes=named))
        else:
            said.append(msg("minutes ÷ %(minutes)s (programme %(codes)s)", minutes=minutes, codes=named))
    return tuple(said)


def _completion_rules(found: Sequence[Listed]) -> tuple[Message, ...]:
    trainings = {(one.participation.training_id, one.participation.completion_percent) for one in found}
    rules = Counter(percent for _, percent in trainings)
    return tuple(
        msg("%(percent)s %% (trainings: %(count)s)", percent=percent, count=count)
        for percent, count in sorted(rules.items(), key=lambda it: (-it[1], it[0]))
    )


def _listed(rules: Sequence[Message]) -> str:
    """The rules after one another; where there are many, how many more."""
    shown = [one.translated() for one in rules[:MOST_RULES]]
    if len(rules) > MOST_RULES:
        shown.append(msg("and %(count)s more", count=len(rules) - MOST_RULES).translated())
    return "; ".join(shown)
