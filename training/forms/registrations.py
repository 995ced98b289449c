"""Forms of registrations, decisions and seats."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import Field

from training.forms import labels
from training.forms.base import Form, OneOf, Picked, line, long_text, number
from training.forms.trainees import NewTraineeForm
from training.forms.typed import moment, own_tag_only
from training.rules.given import MOST, NAMES, Given


class GivenForm(Form):
    """The values that are given with a registration. Each field has the name of a field of ``Given``."""

    remarks = long_text(
        _l("Remarks"),
        most=MOST["remarks"],
        hint=_l("What the organisers should know, like an arrival time. No health data."),
    )

    @property
    def with_registration(self) -> list[Field]:
        """The fields of what is given with a registration, without those of the person."""
        return [self[name] for name in NAMES]

    @property
    def given(self) -> Given:
        """The typed values."""
        return Given(**{name: self[name].data for name in NAMES})

    @property
    def is_new(self) -> bool:
        """Whether a value differs from the one that the form began with."""
        return any(self[name].data != (self[name].object_data or "") for name in NAMES)


class NewPersonForm(NewTraineeForm, GivenForm):
    """A new person who is put forward, and the values given with the registration."""


class ReplaceForm(GivenForm):
    """The reason why another person comes instead, and the values given with the new registration.

    Only a coordinator is asked why a person gets a second seat at the same time.
    """

    reason = line(_l("Reason"), most=2000)
    override_reason = line(
        _l("If the person has a seat in another training then: why they get this one too"),
        required=False,
        most=500,
    )


class DecisionForm(Form):
    """The reason for declining or returning registrations, and their rank on the reserve list."""

    reason_code = OneOf(
        _l("Reason"),
        {code: labels.REASON_CODE[code] for code in labels.DECISION_REASONS},
        required=False,
        empty=_l("pick one to decline"),
    )
    reason = line(_l("Explanation in one sentence (the agency reads it)"), required=False, most=500)
    override_reason = line(
        _l("If somebody has a seat in another training then: why they get this one too"),
        required=False,
        most=500,
    )
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
        _l(
            "After this time, unused seats may be released. Leave it empty to keep them until you release them."
        ),
        required=False,
    )


class RegistrationFilter(Form):
    """The filters of the list of registrations."""

    whole = _l("The registrations for all its trainings are listed, those tagged with an area too.")
    text = line(_l("Search"), required=False)
    state = OneOf(_l("State"), labels.REGISTRATION_STATE, required=False, empty=_l("all"))
    theme = Picked(_l("Theme"), required=False, empty=_l("all"))
    only = own_tag_only()
    programme = Picked(_l("Programme"), required=False, empty=_l("all"))
    agency = Picked(_l("Agency"), required=False, empty=_l("all"))
    country = Picked(_l("Person's country"), required=False, empty=_l("all"))


class UndecidedFilter(Form):
    """Which of a training's undecided registrations are shown: those in a state, those of an agency of that day."""

    state = Picked(_l("State"), required=False)
    agency = Picked(_l("Agency"), required=False)


class CorrectionForm(Form):
    """A person's wish for a correction of their registration."""

    text = long_text(_l("What is wrong, and how should it be?"), required=True, most=2000)


class DeclineForm(Form):
    """The reason why somebody does not come. They need not give one."""

    text = long_text(_l("Why? You need not say."), most=2000)
