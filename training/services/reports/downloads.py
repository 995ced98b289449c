"""The attendance report as files: XLSX with its sheets, CSV and JSON of the long form, and PDF."""

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
from training.output.xlsx import Line, Sheet, write
from training.rules.indicators import Participation, Totals, completed, rate
from training.services import may_take, organisations
from training.services.reports import data_files, detail_rows, figures, notes, participations, report
from training.services.reports.definitions import DEFINITIONS, FIGURES
from training.services.reports.header import state_text
from training.services.reports.report import Report, Words
from training.services.reports.selection import Filters
from training.text import Message, language, msg, number
from training.texts import words

HOLDS = (Class.OPEN, Class.PERSONAL)
"""What the report holds, in every format: who came, from where, for how long, and who completed."""
MOST_PEOPLE_ON_PAPER = 400
MOST_LINES_ON_PAPER = 60
"""So many lines of a table stand on the paper and on the first sheet. The sheet of all figures has all of them."""
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


def xlsx(path: Path, filters: Filters, *, user: User | None, demo: bool, with_names: bool = False) -> None:
    """The workbook for people: it opens on its summary. Names stand in it if somebody asks for them."""
    may_take.whole(user, HOLDS)
    made, names = report.make(filters, user=user, demo=demo), Words()
    what, value = msg("What").translated(), msg("Value").translated()
    about = [[name.translated(), value] for _, name, value in made.header.lines()]
    about += [["", ""], *([msg("Note").translated(), note.text.translated()] for note in made.notes)]
    write(
        path,
        [
            _summary_sheet(made, names),
            Sheet(
                msg("All figures").translated(),
                [m.translated() for m in SUMMARY_COLUMNS],
                _summary_rows(made, names),
                [22, 44, 14, *[13] * (len(SUMMARY_COLUMNS) - 3)],
            ),
            _people_sheet(filters, user, made, with_names=with_names),
            *_attendance_sheets(filters, user, names, with_names=with_names),
            Sheet(
                msg("Notes").translated(),
                [m.translated() for m in NOTE_COLUMNS],
                _note_rows(made),
                [52, 18, 38, 60],
            ),
            Sheet(msg("About this report").translated(), [what, value], about, [38, 90], False, wrapped=[1]),
            Sheet(
                msg("Definitions").translated(),
                [what, msg("Meaning").translated()],
                [[name.translated(), text.translated()] for name, text in DEFINITIONS],
                [38, 90],
                False,
                wrapped=[1],
            ),
        ],
    )


def paper(
    filters: Filters, *, user: User | None, demo: bool, language: str, with_names: bool = False
) -> bytes:
    """The report as PDF, with a page of definitions. Names stand in it if somebody asks for them."""
    may_take.whole(user, HOLDS)
    made, names = report.make(filters, user=user, demo=demo), Words()
    head = made.header
    facts = [(name.translated(), value) for key, name, value in head.lines() if key in FACTS_ON_PAPER]
    return pdf.render(
        "reports/attendance_report",
        {
            "lang": language,
            "accent": organisations.get().accent,
            "organisation": head.organisation,
            "logo": list(organisations.logo() or b""),
            "demo": msg("Demo data: invented people and agencies.").translated() if demo else "",
            "title": msg("Attendance report").translated(),
            "about": head.in_words(),
            "programme": head.paid_by(),
            "donor": head.donor,
            "generated": head.made_at_in_words(),
            "page_word": msg("Page").translated(),
            "final": head.state.is_final,
            "state": state_text(head.state).translated(),
            "main": [[name.translated(), _said(made.totals, attribute)] for name, attribute in MAIN_FIGURES],
            "figures": [[name.translated(), _shown(made.totals, attribute)] for name, attribute in FIGURES],
            "figures_word": msg("All figures").translated(),
            "notes": [note.text.translated() for note in made.notes],
            "notes_word": msg("Notes on the figures").translated(),
            "tables": [
                _paper_table(name, splits, names)
                for name, splits in made.lines_with_participants.items()
                if len(splits) > 1
            ],
            "facts": facts,
            "facts_word": msg("About this report").translated(),
            "words_word": msg("Definitions").translated(),
            "words": [[name.translated(), text.translated()] for name, text in DEFINITIONS],
            **(_people_on_paper(filters, user, made) if with_names else {"people": []}),
        },
    )


