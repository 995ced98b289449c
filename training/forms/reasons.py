"""The form of every act that needs a reason and nothing else."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from training.forms.base import Form, long_text
from training.services import reasons


class ReasonForm(Form):
    """Why something is done, for those who read it later."""

    reason = long_text(_l("Reason"), required=True, most=reasons.MOST)
