"""Forms of themes and programmes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import FileField, IntegerField

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
from training.forms.typed import Day
from training.models import DayBasis

MOST_OF_TEXT = 10_000
PARAGRAPHS = _l("Paragraphs are divided by an empty line. The first one stands on the list of areas, too.")
ELSE_ENGLISH = _l("Left empty, readers of this language get the English text.")


class ThemeForm(Form):
    """A theme's names, texts and contact."""

    name_en = line(_l("Name in English"))
    name_fr = line(_l("Name in French"))
    name_ru = line(_l("Name in Russian"))
    text_en = long_text(_l("Text in English"), most=MOST_OF_TEXT, rows=12, lang="en", hint=PARAGRAPHS)
    text_fr = long_text(_l("Text in French"), most=MOST_OF_TEXT, rows=12, lang="fr", hint=ELSE_ENGLISH)
    text_ru = long_text(_l("Text in Russian"), most=MOST_OF_TEXT, rows=12, lang="ru", hint=ELSE_ENGLISH)
    contact_name = line(
        _l("Contact person"), required=False, hint=_l("Partners and trainers see the contact, too.")
    )
    contact_function = line(_l("Function"), required=False)
    contact_email = email(_l("E-mail"))
    contact_phone = phone(_l("Phone"))


class NewThemeForm(Form):
    """A new multi-thematic programme."""

    code = code(_l("Code"))
    name_en = line(_l("Name in English"))
    name_fr = line(_l("Name in French"), required=False)
    name_ru = line(_l("Name in Russian"), required=False)
    text_en = long_text(_l("Text in English"), most=MOST_OF_TEXT, rows=8, hint=PARAGRAPHS)
    areas = PickedMany(_l("Thematic areas that it covers"), required=True)


class LeafletForm(Form):
    """A leaflet in one language. The file itself is read by the view, within its own limit of size."""

    language = Picked(_l("Language"))
    file = FileField(
        _l("File"),
        description=_l("PDF, JPEG or PNG, at most 20 MB."),
        render_kw={"accept": ".pdf,.jpg,.jpeg,.png", "required": True},
    )


class ProgrammeForm(Form):
    """A programme."""

    code = code(_l("Code"), _l("Short and unique, like MX2-2026."))
    title = line(_l("Title"))
    theme = Picked(_l("Theme"))
    donor = line(_l("Donor"), required=False)
    starts_on = Day(_l("First day"), [Given()])
    ends_on = Day(_l("Last day"), [Given()])
    joint_owner = line(
        _l("Joint owner"),
        required=False,
        hint=_l("Who runs the programme together with you, if somebody does."),
    )
    grant_reference = line(_l("Grant reference"), required=False)
    completion_percent = number(
        _l("Completion rule, per cent"),
        low=1,
        high=100,
        default=80,
        hint=_l("Attendance needed to complete."),
    )
    day_basis = OneOf(_l("Person-days are counted by"), labels.DAY_BASIS, default=DayBasis.HOURS)
    day_minutes = number(_l("Minutes of a training day"), low=60, high=720, default=360)
    deduction_minutes = number(
        _l("Minutes to deduct if no time was noted"),
        low=0,
        high=480,
        default=30,
        hint=_l("For whoever came late or left early."),
    )
    retention_months = number(_l("Months that data are kept after the end"), low=1, high=240, default=60)
    countries = PickedMany(_l("Countries"))
    coordinators = PickedMany(_l("Coordinators"))
    objectives = long_text(_l("Objectives"))
    evidence_rule = long_text(_l("Evidence that the donor asks for"))
    privacy_notice = long_text(_l("Privacy notice"))
    donor_block = long_text(_l("Donor's line on papers"), most=1000)


def _promised(label: str) -> IntegerField:
    return number(label, low=1, high=10_000_000, required=False)


class TargetsForm(Form):
    """The numbers that a programme promised its donor. A field is empty when nothing was promised."""

    participations = _promised(_l("Participations"))
    persons_trained = _promised(_l("Persons trained"))
    completed = _promised(_l("Completed"))
    person_hours = _promised(_l("Person-hours"))
    person_days = _promised(_l("Person-days"))


class ProgrammeFilter(Form):
    """The filters of the list of programmes."""

    text = line(_l("Search"), required=False)
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    state = OneOf(_l("State"), labels.PROGRAMME_STATE, required=False, empty=_l("all"))
    country = Picked(_l("Country"), required=False, empty=_l("all"))
