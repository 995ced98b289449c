"""Forms of the people to be trained."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
)

from training.forms import labels
from training.forms.base import (
    Form,
    OneOf,
    Picked,
    email,
    line,
    phone,
)
from training.forms.typed import own_tag_only
from training.models import Sex


class TraineeForm(Form):
    """A person, with names as in the passport."""

    family_name = line(_l("Family name"), hint=_l("As in the passport."))
    given_names = line(_l("Given names"), hint=_l("As in the passport."))
    native_name = line(_l("Name in native script"), required=False)
    sex = OneOf(_l("Sex"), labels.SEX, default=Sex.NOT_RECORDED)
    country = Picked(_l("Country"))
    function = line(_l("Function"), required=False)
    rank = line(_l("Rank"), required=False, most=100)
    language = Picked(_l("Language"), required=False)
    email = email(_l("E-mail"))
    phone = phone(_l("Phone"))
    contact_via_focal_point = BooleanField(
        _l("Contact via the focal point only"),
        description=_l("We never write to this person directly: the focal point hands letters over."),
    )


class NewTraineeForm(TraineeForm):
    """A person and their agency."""

    agency = Picked(_l("Agency"))


class TransferForm(Form):
    """The agency where a person works now."""

    agency = Picked(_l("Agency where the person works now"))


class TraineeFilter(Form):
    """The filters of the list of people."""

    whole = _l("Its own people and all who take part.")
    narrowed = _l("Show only its own.")
    text = line(_l("Search"), required=False)
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    only = own_tag_only()
    agency = Picked(_l("Agency"), required=False, empty=_l("all"))
    country = Picked(_l("Country"), required=False, empty=_l("all"))
    sex = OneOf(_l("Sex"), labels.SEX, required=False, empty=_l("all"))
