"""Forms of the planning board."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from training.forms.base import Form, Picked
from training.forms.typed import Switch, own_tag_only


class BoardFilter(Form):
    """Which lines of the board are shown."""

    whole = _l("All its trainings count, those tagged with an area too.")
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    only = own_tag_only()
    language = Picked(_l("Language"), required=False, empty=_l("all"))
    city = Picked(_l("City"), required=False, empty=_l("all"))
    free = Switch(_l("Only what is free in the whole period"))
