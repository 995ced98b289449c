"""Forms of trainings."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
)
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from training.forms import labels
from training.forms.base import Form, Given, OneOf, Picked, PickedMany, code, line, long_text, number
from training.forms.typed import Day, moment, own_tag_only, zone
from training.models import Admission, Modality, Promotion, ReserveOrder


class OpenForm(Form):
    """Whom opening a training tells."""

    whom = OneOf(_l("Who gets a letter"), labels.OPEN_TO)
    agencies = PickedMany(_l("Agencies"))
    by_invitation = BooleanField(
        _l("By invitation only"),
        description=_l("Agencies that get no letter and have no kept seats do not see the training."),
    )


class TrainingForm(Form):
    """A training: the fields of ``trainings.Details``."""

    code = code(_l("Code"), _l("Short and unique, like MX2-2026-07."))
    title = line(_l("Title"))
    theme = Picked(
        _l("Theme"), hint=_l("Sessions whose theme a new one does not cover take the new theme with it.")
    )
    activity_type = Picked(_l("Activity type"))
    starts_on = Day(_l("First day"), [Given()])
    ends_on = Day(_l("Last day"), [Given()])
    zone = zone(
        _l("Time zone"),
        required=False,
        hint=_l(
            "Write a city, such as Kyiv, and pick. Empty: the venue's. Sessions and deadlines are in it."
        ),
    )
    modality = OneOf(_l("Modality"), labels.MODALITY, default=Modality.IN_PERSON)
    venue = Picked(_l("Venue"), required=False)
    country = Picked(_l("Country"), required=False, hint=_l("The venue's, where one is picked."))
    link = line(_l("Link"), required=False, most=500, hint=_l("For an online training."))
    capacity = number(_l("Seats"), low=1, high=10_000, default=20)
    admission = OneOf(_l("Registration"), labels.ADMISSION, default=Admission.APPROVAL)
    completion_percent = number(_l("Completion rule, per cent"), low=1, high=100, default=80)
    registration_opens_local = moment(_l("Registration opens"), _l("In the training's time zone."))
    registration_closes_local = moment(_l("Registration closes"), _l("In the training's time zone."))
    reserve_order = OneOf(_l("Reserve list in the order of"), labels.RESERVE_ORDER, default=ReserveOrder.RANK)
    promotion = OneOf(
        _l("A free seat"),
        labels.PROMOTION,
        default=Promotion.AUTOMATIC,
        hint=_l("Proposed: you offer or confirm each by hand."),
    )
    offer_hours = number(_l("An offer stands for, hours"), low=1, high=720, default=48)
    promotion_ends_days = number(
        _l("Stop moving people up from the reserve list (days before the start)"),
        low=0,
        high=90,
        default=0,
        hint=_l("0: until the first day."),
    )
    nearest_first = BooleanField(
        _l("Offer a free seat first to the same agency, then to its country, then to all"), default=True
    )
    languages = PickedMany(_l("Languages"), required=True)
    description = long_text(
        _l("Description"), hint=_l("What the training is about and what people take home.")
    )
    target_group = long_text(
        _l("Who should come"),
        hint=_l("Functions, units and experience, as partners read them before they register."),
    )
    prerequisites = long_text(
        _l("What they need"), hint=_l("What people should know, bring or have done before, if anything.")
    )


class TrainingFilter(Form):
    """The filters of the list of trainings."""

    whole = _l("All its trainings are listed, those tagged with an area too.")
    text = line(_l("Search"), required=False)
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    only = own_tag_only()
    programme = Picked(_l("Programme"), required=False, empty=_l("all"))
    state = OneOf(_l("State"), labels.TRAINING_STATE, required=False, empty=_l("all"))
    country = Picked(_l("Country"), required=False, empty=_l("all"))
    starts_from = Day(_l("Starts from"), [Optional()])
    starts_to = Day(_l("to"), [Optional()])
    when = OneOf(_l("When"), labels.WHEN, required=False, widget=HiddenInput())
