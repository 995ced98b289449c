"""Forms of what is planned around trainings: themes, programmes, agencies, venues, rooms, trainers, people."""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, Field, IntegerField
from wtforms import Form as WTForm
from wtforms.validators import Length, Regexp, ValidationError

from training.forms import labels
from training.forms.base import (
    Day,
    Form,
    Given,
    OneOf,
    Picked,
    PickedMany,
    Storable,
    clean,
    line,
    long_text,
    number,
)
from training.models import DayBasis, Sex

CODE = Regexp(r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", message=_l("Use letters, digits, dots, hyphens and slashes."))


def code(label: str, hint: str = "") -> object:
    """A short code without blanks."""
    return line(label, most=40, hint=hint, rules=(CODE,))


def _address(_form: WTForm, field: Field) -> None:
    """Refuse what is no address, as the reader of spreadsheets does: no letter would arrive."""
    if not field.data:
        return
    try:
        validate_email(field.data, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise ValidationError(
            str(
                _l(
                    "This is not an e-mail address: it needs a name, an @ and a domain. Correct it or leave it empty."
                )
            )
        ) from None


def _phone(_form: WTForm, field: Field) -> None:
    """Refuse what has no number in it."""
    if field.data and not 5 <= len(re.sub(r"\D", "", field.data)) <= 20:
        raise ValidationError(
            str(_l("This is not a phone number: it needs 5 to 20 digits. Correct it or leave it empty."))
        )


def email(label: str) -> EmailField:
    """An e-mail address, or nothing."""
    return EmailField(label, [Storable(), Length(max=254), _address], filters=[clean])


def phone(label: str) -> Field:
    """A phone number, or nothing."""
    return line(label, required=False, most=40, rules=(_phone,))


class ThemeForm(Form):
    """A theme's texts."""

    name_en = line(_l("Name in English"))
    name_fr = line(_l("Name in French"))
    name_ru = line(_l("Name in Russian"))
    description = long_text(_l("Description"))
    contact_email = email(_l("Contact"))


class NewThemeForm(Form):
    """A new multi-thematic programme."""

    code = code(_l("Code"))
    name_en = line(_l("Name in English"))
    name_fr = line(_l("Name in French"), required=False)
    name_ru = line(_l("Name in Russian"), required=False)
    description = long_text(_l("Description"))
    areas = PickedMany(_l("Thematic areas that it covers"), required=True)


class ProgrammeForm(Form):
    """A programme."""

    code = code(_l("Code"), _l("Short and unique, like MX2-2026."))
    title = line(_l("Title"))
    theme = Picked(_l("Theme"))
    starts_on = Day(_l("First day"), [Given()])
    ends_on = Day(_l("Last day"), [Given()])
    donor = line(_l("Donor"), required=False)
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
        _l("Minutes deducted"), low=0, high=480, default=30, hint=_l("For late or left early without a time.")
    )
    retention_months = number(_l("Months that data are kept after the end"), low=1, high=240, default=60)
    countries = PickedMany(_l("Countries"))
    coordinators = PickedMany(_l("Coordinators"))
    objectives = long_text(_l("Objectives"))
    evidence_rule = long_text(_l("Evidence that the donor asks for"))
    privacy_notice = long_text(_l("Privacy notice"))
    donor_block = long_text(_l("Donor's line on papers"), most=1000)


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


class VenueForm(Form):
    """A venue."""

    name = line(_l("Name"))
    city = line(_l("City"))
    country = Picked(_l("Country"))
    zone = line(_l("Time zone"), most=64, hint=_l("Like Europe/Kyiv."))
    address = long_text(_l("Address"))


class RoomForm(Form):
    """A room."""

    name = line(_l("Name"))
    capacity = number(_l("Seats"), low=1, high=10_000)


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
    user = Picked(_l("Account"), required=False, hint=_l("With it the trainer keeps registers."))
    notes = long_text(_l("Notes"))


class AbsenceForm(Form):
    """Days on which a trainer is away."""

    starts_on = Day(_l("First day"), [Given()])
    ends_on = Day(_l("Last day"), [Given()])
    note = line(_l("Note"), required=False)


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
    """Where a person works now."""

    agency = Picked(_l("Agency where the person works now"))


class DoorForm(Form):
    """A person who stands at the door: what a trainer can ask between two handshakes."""

    agency = Picked(_l("Agency"))
    family_name = line(_l("Family name"))
    given_names = line(_l("Given names"))
    function = line(_l("Function"), required=False)
    sex = OneOf(_l("Sex"), labels.SEX, default=Sex.NOT_RECORDED)


class PlainFilter(Form):
    """Search alone."""

    text = line(_l("Search"), required=False)


def _promised(label: str) -> IntegerField:
    return number(label, low=1, high=10_000_000, required=False)


class TargetsForm(Form):
    """What a programme promised its donor; empty where nothing was promised."""

    participations = _promised(_l("Participations"))
    persons_trained = _promised(_l("Persons trained"))
    completed = _promised(_l("Completed"))
    person_hours = _promised(_l("Person-hours"))
    person_days = _promised(_l("Person-days"))


class ProgrammeFilter(Form):
    """What the list of programmes is narrowed by."""

    text = line(_l("Search"), required=False)
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    state = OneOf(_l("State"), labels.PROGRAMME_STATE, required=False, empty=_l("all"))


class AgencyFilter(Form):
    """What the list of agencies is narrowed by."""

    text = line(_l("Search"), required=False)
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    type = Picked(_l("Type"), required=False, empty=_l("all"))
    country = Picked(_l("Country"), required=False, empty=_l("all"))


class VenueFilter(Form):
    """What the list of venues is narrowed by."""

    text = line(_l("Search"), required=False)
    country = Picked(_l("Country"), required=False, empty=_l("all"))


class TrainerFilter(Form):
    """What the list of trainers is narrowed by."""

    text = line(_l("Search"), required=False)
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    language = Picked(_l("Language"), required=False, empty=_l("all"))


class TraineeFilter(Form):
    """What the list of people is narrowed by."""

    text = line(_l("Search"), required=False)
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    agency = Picked(_l("Agency"), required=False, empty=_l("all"))
    country = Picked(_l("Country"), required=False, empty=_l("all"))
    sex = OneOf(_l("Sex"), labels.SEX, required=False, empty=_l("all"))
