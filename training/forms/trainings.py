"""Forms of trainings, sessions, seats, registrations, registers and the report."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField
from wtforms.validators import Optional

from training.forms import labels
from training.forms.base import (
    Day,
    Form,
    Given,
    Moment,
    OneOf,
    Picked,
    PickedMany,
    TimeOfDay,
    line,
    long_text,
    number,
)
from training.forms.subjects import code
from training.models import Admission, Modality, Promotion, ReserveOrder


def moment(label: str, hint: str = "", required: bool = True) -> Moment:
    """A day and a wall time."""
    return Moment(
        label,
        [Given() if required else Optional()],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        description=hint,
    )


class TrainingForm(Form):
    """A training: the fields of ``trainings.Details``."""

    code = code(_l("Code"), _l("Short and unique, like MX2-2026-07."))
    title = line(_l("Title"))
    theme = Picked(_l("Theme"))
    activity_type = Picked(_l("Activity type"))
    starts_on = Day(_l("First day"), [Given()])
    ends_on = Day(_l("Last day"), [Given()])
    zone = line(_l("Time zone"), most=64, hint=_l("Like Europe/Kyiv; sessions and deadlines are in it."))
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
        _l("A free seat"), labels.PROMOTION, default=Promotion.AUTOMATIC,
        hint=_l("Proposed: you offer or confirm each by hand."),
    )  # fmt: skip
    offer_hours = number(_l("An offer stands for, hours"), low=1, high=720, default=48)
    promotion_ends_days = number(
        _l("Nobody moves up from, days before the start"),
        low=0,
        high=90,
        default=0,
        hint=_l("0: until the first day."),
    )
    nearest_first = BooleanField(
        _l("First those of the agency that gave the seat up, then of its country, then all"), default=True
    )
    languages = PickedMany(_l("Languages"), required=True)
    description = long_text(_l("Description"))


class PatternForm(Form):
    """A pattern of sessions: days and half-days."""

    first_day = Day(_l("First day"), [Given()])
    last_day = Day(_l("Last day"), [Given()])
    morning_starts = TimeOfDay(_l("Morning from"), [Optional()])
    morning_ends = TimeOfDay(_l("Morning to"), [Optional()])
    afternoon_starts = TimeOfDay(_l("Afternoon from"), [Optional()])
    afternoon_ends = TimeOfDay(_l("Afternoon to"), [Optional()])
    break_minutes = number(_l("Break in each, minutes"), low=0, high=240, default=30)
    room = Picked(_l("Room"), required=False)
    trainers = PickedMany(_l("Trainers"))
    weekends = BooleanField(_l("Weekends too"))


class SessionForm(Form):
    """One session."""

    title = line(_l("Title"))
    starts_local = moment(_l("Starts"), _l("In the training's time zone."))
    ends_local = moment(_l("Ends"))
    break_minutes = number(_l("Break, minutes"), low=0, high=240, default=0)
    room = Picked(_l("Room"), required=False)
    theme = Picked(_l("Theme"))
    trainers = PickedMany(_l("Trainers"))
    is_compulsory = BooleanField(_l("Compulsory"), default=True)


class ReplaceForm(Form):
    """Why another person comes instead."""

    reason = line(_l("Reason"), most=2000)


class DecisionForm(Form):
    """Why registrations are declined or returned, and where on the reserve list they are put."""

    reason_code = OneOf(
        _l("Reason"),
        {code: labels.REASON_CODE[code] for code in labels.DECISION_REASONS},
        required=False,
        empty=_l("pick one to decline"),
    )
    reason = line(_l("In a sentence, which the agency reads"), required=False, most=500)
    rank = number(_l("Rank on the reserve list (empty: at its end)"), low=1, high=10_000, required=False)


class SeatRequestForm(Form):
    """Seats that an agency gives back or asks for."""

    seats = number(_l("Seats"), low=1, high=10_000)
    sentence = line(_l("Why, in a sentence"), most=500)


class AnswerForm(Form):
    """The coordinator's answer to an agency that asks for seats."""

    seats = number(_l("Seats granted"), low=1, high=10_000, required=False)
    answer = line(_l("Answer"), required=False, most=500)


class SeatsForm(Form):
    """Seats kept for an agency or a country."""

    agency = Picked(_l("Agency"), required=False)
    country = Picked(_l("or country"), required=False)
    seats = number(_l("Seats"), low=0, high=10_000)
    release_local = moment(
        _l("Kept until"),
        _l("Then unused seats may be released; empty: until you release them."),
        required=False,
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


class TrainingFilter(Form):
    """What the list of trainings is narrowed by."""

    text = line(_l("Search"), required=False)
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    programme = Picked(_l("Programme"), required=False, empty=_l("all"))
    state = OneOf(_l("State"), labels.TRAINING_STATE, required=False, empty=_l("all"))
    country = Picked(_l("Country"), required=False, empty=_l("all"))
    starts_from = Day(_l("Starts from"), [Optional()])
    starts_to = Day(_l("to"), [Optional()])


class SessionFilter(Form):
    """What the list of sessions is narrowed by."""

    text = line(_l("Search"), required=False)
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    register = OneOf(_l("Register"), labels.REGISTER_STATE, required=False, empty=_l("all"))
    on = Day(_l("Day"), [Optional()])


class RegistrationFilter(Form):
    """What the list of registrations is narrowed by."""

    text = line(_l("Search"), required=False)
    state = OneOf(_l("State"), labels.REGISTRATION_STATE, required=False, empty=_l("all"))
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    programme = Picked(_l("Programme"), required=False, empty=_l("all"))
    agency = Picked(_l("Agency"), required=False, empty=_l("all"))


class ReportFilter(Form):
    """What the attendance report is about: the fields of ``reports.Filters``."""

    ends_from = Day(_l("Ended from"), [Optional()])
    ends_to = Day(_l("to"), [Optional()])
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    whole = BooleanField(_l("The whole programme"))
    programme = Picked(_l("Programme"), required=False, empty=_l("all"))
    training = Picked(_l("Training"), required=False, empty=_l("all"))
    agency = Picked(_l("Agency"), required=False, empty=_l("all"))
    country = Picked(_l("Venue's country"), required=False, empty=_l("all"))
    sex = OneOf(_l("Sex"), labels.SEX, required=False, empty=_l("all"))
    state = OneOf(
        _l("Registration"),
        labels.REGISTRATION_STATE,
        required=False,
        empty=_l("on the registers"),
    )
    only_training = BooleanField(_l("Only what counts as training"))


class CalendarFilter(Form):
    """What the calendar is narrowed by."""

    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
