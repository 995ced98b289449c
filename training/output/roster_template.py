"""The list to download, to fill in and to send back: the columns that are read, a drop-down, an example row."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from training.rosters import example

LAST_ROW = 2_001
"""How far down the drop-down and the format of text go."""
WIDTHS = {
    "family_name": 22,
    "given_names": 22,
    "native_name": 26,
    "sex": 8,
    "country": 18,
    "function": 30,
    "rank": 16,
    "language": 18,
    "email": 32,
    "phone": 20,
    "remarks": 30,
}
"""How wide each column is."""
WIDTH_OF_MARK = 50
"""How wide the column after the last one is: there it says that the row is an example."""


def workbook(path: Path, language: str) -> None:
    """Write the list in ``language`` (English for one that we do not have) to ``path``."""
    code = language if language in example.TITLES else "en"
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(example.NAMES[code])
        head = book.add_format(
            {"bold": True, "bg_color": "#E5E7EB", "text_wrap": True, "valign": "top", "num_format": "@"}
        )
        text = book.add_format({"num_format": "@"})
        pale = book.add_format({"italic": True, "font_color": "#6B7280", "num_format": "@"})
        if code == "ar":
            sheet.right_to_left()
        for place, width in enumerate([*(WIDTHS[name] for name in example.COLUMNS), WIDTH_OF_MARK]):
            sheet.set_column(place, place, width, text)
        for place, (title, value) in enumerate(
            zip(example.TITLES[code], example.EXAMPLES[code], strict=True)
        ):
            sheet.write_string(0, place, title, head)
            if value:
                sheet.write_string(1, place, value, pale)
        sheet.write_string(1, len(example.COLUMNS), example.MARKS[code], pale)
        sex = example.COLUMNS.index("sex")
        sheet.data_validation(
            1, sex, LAST_ROW, sex, {"validate": "list", "source": list(example.SEXES[code])}
        )
        sheet.freeze_panes(1, 0)
