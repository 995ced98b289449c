"""What a report says of itself: the same on the page and in every file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from training import clock
from training.models import Programme, Role, Training, User
from training.services import organisations
from training.services.reports import definitions
from training.services.reports.figures import DataState
from training.services.reports.participations import Listed
from training.services.reports.selection import ALL, Filters, programmes
from training.text import Message, language, msg, nmsg, number
from training.texts import letters, words

FILTERS = {
    "ends_from": msg("Ended from"),
    "ends_to": msg("Ended until"),
    "theme": msg("Theme"),
    "only": msg("Tagged with the theme itself only"),
    "programme": msg("Programme"),
    "donor": msg("Donor"),
    "training": msg("Training"),
    "agency": msg("Agency"),
    "country": msg("Venue's country"),
    "trainee_country": msg("Participants' country"),
    "sex": msg("Sex"),
    "state": msg("Rows of registrations"),
}
SAYS_ITSELF = {"theme", "programme", "training", "agency", "sex"}
"""The filters of which the value tells what it is."""
MOST_RULES, MOST_NAMED = 6, 4


@dataclass(frozen=True)
class Header:
    """What the report is, who made it when, what it is about, how final it is, and by which rules it counts.

    ``filters`` are the filters for programs, ``selection`` the same in words. ``programme`` is the one that the
    filters name, and ``donor`` its donor's line. ``funding`` says who pays for all of it, if that is one donor. ``day_rules`` and ``completion_rules`` are those that occur in the
    selection.
    """

    organisation: str
    is_demo: bool
    made_at: datetime
    by: Message
    filters: dict[str, str | bool]
    selection: dict[str, Message | str]
    programme: str
    donor: str
    funding: str
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
            ("made_at", msg("Made at"), self.made_at_in_words()),
            ("by", msg("Made by"), self.by.translated()),
            ("state", msg("Data state"), state_text(self.state).translated()),
        ]
        if self.is_demo:
            said.insert(
                2, ("demo", msg("Demo"), msg("Demo data: invented people and agencies.").translated())
            )
        for name, value in self.selection.items():
            said.append((f"filter.{name}", FILTERS[name], _said(value)))
        if self.funding:
            said.append(("donor", msg("Donor"), self.funding))
        if self.donor and self.donor not in self.funding:
            said.append(("donor_line", msg("Donor's line"), self.donor))
        said += [
            ("period", msg("Period"), msg("A training belongs to the period of its last day.").translated()),
            ("activities", msg("Activities counted"), self.activities.translated()),
            ("participants", msg("Participants behind the figures"), number(self.participants)),
        ]
        if self.day_rules:
            said.append(("day_rules", msg("Person-days"), _listed(self.day_rules)))
        if self.completion_rules:
            said.append(("completion_rules", msg("Completion"), _listed(self.completion_rules)))
        version = msg("Version %(number)s", number=definitions.VERSION.removeprefix("D"))
        return [*said, ("definitions", msg("Definitions"), version.translated())]

    def paid_by(self) -> str:
        """Who pays for all of it, in a line; else the programme that the filters name."""
        return msg("Donor: %(what)s", what=self.funding).translated() if self.funding else self.programme

    def made_at_in_words(self) -> str:
        """When the report was made, such as "12 May 2026, 09:00 UTC"."""
        return letters.moment(self.made_at, "UTC", language())

    def in_words(self) -> str:
        """What the report is about, on one line: "since 1 Jan 2026 · Border Management and Visa"."""
        rest = {name: _said(value) for name, value in self.selection.items()}
        first, last = rest.pop("ends_from", ""), rest.pop("ends_to", "")
        period = msg("since %(day)s", day=first) if first else msg("until %(day)s", day=last)
        parts = [f"{first} – {last}" if first and last else period.translated()] if first or last else []
        if rest.pop("only", ""):
            rest["theme"] = msg("%(theme)s, only what carries its tag", theme=rest["theme"]).translated()
        for name in rest.keys() - SAYS_ITSELF:
            rest[name] = f"{FILTERS[name].translated()}: {rest[name]}"
        parts += rest.values()
        said = " · ".join(parts) if parts else msg("Everything, all years").translated()
        return said[:1].upper() + said[1:]

    def as_json(self) -> dict[str, Any]:
        """The same for programs: plain values, with the words beside them."""
        state = self.state
        return {
            "title": "attendance report",
            "organisation": self.organisation,
            "is_demo": self.is_demo,
            "generated_at": self.made_at.isoformat(timespec="seconds"),
            "definitions_version": definitions.VERSION,
            "filters": self.filters,
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
    organisation = organisations.get()
    programme = filters.programme or (filters.training.programme if filters.training else None)
    return Header(
        organisation=organisation.name,
        is_demo=demo,
        made_at=clock.now(),
        by=_by(user),
        filters=filters.plain(),
        selection=_selection(filters),
        programme=f"{programme.title} ({programme.code})" if programme else "",
        donor=(programme.donor_block or programme.donor if programme else "") or organisation.donor_block,
        funding=_funding([programme] if programme else programmes({one.programme for one in found})),
        activities=msg("everything, expert missions too")
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
        return nmsg(
            "Final: its register is closed.", "Final: all %(num)s registers are closed.", state.sessions
        )
    still_open = nmsg(
        "%(num)s register of %(ended)s is open",
        "%(num)s registers of %(ended)s are open",
        state.open_registers,
        ended=state.ended,
    )
    to_come = nmsg("%(num)s session is to come", "%(num)s sessions are to come", state.to_come)
    if not state.open_registers:
        return msg("Provisional: %(what)s.", what=to_come)
    if not state.to_come:
        return msg("Provisional: %(what)s.", what=still_open)
    return msg("Provisional: %(what)s, %(more)s.", what=still_open, more=to_come)


def _selection(filters: Filters) -> dict[str, Message | str]:
    """The filters that are set, in words."""
    code = language()
    in_words: dict[str, Message | str] = {
        "ends_from": letters.days(filters.ends_from, filters.ends_from, code) if filters.ends_from else "",
        "ends_to": letters.days(filters.ends_to, filters.ends_to, code) if filters.ends_to else "",
        "theme": filters.theme.name_in(code) if filters.theme else "",
        "only": words.YES_NO[True],
        "programme": _titled(filters.programme),
        "donor": filters.donor,
        "training": _titled(filters.training),
        "agency": filters.agency.name if filters.agency else "",
        "sex": words.SEX[filters.sex.value] if filters.sex else "",
        "state": words.REGISTRATION_STATE[filters.state.value] if filters.state else "",
    }
    said: dict[str, Message | str] = {}
    for name, value in filters.described().items():
        if name in FILTERS:
            said[name] = words.country(value, code) if "country" in name else in_words[name]
    return said


def _funding(paid: Sequence[Programme]) -> str:
    """The donor of these programmes with grants and codes. Empty where they have several donors, or none."""
    donors, codes = {one.donor for one in paid}, [one.code for one in paid]
    grants = sorted({one.grant_reference for one in paid if one.grant_reference})
    if len(donors) != 1 or not all(donors):
        return ""
    said = [nmsg("grant %(refs)s", "grants %(refs)s", len(grants), refs=_few(grants))] if grants else []
    said.append(nmsg("programme %(codes)s", "programmes %(codes)s", len(codes), codes=_few(codes)))
    return ", ".join([*donors, *(one.translated() for one in said)])


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")


def _titled(thing: Programme | Training | None) -> str:
    return f"{thing.title} ({thing.code})" if thing else ""


def _said(value: Message | str) -> str:
    return value.translated() if isinstance(value, Message) else value


def _by(user: User | None) -> Message:
    if user is None:
        return msg("a command, all themes")
    if user.role is Role.COORDINATOR and not user.all_themes:
        codes = ", ".join(sorted(theme.code for theme in user.themes))
        return msg(
            "%(name)s, %(role)s, themes %(codes)s",
            name=user.name,
            role=words.ROLE[user.role.value],
            codes=codes,
        )
    return msg("%(name)s, %(role)s, all themes", name=user.name, role=words.ROLE[user.role.value])


def _day_rules(found: Sequence[Listed]) -> tuple[Message, ...]:
    programmes: dict[tuple[bool, int], set[str]] = {}
    for one in found:
        by_half_days = bool(one.participation.by_half_days)
        rule = by_half_days, 0 if by_half_days else one.participation.day_minutes
        programmes.setdefault(rule, set()).add(one.programme)
    said = []
    for (by_half_days, minutes), codes in sorted(programmes.items()):
        named = _few(sorted(codes))
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
