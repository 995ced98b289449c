"""Letters: the texts of mail, one file per kind and language, with named placeholders and nothing else.

The first line of ``templates/letters/<language>/<kind>.txt`` is the subject. A line of the body is left out
if all its placeholders are empty. The line before it is left out too if it ends with a colon. What people
typed cannot make a line, a header or a link of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from string import Template
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from config import LANGUAGES, ROOT
from training.rules import zones

FOLDER = ROOT / "templates" / "letters"
TO_PERSON = {
    kind: f"trainee_{kind}"
    for kind in (
        "confirmed",
        "reserve",
        "offered",
        "offer_over",
        "declined",
        "withdrawn",
        "replaced",
        "changed",
        "zone_rules",
        "postponed",
        "cancelled",
        "start_near",
    )
}
"""The kinds of letter to the registered person, by the event of which they tell."""
TO_TRAINER = {
    kind: f"trainer_{kind}" for kind in ("planned", "changed", "postponed", "cancelled", "start_near")
}
"""The kinds of letter to a trainer, by the event of which they tell."""


class Moment(StrEnum):
    """When a letter is written: with the act that it tells of, with an announcement, or by the clock."""

    AT_ONCE = "at once"
    ANNOUNCED = "announced"
    BY_THE_CLOCK = "by the clock"


class To(StrEnum):
    """To whom a letter goes. The act hands over who that is: letters know nothing above them."""

    AGENCIES_WITH_PEOPLE = "agencies whose people are registered"
    AGENCIES_THAT_MAY_REGISTER = "agencies that may register"
    THE_AGENCY = "the agency that asked"
    COORDINATORS = "coordinators of the training's theme"
    PEOPLE = "registered people who are written to themselves"
    TRAINERS = "those who teach in it"


@dataclass(frozen=True)
class Kind:
    """A kind of letter: when it is written, and to whom."""

    moment: Moment
    to: To


_NOW, _TOLD, _CLOCK = Moment.AT_ONCE, Moment.ANNOUNCED, Moment.BY_THE_CLOCK
_MOMENTS = {"planned": _TOLD, "changed": _TOLD, "postponed": _TOLD, "start_near": _CLOCK}
KINDS: dict[str, Kind] = {
    **{
        kind: Kind(_NOW, To.AGENCIES_WITH_PEOPLE)
        for kind in (
            "submitted",
            "confirmed",
            "reserve",
            "offered",
            "offer_over",
            "declined",
            "returned",
            "replaced",
            "withdrawn",
            "correction",
            "hand_over",
        )  # fmt: skip
    },
    "opened": Kind(_TOLD, To.AGENCIES_THAT_MAY_REGISTER),
    "changed": Kind(_TOLD, To.AGENCIES_WITH_PEOPLE),
    "cancelled": Kind(_NOW, To.AGENCIES_WITH_PEOPLE),
    "postponed": Kind(_TOLD, To.AGENCIES_WITH_PEOPLE),
    "deadline_moved": Kind(_NOW, To.AGENCIES_THAT_MAY_REGISTER),
    "zone_rules": Kind(_NOW, To.AGENCIES_WITH_PEOPLE),
    "deadline_near": Kind(_CLOCK, To.AGENCIES_THAT_MAY_REGISTER),
    "start_near": Kind(_CLOCK, To.AGENCIES_WITH_PEOPLE),
    "seats_given": Kind(_NOW, To.THE_AGENCY),
    "seats_refused": Kind(_NOW, To.THE_AGENCY),
    "seats_near": Kind(_CLOCK, To.AGENCIES_THAT_MAY_REGISTER),
    **{
        f"coordinator_{kind}": Kind(_NOW, To.COORDINATORS)
        for kind in ("submitted", "withdrawn", "seats_asked", "seats_returned", "zone_rules")
    },
    "coordinator_changed": Kind(_TOLD, To.COORDINATORS),
    "coordinator_not_announced": Kind(_CLOCK, To.COORDINATORS),
    "trainee": Kind(_NOW, To.PEOPLE),
    **{own: Kind(_MOMENTS.get(kind, _NOW), To.PEOPLE) for kind, own in TO_PERSON.items()},
    **{own: Kind(_MOMENTS.get(kind, _NOW), To.TRAINERS) for kind, own in TO_TRAINER.items()},
}
"""Every kind of letter. Its texts stand in ``templates/letters``; ``services/letters/notices.NOTES`` says who writes it."""
FRAME, PERSON_FRAME, TRAINER_FRAME = "frame", "trainee_frame", "trainer_frame"
PRIVACY, TRIAL, INVITATION = "privacy", "trial", "invitation"
TEXTS = (*KINDS, FRAME, PERSON_FRAME, TRAINER_FRAME, PRIVACY, TRIAL, INVITATION)
WITH_TIMETABLE = frozenset(
    {
        "opened", "submitted", "confirmed", "reserve", "offered", "changed", "start_near",
        *(TO_PERSON[kind] for kind in ("confirmed", "reserve", "offered", "changed", "start_near")),
        *(TO_TRAINER[kind] for kind in ("planned", "changed", "start_near")),
    }
)  # fmt: skip
"""Kinds of part below which the whole timetable stands."""
ALONE = frozenset({"trainee"})
"""Kinds that are whole letters. The others are parts, which stand in a frame."""
OF_THE_END = frozenset(TO_PERSON[kind] for kind in ("declined", "withdrawn", "replaced", "cancelled"))
"""Kinds that tell a person that their registration has ended. They are sent after its end, unlike others."""
OF_SESSION = {
    "en": {
        "new": "new",
        "not_yours": "you do not teach it any more",
        "title": "its title now",
        "break": "break {was} → {now} min",
        "with_break": "{minutes} min break",
        "compulsory": "compulsory now",
        "optional": "optional",
    },
    "fr": {
        "new": "nouveau",
        "not_yours": "vous ne l’animez plus",
        "title": "son titre désormais",
        "break": "pause {was} → {now} min",
        "with_break": "pause de {minutes} min",
        "compulsory": "obligatoire désormais",
        "optional": "facultatif",
    },
    "ru": {
        "new": "новое",
        "not_yours": "Вы его больше не ведёте",
        "title": "теперь называется",
        "break": "перерыв {was} → {now} мин",
        "with_break": "перерыв {minutes} мин",
        "compulsory": "теперь обязательно",
        "optional": "по желанию",
    },
}
"""What is said of a session in a timetable, and of how it changed."""
MODALITY = {
    "en": {"in_person": "in person", "online": "online", "hybrid": "in person and online"},
    "fr": {"in_person": "en présentiel", "online": "en ligne", "hybrid": "en présentiel et en ligne"},
    "ru": {"in_person": "очно", "online": "онлайн", "hybrid": "очно и онлайн"},
}
CALLED_OFF = {"en": "called off", "fr": "annulée", "ru": "отменено"}
MOMENT = {
    "en": {
        "session": "Session",
        "opens": "Registration opens",
        "closes": "Registration closes",
        "offer": "An offer ends",
    },
    "fr": {
        "session": "Séance",
        "opens": "Ouverture des inscriptions",
        "closes": "Clôture des inscriptions",
        "offer": "Fin d’une offre",
    },
    "ru": {
        "session": "Занятие",
        "opens": "Начало регистрации",
        "closes": "Окончание регистрации",
        "offer": "Окончание предложения",
    },
}
"""What moves when the rules of clocks change."""
LOST = {
    "en": {
        "room": "{session}: without the room {thing}, which {training} has then",
        "trainer": "{session}: without {thing}, who teaches in {training} then",
    },
    "fr": {
        "room": "{session} : sans la salle {thing}, que {training} occupe alors",
        "trainer": "{session} : sans {thing}, qui intervient alors dans {training}",
    },
    "ru": {
        "room": "{session}: без помещения {thing}, которое в это время занято ({training})",
        "trainer": "{session}: без преподавателя {thing}, который в это время занят ({training})",
    },
}
INVITED_TO = {
    "en": {
        "partner": "register people of {agency} for trainings of {organisation}",
        "coordinator": "plan trainings of {organisation} and to decide on registrations",
        "trainer": "keep the registers of your sessions in trainings of {organisation}",
        "manager": "read the figures and reports on the trainings of {organisation}",
        "admin": "look after the accounts and settings of the training management of {organisation}",
    },
    "fr": {
        "partner": "inscrire des personnes de votre institution ({agency}) aux formations de {organisation}",
        "coordinator": "planifier des formations de {organisation} et à décider des inscriptions",
        "trainer": "tenir les registres de vos séances dans les formations de {organisation}",
        "manager": "consulter les chiffres et les rapports sur les formations de {organisation}",
        "admin": "gérer les comptes et les réglages de la gestion des formations de {organisation}",
    },
    "ru": {
        "partner": "регистрировать людей из вашего учреждения ({agency}) на тренинги организации {organisation}",
        "coordinator": "планировать тренинги организации {organisation} и принимать решения по заявкам",
        "trainer": "вести журналы ваших занятий на тренингах организации {organisation}",
        "manager": "смотреть показатели и отчёты о тренингах организации {organisation}",
        "admin": "вести учётные записи и настройки системы управления тренингами организации {organisation}",
    },
}
"""What an invitation invites to, by the role."""
PERSON_OF = {"en": "{name} of {house}", "fr": "{name} ({house})", "ru": "{name} ({house})"}
ONLINE = {"en": "online", "fr": "en ligne", "ru": "онлайн"}


class Ready(str):
    """A text that is taken as it stands, because it is made of cleaned parts or is the mark of a link."""


@dataclass(frozen=True)
class Letter:
    """A letter, or a part of one, in one language."""

    subject: str
    body: str


def language_of(wanted: str) -> str:
    """The language to write in: the wanted one if there are letters in it, else English."""
    return wanted if wanted in LANGUAGES else "en"


def one_line(text: str) -> str:
    """``text`` on one line without control characters or invisible ones that turn the reading order."""
    if text.isprintable():  # nearly every text is, and a long roster has many: the short way saves time
        return " ".join(text.split())
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
    return " ".join(
        "".join(c for c in kept if unicodedata.category(c) != "Cf" or c in "\u200c\u200d").split()
    )


def block(items: Iterable[str]) -> Ready:
    """Lines below each other. Each item must be made of ``one_line`` texts and links."""
    return Ready("\n".join(f"  {item}" for item in items))


def paragraphs(text: str) -> Ready:
    """A longer text with its lines kept."""
    return Ready("\n".join(one_line(line) for line in text.splitlines()).strip())


@cache
def _source(kind: str, language: str) -> tuple[Template, list[tuple[Template, list[str]]]]:
    """The subject, and each line with its placeholders. It is cached, because thousands of letters use it."""
    subject, _, body = (FOLDER / language / f"{kind}.txt").read_text(encoding="utf-8").partition("\n")
    lines = [Template(line) for line in re.split(r"(?<!:)\n", body.strip("\n"))]
    return Template(subject), [(line, line.get_identifiers()) for line in lines]


def placeholders(kind: str, language: str) -> set[str]:
    """The names of the placeholders of a letter of this kind."""
    subject, lines = _source(kind, language)
    return {*subject.get_identifiers(), *(name for _, names in lines for name in names)}


def fill(kind: str, language: str, values: Mapping[str, str]) -> Letter:
    """The letter with its placeholders filled. Raises ``KeyError`` if one of them has no value."""
    clean = {name: value if isinstance(value, Ready) else one_line(value) for name, value in values.items()}
    subject, lines = _source(kind, language)
    written = [
        line.substitute(clean) if names else line.template
        for line, names in lines
        if not names or any(clean[name] for name in names)
    ]
    whole = re.sub(r"\n{3,}", "\n\n", "\n".join(written)).strip()
    return Letter(one_line(subject.substitute(clean))[:200], whole)


def framed(
    parts: Sequence[Letter],
    language: str,
    values: Mapping[str, str],
    subject: str = "",
    frame: str = FRAME,
) -> Letter:
    """One letter made of several parts. Its subject is ``subject``, or the frame's if this is empty."""
    inside = Ready("\n\n".join(part.body for part in parts))
    whole = fill(frame, language, {**values, "parts": inside})
    return Letter(subject or whole.subject, whole.body)


