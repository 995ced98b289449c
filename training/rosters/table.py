"""A sheet as text, from a file or a paste."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """The cells of a sheet as text. Row n of the sheet is ``rows[n - 1]``.

    ``others`` are the names of the visible sheets that were not taken, and ``spare`` holds their cells.
    """

    rows: list[list[str]]
    sheet: str
    sha256: str
    file_name: str
    others: list[str] = field(default_factory=list)
    spare: dict[str, list[list[str]]] = field(default_factory=dict)

    @property
    def is_text(self) -> bool:
        """Whether a separator divides the cells.

        A separator inside an unquoted cell then shifts the cells.
        """
        return not self.sheet
