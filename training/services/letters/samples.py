"""Letters with invented people. Somebody can read a kind of letter before any letter of it is sent."""

from __future__ import annotations

from datetime import timedelta

from training import clock
from training.models import Training
from training.rules import zones
from training.services.letters.parts import to_everybody
from training.services.letters.timetables import NONE, Timetables, whereabouts, zone_of
from training.texts import letters
from training.texts.letters import Letter, Ready, block, fill

SAMPLE = ("– Sample, Anna", "– Sample, Omar")


def sample(kind: str, training: Training, language: str) -> Letter:
    """A letter of this kind about the training, written as it would be sent, but with invented people."""
    zone = zone_of(training)
    values: dict[str, str] = {
        **to_everybody(training, language),
        "name": "Anna Sample",
        "agency": "Sample Agency",
        "people": block(
            [f"{n}. {line[2:]}" for n, line in enumerate(SAMPLE, 1)]
            if kind in ("reserve", "offer_over")
            else SAMPLE
        ),
        **dict.fromkeys(("before", "now"), whereabouts(training).said(language)),
        **dict.fromkeys(("zone_before", "zone"), zones.said(zone, language)),
        **dict.fromkeys(("online_before", "online", "reason"), "…"),
        "sessions": Ready("\n  – …"),
        "note": "…",
        "changes": "3",
        "begins": letters.moment(clock.now() + timedelta(hours=48), zone, language),
        **dict.fromkeys(("of_people", "of_agencies", "of_trainers"), "2"),
        "look": "https://…",
        **Timetables().of(training, language),
        **dict.fromkeys(("moved", "lost", "left"), Ready("\n  – …")),
        "until": letters.moment(clock.now() + timedelta(hours=training.offer_hours), zone, language),
        "seats": "2",
        "pool": letters.FREE[language]["few"],
        "opens": letters.moment(training.registration_opens_at, zone, language),
        "deadline": letters.moment(training.registration_closes_at, zone, language),
        "link": "https://…",
    }
    part = fill(kind, language, values)
    if kind in letters.ALONE:
        return part
    frame = letters.FRAME
    if kind in letters.TO_PERSON.values():
        frame = letters.PERSON_FRAME
    elif kind in letters.TO_TRAINER.values():
        frame = letters.TRAINER_FRAME
    if kind not in letters.WITH_TIMETABLE:
        values |= NONE
    return letters.framed([part], language, values, part.subject, frame)
