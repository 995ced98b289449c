"""Forms of a registered person's own page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from training.forms.base import Form, long_text


class CorrectionForm(Form):
    """What is to be corrected."""

    text = long_text(_l("What is wrong, and how should it be?"), required=True, most=2000)


class DeclineForm(Form):
    """Why somebody does not come, if they want to say."""

    text = long_text(_l("Why? You need not say."), most=2000)