def days(starts_on: date, ends_on: date, language: str) -> str:
    """The days as text, such as "12–14 May 2026". A common month or year stands only once."""
    last = format_date(ends_on, "d MMM y", locale=language)
    if starts_on == ends_on:
        return last
    if (starts_on.year, starts_on.month) == (ends_on.year, ends_on.month):
        return f"{starts_on.day}–{last}"
    is_one_year = starts_on.year == ends_on.year
    return f"{format_date(starts_on, 'd MMM' if is_one_year else 'd MMM y', locale=language)} – {last}"


def slot(starts: datetime, ends: datetime, language: str) -> str:
    """A time as text, such as "12 May 2026, 09:00–12:00". Both times are wall time."""
    first, last = (format_date(at, "d MMM y", locale=language) for at in (starts, ends))
    until = f"{ends:%H:%M}" if first == last else f" {last}, {ends:%H:%M}"
    return f"{first}, {starts:%H:%M}–{until}"


def moment(at: datetime, zone: str, language: str) -> str:
    """An instant as the clock shows it in ``zone``, with the place: 3 May 2026, 09:00 (Kyiv time)."""
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)
    return f"{format_datetime(local, 'd MMM y, HH:mm', locale=language)} ({zones.said(zone, language)})"


FREE = {
    "en": {"open": "some are still free", "few": "few are left"},
    "fr": {"open": "il en reste", "few": "il en reste peu"},
    "ru": {"open": "свободные ещё есть", "few": "осталось мало"},
}
"""An agency is told no more than this about seats that are not its own."""


