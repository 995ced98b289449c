"""Forms of the administrators' pages: the organisation, and the filters of the logs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, StringField
from wtforms.validators import Optional, Regexp

from training.forms import labels
from training.forms.base import Form, OneOf, Picked, PickedMany, email, line, long_text, number
from training.forms.typed import Day, zone

MOST_OF_PAGE = 20_000
"""Characters of a public page's text. The longest that comes with the product has a third of them."""


class OrganisationForm(Form):
    """The organisation's settings."""

    name = line(_l("Name"))
    address = long_text(_l("Address"))
    sender_name = line(
        _l("Name of the sender of mail"),
        required=False,
        hint=_l("Readers see it before the sender's address."),
    )
    reply_email = email(
        _l("Address for answers"),
        hint=_l("For letters about accounts, and about themes without a contact or a coordinator."),
    )
    accent = StringField(
        _l("Accent colour"),
        [Regexp(r"^#[0-9a-fA-F]{6}$", message=_l("Write the colour like #1d4ed8."))],
        render_kw={"type": "color"},
    )
    donor_block = long_text(_l("Donor's line on papers"), most=1000)
    letters_wait = number(
        _l("Seconds in which an announcement can be undone"),
        low=10,
        high=3600,
        default=60,
        hint=_l("Its letters leave after that."),
    )
    nights_between_cities = number(
        _l("Nights between two cities"),
        low=0,
        high=14,
        default=1,
        hint=_l("So many nights a trainer needs to travel from one to the other."),
    )
    days_between_countries = number(
        _l("Days between two countries"),
        low=0,
        high=14,
        default=1,
        hint=_l("So many days without a session a trainer needs in between."),
    )


class LogoForm(Form):
    """The organisation's logo."""

    logo = FileField(
        _l("Logo"),
        description=_l("PNG or JPEG, at most 100 kB."),
        render_kw={"accept": "image/png,image/jpeg"},
    )


class PublicPageForm(Form):
    """The texts of a public page, one for each language."""

    text_en = long_text("English", most=MOST_OF_PAGE, rows=18)
    text_fr = long_text("Français", most=MOST_OF_PAGE, rows=18)
    text_ru = long_text("Русский", most=MOST_OF_PAGE, rows=18)


class StyleForm(Form):
    """One field of each kind, for the page that shows every component."""

    name = line(_l("Name"), hint=_l("A hint says what is wanted, with an example."))
    code = line(_l("Code"), required=False)
    theme = Picked(_l("Theme"), required=False)
    state = OneOf(_l("State"), labels.TRAINING_STATE, required=False)
    languages = PickedMany(_l("Languages"))
    remarks = long_text(_l("Remarks"))
    starts_on = Day(_l("First day"), [Optional()])
    zone = zone(_l("Time zone"), required=False)
    is_confidential = BooleanField(_l("Confidential"))


class AuditFilter(Form):
    """The filters of the audit log."""

    text = line(_l("Search"), required=False)
    action = Picked(_l("What"), required=False, empty=_l("all"))
    outcome = OneOf(_l("Outcome"), labels.OUTCOME, required=False, empty=_l("all"))


class MailFilter(Form):
    """The filters of the outbox."""

    text = line(_l("Search"), required=False)
    state = OneOf(_l("State"), labels.MAIL_STATE, required=False, empty=_l("all"))
    training = line(_l("Training's code"), required=False, most=40)


class ReasonForm(Form):
    """Why something is done, for those who read it later. Acts that need a reason and nothing else take it."""

    reason = long_text(_l("Reason"), required=True, most=2000)


class BounceForm(Form):
    """Why a letter came back."""

    reason = long_text(
        _l("Why did it come back?"),
        required=True,
        most=500,
        hint=_l("Staff read this. Whoever sees the address reads that a letter came back."),
    )


class PreviewForm(Form):
    """The choice of a letter to preview."""

    training = line(_l("Training's code"), most=40, required=False)
    language = Picked(_l("Language"), required=False)
