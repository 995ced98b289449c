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


class NewTrainingForm(TrainingForm):
    """A new training on one page: its facts, its half-days and who teaches. What stands in ``FOLDS`` is folded away."""

    course = Picked(_l("Course"), required=False, empty=_l("without a course"))
    theme = Picked(_l("Theme"))
    room = Picked(_l("Room"), required=False, empty=_l("no room"))
    starts_on = Day(_l("First day"), [Given()])
    ends_on = Day(_l("Last day"), [Optional()])
    days = number(_l("Days"), low=1, high=60, required=False)
    hours = line(
        _l("Hours"),
        required=False,
        hint=_l("Left empty with a course: as in the course. Without: no timetable yet."),
    )
    weekends = BooleanField(_l("On weekends and holidays too"))
    is_date_open = BooleanField(
        _l("The dates are still open"),
        description=_l("First and last day are a window then. Days says how many are needed."),
    )
    trainers = PickedMany(_l("Trainers"))
    other_zone = BooleanField(_l("Another time zone than the venue's is meant"))
    registration_opens_local = moment(
        _l("Registration opens"), _l("Left empty: when you open it."), required=False
    )
    registration_closes_local = moment(_l("Registration closes"), _l("In the training's time zone."))
    lengthens = BooleanField(_l("Let the programme last until then"))
    keeps_seats = BooleanField(_l("Keep the same seats for agencies and countries"), default=True)


class RepeatForm(Form):
    """A series: the same training on other dates, or at other venues. The rows are read by the view."""

    every = number(_l("Every, weeks"), low=1, high=104, required=False, default=4)
    count = number(_l("How many more"), low=1, high=30, required=False, default=4)
    with_trainers = BooleanField(_l("With the same trainers"), default=True)
    keeps_seats = BooleanField(_l("Keep the same seats for agencies and countries"), default=True)


class NewDatesForm(Form):
    """New dates of a postponed training: its timetable is held again, from another first day on."""

    first_day = Day(_l("First day"), [Given()])
    registration_closes_local = moment(
        _l("Registration closes"),
        _l("Left empty: as many days before the start as it was."),
        required=False,
    )
    weekends = BooleanField(_l("On weekends and holidays too"))
    asks_again = BooleanField(
        _l("Ask everybody again whether they come"),
        default=True,
        description=_l("Seats stay. What people answered for the old dates does not count any more."),
    )
