"""The whole report, made once: the page and every file show what stands here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.models import User
from training.rules.indicators import Participation, Totals
from training.services.programmes import themes
from training.services.reports import figures, header, notes, participations, supply
from training.services.reports.figures import Split
from training.services.reports.header import Header
from training.services.reports.notes import Note
from training.services.reports.participations import Listed
from training.services.reports.selection import Filters
from training.text import language, msg
from training.texts import words

TABLES = {
    "total": msg("Total"),
    "theme": msg("By theme"),
    "sex": msg("By sex"),
    "country": msg("By country of the participants"),
    "agency_type": msg("By agency type"),
    "agency": msg("By agency"),
    "training": msg("By training"),
    "theme_covered": msg("Counted under every covered area (does not add up)"),
}
"""The tables of the summary by their names."""


@dataclass(frozen=True)
class Report:
    """What the registers say of a selection: its header, notes, totals, tables and participants."""

    filters: Filters
    header: Header
    notes: list[Note]
    found: Sequence[Listed]
    totals: Totals
    tables: dict[str, list[Split]]
    overlapping: list[Split]

    @property
    def by_number(self) -> dict[int, Participation]:
        """The participations by the id of the registration that stands for the person."""
        return {one.registration_id: one.participation for one in self.found}

    @property
    def lines_with_participants(self) -> dict[str, list[Split]]:
        """The tables for a page or a paper, which say nothing of the people of a training to come."""
        tables = {**self.tables, "theme_covered": self.overlapping}
        return {name: [one for one in splits if one.totals.confirmed] for name, splits in tables.items()}

    def lines(self) -> Iterator[tuple[str, str, str, Totals]]:
        """(table, row, the row's code, figures) of the whole summary, the total first."""
        yield "total", "", "", self.totals
        for name, splits in [*self.tables.items(), ("theme_covered", self.overlapping)]:
            for one in splits:
                yield name, one.label, one.code, one.totals


def make(filters: Filters, *, user: User | None, demo: bool) -> Report:
    """The report of a selection, as ``user`` may see it. A command (None) sees all."""
    found = participations.of_selection(filters, user=user)
    offered = supply.of_selection(filters, user=user)
    beside = supply.beside(filters, found, user=user)
    state = figures.data_state(filters, user=user)
    return Report(
        filters=filters,
        header=header.of(filters, found, state, user=user, demo=demo),
        notes=notes.of(filters, found, user=user),
        found=found,
        totals=figures.summary(found, supply.of_trainings_with(found, offered, filters), beside),
        tables=figures.split_tables(found, offered, filters, beside),
        overlapping=figures.overlapping_by_theme(found, beside),
    )


class Words:
    """What the lines of the tables are called, in the reader's language: names, where programs have codes."""

    def __init__(self) -> None:
        """Read the names of themes and types once."""
        code = language()
        self._names: dict[str, dict[str, str]] = {
            "theme": {one.code: one.name_in(code) for one in themes.every()},
            "agency_type": {one.code: one.name_in(code) for one in themes.agency_types()},
            "activity_type": {one.code: one.name_in(code) for one in themes.activity_types()},
        }
        self._names["theme_covered"] = self._names["theme"]

    def of(self, table: str, label: str) -> str:
        """The name of a line: of a theme, a type, a country, a sex. An agency or a training has its name already."""
        if table == "country":
            return words.country(label, language())
        if table == "total":
            return msg("The whole selection").translated()
        if table == "sex":
            return words.said(words.SEX, label)
        return self._names.get(table, {}).get(label, label)
