"""Forms of sessions, the calendar and the planning board."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
)
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from training.forms import labels
from training.forms.base import Form, Given, OneOf, Picked, PickedMany, line, long_text, number
from training.forms.typed import Day, Switch, TimeOfDay, moment, own_tag_only


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
    break_starts = TimeOfDay(
        _l("Break from"), [Optional()], description=_l("Left empty, it lies in the middle of the session.")
    )
    room = Picked(_l("Room"), required=False)
    theme = Picked(_l("Theme"))
    trainers = PickedMany(_l("Trainers"))
    is_compulsory = BooleanField(_l("Compulsory"), default=True)
    decision = OneOf(_l("What becomes of the marks"), labels.MARKS, required=False, empty=_l("choose"))


class ClashFilter(Form):
    """The filters of what is to look at."""

    whole = _l("All its trainings are listed, those tagged with an area too.")
    rule = OneOf(_l("What"), labels.CLASH_RULE, required=False, widget=HiddenInput())
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    until = Day(_l("Until"), [Optional()])
    mine = BooleanField(_l("My programmes"))
    left = Switch(_l("Left as it is"), widget=HiddenInput())


class LeaveForm(Form):
    """Why a finding is left as it is."""

    note = line(_l("Leave it so, because"), most=2000)


class MoveForm(Form):
    """Where sessions go: by so many days, or to a first day."""

    days = number(
        _l("By days"), low=-3660, high=3660, required=False, hint=_l("7 is a week later, -7 a week earlier.")
    )
    first_day = Day(_l("Or: first day"), [Optional()])
    minutes = number(
        _l("Minutes later on the clock"),
        low=-1439,
        high=1439,
        required=False,
        hint=_l("60 is an hour later."),
    )
    skips = BooleanField(_l("Skip weekends and holidays there"))


class CopyForm(Form):
    """On which days sessions are planned too."""

    first_day = Day(_l("First day"), [Given()])
    skips = BooleanField(_l("Skip weekends and holidays there"))


class HoursForm(Form):
    """Other hours of sessions."""

    starts = TimeOfDay(_l("Starts"), [Optional()])
    ends = TimeOfDay(
        _l("Ends"), [Optional()], description=_l("Left empty, the sessions stay as long as they are.")
    )
    break_minutes = number(_l("Break, minutes"), low=0, high=240, required=False)


class TrainersForm(Form):
    """Who gives sessions."""

    trainers = PickedMany(_l("Trainers"))


class DayForm(Form):
    """A day that is added."""

    day = Day(_l("Day"), [Given()])


class HalfDayForm(Form):
    """A half-day that is added."""

    title = line(_l("Title"))
    day = Day(_l("Day"), [Given()])
    starts = TimeOfDay(_l("Starts"), [Given()])
    ends = TimeOfDay(_l("Ends"), [Given()])


class CallOffForm(Form):
    """Why a session is called off. Where people are marked in it, somebody says that these marks do not count."""

    reason = long_text(_l("Reason"), required=True, most=2000, hint=_l("It is kept with the session."))
    decision = BooleanField(
        _l("Its marks do not count"),
        description=_l("They are kept, and count again if the session is held after all."),
    )


class AnnounceForm(Form):
    """Who is told of what differs, with a word of one's own."""

    people = BooleanField(_l("Tell the people"), default=True)
    agencies = BooleanField(_l("Tell their agencies"), default=True)
    trainers = BooleanField(_l("Tell the trainers"), default=True)
    coordinators = BooleanField(_l("A copy to the coordinators"))
    note = long_text(_l("A word to all of them"), most=1000)
    reason = line(
        _l("Why nobody is told"), required=False, hint=_l("Needed only where you announce without letters.")
    )


class SessionFilter(Form):
    """The filters of the list of sessions."""

    whole = _l("All sessions of its trainings are listed, whatever they are tagged with.")
    text = line(_l("Search"), required=False)
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    only = own_tag_only()
    programme = Picked(_l("Programme"), required=False, empty=_l("all"))
    register = OneOf(_l("Register"), labels.REGISTER_STATE, required=False, empty=_l("all"))
    on = Day(_l("Day"), [Optional()])
    when = OneOf(_l("When"), labels.AHEAD_OR_PAST, required=False, widget=HiddenInput())


class CalendarFilter(Form):
    """The filters of the calendar."""

    whole = _l("All its trainings are shown, those tagged with an area too.")
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    only = own_tag_only()


class BoardFilter(Form):
    """Which lines of the board are shown."""

    whole = _l("All its trainings count, those tagged with an area too.")
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    only = own_tag_only()
    language = Picked(_l("Language"), required=False, empty=_l("all"))
    city = Picked(_l("City"), required=False, empty=_l("all"))
    free = Switch(_l("Only what is free in the whole period"))


class PutForm(Form):
    """On which day a training begins, and for which line of the board."""

    day = Day(_l("First day"), [Given()])