def _paper_table(name: str, splits: Sequence[figures.Split], names: Words) -> dict[str, Any]:
    """A table of the paper: its lines with how many came, as a number and as a share of the longest bar."""
    longest = max((one.totals.participations for one in splits), default=0)
    left = len(splits) - MOST_LINES_ON_PAPER
    return {
        "title": report.TABLES[name].translated(),
        "head": [m.translated() for m in PAPER_COLUMNS],
        "rows": [
            [names.of(name, one.label), *(_shown(one.totals, attribute) for attribute in PAPER_FIGURES)]
            for one in splits[:MOST_LINES_ON_PAPER]
        ],
        "bars": [one.totals.participations / (longest or 1) for one in splits[:MOST_LINES_ON_PAPER]],
        "left": _and_more(left) if left > 0 else "",
    }


def _people_on_paper(filters: Filters, user: User | None, made: Report) -> dict[str, Any]:
    """The list of participants, as far as a paper goes."""
    titles = (
        msg("Training"),
        msg("Name"),
        msg("Agency"),
        msg("Function"),
        msg("Attendance, %"),
        msg("Completed"),
    )
    rows = list(_people_rows(filters, user, made.by_number, most=MOST_PEOPLE_ON_PAPER))
    people = [dict(zip(PEOPLE, row, strict=True)) for row in rows]
    listed = participations.people(filters, user=user).order_by(None).subquery()
    left = (db.session.scalar(select(func.count()).select_from(listed)) or 0) - MOST_PEOPLE_ON_PAPER
    return {
        "people_word": msg("Participants").translated(),
        "people_head": [m.translated() for m in titles],
        "people": [
            [
                one["code"],
                f"{one['family_name']} {one['given_names']}".strip() or one["id"][:8],
                one["agency"],
                one["function"],
                number(one["rate"], "#,##0.0"),
                one["completed"],
            ]
            for one in people
        ],
        "people_left": _and_more(left) if left > 0 else "",
    }


def _and_more(count: int) -> str:
    return msg("and %(count)s more, in the spreadsheet.", count=count).translated()


def _shown(totals: Totals, attribute: str) -> str:
    """A figure as the paper shows it: whole numbers for what is counted, one decimal for rates, hours and days."""
    value = getattr(totals, attribute)
    return number(value, "#,##0.0" if attribute in WITH_DECIMALS else None)


def _said(totals: Totals, attribute: str) -> str:
    """The same with its unit."""
    shown = _shown(totals, attribute)
    return f"{shown} %" if attribute in RATES and shown != "–" else shown


def names_in_latin(
    filters: Filters, *, user: User | None, known: Sequence[Registration] | None = None
) -> fonts.InLatin:
    """How many names in the PDF stand there in Latin letters, because no font holds them.

    ``known`` are the participants, if the caller has all of them already.
    """
    found = participations.people(filters, user=user).limit(MOST_PEOPLE_ON_PAPER)
    people = db.session.scalars(found).all() if known is None else known
    return fonts.in_latin(r.trainee.name for r in people if not r.agency.confidential)


