"""The filters of the attendance report."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from training.forms import labels
from training.forms.base import Form, OneOf, Picked
from training.forms.typed import Day, own_tag_only


class ReportFilter(Form):
    """The filters of the attendance report: the fields of ``selection.Filters``."""

    whole = _l("All its trainings are counted, those tagged with an area too.")
    ends_from = Day(_l("Ended from"), [Optional()])
    ends_to = Day(_l("to"), [Optional()])
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    only = own_tag_only()
    programme = Picked(_l("Programme"), required=False, empty=_l("all"))
    donor = Picked(_l("Donor"), required=False, empty=_l("all"))
    training = Picked(_l("Training"), required=False, empty=_l("all"))
    agency = Picked(_l("Agency"), required=False, empty=_l("all"))
    country = Picked(_l("Venue's country"), required=False, empty=_l("all"))
    trainee_country = Picked(_l("Participants' country"), required=False, empty=_l("all"))
    sex = OneOf(_l("Sex"), labels.SEX, required=False, empty=_l("all"))
    state = OneOf(
        _l("Registration"),
        labels.REGISTRATION_STATE,
        required=False,
        empty=_l("on the registers"),
    )
    activities = Picked(_l("Activities"), required=False, empty=_l("what counts as training"))

    def refuse_unless(self, name: str, said: Iterable[str], known: Collection[str]) -> None:
        """Refuse what an address says of something that is no field, where it is unknown or said in several ways."""
        said = set(said)
        for value in sorted(said - set(known)):
            self.refusals.append(_("%(name)s cannot be %(value)s.", name=name, value=value[:60]))
        if len(said) > 1:
            self.refusals.append(_("Say %(name)s once: the address says it several times.", name=name))

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse what is not offered by naming it."""
        is_right = super().validate(extra_validators)
        for one in self:
            if isinstance(one, Picked | OneOf) and one.errors:
                asked = one.raw_data[0] if one.raw_data else ""
                one.errors = [_("There is no %(value)s here that you may see.", value=asked[:60])]
        return is_right