OUTCOMES = {
    "en": {"submitted": "to be decided", "confirmed": "confirmed", "reserve": "reserve list"},
    "fr": {"submitted": "à décider", "confirmed": "confirmé", "reserve": "liste d’attente"},
    "ru": {"submitted": "ждёт решения", "confirmed": "подтверждено", "reserve": "резервный список"},
}


def outcome(state: str, language: str) -> str:
    """What became of a submission, in a word or two. Empty for any other state."""
    return OUTCOMES[language].get(state, "")


BY_LINK = {
    "en": "has declined by the link in the letter",
    "fr": "a décliné au moyen du lien reçu",
    "ru": "отказ по ссылке из письма",
}

IMPORT_UNDONE = {
    "en": "the list by which they were registered has been taken back",
    "fr": "la liste par laquelle la personne a été inscrite a été annulée",
    "ru": "список, по которому человек был зарегистрирован, отозван",
}
GIVEN_CHANGED = {
    "en": "the details of the registration were changed",
    "fr": "les précisions de l’inscription ont été modifiées",
    "ru": "сведения к заявке изменены",
}
JOINED = {
    "en": "two records of one person were merged",
    "fr": "deux fiches d’une même personne ont été fusionnées",
    "ru": "объединены две записи об одном человеке",
}
PARTED = {
    "en": "the merge of two records was undone",
    "fr": "la fusion de deux fiches a été annulée",
    "ru": "объединение двух записей отменено",
}
BY_SYSTEM = (BY_LINK, IMPORT_UNDONE, GIVEN_CHANGED, JOINED, PARTED)
LINK_STOPPED = {
    "en": "(this link does not work any more)",
    "fr": "(ce lien ne fonctionne plus)",
    "ru": "(эта ссылка больше не действует)",
}


def said(reason: str, language: str) -> str:
    """A reason as its reader gets it: a person's words, or the system's in the reader's language."""
    return next((one[language] for one in BY_SYSTEM if one["en"] == reason), reason)