PEOPLE: dict[str, tuple[Message, int]] = {
    "number": (msg("No."), 5),
    "training": (msg("Training"), 38),
    "code": (msg("Code"), 14),
    "id": (msg("Participant ID"), 22),
    "family_name": (msg("Family name"), 22),
    "given_names": (msg("Given names"), 18),
    "agency": (msg("Agency"), 34),
    "sex": (msg("Sex"), 13),
    "country": (msg("Country"), 16),
    "function": (msg("Function"), 24),
    "rank": (msg("Rank"), 16),
    "state": (msg("State"), 13),
    "attended": (msg("Attended minutes"), 11),
    "due": (msg("Due minutes"), 11),
    "rate": (msg("Attendance, %"), 12),
    "completed": (msg("Completed"), 12),
}
"""The columns of the list of participants: title and width. ``detail_rows.NAMES`` are there on request."""
NOTE_COLUMNS = (msg("Note"), msg("Code"), msg("Participant ID"), msg("Detail"))
SUMMARY_COLUMNS = (msg("Table"), msg("Row"), msg("Code"), *(name for name, _ in FIGURES))
CODED = frozenset({"theme", "theme_covered", "agency", "training"})
"""The tables whose codes people gave. They tell two lines of one name apart; other codes are for programs only."""
MAIN_FIGURES: tuple[tuple[Message, str], ...] = (
    (msg("Participations"), "participations"),
    (msg("Persons trained"), "persons_trained"),
    (msg("Attendance rate"), "attendance_rate"),
    (msg("Completion rate"), "completion_rate"),
    (msg("Share of women"), "share_of_women"),
)
FIRST_SHEET: tuple[tuple[Message, str], ...] = (
    (msg("Confirmed"), "confirmed"),
    (msg("Came"), "participations"),
    (msg("Completed"), "completed"),
    (msg("Persons trained"), "persons_trained"),
    (msg("Women, %"), "share_of_women"),
    (msg("Attendance, %"), "attendance_rate"),
    (msg("Person-hours"), "person_hours"),
    (msg("Person-days"), "person_days"),
)
"""The figures of the sheet that the workbook opens on."""
RATES = frozenset(attribute for name, attribute in FIGURES if name.text.endswith("%"))
WITH_DECIMALS = RATES | {"person_hours", "optional_hours", "person_days", "days_by_hours", "person_days_half"}
PAPER_COLUMNS = (msg("Confirmed"), msg("Came"), msg("Completed"), msg("Rate, %"), msg("Hours"))
PAPER_FIGURES = ("confirmed", "participations", "completed", "attendance_rate", "person_hours")
FACTS_ON_PAPER = frozenset(
    ("by", "donor", "period", "activities", "participants", "day_rules", "completion_rules", "definitions")
)
GREEN, AMBER = "#DCFCE7", "#FEF3C7"


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


def _summary_sheet(made: Report, names: Words) -> Sheet:
    """The first sheet: what the report is about, how final it is, and the tables with their main figures."""
    head, strong = made.header, [0]
    rows: list[list[Any]] = []
    for table, splits in made.lines_with_participants.items():
        if table == "theme_covered":
            continue
        strong.append(len(rows) + 1)
        rows.append([report.TABLES[table].translated(), *[None] * len(FIRST_SHEET)])
        rows += [
            [names.of(table, one.label), *(getattr(one.totals, attribute) for _, attribute in FIRST_SHEET)]
            for one in splits[:MOST_LINES_ON_PAPER]
        ]
        if len(splits) > MOST_LINES_ON_PAPER:
            more = msg("and %(count)s more, on the next sheet.", count=len(splits) - MOST_LINES_ON_PAPER)
            rows.append([more.translated(), *[None] * len(FIRST_SHEET)])
    total = [report.TABLES["total"].translated(), *(getattr(made.totals, at) for _, at in FIRST_SHEET)]
    above = [
        Line(head.organisation),
        Line(msg("Attendance report").translated(), size=18, is_bold=True),
        Line(head.in_words(), size=12, is_bold=True),
        *[Line(text) for text in (head.paid_by(), head.donor) if text],
        Line(state_text(head.state).translated(), fill=GREEN if head.state.is_final else AMBER),
        Line(f"{msg('Made at').translated()}: {head.made_at_in_words()}, {head.by.translated()}", size=9),
    ]
    if head.is_demo:
        above.append(Line(msg("Demo data: invented people and agencies.").translated(), size=9, is_bold=True))
    return Sheet(
        msg("Summary").translated(),
        ["", *(name.translated() for name, _ in FIRST_SHEET)],
        [total, *rows],
        [42, *[11] * len(FIRST_SHEET)],
        is_table=False,
        above=above,
        picture=organisations.logo(),
        strong=strong,
        rounded=[n for n, (_, at) in enumerate(FIRST_SHEET, start=1) if at in WITH_DECIMALS],
    )


