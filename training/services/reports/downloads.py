"""The attendance report as files: XLSX with its five sheets, CSV and JSON of the long form, and PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from training.db import db
from training.models import Registration, User
from training.models.about_people import Class
from training.output import csv, fonts, pdf
from training.output.xlsx import Sheet, write
from training.rules.indicators import Participation, Totals, completed, rate
from training.services import may_take, organisations
from training.services.reports import data_files, detail_rows, figures, notes, participations, report
from training.services.reports.definitions import DEFINITIONS, FIGURES
from training.services.reports.header import state_text
from training.services.reports.report import Report
from training.services.reports.selection import Filters
from training.text import Message, msg

HOLDS = (Class.OPEN, Class.PERSONAL)
"""What the report holds, in every format: who came, from where, for how long, and who completed."""
MOST_PEOPLE_ON_PAPER = 400
MOST_LINES_ON_PAPER = 60
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
    return data_files.array(detail_rows.long_rows(filters, user=user))


def xlsx(path: Path, filters: Filters, *, user: User | None, demo: bool) -> None:
    """The workbook: Participants, Attendance, Summary, About this report, Notes."""
    may_take.whole(user, HOLDS)
    made = report.make(filters, user=user, demo=demo)
    about = [[name.translated(), value] for _, name, value in made.header.lines()]
    about += [["", ""], *([msg("Note").translated(), note.text.translated()] for note in made.notes)]
    about += [["", ""], *([name.translated(), text.translated()] for name, text in DEFINITIONS)]
    write(
        path,
        [
            Sheet(
                "Participants",
                [m.translated() for m in PEOPLE_COLUMNS],
                _people_rows(filters, user, made.by_number),
                [5, 38, 24, 22, 13, 34, 20, 10, 26, 18, 14, 16, 12, 12, 12, 12],
            ),
            *_attendance_sheets(filters, user),
            Sheet(
                "Summary",
                [m.translated() for m in SUMMARY_COLUMNS],
                _summary_rows(made),
                [22, 44, 14, *[13] * (len(SUMMARY_COLUMNS) - 3)],
            ),
            Sheet(
                "About this report",
                [msg("What").translated(), msg("Value").translated()],
                about,
                [38, 100],
                False,
            ),
            Sheet("Notes", [m.translated() for m in NOTE_COLUMNS], _note_rows(made), [52, 18, 38, 60]),
        ],
    )


def paper(filters: Filters, *, user: User | None, demo: bool, language: str) -> bytes:
    """The report as PDF."""
    may_take.whole(user, HOLDS)
    made = report.make(filters, user=user, demo=demo)
    by_number, head = made.by_number, made.header.lines()
    people = list(_people_rows(filters, user, by_number, most=MOST_PEOPLE_ON_PAPER + 1))
    left = max(0, _count_people(filters, user) - MOST_PEOPLE_ON_PAPER)
    columns = [None, msg("Confirmed"), msg("Came"), msg("Completed"), msg("Rate"), msg("Hours")]
    return pdf.render(
        "reports/attendance_report",
        {
            "lang": language,
            "organisation": made.header.organisation,
            "logo": list(organisations.logo() or b""),
            "demo": msg("Demo data: invented people and agencies.").translated() if demo else "",
            "title": msg("Attendance report").translated(),
            "generated": f"{made.header.made_at:%Y-%m-%d %H:%M} UTC",
            "page_word": msg("Page").translated(),
            "header": [
                [name.translated(), value]
                for key, name, value in head
                if key not in ("title", "organisation", "demo", "state")
            ],
            "final": made.header.state.is_final,
            "state": state_text(made.header.state).translated(),
            "notes": [note.text.translated() for note in made.notes],
            "figures": [
                [name, "–" if value is None else str(value)] for name, value in headline(made.totals)
            ],
            "tables": [
                {
                    "title": report.TABLES[name].translated(),
                    "head": [m.translated() if m else "" for m in columns],
                    "rows": [_paper_row(split) for split in splits[:MOST_LINES_ON_PAPER]],
                    "left": _and_more(len(splits) - MOST_LINES_ON_PAPER),
                }
                for name, splits in [*made.tables.items(), ("theme_covered", made.overlapping)]
                if splits
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
            "people_left_word": _and_more(left),
            "words_word": msg("Definitions").translated(),
            "words": [[name.translated(), text.translated()] for name, text in DEFINITIONS],
        },
    )


def _count_people(filters: Filters, user: User | None) -> int:
    found = participations.people(filters, user=user).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def _and_more(count: int) -> str:
    """What a paper says where it leaves lines out; nothing where it leaves out none."""
    return msg("and %(count)s more, in the spreadsheet.", count=count).translated() if count > 0 else ""


def names_in_latin(
    filters: Filters, *, user: User | None, known: Sequence[Registration] | None = None
) -> fonts.InLatin:
    """How many names in the PDF stand there in Latin letters, because no font holds them.

    ``known`` are the participants, if the caller has all of them already.
    """
    found = participations.people(filters, user=user).limit(MOST_PEOPLE_ON_PAPER)
    people = db.session.scalars(found).all() if known is None else known
    return fonts.in_latin(r.trainee.name for r in people if not r.agency.confidential)


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
NOTE_COLUMNS = (msg("Note"), msg("Code"), msg("Participant ID"), msg("Detail"))
SUMMARY_COLUMNS = (msg("Table"), msg("Row"), msg("Code"), *(name for name, _ in FIGURES))


def completed_word(one: Participation | None) -> Message:
    """Whether somebody completed the training: yes, no or pending."""
    if one is None:
        return msg("–")
    done = completed(one)
    return msg("pending") if done is None else msg("yes") if done else msg("no")


def _note_rows(made: Report) -> Iterator[list[Any]]:
    for note in made.notes:
        for one in notes.named(note.rows):
            yield [note.text.translated(), one.training, one.participant_id, one.detail]


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


def _summary_rows(made: Report) -> Iterator[list[Any]]:
    for table, row, code, totals in made.lines():
        yield [report.TABLES[table].translated(), row, code, *(value for _, value in headline(totals))]


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
