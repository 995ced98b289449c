"""Forms of agencies, venues, rooms and trainers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
)

from training.forms import labels
from training.forms.base import (
    Form,
    Given,
    OneOf,
    Picked,
    PickedMany,
    code,
    email,
    line,
    long_text,
    number,
    phone,
)
from training.forms.typed import Day, moment, own_tag_only, zone


class AgencyForm(Form):
    """A partner agency."""

    code = code(_l("Code"))
    name = line(_l("Name"))
    native_name = line(_l("Name in its own language"), required=False)
    type = Picked(_l("Type"))
    theme = Picked(_l("Theme"), hint=_l("Its main field; new people of the agency take it."))
    country = Picked(_l("Country"))
    parent = Picked(_l("Part of"), required=False)
    email = email(_l("E-mail"))
    phone = phone(_l("Phone"))
    website = line(_l("Website"), required=False)
    address = long_text(_l("Address"))
    confidential = BooleanField(
        _l("Confidential"),
        description=_l("Its address is hidden, and its people's names are left out of exports."),
    )


class AgencyFilter(Form):
    """The filters of the list of agencies."""

    whole = _l("Its own agencies and all that take part.")
    narrowed = _l("Show only its own.")
    text = line(_l("Search"), required=False)
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    only = own_tag_only()
    type = Picked(_l("Type"), required=False, empty=_l("all"))
    country = Picked(_l("Country"), required=False, empty=_l("all"))


class VenueForm(Form):
    """A venue."""

    name = line(_l("Name"))
    city = line(_l("City"))
    country = Picked(_l("Country"))
    zone = zone(_l("Time zone"), hint=_l("Write a city, such as Kyiv, and pick."))
    subdivision = line(
        _l("Part of the country"),
        required=False,
        most=8,
        hint=_l(
            "If it keeps holidays of its own: its code in ISO 3166-2 without the country, such as 9 for Vienna."
        ),
    )
    address = long_text(_l("Address"))


class RoomForm(Form):
    """A room."""

    name = line(_l("Name"))
    capacity = number(_l("Seats"), low=1, high=10_000)
    equipment = line(_l("Equipment"), required=False, hint=_l("Such as projector, interpreters' booths."))
    notes = long_text(_l("Notes"))


class BlockForm(Form):
    """Hours in which a room is closed."""

    room = Picked(_l("Room"))
    starts_local = moment(_l("Closed from"), _l("By the clock of the venue."))
    ends_local = moment(_l("To"))
    reason = line(_l("Why"))


class HolidayForm(Form):
    """Days off that the organisation adds, or takes away."""

    country = Picked(_l("Country"), required=False, empty=_l("everywhere"))
    subdivision = line(_l("Part of the country"), required=False, most=8)
    first_on = Day(_l("First day"), [Given()])
    last_on = Day(_l("Last day"), [Given()])
    name_en = line(_l("Name in English"))
    name_fr = line(_l("Name in French"), required=False)
    name_ru = line(_l("Name in Russian"), required=False)
    is_workday = BooleanField(
        _l("People work on these days"),
        description=_l("Although the calendar of the country says that they are off."),
    )


class HolidayFilter(Form):
    """Which calendar is shown."""

    country = Picked(_l("Country"), required=False, empty=_l("none"))
    year = number(_l("Year"), low=1990, high=2100, required=False)


class VenueFilter(Form):
    """The filters of the list of venues."""

    text = line(_l("Search"), required=False)
    country = Picked(_l("Country"), required=False, empty=_l("all"))


class TrainerForm(Form):
    """A trainer."""

    family_name = line(_l("Family name"))
    given_names = line(_l("Given names"))
    email = email(_l("E-mail"))
    phone = phone(_l("Phone"))
    country = Picked(_l("Country"), required=False)
    organisation = line(_l("Organisation"), required=False)
    languages = PickedMany(_l("Languages"))
    themes = PickedMany(_l("Themes"))
    most_days_a_month = number(
        _l("Days a month at most"),
        low=1,
        high=31,
        required=False,
        hint=_l("If that was agreed. Whoever plans more is told."),
    )
    user = Picked(_l("Account"), required=False, hint=_l("With it the trainer keeps registers."))
    notes = long_text(_l("Notes"))


class AbsenceForm(Form):
    """Days on which a trainer is away."""

    starts_on = Day(_l("First day"), [Given()])
    ends_on = Day(_l("Last day"), [Given()])
    part = OneOf(_l("Part of the day"), labels.DAY_PART, required=False, empty=_l("whole days"))
    note = line(_l("Note"), required=False)


class TrainerFilter(Form):
    """The filters of the list of trainers."""

    whole = _l("Its own trainers and all who teach in its trainings.")
    narrowed = _l("Show only its own.")
    text = line(_l("Search"), required=False)
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    only = own_tag_only()
    language = Picked(_l("Language"), required=False, empty=_l("all"))