def _people_sheet(filters: Filters, user: User | None, made: Report, *, with_names: bool) -> Sheet:
    shown = [n for n, key in enumerate(PEOPLE) if with_names or key not in detail_rows.NAMES]
    titles = [(title.translated(), width) for title, width in PEOPLE.values()]
    rows = ([row[n] for n in shown] for row in _people_rows(filters, user, made.by_number))
    columns, widths = zip(*(titles[n] for n in shown), strict=True)
    return Sheet(msg("Participants").translated(), columns, rows, widths)


def _people_rows(
    filters: Filters, user: User | None, by_number: dict[int, Participation], most: int | None = None
) -> Iterator[list[Any]]:
    """A row for each participant, its cells in the order of ``PEOPLE``."""
    found = participations.people(filters, user=user)
    found = found.limit(most) if most else found.execution_options(yield_per=1000)
    code = language()
    for place, r in enumerate(db.session.scalars(found), start=1):
        one = by_number.get(r.id)
        hidden = r.agency.confidential
        yield [
            place,
            r.training.title,
            r.training.code,
            str(r.trainee.public_id),
            "" if hidden else r.trainee.family_name,
            "" if hidden else r.trainee.given_names,
            r.agency_name,
            words.SEX[r.trainee.sex.value].translated(),
            words.country(r.trainee_country, code),
            r.function,
            r.rank,
            words.REGISTRATION_STATE[r.state.value].translated(),
            one.attended if one else None,
            one.due if one else None,
            rate(one.attended, one.due) if one else None,
            completed_word(one).translated(),
        ]


def _attendance_sheets(filters: Filters, user: User | None, names: Words, *, with_names: bool) -> list[Sheet]:
    """The long form in words. A sheet holds a million rows, so a longer report takes several sheets."""
    columns = [name for name in detail_rows.COLUMNS if with_names or name not in detail_rows.NAMES]
    rows = detail_rows.in_words(detail_rows.long_rows(filters, user=user), columns, names)
    count = max(1, -(-detail_rows.count_long_rows(filters, user=user) // MOST_ROWS))
    titles = [detail_rows.TITLES[name].translated() for name in columns]
    widths = [WIDE.get(name, 16) for name in columns]
    name = msg("Attendance").translated()
    sheets = [name, *(f"{name} {n}" for n in range(2, count + 1))]
    return [Sheet(one, titles, islice(rows, MOST_ROWS), widths) for one in sheets]


WIDE = {
    "programme_title": 30,
    "theme_code": 28,
    "training_title": 34,
    "session_title": 22,
    "session_theme_code": 28,
    "session_start": 8,
    "session_end": 8,
    "scheduled_minutes": 11,
    "trainee_id": 22,
    "family_name": 22,
    "given_names": 20,
    "agency_name": 34,
    "agency_type": 22,
    "attended_minutes": 11,
    "counts": 8,
}
"""How wide the columns of the long form are that are not 16 letters wide."""


def _summary_rows(made: Report, names: Words) -> Iterator[list[Any]]:
    for table, row, code, totals in made.lines():
        yield [
            report.TABLES[table].translated(),
            names.of(table, row),
            code if table in CODED else "",
            *(value for _, value in headline(totals)),
        ]
