"""The form that takes a list of participants."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    FileField,
)

from training.forms.base import (
    Form,
    Picked,
    long_text,
)


class RosterForm(Form):
    """A spreadsheet of participants."""

    file = FileField(
        _l("Spreadsheet"),
        description=_l("XLSX, ODS, XLS, CSV or TSV, as you have it. Nothing is stored yet."),
    )
    rows = long_text(
        _l("Or paste the rows"),
        most=2_000_000,
        hint=_l("Copied from a spreadsheet, with the row that names the columns."),
    )
    agency = Picked(_l("Agency"))
