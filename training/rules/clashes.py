"""What speaks against a session: the rules, each a pure function of slots and of what stands around them.

A hard finding is refused, a soft one is something to know, a gap is something that is missing. Every path that plans
asks ``RULES``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from training.rules import fitting, overlaps
from training.rules.findings import Finding
from training.rules.timetable import Facts, Slot


@dataclass(frozen=True)
class Rule:
    """A rule by its name. With ``is_for_list`` only the list of open findings asks it, and no form."""

    name: str
    check: Callable[[Sequence[Slot], Facts], Iterator[Finding]]
    is_for_list: bool = False


def found(slots: Sequence[Slot], facts: Facts, *, is_list: bool = False) -> list[Finding]:
    """What all rules say of these slots: the hard ones first, then in the order of the rules and of time."""
    place = {one.key: n for n, one in enumerate(sorted(slots, key=lambda one: (one.starts_at, one.key)))}
    findings = [
        (rule_place, finding)
        for rule_place, rule in enumerate(RULES)
        if is_list or not rule.is_for_list
        for finding in rule.check(slots, facts)
    ]
    findings.sort(key=lambda one: (not one[1].is_hard, one[0], place[one[1].slots[0]]))
    return [finding for _, finding in findings]


def hard(slots: Sequence[Slot], facts: Facts) -> list[Finding]:
    """The findings that are refused."""
    return [one for one in found(slots, facts) if one.is_hard]


def grouped(findings: Iterable[Finding], slots: Sequence[Slot]) -> list[Finding]:
    """One finding for each rule, training and fact, with all sessions that it is about."""
    of: defaultdict[int, int] = defaultdict(int)
    for slot in slots:
        of[slot.frame.id] += 1
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for one in findings:
        groups.setdefault((one.rule, one.severity, one.training, one.fact), []).append(one)
    return [
        replace(
            group[0],
            slots=tuple(dict.fromkeys(key for one in group for key in one.slots)),
            of=of[group[0].training],
        )
        for group in groups.values()
    ]


RULES = (
    Rule("own_overlap", overlaps.own_overlap),
    Rule("room_twice", overlaps.room_twice),
    Rule("trainer_twice", overlaps.trainer_twice),
    Rule("room_blocked", overlaps.room_blocked),
    Rule("no_such_time", overlaps.no_such_time),
    Rule("outside_programme", overlaps.outside_programme),
    Rule("participant_twice", overlaps.participant_twice),
    Rule("trainer_away", fitting.trainer_away),
    Rule("trainer_unfit", fitting.trainer_unfit),
    Rule("trainer_load", fitting.trainer_load),
    Rule("travel_gap", overlaps.travel_gap),
    Rule("turn_over", overlaps.turn_over),
    Rule("room_small", fitting.room_small),
    Rule("other_place", fitting.other_place),
    Rule("holiday", fitting.holiday),
    Rule("weekend", fitting.weekend),
    Rule("night_online", fitting.night_online),
    Rule("too_long", fitting.too_long),
    Rule("no_room", fitting.no_room, is_for_list=True),
    Rule("no_trainer", fitting.no_trainer, is_for_list=True),
)
"""Every rule, in the order in which findings are read."""
NAMES = tuple(rule.name for rule in RULES)
