"""Forms of the registers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from training.forms import labels
from training.forms.base import (
    Form,
    OneOf,
    Picked,
    line,
)
from training.models import Sex


class DoorForm(Form):
    """A person who stands at the door. It holds only what a trainer can ask between two handshakes."""

    agency = Picked(_l("Agency"))
    family_name = line(_l("Family name"))
    given_names = line(_l("Given names"))
    function = line(_l("Function"), required=False)
    sex = OneOf(_l("Sex"), labels.SEX, default=Sex.NOT_RECORDED)
