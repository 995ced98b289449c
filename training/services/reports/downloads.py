"""The attendance report as files: XLSX with its four sheets, CSV and JSON of the long form, and PDF."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from training import clock
from training.db import db
from training.models import Registration, User
from training.models.about_people import Class
from training.output import csv, fonts, pdf
from training.output.xlsx import Sheet, write
from training.rules.indicators import Participation, Totals, completed, rate
from training.services import may_take, organisations
from training.services.reports import detail_rows, figures, participations
from training.services.reports.definitions import DEFINITIONS, FIGURES
from training.services.reports.selection import Filters
from training.text import Message, msg

HOLDS = (Class.OPEN, Class.PERSONAL)
"""What the report holds, in every format: who came, from where, for how long, and who completed."""
MOST_PEOPLE_ON_PAPER = 400
MOST_ROWS = 1_000_000


def headline(totals: Totals) -> list[tuple[str, Any]]:
    """The totals as (name in the reader's language, value that is ready to be shown or stored)."""
    return [(name.translated(), getattr(totals, attribute)) for name, attribute in FIGURES]


def long_csv(filters: Filters, *, user: User | None) -> Iterator[bytes]:
    """The long report as CSV, in pieces."""
    may_take.whole(user, HOLDS)
    return csv.stream(
        detail_rows.COLUMNS, detail_rows.long_rows(filters, user=user), text_columns=detail_rows.TEXT_COLUMNS
    )


def long_json(filters: Filters, *, user: User | None) -> Iterator[bytes]:
    """The long report as a JSON array of objects, in pieces."""
    may_take.whole(user, HOLDS)
    return _as_json(detail_rows.long_rows(filters, user=user))


def xlsx(path: Path, filters: Filters, *, user: User | None, demo: bool) -> None:
    """The workbook: Participants, Attendance, Summary, About this report."""
    may_take.whole(user, HOLDS)
    found = participations.of_selection(filters, user=user)
    state = figures.data_state(filters, user=user)
    by_number = {one.registration_id: one.participation for one in found}
    about = [[name, value] for name, value in _about(filters, state, demo)]
    about += [["", ""], *([name.translated(), text.translated()] for name, text in DEFINITIONS)]
    write(
        path,
        [
            Sheet(
                "Participants",
                [m.translated() for m in PEOPLE_COLUMNS],
                _people_rows(filters, user, by_number),
                [5, 38, 24, 22, 13, 34, 20, 10, 26, 18, 14, 16, 12, 12, 12, 12],
            ),
            *_attendance_sheets(filters, user),
            Sheet(
                "Summary",
                [m.translated() for m in SUMMARY_COLUMNS],
                _summary_rows(found),
                [22, 44, *[13] * (len(SUMMARY_COLUMNS) - 2)],
            ),
            Sheet(
                "About this report",
                [msg("What").translated(), msg("Value").translated()],
                about,
                [38, 100],
                False,
            ),
        ],
    )


def paper(filters: Filters, *, user: User | None, demo: bool, language: str) -> bytes:
    """The report as PDF."""
    may_take.whole(user, HOLDS)
    found = participations.of_selection(filters, user=user)
    state = figures.data_state(filters, user=user)
    tables = figures.split_tables(found)
    by_number = {one.registration_id: one.participation for one in found}
    people = list(_people_rows(filters, user, by_number, most=MOST_PEOPLE_ON_PAPER + 1))
    left = max(0, len(by_number) - MOST_PEOPLE_ON_PAPER)
    head = [None, msg("Confirmed"), msg("Came"), msg("Completed"), msg("Rate"), msg("Hours")]
    return pdf.render(
        "reports/attendance_report",
        {
            "lang": language,
            "organisation": organisations.get().name,
            "logo": list(organisations.logo() or b""),
            "demo": msg("Demo data: invented people and agencies.").translated() if demo else "",
            "title": msg("Attendance report").translated(),
            "generated": f"{clock.now():%Y-%m-%d %H:%M} UTC",
            "page_word": msg("Page").translated(),
            "filters": ", ".join(f"{name}: {value}" for name, value in filters.described().items()),
            "final": state.is_final,
            "state": state_text(state).translated(),
            "figures": [
                [name, "–" if value is None else str(value)]
                for name, value in headline(figures.summary(found))
            ],
            "tables": [
                {
                    "title": TABLE_NAMES[name].translated(),
                    "head": [m.translated() if m else "" for m in head],
                    "rows": [_paper_row(split) for split in splits[:60]],
                }
                for name, splits in tables.items()
            ],
            "people_word": msg("Participants").translated(),
            "people_head": [
                m.translated()
                for m in (
                    msg("Training"),
                    msg("Name"),
                    msg("Agency"),
                    msg("Function"),
                    msg("Attendance, %"),
                    msg("Completed"),
                )
            ],
            "people": [
                [r[2], f"{r[4]} {r[5]}".strip() or r[3][:8], r[6], r[9], _shown(r[14]), r[15]]
                for r in people[:MOST_PEOPLE_ON_PAPER]
            ],
            "people_left": left,
            "people_left_word": msg("and %(count)s more, in the spreadsheet.", count=left).translated(),
            "words_word": msg("Definitions").translated(),
            "words": [[name.translated(), text.translated()] for name, text in DEFINITIONS],
        },
    )


def names_in_latin(
    filters: Filters, *, user: User | None, known: Sequence[Registration] | None = None
) -> fonts.InLatin:
    """How many names in the PDF stand there in Latin letters, because no font holds them.

    ``known`` are the participants, if the caller has all of them already.
    """
    found = participations.people(filters, user=user).limit(MOST_PEOPLE_ON_PAPER)
    people = db.session.scalars(found).all() if known is None else known
    return fonts.in_latin(r.trainee.name for r in people if not r.agency.confidential)


TABLE_NAMES = {
    "theme": msg("By theme"),
    "sex": msg("By sex"),
    "country": msg("By country of the participants"),
    "agency_type": msg("By agency type"),
    "agency": msg("By agency"),
    "training": msg("By training"),
}
PEOPLE_COLUMNS = (
    msg("No."),
    msg("Training"),
    msg("Code"),
    msg("Participant ID"),
    msg("Family name"),
    msg("Given names"),
    msg("Agency"),
    msg("Sex"),
    msg("Country"),
    msg("Function"),
    msg("Rank"),
    msg("State"),
    msg("Attended minutes"),
    msg("Due minutes"),
    msg("Attendance, %"),
    msg("Completed"),
)
SUMMARY_COLUMNS = (msg("Table"), msg("Row"), *(name for name, _ in FIGURES))


def state_text(state: figures.DataState) -> Message:
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


def completed_word(one: Participation | None) -> Message:
    """Whether somebody completed the training: yes, no or pending."""
    if one is None:
        return msg("–")
    done = completed(one)
    return msg("pending") if done is None else msg("yes") if done else msg("no")


def _as_json(rows: Iterator[list[Any]]) -> Iterator[bytes]:
    yield b"["
    for number, row in enumerate(rows):
        record = dict(zip(detail_rows.COLUMNS, row, strict=True))
        yield (b",\n" if number else b"\n") + json.dumps(record, ensure_ascii=False, default=str).encode()
    yield b"\n]\n"


def _about(filters: Filters, state: figures.DataState, demo: bool) -> Iterator[tuple[str, str]]:
    organisation = organisations.get()
    yield msg("Organisation").translated(), organisation.name
    if demo:
        yield msg("Demo").translated(), msg("Demo data: invented people and agencies.").translated()
    yield msg("Generated").translated(), f"{clock.now():%Y-%m-%d %H:%M} UTC"
    yield msg("Data state").translated(), state_text(state).translated()
    for name, value in filters.described().items():
        yield msg("Filter").translated(), f"{name} = {value}"


def _people_rows(
    filters: Filters, user: User | None, by_number: dict[int, Participation], most: int | None = None
) -> Iterator[list[Any]]:
    found = participations.people(filters, user=user)
    found = found.limit(most) if most else found.execution_options(yield_per=1000)
    for number, r in enumerate(db.session.scalars(found), start=1):
        one = by_number.get(r.id)
        hidden = r.agency.confidential
        yield [
            number,
            r.training.title,
            r.training.code,
            str(r.trainee.public_id),
            "" if hidden else r.trainee.family_name,
            "" if hidden else r.trainee.given_names,
            r.agency_name,
            r.trainee.sex.value,
            r.trainee_country,
            r.function,
            r.rank,
            r.state.value,
            one.attended if one else None,
            one.due if one else None,
            rate(one.attended, one.due) if one else None,
            completed_word(one).translated(),
        ]


def _attendance_sheets(filters: Filters, user: User | None) -> list[Sheet]:
    """The long form. A sheet holds a million rows, so a longer report takes several sheets."""
    rows = _long_rows(filters, user)
    count = max(1, -(-detail_rows.count_long_rows(filters, user=user) // MOST_ROWS))
    widths = [
        14,
        30,
        8,
        16,
        34,
        18,
        8,
        20,
        8,
        12,
        22,
        22,
        10,
        38,
        22,
        20,
        6,
        8,
        14,
        34,
        20,
        14,
        14,
        10,
        10,
        8,
    ]
    names = ["Attendance", *(f"Attendance {n}" for n in range(2, count + 1))]
    return [Sheet(name, detail_rows.COLUMNS, islice(rows, MOST_ROWS), widths) for name in names]


def _long_rows(filters: Filters, user: User | None) -> Iterator[list[Any]]:
    minutes = detail_rows.COLUMNS.index("attended_minutes")
    for row in detail_rows.long_rows(filters, user=user):
        row[minutes] = None if row[minutes] == "" else row[minutes]
        yield row


def _summary_rows(found: Sequence[participations.Listed]) -> Iterator[list[Any]]:
    yield [msg("Total").translated(), "", *(value for _, value in headline(figures.summary(found)))]
    for name, splits in figures.split_tables(found).items():
        for split in splits:
            yield [
                TABLE_NAMES[name].translated(),
                split.label,
                *(value for _, value in headline(split.totals)),
            ]
    for split in figures.overlapping_by_theme(found):
        yield [
            msg("Counted under every covered area (does not add up)").translated(),
            split.label,
            *(value for _, value in headline(split.totals)),
        ]


def _paper_row(split: figures.Split) -> list[str]:
    t = split.totals
    return [
        split.label,
        str(t.confirmed),
        str(t.participations),
        str(t.completed),
        _shown(t.attendance_rate),
        str(t.person_hours),
    ]


def _shown(value: float | None) -> str:
    return "–" if value is None else str(value)
